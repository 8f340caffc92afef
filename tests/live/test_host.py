#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts that do not let us trace, tracefs wherever it is or is not, and `check`."""

import ctypes
import errno
import os
import platform
import re
import struct
from pathlib import Path

from lines import Exec, Exit
from live import (Skip, as_nobody, copy_formats, equal, expect, main, need_mount_namespaces,
                  need_program, need_root,
                  need_tracing, run, run_tool, scratch, test, tool, tool_for_nobody, tracing_test,
                  why_not_traceable, with_tracefs, without_tracefs)

# asm/unistd.h and linux/prctl.h
PERF_EVENT_OPEN = {'x86_64': 298, 'aarch64': 241, 's390x': 331}
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22

PARANOID = Path('/proc/sys/kernel/perf_event_paranoid')


def need_refusal():
    """Who has no privileges is refused, unless the host lets everybody trace."""
    if PARANOID.exists() and int(PARANOID.read_text(encoding='ascii')) < 0:
        raise Skip('perf_event_paranoid lets everybody trace')


@test
def unprivileged_user_gets_one_clear_line():
    need_refusal()
    with tool_for_nobody() as copy:
        for args in (['--', 'true'], ['-d', '1'], ['-q', '-p', '1', '-d', '1']):
            result = run([*as_nobody(copy), '-b', 'perf', *args])
            equal((result.status, result.out), (1, b''), f'{args}: status, standard output')
            equal(len(result.err_lines()), 1, f'{args}: lines on standard error: {result.err!r}')
            expect('try:' in result.err_text(), f'{args}: no remedy in {result.err!r}')


@test
def refusal_does_not_run_the_command():
    need_refusal()
    with tool_for_nobody() as copy:
        result = run([*as_nobody(copy), '-b', 'perf', '--', 'sh', '-c', 'echo it ran'])
        equal((result.status, result.out), (1, b''), 'status and what COMMAND wrote')


@test
def remedies_differ_with_the_cause():
    """With tracefs readable through --formats, what is left is perf's own refusal."""
    need_root()
    need_refusal()
    need_tracing()
    with tool_for_nobody() as copy, scratch() as formats:
        copy_formats(formats)
        without = run([*as_nobody(copy), '-q', '--', 'true']).err_text()
        refused = run([*as_nobody(copy), '-q', '--formats', str(formats), '--', 'true'])
    equal((refused.status, len(refused.err_lines())), (1, 1), f'{refused.err!r}')
    expect(refused.err_text() != without, f'the same message for two causes: {without!r}')
    expect(re.search(r'paranoid|CAP_|capabilit|root|sudo', refused.err_text()),
           f'no cause in {refused.err_text()!r}')


