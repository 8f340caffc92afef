#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Command lines that make no sense: status 2, one clear line on standard error, nothing done."""

import subprocess
from pathlib import Path

from live import equal, expect, main, need_tracing, run_tool, scratch, test, tracing_test

# Each with words of which one must be in the message.
WRONG = [
    (['--no-such-option'], ['no-such-option']),
    (['-Z'], ['-Z']),
    (['-d'], ['-d']),
    (['-d', '0'], ['-d', 'up to 60']),
    (['-d', '61'], ['--stream']),
    (['-d', '-1'], ['-d']),
    (['-d', 'x'], ['-d']),
    (['-d', '5x'], ['-d']),
    (['-d', ''], ['-d']),
    (['-d', '99999999999999999999'], ['-d']),
    (['-n', '0'], ['-n']),
    (['-n', '5001'], ['--stream']),
    (['-n', '-3'], ['-n']),
    (['-n', '+3'], ['-n']),
    (['-n', '1.5'], ['-n']),
    (['-n', '7z'], ['--name 7z']),
    (['-n', ''], ['-n']),
    (['--max-events', 'many'], ['--max-events takes']),
    (['--pid', 'x'], [' --pid takes process ids, PID[,PID...], not']),
    (['--pid=-p'], [" --pid takes process ids, PID[,PID...], not '-p'"]),
    (['-p1', '--pid', '1', '-px'], [' -p takes']),
    (['--follow'], [' --follow needs -p: whom to follow']),
    (['--extended', '--format', 'json'], [' --extended is for pipe lines: --format json,']),
    (['--pid', '1', 'true'], [' --pid, -t and a COMMAND exclude']),
    (['--pid', '1', '-p', '1', 'true'], [' -p, -t and a COMMAND exclude']),
    (['--failed', '--events', 'exec'], ['which --events leaves out']),
    (['--duration', '61'], [' --duration is over the limit']),
    (['--user', 'no such user'], [' --user: there is no user']),
    (['--cgroup', '/no/such'], [' --cgroup /no/such: there is no']),
    (['--name', '('], [" --name: '(' is no regular"]),
    (['-n', '('], [" -n: '(' is no regular"]),
    (['--time'], [' --time: plain pipe lines']),
    (['replay', '--ppid', 'x', 'file'], [' --ppid takes']),
    (['-p', '0'], ['-p']),
    (['-p', '-1'], ['-p']),
    (['-p', 'x'], ['-p']),
    (['-p', '1,'], ['-p']),
    (['-p', ',1'], ['-p']),
    (['-p', '1,,2'], ['-p']),
    (['-p', '1 || pid == 2'], ['-p']),
    (['-p', '99999999999'], ['-p']),
    (['-p', ''], ['-p']),
    (['-f'], ['-p']),
    (['--run-as', 'nobody'], ['COMMAND']),
    (['--run-as', '', '--', 'true'], ['--run-as']),
    (['replay', '--run-as', 'nobody', 'file'], ['record --run-as']),
    (['replay', '--sudo', 'file'], ['record --sudo']),
    (['check', '--sudo'], ['--sudo']),
    (['--caller=1', '--', 'true'], ['--sudo']),
    (['-e', ''], ['-e']),
    (['-e', 'fork,spoon'], ['-e']),
    (['-e', 'fork,'], ['-e']),
    (['-m', '0'], ['-m']),
    (['-m', '3'], ['power of two']),
    (['-m', '-4'], ['-m']),
    (['-m', 'x'], ['-m']),
    (['-m', '4294967296'], ['-m']),
    (['--'], ['COMMAND']),
    (['check', 'me'], ['me']),
    (['-o', ''], ['-o']),
    (['-n', 'make('], ['make(']),
    (['--name', '[a'], ['[a']),
    (['--name='], ['--name takes']),
    (['-u', ''], ['-u']),
    (['-u', 'no such user'], ['no such user']),
    (['-u', '4294967295'], ['-u']),
    (['-P', '0'], ['-P']),
    (['-P', '1,2'], ['-P']),
    (['-c', ''], ['-c']),
    (['-c', '/no/such/cgroup'], ['/no/such/cgroup']),
    (['-c', '/..'], ['..']),
    (['--failed', '-e', 'exec'], ['-e']),
    (['--exit', '1', '-e', 'exec'], ['--exit shows exits, which -e leaves out']),
    (['--exit', '1,SIGNOPE'], ["not 'SIGNOPE'"]),
    (['--exit', ''], ['--exit']),
    (['--args', 'a('], ["--args: 'a('"]),
    (['--args='], ['--args takes']),
    (['-F', 'csv'], ['json']),
    (['-F', ''], ['json']),
    (['-x', '-F', 'json'], ['-x']),
    (['-T'], ['-F json']),
    (['-T', '-S'], ['-S']),
    (['--raw', '-F', 'tree'], ['--raw']),
    (['--env', 'PATH'], ['-x, or -F json or perfetto']),
    (['--env', 'PATH', '-F', 'html'], ['-x, or -F json or perfetto']),
    (['--cwd', '-F', 'table'], ['-x, or -F json, html or perfetto']),
    (['--no-copies', '-F', 'table'], ['-F tree']),
    (['--env', 'A=b', '-x'], ['NAME']),
    (['--env', 'A,,B', '-x'], ['NAME']),
    (['--arg-bytes', '1023', '-x'], ['1024']),
    (['--arg-bytes', '65536', '-x'], ['61440']),
    (['--arg-bytes', '4096'], ['-x']),
    (['--max-arg-bytes', '64'], ['-x, -S']),
    (['--max-arg-bytes', '0', '-x'], ['--max-arg-bytes']),
    (['record', '-o', 'x', '--max-arg-bytes', '64'], ['replay --max-arg-bytes']),
    (['record', '-o', 'x', '--redact'], ['replay --redact']),
    (['--redact', '--raw'], ['--raw and --redact exclude each other']),
    (['--redact-regex', '(', '-x'], ['--redact-regex', 'no regular expression']),
    (['--redact-regex', '', '-x'], ['--redact-regex takes a regular expression']),
    (['record', '-o', 'x', '-F', 'json'], ['replay -F']),
    (['record', '-o', 'x', '-S'], ['replay -S']),
    (['record', '-o', 'x', '--failed'], ['replay --failed']),
    (['record', '-o', 'x', '--exit', '1'], ['replay --exit']),
    (['record', '-o', 'x', '-n', 'make'], ['replay --name make']),
    (['record', '-o', 'x', '--env', 'PATH'], ['-x']),
    (['replay', '--arg-bytes', '4096', 'x'], ['record --arg-bytes']),
    (['replay', '-n', 'make(', 'x'], ['make(']),
    (['replay', '-u', 'no such user', 'x'], ['no such user']),
    (['formats', 'frob'], ['frob']),
    (['formats', 'diff', 'live'], ['diff']),
    (['formats', 'list', 'no-such-kernel'], ['no-such-kernel']),
    (['formats', '-p', '1'], ['-p']),
    (['formats', '--', 'true'], ['true']),
    (['formats', 'list', '-F', 'json'], ['list']),
    (['formats', 'diff', '-F', 'xml', 'live', 'live'], ['text or json']),
    (['check', '-F', 'table'], ['text or json']),
    (['help', 'true'], ['true']),
    (['record', '-o', 'x', '--'], ['COMMAND']),
]

