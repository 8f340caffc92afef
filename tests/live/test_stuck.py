#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers that read nothing: one signal ends the tool, and it says what was not delivered."""

import contextlib
import fcntl
import os
import signal
import subprocess
import tempfile
import time

from live import (Puppet, TIMEOUT, equal, exit_status, expect, main, run_tool, scale, scratch, test,
                  tool, tracing_test, workload_dir)

# A second of grace, another one that COMMAND has, and what a busy host takes.
BOUND = 4
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def full_pipe(flags=0):
    """A pipe into which not a byte more fits: both ends."""
    reader, writer = os.pipe()
    try:
        os.set_blocking(writer, False)
        with contextlib.suppress(BlockingIOError):
            while os.write(writer, bytes(4096)):
                pass
        fcntl.fcntl(writer, fcntl.F_SETFL, flags)
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


def caught(pid):
    """Whether the tool is where it heeds signals; SIGTERM's is the last handler of all."""
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        words = dict(line.split(':', 1) for line in status)
    return int(words['SigCgt'], 16) >> (signal.SIGTERM - 1) & 1


def wait_caught(process):
    deadline = time.monotonic() + TIMEOUT * scale()
    while not caught(process.pid):
        expect(process.poll() is None and time.monotonic() < deadline, 'no handlers')
        time.sleep(0.005)


def is_stuck(process):
    """Whether it waits for room in a pipe (pipe_write(), anon_pipe_write() since Linux 6.15)."""
    with open(f'/proc/{process.pid}/wchan', encoding='ascii') as wchan:
        return wchan.read().endswith('pipe_write')


def wait_stuck(processes, poke):
    """Wait until each waits for room; poke() makes what they have to show."""
    deadline = time.monotonic() + TIMEOUT * scale()
    while not all(map(is_stuck, processes)):
        expect(time.monotonic() < deadline, 'not all are stuck')
        poke()


def end_each(processes, numbers):
    """Send each its signal: status and how long it took."""
    started = time.monotonic()
    for process, number in zip(processes, numbers):
        process.send_signal(number)
    for process in processes:
        try:
            process.wait(BOUND * scale())
        except subprocess.TimeoutExpired:
            for other in processes:
                other.kill()
            for other in processes:
                other.wait()
            expect(False, f'{process.args} still runs after {BOUND} s')
        yield exit_status(process.returncode), time.monotonic() - started


def must_say_it_is_stuck(commands, poke=None, at_end=()):
    """Each of these, with nobody reading its output, and each signal; those with an option of
    `at_end` write only when they end."""
    runs = [(command, number) for command in commands for number in SIGNALS]
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(full_pipe())[1] for _ in runs]
        # No pipe: COMMAND may outlive the tool, and has it open too.
        errors = [stack.enter_context(tempfile.TemporaryFile()) for _ in runs]
        processes = [subprocess.Popen([tool(), *map(str, command)], stdin=subprocess.DEVNULL,
                                      stdout=writer, stderr=error)
                     for (command, _), writer, error in zip(runs, writers, errors)]
        for process in processes:
            wait_caught(process)
        wait_stuck([process for process in processes if not set(at_end) & set(process.args)],
                   poke or (lambda: time.sleep(0.005)))
        ends = end_each(processes, [number for _, number in runs])
        for (command, _), error, (status, took) in zip(runs, errors, ends):
            error.seek(0)
            err = error.read().decode()
            equal(status, 1, f'status of {command}, which said {err!r} after {took:.1f} s')
            expect('standard output is stuck' in err and 'not delivered' in err,
                   f'{command} does not say what was not delivered: {err!r}')


@tracing_test
def trace_of_the_host():
    with workload_dir() as (log, _), Puppet(log) as puppet:
        must_say_it_is_stuck([['--stream'], ['--stream', '-x'], ['--stream', '-F', 'json'],
                              ['--stream', '-F', 'tree'], ['--stream', '-S']],
                             lambda: puppet.burst(20), at_end=['-S'])


@tracing_test
def trace_of_a_command():
    must_say_it_is_stuck([['-F', 'json', '--', 'sleep', TIMEOUT],
                          ['-F', 'table', '--', 'sh', '-c', f'trap "" INT TERM HUP; sleep {2 * BOUND}']])


@tracing_test
def recording():
    must_say_it_is_stuck([['record', '-o', '-'], ['record', '-x', '-o', '-']])


@tracing_test
def replay_of_a_capture():
    with scratch() as directory:
        capture = directory / 'capture'
        run_tool('record', '-q', '-x', '-o', capture, '--', 'sh', '-c',
                 'for i in 1 2 3; do /bin/true; done').must_succeed()
        must_say_it_is_stuck([['replay', '-S', capture],
                              *(['replay', '-F', form, capture]
                                for form in ('pipe', 'json', 'table', 'tree'))])


@test
def notice_to_a_full_pipe_is_not_waited_for():
    with full_pipe() as (_, writer):
        status = run_tool('replay', '/no/such/capture', stderr=writer).status
    equal(status, 1, 'status')


@tracing_test
def recording_into_a_pipe_that_does_not_block():
    """Somebody who shares it has made it so."""
    with scratch() as directory, full_pipe(os.O_NONBLOCK) as (reader, writer):
        with subprocess.Popen([tool(), 'record', '-q', '-o', '-', '--', 'sh', '-c',
                               'for i in $(seq 500); do /bin/true; done'],
                              stdout=writer, stderr=subprocess.PIPE) as process:
            wait_caught(process)
            os.read(reader, 4096)
            capture = bytearray()
            os.set_blocking(reader, False)
            while True:
                ended = process.poll() is not None
                with contextlib.suppress(BlockingIOError):
                    while piece := os.read(reader, 65536):
                        capture += piece
                if ended:
                    break
                time.sleep(0.01)
            err = process.stderr.read()
        equal((process.returncode, err), (0, b''), 'status and standard error')
        (directory / 'capture').write_bytes(capture[capture.index(b'PERFILE2'):])
        run_tool('replay', directory / 'capture').must_succeed()


@tracing_test
def fifo_without_a_reader_is_said_and_can_be_left():
    with scratch() as directory:
        fifo = directory / 'fifo'
        os.mkfifo(fifo)
        for command in (['-o', fifo], ['record', '-o', fifo]):
            with subprocess.Popen([tool(), *map(str, command)], stderr=subprocess.PIPE) as process:
                said = process.stderr.readline()
                process.send_signal(signal.SIGTERM)
                status = process.wait(BOUND * scale())
            expect(b'waiting for somebody to read' in said, f'{command} says {said!r}')
            equal(status, 1, f'status of {command}')


@tracing_test
def names_of_descriptors_are_outputs():
    with scratch() as directory:
        for options in ([], ['-F', 'json']):
            run_tool('-q', '-o', directory / 'new', *options, '--', 'true').must_succeed()
            equal((directory / 'new').stat().st_mode & 0o077 == 0, bool(options), 'private')
        for command in (['-q'], ['record', '-q']):
            with open(directory / 'file', 'wb') as file:
                run_tool(*command, '-o', '/dev/stdout', '--', 'true', stdout=file).must_succeed()
            expect((directory / 'file').stat().st_size > 0, f'nothing from {command}')
            expect(os.path.islink('/dev/stdout'), '/dev/stdout was renamed')


main()
