# SPDX-License-Identifier: GPL-2.0-or-later
"""A workload's own log (workload_log.h), and how a trace is held against it."""

from collections import Counter
from typing import NamedTuple

from lines import Exec, Fork, Lost, Truncated

SHOWN_PROBLEMS = 12


class ForkFact(NamedTuple):
    parent: int
    child: int
    kind: str
    comm: bytes


class ExecFact(NamedTuple):
    pid: int
    old_pid: int
    filename: bytes
    comm: bytes


class ExitFact(NamedTuple):
    pid: int
    comm: bytes
    prio: int
    how: str
    value: int


def text(field):
    return b'' if field == '-' else bytes.fromhex(field)


def parse_fact(words):
    kind, *rest = words
    if kind == 'FORK':
        return ForkFact(int(rest[0]), int(rest[1]), rest[2], text(rest[3]))
    if kind == 'EXEC':
        return ExecFact(int(rest[0]), int(rest[1]), text(rest[2]), text(rest[3]))
    if kind == 'EXIT':
        return ExitFact(int(rest[0]), text(rest[1]), int(rest[2]), rest[3], int(rest[4]))
    raise ValueError(f'not a fact: {words}')


class Truth:
    """The facts of a log, in the order in which they were logged (which is not that of time)."""

    def __init__(self, facts, marks=()):
        self.facts = list(facts)
        self.marks = dict(marks)  # name of a mark -> how many facts came before it

    @classmethod
    def load(cls, path):
        facts, marks = [], {}
        with open(path, encoding='ascii') as log:
            for line in log:
                words = line.split()
                if words[0] == 'FAULT':
                    raise AssertionError('the workload itself failed: ' + line.strip())
                if words[0] == 'MARK':
                    marks[words[1]] = len(facts)
                else:
                    facts.append(parse_fact(words))
        return cls(facts, marks)

    def forks(self):
        return [fact for fact in self.facts if isinstance(fact, ForkFact)]

    def execs(self):
        return [fact for fact in self.facts if isinstance(fact, ExecFact)]

    def exits(self):
        return [fact for fact in self.facts if isinstance(fact, ExitFact)]

    def after(self, mark):
        return Truth(self.facts[self.marks[mark]:])

    def of_kinds(self, *kinds):
        return Truth(fact for fact in self.facts if isinstance(fact, kinds))

    def with_pid(self, *pids):
        """The facts in which one of the tasks takes part."""
        return Truth(fact for fact in self.facts if takes_part(fact, pids))

    def pids(self):
        """Every task that is named."""
        return {pid for fact in self.facts for pid in
                ((fact.parent, fact.child) if isinstance(fact, ForkFact) else (fact.pid,))}


def takes_part(item, pids):
    if isinstance(item, (Fork, ForkFact)):
        return item.parent in pids or item.child in pids
    return item.pid in pids


def key(item):
    """What an event and the fact that it tells of have in common."""
    if isinstance(item, ForkFact):
        return 'FORK', item.parent, item.comm, item.child, item.comm
    if isinstance(item, Fork):
        return 'FORK', item.parent, item.parent_comm, item.child, item.child_comm
    if isinstance(item, (Exec, ExecFact)):
        return 'EXEC', item.pid, item.comm, item.filename
    return 'EXIT', item.pid, item.comm, item.prio


def only_events(items):
    return [item for item in items if not isinstance(item, (Lost, Truncated))]


def differences(truth, events):
    """What is in the log and not in the trace, and the other way round."""
    logged, traced = Counter(map(key, truth.facts)), Counter(map(key, events))
    missing, extra = logged - traced, traced - logged
    return (limited('in the log, not in the trace', missing)
            + limited('in the trace, not in the log', extra))


def limited(what, counter):
    shown = [f'{what}: {item}' + (f' ({count} times)' if count > 1 else '')
             for item, count in list(counter.items())[:SHOWN_PROBLEMS]]
    if len(counter) > SHOWN_PROBLEMS:
        shown.append(f'{what}: {len(counter)} in all')
    return shown


def disorder(events):
    return [f'out of order: {later} comes after {earlier}'
            for earlier, later in zip(events, events[1:]) if later.ms < earlier.ms]


class Lives:
    """Follows who is alive through a complete trace, and notes what cannot be."""

    def __init__(self, truth, alive):
        self.alive = set(alive)
        self.problems = []
        # pid -> old pids of the execs that other threads than the leader did, in order
        self.takeovers = {}
        for fact in truth.execs():
            if fact.pid != fact.old_pid:
                self.takeovers.setdefault(fact.pid, []).append(fact.old_pid)

    def must_live(self, pid, event):
        if pid not in self.alive:
            self.problems.append(f'{event}: {pid} is not alive then')

    def fork(self, event):
        self.must_live(event.parent, event)
        if event.child in self.alive:
            self.problems.append(f'{event}: {event.child} is alive already')
        self.alive.add(event.child)

    def exec(self, event):
        old_pids = self.takeovers.get(event.pid)
        if old_pids and event.pid not in self.alive:
            old_pid = old_pids.pop(0)
            self.must_live(old_pid, event)
            self.alive.discard(old_pid)
            self.alive.add(event.pid)
        self.must_live(event.pid, event)

    def exit(self, event):
        self.must_live(event.pid, event)
        self.alive.discard(event.pid)

    def see(self, event):
        if isinstance(event, Fork):
            self.fork(event)
        elif isinstance(event, Exec):
            self.exec(event)
        else:
            self.exit(event)


def life_problems(truth, events, alive):
    """Each task's FORK before all else of it, its EXIT after, and all of them ended."""
    lives = Lives(truth, alive)
    for event in events:
        lives.see(event)
    return lives.problems + [f'{pid} never exits' for pid in sorted(lives.alive)]


def compare(truth, items):
    """All that is wrong with a trace (parsed lines) of exactly what the log tells."""
    events = only_events(items)
    problems = [f'unexpected {item}' for item in items if isinstance(item, (Lost, Truncated))]
    return problems + differences(truth, events) + disorder(items)


def compare_command(truth, items):
    """compare() for COMMAND mode: also who lives when, and COMMAND's own EXEC first."""
    problems = compare(truth, items)
    if not items or not isinstance(items[0], Exec):
        return problems + ['the first line is not COMMAND\'s own EXEC']
    first = truth.execs()[0]
    if key(items[0]) != key(first):
        problems.append(f'the first line is {items[0]}, not COMMAND\'s own {first}')
    return problems + life_problems(truth, only_events(items), [first.pid])
