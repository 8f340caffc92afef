#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tracing with the few capabilities that `make install-caps` and the systemd unit give."""

import contextlib
import functools
import json
import os
import platform
import re
import subprocess
from pathlib import Path

from live import (NOBODY, Build, Skip, equal, expect, main, need_mount_namespaces, need_program,
                  run, scratch, test, tool, tracing_test, without_told_statuses)

TOP = Path(__file__).resolve().parents[2]
UNIT = 'perf-exec-trace.service'
CAP_PERFMON = 38
SMALL_RING = 512 * 1024
COMMAND_CAPABILITIES = 'grep -E "^Cap(Prm|Eff|Inh|Amb)" /proc/self/status; exit 3'
AS_NOBODY = ('setpriv', f'--reuid={NOBODY}', f'--regid={NOBODY}', '--clear-groups')


def install(directory, *targets):
    """`make TARGETS` below DIRECTORY, of the program under test."""
    result = run(['make', '-C', TOP, f'BUILD={Build.dir}', '-o', 'all', f'DESTDIR={directory}',
                  'PREFIX=/usr', *targets], env={**os.environ, 'MAKEFLAGS': ''})
    if result.status != 0 and 'install-caps' in targets:
        raise Skip(f'no file capabilities here: {result.err_text().strip()}')
    result.must_succeed()
    return directory / 'usr'


@functools.cache
def why_not_perfmon():
    """Why CAP_PERFMON may not do on this kernel."""
    if int(Path('/proc/sys/kernel/cap_last_cap').read_text()) < CAP_PERFMON:
        return 'a kernel without CAP_PERFMON'
    if int(Path('/proc/sys/kernel/perf_event_paranoid').read_text()) > 2:
        return 'perf_event_paranoid is above 2, where some kernels do not take CAP_PERFMON'
    return ''


def with_tracefs(*args):
    """How to run ARGS where tracefs is mounted, /sys read only and /proc closed."""
    need_mount_namespaces()
    need_program('setpriv')
    # Before Linux 5.8 the option is one of all mounts of this pid namespace (proc(5)).
    release = tuple(map(int, re.findall(r'\d+', platform.release())[:2]))
    hide = '' if release < (5, 8) else 'mount -t proc -o hidepid=2 proc /proc;'
    script = ('mount -t tracefs tracefs /sys/kernel/tracing && mount -o remount,bind,ro /sys && '
              f'{hide}'
              'test -d /sys/kernel/tracing/events && exec "$@"')
    return ['unshare', '-m', 'sh', '-c', script, 'sh', *args]


def shows_the_host(line):
    """A trace of the whole host, with what the capabilities are for."""
    result = run(with_tracefs(*line, '-b', 'perf', '-v', '-F', 'json', '-d', '1'))
    if result.status != 0 and why_not_perfmon():
        raise Skip(f'{why_not_perfmon()}; the tool says: {result.err_text().strip()}')
    result.must_succeed()
    expect('formats from /sys/kernel/tracing' in result.err_text(), result.err_text())
    for line_ in result.out.splitlines():
        json.loads(line_)


# ---- make install-caps ---------------------------------------------------------------------------

@contextlib.contextmanager
def with_file_capabilities(*variables):
    need_program('setcap')
    need_program('make')
    with scratch() as directory:
        yield install(directory, 'install-caps', *variables) / 'bin' / 'perf_exec_trace'


@tracing_test
def nobody_traces_the_host_with_file_capabilities():
    with with_file_capabilities() as program:
        equal(program.stat().st_mode & 0o777, 0o755, 'mode')
        shows_the_host([*AS_NOBODY, program])


def documented_capabilities():
    """Those that docs/privileges.md has the program need, by name."""
    text = (TOP / 'docs' / 'privileges.md').read_text(encoding='utf-8')
    return set(re.findall(r'^\| (CAP_\w+) \|', text, re.MULTILINE))


@tracing_test
def capabilities_are_those_of_the_docs():
    with with_file_capabilities() as program:
        found = run([need_program('getcap'), program]).must_succeed().out.decode()
    granted = set(re.findall(r'CAP_\w+', found.upper()))
    # What stands for it on other hosts.
    if 'CAP_PERFMON' not in granted:
        granted = {'CAP_PERFMON' if name == 'CAP_SYS_ADMIN' else name for name in granted}
    equal(granted, documented_capabilities(), f'capabilities of {found}')


