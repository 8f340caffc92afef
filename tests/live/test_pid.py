#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""-p and -f on processes that were there before the trace."""

import contextlib
import signal

from live import (Dialogue, Puppet, expect, main, no_problems, note, poke_until_seen, tracer,
                  tracing_test, without_leading, workload, workload_dir)
from lines import Lost
from truth import Truth, compare, takes_part

OUTSIDE_FORKS = 50


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


def trace_tree(started, *options, pids=()):
    """Trace the tree with -p while others do things too; the tree's events and its truth."""
    wanted = ','.join(map(str, [started.pid, *pids]))
    with workload_dir() as (log, _), Puppet(log) as outsider, \
            tracer('--stream', '-p', wanted, *options) as trace:
        pokes = poke_until_seen(started.poke, trace)
        outsider.burst(OUTSIDE_FORKS)
        started.go()
        outsider.burst(OUTSIDE_FORKS)
        result = trace.finish(signal.SIGINT).must_succeed()
    items = result.items()
    result.summary().agrees_with(items)
    # Which of them the trace was in time for is not known, all of one it need not be.
    return without_leading(items, pokes), Truth.load(started.log).after('go')


@tracing_test
def pid_selects_the_events_it_takes_part_in():
    with tree() as started:
        items, truth = trace_tree(started)
    wanted = truth.with_pid(started.pid)
    no_problems(compare(wanted, items))
    expect(len(wanted.facts) < len(truth.facts) / 2, 'the tree did too little besides')
    note(f'{len(items)} of {len(truth.facts)} events are of the pid')


@tracing_test
def pid_takes_several():
    with tree() as started:
        items, truth = trace_tree(started, pids=[started.thread, started.child])
    no_problems(compare(truth.with_pid(started.pid, started.thread, started.child), items))


@tracing_test
def pid_and_event_types_go_together():
    with tree() as started:
        with tracer('--stream', '-p', started.pid, '-e', 'fork') as trace:
            pokes = poke_until_seen(started.poke, trace)
            started.go()
            items = trace.finish(signal.SIGINT).must_succeed().items()
        wanted = Truth(Truth.load(started.log).after('go').with_pid(started.pid).forks())
    no_problems(compare(wanted, without_leading(items, pokes)))


@tracing_test
def follow_takes_descendants_and_threads_that_were_there():
    with tree() as started:
        items, truth = trace_tree(started, '-f')
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
