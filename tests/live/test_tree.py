#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree, and the table, of a server that was there before: its workers never call exec."""

import contextlib
import re
import sys

from live import Dialogue, equal, expect, main, run_tool, tracer, tracing_test

SERVER = '''
import os, signal, sys
until, kept_open = os.pipe()
def fork():
    pid = os.fork()
    if pid == 0:
        os.close(kept_open)
        os.read(until, 1)
        os._exit(9)
    return pid
workers = [fork(), fork()]
print(*workers, flush=True)
for line in sys.stdin:
    workers.append(fork())
    print(workers[-1], flush=True)
for pid in workers:
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
'''
NAME = r'python[\w.]*'
COMMAND = r"\S+ -c \$'.*'"


class Server(Dialogue):
    """A master with two workers; "fork" makes one more, and the end of input ends them all."""

    def __init__(self):
        super().__init__([sys.executable, '-c', SERVER])
        self.workers = sorted(map(int, self.answer()))


@contextlib.contextmanager
def attached(*options, last):
    """A server and a trace of it, from when a line of its LAST worker with these words is there."""
    with Server() as server, tracer('-p', server.pid, *options) as trace:
        words = last.format(server.workers[-1]).encode()
        trace.wait_line(lambda line: re.search(words, line), 'the last worker that runs already')
        yield server, trace


def rows(result):
    """Lines without their times."""
    return [re.sub(r'^ *[\d.]+ +', '', line) for line in result.out.decode().splitlines()]


def matches(got, patterns):
    equal(len(got), len(patterns), f'lines of {got}')
    for line, pattern in zip(got, patterns):
        expect(re.fullmatch(pattern, line), f'{line!r} is not {pattern!r}, of {got}')


@tracing_test
def tree_begins_with_what_runs_and_shows_workers_at_birth():
    with attached('-f', '-F', 'tree', last='{} │ •') as (server, trace):
        born = int(server.ask('fork')[0])
        # While nobody does anything.
        trace.wait_line(lambda line: b' %d \xe2\x94\x82 \xe2\x94\x8c ' % born in line, 'its birth')
        server.end()
        result = trace.finish().must_succeed()
    old, ended = server.workers, f'killed by SIGTERM from {server.pid} {NAME}'
    lines = rows(result)
    equal(len(lines), 8, f'lines of {lines}')
    killed = lines[4:7]
    matches([lines[0], lines[7]], [rf'{server.pid} • {COMMAND}  # running, from \d+ .*',
                                   rf'{server.pid} └ {NAME} exit 0'])
    matches(lines[1:4], [*(rf'{pid} │ • {COMMAND}  # running' for pid in old),
                         rf'{born} │ ┌ \({NAME}\)'])
    matches(sorted(killed), sorted([*(rf'{pid} │ └ {NAME} {ended}' for pid in old),
                                    rf'{born} │ └ \({NAME}\) {ended} after .*s']))
    summary = result.summary()
    equal((summary.events, summary.fork, summary.exec, summary.exit), (5, 1, 0, 4), 'events')


@tracing_test
def table_begins_with_what_runs():
    with attached('-f', '-F', 'table', last=' {} .* runs ') as (server, trace):
        born = int(server.ask('fork')[0])
        server.end()
        result = trace.finish().must_succeed()
    head, *lines = rows(result)
    expect(re.match(' *TIME .* COMMAND', head), f'{head!r} is not the head')
    matches(lines[:4], [rf'{server.pid} +\d+ +\d+ +runs +\? +{COMMAND}',
                        *(rf'{pid} +{server.pid} +\d+ +runs +\? +{COMMAND}'
                          for pid in server.workers),
                        rf'{born} +{server.pid} +\d+ +fork +\[{NAME}\]'])
    expect(not any(' runs ' in line for line in lines[4:]), f'late ones in {lines}')
    equal(result.summary().events, 5, 'events')


@tracing_test
def without_follow_it_is_the_process_alone():
    with Server() as server, tracer('-p', server.pid, '-F', 'tree') as trace:
        trace.wait_line(lambda line: b'# running' in line, 'what runs already')
        server.end()
        result = trace.finish().must_succeed()
    matches(rows(result), [rf'{server.pid} • {COMMAND}  # running, from \d+ .*',
                           rf'{server.pid} └ {NAME} exit 0'])


@tracing_test
def pipe_lines_do_not_have_it():
    with Server() as server, tracer('-v', '-p', server.pid, '-f', '-x') as trace:
        trace.wait_err(b'perf_exec_trace: sandbox')
        server.end()
        result = trace.finish().must_succeed()
    expect(b'EXIT|' in result.out and b'EXEC|' not in result.out, f'{result.out!r}')


@tracing_test
def limit_is_of_lines():
    script = 'for i in 1 2 3 4 5; do (:); /bin/true; done'
    result = run_tool('-F', 'tree', '-n', 4, '--no-copies', '--', 'sh', '-c', script)
    *lines, last = rows(result.must_succeed())
    equal(len(lines), 4, f'lines of {lines}')
    expect('TRUNCATED: the limit of 4 lines is reached' in last, f'the last line is {last!r}')
    expect(result.summary().events > 4, 'no events without lines')


@tracing_test
def copies_that_fail_are_not_hidden():
    script = '(exit 0); (exit 3); (/bin/true; exit 0); exit 0'
    result = run_tool('-F', 'tree', '--no-copies', '--', 'sh', '-c', script).must_succeed()
    matches(rows(result), [r'\d+ ┌ sh -c .*', r'\d+ │ ─ \(sh\) exit 3 after .*',
                           r'\d+ │ ┌ .*/bin/true.*  # from \d+ sh', r'\d+ │ └ true exit 0 after .*',
                           r'\d+ └ sh exit 0 after .*'])


main()
