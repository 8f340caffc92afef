#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Other backends than perf: the same events of the same workload, and a clear end when they break."""

import contextlib
import os
import re
import signal
import subprocess
from collections import Counter
from pathlib import Path

from lines import BadLine, Exec, parse_line, split_lines
from live import (Puppet, Skip, equal, expect, main, need_program, need_root, no_problems, note,
                  poke_until_seen, run, run_tool, scratch, trace_workload, tracer, tracing_test,
                  wait_until, workload, workload_dir)
from truth import Truth, compare_command, differences, takes_part

LONGEST_PATH = 126
PATHS = ('/usr/sbin', '/sbin')


def need_backend(name):
    """Skip where the backend is missing, or the kernel refuses it."""
    need_root()
    os.environ['PATH'] = os.pathsep.join([os.environ['PATH'], *PATHS])
    need_program(name)
    trial = run_tool('-q', '-b', name, '-d', 1, timeout=120)
    if trial.status != 0:
        raise Skip(f'{name} does not run here: {trial.err_text().strip()}')


def children_of(pid):
    """The pids of a process's children."""
    path = Path(f'/proc/{pid}/task/{pid}/children')
    return [int(word) for word in path.read_text(encoding='ascii').split()]


def is_gone(pid):
    return not Path(f'/proc/{pid}').exists()


# ---- bpftrace ------------------------------------------------------------------------------------

def without_long_paths(truth):
    """bpftrace shows no more than so much of a path: of longer ones nothing is known."""
    return Truth(fact._replace(filename=b'?') if len(getattr(fact, 'filename', b'')) > LONGEST_PATH
                 else fact for fact in truth.facts)


@tracing_test
def bpftrace_tells_every_event_and_no_other():
    need_backend('bpftrace')
    result, truth = trace_workload('-b', 'bpftrace')
    result.must_succeed()
    no_problems(compare_command(without_long_paths(truth), result.items()))
    summary = result.summary()
    equal((summary.lost, summary.late), (0, 0), 'losses and late ones')
    note(f'{len(truth.facts)} events agree')


@tracing_test
def bpftrace_of_one_process_and_its_descendants():
    need_backend('bpftrace')
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('-q', '-b', 'bpftrace', '-f', '-p', puppet.pid) as trace:
        started = poke_until_seen(puppet.poke, trace)
        puppet.burst(20)
        puppet.end()
        # Nothing is left to follow: it ends by itself.
        items = trace.finish().must_succeed().items()
        truth = Truth.load(log)
    since = next(at for at, fact in enumerate(truth.facts) if takes_part(fact, started[-1:]))
    missing = differences(Truth(truth.facts[since:]), items)
    no_problems([problem for problem in missing if 'not in the trace' in problem])
    expect(all(takes_part(item, truth.pids()) for item in items), f'others are in {items}')


@tracing_test
def backends_say_what_they_cannot_tell():
    need_backend('bpftrace')
    result = run_tool('-b', 'bpftrace', '-x', '--', 'true')
    equal(result.status, 0, 'status')
    expect('-b bpftrace: arguments, users, exit statuses and cgroups are not known'
           in result.err_text(), f'no notice: {result.err_text()!r}')
    result = run_tool('-b', 'bpftrace', '--failed', '--', 'true')
    equal(result.status, 1, 'status of what cannot be served')
    expect('cannot serve' in result.err_text(), f'no reason: {result.err_text()!r}')


# ---- a bpftrace that breaks ----------------------------------------------------------------------

@contextlib.contextmanager
def fake(name, script):
    """A program NAME of our own in front of the others: how the environment has to be."""
    with scratch() as directory:
        path = directory / name
        path.write_text('#!/bin/sh\n' + script, encoding='utf-8')
        path.chmod(0o755)
        yield {**os.environ, 'PATH': f'{directory}:{os.environ["PATH"]}'}


def fails(name, script, *words, options=('-d', 20)):
    with fake(name, script) as env:
        result = run_tool('-q', '-b', name, *options, env=env, timeout=120)
    equal(result.status, 1, f'status with {script!r}, which said {result.err_text()!r}')
    for word in words:
        expect(word in result.err_text(), f'{word!r} is not in {result.err_text()!r}')
    return result


