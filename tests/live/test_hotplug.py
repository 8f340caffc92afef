#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A CPU that goes offline and comes back while tracing."""

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from lines import Fork
from live import (Puppet, Skip, cpu_switching_test, expect, main, need_program, need_root,
                  no_problems, note, poke_until_seen, run, scratch, stop, tracer, wait_until,
                  workload_dir)
from truth import Truth, differences, disorder

SYSFS = Path('/sys/devices/system/cpu')

# Brings the CPU back when its input ends, however this process does.
RESTORE = 'cat > /dev/null; echo 1 > "$1"'


def unpluggable_cpu():
    """The last CPU that can be taken offline."""
    need_root()
    for cpu in sorted(os.sched_getaffinity(0), reverse=True):
        if len(os.sched_getaffinity(0)) > 1 and (SYSFS / f'cpu{cpu}' / 'online').exists():
            return cpu
    raise Skip('no CPU here can be taken offline')


def is_online(cpu):
    return (SYSFS / f'cpu{cpu}' / 'online').read_text(encoding='ascii').strip() == '1'


def switch(cpu, state):
    try:
        (SYSFS / f'cpu{cpu}' / 'online').write_text(state, encoding='ascii')
    except OSError as error:
        raise Skip(f'CPU {cpu} cannot be switched: {error}') from None


@contextlib.contextmanager
def unpluggable():
    """A CPU to take offline; it is online again afterwards in any case."""
    cpu = unpluggable_cpu()
    with subprocess.Popen(['sh', '-c', RESTORE, 'sh', SYSFS / f'cpu{cpu}' / 'online'],
                          stdin=subprocess.PIPE, start_new_session=True) as restorer:
        try:
            yield cpu
        finally:
            restorer.stdin.close()
            restorer.wait()
    wait_until(lambda: is_online(cpu), f'CPU {cpu} to come back')


@cpu_switching_test
def events_of_a_cpu_that_came_back_are_delivered():
    with unpluggable() as cpu, workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('--stream', '-p', puppet.pid) as trace:
        early = poke_until_seen(puppet.poke, trace)
        puppet.pin(cpu)
        puppet.burst(100)
        # Moves the puppet to another CPU, where it carries on.
        switch(cpu, '0')
        puppet.burst(100)
        switch(cpu, '1')
        puppet.pin(cpu)
        missed = poke_until_seen(puppet.poke, trace)[:-1]
        puppet.burst(100)
        result = trace.finish(signal.SIGINT).must_succeed()
        truth = Truth.load(log)
    note(f'{len(missed)} forks were missed until CPU {cpu} was traced again')
    unsure = {*early, *missed}
    items = [item for item in result.items() if isinstance(item, Fork)]
    no_problems(disorder(result.items()))
    wanted = Truth(fact for fact in truth.forks() if fact.child not in unsure)
    no_problems(differences(wanted, [item for item in items if item.child not in unsure]))


@cpu_switching_test
def cpu_that_is_back_at_once_is_traced_again():
    """Before the tool can look at the list of online CPUs; its events are off all the same."""
    with unpluggable() as cpu, workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('--stream', '-p', puppet.pid) as trace:
        poke_until_seen(puppet.poke, trace)
        stop(trace.process)
        switch(cpu, '0')
        switch(cpu, '1')
        trace.send(signal.SIGCONT)
        puppet.pin(cpu)
        poke_until_seen(puppet.poke, trace)
        trace.finish(signal.SIGINT).must_succeed()


@cpu_switching_test
def cpu_that_comes_only_after_the_start_is_traced():
    with unpluggable() as cpu, workload_dir() as (log, _), Puppet(log) as puppet:
        switch(cpu, '0')
        with tracer('--stream', '-p', puppet.pid) as trace:
            poke_until_seen(puppet.poke, trace)
            switch(cpu, '1')
            puppet.pin(cpu)
            poke_until_seen(puppet.poke, trace)
            last = puppet.burst(100)
            items = trace.finish(signal.SIGINT).must_succeed().items()
    expect(any(isinstance(item, Fork) and item.child == last for item in items),
           'the last fork on the CPU that came is not in the trace')


@cpu_switching_test
def going_and_coming_many_times_does_no_harm():
    with unpluggable() as cpu, workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('--stream', '-p', puppet.pid) as trace:
        early = poke_until_seen(puppet.poke, trace)
        for _ in range(4):
            switch(cpu, '0')
            puppet.burst(20)
            switch(cpu, '1')
        result = trace.finish(signal.SIGINT).must_succeed()
        truth = Truth.load(log)
    # What it did while the CPU was away happened on others, so none of it may be missing; between
    # switching and the next round the scheduler may have put it on the CPU that has just come.
    happened = {fact.child for fact in truth.forks()} - set(early)
    shown = {item.child for item in result.items() if isinstance(item, Fork)} - set(early)
    expect(shown <= happened, f'never happened: {shown - happened}')
    expect(len(shown) > len(happened) / 2, f'only {len(shown)} of {len(happened)} were delivered')


def forks_in(path):
    """The children in a capture, as perf reads what is there of it by now."""
    result = run([need_program('perf'), 'script', '-i', path])
    return set(map(int, re.findall(rb' child_pid=(\d+)\n', result.out)))


def poke_until_recorded(puppet, path):
    def seen():
        child = puppet.poke()
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            if child in forks_in(path):
                return True
        return False

    wait_until(seen, 'a fork to be recorded')


@cpu_switching_test
def recording_has_the_events_of_a_cpu_that_came_back():
    """They have new ids, of which the head of the capture cannot know."""
    with unpluggable() as cpu, workload_dir() as (log, _), Puppet(log) as puppet, \
            scratch() as directory:
        path = directory / 'capture'
        with tracer('record', '-o', path, '-p', puppet.pid) as recorder:
            poke_until_recorded(puppet, path)
            switch(cpu, '0')
            puppet.burst(10)
            switch(cpu, '1')
            puppet.pin(cpu)
            poke_until_recorded(puppet, path)
            before = len(Truth.load(log).forks())
            puppet.burst(100)
            recorder.finish(signal.SIGINT).must_succeed()
        last = {fact.child for fact in Truth.load(log).forks()[before:]}
        expect(last <= forks_in(path), 'forks on the CPU that came back are missing')


main()
