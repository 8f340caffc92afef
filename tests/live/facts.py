# SPDX-License-Identifier: GPL-2.0-or-later
"""All facts of a trace (json_lines.py), held against the log of a workload that knows."""

import os
import reprlib
import signal
from collections import Counter, defaultdict, deque
from typing import NamedTuple

from json_lines import Exec, Exit, Fork, Killer
from truth import ExecFact, ForkFact

SHOWN = reprlib.Repr()
SHOWN.maxstring = SHOWN.maxother = 160
SHOWN.maxtuple = 8


class OneOf(NamedTuple):
    options: tuple


class AnyThreadOf(NamedTuple):
    """A killer: the logs know its process, and not which of its threads it was."""
    pid: int
    comm: bytes


# ---- what a fact should look like in the trace ---------------------------------------------------

def ends_process(known):
    """Whether its exit is the process's last one; None where that depends on who is faster."""
    if known.fact.how == 'exec':
        return False
    return None if known.process.threads and not known.process.loose else True


def of_any(truth, process, image):
    """What events of all types show."""
    cgroup = process.cgroup()
    # Nobody may have written the root's cgroup.subtree_control: then samples do not tell.
    return {'pid': process.pid, 'uid': image.uid,
            'cgroup': OneOf((cgroup, None)) if cgroup == b'/' else cgroup,
            'ppid': process.parent.pid if process.parent else truth.root_ppid}


def fork_wanted(truth, known):
    fact, process = known.fact, known.process
    is_thread = fact.kind == 'thread'
    return {**of_any(truth, process, process.image(known.images)), 'tid': fact.parent,
            'comm': fact.comm, 'child_tid': fact.child, 'child_comm': fact.comm, 'kind': fact.kind,
            'child_pid': process.pid if is_thread else fact.child}


def exec_wanted(truth, known):
    fact = known.fact
    image = known.process.image(known.images + 1)
    return {**of_any(truth, known.process, image), 'tid': fact.pid, 'old_pid': fact.old_pid,
            'comm': fact.comm, 'filename': fact.filename, 'argc': len(image.argv),
            'euid': image.euid, 'gid': image.gid, 'egid': image.egid, 'secure': image.secure}


def signal_name(number):
    if number >= signal.SIGRTMIN:
        above = number - signal.SIGRTMIN
        return f'SIGRTMIN+{above}' if above else 'SIGRTMIN'
    try:
        return signal.Signals(number).name
    except ValueError:
        return None


def killer_wanted(truth, process):
    if process.killer <= 0:
        return None
    return AnyThreadOf(process.killer, truth.process(process.killer).last_name)


NO_STATUS = {'exit_code': None, 'signal': None, 'signal_name': None, 'killed_by': None,
             'failed_exec': None, 'sent_by': None}


def status_wanted(truth, process):
    status = process.status
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        killer = killer_wanted(truth, process)
        # Of a broken pipe the kernel says that the writer has sent the signal.
        allowed = OneOf((None, killer)) if number == signal.SIGPIPE else killer
        by = 'process' if killer and number != signal.SIGPIPE else \
            OneOf(('process', 'kernel', None))
        return {'exit_code': None, 'signal': number, 'signal_name': signal_name(number),
                'killed_by': allowed, 'sent_by': by, 'failed_exec': None,
                'core': OneOf((os.WCOREDUMP(status), None)),
                'oom': True if process.oom else OneOf((False, None))}
    return {**NO_STATUS, 'exit_code': os.WEXITSTATUS(status), 'core': OneOf((False, None)),
            'oom': OneOf((False, None))}


def exit_wanted(truth, known, event):
    fact, process = known.fact, known.process
    image = process.image(known.images)
    wanted = {**of_any(truth, process, image), 'tid': fact.pid, 'comm': fact.comm,
              'prio': fact.prio, 'filename': image.filename}
    last = ends_process(known)
    wanted['last'] = OneOf((True, False)) if last is None else last
    if not event.last:
        return {**wanted, **NO_STATUS, 'core': None, 'oom': None, 'after_signal': None}
    if event.exit_code is None and event.signal is None and process.may_be_unknown():
        return {**wanted, **NO_STATUS}
    return {**wanted, **status_wanted(truth, process)}


# ---- comparing -----------------------------------------------------------------------------------

def describe(event):
    who = f'{event.tid} -> {event.child_tid}' if isinstance(event, Fork) else event.tid
    return f'{type(event).__name__} {event.seq} of {who}'


def agrees(got, wanted):
    if isinstance(wanted, OneOf):
        return any(agrees(got, option) for option in wanted.options)
    if isinstance(wanted, AnyThreadOf):
        return isinstance(got, Killer) and (got.pid, got.comm) == wanted and bool(got.tid)
    return got == wanted


