#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""When lines come out, how a trace ends, and what happens where they cannot be written."""

import fcntl
import os
import signal
import statistics
import subprocess
import time

from lines import Exec, Exit, Fork, parse
from live import (Background, Puppet, ROOMY, TIMEOUT, equal, expect, main, no_problems, note,
                  poke_until_ended, poke_until_seen, run, run_tool, scratch, shell, tool, tracer,
                  tracing_test, wait_until, without_leading, workload, workload_dir)
from truth import Truth, compare_command, differences

LATENCY_BOUND = 5


def fork_of(child):
    tail = b'|%d|' % child
    return lambda line: line.startswith(b'FORK|') and tail in line


@tracing_test
def lone_event_does_not_wait_for_company():
    delays = []
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('--stream', '-p', puppet.pid) as trace:
        poke_until_seen(puppet.poke, trace)
        for _ in range(20):
            asked = time.monotonic()
            found = trace.wait_line(fork_of(puppet.poke()), 'a lone event')
            delays.append(found.at - asked)
        trace.finish(signal.SIGINT).must_succeed()
    note(f'from fork to pipe: median {statistics.median(delays) * 1000:.1f} ms, '
         f'largest {max(delays) * 1000:.1f} ms')
    expect(max(delays) < LATENCY_BOUND, f'a lone event took {max(delays)} s')


def stopped_by(number, *options):
    """All that happened before the signal is in the trace, which then ends with 0."""
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('--stream', '-p', puppet.pid, *options) as trace:
        pokes = poke_until_seen(puppet.poke, trace)
        puppet.burst(500)
        result = trace.finish(number)
        truth = Truth.load(log)
    equal(result.status, 0, f'status after {number!r}: {result.err!r}')
    wanted = Truth(truth.forks()[len(pokes):])
    no_problems(differences(wanted, without_leading(result.items(), pokes)))
    return result


@tracing_test
def interrupt_and_terminate_flush_everything():
    for number in (signal.SIGINT, signal.SIGTERM):
        result = stopped_by(number)
        result.summary().agrees_with(result.items())
        equal(len(result.err_lines()), 1, f'lines on standard error: {result.err!r}')


@tracing_test
def interrupt_of_a_quiet_trace_says_nothing():
    equal(stopped_by(signal.SIGINT, '-q').err, b'', 'standard error')


@tracing_test
def signal_at_any_moment_of_the_start_ends_the_tool():
    """However early: it must not hang, crash or leave a line cut."""
    for step in range(20):
        with tracer('-q', '--stream') as trace:
            deadline = time.monotonic() + step / 500
            while time.monotonic() < deadline:
                pass
            result = trace.finish(signal.SIGTERM)
        expect(result.status in (0, 128 + signal.SIGTERM), f'status {result.status}')
        result.items()


