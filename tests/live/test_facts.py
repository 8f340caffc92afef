#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Every fact of -F json against the logs of workloads that know it (facts_log.h): live, recorded and
replayed, selected by filters, and against what strace and perf's own captures tell.
"""

import contextlib
import itertools
import os
import re
import shutil
import signal
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from facts import (Comparison, FactsTruth, compare_facts, compare_selection, split_environment,
                   unknown_statuses)
from json_lines import Exec, Exit, Fork, parse
from live import (Background, Failed, NOBODY, ROOMY, Skip, WITH_TRACEFS, equal, expect, main,
                  need_program, need_root, no_problems, note, run, run_tool, sanitized, scratch,
                  shell, tool, tracing_test, wait_until, workload, workload_dir)
from lines import split_lines
from truth import ExecFact, ExitFact, ForkFact

try:
    import schema
except ImportError:
    schema = None

HERE = Path(__file__).resolve().parent
WORKLOADS = ('images_workload', 'ends_workload')
# More than any step's stack needs, but for those that mean to have more.
MANY_BYTES = ('--arg-bytes', 61440)
LIFETIMES = (0, 1, 5, 50)
CAUGHT_FROM_MS = 5
SHOWN_PROBLEMS = 30
# From the stack's auxiliary vector, which a small dump may not reach.
CREDENTIALS = ('uid', 'euid', 'gid', 'egid', 'secure')
# Share of the time in which somebody waited for a CPU, from which on a host counts as saturated.
SATURATED = 0.5


class Traced(NamedTuple):
    out: bytes
    events: list
    truth: FactsTruth

    def must_agree(self, may_miss=()):
        no_problems(compare_facts(self.truth, self.events, may_miss)[:SHOWN_PROBLEMS])
        return self


def trace(program, *options, steps=(), command=()):
    """Trace a workload as COMMAND, below another one if given."""
    with workload_dir() as (log, work):
        result = run_tool('-q', *ROOMY, '-F', 'json', *options, '--', *command, program, log, work,
                          *steps).must_succeed()
        return Traced(result.out, parse(result.out), FactsTruth.load(log))


@contextlib.contextmanager
def recording(name, steps=(), options=()):
    """Record a workload: the capture and the truth."""
    with workload_dir() as (log, work), scratch() as directory:
        capture = directory / 'capture'
        run_tool('record', '-q', '-x', *ROOMY, *options, '-o', capture, '--', workload(name), log,
                 work, *steps).must_succeed()
        yield capture, FactsTruth.load(log)


def replay(capture, *options):
    return run_tool('replay', '-q', '-F', 'json', *options, capture).must_succeed().out


# ---- live ----------------------------------------------------------------------------------------

def tell_unknown(traced):
    processes = unknown_statuses(traced.truth, traced.events)
    if processes:
        codes = Counter(tuple(sorted(process.codes)) for process in processes)
        note(f'{len(processes)} ends unknown; codes of their threads: {dict(codes)}')


def execs(events):
    return [event for event in events if isinstance(event, Exec)]


def tell_complete(traced):
    found = execs(traced.events)
    note(f'{sum(event.argv_complete for event in found)} of {len(found)} argvs are complete')


def tell_skipped(traced):
    for step, reason in traced.truth.skipped.items():
        note(f'not tried: {step}: {reason}')


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
    steps = ('race-of-exits', 'threads-exit', 'threads-die', 'threads-killed', 'killed-by-second',
             'unblocked', 'sigterm-taken')
    for _ in range(3 if sanitized() else 10):
        trace(workload('ends_workload'), steps=steps).must_agree()


@tracing_test
def a_stack_dump_of_any_size():
    for size in (1024, 4096, 61440):
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


# When it is seen differs; so does what is left to see of a process that has gone since. The root is
# older than the trace in one of the two, and younger in the other.
TIMES = {'seq': 0, 'time_ns': 0, 'age_ns': None, 'since_exec_ns': None, 'argv_source': None}


def normalised(event):
    fields = {name: value for name, value in TIMES.items() if hasattr(event, name)}
    ancestors = tuple((ancestor.pid, ancestor.comm) for ancestor in event.ancestry)
    return event._replace(**fields, from_proc=None, ancestry=ancestors)


def without_arguments(event):
    return event._replace(argv=None, argv_complete=None) if hasattr(event, 'argv') else event


def difference(live, recorded):
    live, recorded = normalised(live), normalised(recorded)
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
        found = itertools.islice(filter(None, map(difference, events, recorded)), 5)
        no_problems(list(found))


@tracing_test
def a_stream_is_the_same_as_its_file():
    with workload_dir() as (log, work), scratch() as directory:
        capture = directory / 'capture'
        streamed = shell('"$tool" record -x -q -m "$4" -o - -- "$1" "$2" "$3" | tee "$5" | '
                         '"$tool" replay -q -F json -', workload('images_workload'), log, work,
                         ROOMY[1], capture).must_succeed().out
        expect(streamed, 'nothing came through')
        expect(streamed == replay(capture), 'the stream\'s replay is not that of the file')
        Traced(streamed, parse(streamed), FactsTruth.load(log)).must_agree()


@tracing_test
def replays_are_always_the_same():
    with recording('images_workload') as (capture, _):
        equal(replay(capture), replay(capture), 'the second replay')


# ---- filters -------------------------------------------------------------------------------------

def is_failure(event):
    return isinstance(event, Exit) and event.last and bool(event.exit_code or event.signal)


def is_of_process(event):
    if isinstance(event, Fork):
        return event.kind != 'thread'
    return not isinstance(event, Exit) or event.last


def has_parent(pid):
    def is_child_of(event):
        if isinstance(event, Fork) and event.kind != 'thread':
            return event.pid == pid
        return event.ppid == pid
    return is_child_of


def has_name(pattern):
    return lambda event, first: bool(re.search(pattern, event.comm) or re.search(pattern, first))


def first_arguments(events):
    """argv[0] of the program that each event is of, where it is known."""
    running = {}
    for event in events:
        if isinstance(event, Fork):
            running[event.child_pid] = running.get(event.pid, b'')
        elif isinstance(event, Exec):
            running[event.pid] = event.argv[0] if event.argv else b''
        yield running.get(event.pid, b'')


def on_event(passes):
    """A condition that does not look at argv[0]."""
    return lambda event, _: passes(event)


def filters_on(root):
    """Options, and what they let pass."""
    return [
        (('--failed',), on_event(is_failure)),
        (('--no-threads',), on_event(is_of_process)),
        (('-P', root), on_event(has_parent(root))),
        (('-u', NOBODY), on_event(lambda event: event.uid == NOBODY)),
        (('-u', 'root'), on_event(lambda event: event.uid == 0)),
        (('-e', 'exit'), on_event(lambda event: isinstance(event, Exit))),
        (('--name', '^nested$'), has_name(b'^nested$')),
        (('--name', 'inter|^mov'), has_name(b'inter|^mov')),
        (('--failed', '-u', NOBODY),
         on_event(lambda event: is_failure(event) and event.uid == NOBODY)),
        (('--no-threads', '-e', 'fork,exit', '-P', root),
         on_event(lambda event: not isinstance(event, Exec) and is_of_process(event)
                and has_parent(root)(event))),
    ]


def selected(passes, whole):
    events = [event for event, first in zip(whole, first_arguments(whole)) if passes(event, first)]
    return [event._replace(seq=seq) for seq, event in enumerate(events, 1)]


@tracing_test
def filters_select_from_a_replay():
    for name in WORKLOADS:
        with recording(name) as (capture, truth):
            whole = parse(replay(capture))
            Traced(b'', whole, truth).must_agree()
            for options, passes in filters_on(next(iter(truth.processes))):
                wanted = selected(passes, whole)
                got = parse(replay(capture, *options))
                equal(len(got), len(wanted), f'events of {name} with {options}')
                differing = next(((a, b) for a, b in zip(got, wanted) if a != b), None)
                expect(not differing, f'{name} with {options}: {differing}')


def image_uid(known):
    count = known.images + isinstance(known.fact, ExecFact)
    return known.process.image(count).uid


@tracing_test
def filters_select_live():
    cases = [
        (('-u', NOBODY), lambda known: image_uid(known) == NOBODY),
        (('-u', 1234), lambda known: image_uid(known) == 1234),
        (('--name', '^by-thread$'), lambda known: known.fact.comm == b'by-thread'),
        (('-e', 'fork'), lambda known: isinstance(known.fact, ForkFact)),
    ]
    for options, wanted in cases:
        traced = trace(workload('images_workload'), *options)
        expect(traced.events, f'no events with {options}')
        no_problems([f'{options}: {problem}' for problem in
                     compare_selection(traced.truth, traced.events, wanted)[:SHOWN_PROBLEMS]])


def failed(process):
    return process.status != 0 and not process.may_be_unknown()


@tracing_test
def failures_live():
    traced = trace(workload('ends_workload'), '--failed')
    processes = traced.truth.processes.values()
    got = Counter(event.pid for event in traced.events)
    equal([pid for pid, count in got.items() if count > 1], [], 'processes that ended twice')
    missing = {process.pid for process in processes if failed(process)} - set(got)
    extra = set(got) - {process.pid for process in processes if process.status != 0}
    equal((missing, extra), (set(), set()), 'failures that are missing, and that were none')


def parent_selects(known):
    """What -P with the root's parent shows: the root itself, and its threads."""
    if isinstance(known.fact, ForkFact) and known.fact.kind != 'thread':
        return False
    return known.process.parent is None