def field_problems(event, wanted, may_miss):
    for name, value in wanted.items():
        got = getattr(event, name)
        if not agrees(got, value) and not (got is None and name in may_miss):
            yield f'{describe(event)}: {name} is {SHOWN.repr(got)}, in truth {SHOWN.repr(value)}'


def argv_problems(event, image):
    """Whole and right, or the first ones."""
    argv = event.argv
    if event.argv_complete not in (True, False):
        yield f'{describe(event)}: argv_complete is {event.argv_complete}'
    if event.argv_complete and argv != image.argv:
        yield f'{describe(event)}: argv is {SHOWN.repr(argv)}, in truth {SHOWN.repr(image.argv)}'
    elif argv is not None and argv != image.argv[:len(argv)]:
        yield (f'{describe(event)}: argv, incomplete, is {SHOWN.repr(argv)}, '
               f'in truth {SHOWN.repr(image.argv)}')


SOURCES = ('stack', 'proc', 'probe', 'proc_start', 'none')


def source_problems(event):
    sources = set(SOURCES) - {'proc_start'} if isinstance(event, Exec) else SOURCES
    if event.argv_source not in sources:
        yield f'{describe(event)}: argv_source is {event.argv_source!r}'
    if (event.argv_source == 'none') != (event.argv is None):
        yield (f'{describe(event)}: argv_source is {event.argv_source}, '
               f'argv {SHOWN.repr(event.argv)}')


def split_environment(entries):
    """As the JSON object and the list beside it have it."""
    named, other = {}, []
    for entry in entries:
        name, equals, value = entry.partition(b'=')
        if not equals or name in named or not is_utf8(name):
            other.append(entry)
        else:
            named[name] = value
    return named, tuple(other)


def is_utf8(data):
    try:
        data.decode('utf-8')
    except UnicodeDecodeError:
        return False
    return True


def environment_problems(event, image):
    """Of a trace with --env all."""
    if event.env is None:
        return
    if (event.env, event.env_other) != split_environment(image.env):
        yield (f'{describe(event)}: env is {SHOWN.repr(event.env)}, {SHOWN.repr(event.env_other)}, '
               f'in truth {SHOWN.repr(image.env)}')


# linux/sched.h: above the 32 bits that the tracepoint of a 32-bit kernel has.
HIGH_FLAGS = {'CLONE_CLEAR_SIGHAND', 'CLONE_INTO_CGROUP'}


def flag_problems(event, process, kind, long_bits):
    flags = event.clone_flags
    wanted = process.flags
    if wanted is not None and long_bits == 32:
        wanted -= HIGH_FLAGS
    if event.clone_flags_complete != (long_bits == 64):
        yield f'{describe(event)}: clone_flags_complete is {event.clone_flags_complete}'
    if wanted is not None and kind != 'thread' and flags != wanted:
        yield f'{describe(event)}: clone_flags are {sorted(flags)}, in truth {sorted(wanted)}'
    for flag, wanted in (('CLONE_THREAD', kind == 'thread'), ('CLONE_VFORK', kind == 'vfork')):
        if (flag in flags) != wanted:
            yield f'{describe(event)}: of a {kind}, with clone_flags {sorted(flags)}'


def ancestry_problems(truth, event, process):
    """As far as the log goes, one by one; the next one is who started the workload."""
    wanted = list(process.ancestors())
    got = event.ancestry or ()
    shown = [(ancestor.pid, ancestor.comm) for ancestor in got[:len(wanted)]]
    if shown != wanted:
        yield f'{describe(event)}: ancestry is {SHOWN.repr(shown)}, in truth {SHOWN.repr(wanted)}'
    if any(ancestor.from_proc for ancestor in got[:max(len(wanted) - 1, 0)]):
        yield f'{describe(event)}: ancestry is from /proc: {SHOWN.repr(got)}'
    if len(got) > len(wanted) and got[len(wanted)].pid != truth.root_ppid:
        yield (f'{describe(event)}: ancestry goes on with {got[len(wanted)]}, '
               f'in truth with {truth.root_ppid}')
    if event.ancestry_complete and len(got) <= len(wanted):
        yield f'{describe(event)}: ancestry is said to be complete: {SHOWN.repr(got)}'


