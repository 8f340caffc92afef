#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What -S says of where the time went: CPU time as wait4(2) says it, the same live and in a replay;
concurrency and the critical path as the page of -F html has them.
"""

import base64
import gzip
import json
import re
import subprocess
from pathlib import Path

from live import (TIMEOUT, Skip, equal, expect, main, need_program, note, run_tool, scratch,
                  tool, tracing_test, workload, workload_dir)

PAGE = Path(__file__).resolve().parents[2] / 'src' / 'sink' / 'html'
COMPUTE = Path(__file__).resolve().parent / 'path_of_page.mjs'
DATA = re.compile(rb'<script type="text/plain" id="data">\n(.*?)</script>', re.DOTALL)
UNITS = {'ns': 1e-9, 'us': 1e-6, 'ms': 1e-3, 's': 1}
TICK = 0.01
# Two jobs at a time, of which the first takes longer; then what waited for it; a daemon.
STORY = ('sleep 0.5 & sleep 0.1 & wait; sleep 0.1; (sleep 0.05; exit 3); sleep 3 >&- 2>&- & sleep 0.05; '
         'exit 0')


def seconds(text):
    """Of a span as -S shows it, and how much it may have been rounded down."""
    number, unit = re.fullmatch(r'([\d.]+)(ns|us|ms|s)', text).groups()
    digits = len(number.partition('.')[2])
    return float(number) * UNITS[unit], UNITS[unit] * 10 ** -digits


def find(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    expect(found, f'no {pattern!r} in {text}')
    return found.groups()


def waited_cpu(log):
    """CPU seconds of the jobs in LOG of usage_workload, and the number of their tasks."""
    jobs = [line.split() for line in log.read_text(encoding='utf-8').splitlines()]
    return (sum(int(job[3]) + int(job[4]) for job in jobs) / 1e6, sum(int(job[2]) for job in jobs))


def need_taskstats():
    rows = json.loads(run_tool('check', '-F', 'json').out)['rows']
    who = next(row['found'] for row in rows if row['what'] == 'exit status')
    if who != "from the kernel's taskstats":
        raise Skip(f'exit statuses are told {who}')


@tracing_test
def cpu_time_is_what_wait_says():
    need_taskstats()
    with scratch() as directory, workload_dir() as (log, work):
        capture = directory / 'capture'
        run_tool('record', '-q', '-x', '--usage', '-o', capture, '--', workload('usage_workload'),
                 log, work).must_succeed()
        expected, tasks = waited_cpu(log)
        summary = run_tool('replay', '-q', '-S', '--usage', capture).must_succeed().out.decode()
        without = run_tool('replay', '-q', '-S', capture).must_succeed().out.decode()
    expect('CPU' not in without, f'CPU time that nobody asked for: {without}')
    total, user, system = find(r'^CPU time +(\S+), (\S+) user \+ (\S+) system, \d+% of one CPU$',
                               summary)
    cpu, rounded = seconds(total)
    # The workload's own, too, which is little.
    expect(expected - tasks * TICK - rounded <= cpu <= expected + (tasks + 5) * TICK,
           f'{cpu} s instead of {expected} s in {summary}')
    parts = [seconds(part) for part in (user, system)]
    expect(abs(sum(part[0] for part in parts) - cpu) <= rounded + sum(part[1] for part in parts),
           f'{user} and {system} are not {total}')
    expect('unknown CPU time' not in summary, summary)
    note(f'{total} of {expected:.3f} s')


@tracing_test
def live_and_replay_say_the_same():
    """The recorder records the tracer, which traces the story."""
    with scratch() as directory:
        capture, live = directory / 'capture', directory / 'live'
        run_tool('record', '-q', '-x', '-o', capture, '--', tool(), '-q', '-S', '-o', live, '--',
                 'sh', '-c', STORY).must_succeed()
        text = live.read_text(encoding='utf-8')
    commands = re.findall(r'^ *\S+ +\d+% +\S+  ( *\S.*)$', text, re.MULTILINE)
    equal([command.split()[0] for command in commands],
          ['sh', 'sleep', 'sleep', '(sh)', 'sleep', 'sleep'], f'the path in {text}')
    expect(commands[1].strip() == 'sleep 0.5', f'{commands[1]} was waited for in {text}')
    equal(find(r'^at work +\S+ processes on average, (\d+) at most', text), ('2',), text)
    count, = find(r'the end waited for (\d+) processes', text)
    equal(count, '6', 'processes on the path')


def compute(page):
    """What the page's scripts compute of its data."""
    lines = gzip.decompress(base64.b64decode(DATA.search(page.read_bytes())[1]))
    found = subprocess.run([need_program('node'), COMPUTE, PAGE / 'data.js', PAGE / 'layout.js'],
                           input=lines, capture_output=True, timeout=TIMEOUT, check=False)
    equal(found.returncode, 0, found.stderr)
    return json.loads(found.stdout)


@tracing_test
def page_has_the_same():
    need_program('node')
    with scratch() as directory:
        capture, page = directory / 'capture', directory / 'page.html'
        run_tool('record', '-q', '-x', '-o', capture, '--', 'sh', '-c', STORY).must_succeed()
        run_tool('replay', '-q', '-F', 'html', '-o', page, capture).must_succeed()
        summary = run_tool('replay', '-q', '-S', capture).must_succeed().out.decode()
        expected = compute(page)
    average, peak = find(r'^at work +(\S+) processes on average, (\d+) at most', summary)
    equal((float(average), int(peak)), (round(expected['average'], 1), expected['peak']), summary)
    count, = find(r'the end waited for (\d+) processes', summary)
    equal(int(count), expected['processes'], f'processes on the path of {summary}')
    wall, rounded = seconds(find(r'CRITICAL PATH.*\n *(\S+) +100%', summary)[0])
    path = expected['microseconds'] / 1e6
    expect(wall - 2e-6 <= path <= wall + rounded, f'{path} s in the page, {wall} s in {summary}')
    # In brackets: its arguments are not known.
    for command in expected['commands']:
        expect(command in summary or command[0] == '[', f'no {command} in {summary}')


main()
