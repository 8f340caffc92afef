#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Exit statuses by each authority (the kernel's taskstats, its process connector, registers and call
chains), live and recorded: as wait(2) tells them, or unknown.
"""

import json
import os
import re
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path

from facts import unknown_statuses
from facts_log import FactsTruth
from facts_runs import Traced, recording, replay, tell_unknown, trace
from json_lines import Exit, parse
from live import (Background, Dialogue, ROOMY, Skip, equal, expect, main, note, run, run_tool,
                  sanitized, scale, scratch, stop, test, tool, tracing_test, wait_until,
                  without_taskstats, without_told_statuses, workload)

FIXTURE = Path(__file__).resolve().parent.parent.parent / 'fixtures' / 'statuses'
STORM = 8000
# With a thread each, more than the receive buffer of 32 MiB has room for.
TOO_MANY = 12000
LOST = re.compile(r'(\d+) exit statuses were lost, and are unknown')
LONE_EXITS = 5
LIMIT_S = 0.1


def authority(prefix):
    """Who tells, as check says."""
    found = json.loads(run([*prefix, tool(), 'check', '-F', 'json']).out)
    return next(row['found'] for row in found['rows'] if row['what'] == 'exit status')


def need_authority(name, prefix=()):
    if authority(prefix) != f"from the kernel's {name}":
        raise Skip(f'exit statuses are told {authority(prefix)}')
    return prefix


def taskstats():
    return need_authority('taskstats')


def connector():
    return need_authority('process connector', without_taskstats())


def nobody():
    return without_told_statuses()



# ---- every way to end ------------------------------------------------------------------------------

def ends_agree(prefix):
    live = trace(workload('ends_workload'), prefix=prefix).must_agree()
    tell_unknown(live)
    with recording('ends_workload', prefix=prefix) as (capture, truth):
        out = replay(capture)
    recorded = Traced(out, parse(out), truth).must_agree()
    tell_unknown(recorded)
    return live, recorded


@tracing_test
def ends_by_taskstats():
    for traced in ends_agree(taskstats()):
        equal(unknown_statuses(traced.truth, traced.events), [], 'unknown ends')


@tracing_test
def ends_by_the_connector():
    ends_agree(connector())


@tracing_test
def ends_that_nobody_tells():
    ends_agree(nobody())


def ends_of(events):
    """pid -> how it ended, each time."""
    ends = defaultdict(list)
    for event in events:
        if isinstance(event, Exit) and event.last:
            ends[event.pid].append((event.exit_code, event.signal, event.core))
    return ends


@tracing_test
def a_recording_is_told_what_a_trace_is_told():
    """Both by taskstats, of the same run."""
    taskstats()
    with scratch() as directory:
        capture, live, log, work = (directory / name for name in ('capture', 'live', 'log', 'work'))
        work.mkdir()
        run_tool('record', '-q', '-x', *ROOMY, '-o', capture, '--', tool(), '-q', *ROOMY, '-F',
                 'json', '-o', live, '--', workload('ends_workload'), log, work).must_succeed()
        truth = FactsTruth.load(log)
        wanted, got = ends_of(parse(live.read_bytes())), ends_of(parse(replay(capture)))
    differing = {pid: (ends, got[pid]) for pid, ends in wanted.items() if got[pid] != ends}
    equal(differing, {}, 'ends, live and recorded')
    expect(set(truth.processes) <= set(wanted), 'ends are missing')
    expect(any(core for ends in wanted.values() for _, _, core in ends)
           or not any(os.WCOREDUMP(process.status or 0) for process in truth.processes.values()),
           'no core is told')


@test
def a_capture_of_old():
    """fixtures/statuses: nothing but its notes knows the codes."""
    result = run_tool('replay', '-q', '-F', 'json', '-e', 'exit', FIXTURE / 'statuses.data')
    equal(result.must_succeed().out, (FIXTURE / 'statuses.jsonl').read_bytes(), 'the replay')
    equal([(event.exit_code, event.signal) for event in parse(result.out)],
          [(7, None), (None, 9), (None, 11), (3, None)], 'ends')


# ---- storms ------------------------------------------------------------------------------------------

class Storm(Dialogue):
    def __init__(self, log):
        super().__init__([workload('storm_workload'), log])
        self.log = log

    def ends(self):
        ends = defaultdict(list)
        for line in self.log.read_text(encoding='ascii').splitlines():
            pid, status = map(int, line.split())
            ends[pid].append(os.waitstatus_to_exitcode(status))
        return ends


def check_storm(events, storm, wanted):
    """Right or unknown: returns how many are unknown."""
    told = defaultdict(list)
    for event in events:
        if isinstance(event, Exit) and event.last:
            told[event.pid].append(event.exit_code)
    unknown, wrong = 0, []
    for pid, codes in wanted.items():
        found = told[pid]
        # Where records were lost, so may some ends be.
        expect(len(found) <= len(codes), f'{pid} ends {len(found)} times')
        if len(found) < len(codes):
            continue
        unknown += found.count(None)
        wrong += [(pid, codes, found) for code, seen in zip(codes, found) if seen not in (None, code)]
    equal(wrong, [], 'wrong statuses')
    return unknown


def shown_storm(prefix, count, threads, directory):
    """A live trace that is stopped meanwhile: its result and the storm's."""
    options = ('-F', 'json', '-e', 'exit', '-f', '-p')
    with Storm(directory / 'live') as storm, \
            Background([*prefix, tool(), *ROOMY, *options, storm.pid]) as background:
        seen_once(storm, background)
        stop(background.process)
        storm.ask(f'{count} {threads}')
        background.send(signal.SIGCONT)
        storm.end()
        result = background.finish().must_succeed()
        return result, result.out, storm.ends()


