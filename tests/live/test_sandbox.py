#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run gives up once it has begun, COMMAND does not; and a call that is forbidden ends it."""

import contextlib
import signal
import subprocess
import tempfile
from pathlib import Path

from live import (Skip, equal, expect, main, need_program, need_root, run, run_tool, sanitized,
                  scratch, tool, tracer, tracing_test)

NOBODY = ['65534'] * 4
KILL, IPC_LOCK, SYS_ADMIN, PERFMON = 1 << 5, 1 << 14, 1 << 21, 1 << 38
FILTERED = '2'
PRIVILEGES = ('Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb',
              'NoNewPrivs', 'Seccomp')

# Makes a socket before the first line is written.
FORBIDDEN = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/uio.h>

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
	socket(AF_INET, SOCK_STREAM, 0);
	return ((ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev"))(fd, pieces, count);
}
"""


def status_of(pid):
    lines = Path(f'/proc/{pid}/status').read_text(encoding='utf-8').splitlines()
    return {name: value.split() for name, _, value in (line.partition(':') for line in lines)}


def capability_to_trace():
    """Debian's kernels ask for more from level 3 on, and so do those before Linux 5.8."""
    level = int(Path('/proc/sys/kernel/perf_event_paranoid').read_text(encoding='ascii'))
    last = int(Path('/proc/sys/kernel/cap_last_cap').read_text(encoding='ascii'))
    return SYS_ADMIN if level > 2 or 1 << last < PERFMON else PERFMON


@contextlib.contextmanager
def running(*options):
    """The status of a tracer that has shown the start of its COMMAND, and of that COMMAND."""
    need_root()
    with tracer(*options, '-q', '--', 'cat', stdin=subprocess.PIPE) as trace:
        line = trace.wait_line(lambda line: line.startswith(b'EXEC'), 'the EXEC of COMMAND')
        yield status_of(trace.process.pid), status_of(int(line.line.split(b'|')[2]))
        equal(trace.finish(signal.SIGTERM).status, 128 + signal.SIGTERM, 'status')
        trace.process.stdin.close()


@tracing_test
def a_trace_keeps_what_it_needs():
    with running() as (tracing, _):
        equal((tracing['Uid'], tracing['Gid'], tracing['Groups']), (NOBODY, NOBODY, []), 'ids')
        kept = capability_to_trace() | IPC_LOCK | KILL
        for name, expected in (('Inh', 0), ('Prm', kept), ('Eff', kept), ('Bnd', 0), ('Amb', 0)):
            equal(int(tracing[f'Cap{name}'][0], 16), expected, f'Cap{name}')
        equal(tracing['NoNewPrivs'], ['1'], 'NoNewPrivs')
        if not sanitized():
            equal(tracing['Seccomp'], [FILTERED], 'Seccomp')


@tracing_test
def the_user_may_do_without_it():
    own = status_of('self')
    with running('--no-sandbox') as (tracing, _):
        for name in PRIVILEGES:
            equal(tracing[name], own[name], name)


@tracing_test
def command_has_what_we_have():
    own = status_of('self')
    with running() as (_, command):
        for name in PRIVILEGES:
            equal(command[name], own[name], name)


def build_library(directory):
    """A library that makes a socket before the first line is written."""
    source, library = Path(directory) / 'forbidden.c', Path(directory) / 'forbidden.so'
    source.write_text(FORBIDDEN, 'ascii')
    run([need_program('cc'), '-shared', '-fPIC', '-o', library, source, '-ldl']).must_succeed()
    return library


@tracing_test
def what_is_forbidden_ends_it():
    if sanitized():
        raise Skip('a sanitized program allows all system calls')
    with tempfile.TemporaryDirectory() as directory, scratch() as captures:
        capture = captures / 'capture'
        run_tool('record', '-q', '-o', capture, '--', 'true').must_succeed()
        library = build_library(directory)
        for args in (['--', 'true'], ['replay', capture]):
            result = run(['env', f'LD_PRELOAD={library}', tool(), *args])
            expect(b'the sandbox does not allow socket(2)' in result.err, result.err_text())
            equal((result.status, result.out), (1, b''), f'status and lines of {args}')


main()