@tracing_test
def program_that_does_not_start():
    need_root()
    for name in ('bpftrace', 'execsnoop'):
        fails(name, 'echo no BPF here >&2; exit 3', name, 'status 3', 'no BPF here')
        fails(name, 'kill -9 $$', name, 'signal 9')
        fails(name, 'exit 0', name, 'status 0')


@tracing_test
def program_that_never_attaches():
    need_root()
    fails('bpftrace', 'exec sleep 1000', 'not attached')


@tracing_test
def program_that_tells_lies():
    need_root()
    fails('bpftrace', 'exec cat /dev/zero', 'without an end')
    fails('execsnoop', 'echo PCOMM PID PPID RET ARGS; yes', 'no line of an exec')


def real(name):
    need_backend(name)
    return need_program(name)


@tracing_test
def program_that_dies_in_the_middle():
    path = real('bpftrace')
    # Quoted by "$@", it is the real one, for three seconds.
    fails('bpftrace', f'timeout -s KILL 4 {path} "$@"; echo it was shot >&2; exit 5',
          'status 5', 'it was shot')


@tracing_test
def program_that_prints_garbage_in_the_middle():
    path = real('bpftrace')
    fails('bpftrace', f'{path} "$@" & sleep 4; echo "F 1 2 3"; wait', 'our script does not',
          'F 1 2 3')


@tracing_test
def program_that_hangs_in_the_middle():
    path = real('bpftrace')
    fails('bpftrace', f'timeout -s STOP 4 {path} "$@" ; sleep 100', 'hangs')


@tracing_test
def losses_are_told():
    path = real('bpftrace')
    with fake('bpftrace', f'{path} "$@" & sleep 4; echo "Lost 42 events"; wait') as env:
        result = run_tool('-b', 'bpftrace', '-d', 6, env=env)
    equal(result.summary().lost, 42, 'losses in the summary')
    expect(re.search(rb'^LOST\|\d+\|\?\|42$', result.out, re.M), 'no LOST line')


@tracing_test
def no_child_is_left():
    need_backend('bpftrace')
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with workload_dir() as (log, _), Puppet(log) as puppet, \
                tracer('-q', '-b', 'bpftrace', '--stream') as trace:
            poke_until_seen(puppet.poke, trace)
            child, = children_of(trace.process.pid)
            trace.send(how)
            wait_until(lambda: is_gone(child), f'bpftrace to be gone after {how}')


# ---- execsnoop -----------------------------------------------------------------------------------

def known_execs(output):
    """EXECs, file names that are not known as None."""
    for line in split_lines(output):
        with contextlib.suppress(BadLine):
            item = parse_line(line.replace(b'|?\n', b'|\\x00\n'))
            if isinstance(item, Exec):
                yield item._replace(filename=None if item.filename == b'\0' else item.filename)


@tracing_test
def execsnoop_tells_every_exec():
    need_backend('execsnoop')
    steps = ('exit-codes', 'vfork', 'posix-spawn', 'arguments', 'rename-then-exec', 'exec-chain')
    with workload_dir() as (log, work), tracer('-q', '-b', 'execsnoop', '--stream') as trace:
        seen = []

        def poke():
            seen.append(subprocess.run(['true'], check=True))
            return trace.arrived

        wait_until(poke, 'execsnoop')
        run([workload(), 'step', log, work, *steps]).must_succeed()
        result = trace.finish(signal.SIGINT).must_succeed()
        truth = Truth.load(log)
    execs = list(known_execs(result.out))
    pids = truth.pids()
    ours = [item for item in execs if item.pid in pids]
    for fact in truth.execs():
        expect(any(item.pid == fact.pid and item.comm == fact.comm
                   and item.filename in (fact.filename, None) for item in ours),
               f'{fact} is not in the trace')
    equal(Counter(item.pid for item in ours), Counter(fact.pid for fact in truth.execs()),
          'execs by pid')
    unknown = sum(item.filename is None for item in ours)
    note(f'{len(ours)} execs agree, {unknown} without a path')


@tracing_test
def execsnoop_refuses_what_needs_forks():
    need_root()
    result = run_tool('-b', 'execsnoop', '--', 'true')
    equal(result.status, 1, 'status')
    expect('tells of no forks' in result.err_text(), f'no reason: {result.err_text()!r}')
    expect(run_tool('-b', 'execsnoop', '-e', 'fork').status != 0, '-e fork was taken')


main()
