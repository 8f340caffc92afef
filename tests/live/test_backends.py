#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""All backends: the same events of the same workload, and a clear end when they break."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from lines import Exec
from live import (Puppet, Skip, as_nobody, equal, expect, main, need_program, need_root,
                  no_problems, note, poke_until_seen, run, run_tool, scratch, test,
                  tool_for_nobody, tracer, tracing_test, wait_until, workload, workload_dir)
from truth import ExecFact, Truth, compare_command, differences, takes_part

LONGEST_PATH = 126
UNKNOWN = b'?'
TRACERS = ('bpftrace', 'execsnoop')
# Where Debian has execsnoop, though not in everybody's PATH.
os.environ['PATH'] = os.pathsep.join([os.environ['PATH'], '/usr/sbin', '/sbin'])


def need_backend(name):
    """Skip where the backend is missing, or the kernel refuses it."""
    need_root()
    if name in TRACERS:
        need_program(name)
    # execsnoop takes no COMMAND, sideband nothing else.
    what = ('-d', 1) if name in TRACERS else ('--', 'true')
    trial = run_tool('-q', '-b', name, '-e', 'exec', *what, timeout=120)
    if trial.status != 0:
        raise Skip(f'{name} does not run here: {trial.err_text().strip()}')


def is_gone(pid):
    """Dead: whoever adopted it may reap it in its own time."""
    try:
        return Path(f'/proc/{pid}/stat').read_bytes().rpartition(b')')[2].split()[0] == b'Z'
    except (FileNotFoundError, ProcessLookupError):
        return True


@contextlib.contextmanager
def poking():
    """Something execs all the time, so that traces of the whole host have something to show."""
    with subprocess.Popen(['sh', '-c', 'while sleep 0.05; do :; done'], start_new_session=True) as it:
        try:
            yield
        finally:
            os.killpg(it.pid, signal.SIGKILL)


def in_parallel(function, rows):
    """FUNCTION of each of ROWS at the same time; raises what the first one raised."""
    with ThreadPoolExecutor(len(rows)) as pool:
        return list(pool.map(function, rows))


# ---- all backends agree --------------------------------------------------------------------------

class Backend(NamedTuple):
    name: str
    of_command: bool = True  # traces the workload as COMMAND, else the whole host
    shows_exe: bool = False  # as the file the one that runs, else the one that was asked for
    by_proc: bool = False    # name and file are unknown where the process was gone too soon


BACKENDS = (
    Backend('perf'),
    Backend('sideband', shows_exe=True),
    Backend('connector', shows_exe=True, by_proc=True),
    Backend('bpftrace'),
    Backend('execsnoop', of_command=False),
)
# One after the other, so that the order of their execs is always the same.
STEPS = ('exit-codes', 'vfork', 'posix-spawn', 'arguments', 'rename-then-exec', 'exec-chain',
         'task-names')


def trace_command(backend, log, work):
    return run_tool('-b', backend.name, '-e', 'exec', '--', workload(), 'step', log, work, *STEPS)


def trace_host(backend, log, work):
    with tracer('-b', backend.name, '-e', 'exec', '--stream') as trace:
        def poke():
            subprocess.run(['true'], check=True)
            return trace.arrived

        wait_until(poke, f'the first exec by {backend.name}')
        run([workload(), 'step', log, work, *STEPS]).must_succeed()
        return trace.finish(signal.SIGINT)


class Traced(NamedTuple):
    backend: Backend
    execs: list  # of the workload, as the backend tells them
    facts: list  # as the log has them


def exec_key(item, numbers, work):
    """An exec as every run has it: the process by its number, no path of this run."""
    number = numbers.setdefault(item.pid, len(numbers))
    return number, item.comm, item.filename.replace(os.fsencode(work), b'WORK')


def trace_steps(backend):
    with workload_dir() as (log, work):
        how = trace_command if backend.of_command else trace_host
        result = how(backend, log, work).must_succeed()
        equal(result.summary().lost, 0, f'losses of {backend.name}')
        facts = Truth.load(log).execs()
        pids = {fact.pid for fact in facts}
        execs = [item for item in result.items() if isinstance(item, Exec) and item.pid in pids]
        if backend.shows_exe:
            facts = [fact._replace(filename=os.path.realpath(fact.filename)) for fact in facts]
        numbers, logged = {}, {}
        return Traced(backend, [exec_key(item, numbers, work) for item in execs],
                      [exec_key(fact, logged, work) for fact in facts])


def is_right(known, told, by_proc):
    return told == known or (by_proc and told == UNKNOWN)


def exec_problems(traced):
    """Where the backend disagrees with the log of its own run."""
    name, _, _, by_proc = traced.backend
    if [number for number, _, _ in traced.execs] != [number for number, _, _ in traced.facts]:
        yield f'{name}: {traced.execs} are not {traced.facts}'
        return
    for told, fact in zip(traced.execs, traced.facts):
        cut = len(fact[2]) > LONGEST_PATH and name in TRACERS
        if not is_right(fact[1], told[1], by_proc) or not is_right(fact[2], told[2], by_proc or cut):
            yield f'{name}: {told} is not {fact}'


