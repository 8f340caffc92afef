#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
A run with tracepoints leaves closing them to a child, which ends soon after it; other runs leave
nobody.
"""

import ctypes
import os
import subprocess

from live import Skip, equal, main, run_tool, scratch, tool, tracing_test

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise Skip('no orphans can be adopted here')


def orphans():
    """The statuses of those left, once they have ended."""
    statuses = []
    while True:
        try:
            statuses.append(os.waitstatus_to_exitcode(os.wait()[1]))
        except ChildProcessError:
            return statuses


@tracing_test
def closing_is_left_to_one_child():
    adopt_orphans()
    with scratch() as directory:
        for options in ([], ['-F', 'json'], ['-F', 'json', '--no-sandbox'],
                        ['record', '-o', directory / 'capture'],
                        ['record', '-x', '-o', directory / 'capture']):
            run_tool(*options, '--', 'true').must_succeed()
            equal(orphans(), [0], f'what {options} left')


@tracing_test
def in_a_pid_namespace_nobody_is_left():
    # PID 1 there is a shell.
    script = f'{tool()} -q -F json -- true >&2; cat /proc/[0-9]*/comm'
    run = subprocess.run(['unshare', '-mpf', '--mount-proc', 'sh', '-c', script], check=True,
                         capture_output=True, text=True)
    equal([name for name in run.stdout.split() if name not in ('sh', 'cat')], [], 'who is left')


@tracing_test
def without_tracepoints_nobody_is_left():
    adopt_orphans()
    with scratch() as directory:
        capture = directory / 'capture'
        run_tool('record', '-o', capture, '--', 'true').must_succeed()
        orphans()
        for options in (['replay', capture], ['-b', 'sideband', '--', 'true']):
            run_tool(*options).must_succeed()
            equal(orphans(), [], f'what {options} left')


main()
