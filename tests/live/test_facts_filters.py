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
from live import (NOBODY, Skip, cgroup2_mount, equal, expect, main, need_program,
                  no_problems, own_cgroup, run, run_tool, scratch, shell, tool, tracing_test, unnamed_here,
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


def has_arguments(pattern):
    return lambda event: event.argv is not None and bool(re.search(pattern, b' '.join(event.argv)))


def has_end(codes, signals):
    return lambda event: (isinstance(event, Exit) and event.last
                          and (event.exit_code in codes or event.signal in signals))


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
        (('--args', 'work.* /.*[a-z]$', '-e', 'exec,exit'), lambda event: (
            not isinstance(event, Fork) and has_arguments(b'work.* /.*[a-z]$')(event))),
        (('--exit', '0,3,SIGKILL,TERM,SIG11'), has_end({0, 3}, {9, 11, 15})),
        (('--exit', '0,3,SIGKILL', '--failed'), has_end({3}, {9})),
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


@tracing_test
def arguments_select_live():
    """A FORK has the arguments of the process that forks, an EXIT those of its last program."""
    # Each lives for so long that its arguments can be had.
    script = ': marker; (sleep 0.3; exit 3); sleep 0.3 0.001; sleep 0.3 0.002; exit 0'
    root = (b'sh', b'-c', script.encode())
    result = run_tool('-q', '-F', 'json', '--args', 'marker|^sleep 0.3 0.001$',
                      '--', 'sh', '-c', script).must_succeed()
    events = parse(result.out)
    forks = [event for event in events if isinstance(event, Fork)]
    execs = [event.argv for event in events if isinstance(event, Exec)]
    exits = [(event.exit_code, event.argv) for event in events if isinstance(event, Exit)]
    # The copy of the shell has the shell's.
    equal(len(forks), 4, 'forks')
    equal(execs, [root, (b'sleep', b'0.3', b'0.001')], 'execs')
    equal(exits, [(3, root), (0, (b'sleep', b'0.3', b'0.001')), (0, root)], 'exits')


@tracing_test
def exits_select_live():
    script = '(exit 3); (exit 4); (kill -KILL $BASHPID); (kill -TERM $BASHPID); exit 0'
    for wanted, ends in (('3,SIGKILL', [(3, None), (None, 9)]), ('SIG15', [(None, 15)]),
                         ('0', [(0, None)]), ('9,15', [])):
        result = run_tool('-q', '-F', 'json', '--exit', wanted,
                          '--', need_program('bash'), '-c', script).must_succeed()
        equal([(event.exit_code, event.signal) for event in parse(result.out)], ends,
              f'ends with --exit {wanted}')


@tracing_test
def plain_lines_say_that_they_do_not_tell_ends():
    said = 'plain lines do not tell how a process ended; -x does'
    for options in (('--failed',), ('--exit', '3')):
        result = run_tool(*options, '--', 'sh', '-c', '(exit 3); exit 0').must_succeed()
        equal(result.err_text().count(said), 1, f'times that it is said with {options}')
    for options in (('--failed', '-q'), ('--failed', '-x'), ('--failed', '-S'),
                    ('--failed', '-F', 'tree'), ('-e', 'exit')):
        result = run_tool(*options, '--', 'sh', '-c', '(exit 3); exit 0').must_succeed()
        equal(result.err_text().count(said), 0, f'times that it is said with {options}')


@tracing_test
def totals_leave_out_what_filters_do():
    command = ('--', 'sh', '-c', '(exit 3); exit 0')
    cases = [
        (('--failed',), {'duration', 'lost', 'processes', 'failures'}),
        (('--exit', '0,3'), {'duration', 'lost', 'processes', 'failures'}),
        (('-e', 'exec'), {'duration', 'lost', 'execs'}),
        (('-e', 'fork'), {'duration', 'lost', 'processes', 'threads'}),
        (('--no-threads',), {'duration', 'lost', 'processes', 'execs', 'failures', 'at'}),
        ((), {'duration', 'lost', 'processes', 'threads', 'execs', 'failures',
              'at'}),
    ]
    with scratch() as directory:
        capture = directory / 'capture'
        run_tool('record', '-q', '-x', '-o', capture, *command).must_succeed()
        for options, titles in cases:
            for result in (run_tool('-q', '-S', *options, *command),
                           run_tool('replay', '-q', '-S', *options, capture)):
                text = result.must_succeed().out.decode()
                equal(set(re.findall(r'^([a-z]+) ', text, re.MULTILINE)), titles,
                      f'totals with {options}')
                equal('FAILED' in text, 'failures' in titles, f'a list of failures: {text}')
                equal('LONGEST' in text, 'execs' in titles and 'failures' in titles,
                      f'times with {options}: {text}')


@tracing_test
def totals_name_the_last_failure():
    script = 'echo $$; (sleep 0.3; exit 3); sleep 0.3x a; sleep 0.3x b; exit 4'
    result = run_tool('-q', '-S', '--', 'sh', '-c', script)
    text = result.out.decode()
    shell_pid = text.split('\n', 1)[0]
    failed = text.partition(' FAILED  PROGRAM\n')[2]
    # sleep fails too soon for its arguments to be had for sure.
    for wanted in (f"\n         sh -c '{script}', from {shell_pid} sh\n",
                   f', from {shell_pid} sh\n'):
        expect(wanted in f'\n{failed}', f'{wanted!r} is not in {text}')
    expect(re.search(rf"\n         sh -c '{re.escape(script)}', from \d+ perf_exec_trace", failed),
           f'the parent of COMMAND is not in {text}')


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
