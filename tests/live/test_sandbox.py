#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run gives up once it has begun, COMMAND does not; and a call that is forbidden ends it."""

import contextlib
import functools
import pwd
import re
import signal
import subprocess
import tempfile
from pathlib import Path

from live import (TIMEOUT, Failed, Skip, equal, exit_status, expect, main, need_program, need_root,
                  run, run_tool, scratch, test, tool, tracer, tracing_test, wait_until)

DOCS = Path(__file__).resolve().parents[2] / 'docs' / 'sandbox.md'
NOBODY = ['65534'] * 4
DAC_READ_SEARCH, KILL, SETGID, SETUID = 1 << 2, 1 << 5, 1 << 6, 1 << 7
SETPCAP, NET_ADMIN, IPC_LOCK = 1 << 8, 1 << 12, 1 << 14
SYS_PTRACE, SYS_ADMIN, PERFMON = 1 << 19, 1 << 21, 1 << 38
OTHERS = SYS_PTRACE | DAC_READ_SEARCH
FILTERED = '2'
PRIVILEGES = ('Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb',
              'NoNewPrivs', 'Seccomp')

# Makes a socket before the first line is written.
FORBIDDEN = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/uio.h>

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
	socket(AF_INET, SOCK_STREAM, 0);
	return ((ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev"))(fd, pieces, count);
}
"""


def status_of(pid):
    lines = Path(f'/proc/{pid}/status').read_text(encoding='utf-8').splitlines()
    return {name: value.split() for name, _, value in (line.partition(':') for line in lines)}


def capabilities():
    return int(status_of('self')['CapPrm'][0], 16)


def capability_to_trace():
    """Debian's kernels ask for more from level 3 on, and so do those before Linux 5.8."""
    level = int(Path('/proc/sys/kernel/perf_event_paranoid').read_text(encoding='ascii'))
    return SYS_ADMIN if level > 2 or not capabilities() & PERFMON else PERFMON


def need_all_of_root():
    """Skip where a root without all of its privileges cannot give them up in every way."""
    need_root()
    if ~capabilities() & (SETPCAP | SETUID | SETGID):
        raise Skip('not all capabilities of root')


@functools.cache
def filters_calls():
    """Whether system calls are restricted here: not in sanitized builds."""
    return 'system calls: in force' in run_tool('-v', '--', 'true').err_text()


def need_filter():
    if not filters_calls():
        raise Skip('a sanitized program, or a host without seccomp')


def child_of(pid):
    for entry in Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            if status_of(entry.name)['PPid'] == [str(pid)]:
                return int(entry.name)
    raise Failed(f'{pid} has no child')


def is_confined(pid):
    """The last of what the sandbox does is in force."""
    status = status_of(pid)
    return (status['NoNewPrivs'] == ['1'] and
            (not filters_calls() or status['Seccomp'] == [FILTERED]))


@contextlib.contextmanager
def running(*options, confined=True):
    """The status of a tracer whose COMMAND runs, once it is confined, and of that COMMAND."""
    need_all_of_root()
    with tracer(*options, '-q', '--', 'cat', stdin=subprocess.PIPE) as trace:
        pid = trace.process.pid
        try:
            if confined:
                wait_until(lambda: is_confined(pid), 'the sandbox')
            else:
                wait_until(lambda: trace.arrived, 'the EXEC of COMMAND')
            yield status_of(pid), status_of(child_of(pid))
            trace.send(signal.SIGTERM)
            equal(exit_status(trace.process.wait(TIMEOUT)), 128 + signal.SIGTERM, 'status')
        finally:
            # Ends COMMAND where that signal did not, and with it the output.
            trace.process.stdin.close()


def is_hiding():
    """Whether /proc shows each user his own processes alone, so that every trace keeps more."""
    mounts = Path('/proc/self/mounts').read_text(encoding='utf-8', errors='surrogateescape')
    return any(line.split()[2] == 'proc' and 'hidepid=' in line for line in mounts.splitlines())


def expect_confined(status, ids, wanted):
    equal((status['Uid'], status['Gid'], status['Groups']), (*ids, []), 'ids')
    kept = (wanted | (OTHERS if wanted and is_hiding() else 0)) & capabilities()
    for name, expected in (('Inh', 0), ('Prm', kept), ('Eff', kept), ('Bnd', 0), ('Amb', 0)):
        equal(int(status[f'Cap{name}'][0], 16), expected, f'Cap{name}')


@tracing_test
def a_trace_keeps_what_it_needs():
    perf = capability_to_trace() | IPC_LOCK | KILL
    with scratch() as directory:
        capture = directory / 'capture'
        for options, kept in (([], perf), (['-x'], perf | OTHERS),
                              (['record', '-o', capture], perf),
                              (['record', '-x', '-o', capture], perf | OTHERS)):
            with running(*options) as (tracing, _):
                expect_confined(tracing, (NOBODY, NOBODY), kept)


@tracing_test
def the_connector_keeps_what_it_needs():
    need_root()
    trial = run_tool('-q', '-b', 'connector', '--', 'true')
    if trial.status != 0:
        raise Skip(f'no connector: {trial.err_text().strip()}')
    with running('-b', 'connector') as (tracing, _):
        expect_confined(tracing, (NOBODY, NOBODY), OTHERS | NET_ADMIN | KILL)


@tracing_test
def the_user_can_be_chosen():
    daemon = pwd.getpwnam('daemon')
    with running('--sandbox-user', 'daemon') as (tracing, command):
        expect_confined(tracing, ([str(daemon.pw_uid)] * 4, [str(daemon.pw_gid)] * 4),
                        capability_to_trace() | IPC_LOCK | KILL)
        equal(command['Uid'], status_of('self')['Uid'], 'uid of COMMAND')


@test
def a_user_that_cannot_be_is_refused():
    need_root()
    for options, why in ((['root'], 'root'), (['0'], 'root'), (['no-such-user'], 'no user'),
                         (['daemon', '--no-sandbox'], 'exclude')):
        result = run_tool('--sandbox-user', *options, '--', 'echo', 'it ran')
        equal((result.status, result.out), (2, b''), f'status and output of {options}')
        expect(why in result.err_text(), f'{options}: {result.err_text()}')


@tracing_test
def the_user_may_do_without_it():
    own = status_of('self')
    with running('--no-sandbox', confined=False) as (tracing, _):
        for name in PRIVILEGES:
            equal(tracing[name], own[name], name)


@tracing_test
def command_has_what_we_have():
    own = status_of('self')
    for options in ([], ['-x'], ['record', '-o', '/dev/null']):
        with running(*options) as (_, command):
            for name in PRIVILEGES:
                equal(command[name], own[name], f'{name} of COMMAND with {options}')


@tracing_test
def a_replay_keeps_nothing():
    """Confined while it waits for the rest of a stream."""
    need_all_of_root()
    with scratch() as directory:
        capture = directory / 'capture'
        run_tool('record', '-q', '-o', '-', '--', 'true',
                 stdout=capture.open('wb')).must_succeed()
        with tracer('replay', '-q', '-', stdin=subprocess.PIPE) as replay:
            replay.process.stdin.write(capture.read_bytes())
            replay.process.stdin.flush()
            wait_until(lambda: is_confined(replay.process.pid), 'the sandbox')
            expect_confined(status_of(replay.process.pid), (NOBODY, NOBODY), 0)
            replay.process.stdin.close()
            equal(replay.finish().status, 0, 'status')


# ---- system calls --------------------------------------------------------------------------------

def documented_calls():
    """By run, as docs/sandbox.md has them."""
    table = DOCS.read_text(encoding='utf-8').partition('## System calls')[2].partition('\n## ')[0]
    calls = {}
    for line in table.splitlines():
        row = re.fullmatch(r'\| ([a-z, ]+) \| (`.*) \|', line)
        for name in row[1].split(', ') if row else ():
            calls.setdefault(name, set()).update(re.findall(r'`(\w+)`', row[2]))
    return {name: found | calls['all'] for name, found in calls.items()}


def confined_calls(log):
    """The names of what was called behind the last seccomp(2) that set a filter."""
    text = log.read_text(encoding='utf-8', errors='replace')
    _, entered, after = text.rpartition('SECCOMP_SET_MODE_FILTER')
    expect(entered, f'no filter was set in {text[-500:]}')
    return set(re.findall(r'^(\w+)\(', after.partition('\n')[2], re.MULTILINE))


@tracing_test
def every_run_makes_the_calls_that_the_docs_list():
    """Whatever the kernel would do with others."""
    need_root()
    need_filter()
    strace, documented = need_program('strace'), documented_calls()
    with scratch() as directory:
        capture, log = directory / 'capture', directory / 'log'
        command = ['--', 'sh', '-c', 'sleep 0.1 & wait']
        for run_name, args in (
                ('live', command), ('live', ['-F', 'json', '--env', 'all', *command]),
                ('live', ['-x', '-S', '-T', '-o', directory / 'out', *command]),
                ('live', ['-d', '1', '-n', '5']), ('live', ['-p', '1', '-f', '-d', '1']),
                ('connector', ['-b', 'connector', *command]),
                ('sideband', ['-b', 'sideband', '-F', 'json', *command]),
                ('record', ['record', '-o', capture, *command]),
                ('record', ['record', '-x', '-o', capture, *command]),
                ('record', ['record', '-x', '-p', '1', '-f', '-d', '1', '-o', capture]),
                ('all', ['replay', '-F', 'tree', '-T', capture]),
                ('all', ['replay', '-x', '-o', directory / 'out', capture]),
                ('all', ['formats', 'show', 'sched_process_fork', capture]),
                ('all', ['formats', 'diff', capture, capture])):
            result = run([strace, '-o', log, tool(), *args])
            expect(result.status == 0, f'{args}: {result.status}, {result.err_text()}')
            equal(confined_calls(log) - documented[run_name], set(), f'calls of {args} beside')
        # Where the connector does not tell, pidfds may.
        alone = run([need_program('unshare'), '-n', strace, '-o', log, tool(), '-b', 'sideband',
                     '-F', 'json', *command])
        expect(alone.status == 0, f'without the connector: {alone.status}, {alone.err_text()}')
        equal('pidfd_open' in confined_calls(log), b'from pidfds' in alone.err, 'use of pidfds')
        equal(confined_calls(log) - documented['sideband'], set(), 'calls with pidfds beside')


def build_library(directory):
    """A library that makes a socket before the first line is written."""
    source, library = Path(directory) / 'forbidden.c', Path(directory) / 'forbidden.so'
    source.write_text(FORBIDDEN, 'ascii')
    run([need_program('cc'), '-shared', '-fPIC', '-o', library, source, '-ldl']).must_succeed()
    return library


@tracing_test
def what_is_forbidden_ends_it():
    need_filter()
    with tempfile.TemporaryDirectory() as directory, scratch() as captures:
        capture = captures / 'capture'
        run_tool('record', '-q', '-o', capture, '--', 'true').must_succeed()
        library = build_library(directory)
        for args in (['--', 'true'], ['replay', capture],
                     ['record', '-q', '-o', '-', '--', 'true']):
            result = run(['env', f'LD_PRELOAD={library}', tool(), *args])
            expect(b'the sandbox does not allow socket(2)' in result.err, result.err_text())
            equal(result.status, 1, f'status of {args}')
            expect(b'EXEC|' not in result.out, f'lines of {args}')


main()
