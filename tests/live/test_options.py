#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that shape a trace, and the exit status it ends with."""

import os
import signal
import subprocess
import time

from lines import Exec, Exit, Truncated, parse
from live import (ROOMY, TIMEOUT, Puppet, copy_formats, equal, exit_status, expect, main,
                  no_problems, poke_until_ended, poke_until_seen, run_tool, scratch, test, tool,
                  trace_workload, tracer, tracing_test, workload_dir)
from truth import Truth, compare_command, differences


@test
def version_is_one_line():
    for option in ('-V', '--version'):
        result = run_tool(option).must_succeed()
        equal(len(result.out.splitlines()), 1, 'lines')
        expect(b'perf_exec_trace' in result.out, f'{result.out!r} names no program')


@test
def help_names_every_option():
    for option in ('-h', '--help'):
        result = run_tool(option).must_succeed()
        for name in (b'--duration', b'--max-events', b'--stream', b'--pid', b'--follow',
                     b'--events', b'--output', b'--formats', b'--mmap-pages', b'--verbose',
                     b'--quiet', b'--help', b'--version', b'-d', b'-n', b'-p', b'-f', b'-e',
                     b'-o', b'-m', b'-v', b'-q', b'-h', b'-V', b'check', b'COMMAND',
                     b'--user', b'--ppid', b'--name', b'--cgroup', b'--no-threads', b'--failed',
                     b'--format', b'--extended', b'--summary', b'--time', b'--env',
                     b'--arg-bytes', b'-u', b'-P', b'-c', b'-F', b'-x', b'-S', b'-T'):
            expect(name in result.out, f'{name.decode()} is not in the help')


@tracing_test
def long_and_short_options_agree():
    short, _ = trace_workload('-q', '-e', 'exec', '-n', 9, '-d', 50, '-m', 1024, mode='step',
                              steps=('exec-chain',))
    long, _ = trace_workload('--quiet', '--events=exec', '--max-events', 9, '--duration', 50,
                             '--mmap-pages', 1024, mode='step', steps=('exec-chain',))
    for result in (short.must_succeed(), long.must_succeed()):
        equal([type(item) for item in result.items()], [Exec] * 7, 'events')


@tracing_test
def status_of_the_command_is_ours():
    for code in (0, 1, 2, 3, 42, 126, 127, 128, 255):
        result = run_tool('-q', '--', 'sh', '-c', f'exit {code}')
        equal(result.status, code, f'status after exit {code}')
        equal(result.err, b'', 'standard error')


@tracing_test
def killed_command_gives_128_and_the_signal():
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGHUP, signal.SIGUSR1):
        result = run_tool('-q', '--', 'sh', '-c', f'kill -{int(number)} $$')
        equal(result.status, 128 + number, f'status after {number!r}')


@tracing_test
def command_that_is_not_there_gives_127():
    for name in ('no-such-program', '/no/such/program'):
        result = run_tool('-q', '--', name)
        equal((result.status, result.out), (127, b''), f'status and output for {name}')
        equal(len(result.err_lines()), 1, f'lines on standard error: {result.err!r}')
        expect(name in result.err_text(), f'{result.err!r} does not name {name}')


@tracing_test
def command_that_cannot_be_run_gives_126():
    with scratch() as directory:
        garbage = directory / 'garbage'
        garbage.write_bytes(b'\x7fnot a program')
        for path in (directory, garbage):
            result = run_tool('-q', '--', path)
            equal((result.status, result.out), (126, b''), f'status and output for {path}')
            equal(len(result.err_lines()), 1, f'lines on standard error: {result.err!r}')
            expect(str(path) in result.err_text(), f'{result.err!r} does not name {path}')


@tracing_test
def command_gets_its_arguments_and_streams():
    with scratch() as directory:
        trace = directory / 'trace'
        result = run_tool('-q', '-o', trace, '--', 'sh', '-c', 'cat; printf "%s;" "$@" >&2', 'sh',
                          '-q', '--', '', 'a b', text=b'from stdin\n')
        equal((result.status, result.out, result.err),
              (0, b'from stdin\n', b'-q;--;;a b;'), 'what the command wrote')


@tracing_test
def command_inherits_no_descriptors_and_no_signal_settings():
    script = ('ls /proc/self/fd | wc -l; grep -E "^(SigBlk|SigIgn|SigCgt)" /proc/self/status; '
              'ulimit -n; ulimit -l')
    with scratch() as directory:
        plain = subprocess.run(['sh', '-c', script], stdin=subprocess.DEVNULL, check=True,
                               stdout=subprocess.PIPE, start_new_session=True).stdout
        traced = run_tool('-q', '-o', directory / 'trace', '--', 'sh', '-c', script)
    equal(traced.must_succeed().out, plain, 'what a command finds')


