#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Rings of any size show the end of COMMAND, or tell what they lost; those in which an exec cannot be
seen at all are refused. Nothing ever comes to an end as if nothing had happened.
"""

import json
import os
import re

from live import (Skip, equal, expect, main, need_program, run, run_tool, scratch, tool,
                  tracing_test)
from live import test as plain_test

STATUS = 7
COMMAND = ('sh', '-c', f'/bin/true; exit {STATUS}')
USAGE = 2
TRIES = 20
PAGES = (1, 2, 4, 8)
VIEWS = ((), ('-F', 'json'), ('-x',), ('-F', 'tree'), ('-F', 'table'), ('-S',))
LONGEST = os.pathconf('/', 'PC_PATH_MAX') - 1


def loss_told(result):
    """By the closing line of a trace or a replay."""
    return re.search(r', [1-9]\d* lost, ', result.err_text())


def shown_end(view, out):
    """Whether OUT shows how COMMAND ended."""
    if view == ('-F', 'json'):
        events = [json.loads(line) for line in out.splitlines()]
        return any(event['type'] == 'exit' and event['comm'] == 'sh' and
                   event['exit_code'] == STATUS for event in events)
    if view in ((), ('-x',)):
        return any(line.startswith(b'EXIT|') and line.split(b'|')[3] == b'sh'
                   for line in out.splitlines())
    return f'exit {STATUS}'.encode() in out


def check(result, view, shown):
    equal(result.status, STATUS, f'status, with {result.err_text()}')
    expect(shown_end(view, shown.out) or loss_told(shown),
           f'{view}: neither the end of the command nor a loss: {shown.out} {shown.err}')


def is_refused(result, pages):
    if result.status != USAGE:
        return False
    expect(f'-m {pages}: a ring of ' in result.err_text() and '; try: -m ' in result.err_text(),
           f'a refusal without a remedy: {result.err}')
    equal(result.out, b'', 'output')
    return True


@tracing_test
def every_view_in_every_ring():
    for view in VIEWS:
        for pages in PAGES:
            result = run_tool('-m', pages, *view, '--', *COMMAND)
            if is_refused(result, pages):
                expect(view != (), f'-m {pages} is refused for plain lines')
            else:
                check(result, view, result)


@tracing_test
def every_recording_in_every_ring():
    with scratch() as directory:
        for options in ((), ('-x',)):
            for pages in PAGES:
                capture = directory / f'{pages}{options}'
                result = run_tool('record', '-m', pages, *options, '-o', capture, '--', *COMMAND)
                if is_refused(result, pages):
                    expect(options and not capture.exists(), 'a refusal left a file')
                    continue
                for view in ((), options):
                    check(result, view, run_tool('replay', *view, capture).must_succeed())


# ---- how many execs a ring has room for ----------------------------------------------------------

MIB = 1024 * 1024
PAGE = os.sysconf('SC_PAGESIZE')
# Of a ring of half a MiB: 400 in 4 MiB, 1600 in 16 MiB.
EXECS = 50
STORM = (f'kill -STOP $PPID; i=0; while [ $i -lt {EXECS} ]; do /bin/true $i; i=$((i + 1)); done; '
         'kill -CONT $PPID')


@tracing_test
def a_ring_holds_many_execs_with_their_dumps():
    """While nobody reads, in the ring of one CPU."""
    on_one_cpu = [need_program('taskset'), '-c', min(os.sched_getaffinity(0))]

    def held():
        result = run([*on_one_cpu, tool(), '-q', '-F', 'json', '-m', MIB // 2 // PAGE,
                      '--', 'sh', '-c', STORM])
        events = [json.loads(line) for line in result.must_succeed().out.splitlines()]
        return sum(event['type'] == 'exec' and event['comm'] == 'true' for event in events)

    in_a_quiet_moment(EXECS, held)


@tracing_test
def rings_for_execs_are_as_large_as_memory_permits():
    cpus = os.sysconf('SC_NPROCESSORS_ONLN')
    most = min(os.sysconf('SC_PHYS_PAGES') * PAGE // 64, 1024 * MIB) // cpus
    size = next((size for size in (16, 8) if size * MIB <= most), 4)
    result = run_tool('-v', '-x', '-o', '/dev/null', '--', 'true').must_succeed()
    expect(f'ring buffers of {size * MIB // PAGE} pages per CPU\n' in result.err_text(),
           f'not {size} MiB: {result.err}')


# ---- an exec that no ring has room for -----------------------------------------------------------

def shell_of_longest_name(directory):
    """A shell by a path so long that the exec's record is larger than a page."""
    path = str(directory)
    while len(path) < LONGEST - 251:
        path += '/' + 'd' * min(250, LONGEST - 2 - len(path) - 2)
        os.mkdir(path)
    path += '/' + 's' * (LONGEST - 1 - len(path))
    os.symlink('/bin/sh', path)
    return path


def kinds(out):
    """The types of plain and extended lines, without those of losses."""
    return [line[:4] for line in out.splitlines() if not line.startswith(b'LOST|')]


def in_a_quiet_moment(wanted, kinds_now):
    """Small rings are shared with what others do at the same time, and may lose more for it."""
    for _ in range(TRIES):
        got = kinds_now()
        if got == wanted:
            return
    equal(got, wanted, f'events, {TRIES} times')


def need_small_pages():
    if os.sysconf('SC_PAGESIZE') > LONGEST + 1:
        raise Skip('any exec fits into one page of this machine')


@tracing_test
def command_ends_visibly_though_its_exec_is_lost():
    """Outside of pid namespaces, where its pid is known before."""
    need_small_pages()
    with scratch() as directory:
        command = (shell_of_longest_name(directory), '-c', f'exit {STATUS}')
        for options, larger in ((('-m', 1), 2), (('-x', '-m', 2, '--arg-bytes', 4096), 4)):
            def live(options=options, larger=larger):
                result = run_tool(*options, '--', *command)
                equal(result.status, STATUS, 'status')
                expect(f'-m {larger} holds any' in result.err_text(), f'not said: {result.err}')
                expect(loss_told(result), f'no loss is told: {result.err}')
                return kinds(result.out)

            def replayed(options=options):
                capture = directory / 'capture'
                equal(run_tool('record', '-o', capture, *options, '--', *command).status, STATUS,
                      'status')
                result = run_tool('replay', capture).must_succeed()
                expect(loss_told(result), f'no loss is told: {result.err}')
                return kinds(result.out)

            in_a_quiet_moment([b'EXIT'], live)
            in_a_quiet_moment([b'EXIT'], replayed)


@tracing_test
def a_ring_that_is_said_to_hold_any_exec_does():
    with scratch() as directory:
        command = (shell_of_longest_name(directory), '-c', f'exit {STATUS}')
        for options in (('-m', 2), ('-x', '-m', 8), ('-x', '-m', 4, '--arg-bytes', 8192)):
            def live(options=options):
                result = run_tool(*options, '--', *command)
                equal(result.status, STATUS, 'status')
                expect('holds any' not in result.err_text(), f'a needless notice: {result.err}')
                return kinds(result.out)

            in_a_quiet_moment([b'EXEC', b'EXIT'], live)


@plain_test
def refusals_need_no_privilege():
    result = run_tool('-x', '-m', 1, '--arg-bytes', 61440, '--', 'true')
    if os.sysconf('SC_PAGESIZE') < 61440:
        expect(is_refused(result, 1), f'not refused: {result.err}')


main()
