# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests of facts share: traced, recorded and replayed runs of the workloads of facts_log.h."""

import contextlib
from collections import Counter
from typing import NamedTuple

from facts import compare_facts, unknown_statuses
from facts_log import FactsTruth
from json_lines import Exec, parse
from live import (ROOMY, no_problems, note, run, run_tool, scratch, tells_codes_of_32_bits, tool,
                  unnamed_here, workload, workload_dir)

WORKLOADS = ('images_workload', 'ends_workload')
SHOWN_PROBLEMS = 30
# From the stack's auxiliary vector, which a small dump may not reach.
CREDENTIALS = ('uid', 'euid', 'gid', 'egid', 'secure')
# Enough for the pointers to all arguments of the workload, and what is behind them.
POINTERS = ('--arg-bytes', 16384)


class Traced(NamedTuple):
    out: bytes
    events: list
    truth: FactsTruth

    def must_agree(self, may_miss=()):
        no_problems(compare_facts(self.truth, self.events, (*may_miss, *unnamed_here()))
                    [:SHOWN_PROBLEMS])
        return self


def load_truth(log):
    """What a workload logged, less what this host's kernel shows nobody."""
    truth = FactsTruth.load(log)
    for process in truth.processes.values():
        process.silent |= process.has_32_bit_calls() and not tells_codes_of_32_bits()
    return truth


def trace(program, *options, steps=(), command=(), prefix=()):
    """Trace a workload as COMMAND, below another one if given; PREFIX as in recording()."""
    with workload_dir() as (log, work):
        result = run([*prefix, tool(), '-q', *ROOMY, '-F', 'json', *POINTERS, *options, '--', *command,
                      program, log, work, *steps]).must_succeed()
        return Traced(result.out, parse(result.out), load_truth(log))


@contextlib.contextmanager
def recording(name, steps=(), options=(), prefix=()):
    """Record a workload: the capture and the truth. PREFIX is how to run the recorder."""
    with workload_dir() as (log, work), scratch() as directory:
        capture = directory / 'capture'
        run([*prefix, tool(), 'record', '-q', '-x', *ROOMY, *POINTERS, *options, '-o', capture, '--',
             workload(name), log, work, *steps]).must_succeed()
        yield capture, load_truth(log)


def replay(capture, *options):
    return run_tool('replay', '-q', '-F', 'json', *options, capture).must_succeed().out


# ---- what is worth telling of them ---------------------------------------------------------------

def tell_unknown(traced):
    processes = unknown_statuses(traced.truth, traced.events)
    if processes:
        codes = Counter(tuple(sorted(process.codes)) for process in processes)
        note(f'{len(processes)} ends unknown; codes of their threads: {dict(codes)}')


def execs(events):
    return [event for event in events if isinstance(event, Exec)]


def tell_complete(traced):
    found = execs(traced.events)
    note(f'{sum(event.argv_complete for event in found)} of {len(found)} argvs are complete')


def tell_skipped(traced):
    for step, reason in traced.truth.skipped.items():
        note(f'not tried: {step}: {reason}')
