# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's results, held against its logs by the checkers of tests/live: the cells of its row."""

import json
import subprocess
from typing import NamedTuple

from results import Missing, Verdicts

import json_lines
from facts import Comparison, compare_facts, unknown_statuses
from failed_execs import failure_problems
from json_lines import EVENTS, SHAPES, Exec, ExecFailed, Exit
from lines import BadLine, Fork, Lost
from live import SUMMARY
from sources import compare_connector, compare_sideband
from truth import Truth, compare_command, differences, disorder, only_events

LEADERLESS_STATUS = 38  # of truth_workload.c


class Cell(NamedTuple):
    """What stands in a table, and what is wrong."""
    text: str
    problems: list = []


def status_problems(step, wanted=0):
    if step.status != wanted:
        yield f'{step.name}: status {step.status}, not {wanted}: {step.text("err")[:300]}'


def of_step(step, problems):
    """Disorder is none where the tool says that events came too late: a host may stop a CPU."""
    late = late_events(step)
    return [f'{step.name}: {problem}' for problem in problems
            if not (late and 'out of order' in problem)]


def late_events(step):
    """Those that the tool says it had to give out after their time."""
    found = SUMMARY.search(step.text('err') + '\n')
    return int(found[6]) if found else 0


def events_text(count, steps):
    late = sum(map(late_events, steps))
    return f'{count} events' + (f', {late} late' if late else '')


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
    return Cell(events_text(count, [truth_step, leaderless]), problems)


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
    return Cell(events_text(count, map(results.step, FACTS_STEPS)), problems)


def share(part, whole):
    return f'{part} of {whole}'


def argv_complete(results):
    return Cell(complete_of(execs_of(results, FACTS_STEPS)))


def execs_of(results, names):
    return [event for name in names for event in results.step(name).events()
            if isinstance(event, Exec)]


def complete_of(execs):
    return share(sum(event.argv_complete for event in execs), len(execs))


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


# ---- what not every kernel can -------------------------------------------------------------------

REFUSED = 'refused'
LIVES = 'probe-lives'
OURS = 'perf_exec_trace_'


def refusal(results, name, row):
    """Of a step, where `check` says the same: the cell, or None."""
    step = results.step(name)
    if step.status != 1 or results.check.found(row) not in step.text('err'):
        return None
    return Cell(f'{REFUSED}: {results.check.found(row)}')


def argv_probe(results):
    """All arguments are whole, and those of the execs, however short the programs live."""
    refused = refusal(results, LIVES, 'argv probe')
    if refused:
        return refused
    problems = [problem for name in ('probe-images', LIVES)
                for problem in facts_problems(results, results.step(name))]
    execs = execs_of(results, [LIVES])
    problems += [f'the arguments of {event.pid} are not whole: {event.argv_source}'
                 for event in execs if not event.argv_complete]
    return Cell(complete_of(execs), [*problems, *left_problems(results, 'probe-left')])


def left_problems(results, name):
    left = results.step(name)
    if left.status != 0 or OURS in left.text('out'):
        yield f'an event of ours is left: {left.text("out")}'


def failed_of(step):
    return [event for event in step.events() if isinstance(event, ExecFailed)]


def failed_problems(step, told, exact):
    """Of what TOLD tells of the workload of STEP."""
    return [*status_problems(step), *status_problems(told),
            *of_step(step, failure_problems(failed_of(told), step.directory / 'log', exact))]


def failed_execs(results):
    """By the tracepoint, by the probe where that does not tell the path, or not at all."""
    step, probed = results.step('failed-execs'), results.step('failed-probed')
    found = results.check.found('failed execs')
    by_probe = 'with a probe' in found
    if step.status == 1 and (by_probe or 'not told' in found):
        step = probed
    if step.status == 1 and not by_probe:
        return Cell(REFUSED)
    problems = failed_problems(step, step, by_probe)
    if probed.status != 1 or by_probe:
        problems += [*failed_problems(probed, probed, by_probe),
                     *failed_problems(results.step('failed-recorded'),
                                      results.step('replay-failed-Fjson'), by_probe)]
    problems += left_problems(results, 'failed-left')
    return Cell(f'{len(failed_of(step))} events' + (' by the probe' if by_probe else ''), problems)