def works(backend):
    try:
        need_backend(backend.name)
    except Skip as reason:
        return str(reason)
    return None


@tracing_test
def all_backends_agree_on_execs():
    refusals = dict(zip(BACKENDS, in_parallel(works, BACKENDS)))
    usable = [backend for backend in BACKENDS if not refusals[backend]]
    if len(usable) < 2:
        raise Skip('; '.join(filter(None, refusals.values())))
    runs = in_parallel(trace_steps, usable)
    no_problems([problem for traced in runs for problem in exec_problems(traced)])
    first = [(number, comm) for number, comm, _ in runs[0].facts]
    for traced in runs[1:]:
        equal([(number, comm) for number, comm, _ in traced.facts], first, 'the run itself')
    note(f'{len(first)} execs agree: {", ".join(backend.name for backend in usable)}')
    for reason in filter(None, refusals.values()):
        note(f'without {reason}')


# ---- bpftrace ------------------------------------------------------------------------------------

def without_long_paths(truth):
    """bpftrace shows no more than so much of a path: of longer ones nothing is known."""
    return Truth(fact._replace(filename=UNKNOWN)
                 if isinstance(fact, ExecFact) and len(fact.filename) > LONGEST_PATH else fact
                 for fact in truth.facts)


@tracing_test
def bpftrace_tells_every_event_and_no_other():
    need_backend('bpftrace')
    with workload_dir() as (log, work):
        result = run_tool('-b', 'bpftrace', '--', workload(), 'all', log, work).must_succeed()
        truth = Truth.load(log)
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


# ---- what they cannot tell -----------------------------------------------------------------------

@tracing_test
def bpftrace_says_what_it_cannot_tell():
    need_backend('bpftrace')
    result = run_tool('-b', 'bpftrace', '-x', '--', 'true').must_succeed()
    expect('-b bpftrace: no arguments, users, exit statuses or cgroups'
           in result.err_text(), f'no notice: {result.err_text()!r}')


@test
def what_they_cannot_serve_is_refused():
    both = (['--raw'], ['--formats', '/'], ['-m', '8'], ['-u', 'root'], ['-c', '/'], ['--failed'],
            ['--exit', '1'], ['--args', 'x'], ['-x', '--env', 'all'])
    forks = (['-e', 'fork'], ['-e', 'exit'], ['-f', '-p', '1'], ['-P', '1'], ['--no-threads'],
             ['--', 'true'])
    for name, options in ([(name, options) for name in TRACERS for options in both]
                          + [('execsnoop', options) for options in forks]):
        result = run_tool('-b', name, *options)
        equal(result.status, 1, f'status of {options}, which said {result.err!r}')
        expect(f'-b {name} cannot serve' in result.err_text(), f'{options}: {result.err!r}')


@test
def why_not_is_told():
    """Of each the reason, in the order in which they are tried."""
    with tool_for_nobody() as copy:
        for name in TRACERS:
            result = run([*as_nobody(copy), '-b', name, '-e', 'exec'])
            equal(result.status, 1, f'status, with {result.err!r}')
            reason = 'needs root' if shutil.which(name) else 'is not installed'
            expect(f'{name} {reason}' in result.err_text(), f'no reason: {result.err!r}')
        result = run([*as_nobody(copy), '-v', '--raw', '-d', 1])
    if result.status == 0:
        raise Skip('perf lets everybody trace here')
    found = re.findall(r'not -b (\w+): ', result.err_text())
    equal(found, [backend.name for backend in BACKENDS], 'backends that are told of')


@tracing_test
def execsnoop_of_bcc_that_does_not_start_says_why():
    """It compiles its program, which takes the kernel's headers."""
    program = need_program('execsnoop-bpfcc')
    if run(['timeout', '5', program]).status == 124:
        raise Skip('it runs here')
    with scratch() as directory:
        (directory / 'execsnoop').symlink_to(program)
        path = os.pathsep.join([str(directory), '/usr/bin', '/bin'])
        result = run_tool('-b', 'execsnoop', '-d', 1, env={**os.environ, 'PATH': path})
    equal((result.status, result.out), (1, b''), f'status and output, with {result.err!r}')
    expect('execsnoop ended with status 1: ' in result.err_text(), f'no reason: {result.err!r}')


# ---- tracers that break --------------------------------------------------------------------------

@contextlib.contextmanager
def fake(name, script):
    """A program NAME of our own in front of the others: its path, and the environment for it."""
    with scratch() as directory:
        path = directory / name
        # Written by another process: what is forked beside us would keep it open, and busy.
        run(['sh', '-c', 'cat > "$0" && chmod 755 "$0"', path],
            text=f'#!/bin/sh\n{script}'.encode()).must_succeed()
        yield path, {**os.environ, 'PATH': f'{directory}:{os.environ["PATH"]}'}


class Broken(NamedTuple):
    name: str
    script: str
    words: tuple