@tracing_test
def children_of_one_live():
    with workload_dir() as (log, work):
        result = shell('exec "$tool" -q -F json -P $$ -- "$@"', workload('ends_workload'), log,
                       work, 'killed-by-thread', 'all-codes').must_succeed()
        truth = FactsTruth.load(log)
    no_problems(compare_selection(truth, parse(result.out), parent_selects))


def cgroup2_mount():
    for line in Path('/proc/self/mounts').read_text(encoding='utf-8').splitlines():
        if line.split()[2] == 'cgroup2':
            return Path(line.split()[1])
    raise Skip('no cgroup2 is mounted')


@contextlib.contextmanager
def own_cgroup():
    """A cgroup for a workload to make others in: its path in the hierarchy."""
    need_root()
    path = f'/perf-exec-trace-test-{os.getpid()}'
    directory = Path(f'{cgroup2_mount()}{path}')
    directory.mkdir()
    try:
        yield path
    finally:
        wait_until(lambda: remove(directory), f'{directory} to be empty')


def remove(directory):
    with contextlib.suppress(OSError):
        directory.rmdir()
        return True
    return False


@tracing_test
def a_cgroup_and_below():
    with own_cgroup() as path:
        for option in (path, path[1:], f'{cgroup2_mount()}{path}'):
            traced = trace(workload('images_workload'), '-c', option,
                           steps=('moved-cgroup', 'born-in-cgroup', 'spawn'),
                           command=('env', f'TRUTH_CGROUP={path}'))
            below = path.encode() + b'/'
            expect(traced.events, f'no events with -c {option}')
            no_problems(compare_selection(traced.truth, traced.events, lambda known: (
                known.process.cgroup().startswith(below))))
    result = run_tool('-c', path, '--', 'true')
    equal((result.status, result.out), (2, b''), 'status and output with a cgroup that is gone')
    expect('cgroup' in result.err_text(), f'{result.err!r} does not say why')


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