def cost(name):
    """Instructions of one exec without an argument, and with a long one, by a clock of one a ns."""
    def column(results):
        steps = [results.step(f'cost-{name}{which}') for which in ('', '-long')]
        loads = [json.loads(step.out) for step in steps]
        return Cell(' / '.join(f'{load["cpu_ns"] // load["rounds"]}' for load in loads),
                    [problem for step in steps for problem in status_problems(step)])
    return column


# ---- captures ------------------------------------------------------------------------------------

REPLAYS = {'record-images': 'images', 'record-ends': 'ends', 'record-stream': 'stream'}


def capture_of(step):
    return step.directory / ('capture' if step.has('capture') else 'out')


def recorded_facts(results):
    """What the guest's own replay tells."""
    problems, count = [], 0
    for name, replay in REPLAYS.items():
        recorded, replayed = results.step(name), results.step(f'replay-{replay}-Fjson')
        events = replayed.events()
        problems += [*status_problems(recorded), *status_problems(replayed)]
        problems += of_step(recorded, compare_facts(results.facts_truth(recorded), events))
        count += len(events)
    return Cell(f'{count} events', problems)


def replays(results):
    """This host's replays of the guest's captures, byte for byte the guest's."""
    problems, count = [], 0
    for name, replay in REPLAYS.items():
        capture = capture_of(results.step(name))
        for directory in sorted(results.directory.glob(f'replay-{replay}*')):
            step = results.step(directory.name)
            here = subprocess.run([results.tool, 'replay', '-q', *step.text('options').split(),
                                   capture], capture_output=True, check=False)
            count += 1
            if (here.returncode, here.stdout) != (step.status, step.out):
                problems.append(f'{step.name}: here {len(here.stdout)} bytes, status '
                                f'{here.returncode} {here.stderr[:200]}; in the guest '
                                f'{len(step.out)}, status {step.status}')
    if not count:
        problems.append('no replay was reached')
    return Cell(f'{count} equal', problems)


# ---- losses --------------------------------------------------------------------------------------

EXACT_FROM = (6, 0)  # PERF_FORMAT_LOST


def loss(results):
    """Delivered and lost are what happened, from the first fork on that the trace had."""
    step = results.step('loss')
    items, forks = step.lines(), step.truth().forks()
    events = only_events(items)
    first = next(item.child for item in events if isinstance(item, Fork))
    happened = forks[[fork.child for fork in forks].index(first):]
    lost = sum(item.count for item in items if isinstance(item, Lost))
    problems = [*status_problems(step), *disorder(items)]
    problems += [problem for problem in differences(Truth(happened), events)
                 if 'not in the log' in problem]
    if not lost:
        problems.append('nothing was lost')
    is_exact = len(events) + lost == len(happened)
    if not is_exact and results.version() >= EXACT_FROM:
        problems.append(f'{len(events)} delivered, {lost} lost, {len(happened)} happened')
    return Cell(f'{lost} lost, ' + ('exact' if is_exact else f'{len(happened) - len(events)} gone'),
                of_step(step, problems))


ALL_FIELDS = frozenset(name for shape in SHAPES.values() for name in shape._fields)


# What is missing, and that it was looked up in /proc instead.
LOSSES_SHOW = ('in the log, not in the trace', 'from_proc is True', 'ancestry is from /proc')


def is_comparable(event):
    """With the log, which has processes."""
    return event.pid is not None and not (isinstance(event, json_lines.Fork)
                                          and event.child_pid is None)


def loss_of_facts(results):
    """What is known where events were lost is true."""
    step = results.step('loss-of-facts')
    truth = results.facts_truth(step)
    shown = step.events()
    events = [event for event in shown if isinstance(event, EVENTS) and is_comparable(event)]
    lost = sum(event.count for event in shown if isinstance(event, json_lines.Lost))
    problems = [problem for problem in Comparison(truth, events, ALL_FIELDS).compare(truth.known)
                if not any(word in problem for word in LOSSES_SHOW)]
    return Cell(f'{len(events)} events, {lost} lost',
                [*status_problems(step), *of_step(step, problems)])


# ---- control groups ------------------------------------------------------------------------------

def cgroups_known(results, name, may_miss):
    step = results.step(name)
    events = step.events()
    return Cell(share(sum(event.cgroup is not None for event in events), len(events)),
                facts_problems(results, step, may_miss))


