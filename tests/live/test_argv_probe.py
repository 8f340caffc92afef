#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--argv-probe: whole arguments where the kernel has probes; elsewhere refused, with what check says."""

import json
import os

from live import (Skip, as_nobody, equal, expect, main, need_root, run, run_tool, scratch,
                  tool_for_nobody, tracing_test, with_tracefs)

# Arguments of several kinds, an environment that hides many of them from the stack's dump.
SCRIPT = 'for i in $(seq 200); do /bin/true "$i" "" "a b" --; done'
ENVIRONMENT = {**os.environ, 'PXT_FILLER': 'x' * 3000}


def row():
    """Of `check`."""
    rows = json.loads(run_tool('check', '-F', 'json').out)['rows']
    found, = (row for row in rows if row['what'] == 'argv probe')
    return found


def need_probe():
    need_root()
    found = row()
    if found['verdict'] != 'ok':
        raise Skip(found['found'])


def definitions():
    """Of events of ours in tracefs."""
    result = run([*with_tracefs(), 'cat', '/sys/kernel/tracing/dynamic_events']).must_succeed()
    return [line for line in result.out.splitlines() if b'perf_exec_trace_' in line]


def expect_whole(lines):
    execs = [event for event in map(json.loads, lines)
             if event['type'] == 'exec' and event['filename'].endswith('/true')]
    equal(len(execs), 200, 'execs')
    for number, event in enumerate(execs, 1):
        equal(event['argv'], ['/bin/true', str(number), '', 'a b', '--'], 'arguments')
        expect(event['argv_complete'], f'{event["pid"]} is not complete')


@tracing_test
def it_is_refused_with_the_reason_that_check_has():
    need_root()
    found = row()
    if found['verdict'] == 'ok':
        raise Skip('the argv probe works here')
    with scratch() as directory:
        mark = directory / 'mark'
        for command in (('--argv-probe', '-x'), ('record', '--argv-probe', '-x', '-o',
                                                 directory / 'capture')):
            result = run_tool(*command, '--', 'touch', mark)
            equal(result.status, 1, 'status')
            equal(result.err.decode(), f'perf_exec_trace: {found["found"]}\n', 'the reason')
            expect(not mark.exists(), 'COMMAND has run')
        expect(not (directory / 'capture').exists(), 'a capture was made')
    equal(definitions(), [], 'events of ours')


@tracing_test
def kernels_without_probes_are_named():
    need_root()
    there = run([*with_tracefs(), 'test', '-e', '/sys/kernel/tracing/kprobe_events'])
    if there.status == 0:
        raise Skip('this kernel has kernel probes')
    expect('CONFIG_KPROBE_EVENTS' in row()['found'], f'{row()}')


@tracing_test
def it_is_for_root():
    with tool_for_nobody() as copy:
        result = run([*as_nobody(copy), '--argv-probe', '-x', '--', 'true'])
        equal(result.status, 1, 'status')
        expect(b'using -b' not in result.err, 'another backend in its place')


@tracing_test
def arguments_are_whole_live():
    need_probe()
    result = run_tool('--argv-probe', '-F', 'json', '--', 'sh', '-c', SCRIPT,
                      env=ENVIRONMENT).must_succeed()
    expect_whole(result.out.splitlines())
    equal(definitions(), [], 'events of ours')


@tracing_test
def arguments_are_whole_in_a_capture():
    need_probe()
    with scratch() as directory:
        run_tool('record', '-x', '--argv-probe', '-o', directory / 'capture', '--', 'sh', '-c',
                 SCRIPT, env=ENVIRONMENT).must_succeed()
        result = run_tool('replay', '-q', '-F', 'json', directory / 'capture').must_succeed()
        expect_whole(result.out.splitlines())
    equal(definitions(), [], 'events of ours')


main()
