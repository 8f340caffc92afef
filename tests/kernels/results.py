# SPDX-License-Identifier: GPL-2.0-or-later
"""What the steps of a guest left, and the truth to hold it against."""

import sys
from functools import cached_property
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'live'))

# pylint: disable=wrong-import-position
import json_lines
import lines
from facts_log import FactsTruth
from truth import Truth


class Missing(Exception):
    """A step that did not come to its end."""


class Step:
    """The files of one step."""

    def __init__(self, directory):
        if not (directory / 'status').exists():
            raise Missing(f'{directory.name} was not reached')
        self.name, self.directory = directory.name, directory

    def read(self, name):
        return (self.directory / name).read_bytes()

    def text(self, name):
        return self.read(name).decode('utf-8', 'backslashreplace').strip()

    def has(self, name):
        return (self.directory / name).exists()

    @property
    def status(self):
        return int(self.text('status'))

    @property
    def out(self):
        return self.read('out')

    def lines(self):
        return lines.parse(self.out)

    def events(self, name='out'):
        return json_lines.parse(self.read(name))

    def truth(self):
        return Truth.load(self.directory / 'log')


class Results:
    """All steps of a guest."""

    def __init__(self, directory, bits, tool):
        self.directory, self.bits = directory, bits
        self.tool = tool  # this machine's own

    def step(self, name):
        return Step(self.directory / name)

    def release(self):
        path = self.directory / 'host' / 'release'
        return path.read_text(encoding='ascii').strip() if path.exists() else '?'

    def lockdown(self):
        """The levels that the kernel knows."""
        return self.step('host').text('lockdown')

    @cached_property
    def check(self):
        """What `check` says of the guest, to root."""
        return Verdicts(self.step('host'))

    def facts_truth(self, step):
        """A step's log, less what this kernel shows nobody."""
        truth = FactsTruth.load(step.directory / 'log')
        truth.long_bits = self.bits
        for process in truth.processes.values():
            process.silent |= (process.has_32_bit_calls()
                               and not self.check.tells_codes_of_32_bits())
            process.silent |= self.tells_of_leaders_alone() and bool(process.threads)
        return truth

    def tells_of_leaders_alone(self):
        """Before Linux 5.17 taskstats has no status of a process that its first thread left early."""
        return self.version() < (5, 17)

    def version(self):
        """Major and minor of the kernel."""
        return tuple(map(int, self.release().split('.')[:2]))


class Verdicts:
    """The output of `check -F json`."""

    def __init__(self, step):
        self.rows = {row['what']: row for row in json_lines.load_line(step.out)['rows']}

    def found(self, what):
        return self.rows[what]['found']

    def works(self, backend):
        return self.rows[f'-b {backend}']['backend']['works']

    def tells_codes_of_32_bits(self):
        """The system calls' tracepoints, the last resort for exit codes, are those of 64 bits."""
        return 'from the system calls' not in self.found('exit status')
