#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`make bench` on tiny inputs: what it prints has its shape, whatever the times are."""

import json
from pathlib import Path

from live import (Build, equal, expect, main, run, scratch, test,
                  tracing_test)

BENCH = Path(__file__).resolve().parents[2] / 'bench' / 'run'
TASKS = [100, 3000]
EVENTS = 477


def bench(*options):
    return json.loads(run([str(BENCH), *options, '--json', str(Build.dir)]).must_succeed().out)


def left_out(result, name):
    """Whether the notes say why there is no row of NAME."""
    return any(note.startswith(f'{name}: ') for note in result['notes'])


def expect_positive(row, *keys):
    for key in keys:
        expect(row[key] > 0, f'{key} of {row}')


@test
def floor_prints_the_lines_of_replay():
    result = bench('--offline', '--events', str(2 * EVENTS), '--rounds', '2')
    equal(result['events'], 2 * EVENTS, 'events')
    equal(result['differing'], [], 'programs that print something else')
    expect({'floor, by time', 'floor, as in the file'} <= set(result['same']),
           f'the same as replay: {result["same"]}')


@test
def a_floor_that_differs_is_noticed():
    """Formats of Linux 6.1 are not those that it knows."""
    capture = BENCH.parents[1] / 'fixtures' / 'captures' / 'amd64-6.1.0-50' / 'p1.data'
    ended = run([str(BENCH), '--offline', '--capture', str(capture), '--rounds', '1', '--json',
                 str(Build.dir)])
    result = json.loads(ended.out)
    equal(ended.status, 1 if result['differing'] else 0, 'status')
    for name in ('floor, by time', 'floor, as in the file'):
        expect(name in result['differing'] or left_out(result, name), f'{name} is not named')


@test
def offline_has_all_views():
    result = bench('--offline', '--events', str(EVENTS), '--rounds', '1')
    rows = {row['program']: row for row in result['programs']}
    for view in ('pipe', '-x', 'json', 'table', 'tree', 'pipe -S', 'floor, by time'):
        expect_positive(rows[view], 'ns_best', 'ns_median', 'of_floor')
    expect('perf script' in rows or left_out(result, 'perf script'), 'no word of perf script')


@test
def scale_has_tasks_cpus_and_sizes():
    result = bench('--scale', '--tasks', ','.join(map(str, TASKS)), '--churn', '3000',
                   '--sizes', '50000', '--rounds', '1')
    equal([row['tasks'] for row in result['tasks']], TASKS, 'tasks')
    for row in result['tasks']:
        expect_positive(row, 'pipe ns', '-f -p ns', 'json ns')
    expect_positive(result['tasks'][-1], 'json bytes')
    for row in result['cpus']:
        expect_positive(row, 'cpus', 'ns', 'ratio')
    equal([row['rounds'] for row in result['sizes']], [True, False], 'rounds')
    for row in result['sizes']:
        expect_positive(row, 'events', 'bytes', 'ns', 'peak_kib')


@tracing_test
def idle_has_all_modes():
    result = bench('--idle', '--duration', '0.1')
    rows = {row['mode']: row for row in result['modes']}
    for mode in ('plain', 'json', '-x -T', 'record', 'record -x', 'perf record'):
        expect(mode in rows or mode == 'perf record' and left_out(result, mode), f'no {mode}')
    for row in rows.values():
        for key in ('task_wakeups', 'task_cpu_ms', 'host_wakeups', 'host_cpu_ms'):
            expect(row[key] >= 0, f'{key} of {row}')


@tracing_test
def paced_compares_with_perf_record():
    result = bench('--paced', '300', '--duration', '0.2', '--rounds', '1')
    rows = {row['tracer']: row for row in result['tracers']}
    for tracer in ('perf_exec_trace', 'record', 'perf-record'):
        expect(tracer in rows or left_out(result, tracer), f'no {tracer}')
    for row in rows.values():
        expect_positive(row, 'us_with_end', 'events_per_second')
    expect('perf_exec_trace' in rows, 'perf_exec_trace did not work')


@tracing_test
def tracers_are_compared_within_the_limit():
    ended = run([str(BENCH), '--tracers', 'none,perf_exec_trace', '--limit', '2', '--json',
                 str(Build.dir)]).must_succeed()
    result = json.loads(ended.out)
    expect(result['spawns'] >= 1 and result['rounds'] >= 1, f'{result["spawns"]} spawns')
    row = next(row for row in result['tracers'] if row['tracer'] == 'perf_exec_trace')
    equal(row['delivery']['extra'], 0, 'extra events')
    expect('not measured: ' in ended.err_text(), 'what was left out is not said')


@test
def document_gets_tables_in_their_place():
    with scratch() as directory:
        document = directory / 'doc.md'
        document.write_text('before\n<!-- bench: offline -->\nold\n<!-- end: offline -->\nafter\n',
                            encoding='utf-8')
        run([str(BENCH), '--offline', '--events', '477', '--rounds', '1', '--update',
             str(document), str(Build.dir)]).must_succeed()
        text = document.read_text(encoding='utf-8')
    expect(text.startswith('before\n<!-- bench: offline -->\n'), text)
    expect(text.endswith('\n<!-- end: offline -->\nafter\n'), text)
    expect('| floor, by time |' in text and 'old' not in text, text)


main()
