#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Other tracers, watching the same run: what they see of the workload is what we see."""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
from collections import Counter

from lines import BadLine, Exec, Exit, Fork, parse, parse_line
from live import (Background, POLL, Puppet, ROOMY, Skip, copy_formats, equal, expect, main,
                  need_program, need_root, no_problems, note, poke_until_seen, run, run_tool,
                  scratch, tracing_test, wait_until, with_tracefs, workload, workload_dir)
from truth import Truth, compare_command, key, limited, only_events, takes_part

# Names of these need no escaping, and fit into what every peer shows of a name.
PLAIN_STEPS = ('exit-codes', 'own-signals', 'killed-by-parent', 'vfork', 'posix-spawn', 'orphans',
               'storm', 'arguments', 'rename-then-exec', 'exec-chain', 'failing-execs',
               'exec-from-thread', 'exec-from-leader', 'leader-ends-first', 'exit-with-threads',
               'killed-with-threads')


# Two tracers take the time of the same event one after the other.
CLOCK_SLACK_MS = 5


def subject(event):
    """The task that an event is about."""
    return event.child if isinstance(event, Fork) else event.pid


class Watched:
    """One traced run of the workload: our events, and the log."""

    def __init__(self, steps=()):
        with workload_dir() as (log, work):
            mode = 'step' if steps else 'all'
            self.items = run_tool('-q', *ROOMY, '--', workload(), mode, log, work, *steps
                                  ).must_succeed().items()
            self.truth = Truth.load(log)
        no_problems(compare_command(self.truth, self.items))
        self.pids = self.truth.pids()
        self.root = self.truth.execs()[0].pid
        self.spans = {}
        for item in self.items:
            pid = subject(item)
            self.spans[pid] = (self.spans.get(pid, (item.ms,))[0], item.ms)

    def concerns(self, event):
        """
        Whether a peer's event is of the workload: before and after, others may have had the pids.
        The FORK of the workload itself is not in our trace.
        """
        pid = subject(event)
        first, last = self.spans.get(pid, (0, 0))
        return first - CLOCK_SLACK_MS <= event.ms <= last + CLOCK_SLACK_MS and not (
            isinstance(event, Fork) and pid == self.root)

    def compare(self, peer, events):
        """Both ways: all that the peer saw, and all that we saw."""
        seen = Counter(key(event) for event in events if self.concerns(event))
        ours = Counter(map(key, self.items))
        no_problems(limited(f'{peer} has it, we have not', seen - ours)
                    + limited(f'we have it, {peer} has not', ours - seen))
        note(f'{sum(seen.values())} events agree with {peer}')


# ---- perf ----------------------------------------------------------------------------------------

PERF_EVENTS = ','.join(f'sched:sched_process_{name}' for name in ('fork', 'exec', 'exit'))
PERF_LINE = re.compile(
    rb'\[\d+\] +(?P<s>\d+)\.(?P<ns>\d{9}): sched:sched_process_(?:'
    rb'fork: comm=(?P<parent_comm>.*?) pid=(?P<parent>\d+) '
    rb'child_comm=(?P<child_comm>.*?) child_pid=(?P<child>\d+)|'
    rb'exec: filename=(?P<filename>.*?) pid=(?P<exec>\d+) old_pid=\d+|'
    rb'exit: comm=(?P<comm>.*?) pid=(?P<exit>\d+) prio=(?P<prio>-?\d+)[^\n]*?)\n(?=\[|\Z)',
    re.DOTALL)


class PerfRecord:
    """perf record of the whole host, switched on and off through its control descriptors."""

    def __init__(self, path):
        self.path = path
        control, self.control = os.pipe()
        self.ack, ack = os.pipe()
        self.process = subprocess.Popen(
            [*with_tracefs(), need_program('perf'), 'record', '-q', '-a', '-k', 'CLOCK_MONOTONIC',
             '-m', '1024', '-D', '-1', f'--control=fd:{control},{ack}', '-e', PERF_EVENTS,
             '-o', str(path)],
            pass_fds=(control, ack), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.close(control)
        os.close(ack)

    def tell(self, command):
        with contextlib.suppress(BrokenPipeError):
            os.write(self.control, command + b'\n')
        if b'ack' not in os.read(self.ack, 16):
            raise Skip(f'perf record does not run here: {self.process.stderr.read()!r}')

    def __enter__(self):
        self.tell(b'enable')
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Skip):
            self.tell(b'disable')
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=60)
        os.close(self.control)
        os.close(self.ack)


