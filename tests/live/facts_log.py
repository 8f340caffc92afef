# SPDX-License-Identifier: GPL-2.0-or-later
"""What workloads know and log beyond events and names: facts_log.h."""

import os
import sys
from typing import NamedTuple

from truth import ExecFact, ExitFact, ForkFact, Truth, parse_fact, text


class Image(NamedTuple):
    """A program, as it found itself executed."""
    filename: bytes
    argv: tuple
    env: tuple
    uid: int
    euid: int
    gid: int
    egid: int
    secure: bool


class Known(NamedTuple):
    """A fact, and what its process was when it happened."""
    fact: tuple
    process: 'Process'
    images: int  # how many execs of the process came before


class Process:
    """What a log tells of one process."""

    def __init__(self, pid):
        self.pid = pid
        self.parent, self.parent_images, self.parent_comm = None, 0, None
        self.images = []
        self.threads = set()
        self.status, self.killer, self.flags, self.own_cgroup = None, None, None, None
        self.oom = False
        self.silent = False  # the kernel tells nobody but its parent how it ended
        self.calls_32 = False  # ends by a system call of 32-bit programs
        self.loose = False  # other threads than the first are not logged
        self.codes = set()  # with which its threads left by themselves
        self.last_name = None

    def image(self, count=None):
        """The program that runs after COUNT execs of its own (None: after all)."""
        count = len(self.images) if count is None else count
        if count > 0:
            return self.images[count - 1]
        return self.parent.image(self.parent_images) if self.parent else None

    def cgroup(self):
        if self.own_cgroup is not None or not self.parent:
            return self.own_cgroup
        return self.parent.cgroup()

    def has_32_bit_calls(self):
        return self.calls_32 or bool(self.parent) and self.parent.has_32_bit_calls()

    def ancestors(self):
        """(pid, name when it forked), nearest first, up to where the workload starts."""
        process = self
        while process.parent:
            yield process.parent.pid, process.parent_comm
            process = process.parent

    def may_be_unknown(self):
        """Its threads left with different codes: which one counts, what is seen does not always tell."""
        exited = not os.WIFSIGNALED(self.status)
        return self.loose or self.silent or exited and self.codes != {os.WEXITSTATUS(self.status)}


# ---- the log -------------------------------------------------------------------------------------

def strings(field):
    return tuple(bytes.fromhex(field).split(b'\0')[:-1]) if field != '-' else ()


class FactsTruth:
    """A log of facts_log.h."""

    def __init__(self, lines):
        self.root_ppid = None
        self.long_bits = 64 if sys.maxsize > 2 ** 32 else 32  # of the kernel
        self.known, self.processes, self.skipped = [], {}, {}
        self.filenames = {}
        words = [line.split() for line in lines]
        self.thread_parents = {int(line[2]): int(line[1]) for line in words
                               if line[0] == 'FORK' and line[3] == 'thread'}
        for line in words:
            self.read(line[0], line[1:])

    @classmethod
    def load(cls, path):
        with open(path, encoding='ascii') as log:
            return cls(log)

    def tgid(self, tid):
        while tid in self.thread_parents:
            tid = self.thread_parents[tid]
        return tid

    def process(self, tid):
        tgid = self.tgid(tid)
        return self.processes.setdefault(tgid, Process(tgid))

    def read(self, kind, rest):
        if kind in ('FORK', 'EXEC', 'EXIT'):
            self.read_event(parse_fact([kind, *rest]))
        elif kind == 'SKIP':
            self.skipped[rest[0]] = ' '.join(rest[1:])
        elif kind == 'FAULT':
            raise AssertionError('the workload itself failed: ' + ' '.join(rest))
        elif kind != 'MARK':
            getattr(self, 'read_' + kind.lower())(self.process(int(rest[0])), rest[1:])

    def read_event(self, fact):
        process = self.process(fact.parent if isinstance(fact, ForkFact) else fact.pid)
        self.known.append(Known(fact, process, len(process.images)))
        if isinstance(fact, ExecFact):
            self.filenames[process.pid] = fact.filename
        elif isinstance(fact, ExitFact):
            process.last_name = fact.comm
            if fact.how == 'code':
                process.codes.add(fact.value)
        elif fact.kind == 'thread':
            process.threads.add(fact.child)
        else:
            child = self.process(fact.child)
            child.parent, child.parent_images = process, len(process.images)
            child.parent_comm = fact.comm

    def read_image(self, process, rest):
        *ids, secure = map(int, rest[2:])
        process.images.append(Image(self.filenames[process.pid], strings(rest[0]), strings(rest[1]),
                                    *ids, secure=bool(secure)))

    def read_status(self, process, rest):
        process.status = int(rest[0])
        if process.killer is None:
            process.killer = int(rest[1])

    @staticmethod
    def read_killer(process, rest):
        process.killer = int(rest[0])

    @staticmethod
    def read_loose(process, _):
        process.loose = True

    @staticmethod
    def read_calls32(process, _):
        process.calls_32 = True

    @staticmethod
    def read_silent(process, _):
        process.silent = True

    @staticmethod
    def read_oom(process, _):
        process.oom = True

    @staticmethod
    def read_flags(process, rest):
        process.flags = frozenset(rest[0].split(','))

    @staticmethod
    def read_cgroup(process, rest):
        process.own_cgroup = text(rest[0])

    def read_parent(self, _, rest):
        self.root_ppid = int(rest[0])

    def events(self):
        """The same log as the lines of the pipe format are held against."""
        return Truth(known.fact for known in self.known)

    def where(self, wanted):
        """The facts for which WANTED(known) holds."""
        return [known for known in self.known if wanted(known)]
