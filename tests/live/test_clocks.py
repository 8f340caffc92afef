#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clocks that are not what they seem: time namespaces, and a wall clock that is set meanwhile."""

import datetime
import json
import os
import sys
import tempfile
from pathlib import Path

from live import (Background, Skip, equal, expect, main, need_program, need_root, run, tool,
                  tracing_test)

HOUR = 3600
# CLOCK_REALTIME is an hour further as soon as the file is there, and a timer that would tell so is
# a FIFO. No clock is set.
STEPPED_CLOCK = r'''
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *time)
{
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(clock, time);
    if (clock == CLOCK_REALTIME && access(STEPPED, F_OK) == 0)
        time->tv_sec += 3600;
    return code;
}
int timerfd_create(int clock, int flags)
{
    return clock == CLOCK_REALTIME && flags == (TFD_CLOEXEC | TFD_NONBLOCK) ?
           open(TIMER, O_RDWR | O_CLOEXEC | O_NONBLOCK) : -1;
}
int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
    return flags == (TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET) ? 0 : -1;
}
'''
# Between the step and the second exec nothing happens that would have the clocks looked at, unless
# other processes are busy.
STEPPING_COMMAND = '''
import os, sys, time
stepped, timer = sys.argv[1:]
os.spawnl(os.P_WAIT, '/bin/true', 'before')
time.sleep(0.2)
open(stepped, 'w').close()
with open(timer, 'r+b', 0) as fifo:
    fifo.write(bytes(8))
time.sleep(0.2)
os.execl('/bin/true', 'after')
'''


def in_time_namespace(offset):
    prefix = [need_program('unshare'), '-T', '--monotonic', str(offset)]
    if run([*prefix, 'true']).status != 0:
        raise Skip('this host makes no time namespace')
    return prefix


def objects(out):
    return [json.loads(line) for line in out.splitlines()]


def wall(item):
    whole, rest = item['time'].rstrip('Z').split('.')
    moment = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp() + float('0.' + rest)


def expect_young(items, what):
    for item in items:
        expect(item['age_ns'] and item['age_ns'] < 60e9, f'{what}: age {item["age_ns"]}')


def expect_now(items, before, what):
    after = datetime.datetime.now().timestamp()
    for item in items:
        expect(before - 1 <= wall(item) <= after + 1, f'{what}: {item["time"]} is not now')


@tracing_test
def lines_come_live_in_a_time_namespace():
    need_root()
    for offset in (-1000, 100000):
        if not Path('/proc/self/timens_offsets').exists():
            raise Skip('this kernel has no time namespaces')
        before = datetime.datetime.now().timestamp()
        with Background([*in_time_namespace(offset), tool(), '-q', '-F', 'json', '-T', '--',
                         'sh', '-c', 'read -r line; exit 3'], stdin=-1) as trace:
            trace.wait_line(lambda line: b'"exec"' in line, 'the EXEC while COMMAND runs')
            trace.process.stdin.write(b'\n')
            trace.process.stdin.close()
            result = trace.finish()
        equal(result.status, 3, 'status')
        expect_now(objects(result.out), before, f'offset {offset}')
        expect_young(objects(result.out), f'offset {offset}')


@tracing_test
def captures_tell_the_wall_clock_of_a_time_namespace():
    need_root()
    with tempfile.TemporaryDirectory() as directory:
        capture = Path(directory) / 'capture'
        before = datetime.datetime.now().timestamp()
        run([*in_time_namespace(-1000), tool(), 'record', '-q', '-x', '-o', capture, '--',
             'true']).must_succeed()
        items = objects(run([tool(), 'replay', '-q', '-F', 'json', '-T', capture]).out)
    expect(items, 'no events')
    expect_now(items, before, 'replayed')
    expect_young(items, 'replayed')


def stepping(directory):
    """What runs the tool with a wall clock that COMMAND sets, and that COMMAND."""
    stepped, timer = Path(directory) / 'stepped', Path(directory) / 'timer'
    source, library = Path(directory) / 'clock.c', Path(directory) / 'clock.so'
    source.write_text(STEPPED_CLOCK, 'ascii')
    run([need_program('cc'), '-shared', '-fPIC', f'-DSTEPPED="{stepped}"', f'-DTIMER="{timer}"',
         '-o', library, source, '-ldl']).must_succeed()
    os.mkfifo(timer)
    return (['env', f'LD_PRELOAD={library}', tool()],
            ['env', '-u', 'LD_PRELOAD', sys.executable, '-c', STEPPING_COMMAND, stepped, timer])


def expect_step(items):
    before, after = ((wall(item), item['time_ns'] / 1e9) for item in items
                     if item['type'] == 'exec' and item['filename'] == '/bin/true')
    passed = after[1] - before[1]
    equal(round(after[0] - before[0] - passed), HOUR, 'seconds of the step')


def must_run(args):
    result = run(args)
    if b'ASan runtime' in result.err:
        raise Skip('AddressSanitizer takes no preloaded library')
    return result.must_succeed()


@tracing_test
def events_have_the_wall_time_that_was_right_then():
    need_root()
    with tempfile.TemporaryDirectory() as directory:
        preloaded, command = stepping(directory)
        result = must_run([*preloaded, '--no-sandbox', '-q', '-F', 'json', '-T', '--', *command])
    expect_step(objects(result.out))


@tracing_test
def captures_have_the_steps_of_the_wall_clock():
    need_root()
    with tempfile.TemporaryDirectory() as directory:
        capture = Path(directory) / 'capture'
        preloaded, command = stepping(directory)
        must_run([*preloaded, 'record', '--no-sandbox', '-q', '-x', '-o', capture, '--', *command])
        result = run([tool(), 'replay', '-q', '-F', 'json', '-T', capture]).must_succeed()
    expect_step(objects(result.out))


main()