DEAD_PID = 4194304  # PID_MAX_LIMIT itself is never given out


@test
def each_has_status_2_and_one_line():
    wrong = []
    for args, words in WRONG:
        result = run_tool(*args)
        lines = result.err_lines()
        if result.status != 2:
            wrong.append(f'{args}: status {result.status}')
        if len(lines) != 1 or not lines[0].startswith('perf_exec_trace: '):
            wrong.append(f'{args}: standard error is {result.err!r}')
        if result.out:
            wrong.append(f'{args}: standard output is {result.out!r}')
        if not any(word in result.err_text() for word in words):
            wrong.append(f'{args}: {result.err!r} has none of {words}')
    expect(not wrong, '\n'.join(wrong))


@test
def hostile_arguments_cannot_forge_lines():
    for args in (['-d', 'a\nb'], ['-e', '\x1b[31m'], ['--x\ny'], ['a\nb'], ['-p', '1\n2'],
                 ['-m', '2\r'], ['-n', '(\n'], ['-u', 'a\nb'], ['-c', '/a\x1b[31m'],
                 ['-F', 'a\nb'], ['--env', '\n='], ['--', '/no/such\n\x1b[31mprogram']):
        result = run_tool(*args)
        equal(len(result.err.split(b'\n')), 2, f'lines on standard error after {args}')
        expect(not any(byte < 0x20 for byte in result.err.rstrip(b'\n')),
               f'control bytes in {result.err!r}')


