#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Loads as fast as the machine can, with default settings: every event, none lost, in order."""

import os
import shutil
import subprocess

from lines import parse
from live import (equal, main, no_problems, note, run_tool, sanitized, scratch, tracing_test,
                  workload, workload_dir)
from truth import Truth, compare_command

WORKERS = 2
SHRINK = 10  # under sanitizers the reader is so much slower than what it reads


def tiny_program(directory):
    """A static program that does nothing; /bin/true where none can be built."""
    source, program = directory / 'tiny.c', directory / 'tiny'
    source.write_text('int main(void)\n{\n\treturn 0;\n}\n')
    compiler = os.environ.get('CC') or shutil.which('cc') or shutil.which('gcc')
    if compiler:
        built = subprocess.run([*compiler.split(), '-O2', '-static', '-o', program, source],
                               capture_output=True, check=False)
        if built.returncode == 0:
            return program
    return shutil.which('true')


def survives(mode, count, *extra):
    """Trace a load into a file: all of it must be there."""
    if sanitized():
        count //= SHRINK
    with workload_dir() as (log, work):
        trace = work / 'trace'
        result = run_tool('-o', trace, '--', workload(), mode, log, WORKERS, count, *extra,
                          timeout=300).must_succeed()
        summary, items, truth = result.summary(), parse(trace.read_bytes()), Truth.load(log)
    note(result.err_text().strip())
    equal(summary.lost, 0, 'losses with default settings')
    problems = compare_command(truth, items)
    no_problems(problems)
    summary.agrees_with(items)


@tracing_test
def spawns():
    with scratch() as directory:
        survives('spawn', 10000, tiny_program(directory))


@tracing_test
def threads():
    survives('threads', 50000)


main()
