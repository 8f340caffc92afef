# SPDX-License-Identifier: GPL-2.0-or-later
"""How plain lines of other sources than tracepoints are held against a workload's log."""

from collections import Counter

from lines import Exec, Exit, Fork
from truth import (ExecFact, ExitFact, ForkFact, Truth, compare_command, disorder, limited,
                   only_events)

UNKNOWN = b'?'


# ---- sideband ------------------------------------------------------------------------------------

def without_unknown(item):
    """ITEM, a line or fact, without what sideband does not tell or tells otherwise."""
    if isinstance(item, (Exec, ExecFact)):
        return item._replace(filename=b'')
    if isinstance(item, (Exit, ExitFact)):
        return item._replace(prio=0)
    return item


def compare_sideband(truth, items):
    """All that is wrong with a trace of a COMMAND that is neither setuid nor unreadable."""
    problems = compare_command(Truth(map(without_unknown, truth.facts)),
                               list(map(without_unknown, items)))
    return problems + [f'{item}: no file name' for item in items
                       if isinstance(item, Exec) and item.filename == UNKNOWN]


# ---- connector -----------------------------------------------------------------------------------

def subject(item):
    if isinstance(item, (Fork, ForkFact)):
        return 'FORK', item.child
    return ('EXEC' if isinstance(item, (Exec, ExecFact)) else 'EXIT'), item.pid


def wrong_names(truth, events):
    """Names of programs that are known and not those of the log, by pid in order."""
    logged = {}
    for fact in truth.execs():
        logged.setdefault(fact.pid, []).append(fact.comm)
    for event in events:
        if not isinstance(event, Exec):
            continue
        comm = logged[event.pid].pop(0)
        if event.comm not in (UNKNOWN, comm):
            yield f'{event} is of {comm!r}'


def compare_connector(truth, items):
    """All that is wrong with a trace, but for names that nobody had time to read."""
    events = only_events(items)
    logged, traced = Counter(map(subject, truth.facts)), Counter(map(subject, events))
    problems = (limited('in the log, not in the trace', logged - traced)
                + limited('in the trace, not in the log', traced - logged) + disorder(events))
    return problems or list(wrong_names(truth, events))