@test
def capabilities_of_the_unit_are_those_of_the_docs():
    equal(set(unit_values('AmbientCapabilities')), documented_capabilities() - {'CAP_IPC_LOCK'},
          'ambient capabilities')


@tracing_test
def command_has_no_capabilities():
    with with_file_capabilities() as program:
        result = run(with_tracefs(*AS_NOBODY, program, '-q', '-o', '/dev/null', '--', 'sh', '-c',
                                  COMMAND_CAPABILITIES))
        equal(result.status, 3, f'exit status; {result.err_text()}')
        shown = dict(re.findall(r'(Cap\w+):\s+(\w+)', result.out.decode()))
        equal(set(shown), {'CapPrm', 'CapEff', 'CapInh', 'CapAmb'}, 'sets')
        equal({int(bits, 16) for bits in shown.values()}, {0}, f'capabilities: {shown}')


@tracing_test
def only_the_group_may_run_it():
    with with_file_capabilities('GROUP=daemon') as program:
        equal(program.stat().st_mode & 0o777, 0o750, 'mode')
        equal((program.stat().st_uid, program.group()), (0, 'daemon'), 'owner')
        # setpriv itself still has root's capabilities when it executes something.
        line = ['sh', '-c', 'exec "$0" --version', program]
        expect(run([*AS_NOBODY, *line]).status != 0, 'nobody ran it')
        run(['setpriv', f'--reuid={NOBODY}', f'--regid={NOBODY}',
             f'--groups={program.stat().st_gid}', *line]).must_succeed()


@tracing_test
def kernels_that_do_not_take_perfmon_have_sys_admin():
    with with_file_capabilities('PERF_CAPABILITY=cap_sys_admin') as program:
        found = run([need_program('getcap'), program]).must_succeed().out.decode()
        expect('cap_sys_admin' in found and 'cap_perfmon' not in found, found)


# ---- the unit ------------------------------------------------------------------------------------

def unit_text():
    return (TOP / 'contrib' / f'{UNIT}.in').read_text(encoding='utf-8')


def unit_values(key):
    return [value for line in unit_text().splitlines() if line.startswith(key + '=')
            for value in line.partition('=')[2].split()]


@contextlib.contextmanager
def installed_unit():
    """The unit as installed, but with the program where it is here."""
    need_program('systemd-analyze')
    with scratch() as directory:
        root = install(directory, 'install-service')
        unit = root / 'lib' / 'systemd' / 'system' / UNIT
        expect('ExecStart=/usr/bin/perf_exec_trace ' in unit.read_text(), 'no ExecStart')
        copy = directory / UNIT
        copy.write_text(unit.read_text().replace('/usr/bin/perf_exec_trace', tool()))
        yield copy


def offline_security(unit, *options):
    result = run(['systemd-analyze', 'security', '--offline=true', '--no-pager', *options, unit])
    if 'unrecognized option' in result.err_text():
        raise Skip('systemd-analyze cannot look at files')
    return result


@test
def unit_is_verified():
    with installed_unit() as unit:
        result = run(['systemd-analyze', 'verify', '--man=no', unit])
        if 'unrecognized option' in result.err_text():
            raise Skip('an old systemd-analyze')
        said = [line for line in result.err_lines() if UNIT in line]
        equal((result.status, said), (0, []), 'what systemd-analyze verify found')


@test
def unit_is_hardened():
    with installed_unit() as unit:
        # In tenths; an unhardened service has 96.
        equal(offline_security(unit, '--threshold=25').status, 0, 'within the threshold')


@test
def uninstall_takes_the_unit_away():
    need_program('make')
    with scratch() as directory:
        unit = install(directory, 'install-service') / 'lib' / 'systemd' / 'system' / UNIT
        expect(unit.exists(), 'not installed')
        install(directory, 'uninstall')
        expect(not unit.exists(), 'still there')