def refuse_perf(error):
    """For Popen's preexec_fn: a seccomp filter that answers perf_event_open with this errno."""
    number = PERF_EVENT_OPEN.get(platform.machine())
    if number is None:
        raise Skip(f'no seccomp filter here for {platform.machine()}')
    load, equal_jump, give = 0x20, 0x15, 0x06  # BPF_LD | W | ABS, BPF_JMP | JEQ | K, BPF_RET | K
    program = b''.join(struct.pack('=HBBI', *step) for step in (
        (load, 0, 0, 0), (equal_jump, 0, 1, number), (give, 0, 0, 0x50000 | error),
        (give, 0, 0, 0x7fff0000)))
    code = ctypes.create_string_buffer(program)
    prctl = ctypes.CDLL(None).prctl

    def install():
        filters = struct.pack('@HP', len(program) // 8, ctypes.addressof(code))
        if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(PR_SET_SECCOMP, 2, filters, 0, 0):
            os._exit(99)
    return install


@tracing_test
def seccomp_is_named_where_it_refuses():
    """As a container does: EPERM from some, ENOSYS from others."""
    need_root()
    for error in (errno.EPERM, errno.ENOSYS):
        result = run_tool('-q', '-b', 'perf', '--', 'true', preexec_fn=refuse_perf(error))
        equal((result.status, result.out, len(result.err_lines())), (1, b'', 1),
              f'{errno.errorcode[error]}: {result.err!r}')
        expect('seccomp' in result.err_text(), f'{errno.errorcode[error]}: {result.err!r}')
        refused = run_tool('-q', '-b', 'sideband', '--', 'true', preexec_fn=refuse_perf(error))
        equal((refused.status, refused.out), (1, b''), f'{refused.err!r}')
        expect('seccomp' in refused.err_text(), f'sideband, {error}: {refused.err!r}')
        chosen = run_tool('-v', '--', 'true', preexec_fn=refuse_perf(error))
        expect('not -b sideband: ' in chosen.err_text(), f'-v says {chosen.err!r}')
        checked = run_tool('check', preexec_fn=refuse_perf(error))
        expect(checked.status == 1, f'check with {errno.errorcode[error]}: {checked.status}')


@test
def paranoid_3_is_named_where_it_refuses():
    """Debian's level, by a filter that answers as its kernel does, and a file in place of the sysctl."""
    need_root()
    need_mount_namespaces()
    if not PARANOID.exists():
        raise Skip('a kernel without perf events')
    with tool_for_nobody() as copy, scratch() as directory:
        (directory / 'level').write_text('3\n', encoding='ascii')
        script = (f'mount --bind "$0" {PARANOID} && {{ test -d /sys/kernel/tracing/events ||'
                  ' mount -t tracefs nodev /sys/kernel/tracing || exit 77; } && exec "$@"')
        line = [need_program('unshare'), '-m', 'sh', '-c', script, directory / 'level',
                *as_nobody(copy)]

        def said(*args):
            return run([*line, *args], preexec_fn=refuse_perf(errno.EACCES))
        for backend, cause, remedy in (
                ('sideband', 'kernel.perf_event_paranoid is 3; users may trace their own commands at '
                 '2 and below', 'sudo sysctl kernel.perf_event_paranoid=2'),
                ('perf', 'tracefs is for root only', 'sudo perf_exec_trace ...')):
            result = said('-b', backend, '--', 'echo', 'it ran')
            if result.status == 77:
                raise Skip(f'tracefs: {result.err_text().strip()}')
            equal((result.status, result.out), (1, b''), f'-b {backend}, which said {result.err!r}')
            expect(cause in result.err_text() and remedy in result.err_text(),
                   f'-b {backend}: {result.err!r}')
        expect('not -b sideband: kernel.perf_event_paranoid is 3; ' in said('-v', '--', 'true').err_text(),
               '-v does not say why not')
        need_tracing()
        copy_formats(directory)
        result = said('-b', 'perf', '--formats', directory, '--', 'true')
        expect('kernel.perf_event_paranoid is 3' in result.err_text(), f'-b perf: {result.err!r}')


@tracing_test
def capability_is_named_where_it_is_missing():
    """A root without the two capabilities, as in a container; tracefs is mounted for it."""
    need_root()
    if int(PARANOID.read_text(encoding='ascii')) < 0:
        raise Skip('perf_event_paranoid lets everybody trace')
    args = [*with_tracefs(), need_program('setpriv'), '--bounding-set=-sys_admin,-perfmon',
            '--inh-caps=-sys_admin,-perfmon', tool(), '-q', '-b', 'perf', '--', 'true']
    result = run(args)
    equal((result.status, result.out, len(result.err_lines())), (1, b'', 1), f'{result.err!r}')
    expect('CAP_PERFMON' in result.err_text(), f'{result.err!r} does not name the capability')


@tracing_test
def user_namespace_is_refused():
    """Where root is somebody else outside."""
    need_root()
    result = run(['unshare', '-U', '-r', tool(), '-q', '-b', 'perf', '--', 'true'])
    if result.err_text().startswith('unshare:'):
        raise Skip(f'no user namespaces here: {result.err_text()}')
    equal((result.status, result.out, len(result.err_lines())), (1, b'', 1), f'{result.err!r}')


@test
def check_passes_where_tracing_works():
    need_tracing()
    result = run_tool('check')
    equal(result.status, 0, f'status of check, which said {result.out!r} {result.err!r}')
    for word in (b'tracefs', b'perf_event_paranoid', b'CAP_', b'seccomp', b'lockdown'):
        expect(word.lower() in result.out.lower(), f'check says nothing of {word.decode()}')


@test
def check_fails_with_remedies_as_nobody():
    need_refusal()
    with tool_for_nobody() as copy:
        result = run([*as_nobody(copy), 'check'])
    expect(result.status not in (0, 2), f'status of check as nobody: {result.status}')
    expect('try:' in result.err_text() + result.out.decode(), f'no remedy in {result.out!r}')


@test
def check_agrees_with_what_a_trace_does():
    """Whatever this host is: check says yes just where tracing works."""
    trial = run_tool('-q', '--', 'true')
    equal(run_tool('check').status == 0, trial.status == 0,
          f'check compared with a trace that said {trial.err!r}')
    if not why_not_traceable():
        equal(trial.status, 0, f'a trace where nothing stands in the way, which said {trial.err!r}')


@tracing_test
def trace_leaves_no_mount_behind():
    before = Path('/proc/self/mounts').read_bytes()
    result = run_tool('-q', '-o', '/dev/null', '--', 'cat', '/proc/self/mounts').must_succeed()
    equal(result.out, before, 'mounts while tracing')
    run_tool('check')
    equal(Path('/proc/self/mounts').read_bytes(), before, 'mounts afterwards')


@tracing_test
def tracefs_that_is_nowhere_is_mounted_for_us_alone():
    need_root()
    script = ('cp /proc/self/mounts "$2/before"; "$1" -q -- cat /proc/self/mounts > "$2/during" '
              '|| exit 3; "$1" check > /dev/null || exit 4; '
              'cat /proc/self/mounts | cmp - "$2/before" && '
              '! grep -E "^[^ ]+ [^ ]+ (tracefs|debugfs) " "$2/during"')
    with scratch() as directory:
        result = run([*without_tracefs(), 'sh', '-c', script, 'sh', tool(), directory])
        equal((result.status, result.out, result.err), (0, b'', b''), 'status and output')


@tracing_test
def tracefs_is_used_where_it_is_mounted():
    need_root()
    events = [Exec, Exit]
    result = run([*with_tracefs(), tool(), '-q', '--', 'true']).must_succeed()
    equal([type(item) for item in result.items()], events, 'events with /sys/kernel/tracing')
    script = 'mount -t tracefs nodev /mnt && "$1" -q -- true'
    result = run([*without_tracefs(), 'sh', '-c', script, 'sh', tool()]).must_succeed()
    equal([type(item) for item in result.items()], events, 'events with tracefs on /mnt')


@tracing_test
def descriptor_limit_does_not_stop_it():
    for limit in (16, 64):
        result = run(['sh', '-c', f'ulimit -S -n {limit} && exec "$@"', 'sh', tool(), '-q', '--',
                      'sh', '-c', 'ulimit -S -n > /dev/null; exit 7'])
        equal((result.status, result.err), (7, b''), f'status with ulimit -n {limit}')


main()
