#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Arguments and ends against strace, watching the same run, and from captures of perf's own."""

import re

from facts import Comparison
from facts_log import FactsTruth
from facts_runs import CREDENTIALS, SHOWN_PROBLEMS, WORKLOADS, execs, replay
from json_lines import Exec, Exit, Fork, parse
from live import (ROOMY, Skip, equal, expect, main, need_program, no_problems, note, run, run_tool,
                  scratch, tracing_test, with_tracefs, workload, workload_dir)

# ---- strace --------------------------------------------------------------------------------------

STRACE_EXEC = re.compile(rb'execve\("([^"]*)", \[(.*?)\], (?:0x|\[)')
STRACE_END = re.compile(rb'\+\+\+ (exited with|killed by) (\w+)(?: \(core dumped\))? \+\+\+')


def of_hex(quoted):
    return bytes.fromhex(quoted.replace(b'\\x', b'').decode('ascii'))


def strace_lines(path):
    """(pid, line) with what was unfinished and then resumed put together."""
    pending = {}
    for line in path.read_bytes().splitlines():
        pid, _, rest = line.partition(b' ')
        rest = rest.strip()
        if rest.endswith(b'<unfinished ...>'):
            pending[pid] = rest[:-len(b'<unfinished ...>')]
        elif rest.startswith(b'<... '):
            yield int(pid), pending.pop(pid, b'') + rest.partition(b'resumed>')[2]
        else:
            yield int(pid), rest


def strace_facts(path):
    """pid -> the arguments of its successful execs; pid -> how it ended."""
    argvs, ends = {}, {}
    for pid, line in strace_lines(path):
        found = STRACE_EXEC.match(line)
        if found and line.endswith(b'= 0'):
            argvs.setdefault(pid, []).append(
                tuple(map(of_hex, re.findall(rb'"([^"]*)"', found[2]))))
        found = STRACE_END.match(line)
        if found:
            ends[pid] = found[1], found[2]
    return argvs, ends


def end_of(event):
    if event.signal:
        return b'killed by', (event.signal_name or '').encode()
    return b'exited with', str(event.exit_code).encode()


@tracing_test
def strace_sees_the_same():
    """Of programs that the kernel executes as they were asked for: no scripts, no empty argv."""
    steps = ('argument-lengths', 'environments', 'vfork-exec', 'spawn', 'exec-chain', 'ancestors',
             'reparented')
    with workload_dir() as (log, work):
        theirs, ours = work / 'strace', work / 'trace'
        result = run_tool('-q', *ROOMY, '-F', 'json', '-o', ours, '--', need_program('strace'),
                          '-f', '-q', '-s', 200000, '-xx', '-o', theirs, '-e',
                          'trace=execve,exit_group', '-e', 'abbrev=none', '-e', 'signal=none',
                          workload('images_workload'), log, work, *steps)
        if result.status != 0:
            raise Skip(f'strace does not run here: {result.err_text()}')
        argvs, ends = strace_facts(theirs)
        truth = FactsTruth.load(log)
        events = [event for event in parse(ours.read_bytes()) if event.pid in truth.processes]
    compared = 0
    for event in events:
        if isinstance(event, Exec):
            argv = argvs[event.pid].pop(0)
            expect(not event.argv_complete or event.argv == argv, f'{event}: strace has {argv}')
            compared += event.argv_complete
        elif isinstance(event, Exit) and event.last:
            equal(end_of(event), ends[event.pid], f'how {event.pid} ended')
    note(f'{compared} argvs and {len(ends)} ends agree with strace')


# ---- captures of perf's own ----------------------------------------------------------------------

# perf loses events now and then, where the host is busy.
ATTEMPTS = 5
PERF_EVENTS = ','.join(f'sched:sched_process_{name}' for name in ('fork', 'exec', 'exit'))
# What three tracepoints do not say.
NOT_IN_PERF = ('kind', 'clone_flags', 'cgroup', 'exit_code', 'signal', 'signal_name', 'oom',
               'killed_by', 'sent_by', 'last', 'ppid', 'from_proc', 'argc', 'filename', 'ancestry',
               *CREDENTIALS)


def recorded_by_perf(name):
    """What a workload did, and what a replay makes of perf's capture of it; None: perf lost some."""
    with workload_dir() as (log, work), scratch() as directory:
        capture = directory / 'perf.data'
        recorded = run([*with_tracefs(), need_program('perf'), 'record', '-q', '-a', '-k',
                        'CLOCK_MONOTONIC', '-m', 4096, '--call-graph', 'dwarf,16384', '-e',
                        PERF_EVENTS, '-o', capture, '--', workload(name), log, work])
        if not capture.exists():
            raise Skip(f'perf record does not run here: {recorded.err_text()}')
        truth, events = FactsTruth.load(log), parse(replay(capture))
    if any(not isinstance(event, (Fork, Exec, Exit)) for event in events):
        return None
    return truth, events


@tracing_test
def stacks_that_perf_recorded():
    """perf record --call-graph dwarf takes user stack and registers for a purpose of its own."""
    for name in WORKLOADS:
        attempts = (recorded_by_perf(name) for _ in range(ATTEMPTS))
        truth, events = next(filter(None, attempts), (None, None))
        expect(truth, f'perf record lost events {ATTEMPTS} times')
        root = next(iter(truth.processes))
        events = [event for event in events if event.pid in truth.processes
                  and not (isinstance(event, Fork) and event.child_tid == root)]
        no_problems(Comparison(truth, events, NOT_IN_PERF).compare(truth.known)[:SHOWN_PROBLEMS])
        found = execs(events)
        complete = sum(event.argv_complete for event in found)
        note(f'{complete} of {len(found)} argvs of {name} are complete')
        # Of one alone the strings may well lie behind the gap.
        expect(len(found) == 1 or complete > len(found) / 4,
               f'hardly any argv of {name} is complete')


main()