PERF_EVENTS = ','.join(f'sched:sched_process_{name}' for name in ('fork', 'exec', 'exit'))
# What three tracepoints do not say.
NOT_IN_PERF = ('kind', 'clone_flags', 'cgroup', 'exit_code', 'signal', 'signal_name', 'killed_by',
               'last', 'ppid', 'from_proc', 'argc', 'filename', 'ancestry', *CREDENTIALS)


@tracing_test
def stacks_that_perf_recorded():
    """perf record --call-graph dwarf takes user stack and registers for a purpose of its own."""
    for name in WORKLOADS:
        with workload_dir() as (log, work), scratch() as directory:
            capture = directory / 'perf.data'
            recorded = run([*WITH_TRACEFS, need_program('perf'), 'record', '-q', '-a', '-k',
                            'CLOCK_MONOTONIC', '-m', 4096, '--call-graph', 'dwarf,16384', '-e',
                            PERF_EVENTS, '-o', capture, '--', workload(name), log, work])
            if not capture.exists():
                raise Skip(f'perf record does not run here: {recorded.err_text()}')
            truth, events = FactsTruth.load(log), parse(replay(capture))
        if any(not isinstance(event, (Fork, Exec, Exit)) for event in events):
            raise Skip('perf record lost events')
        root = next(iter(truth.processes))
        events = [event for event in events if event.pid in truth.processes
                  and not (isinstance(event, Fork) and event.child_pid == root)]
        no_problems(Comparison(truth, events, NOT_IN_PERF).compare(truth.known)[:SHOWN_PROBLEMS])
        found = execs(events)
        complete = sum(event.argv_complete for event in found)
        note(f'{complete} of {len(found)} argvs of {name} are complete')
        expect(complete > len(found) / 4, f'hardly any argv of {name} is complete')


main()