def fails_at_once(broken):
    with fake(broken.name, broken.script) as (_, env):
        result = run_tool('-q', '-b', broken.name, '-d', 20, env=env, timeout=120)
    equal(result.status, 1, f'status with {broken.script!r}, which said {result.err_text()!r}')
    equal(result.out, b'', 'events')
    for word in broken.words:
        expect(word in result.err_text(), f'{word!r} is not in {result.err_text()!r}')


@test
def tracers_that_do_not_start():
    need_root()
    in_parallel(fails_at_once, [broken for name in TRACERS for broken in (
        Broken(name, 'echo no BPF here >&2; exit 3', (name, 'status 3', 'no BPF here')),
        Broken(name, 'kill -9 $$', (name, 'signal 9')),
        Broken(name, 'exit 0', (name, 'status 0')),
        Broken(name, 'exec cat /dev/zero', ('without an end' if name == 'bpftrace'
                                            else 'no line of an exec',)))]
        + [Broken('execsnoop', 'echo PCOMM PID PPID RET ARGS; exec yes', ('no line of an exec',))])


# The real one does its work until the file `go` is there; the process that it is has the pid $real.
UNTIL_GO = '''
{path} "$@" &
real=$!
echo $$ $real > "$0.pids"
until [ -e "$0.go" ]; do sleep 0.05; done
'''


def break_in_the_middle(broken, then):
    """Let the tracer attach and trace, then break it; THEN(trace) gives the result."""
    script = UNTIL_GO.format(path=need_program(broken.name)) + broken.script
    with fake(broken.name, script) as (path, env), \
            tracer('-b', broken.name, '-e', 'exec', '--stream', env=env) as trace, poking():
        trace.wait_line(lambda line: line.startswith(b'EXEC|'), 'the first event')
        Path(f'{path}.go').touch()
        result = then(trace)
        for pid in Path(f'{path}.pids').read_text(encoding='ascii').split():
            wait_until(lambda pid=pid: is_gone(pid), f'{broken.name} to be gone')
    return result


def fails_in_the_middle(broken):
    result = break_in_the_middle(broken, lambda trace: trace.finish())
    equal(result.status, 1, f'status with {broken.script!r}, which said {result.err_text()!r}')
    for word in (broken.name, *broken.words):
        expect(word in result.err_text(), f'{word!r} is not in {result.err_text()!r}')


GARBAGE = {'bpftrace': ('F 1 2 3', 'our script does not'),
           'execsnoop': ('this is no line of any exec', 'no line of an exec')}


def usable_tracers():
    """Those that run here; skips where none does."""
    reasons = {name: works(Backend(name)) for name in TRACERS}
    usable = [name for name in TRACERS if not reasons[name]]
    if not usable:
        raise Skip('; '.join(reasons.values()))
    return usable


@tracing_test
def tracers_that_break_in_the_middle():
    usable = usable_tracers()
    in_parallel(fails_in_the_middle, [broken for name in usable for broken in (
        Broken(name, 'kill -KILL $real; echo it was shot >&2; exit 5', ('status 5', 'it was shot')),
        Broken(name, f'echo "{GARBAGE[name][0]}"; wait', GARBAGE[name]),
        Broken(name, 'exec yes', ()),
        Broken(name, 'kill -STOP $real; wait', ('hangs',)))])


LOSSES = {'bpftrace': 'echo "Lost 42 events"', 'execsnoop': 'echo "Lost 42 events on CPU #0!" >&2'}


@tracing_test
def losses_of_tracers_are_told():
    def told(name):
        def interrupt(trace):
            trace.wait_line(lambda line: line.startswith(b'LOST|') and line.endswith(b'|42\n'),
                            'the loss')
            return trace.finish(signal.SIGINT)
        result = break_in_the_middle(Broken(name, f'{LOSSES[name]}; wait', ()), interrupt)
        equal(result.must_succeed().summary().lost, 42, f'losses by {name}')
    in_parallel(told, usable_tracers())


@tracing_test
def a_flood_on_standard_error_keeps_nobody_from_ending():
    def ends(name):
        def interrupt(trace):
            count = len(trace.arrived)
            wait_until(lambda: len(trace.arrived) > count, 'events in the flood')
            return trace.finish(signal.SIGINT)
        break_in_the_middle(Broken(name, 'yes >&2', ()), interrupt).must_succeed()
    in_parallel(ends, usable_tracers())


def children_of(pid):
    """The pids of a process's children."""
    path = Path(f'/proc/{pid}/task/{pid}/children')
    return [int(word) for word in path.read_text(encoding='ascii').split()]


@tracing_test
def no_child_is_left():
    usable = usable_tracers()

    def leaves_none(how):
        with tracer('-q', '-b', usable[0], '-e', 'exec', '--stream') as trace:
            trace.wait_line(lambda line: line.startswith(b'EXEC|'), 'the first event')
            child, = children_of(trace.process.pid)
            trace.send(how)
            wait_until(lambda: is_gone(child), f'{usable[0]} to be gone after {how}')
    with poking():
        in_parallel(leaves_none, (signal.SIGINT, signal.SIGTERM, signal.SIGKILL))


main()
