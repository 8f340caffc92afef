#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Threads that the kernel makes: they have an EXIT and no FORK, and may be the last of their process.
"""

import json

from live import Skip, equal, expect, main, run, run_tool, scratch, tracing_test, workload

RUNS = 5
SKIPPED = 77


def program():
    path = workload('kernel_thread')
    result = run([path])
    if result.status == SKIPPED:
        raise Skip(f'no thread that polls an io_uring: {result.err.decode().strip()}')
    return path


def exits(output):
    return [event for event in map(json.loads, output.splitlines()) if event['type'] == 'exit']


def must_be_whole(output):
    """Both tasks' exits, and the process's status in the last one."""
    got = exits(output)
    equal(len(got), 2, 'exits')
    equal(len({event['tid'] for event in got}), 2, 'tasks')
    equal({event['pid'] for event in got}, {got[0]['pid']}, 'processes')
    equal([(event['last'], event['exit_code']) for event in got], [(False, None), (True, 5)],
          'last and exit_code')


@tracing_test
def the_end_of_a_process_is_seen():
    path = program()
    for _ in range(RUNS):
        result = run_tool('-q', '-F', 'json', '--', path)
        equal(result.status, 5, 'status')
        must_be_whole(result.out)


@tracing_test
def it_fails_as_a_whole():
    path = program()
    for _ in range(RUNS):
        result = run_tool('-q', '-F', 'json', '--failed', '--', path)
        equal([event['exit_code'] for event in exits(result.out)], [5], 'failures')


@tracing_test
def plain_lines_show_both_exits():
    path = program()
    for _ in range(RUNS):
        result = run_tool('-q', '--', path)
        lines = result.out.splitlines()
        equal([line.split(b'|')[0] for line in lines], [b'EXEC', b'EXIT', b'EXIT'], 'lines')


@tracing_test
def captures_show_the_same():
    path = program()
    with scratch() as directory:
        for options in ((), ('-x',)):
            capture = directory / f'capture{len(options)}'
            equal(run_tool('record', '-q', *options, '-o', capture, '--', path).status, 5, 'status')
            plain = run_tool('replay', '-q', capture).out.splitlines()
            equal([line.split(b'|')[0] for line in plain], [b'EXEC', b'EXIT', b'EXIT'], 'lines')
            expect(b'iou-sqp' in b''.join(plain), f'no io_uring thread in {plain}')
        must_be_whole(run_tool('replay', '-q', '-F', 'json', capture).out)


if __name__ == '__main__':
    main()