@tracing_test
def terminate_ends_a_trace_of_a_command():
    """A signal to the tool alone, while COMMAND would go on for ever."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with tracer('-q', '--', 'sh', '-c', 'while :; do /bin/true; done') as trace:
            trace.wait_line(lambda line: line.startswith(b'EXIT|'), 'an EXIT')
            result = trace.finish(number)
            command = next(item.pid for item in result.items() if isinstance(item, Exec))
            lives_on = os.path.exists(f'/proc/{command}')
            if lives_on:
                os.kill(command, signal.SIGKILL)
        note(f'{number!r}: status {result.status}, COMMAND '
             + ('lives on' if lives_on else 'is gone'))
        expect(result.status in (0, 128 + number), f'status {result.status}')
        equal(result.err, b'', 'standard error')


@tracing_test
def interrupt_from_the_terminal_reaches_both():
    """Ctrl-C goes to the whole process group: COMMAND dies of it, and its end is still shown."""
    with tracer('-q', '--', 'sh', '-c', '/bin/true; exec sleep 1000') as trace:
        trace.wait_line(lambda line: b'|sleep|' in line, 'sleep')
        os.killpg(trace.process.pid, signal.SIGINT)
        result = trace.finish()
    expect(result.status in (0, 128 + signal.SIGINT), f'status {result.status}')
    last = result.items()[-1]
    expect(isinstance(last, Exit) and last.comm == b'sleep', f'the last line is {last}')


@tracing_test
def reader_that_goes_away_is_no_error():
    """`| head -3`: quiet, and the command is run to its end all the same."""
    script = '{ "$tool" -q -- sh -c "$1"; echo $? > "$2"; } | head -3'
    with scratch() as directory:
        body = 'for i in 1 2 3 4 5 6 7 8; do /bin/true; done; exit 9'
        result = shell(script, body, directory / 'status')
        status = (directory / 'status').read_text(encoding='ascii').strip()
    equal((len(result.items()), result.err), (3, b''), 'lines that head got, standard error')
    equal(status, '9', 'status')


@tracing_test
def reader_that_goes_away_ends_a_trace_of_the_host():
    with scratch() as directory, Puppet(directory / 'log') as puppet:
        script = '{ "$1" -q --stream -p "$2"; echo $? > "$3"; } | head -1'
        args = ['sh', '-c', script, 'sh', tool(), puppet.pid, directory / 'status']
        with Background(args) as pipeline:
            poke_until_ended(puppet, pipeline)
            result = pipeline.finish()
        status = int((directory / 'status').read_text(encoding='ascii'))
    equal((len(result.items()), result.err), (1, b''), 'lines that head got, standard error')
    expect(status in (0, 128 + signal.SIGPIPE), f'status {status}')


@tracing_test
def full_disk_is_one_clear_error():
    for script in ('"$tool" -- sh -c "exit 5" > /dev/full',
                   '"$tool" -o /dev/full -- sh -c "exit 5"',
                   '"$tool" -q -n 1 -- sh -c "exit 5" > /dev/full'):
        result = shell(script)
        equal(result.status, 1, f'status of {script}')
        errors = [line for line in result.err_lines() if 'No space left' in line]
        equal(len(errors), 1, f'lines about it in {result.err!r}')
        if '-q' in script:
            equal(len(result.err_lines()), 1, 'lines on standard error')


@tracing_test
def full_disk_ends_a_trace_that_goes_on():
    with workload_dir() as (log, _), Puppet(log) as puppet:
        with tracer('-q', '--stream', '-o', '/dev/full', '-p', puppet.pid) as trace:
            poke_until_ended(puppet, trace)
            result = trace.finish()
    equal((result.status, len(result.err_lines())), (1, 1), f'status and lines of {result.err!r}')


@tracing_test
def output_that_cannot_be_opened_is_one_clear_error():
    for path in ('/no/such/dir/file', '/'):
        result = run_tool('-o', path, '--', 'sh', '-c', 'echo it ran')
        equal((result.status, len(result.err_lines())), (1, 1), f'{path}: {result.err!r}')
        equal(result.out, b'', 'nothing half-done: what COMMAND wrote')
        expect(path in result.err_text(), f'{result.err!r} does not name {path}')


@tracing_test
def closed_streams_are_survived():
    for closed in ('<&-', '2>&-', '<&- 2>&-'):
        result = shell(f'"$tool" -q -- sh -c "exit 6" {closed}')
        equal((result.status, [type(item) for item in result.items()]), (6, [Exec, Exit]),
              f'status and events with {closed}')


@tracing_test
def closed_standard_output_is_one_clear_error():
    """Never written into what happens to be opened as descriptor 1."""
    for closed in ('>&-', '<&- >&-'):
        result = shell(f'"$tool" -q -- sh -c "exit 6" {closed}')
        equal((result.status, len(result.err_lines())), (1, 1), f'{closed}: {result.err!r}')
    result = shell('"$tool" -q -- sh -c "exit 6" <&- >&- 2>&-')
    equal(result.status, 1, 'status with all closed')


@tracing_test
def closed_standard_output_does_not_matter_with_output_file():
    with scratch() as directory:
        result = shell('"$tool" -q -o "$1" -- sh -c "exit 6" <&- >&-', directory / 'trace')
        equal((result.status, result.err), (6, b''), 'status and standard error')
        equal((directory / 'trace').read_bytes().count(b'\n'), 2, 'lines')


@tracing_test
def slow_reader_loses_nothing():
    """Output goes into a pipe of one page that nobody reads from until COMMAND is through."""
    with workload_dir() as (log, work):
        reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        args = [tool(), '-q', *map(str, ROOMY), '--', workload(), 'step', log, work, 'exit-codes']
        with subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=writer) as process, \
                open(reader, 'rb') as output:
            os.close(writer)
            wait_until(lambda: log.exists() and 'MARK exit-codes' in log.read_text('ascii'),
                       'the workload to end')
            items = parse(output.read())
            equal(process.wait(TIMEOUT), 0, 'status')
        no_problems(compare_command(Truth.load(log), items))


@tracing_test
def runs_without_a_terminal():
    result = run(['setsid', '-w', tool(), '-q', '--', 'sh', '-c', ':; (:)'])
    equal([type(item) for item in result.must_succeed().items()], [Exec, Fork, Exit, Exit],
          'events')


main()
