# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's results, held against its logs by the checkers of tests/live: the cells of its row."""

import itertools
from collections import Counter
from typing import NamedTuple

from results import Missing

from facts import compare_facts, unknown_statuses
from json_lines import Exec, Exit
from lines import BadLine
from truth import compare, compare_command

SHOWN_PROBLEMS = 12
LEADERLESS_STATUS = 38  # of truth_workload.c


class Cell(NamedTuple):
    """What stands in a table, and what is wrong."""
    text: str
    problems: list = []


def status_problems(step, wanted=0):
    if step.status != wanted:
        yield f'{step.name}: status {step.status}, not {wanted}: {step.text("err")[:300]}'


def of_step(step, problems):
    return [f'{step.name}: {problem}' for problem in problems]


# ---- plain lines ---------------------------------------------------------------------------------

def plain(results):
    """Every event and no other."""
    truth_step, leaderless = results.step('truth'), results.step('leaderless')
    problems = [*status_problems(truth_step), *status_problems(leaderless, LEADERLESS_STATUS)]
    count = 0
    for step in (truth_step, leaderless):
        items = step.lines()
        problems += of_step(step, compare_command(step.truth(), items))
        count += len(items)
    return Cell(f'{count} events', problems)


# ---- facts ---------------------------------------------------------------------------------------

FACTS_STEPS = ('images', 'ends', 'race-1', 'race-2', 'race-3', 'lives', 'environments')


def facts_problems(results, step, may_miss=()):
    return [*status_problems(step),
            *of_step(step, compare_facts(results.facts_truth(step), step.events(), may_miss))]


def facts(results):
    problems, count = [], 0
    for name in FACTS_STEPS:
        step = results.step(name)
        problems += facts_problems(results, step)
        count += len(step.events())
    return Cell(f'{count} events', problems)


def share(part, whole):
    return f'{part} of {whole}'


def argv_complete(results):
    execs = [event for name in FACTS_STEPS for event in results.step(name).events()
             if isinstance(event, Exec)]
    return Cell(share(sum(event.argv_complete for event in execs), len(execs)))


def statuses_known(results):
    known = ends = 0
    for name in FACTS_STEPS:
        step = results.step(name)
        events = step.events()
        last = sum(isinstance(event, Exit) and bool(event.last) for event in events)
        ends += last
        known += last - len(unknown_statuses(results.facts_truth(step), events))
    return Cell(share(known, ends))


def status_source(results):
    return Cell(results.check.found('exit status'))


# ---- the row -------------------------------------------------------------------------------------

# Group of init -> title of a column -> its cell.
COLUMNS = {
    'plain': {'plain truth': plain},
    'facts': {'facts truth': facts, 'argv complete': argv_complete,
              'statuses known': statuses_known, 'told by': status_source},
}


def cell(column, results):
    try:
        return column(results)
    except (Missing, BadLine, AssertionError, KeyError, ValueError, OSError) as problem:
        return Cell('?', [f'{type(problem).__name__}: {problem}'])


def judge(results, groups):
    """Title -> Cell, for the groups that ran."""
    return {title: cell(column, results) for group in groups
            for title, column in COLUMNS.get(group, {}).items()}
