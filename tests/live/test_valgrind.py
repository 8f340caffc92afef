#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live runs under valgrind's memcheck: no invalid access, no leak."""

import functools
import os
import signal
import tempfile

from live import (Background, Puppet, ROOMY, Skip, equal, expect, main, need_program, need_root,
                  no_problems, poke_until_seen, run, sanitized, scratch, tool, tracing_test,
                  with_tracefs, workload, workload_dir)
from lines import parse
from truth import Truth, compare_command

FOUND = 97
SCRATCH = tempfile.TemporaryDirectory(prefix='perf-exec-trace-test-')


@functools.lru_cache(maxsize=None)
def readable_tool():
    """The tool; without its debugging information where valgrind cannot read that of clang."""
    if b'debuginfo reader' not in run(['valgrind', '-q', tool(), '-V']).err:
        return tool()
    copy = os.path.join(SCRATCH.name, 'perf_exec_trace')
    run([need_program('strip'), '--strip-debug', '-o', copy, tool()]).must_succeed()
    return copy


def memcheck():
    """
    With tracefs mounted: valgrind does not know the system calls that mount it privately. Without
    the sandbox, which allows no calls that only valgrind makes.
    """
    need_root()
    if sanitized():
        raise Skip('a sanitized program does not run under valgrind')
    return [*with_tracefs(), need_program('valgrind'), '-q', f'--error-exitcode={FOUND}',
            '--leak-check=full', '--show-leak-kinds=definite,possible',
            '--errors-for-leak-kinds=definite,possible', '--num-callers=30', readable_tool(), '-q',
            '--no-sandbox']


def must_be_clean(result, status=0):
    equal((result.status, result.err_text()), (status, ''), 'status and what valgrind says')


@tracing_test
def trace_of_a_command_is_clean():
    with workload_dir() as (log, work), scratch() as directory:
        trace = directory / 'trace'
        result = run([*memcheck(), *ROOMY, '-o', trace, '--', workload(), 'all', log, work],
                     timeout=300)
        must_be_clean(result)
        no_problems(compare_command(Truth.load(log), parse(trace.read_bytes())))


@tracing_test
def trace_of_a_process_and_its_descendants_is_clean():
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            Background([*memcheck(), '--stream', '-f', '-p', puppet.pid]) as trace:
        poke_until_seen(puppet.poke, trace)
        puppet.burst(100)
        must_be_clean(trace.finish(signal.SIGINT))


@tracing_test
def failures_are_clean():
    for args, status in ((['-o', '/dev/full', '--', 'true'], 1), (['--', 'no-such-program'], 127),
                         (['--formats', '/', '--', 'true'], 1), (['-d', '61'], 2)):
        result = run([*memcheck(), *args], timeout=120)
        equal((result.status, len(result.err_lines())), (status, 1),
              f'status and lines for {args}: {result.err_text()}')


def memcheck_of_parent(*args):
    """Valgrind does not know the 32-bit calls by which children show what their exits look like."""
    *valgrind, program, _, _ = memcheck()
    return [*valgrind, '--child-silent-after-fork=yes', program, *args]


@tracing_test
def all_facts_are_clean():
    with workload_dir() as (log, work), scratch() as directory:
        trace = directory / 'trace'
        result = run(memcheck_of_parent('-q', '--no-sandbox', *ROOMY, '-F', 'json', '-o', trace,
                                        '--', workload('images_workload'), log, work),
                     timeout=300)
        must_be_clean(result)
        expect(trace.read_bytes().endswith(b'}\n'), 'no JSON')


@tracing_test
def check_is_clean():
    result = run(memcheck_of_parent('check'), timeout=120)
    equal((result.status, result.err), (0, b''), 'status and standard error')


main()
