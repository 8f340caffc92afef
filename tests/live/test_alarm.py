#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sleeping until something happens: few wake-ups, and none that is missed."""

import signal
import statistics
import time
from pathlib import Path

from live import (Puppet, Skip, expect, main, note, poke_until_seen, tracer, tracing_test,
                  workload_dir)

# A reader without alarms looks every 40 ms.
QUIET_S = 3
POLLED = QUIET_S * 1000 / 40
# What alarms miss is found once a second.
CAP_S = 1
BURSTS = 12


def switches(pid):
    """How often the process went to sleep."""
    status = Path(f'/proc/{pid}/status').read_text(encoding='utf-8')
    return int(status.partition('voluntary_ctxt_switches:')[2].split()[0])


def need_alarms(trace):
    """Where descriptors or locked memory were too short for them."""
    count = sum('perf_event' in str(link.readlink()) for link in
                Path(f'/proc/{trace.process.pid}/fd').iterdir())
    if count == 0:
        raise Skip('no perf events')


@tracing_test
def nothing_happens_and_nobody_wakes_up():
    """Of one task that sleeps: what others do neither reaches the rings nor the alarms."""
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('--stream', '-t', puppet.pid) as trace:
        poke_until_seen(puppet.poke, trace)
        need_alarms(trace)
        time.sleep(0.2)
        before = switches(trace.process.pid)
        time.sleep(QUIET_S)
        count = switches(trace.process.pid) - before
        trace.finish(signal.SIGINT).must_succeed()
    note(f'{count / QUIET_S:.1f} wake-ups a second')
    expect(count < POLLED / 3, f'{count} wake-ups in {QUIET_S} s')


def fork_of(child):
    tail = b'|%d|' % child
    return lambda line: line.startswith(b'FORK|') and tail in line


@tracing_test
def events_after_a_while_wake_it_up():
    """An alarm that is missed shows as a delay of up to a second."""
    for options in ([], ['-x']):
        delays = []
        with workload_dir() as (log, _), Puppet(log) as puppet, \
                tracer('--stream', '-t', puppet.pid, *options) as trace:
            poke_until_seen(puppet.poke, trace)
            for i in range(BURSTS):
                # Past the pauses of those before, at different moments of the long sleep.
                time.sleep(0.1 + 0.07 * i)
                asked = time.monotonic()
                found = trace.wait_line(fork_of(puppet.poke()), 'an event')
                delays.append(found.at - asked)
            trace.finish(signal.SIGINT).must_succeed()
        late = sorted(delays)[BURSTS * 3 // 4]
        note(f'{" ".join(options) or "plain"}: median {statistics.median(delays) * 1000:.1f} ms, '
             f'largest {max(delays) * 1000:.1f} ms')
        expect(late < CAP_S / 5, f'three quarters are read within {late} s')


main()