def as_the_unit():
    """setpriv's options for the capabilities of the unit: ambient, and no others to be had."""
    names = ','.join('+' + name.lower().removeprefix('cap_')
                     for name in unit_values('AmbientCapabilities'))
    expect(names, 'the unit has no AmbientCapabilities')
    return [*AS_NOBODY, f'--inh-caps=-all,{names}', f'--ambient-caps=-all,{names}',
            f'--bounding-set=-all,{names}', '--no-new-privs']


@contextlib.contextmanager
def open_place():
    """A directory for anybody, and the program in it: the build's own may be root's alone."""
    with scratch() as directory:
        directory.chmod(0o777)
        program = directory / 'perf_exec_trace'
        program.write_bytes(Path(tool()).read_bytes())
        program.chmod(0o755)
        yield directory, program


@tracing_test
def capabilities_of_the_unit_suffice():
    equal(unit_values('AmbientCapabilities'), unit_values('CapabilityBoundingSet'), 'two lists')
    trial = run([*as_the_unit(), 'true'])
    if trial.status != 0:
        raise Skip(f'setpriv: {trial.err_text().strip()}')
    with open_place() as (directory, program):
        shows_the_host([*as_the_unit(), program])


@tracing_test
def small_rings_have_small_dumps():
    """Of what they lack, /proc has the rest."""
    prlimit = need_program('prlimit')
    command = ['sh', '-c', 'sleep 0.2', 'x' * 3000]
    with open_place() as (directory, program):
        line = [prlimit, '--memlock=0', *as_the_unit(), program, '-b', 'perf', '-v', '-F', 'json']
        result = run(with_tracefs(*line, '--', *command))
    if result.status != 0 and (why_not_perfmon() or run([*as_the_unit(), 'true']).status != 0):
        raise Skip(f'the tool says: {result.err_text().strip()}')
    said = result.must_succeed().err_text()
    rings = int(re.search(r'ring buffers of (\d+) pages', said).group(1)) * os.sysconf('SC_PAGESIZE')
    if rings > SMALL_RING:
        raise Skip(f'this kernel grants everybody rings of {rings} bytes')
    expect('2048 bytes of arguments per exec from its stack, not 9216' in said, said)
    execs = [event for event in map(json.loads, result.out.splitlines())
             if event['type'] == 'exec' and event['comm'] == 'sh']
    equal([(event['argv'], event['argv_source']) for event in execs], [(command, 'proc')], 'argv')


def calls_in(group):
    """The system calls of one of systemd's groups, and of those in it."""
    result = run(['systemd-analyze', 'syscall-filter', '--no-pager', group]).must_succeed()
    words = [line.strip() for line in result.out.decode().splitlines() if line.startswith('    ')]
    names = {word for word in words if re.fullmatch(r'\w+', word)}
    return names.union(*(calls_in(word) for word in words if word.startswith('@')))


def calls_of_the_unit():
    allowed = set()
    for line in re.findall(r'^SystemCallFilter=(.*)$', unit_text(), re.MULTILINE):
        words = line.removeprefix('~').split()
        names = set().union(*(calls_in(word) if word.startswith('@') else {word} for word in words))
        allowed = allowed - names if line.startswith('~') else allowed | names
    return allowed


@tracing_test
def system_calls_of_the_unit_suffice():
    need_program('systemd-analyze')
    need_program('strace')
    need_mount_namespaces()
    allowed = calls_of_the_unit()
    expect('perf_event_open' in allowed and 'setuid' not in allowed, f'allowed: {sorted(allowed)}')
    with open_place() as (directory, program):
        for prefix, *args in (
                ((), '-d', '1', '-F', 'json', '-o', directory / 'lines'),
                ((), '-d', '1', '-o', directory / 'plain'),
                ((), 'record', '-x', '-d', '1', '-o', directory / 'data'),
                (without_told_statuses(), '-d', '1', '-F', 'json', '-o', directory / 'inferred')):
            run(with_tracefs(*prefix, *as_the_unit(), 'strace', '-f', '-o', directory / 'calls', program,
                             *args), stderr=subprocess.DEVNULL)
            calls = set(re.findall(r'^\d+ +(\w+)\(', (directory / 'calls').read_text(),
                                   re.MULTILINE))
            expect('perf_event_open' in calls, f'seen: {sorted(calls)}')
            equal(calls - allowed, set(), 'system calls that the unit does not allow')


main()