class Comparison:
    """One trace against one log; MAY_MISS names fields that need not be known in it."""

    def __init__(self, truth, events, may_miss=()):
        self.truth, self.may_miss = truth, frozenset(may_miss)
        self.problems = []
        self.traced = defaultdict(deque)
        for event in events:
            process = truth.processes.get(event.pid)
            if not (process and process.loose and is_of_unlogged(event)):
                self.traced[event_key(event, process)].append(event)

    def compare(self, known):
        """All that is wrong with the trace of these facts, and no other."""
        for item in known:
            found = self.traced[fact_key(item.fact)]
            if found:
                self.compare_one(item, found.popleft())
            else:
                self.problems.append(f'in the log, not in the trace: {SHOWN.repr(item.fact)}')
        for left in self.traced.values():
            self.problems += [f'in the trace, not in the log: {SHOWN.repr(event)}'
                              for event in left]
        return self.problems

    def compare_one(self, known, event):
        if isinstance(event, Fork):
            wanted = fork_wanted(self.truth, known)
            self.fork_problems(known, event)
        elif isinstance(event, Exec):
            wanted = exec_wanted(self.truth, known)
            image = known.process.image(known.images + 1)
            self.add(argv_problems(event, image))
            self.add(source_problems(event))
            self.add(environment_problems(event, image))
        else:
            wanted = exit_wanted(self.truth, known, event)
            self.add(argv_problems(event, known.process.image(known.images)))
            self.add(source_problems(event))
        if known.process.parent:
            wanted['from_proc'] = False
        if known.process.loose and isinstance(event, Exit):
            del wanted['tid']
        self.add(field_problems(event, wanted, self.may_miss))
        if event.ancestry is not None or 'ancestry' not in self.may_miss:
            self.add(ancestry_problems(self.truth, event, known.process))

    def fork_problems(self, known, event):
        if event.clone_flags is not None:
            child = self.truth.process(event.child_tid)
            self.add(flag_problems(event, child, known.fact.kind, self.truth.long_bits))
        elif 'clone_flags' not in self.may_miss:
            self.problems.append(f'{describe(event)}: no clone_flags')

    def add(self, problems):
        self.problems += problems


def fact_key(fact):
    if isinstance(fact, ForkFact):
        return Fork, fact.child
    return (Exec if isinstance(fact, ExecFact) else Exit), fact.pid


def event_key(event, process):
    if isinstance(event, Fork):
        return Fork, event.child_tid
    return type(event), event.pid if process and process.loose else event.tid


def is_of_unlogged(event):
    """Of a process that is logged as a whole: a thread's event."""
    return isinstance(event, Fork) and event.kind == 'thread' or \
        isinstance(event, Exit) and not event.last


def last_problems(truth, events):
    """Each process ends once; on a busy host several may have the same pid, one after the other."""
    ends = Counter(event.pid for event in events if isinstance(event, Exit) and event.last)
    born = Counter(known.fact.child for known in truth.known
                   if isinstance(known.fact, ForkFact) and known.fact.kind != 'thread')
    return [f'process {pid} ends {ends[pid]} times' for pid in sorted(truth.processes)
            if ends[pid] != max(born[pid], 1)]


def after_last_problems(events):
    """An exit that is told to be the last one of its process is."""
    ended = set()
    for event in events:
        if isinstance(event, Fork):
            ended.discard(event.child_tid)
        elif isinstance(event, Exit):
            if event.pid in ended:
                yield f'{describe(event)} comes after the last one of {event.pid}'
            if event.last:
                ended.add(event.pid)


def age_problems(events):
    """Ages are those of the events of this trace: since the process's fork and its last exec."""
    born, executed = {}, {}
    for event in events:
        if isinstance(event, Fork):
            born[event.child_tid] = event.time_ns
            executed.pop(event.child_tid, None)
            continue
        start, previous = born.get(event.pid), executed.get(event.pid)
        if start is not None and event.age_ns != event.time_ns - start:
            yield f'{describe(event)}: age_ns is {event.age_ns}, not {event.time_ns - start}'
        wanted = None if previous is None else event.time_ns - previous
        if event.since_exec_ns != wanted and (start, previous) != (None, None):
            yield f'{describe(event)}: since_exec_ns is {event.since_exec_ns}, not {wanted}'
        if isinstance(event, Exec):
            executed[event.pid] = event.time_ns


def stream_problems(events):
    """Numbers without a gap, time that does not go back."""
    for number, event in enumerate(events, 1):
        if event.seq != number:
            yield f'{event.seq} where {number} should be'
            return
    for earlier, later in zip(events, events[1:]):
        if later.time_ns < earlier.time_ns:
            yield f'out of order: {describe(later)} comes after {describe(earlier)}'


def compare_facts(truth, events, may_miss=()):
    """All that is wrong with a whole trace (parsed) of exactly what the log tells."""
    strange = [event for event in events if not isinstance(event, (Fork, Exec, Exit))]
    if strange:
        return [f'unexpected {event}' for event in strange]
    problems = Comparison(truth, events, may_miss).compare(truth.known)
    if 'last' not in may_miss:
        problems += last_problems(truth, events)
        problems += after_last_problems(events)
    return problems + list(age_problems(events)) + list(stream_problems(events))


def compare_selection(truth, events, wanted, may_miss=()):
    """The same for a trace of only those facts for which WANTED(known) holds."""
    return Comparison(truth, events, may_miss).compare(truth.where(wanted)) + list(stream_problems(events))


def unknown_statuses(truth, events):
    """The processes of which nobody can say how they ended."""
    return [truth.processes[event.pid] for event in events if isinstance(event, Exit)
            and event.last and event.exit_code is None and event.signal is None]