def seen_once(storm, background):
    def seen():
        storm.ask('1 0')
        return background.arrived
    wait_until(seen, 'the first end')


def is_begun(capture):
    """Its first commit has been made: data.size is more than its last record."""
    head = capture.read_bytes()[:56] if capture.exists() else b''
    return len(head) == 56 and int.from_bytes(head[48:], sys.byteorder) > 80


def recorded_storm(prefix, count, threads, directory):
    capture = directory / 'capture'
    with Storm(directory / 'recorded') as storm, \
            Background([*prefix, tool(), 'record', '-x', *ROOMY, '-f', '-p', storm.pid, '-o',
                        capture]) as background:
        wait_until(lambda: is_begun(capture), 'the recording')
        stop(background.process)
        storm.ask(f'{count} {threads}')
        background.send(signal.SIGCONT)
        storm.end()
        result = background.finish().must_succeed()
    out = run_tool('replay', '-F', 'json', '-e', 'exit', capture).must_succeed()
    equal(LOST.findall(out.err_text()), LOST.findall(result.err_text()), 'loss told by the replay')
    return result, out.out, storm.ends()


def storms(prefix, count, threads):
    for make in (shown_storm, recorded_storm):
        with scratch() as directory:
            result, out, wanted = make(prefix, count, threads, directory)
        unknown = check_storm(parse(out), result, wanted)
        lost = sum(map(int, LOST.findall(result.err_text())))
        total = sum(map(len, wanted.values()))
        note(f'{make.__name__}: {total} ends, {unknown} unknown, {lost} statuses lost')
        yield unknown, lost


@tracing_test
def a_storm_loses_nothing():
    if sanitized():
        raise Skip('too slow with sanitizers')
    for unknown, lost in storms(taskstats(), STORM, 0):
        equal((unknown, lost), (0, 0), 'unknown and lost')


@tracing_test
def what_a_storm_loses_is_told():
    for _, lost in storms(taskstats(), TOO_MANY, 1):
        expect(lost > 0, 'nothing was lost: the test did not do what it is for')


@tracing_test
def what_a_storm_loses_is_told_without_privileges():
    """Of receive buffer there is what net.core.rmem_max says."""
    for unknown, lost in storms(connector(), STORM, 0):
        expect(unknown == 0 or lost > 0, f'{unknown} are unknown, and no loss is told')


# ---- the wait ------------------------------------------------------------------------------------------

@tracing_test
def a_lone_exit_is_shown_at_once():
    prefix, delays = connector(), []
    with scratch() as directory, Storm(directory / 'log') as storm, \
            Background([*prefix, tool(), '-q', '--stream', '-F', 'json', '-e', 'exit', '-f', '-p',
                        storm.pid]) as background:
        seen_once(storm, background)
        for _ in range(LONE_EXITS):
            storm.ask('1 0')
            ended = time.monotonic()
            pid = storm.log.read_text(encoding='ascii').splitlines()[-1].split()[0]
            exit_line = re.compile(rf'"pid":{pid},'.encode())
            arrived = background.wait_line(exit_line.search, 'the exit')
            delays.append(arrived.at - ended)
        storm.end()
        background.finish().must_succeed()
    note(f'{1000 * min(delays):.0f} to {1000 * max(delays):.0f} ms')
    expect(min(delays) < LIMIT_S * scale(), f'shown after {delays} s')


main()
