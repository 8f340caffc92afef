#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What processes used (--usage), as wait4(2) and /proc/PID/io say it of a workload: live, recorded,
and in every format. Where nobody tells it, it is unknown.
"""

import json
import os
import re
from typing import NamedTuple

from extended import parse_extended
from lines import split_lines
from live import (Skip, equal, expect, main, no_problems, note, run, run_tool, scratch, test, tool,
                  tracing_test, without_taskstats, workload, workload_dir)
from schema import problems

OPTIONS = ('-q', '--usage', '-F', 'json', '-e', 'exit')
# The kernel accounts a task up to its last tick, 10 ms at most, and each from a tick's edge.
TICK_NS = 10_000_000
PAGE = os.sysconf('SC_PAGE_SIZE')
LARGE = 64 << 20
BURN_NS = 150_000_000
THREADS = 3
KIB = 1024


class Used(NamedTuple):
    name: str
    pid: int
    tasks: int
    user_ns: int
    system_ns: int
    max_rss_bytes: int
    read_bytes: int
    written_bytes: int

    @classmethod
    def parse(cls, line):
        name, *numbers = line.split()
        pid, tasks, user_us, system_us, rss_kib, read, written = map(int, numbers)
        return cls(name, pid, tasks, 1000 * user_us, 1000 * system_us, rss_kib * KIB, read, written)


def load(log):
    jobs = [Used.parse(line) for line in log.read_text(encoding='utf-8').splitlines()]
    return {job.name: job for job in jobs}


def taskstats_tell():
    found = json.loads(run_tool('check', '-F', 'json').out)
    who = next(row['found'] for row in found['rows'] if row['what'] == 'exit status')
    if who != "from the kernel's taskstats":
        raise Skip(f'exit statuses are told {who}')


def ends(out):
    """The usage of each process that ended, by pid."""
    return {event['pid']: event['usage'] for event in map(json.loads, out.splitlines())
            if event['last']}


def near(value, expected, most, what):
    expect(abs(value - expected) <= most, f'{what}: {value} instead of {expected}')


def agree_on_bytes(job, usage):
    for name in ('read_bytes', 'written_bytes'):
        told = getattr(job, name)
        if told < 0 and job.name != 'exec':
            equal(usage[name], None, f'{name} of {job.name}')
        elif job.name != 'exec':
            # Each task's is rounded down to KiB; its last page faults may read more.
            near(usage[name], told, job.tasks * KIB + (name == 'read_bytes') * (256 * KIB),
                 f'{name} of {job.name}')


def agree(job, usage):
    expect(usage, f'nothing is known of {job.name}')
    near(usage['user_ns'] + usage['system_ns'], job.user_ns + job.system_ns, job.tasks * TICK_NS,
         f'CPU time of {job.name}')
    near(usage['user_ns'], job.user_ns, 2 * job.tasks * TICK_NS, f'user time of {job.name}')
    # wait4(2) has the highest peak of all programs of a process.
    if job.name != 'exec':
        near(usage['max_rss_bytes'], job.max_rss_bytes, PAGE, f'peak memory of {job.name}')
    agree_on_bytes(job, usage)


def agree_on_all(jobs, usages):
    for job in jobs.values():
        agree(job, usages[job.pid])
    note(', '.join(f'{name}: {(usages[job.pid]["user_ns"] + usages[job.pid]["system_ns"]) / 1e6:.1f}'
                   f' of {(job.user_ns + job.system_ns) / 1e6:.1f} ms'
                   for name, job in jobs.items()))


def run_workload(*options, prefix=()):
    """What the tool wrote, what it said, and what the workload logged."""
    with workload_dir() as (log, work):
        result = run([*prefix, tool(), *options, '--', workload('usage_workload'), log, work])
        return result.must_succeed(), load(log)


@tracing_test
def the_workload_is_worth_it():
    _, jobs = run_workload('-q', '-e', 'exit')
    expect(jobs['user'].user_ns > BURN_NS / 2, 'no user time')
    expect(jobs['system'].system_ns > BURN_NS / 4, 'no system time')
    expect(jobs['threads'].user_ns > THREADS * BURN_NS / 2, 'no threads')
    for name in ('memory', 'exec'):
        expect(jobs[name].max_rss_bytes >= LARGE, 'no memory')
    if jobs['storage'].written_bytes == 0:
        note('the directory is not on a disk: no bytes')


@tracing_test
def usage_is_what_wait_says():
    taskstats_tell()
    result, jobs = run_workload(*OPTIONS)
    no_problems(list(problems(split_lines(result.out))))
    usages = ends(result.out)
    agree_on_all(jobs, usages)
    expect(usages[jobs['exec'].pid]['max_rss_bytes'] < LARGE / 2, 'memory of the program before')


@tracing_test
def a_replay_shows_the_same():
    """The recorder records the tracer, which traces the workload: both are told the same."""
    taskstats_tell()
    with scratch() as directory:
        capture, lines = directory / 'capture', directory / 'lines'
        _, jobs = run_workload('record', '-q', '-x', '--usage', '-o', capture, '--',
                               tool(), *OPTIONS, '-o', lines)
        live = ends(lines.read_bytes())
        again = ends(run_tool('replay', *OPTIONS, capture).must_succeed().out)
        agree_on_all(jobs, again)
        equal({pid: again[pid] for pid in live}, live, 'usage, recorded and live')
        plain = run_tool('replay', '-q', '-F', 'json', '-e', 'exit', capture).must_succeed()
        expect(b'"usage"' not in plain.out, 'usage that nobody asked for')


@tracing_test
def other_formats_show_it():
    taskstats_tell()
    with scratch() as directory:
        capture = directory / 'capture'
        _, jobs = run_workload('record', '-q', '-x', '--usage', '-o', capture)
        usages = ends(run_tool('replay', *OPTIONS, capture).must_succeed().out)
        usage = usages[jobs['threads'].pid]
        shown = {option: run_tool('replay', '-q', '--usage', *option, capture).must_succeed().out
                 for option in [('-x',), ('-F', 'table'), ('-F', 'tree'), ('-S',)]}
    fields = [found for _, found in map(parse_extended, split_lines(shown['-x', ]))
              if found.get('pid') == jobs['threads'].pid and found.get('last')]
    equal({name: fields[0][name] for name in usage}, usage, '-x')
    mib = re.escape(f"{int(usages[jobs['memory'].pid]['max_rss_bytes'] / 2**20 * 10) / 10}M")
    pid = jobs['memory'].pid
    for option, pattern in [(('-F', 'table'), rf' {pid} .* exit .* {mib} '),
                            (('-F', 'tree'), rf' {pid} .* exit 0 .*, {mib} of memory'),
                            (('-S',), r'CPU   MEMORY  PROGRAM')]:
        text = shown[option].decode('utf-8')
        expect(re.search(pattern, text), f'{pattern} is not in {text}')


@tracing_test
def what_nobody_tells_is_unknown():
    result, jobs = run_workload(*OPTIONS, prefix=without_taskstats())
    expect('--usage: CPU time, memory and I/O are not known' in
           run([*without_taskstats(), tool(), '--usage', '-F', 'json', '--', 'true']).err_text(),
           'the notice')
    equal({ends(result.out)[job.pid] for job in jobs.values()}, {None}, 'usage')


@tracing_test
def what_was_not_recorded_is_unknown():
    with scratch() as directory:
        capture = directory / 'capture'
        run_workload('record', '-q', '-x', '-o', capture)
        result = run_tool('replay', '--usage', '-F', 'json', '-e', 'exit', capture).must_succeed()
    equal(set(ends(result.out).values()), {None}, 'usage')
    expect('CPU time, memory and I/O (record -x --usage takes them)' in result.err_text(),
           'the notice')


@test
def others_refuse():
    for backend in ('sideband', 'connector', 'bpftrace', 'execsnoop'):
        result = run_tool('-b', backend, '--usage', '-F', 'json', '--', 'true')
        expect(result.status != 0 and 'does not tell what processes used' in result.err_text(),
               f'-b {backend}: {result.err_text()}')


main()
