#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Filters: each selects exactly what the truth says, live and from a replay."""

import re
from collections import Counter

from facts import compare_selection
from facts_log import FactsTruth
from facts_runs import SHOWN_PROBLEMS, Traced, WORKLOADS, recording, replay, trace
from json_lines import Exec, Exit, Fork, parse
from lines import Fork as ForkLine
from live import (NOBODY, Skip, cgroup2_mount, equal, expect, main, need_program, need_root,
                  no_problems, own_cgroup, run, run_tool, shell, tool, tracing_test, unnamed_here,
                  workload, workload_dir)
from truth import ExecFact, ForkFact


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
    """A FORK has no arguments to look at."""
    def matches(event):
        first = event.argv[0] if not isinstance(event, Fork) and event.argv else b''
        return bool(re.search(pattern, event.comm) or re.search(pattern, first))
    return matches


def filters_on(root):
    """Options, and what they let pass."""
    return [
        (('--failed',), is_failure),
        (('--no-threads',), is_of_process),
        (('-P', root), has_parent(root)),
        (('-u', NOBODY), lambda event: event.uid == NOBODY),
        (('-u', 'root'), lambda event: event.uid == 0),
        (('-e', 'exit'), lambda event: isinstance(event, Exit)),
        (('--name', '^nested$'), has_name(b'^nested$')),
        (('--name', 'inter|^mov'), has_name(b'inter|^mov')),
        (('--failed', '-u', NOBODY), lambda event: is_failure(event) and event.uid == NOBODY),
        (('--no-threads', '-e', 'fork,exit', '-P', root),
         lambda event: not isinstance(event, Exec) and is_of_process(event)
         and has_parent(root)(event)),
    ]


def selected(passes, whole):
    return [event._replace(seq=seq) for seq, event in enumerate(filter(passes, whole), 1)]


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
                     compare_selection(traced.truth, traced.events, wanted,
                                       unnamed_here())[:SHOWN_PROBLEMS]])


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


@tracing_test
def filters_of_pipe_lines_alone():
    """A filter brings all that it looks at, where no format wants any facts."""
    with workload_dir() as (log, work):
        result = run_tool('-q', '--failed', '--', workload('ends_workload'), log, work)
        result.must_succeed()
        processes = FactsTruth.load(log).processes.values()
    got = {item.pid for item in result.items()}
    missing = {process.pid for process in processes
               if failed(process) and not process.threads} - got
    equal(missing, set(), 'failures that are missing')
    with workload_dir() as (log, work):
        result = run_tool('-q', '--no-threads', '--', workload('ends_workload'), log, work)
        result.must_succeed()
        known = FactsTruth.load(log).known
    threads = {fact.fact.child for fact in known
               if isinstance(fact.fact, ForkFact) and fact.fact.kind == 'thread'}
    born = {item.child for item in result.items() if isinstance(item, ForkLine)}
    expect(threads and born, 'neither threads nor processes')
    equal(threads & born, set(), 'threads that were shown')


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
    no_problems(compare_selection(truth, parse(result.out), parent_selects, unnamed_here()))


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


@tracing_test
def cgroups_that_are_not_known_here_are_said():
    """In a cgroup namespace the paths are not the kernel's."""
    cgroup2_mount()
    inside = [need_program('unshare'), '-C']
    if run([*inside, 'true']).status != 0:
        raise Skip('no cgroup namespace of our own')
    result = run([*inside, tool(), '-c', '/', '--', 'true'])
    equal((result.status, result.out), (0, b''), 'status and output in a cgroup namespace')
    expect('-c may select nothing: ' in result.err_text(), f'nothing is said: {result.err!r}')


main()
