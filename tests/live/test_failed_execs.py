#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
--failed-execs against a workload that knows which execs failed and why; where the kernel does not
tell the path of an exec (before Linux 6.19), with the probe, or refused with the reason.
"""

import errno
import json
import re
from pathlib import Path

import schema
from extended import ExecFailed as Extended, parse_extended
from failed_execs import UNPRINTABLE, failure_problems, failures, is_taken
from json_lines import Exec, ExecFailed, parse
from lines import split_lines
from live import (ROOMY, Skip, equal, expect, lost_in, main, need_root, need_tracing, no_problems,
                  note, run, run_tool, scratch, test, tracing_test, workload)

FIXTURE = Path(__file__).resolve().parents[2] / 'fixtures' / 'failed-execs'
FAILED, PROBE = '--failed-execs', '--argv-probe'
REFUSAL = b'--failed-execs: this kernel'


def check(lines, log, options):
    """The failed execs of a trace as JSON against the log, and what that comes to."""
    events = parse(lines)
    failed = [event for event in events if isinstance(event, ExecFailed)]
    no_problems(list(failure_problems(failed, log, PROBE in options)))
    expect(any(isinstance(event, Exec) for event in events), 'no EXEC')
    whole = [len(event.path) for event in failed if event.path_complete]
    note(f'{len(failed)} failed execs, all right; paths of {max(whole)} bytes are told whole')
    return failed


# ---- this kernel ---------------------------------------------------------------------------------

def need_failed_execs():
    """The options that it takes here."""
    need_tracing()
    result = run_tool('check')
    if b'not told: that takes Linux 6.19' in result.out:
        raise Skip('this kernel tells the path of an exec neither by tracepoints (Linux 6.19 and '
                   'newer do) nor by a probe')
    return [FAILED, PROBE] if b'told with a probe' in result.out else [FAILED]


def traced(directory, *options, before=()):
    log, work = directory / 'log', directory / 'work'
    work.mkdir()
    result = run_tool(*before, *ROOMY, *options, '--',
                      workload('failed_execs_workload'), log, work).must_succeed()
    return result, log


@tracing_test
def every_failure_is_told_and_nothing_else():
    options = need_failed_execs()
    with scratch() as directory:
        result, log = traced(directory, '-q', '-F', 'json', *options)
        equal(result.err, b'', 'standard error')
        check(result.out, log, options)


@tracing_test
def a_replay_tells_the_same():
    options = need_failed_execs()
    with scratch() as directory:
        capture = directory / 'capture'
        _, log = traced(directory, '-q', '-x', '-o', capture, *options, before=['record'])
        failed = check(run_tool('replay', '-q', '-F', 'json', capture).out, log, options)
        lines = split_lines(run_tool('replay', '-q', '-x', '-e', 'exec_failed', capture).out)
        extended = [parse_extended(line) for line in lines]
        equal([(plain.tid, plain.comm, plain.path, fields['errno_name'])
               for plain, fields in extended],
              [(event.tid, event.comm, event.path or b'?', event.errno_name) for event in failed],
              'extended lines')
        expect(all(isinstance(plain, Extended) for plain, _ in extended), 'other lines')
        plain = run_tool('replay', '-q', capture).must_succeed()
        equal((lost_in(plain.items()), b'FAILED' in plain.out), (0, False), 'plain lines')


@tracing_test
def the_path_that_a_shell_fails_on_is_shown():
    failed = need_failed_execs()
    for options, words in [(['-x'], b'|sh|/nonexistent/foo|'),
                           (['-F', 'table'], b'/nonexistent/foo, by sh'),
                           (['-F', 'tree'], b'/nonexistent/foo: ENOENT')]:
        result = run_tool('-q', *options, *failed, '--', 'sh', '-c', '/nonexistent/foo')
        equal(result.status, 127, 'exit status')
        expect(words in result.out, f'no {words} in {result.out}')


@tracing_test
def without_the_option_there_are_none():
    need_failed_execs()
    result = run_tool('-q', '-x', '--', 'sh', '-c', '/nonexistent/foo')
    expect(b'EXEC_FAILED' not in result.out and b'EXEC|' in result.out, f'{result.out}')


@tracing_test
def it_is_refused_where_the_kernel_does_not_tell_the_path():
    for args in [['-x'], ['record', '-x', '-o', '/dev/null'], ['-b', 'perf', '-F', 'json']]:
        result = run_tool(*args, '--failed-execs', '--formats', 'amd64-6.12', '--', 'true')
        equal((result.status, result.out), (1, b''), 'status and output')
        expect(REFUSAL in result.err and b'Linux 6.19' in result.err,
               f'without the reason: {result.err}')
        expect(b'--argv-probe' in result.err, f'without the remedy: {result.err}')
        equal(len(result.err_lines()), 1, 'lines of the refusal')


@tracing_test
def it_is_refused_with_the_reason_where_the_probe_is():
    need_root()
    rows = {row['what']: row for row in json.loads(run_tool('check', '-F', 'json').out)['rows']}
    if not rows['failed execs']['found'].startswith('not told'):
        raise Skip('failed execs are told here')
    result = run_tool('-x', FAILED, PROBE, '--', 'true')
    equal((result.status, result.out), (1, b''), 'status and output')
    reason = rows['argv probe']['found'] if rows['argv probe']['verdict'] != 'ok' else \
        rows['failed execs']['found'].split('; ', 1)[1]
    equal(result.err.decode(), f'perf_exec_trace: {reason}\n', 'the reason')


def replays_are_golden(name):
    capture = FIXTURE / f'{name}.data'
    for options, suffix in [(['-x'], 'extended'), (['-F', 'json'], 'jsonl'),
                            (['-F', 'table'], 'table'), (['-F', 'tree'], 'tree')]:
        result = run_tool('replay', *options, capture).must_succeed()
        equal(result.out, (FIXTURE / f'{name}.{suffix}').read_bytes(),
              f'the replay of {name} with {options}')
        expect(b'6 events (1 fork, 1 exec, 2 exit, 2 failed exec), 0 lost' in result.err,
               f'another closing line: {result.err}')
    no_problems(list(schema.problems((FIXTURE / f'{name}.jsonl').read_bytes().splitlines(True))))


@test
def a_capture_of_a_kernel_that_tells_them():
    replays_are_golden('failed')


@test
def a_capture_of_a_kernel_whose_paths_a_probe_tells():
    replays_are_golden('probed')
    expect(b'|sh|/nonexistent/foo|' in (FIXTURE / 'probed.extended').read_bytes(), 'no path')


@test
def a_replay_shows_what_is_asked_for():
    """Plain lines and totals have none of them, and need not be told."""
    capture = FIXTURE / 'failed.data'

    def kinds(*options):
        out = run_tool('replay', '-q', *options, capture).must_succeed().out
        return [line.split(b'|')[0].decode() for line in out.splitlines()]

    plain = ['EXEC', 'FORK', 'EXIT', 'EXIT']
    equal(kinds(), plain, 'plain lines')
    equal(kinds('-x', '-e', 'exec,fork,exit'), plain, 'lines of -e')
    equal(kinds('-x', '-e', 'exec_failed'), ['EXEC_FAILED'] * 2, 'lines of -e exec_failed')
    equal(kinds('-x', '--failed'), ['EXIT'] * 2, 'failures')
    equal(kinds('-x', '-n', '3'), ['EXEC', 'FORK', 'EXEC_FAILED', 'TRUNCATED'], 'the first ones')
    summary = run_tool('replay', '-q', '-S', capture).must_succeed().out
    expect(re.search(rb'^execs +1$', summary, re.MULTILINE), f'other totals: {summary}')


@test
def other_sources_refuse_it():
    for source, *subject in [('sideband', 'true'), ('connector', 'true'), ('bpftrace', 'true'),
                             ('execsnoop',)]:
        result = run_tool('-b', source, '-x', '--failed-execs', '-d', '1', *subject)
        equal(result.status, 1, f'status of {source}')
        expect(b'cannot serve --failed-execs' in result.err, f'{source}: {result.err}')


@test
def the_comparison_notices_what_is_wrong():
    with scratch() as directory:
        log = directory / 'log'
        equal(run([workload('failed_execs_workload'), log, directory]).status, 0, 'status')
        meant = failures(log)
        told = [ExecFailed(*[None] * len(ExecFailed._fields))._replace(
            pid=each.pid, tid=each.tid, errno=each.errno, comm=each.comm,
            errno_name=errno.errorcode[each.errno],
            path=each.path and UNPRINTABLE.sub(b'.', each.path),
            path_complete=each.path is not None) for each in meant]
        no_problems(list(failure_problems(told, log)))
        probed = [event._replace(path=each.path if is_taken(each) else None,
                                 path_complete=is_taken(each) and each.path is not None)
                  for event, each in zip(told, meant)]
        no_problems(list(failure_problems(probed, log, True)))
        expect(list(failure_problems(told, log, True)), 'paths that are not exact passed')
        whole = next(index for index, event in enumerate(told) if event.path)
        for wrong in [{'errno': 1}, {'path': b'/nonexistent/fo'}, {'path': None}, {'comm': b'x'},
                      {'path': b'/nonexistent/fob...', 'path_complete': False},
                      {'path_complete': False}, {'tid': 1}]:
            altered = [*told]
            altered[whole] = altered[whole]._replace(**wrong)
            expect(list(failure_problems(altered, log)), f'{wrong} passed')
        for altered in [told[1:], told[:-1], [told[1], told[0], *told[2:]], [*told, told[-1]]]:
            expect(list(failure_problems(altered, log)), 'a wrong order or number passed')


main()
