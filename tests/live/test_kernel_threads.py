#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Threads that the kernel makes for a process, as io_uring's: they have no FORK, and one of them may
be the last of the process.
"""

from json_lines import Exit as Facts, parse
from lines import Exit, Fork
from live import Skip, equal, expect, main, note, run, run_tool, scratch, tracing_test, workload

ROUNDS = 10
CODE = 5
NO_IO_URING = 77


def program():
    path = workload('uring_workload')
    if run([path]).status == NO_IO_URING:
        raise Skip('no io_uring')
    return path


def exits(result):
    equal((result.status, result.err), (CODE, b''), 'status and standard error')
    return [item for item in result.items() if isinstance(item, Exit)]


@tracing_test
def the_end_is_seen_whoever_is_last():
    path, lasts = program(), set()
    for _ in range(ROUNDS):
        result = run_tool('-q', '-F', 'json', '-e', 'exit', '--', path)
        facts = parse(result.out)
        equal({fact.pid for fact in facts}, {facts[0].pid}, 'processes')
        expect(len(facts) > 1, 'the kernel made no thread')
        equal([fact.last for fact in facts], [False] * (len(facts) - 1) + [True], 'last')
        equal(facts[-1].exit_code, CODE, 'exit code')
        lasts.add(facts[-1].tid == facts[-1].pid)
    note(f'the last one was {"now the leader, now another" if len(lasts) > 1 else lasts}')


@tracing_test
def plain_lines_show_all_of_them():
    path = program()
    for _ in range(ROUNDS):
        result = run_tool('-q', '--', path)
        expect(len(exits(result)) > 1, 'the kernel made no thread')
        expect(not any(isinstance(item, Fork) for item in result.items()), 'a FORK')


@tracing_test
def every_format_shows_the_same():
    path = program()
    with scratch() as directory:
        capture = directory / 'capture'
        for _ in range(3):
            run_tool('record', '-q', '-x', '-o', capture, '--', path)
            plain = exits(run_tool('replay', '-q', capture)._replace(status=CODE))
            facts = parse(run_tool('replay', '-q', '-F', 'json', '-e', 'exit', capture).out)
            extended = run_tool('replay', '-q', '-x', '-e', 'exit', capture).out.splitlines()
            failed = parse(run_tool('replay', '-q', '-F', 'json', '--failed', capture).out)
            summary = run_tool('replay', '-q', '-S', capture).out
            equal([fact.tid for fact in facts], [item.pid for item in plain], 'exits')
            equal(len(extended), len(plain), 'extended lines')
            equal([fact.exit_code for fact in failed], [CODE], 'failures')
            expect(all(isinstance(fact, Facts) for fact in facts), 'not exits alone')
            expect(b': exit 5' in summary, f'no end in {summary}')


@tracing_test
def a_plain_capture_shows_all_of_them():
    path = program()
    with scratch() as directory:
        for _ in range(3):
            run_tool('record', '-q', '-o', directory / 'capture', '--', path)
            result = run_tool('replay', '-q', directory / 'capture')
            expect(len([item for item in result.items() if isinstance(item, Exit)]) > 1,
                   'the kernel made no thread')


if __name__ == '__main__':
    main()
