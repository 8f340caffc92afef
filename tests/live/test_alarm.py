#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sleeping until something happens: few wake-ups, and none that is missed."""

import signal
import statistics
import sys
import time
from pathlib import Path

from live import (Puppet, Skip, expect, main, note, poke_until_seen, sanitized, scratch, tracer,
                  tracing_test, wait_until, workload_dir)

# A reader without alarms looks every 40 ms, and an idle one with them once a second.
QUIET_S = 2
POLLED = 1000 / 40
CAP_S = 1
# What a process that others start may cost: facts are asked of all of them.
SWITCHES_PER_FORK = 8
# On a quiet host others start no more in a second.
OTHERS_MAX = 20
# Events that come more often are waited for by the clock.
BURSTS, ROUNDS = 3, 2
# The rings are written to a file so long after the first record; without alarms it looks as often.
WRITTEN_S = 0.25
WRITTEN = 1 / WRITTEN_S


def switches(pid):
    """How often the process went to sleep."""
    status = Path(f'/proc/{pid}/status').read_text(encoding='utf-8')
    return int(status.partition('voluntary_ctxt_switches:')[2].split()[0])


def forks_of_the_host():
    stat = Path('/proc/stat').read_text(encoding='utf-8')
    return int(stat.partition('processes ')[2].split()[0])


def need_perf_events(trace):
    count = sum('perf_event' in str(link.readlink()) for link in
                Path(f'/proc/{trace.process.pid}/fd').iterdir())
    if count == 0:
        raise Skip('no perf events')


def expect_sleep(trace, what, facts=False, limit=POLLED / 3):
    """Of one task that sleeps: what others do wakes only those who ask for facts."""
    before, forks = switches(trace.process.pid), forks_of_the_host()
    time.sleep(QUIET_S)
    count, forks = switches(trace.process.pid) - before, forks_of_the_host() - forks
    note(f'{what}: {count / QUIET_S:.1f} wake-ups a second, {forks} processes of others')
    # Names of others' processes are recorded, too.
    if forks > OTHERS_MAX * QUIET_S:
        limit = POLLED / 3
    expect(count < limit * QUIET_S + facts * forks * SWITCHES_PER_FORK,
           f'{what}: {count} wake-ups in {QUIET_S} s')


@tracing_test
def nothing_happens_and_nobody_wakes_up():
    with workload_dir() as (log, _), Puppet(log) as puppet:
        with tracer('--stream', '-t', puppet.pid) as trace:
            poke_until_seen(puppet.poke, trace)
            need_perf_events(trace)
            time.sleep(0.2)
            expect_sleep(trace, 'plain')
            trace.finish(signal.SIGINT).must_succeed()


@tracing_test
def nothing_is_to_be_seen_and_nobody_wakes_up():
    """With wall times, and in recordings. A process is recorded with the whole host."""
    need_sandbox()
    for options, limit in ((['-x', '-T'], POLLED / 3), (['record', '-o', 'plain'], WRITTEN * 0.8),
                           (['record', '-x', '-o', 'facts'], WRITTEN * 0.8),
                           (['record', '-o', 'process', '-p'], POLLED / 3)):
        with scratch() as directory, workload_dir() as (log, _), Puppet(log) as puppet:
            task = [puppet.pid] if options[-1] == '-p' else ['-t', puppet.pid]
            with tracer(*options, *task, cwd=directory) as trace:
                wait_until(lambda trace=trace: is_confined(trace), 'the trace to run')
                expect_sleep(trace, ' '.join(options), '-x' in options, limit)
                trace.finish(signal.SIGINT).must_succeed()


def need_sandbox():
    """A trace is confined once all is open; that is how it is known to run."""
    if sanitized():
        raise Skip('a build with sanitizers has no sandbox')


def is_confined(trace):
    status = Path(f'/proc/{trace.process.pid}/status').read_text(encoding='utf-8')
    return 'Seccomp:\t2' in status


def fork_of(child):
    tail = b'|%d|' % child
    return lambda line: line.startswith(b'FORK|') and tail in line


def expect_in_time(delays, limit, what):
    late = sorted(delays)[len(delays) * 3 // 4]
    note(f'{what}: median {statistics.median(delays) * 1000:.1f} ms, '
         f'largest {max(delays) * 1000:.1f} ms')
    expect(late < limit, f'{what}: three quarters are read within {late} s')


@tracing_test
def events_after_a_while_wake_it_up():
    """It has just gone to sleep, for a second where the alarm is missed."""
    for options in ([], ['-x']):
        delays = []
        with workload_dir() as (log, _), Puppet(log) as puppet, \
                tracer('--stream', '-t', puppet.pid, *options) as trace:
            poke_until_seen(puppet.poke, trace)
            for _ in range(ROUNDS):
                time.sleep(CAP_S)
                for _ in range(BURSTS):
                    asked = time.monotonic()
                    found = trace.wait_line(fork_of(puppet.poke()), 'an event')
                    delays.append(found.at - asked)
                    time.sleep(0.05)
            trace.finish(signal.SIGINT).must_succeed()
        expect_in_time(delays, CAP_S / 5, ' '.join(options) or 'plain')


@tracing_test
def recordings_write_events_after_a_while():
    need_sandbox()
    delays = []
    with scratch() as directory, workload_dir() as (log, _), Puppet(log) as puppet:
        capture = directory / 'capture'

        def is_written(child, size):
            return child.to_bytes(4, sys.byteorder) in capture.read_bytes()[size:]

        with tracer('record', '-o', capture, '-t', puppet.pid) as trace:
            wait_until(lambda: is_confined(trace), 'the recording to run')
            for _ in range(2 * BURSTS):
                # The look after the last one is over, and the long sleep begun.
                time.sleep(2 * WRITTEN_S)
                size = capture.stat().st_size
                asked = time.monotonic()
                child = puppet.poke()
                wait_until(lambda child=child, size=size: is_written(child, size), 'the event')
                delays.append(time.monotonic() - asked)
            trace.finish(signal.SIGINT).must_succeed()
    expect_in_time(delays, WRITTEN_S + CAP_S / 4, 'record')


main()