def perf_events(path):
    """What perf script makes of the recording; EXEC has no name there, so ours is not compared."""
    if b'PERF_RECORD_LOST' in run(['perf', 'script', '-i', path, '-D'], timeout=300).out:
        raise Skip('perf record lost events')
    text = run(['perf', 'script', '-i', path, '--ns', '-F', 'cpu,time,event,trace'],
               timeout=300).must_succeed().out
    events, end = [], 0
    for found in PERF_LINE.finditer(text):
        expect(not text[end:found.start()].strip(), f'unreadable: {text[end:found.start()]!r}')
        end = found.end()
        events.append(perf_event(found))
    return events


def perf_event(found):
    ms = int(found['s']) * 1000 + int(found['ns']) // 1000000
    if found['parent']:
        return Fork(ms, int(found['parent']), found['parent_comm'], int(found['child']),
                    found['child_comm'])
    if found['exec']:
        return Exec(ms, int(found['exec']), b'', found['filename'])
    return Exit(ms, int(found['exit']), found['comm'], int(found['prio']))


def in_sequence(events):
    """Pair off equal events in the order in which each occurs."""
    numbered, count = {}, Counter()
    for event in events:
        numbered[key(event), count[key(event)]] = event
        count[key(event)] += 1
    return numbered


@tracing_test
def perf_record_and_script_agree():
    need_root()
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, 'perf.data')
        with PerfRecord(path):
            watched = Watched()
        theirs = perf_events(path)
    watched.items = [item._replace(comm=b'') if isinstance(item, Exec) else item
                     for item in watched.items]
    watched.compare('perf', theirs)
    theirs, ours = in_sequence(theirs), in_sequence(watched.items)
    apart = [abs(theirs[which].ms - event.ms) for which, event in ours.items()]
    note(f'timestamps are up to {max(apart)} ms apart')
    expect(sorted(apart)[len(apart) // 2] <= 1, 'our clock is not CLOCK_MONOTONIC as perf has it')


# ---- bpftrace ------------------------------------------------------------------------------------

BPFTRACE_SCRIPT = '''
tracepoint:sched:sched_process_fork {
    printf("FORK|%llu|%d|%s|%d|%s\\n", nsecs / 1000000, args->parent_pid, PARENT,
           args->child_pid, CHILD);
}
tracepoint:sched:sched_process_exec {
    printf("EXEC|%llu|%d|%s|%s\\n", nsecs / 1000000, pid, comm, str(args->filename));
}
tracepoint:sched:sched_process_exit {
    printf("EXIT|%llu|%d|%s|%d\\n", nsecs / 1000000, args->pid, comm, args->prio);
}
'''
BPFTRACE_TEXT = 63  # bytes that its str() keeps


def bpftrace_script():
    """From Linux 6.16 on the names in a fork are __data_loc, which take str()."""
    with scratch() as directory:
        copy_formats(directory)
        text = (directory / 'events/sched/sched_process_fork/format').read_text(encoding='ascii')
    wrap = 'str(args->{})' if '__data_loc char[] parent_comm' in text else 'args->{}'
    return (BPFTRACE_SCRIPT.replace('PARENT', wrap.format('parent_comm'))
            .replace('CHILD', wrap.format('child_comm')))


def readable(lines):
    """The events among LINES; what other processes are called may break bpftrace's lines."""
    for line in lines:
        with contextlib.suppress(BadLine):
            yield parse_line(line)


def cut_filename(event):
    if not isinstance(event, Exec):
        return event
    return event._replace(filename=event.filename[:BPFTRACE_TEXT])


@tracing_test
def bpftrace_agrees():
    need_root()
    args = [*with_tracefs(), need_program('bpftrace'), '-B', 'line', '-e', bpftrace_script()]
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            Background(args, env={**os.environ, 'BPFTRACE_PERF_RB_PAGES': '1024'}) as bpftrace:
        try:
            poke_until_seen(puppet.poke, bpftrace)
        except AssertionError as problem:
            raise Skip(f'bpftrace does not run here: {problem}') from None
        watched = Watched(PLAIN_STEPS)
        # When it has seen what comes afterwards it has seen all.
        poke_until_seen(puppet.poke, bpftrace)
        result = bpftrace.finish(signal.SIGINT)
    if b'Lost ' in result.err:
        raise Skip('bpftrace lost events')
    watched.items = list(map(cut_filename, watched.items))
    watched.compare('bpftrace', only_events(readable(
        arrived.line for arrived in bpftrace.arrived)))


# ---- strace --------------------------------------------------------------------------------------

STRACE_FORK = re.compile(rb'(\d+) +(?:(?:v?fork|clone3?)\(|<\.\.\. (?:v?fork|clone3?) resumed>).* '
                         rb'= (\d+)$')
STRACE_EXEC = re.compile(rb'(\d+) +(?:execve(?:at)?\(|<\.\.\. execve(?:at)? resumed>).* = 0$')
STRACE_END = re.compile(rb'(\d+) +\+\+\+ (?:exited with|killed by|superseded by) .*\+\+\+$')


def matches(pattern, lines):
    return [tuple(map(int, found.groups())) for found in map(pattern.match, lines) if found]


@tracing_test
def strace_agrees():
    """strace runs the workload, and we run strace: by pids, since it prints no task names."""
    with workload_dir() as (log, work):
        theirs, ours = work / 'strace', work / 'trace'
        result = run_tool('-q', *ROOMY, '-o', ours, '--',
                          need_program('strace'), '-f', '-q', '-s', 1, '-o', theirs,
                          '-e', 'trace=fork,vfork,clone,clone3,execve,execveat,exit,exit_group',
                          workload(), 'step', log, work, *PLAIN_STEPS)
        if result.status != 0:
            raise Skip(f'strace does not run here: {result.err_text()}')
        lines = theirs.read_bytes().splitlines()
        items, truth = parse(ours.read_bytes()), Truth.load(log)
    pids, root = truth.pids(), truth.execs()[0].pid
    items = [item for item in only_events(items) if takes_part(item, pids)
             and not (isinstance(item, Fork) and item.child == root)]
    equal(sorted((item.parent, item.child) for item in items if isinstance(item, Fork)),
          sorted(matches(STRACE_FORK, lines)), 'forks by strace')
    equal(sorted((item.pid,) for item in items if isinstance(item, Exec)),
          sorted(matches(STRACE_EXEC, lines)), 'execs by strace')
    equal(sorted((item.pid,) for item in items if isinstance(item, Exit)),
          sorted(matches(STRACE_END, lines)), 'exits by strace')
    note(f'{len(items)} events agree with strace')


# ---- forkstat ------------------------------------------------------------------------------------

FORKSTAT_LINE = re.compile(rb'\d\d:\d\d:\d\d (fork|clone|exit) +(\d+) +(\S+)')


def forkstat_pids(lines):
    """Who was born and who ended, by forkstat."""
    born, ended = set(), set()
    for found in filter(None, map(FORKSTAT_LINE.match, lines)):
        kind, pid, word = found[1], int(found[2]), found[3]
        if kind == b'exit':
            ended.add(pid)
        elif word in (b'child', b'thread'):
            born.add(pid)
    return born, ended


def wait_for_forkstat(forkstat, puppet):
    """Until a child of the puppet is seen to exit."""
    def seen():
        if forkstat.process.poll() is not None:
            raise Skip(f'forkstat does not run here: {forkstat.err!r}')
        child = puppet.poke()
        with contextlib.suppress(AssertionError):
            return wait_until(
                lambda: child in forkstat_pids(arrived.line for arrived in forkstat.arrived[-500:]
                                               )[1], 'forkstat', timeout=20 * POLL)
        return False
    try:
        wait_until(seen, 'forkstat', timeout=10)
    except AssertionError:
        raise Skip('forkstat shows nothing here: no proc connector?') from None


@tracing_test
def forkstat_agrees():
    """By pids; the connector that it listens to may drop messages, so it may know less."""
    need_root()
    args = [need_program('forkstat'), '-l', '-e', 'fork,clone,exit']
    with workload_dir() as (log, _), Puppet(log) as puppet, Background(args) as forkstat:
        wait_for_forkstat(forkstat, puppet)
        watched = Watched(PLAIN_STEPS)
        wait_for_forkstat(forkstat, puppet)
        forkstat.finish(signal.SIGINT)
    born, ended = forkstat_pids(arrived.line for arrived in forkstat.arrived)
    ours_born = {item.child for item in watched.items if isinstance(item, Fork)}
    ours_ended = {item.pid for item in watched.items if isinstance(item, Exit)}
    equal(born & watched.pids - ours_born - {watched.root}, set(), 'born by forkstat, not by us')
    equal(ended & watched.pids - ours_ended, set(), 'ended by forkstat, not by us')
    missed = len(ours_born - born) + len(ours_ended - ended)
    note(f'{len(ours_born & born)} births and {len(ours_ended & ended)} ends agree with forkstat, '
         f'which missed {missed}')
    expect(missed < len(ours_born), 'forkstat saw hardly anything')


main()
