#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""-p, -t and -f on processes that were there before the trace."""

import contextlib
import signal
import sys
from pathlib import Path

from live import (Dialogue, Puppet, equal, expect, main, no_problems, note, poke_until_seen,
                  run_tool, tracer, tracing_test, wait_until, without_leading, workload,
                  workload_dir)
from lines import Exec, Lost
from truth import Truth, compare, takes_part

OUTSIDE_FORKS = 50

# The first thread ends; the other one forks and execs when it is told to.
LEADERLESS = '''
import ctypes, subprocess, sys, threading
def rest():
    sys.stdin.readline()
    subprocess.run(['true'])
    import os
    os._exit(0)
threading.Thread(target=rest).start()
print('ready', flush=True)
ctypes.CDLL(None).pthread_exit(None)
'''


class Tree(Dialogue):
    """A process tree of several threads and generations that waits for "go"."""

    def __init__(self, log, work):
        super().__init__([workload(), 'tree', log, work])
        _, self.pid, self.thread, self.child = map(int, [0] + self.answer()[1:])

    def poke(self):
        return int(self.ask('poke')[1])

    def go(self):
        self.send('go')
        self.end()


@contextlib.contextmanager
def tree():
    with workload_dir() as (log, work), Tree(log, work) as started:
        started.log = log
        yield started


def trace_tree(started, *options, by='-p', pids=()):
    """Trace the tree while others do things too; the tree's events and its whole truth."""
    wanted = ','.join(map(str, [started.pid, *pids]))
    with workload_dir() as (log, _), Puppet(log) as outsider, \
            tracer('--stream', by, wanted, *options) as trace:
        pokes = poke_until_seen(started.poke, trace)
        outsider.burst(OUTSIDE_FORKS)
        started.go()
        outsider.burst(OUTSIDE_FORKS)
        result = trace.finish(signal.SIGINT).must_succeed()
    items = result.items()
    result.summary().agrees_with(items)
    # Which of them the trace was in time for is not known, all of one it need not be.
    return without_leading(items, pokes), Truth.load(started.log)


def tasks_of(truth, pid):
    """PID and all its threads."""
    tasks, grown = {pid}, True
    while grown:
        threads = {fact.child for fact in truth.forks()
                   if fact.kind == 'thread' and fact.parent in tasks}
        grown = not threads <= tasks
        tasks |= threads
    return tasks


@tracing_test
def pid_selects_a_process_with_its_threads():
    with tree() as started:
        items, truth = trace_tree(started)
    tasks = tasks_of(truth, started.pid)
    wanted = Truth(fact for fact in truth.after('go').facts
                   if takes_part(fact, tasks) and getattr(fact, 'child', None) != started.pid)
    no_problems(compare(wanted, items))
    expect(started.thread in tasks and len(tasks) > 2, 'no threads, old or new')
    expect(len(wanted.facts) < len(truth.facts), 'the tree did nothing besides')
    note(f'{len(items)} of {len(truth.facts)} events are of the process')


@tracing_test
def pid_of_a_process_whose_first_thread_has_ended():
    with workload_dir() as (log, _), Dialogue([sys.executable, '-c', LEADERLESS]) as process, \
            Puppet(log) as outsider:
        process.answer()
        stat = Path(f'/proc/{process.pid}/stat')
        wait_until(lambda: ') Z ' in stat.read_text(encoding='utf-8'), 'the first thread to end')
        with tracer('--stream', '-f', '-p', f'{process.pid},{outsider.pid}') as trace:
            poke_until_seen(outsider.poke, trace)
            outsider.end()
            process.send('go')
            items = trace.finish().must_succeed().items()
    expect(any(isinstance(item, Exec) and item.comm == b'true' for item in items), f'no exec: {items}')


@tracing_test
def thread_is_no_process():
    with tree() as started:
        result = run_tool('-p', started.thread, '-d', 1)
        started.go()
    equal(result.status, 1, 'status')
    expect(f'a thread of process {started.pid}; try: -t {started.thread}'.encode() in result.err,
           f'standard error: {result.err!r}')


@tracing_test
def tid_selects_the_events_a_task_takes_part_in():
    with tree() as started:
        items, truth = trace_tree(started, by='-t')
        truth = truth.after('go')
    wanted = truth.with_pid(started.pid)
    no_problems(compare(wanted, items))
    expect(len(wanted.facts) < len(truth.facts) / 2, 'the tree did too little besides')
    note(f'{len(items)} of {len(truth.facts)} events are of the task')


@tracing_test
def tid_takes_several():
    with tree() as started:
        items, truth = trace_tree(started, by='-t', pids=[started.thread, started.child])
    no_problems(compare(truth.after('go').with_pid(started.pid, started.thread, started.child),
                        items))


@tracing_test
def tid_and_event_types_go_together():
    with tree() as started:
        with tracer('--stream', '-t', started.pid, '-e', 'fork') as trace:
            pokes = poke_until_seen(started.poke, trace)
            started.go()
            items = trace.finish(signal.SIGINT).must_succeed().items()
        wanted = Truth(Truth.load(started.log).after('go').with_pid(started.pid).forks())
    no_problems(compare(wanted, without_leading(items, pokes)))


@tracing_test
def follow_takes_descendants_and_threads_that_were_there():
    with tree() as started:
        items, truth = trace_tree(started, '-f')
        truth = truth.after('go')
    no_problems(compare(truth, items))
    expect(any(fact.pid != fact.old_pid for fact in truth.execs()), 'no thread that execs')


@tracing_test
def follow_of_a_child_leaves_its_parent_out():
    """Only the child's part of the tree; the parent pokes unseen, an outsider shows readiness."""
    with tree() as started, workload_dir() as (log, _), Puppet(log) as outsider, \
            tracer('--stream', '-f', '-p', f'{started.child},{outsider.pid}') as trace:
        poke_until_seen(outsider.poke, trace)
        unseen = started.poke()
        started.go()
        outsider.end()
        items = trace.finish(signal.SIGINT).must_succeed().items()
        truth = Truth.load(started.log)
        family = descendants(truth, started.child)
        outside = descendants(Truth.load(log), outsider.pid)
    expect(unseen not in family, 'the test itself is wrong')
    wanted = Truth(fact for fact in truth.after('go').facts
                   if takes_part(fact, family) and not is_childs_own_fork(fact, started.child))
    no_problems(compare(wanted, [item for item in items if not is_of(item, outside)]))


def is_of(item, pids):
    return not isinstance(item, Lost) and takes_part(item, pids)


def is_childs_own_fork(fact, child):
    return getattr(fact, 'child', None) == child


def descendants(truth, root):
    """ROOT and all that came from it, threads included."""
    family = {root}
    grown = True
    while grown:
        children = {fact.child for fact in truth.forks() if fact.parent in family}
        grown = not children <= family
        family |= children
    return family


@tracing_test
def trace_ends_by_itself_when_the_pid_has_gone():
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('--stream', '-q', '-p', puppet.pid) as trace:
        poke_until_seen(puppet.poke, trace)
        puppet.end()
        trace.finish().must_succeed()


main()
