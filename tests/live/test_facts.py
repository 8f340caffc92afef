#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Every fact of -F json against the logs of workloads that know it (facts_log.h): live, and recorded
and replayed.
"""

import contextlib
import itertools
import os
import re
import shutil
import signal
from pathlib import Path

from facts import NO_STATUS, split_environment
from facts_log import FactsTruth
from facts_runs import (CREDENTIALS, Traced, WORKLOADS, execs, recording, replay, tell_complete,
                        tell_skipped, tell_unknown, trace)
from json_lines import Exit, parse
from lines import split_lines
from live import (Background, ROOMY, Skip, equal, expect, main, need_program, no_problems, note,
                  run, run_tool, sanitized, scratch, shell, tool, tracing_test, wait_until,
                  workload, workload_dir)

try:
    import schema
except ImportError:
    schema = None

HERE = Path(__file__).resolve().parent
# More than any step's stack needs, but for those that mean to have more.
MANY_BYTES = ('--arg-bytes', 61440)
LIFETIMES = (0, 1, 5, 50)
CAUGHT_FROM_MS = 5
# Share of the time in which somebody waited for a CPU, from which on a host counts as saturated.
SATURATED = 0.5


# ---- live ----------------------------------------------------------------------------------------

@tracing_test
def images_are_who_they_are():
    traced = trace(workload('images_workload'))
    traced.must_agree()
    tell_complete(traced)
    tell_skipped(traced)
    for event in execs(traced.events):
        expect(event.argc is not None, f'no argc: {event}')


@tracing_test
def ends_are_as_wait_tells():
    traced = trace(workload('ends_workload'))
    traced.must_agree()
    tell_unknown(traced)
    tell_skipped(traced)


@tracing_test
def ends_that_race():
    """From Linux 6.16 on the exit that the kernel says is the last one need not come last."""
    steps = ('race-of-exits', 'threads-exit', 'threads-die', 'threads-killed', 'killed-by-second',
             'unblocked', 'sigterm-taken')
    for _ in range(3 if sanitized() else 10):
        trace(workload('ends_workload'), steps=steps).must_agree()


@tracing_test
def a_stack_dump_of_any_size():
    for size in (1024, 4096, 9216, 61440):
        traced = trace(workload('images_workload'), '--arg-bytes', size,
                       steps=('arguments', 'argument-lengths', 'environments', 'scripts'))
        traced.must_agree(may_miss=() if size > 32768 else CREDENTIALS)
        tell_complete(traced)


def wanted_environment(image, names):
    entries = [entry for entry in image.env if entry.partition(b'=')[0] in names]
    return split_environment(entries)


@tracing_test
def environments_are_whole_or_unknown():
    steps = ('environments', 'arguments', 'setuid')
    traced = trace(workload('images_workload'), '--env', 'all', *MANY_BYTES, steps=steps)
    traced.must_agree()
    known = [event.env is not None for event in execs(traced.events)]
    expect(any(known), 'no environment is known')
    note(f'{sum(known)} of {len(known)} environments are known')


@tracing_test
def named_variables_only():
    names = (b'TRUTH_CODE', b'BYTES', b'NAME_1999')
    traced = trace(workload('images_workload'), '--env', b','.join(names).decode(), *MANY_BYTES,
                   steps=('environments', 'ancestors'))
    images = {process.pid: process.images for process in traced.truth.processes.values()}
    known = 0
    for event in execs(traced.events):
        image = images[event.pid].pop(0)
        if event.env is not None:
            equal((event.env, event.env_other), wanted_environment(image, names), f'env of {event}')
            known += 1
    expect(known, 'no environment is known')


# ---- lifetimes -----------------------------------------------------------------------------------

def cpu_waits_us():
    """For how long somebody has waited for a CPU; None where the kernel does not tell."""
    with contextlib.suppress(OSError):
        text = Path('/proc/pressure/cpu').read_text(encoding='ascii')
        return int(re.search(r'^some .*total=(\d+)', text, re.MULTILINE)[1])
    return None


def is_complete_by_lifetime(traced):
    """Lifetime in ms -> whether argv is complete, for each exec."""
    found = {ms: [] for ms in LIFETIMES}
    images = {process.pid: process.image() for process in traced.truth.processes.values()}
    for event in execs(traced.events):
        argv = images[event.pid].argv
        if argv[0] == b'lives':
            found[int(argv[1])].append(event.argv_complete)
    return found


@tracing_test
def arguments_of_the_short_lived():
    count = 40 if sanitized() else 200
    before = cpu_waits_us()
    traced = trace(workload('lives_workload'), steps=(count, 2, *LIFETIMES))
    after = cpu_waits_us()
    traced.must_agree()
    spent_us = (traced.events[-1].time_ns - traced.events[0].time_ns) / 1000
    waited = 0 if before is None else (after - before) / spent_us
    found = is_complete_by_lifetime(traced)
    for ms, complete in found.items():
        equal(len(complete), count, f'processes of {ms} ms')
        note(f'{ms:2} ms: {100 * sum(complete) / count:.1f} % of {count} argvs are complete')
    if waited > SATURATED:
        note(f'{100 * waited:.0f} % of the time somebody waited for a CPU: nothing is expected')
        return
    for ms, complete in found.items():
        expect(ms < CAUGHT_FROM_MS or all(complete),
               f'{complete.count(False)} of {count} processes of {ms} ms have no whole argv')


# ---- 32-bit --------------------------------------------------------------------------------------

I386_COMPILER = 'i686-linux-gnu-gcc'


def i386_program(name, directory):
    """The same workload as a 32-bit program."""
    if os.environ.get('CI') == 'true':
        expect(shutil.which(I386_COMPILER), f'{I386_COMPILER} is not installed')
    program = directory / name
    run([need_program(I386_COMPILER), '-std=c17', '-D_GNU_SOURCE', '-O2', '-static', '-pthread',
         '-o', program, HERE / f'{name}.c']).must_succeed()
    if run([program]).status != 2:
        raise Skip('the kernel runs no 32-bit programs')
    return program


@tracing_test
def programs_of_32_bits():
    with scratch() as directory:
        for name in WORKLOADS:
            traced = trace(i386_program(name, directory)).must_agree()
            tell_complete(traced)
            tell_unknown(traced)


# ---- recorded ------------------------------------------------------------------------------------

@tracing_test
def a_recording_tells_the_same():
    for name in WORKLOADS:
        with recording(name) as (capture, truth):
            out = replay(capture)
        traced = Traced(out, parse(out), truth).must_agree()
        tell_complete(traced)
        tell_unknown(traced)


# Two tracers take the time of one event one after the other, so that only events of the same CPU
# are in the same order for both. The root is older than the trace in one of them, and younger in
# the other; and what is left to see of a process that has gone since is another matter each time.
TIMES = {'seq': 0, 'time_ns': 0, 'age_ns': None, 'since_exec_ns': None, 'argv_source': None}


def by_cpu(events):
    return sorted(events, key=lambda event: event.cpu)


def normalised(event):
    fields = {name: value for name, value in TIMES.items() if hasattr(event, name)}
    ancestors = tuple((ancestor.pid, ancestor.comm) for ancestor in event.ancestry)
    if getattr(event, 'after_signal', None):
        fields['after_signal'] = {**event.after_signal, 'before_ns': 0}
    return event._replace(**fields, from_proc=None, ancestry=ancestors)


def without_arguments(event):
    return event._replace(argv=None, argv_complete=None) if hasattr(event, 'argv') else event


def knows_its_end(event):
    return not isinstance(event, Exit) or event.exit_code is not None or event.signal is not None


def without_status(event):
    if not isinstance(event, Exit):
        return event
    return event._replace(**NO_STATUS, core=None, oom=None, last=None, after_signal=None)


def difference(live, recorded):
    live, recorded = normalised(live), normalised(recorded)
    # Whether two events came close enough to be ambiguous, and which of two exits came last, each
    # tracer sees with its own clock.
    # Whether a core was dumped, the kernel tells the live trace alone.
    if isinstance(recorded, Exit) and recorded.core is None and isinstance(live, Exit):
        live = live._replace(core=None)
    if not (knows_its_end(live) and knows_its_end(recorded)):
        live, recorded = without_status(live), without_status(recorded)
    if not (getattr(live, 'argv_complete', True) and getattr(recorded, 'argv_complete', True)):
        live, recorded = without_arguments(live), without_arguments(recorded)
    return '' if live == recorded else f'{live}\n    recorded as {recorded}'


@tracing_test
def a_trace_and_a_recording_of_one_run_agree():
    for name in WORKLOADS:
        with workload_dir() as (log, work), scratch() as directory:
            capture, live = directory / 'capture', directory / 'live'
            run_tool('record', '-q', '-x', *ROOMY, '-o', capture, '--', tool(), '-q', *ROOMY, '-F',
                     'json', '-o', live, '--', workload(name), log, work).must_succeed()
            truth, events = FactsTruth.load(log), parse(live.read_bytes())
            recorded = [event for event in parse(replay(capture)) if event.pid in truth.processes]
        equal(len(events), len(recorded), f'events of {name}')
        found = itertools.islice(filter(None, map(difference, by_cpu(events), by_cpu(recorded))), 5)
        no_problems(list(found))


@tracing_test
def a_stream_is_the_same_as_its_file():
    with workload_dir() as (log, work), scratch() as directory:
        capture = directory / 'capture'
        streamed = shell('"$tool" record -x -q -m "$4" --arg-bytes 16384 -o - -- "$1" "$2" "$3" | '
                         'tee "$5" | "$tool" replay -q -F json -', workload('images_workload'), log, work,
                         ROOMY[1], capture).must_succeed().out
        expect(streamed, 'nothing came through')
        expect(streamed == replay(capture), 'the stream\'s replay is not that of the file')
        Traced(streamed, parse(streamed), FactsTruth.load(log)).must_agree()


@tracing_test
def replays_are_always_the_same():
    with recording('images_workload') as (capture, _):
        equal(replay(capture), replay(capture), 'the second replay')


# ---- people's questions --------------------------------------------------------------------------

@tracing_test
def the_command_of_a_pipeline_that_fails():
    """Of the whole host, as it is asked when something fails and nobody knows what."""
    marker = f'marker-{os.getpid()}'
    script = f'true {marker} | sh -c "sleep 0.05; exit 3" {marker} | cat'
    with Background([tool(), '-q', '-F', 'json', '--failed', '--stream']) as background:
        def seen():
            run(['sh', '-c', script])
            return background.find(lambda line: marker.encode() in line)
        line = wait_until(seen, 'the failure').line
        result = background.finish(signal.SIGINT).must_succeed()
    event = parse(line)[0]
    equal((event.exit_code, event.argv[-1], event.argv[0]), (3, marker.encode(), b'sh'),
          'what failed')
    equal({event.exit_code for event in parse(result.out) if event.argv
           and event.argv[-1] == marker.encode()}, {3}, 'codes of our failures')


@tracing_test
def a_command_that_is_killed():
    script = 'sleep 1000 & kill -TERM $!; wait $!; true'
    out = run_tool('-q', '-F', 'json', '--failed', '--', 'bash', '-c', script).must_succeed().out
    killed, = parse(out)
    equal((killed.signal, killed.signal_name, killed.exit_code), (15, 'SIGTERM', None), 'status')
    equal((killed.killed_by.pid, killed.killed_by.comm), (killed.ppid, b'bash'), 'who killed it')


# ---- the schema ----------------------------------------------------------------------------------

@tracing_test
def each_line_is_as_documented():
    if not schema:
        raise Skip('no schema.py here')
    traces = [trace(workload(name)) for name in WORKLOADS]
    traces.append(trace(workload('images_workload'), '--env', 'all', '-T', *MANY_BYTES))
    for traced in traces:
        no_problems(list(itertools.islice(schema.problems(split_lines(traced.out)), 5)))
        hosts = {line.partition(b'"time_ns"')[0].partition(b'"host"')[2].partition(b'"seq"')[0]
                 for line in split_lines(traced.out)}
        boot_id = Path('/proc/sys/kernel/random/boot_id').read_bytes().strip()
        equal(len(hosts), 1, 'hosts and boots')
        expect(boot_id in hosts.pop(), 'the boot id is not this one\'s')


main()