@tracing_test
def output_file_holds_what_standard_output_would():
    with scratch() as directory:
        trace = directory / 'trace'
        result, truth = trace_workload('-q', '-o', trace, mode='step', steps=('exit-codes',))
        result.must_succeed()
        equal(result.out, b'', 'standard output')
        no_problems(compare_command(truth, parse(trace.read_bytes())))
        # An old file is replaced, not appended to or written over in part.
        run_tool('-q', '-o', trace, '--', 'true').must_succeed()
        equal(trace.read_bytes().count(b'\n'), 2, 'lines of a second trace')


@tracing_test
def output_file_is_left_alone_where_the_trace_cannot_begin():
    with scratch() as directory:
        old, new = directory / 'old', directory / 'new'
        old.write_bytes(b'kept')
        for path in (old, new):
            equal(run_tool('-o', path, '--', 'no-such-command').status, 127, 'status')
        equal(old.read_bytes(), b'kept', 'what the old file holds')
        equal(new.exists(), False, 'whether a file was made')


@tracing_test
def duration_ends_a_trace():
    started = time.monotonic()
    result = run_tool('-d', 1, '--stream', '-e', 'exec').must_succeed()
    elapsed = time.monotonic() - started
    expect(elapsed >= 1, f'-d 1 ended after {elapsed} s')
    expect(not any(isinstance(item, Truncated) for item in result.items()),
           'a duration that ran out is no truncation')
    result.summary().agrees_with(result.items())


@tracing_test
def duration_ends_a_trace_whose_pid_lives_on():
    with workload_dir() as (log, _), Puppet(log) as puppet:
        run_tool('-q', '-d', 1, '-p', puppet.pid).must_succeed()


def trace_until_it_ends(*options):
    """Trace the whole host while something goes on there."""
    with workload_dir() as (log, _), Puppet(log) as puppet, tracer(*options) as trace:
        poke_until_ended(puppet, trace, 10)
        return trace.finish().must_succeed()


@tracing_test
def event_cap_ends_a_trace_of_the_host():
    result = trace_until_it_ends('-n', 20)
    *events, last = result.items()
    equal(len(events), 20, 'events')
    equal((type(last), last.reason, last.limit), (Truncated, b'events', 20), 'the last line')
    result.summary().agrees_with(result.items())


@tracing_test
def default_event_cap_is_5000():
    *events, last = trace_until_it_ends('-q').items()
    equal(len(events), 5000, 'events')
    equal((type(last), last.limit), (Truncated, 5000), 'the last line')


@tracing_test
def totals_have_no_cap():
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('-v', '-S', '-p', puppet.pid, *ROOMY) as trace:
        trace.wait_err(b'perf_exec_trace: sandbox')
        puppet.burst(6000)
        puppet.end()
        result = trace.finish().must_succeed()
    expect(b'cut off' not in result.out, f'{result.out!r}')
    expect(result.summary().fork > 5000, f'the tool says {result.err_text()!r}')


@tracing_test
def stream_lifts_the_cap():
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            tracer('--stream', '-p', puppet.pid) as trace:
        poke_until_seen(puppet.poke, trace)
        puppet.burst(5100)
        result = trace.finish(signal.SIGINT).must_succeed()
        truth = Truth.load(log)
    equal(differences(Truth(truth.forks()[-5100:]), result.items()[-5100:]), [],
          f'differences, the tool having said {result.err_text()!r}')


@tracing_test
def trace_ends_with_the_command_though_a_descendant_lives():
    with scratch() as directory:
        out = directory / 'trace'
        pid_file = directory / 'pid'
        args = [tool(), '-q', '-o', out, '--', 'sh', '-c',
                f'sleep 1000 & echo $! > {pid_file}; exit 4']
        started = time.monotonic()
        with subprocess.Popen(args, stdin=subprocess.DEVNULL) as process:
            try:
                status = process.wait(TIMEOUT)
            finally:
                os.kill(int(pid_file.read_text(encoding='ascii')), signal.SIGKILL)
        equal(exit_status(status), 4, 'status')
        kinds = [type(item).__name__ for item in parse(out.read_bytes())]
    expect(kinds[0] == 'Exec' and 'Exit' in kinds, f'events {kinds}')
    expect(time.monotonic() - started < TIMEOUT, 'too late')


@tracing_test
def verbose_says_more_and_changes_no_line():
    plain = run_tool('--', 'true').must_succeed()
    verbose = run_tool('-v', '--', 'true').must_succeed()
    equal([type(item) for item in verbose.items()], [type(item) for item in plain.items()],
          'events')
    expect(len(verbose.err_lines()) > len(plain.err_lines()), f'-v only says {verbose.err!r}')


@tracing_test
def formats_directory_stands_in_for_tracefs():
    """The host's own format files, copied, are as good as tracefs."""
    with scratch() as directory:
        copy_formats(directory)
        for path in (directory, directory / 'events'):
            items = run_tool('-q', '--formats', path, '--', 'true').must_succeed().items()
            equal([type(item) for item in items], [Exec, Exit], f'events with --formats {path}')


main()
