#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Interrupts of a trace of COMMAND: what COMMAND does about them is traced to its end."""

import contextlib
import fcntl
import os
import re
import signal
import termios
from pathlib import Path

from lines import Exec, Exit
from live import (Background, equal, expect, main, run_tool, scratch, tool, tracing_test,
                  wait_until)

CTRL_C = b'\x03'
# It keeps none of the test's pipes open.
STUBBORN = ('exec > /dev/null 2>&1; trap "" INT TERM HUP; : > "$1"/ready; '
            'while [ -e "$1"/ready ]; do /bin/sleep 0.05; done; exit 5')


@contextlib.contextmanager
def at_terminal(*args):
    """The tool in the foreground of a terminal of its own: it, and the end for typing."""
    typed, terminal = os.openpty()
    try:
        with Background([tool(), *map(str, args)], stdin=terminal,
                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) as trace:
            yield trace, typed
    finally:
        os.close(typed)
        os.close(terminal)


def wait_for(path):
    wait_until(path.exists, path)


def cleaner(directory, names):
    """A COMMAND that cleans up for as long as the test wants it, and ends with 7."""
    return ['sh', '-c', f'trap \'/bin/true; : > "$1"/cleaning; read line < "$1"/go; exit 7\' {names}; '
            ': > "$1"/ready; while :; do /bin/sleep 0.05; done', 'sh', directory]


def clean_up(directory):
    """Let it clean up, and go."""
    wait_for(directory / 'cleaning')
    with open(directory / 'go', 'w', encoding='ascii') as go:
        go.write('\n')


def ends_with_7(items):
    execs = [item for item in items if isinstance(item, Exec)]
    expect(any(item.filename == b'/bin/true' for item in execs), 'the clean-up is not shown')
    last = [item for item in items if isinstance(item, Exit)][-1]
    equal(last.pid, execs[0].pid, 'the last one to end')


@tracing_test
def interrupted_command_is_traced_to_its_end():
    with scratch() as directory:
        os.mkfifo(directory / 'go')
        with at_terminal('-q', '--', *cleaner(directory, 'INT')) as (trace, typed):
            wait_for(directory / 'ready')
            os.write(typed, CTRL_C)
            clean_up(directory)
            result = trace.finish()
    equal((result.status, result.err), (7, b''), 'status and standard error')
    ends_with_7(result.items())


@tracing_test
def interrupted_recording_has_the_end_of_command():
    with scratch() as directory:
        os.mkfifo(directory / 'go')
        with at_terminal('record', '-q', '-o', directory / 'capture', '--',
                         *cleaner(directory, 'INT')) as (trace, typed):
            wait_for(directory / 'ready')
            os.write(typed, CTRL_C)
            clean_up(directory)
            result = trace.finish()
        equal((result.status, result.err), (7, b''), 'status and standard error')
        ends_with_7(run_tool('replay', directory / 'capture').must_succeed().items())


@tracing_test
def signals_to_the_tool_alone_are_passed_on():
    for number, name in ((signal.SIGINT, 'INT'), (signal.SIGTERM, 'TERM'), (signal.SIGHUP, 'HUP')):
        with scratch() as directory:
            os.mkfifo(directory / 'go')
            with Background([tool(), '-q', '--', *cleaner(directory, name)]) as trace:
                wait_for(directory / 'ready')
                trace.send(number)
                clean_up(directory)
                result = trace.finish()
        equal((result.status, result.err), (7, b''), f'status and standard error after {name}')
        ends_with_7(result.items())


def left(directory, result, number):
    """The tool has left COMMAND, and has said so."""
    expect((directory / 'ready').exists(), 'COMMAND is gone')
    equal(result.status, 128 + number, 'status')
    expect(b"'sh' (pid " in result.err and result.err.endswith(b') still runs\n'),
           f'standard error: {result.err!r}')


@tracing_test
def second_interrupt_ends_the_trace():
    for options in ([], ['-d', '1']):
        with scratch() as directory:
            with at_terminal(*options, '--', 'sh', '-c', STUBBORN, 'sh', directory) as (trace, typed):
                wait_for(directory / 'ready')
                os.write(typed, CTRL_C)
                trace.wait_err(b'has not ended yet; a second Ctrl-C ends the trace')
                os.write(typed, CTRL_C)
                result = trace.finish()
            left(directory, result, signal.SIGINT)


@tracing_test
def command_that_heeds_no_signal_is_left():
    """The second SIGTERM leaves it at once, the first one after ten seconds."""
    with scratch() as one, scratch() as two:
        with Background([tool(), '--', 'sh', '-c', STUBBORN, 'sh', two]) as slow:
            wait_for(two / 'ready')
            slow.send(signal.SIGTERM)
            with Background([tool(), '--', 'sh', '-c', STUBBORN, 'sh', one]) as quick:
                wait_for(one / 'ready')
                quick.send(signal.SIGTERM)
                quick.send(signal.SIGHUP)
                left(one, quick.finish(), signal.SIGHUP)
            left(two, slow.finish(), signal.SIGTERM)


def send_and_await(trace, number):
    """Until it is delivered: signals that wait are one."""
    trace.send(number)
    path = Path(f'/proc/{trace.process.pid}/status')
    wait_until(lambda: not re.search(rb'(Sig|Shd)Pnd:\t0*[1-9a-f]', path.read_bytes()), 'delivery')


def stopped_by(numbers):
    """How a trace ends after these signals in a row."""
    with scratch() as directory:
        with Background([tool(), '-q', '--', 'sh', '-c', STUBBORN, 'sh', directory]) as trace:
            wait_for(directory / 'ready')
            for number in numbers:
                send_and_await(trace, number)
            return trace.finish().status


@tracing_test
def the_same_signal_at_once_is_no_second_one():
    """timeout(1) sends two. A machine that is held up may put time between them."""
    statuses = [stopped_by((signal.SIGTERM, signal.SIGTERM, signal.SIGHUP)) for _ in range(3)]
    expect(128 + signal.SIGHUP in statuses, f'statuses {statuses}')


main()
