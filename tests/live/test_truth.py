#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""COMMAND mode against the log of a workload that knows what it did: both ways, event for event."""

from itertools import combinations

from lines import Exec, Exit, Fork, Truncated
from live import (equal, expect, main, no_problems, note, run_tool, sanitized, trace_workload,
                  tracing_test)
from truth import (ExecFact, ExitFact, ForkFact, compare, compare_command, differences, disorder,
                   only_events)

KINDS = {'fork': (Fork, ForkFact), 'exec': (Exec, ExecFact), 'exit': (Exit, ExitFact)}

# Those in which it matters who comes first, on which CPU.
RACY_STEPS = ('storm', 'threads', 'exec-from-thread', 'exec-from-leader', 'leader-ends-first',
              'exit-with-threads', 'killed-with-threads', 'exec-chain', 'orphans', 'vfork')


@tracing_test
def every_event_and_no_other():
    result, truth = trace_workload('-q')
    result.must_succeed()
    equal(result.err, b'', 'standard error with -q')
    no_problems(compare_command(truth, result.items()))
    note(f'{len(truth.facts)} events agree')


@tracing_test
def summary_tells_what_was_shown():
    result, truth = trace_workload()
    result.must_succeed()
    items = result.items()
    no_problems(compare_command(truth, items))
    summary = result.summary()
    summary.agrees_with(items)
    equal(summary.lost, 0, 'losses')
    equal(len(result.err_lines()), 1, f'lines on standard error ({result.err_text()!r})')


@tracing_test
def racy_steps_again_and_again():
    for _ in range(3 if sanitized() else 10):
        result, truth = trace_workload('-q', mode='step', steps=RACY_STEPS)
        result.must_succeed()
        no_problems(compare_command(truth, result.items()))


@tracing_test
def command_that_outlives_its_first_thread():
    result, truth = trace_workload('-q', mode='leaderless')
    equal(result.status, 38, 'status of the tool')
    no_problems(compare_command(truth, result.items()))


@tracing_test
def each_subset_of_event_types():
    for size in (1, 2, 3):
        for names in combinations(KINDS, size):
            result, truth = trace_workload('-q', '-e', ','.join(names), mode='step',
                                           steps=RACY_STEPS)
            result.must_succeed()
            wanted = truth.of_kinds(*(KINDS[name][1] for name in names))
            no_problems([f'-e {",".join(names)}: {problem}'
                         for problem in compare(wanted, result.items())])


@tracing_test
def event_cap_ends_with_truncated():
    for cap in (1, 2, 7, 100):
        result, truth = trace_workload('-n', cap, mode='step', steps=('exit-codes',))
        *events, last = result.items()
        equal(len(events), cap, f'events with -n {cap}')
        equal((type(last), last.reason, last.limit), (Truncated, b'events', cap), 'the last line')
        expect(last.ms >= events[-1].ms, 'TRUNCATED is older than the event before it')
        extra = [problem for problem in differences(truth, events) if 'not in the log' in problem]
        no_problems(extra + disorder(events))
        equal(result.summary().events, cap, 'events in the summary')


@tracing_test
def event_cap_beyond_the_default_is_fine_with_a_command():
    result, truth = trace_workload('-q', '-n', 1000000, '-d', 600)
    result.must_succeed()
    no_problems(compare_command(truth, result.items()))


@tracing_test
def smallest_command():
    items = run_tool('-q', '--', 'true').must_succeed().items()
    equal([type(item) for item in items], [Exec, Exit], 'events of `true`')
    equal(len({item.pid for item in items}), 1, 'pids')
    equal(items[0].comm, b'true', 'name')
    expect(items[0].filename.endswith(b'/true'), f'file name {items[0].filename!r}')


@tracing_test
def small_rings_deliver_all_of_a_slow_command():
    result = run_tool('-m', 1, '--', 'sh', '-c', 'for i in 1 2 3; do ls / > /dev/null; done')
    result.must_succeed()
    items = result.items()
    result.summary().agrees_with(items)
    if not result.summary().lost:
        equal(len(only_events(items)), 11, 'events of a shell that runs ls three times')


main()
