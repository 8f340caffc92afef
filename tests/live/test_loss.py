#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Nothing is lost unseen: the reader is stopped while more happens than the rings hold, and what it
delivers plus what it reports lost is what happened, exactly.

The process that forks is selected with -p, so that the kernel counts nothing else as lost.
"""

import contextlib
import os
import platform
import signal

from lines import Exit, Fork, Lost
from live import (Puppet, Skip, equal, expect, lost_in, main, no_problems, note, poke_until_seen,
                  stop, tracer, tracing_test, without_leading, workload_dir)
from truth import Truth, differences, disorder, only_events

BURST = 3000
PAGES = 8


class Loss:
    """A puppet, the tool that traces it into small rings, and the truth about both."""

    def __init__(self, puppet, trace, log):
        self.puppet, self.trace, self.log = puppet, trace, log
        self.early = poke_until_seen(puppet.poke, trace)

    def overflow(self, count=BURST):
        """Make more events than the rings hold while nobody reads."""
        stop(self.trace.process)
        self.puppet.burst(count)

    def go_on(self):
        self.trace.send(signal.SIGCONT)

    def check(self, result, puppet_left=False, pokes_may_be_lost=False):
        """Delivered + lost == happened; returns the lines."""
        result.must_succeed()
        items, truth = result.items(), Truth.load(self.log)
        # Of the pokes before the last one it is not known whether the trace was running yet.
        happened = Truth(truth.forks()[len(self.early):] + self.own_exit(truth, puppet_left))
        shown = without_leading(only_events(items), self.early)
        losses = [item for item in items if isinstance(item, Lost)]
        no_problems([problem for problem in differences(happened, shown)
                     if 'not in the log' in problem])
        no_problems(disorder(items))
        summary = result.summary()
        summary.agrees_with(items)
        note(f'{len(happened.facts)} happened: {len(shown)} delivered, {lost_in(items)} lost, '
             f'in {len(losses)} LOST lines')
        accounted = len(shown) + lost_in(items)
        if pokes_may_be_lost:
            hidden_pokes = len(self.early) - (len(only_events(items)) - len(shown))
            accounted -= min(max(accounted - len(happened.facts), 0), hidden_pokes)
        equal(accounted, len(happened.facts), 'delivered + lost')
        expect(lost_in(items) > 0, 'nothing was lost: the test did not do what it is for')
        return items

    def own_exit(self, truth, puppet_left):
        return [fact for fact in truth.exits() if puppet_left and fact.pid == self.puppet.pid]


def need_exact_counts():
    """Before Linux 6.0 the kernel does not tell how much a ring lost at its very end."""
    if int(platform.release().split('.')[0]) < 6:
        raise Skip(f'Linux {platform.release()} has no PERF_FORMAT_LOST')


@contextlib.contextmanager
def loss(*options, pages=PAGES):
    need_exact_counts()
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('--stream', '-m', pages, '-t', puppet.pid, *options) as trace:
        yield Loss(puppet, trace, log)


@tracing_test
def loss_with_later_events():
    with loss() as case:
        case.overflow()
        case.go_on()
        poke_until_seen(case.puppet.poke, case.trace)
        case.puppet.burst(50)
        items = case.check(case.trace.finish(signal.SIGINT))
    first = next(i for i, item in enumerate(items) if isinstance(item, Lost))
    expect(any(isinstance(item, Fork) for item in items[first:]), 'no line comes after the loss')


@tracing_test
def loss_at_the_very_end():
    """No later event, and the end is asked for before the reader can go on."""
    with loss() as case:
        case.overflow()
        case.trace.send(signal.SIGINT)
        case.go_on()
        case.check(case.trace.finish())


@tracing_test
def loss_that_includes_the_last_exit():
    """The selected process itself ends among what is lost; its EXIT is known to nobody."""
    with loss() as case:
        case.overflow()
        case.puppet.end()
        case.go_on()
        items = case.check(case.trace.finish(signal.SIGINT), puppet_left=True)
    note('its EXIT was ' + ('delivered' if any(isinstance(item, Exit) for item in items)
                            else 'lost'))


@tracing_test
def loss_again_and_again():
    with loss() as case:
        for _ in range(4):
            case.overflow(BURST // 2)
            case.go_on()
            poke_until_seen(case.puppet.poke, case.trace)
        case.check(case.trace.finish(signal.SIGINT))


@tracing_test
def loss_in_the_smallest_rings():
    """So small that what others do on the host can push the pokes out of them."""
    with loss(pages=1) as case:
        case.overflow(BURST // 4)
        case.go_on()
        case.check(case.trace.finish(signal.SIGTERM), pokes_may_be_lost=True)


@tracing_test
def loss_of_one_type_only():
    with loss('-e', 'fork') as case:
        case.overflow()
        case.go_on()
        case.check(case.trace.finish(signal.SIGINT))


@tracing_test
def loss_names_the_cpu_it_happened_on():
    cpu = max(os.sched_getaffinity(0))
    with loss() as case:
        case.puppet.pin(cpu)
        case.overflow()
        case.go_on()
        poke_until_seen(case.puppet.poke, case.trace)
        items = case.check(case.trace.finish(signal.SIGINT))
    equal({item.cpu for item in items if isinstance(item, Lost)}, {cpu}, 'CPUs in LOST lines')


main()