def cgroups_before(results):
    return cgroups_known(results, 'cgroups-before', ('cgroup',))


def cgroups_after(results):
    return cgroups_known(results, 'cgroups-after', ())


# ---- without privileges --------------------------------------------------------------------------

def of_nobody(name, compare):
    """The column of a source that NOBODY traces by, where `check` says that it works."""
    def column(results):
        step = results.step(f'nobody-{name}')
        if step.status != 0 and not verdicts(results, 'none2').works(name):
            return Cell('refused')
        items = step.lines()
        return Cell(events_text(len(items), [step]),
                    [*status_problems(step), *of_step(step, compare(step.truth(), items))])
    return column


SOURCES = ('perf', 'sideband', 'connector')


# Of kernel.perf_event_paranoid; Debian knows 3.
LEVELS = (3, 2, 1, -1)


def verdicts(results, name):
    return Verdicts(results.step(f'{name}-check'))


def trials(results, name):
    """Which sources work, and where `check` says otherwise."""
    says, works, problems = verdicts(results, name), [], []
    for source in SOURCES:
        step = results.step(f'{name}-{source}')
        traced = step.status == 0 and bool(step.events())
        if traced:
            works.append(source)
        if traced != says.works(source):
            problems.append(f'{name}: -b {source} ends with {step.status} '
                            f'({step.text("err")[:200]}); check says: '
                            f'{says.found("-b " + source)}')
    return ', '.join(works) or 'none', problems


def of_levels(user, levels):
    def column(results):
        found = {level: trials(results, f'{user}{level}') for level in levels}
        texts = [f'{level}: {text}' for level, (text, _) in found.items()]
        return Cell('; '.join(texts), [problem for _, problems in found.values()
                                       for problem in problems])
    return column


def of_lockdown(level):
    def column(results):
        if level not in results.lockdown():
            return Cell('not in this kernel')
        return Cell(*trials(results, level))
    return column


def locked_at_boot(results):
    if 'confidentiality' not in results.lockdown():
        return Cell('not in this kernel')
    return Cell(*trials(results, 'locked'))


# ---- the row -------------------------------------------------------------------------------------

# Group of init -> title of a column -> its cell.
COLUMNS = {
    'plain': {'plain truth': plain},
    'cgroups': {'cgroups before': cgroups_before, 'cgroups after': cgroups_after},
    'facts': {'facts truth': facts, 'argv complete': argv_complete,
              'statuses known': statuses_known, 'told by': status_source},
    'probe': {'argv probe': argv_probe},
    'failed': {'failed execs': failed_execs},
    'record': {'recorded truth': recorded_facts, 'replay here': replays},
    'loss': {'loss': loss, 'facts in loss': loss_of_facts},
    'nobody': {'sideband as nobody': of_nobody('sideband', compare_sideband),
               'connector as nobody': of_nobody('connector', compare_connector)},
    'privileges': {'no capability': of_levels('none', LEVELS), 'CAP_PERFMON': of_levels('perfmon', LEVELS),
                   'CAP_SYS_ADMIN': of_levels('sys_admin', LEVELS[:1])},
    'lockdown': {'integrity': of_lockdown('integrity'),
                 'confidentiality': of_lockdown('confidentiality')},
    'locked': {'confidentiality at boot': locked_at_boot},
    'cost': {'untraced': cost('untraced'), 'recorded': cost('recorded'),
             'recorded with the probe': cost('probed')},
}


# Columns that are read together: the name of a table -> groups.
TABLES = {'events': ('plain', 'facts', 'cgroups'), 'captures': ('record', 'loss'),
          'privileges': ('nobody', 'privileges'), 'lockdown': ('lockdown', 'locked'),
          'options': ('probe', 'failed'), 'cost': ('cost',)}


def tables():
    """Name -> titles of its columns."""
    return {name: [title for group in groups for title in COLUMNS[group]]
            for name, groups in TABLES.items()}


def cell(column, results):
    try:
        return column(results)
    except (Missing, BadLine, AssertionError, KeyError, ValueError, OSError) as problem:
        return Cell('?', [f'{type(problem).__name__}: {problem}'])


def judge(results, groups):
    """Title -> Cell, for the groups that ran."""
    return {title: cell(column, results) for group in groups
            for title, column in COLUMNS.get(group, {}).items()}