@test
def nothing_is_done_before_the_command_line_is_right():
    with scratch() as directory:
        output = directory / 'trace'
        output.write_text('precious')
        result = run_tool('-o', output, '-d', 0, '--', 'touch', directory / 'touched')
        equal(result.status, 2, 'status')
        equal(output.read_text(), 'precious', 'what -o names')
        expect(not (directory / 'touched').exists(), 'COMMAND was run')


@test
def what_filters_need_is_looked_at_before_tracing_begins():
    with scratch() as directory:
        output = directory / 'trace'
        for args in (['-n', '('], ['-u', 'no such user'], ['-c', '/no/such/cgroup']):
            result = run_tool('-o', output, *args, '--', 'touch', directory / 'touched')
            equal(result.status, 2, f'status of {args}')
            equal(list(directory.iterdir()), [], f'what {args} left behind')


def cgroup2_mounts():
    """Mount points of the whole hierarchy, or of what our cgroup namespace sees of it."""
    lines = Path('/proc/self/mountinfo').read_text(encoding='utf-8').splitlines()
    return [line.split()[4] for line in lines if ' - cgroup2 ' in line and line.split()[3] == '/']


@test
def cgroups_are_looked_for_where_cgroup2_is_mounted():
    """With -V: only the command line is looked at."""
    mounts = cgroup2_mounts()
    if not mounts:
        result = run_tool('-c', '/', '-V')
        equal(result.status, 2, 'status without cgroup2')
        expect('cgroup v2' in result.err_text(), f'{result.err!r} does not say what is missing')
    for path in ['/', *mounts] if mounts else []:
        run_tool('-c', path, '-V').must_succeed()


@test
def cgroups_of_a_capture_need_not_be_here():
    """replay goes on to open the capture, and fails there."""
    result = run_tool('replay', '-c', '/no/such/cgroup', '/no/such/capture')
    equal(result.status, 1, 'status')
    expect('/no/such/capture' in result.err_text(), f'{result.err!r} does not name the capture')


@tracing_test
def pid_that_is_not_there_is_refused():
    with subprocess.Popen(['true']) as gone:
        gone.wait()
    for pid in (DEAD_PID, gone.pid):
        result = run_tool('-d', 1, '-p', pid)
        expect(result.status in (1, 2), f'-p {pid}: status {result.status}')
        equal(len(result.err_lines()), 1, f'lines on standard error: {result.err!r}')
        expect(str(pid) in result.err_text(), f'{result.err!r} does not name {pid}')


@tracing_test
def format_files_that_are_missing_or_broken_are_refused():
    need_tracing()
    with scratch() as directory:
        cases = {
            'no directory at all': directory / 'missing',
            'an empty directory': directory / 'empty',
            'a file': directory / 'file',
            'an empty format file': formats(directory / 'blank', b''),
            'garbage': formats(directory / 'garbage', b'\xff\x00garbage\n' * 50),
            'a format without its fields': formats(
                directory / 'fieldless', b'name: sched_process_fork\nID: 1\nformat:\n\n'),
            'a format cut off': formats(
                directory / 'cut', b'name: sched_process_fork\nID: 1\nformat:\n\tfield:char comm['),
        }
        (directory / 'empty').mkdir()
        (directory / 'file').write_text('x')
        for what, path in cases.items():
            result = run_tool('--formats', path, '--', 'touch', directory / 'touched')
            expect(result.status in (1, 2), f'{what}: status {result.status}')
            equal(len(result.err_lines()), 1, f'{what}: lines on standard error: {result.err!r}')
            expect(str(path) in result.err_text(), f'{what}: {result.err!r} does not name {path}')
            expect(not (directory / 'touched').exists(), f'{what}: COMMAND was run')


def formats(directory, text):
    for event in ('fork', 'exec', 'exit'):
        path = directory / 'events' / 'sched' / f'sched_process_{event}'
        path.mkdir(parents=True)
        (path / 'format').write_bytes(text)
    return directory


main()
