# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of a host as it never was, as `perf record -o -` streams them: so many live tasks, so
many CPUs. The records are those of a real capture, with other tasks, times and CPUs in them."""

import random
import re
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "live"))

from captures import CAPTURES, FINISHED_ROUND, HEADER, SAMPLE, USER_TYPES  # noqa: E402

STREAM = CAPTURES / "amd64-6.18.44" / "pipe.data"
STREAM_HEAD = 16
TRACING_DATA = 66
COMM, EXIT, FORK = 3, 4, 7
COMM_EXEC = 1 << 13  # misc of a COMM that an exec caused
# Of a sample, from its start; see captures.py. Raw data begins behind their size.
SAMPLE_ID, SAMPLE_TID, SAMPLE_TIME, SAMPLE_CPU, SAMPLE_RAW = 8, 24, 32, 40, 60
# Of the trailer of other records, from their end: TID, TIME, CPU, IDENTIFIER.
TRAILER_TID, TRAILER_TIME, TRAILER_CPU = -32, -24, -16
# Of the tracepoints' raw data: where the tids are.
RAW_FORK, RAW_EXEC, RAW_EXIT = (12, 20), (12, 16), (24,)
INIT = 1
ROUND = 1000  # processes
STEP_NS = 10000

# One program for all.
NAME = re.compile(rb"\Wsh\0")

WORD, TIME = struct.Struct("<i"), struct.Struct("<Q")


def stream_records(data):
    """(type, offset, size) of each record of a stream, tracing data included."""
    at = STREAM_HEAD
    while at < len(data):
        kind, _, size = HEADER.unpack_from(data, at)
        if kind == TRACING_DATA:
            size += -(-struct.unpack_from("<I", data, at + HEADER.size)[0] // 8) * 8
        yield kind, at, size
        at += size


def is_of_exec(record):
    """Not a COMM that something else has caused."""
    kind, misc, _ = HEADER.unpack_from(record)
    return kind != COMM or bool(misc & COMM_EXEC)


class Template:
    """A record to be filled with tasks, a time and a CPU."""

    def __init__(self, record, tids, time, cpu):
        self.record = bytearray(record)
        self.tids = tids  # offsets, each with the index of its task
        self.time, self.cpu = time % len(record), cpu % len(record)

    def filled(self, tasks, time, cpu):
        for at, index in self.tids:
            WORD.pack_into(self.record, at, tasks[index])
        TIME.pack_into(self.record, self.time, time)
        WORD.pack_into(self.record, self.cpu, cpu)
        return bytes(self.record)


def sample_template(record, raw):
    """RAW: the offsets of tids in its raw data, each with the index of its task."""
    tids = [(SAMPLE_TID, 0), (SAMPLE_TID + 4, 0)] + [(SAMPLE_RAW + at, index) for at, index in raw]
    return Template(record, tids, SAMPLE_TIME, SAMPLE_CPU)


def other_template(record, tids):
    end = len(record) + TRAILER_TID
    return Template(record, [*tids, (end, 0), (end + 4, 0)], TRAILER_TIME, TRAILER_CPU)


class Templates:
    """Of all that happens in the life of a process. Their tasks are (whose it is, the other)."""

    def __init__(self, data):
        ids, first = [], {}
        for kind, at, size in stream_records(data):
            if kind == USER_TYPES:  # an event: attributes, then its ids
                attr_size = struct.unpack_from("<I", data, at + 12)[0]
                ids.append(set(struct.unpack_from(f"<{(size - 8 - attr_size) // 8}Q", data,
                                                  at + 8 + attr_size)))
            record = data[at:at + size]
            if kind == SAMPLE:
                its = TIME.unpack_from(record, SAMPLE_ID)[0]
                kind = ("fork", "exec", "exit")[next(i for i, of in enumerate(ids) if its in of)]
            if kind in (FORK, EXIT) or NAME.search(record) and is_of_exec(record):
                first.setdefault(kind, record)
        self.fork = sample_template(first["fork"], zip(RAW_FORK, (0, 1)))
        self.exec = sample_template(first["exec"], zip(RAW_EXEC, (0, 0)))
        self.exit = sample_template(first["exit"], zip(RAW_EXIT, (0,)))
        # pid, parent's pid, tid, parent's tid; the trailer of a FORK is of the parent.
        self.side_fork = other_template(first[FORK], [(8, 1), (12, 0), (16, 1), (20, 0)])
        self.side_exit = other_template(first[EXIT], [(8, 0), (12, 1), (16, 0), (20, 1)])
        self.comm = other_template(first[COMM], [(8, 0), (12, 0)])


class Synthetic:
    """Writes a stream, in rounds, in which CPUs come one after the other."""

    def __init__(self, cpus=1):
        data = STREAM.read_bytes()
        self.templates = Templates(data)
        self.start = data[:STREAM_HEAD] + b"".join(
            data[at:at + size] for kind, at, size in stream_records(data)
            if kind >= USER_TYPES and kind != FINISHED_ROUND)
        self.time = 10 ** 12
        self.cpus = cpus
        self.turn = 0
        self.random = random.Random(1)  # the same in every run
        self.per_cpu = [[] for _ in range(cpus)]

    def _add(self, *filled):
        """One moment of one process: on one CPU."""
        cpu = self.turn % self.cpus
        for template, tasks in filled:
            self.time += STEP_NS // len(filled)
            self.per_cpu[cpu].append(template.filled(tasks, self.time, cpu))
        self.turn += 1

    def _rounds(self, processes, add):
        """ADD adds what happens for each process. A round is written when it is full."""
        for index, pid in enumerate(processes, 1):
            add(pid)
            if index % ROUND == 0:
                yield self._end_round()
        # Records up to the newest of a round are shown at the end of the next.
        yield self._end_round() + self._end_round()

    def _end_round(self):
        text = b"".join(b"".join(records) for records in self.per_cpu)
        for records in self.per_cpu:
            records.clear()
        return text + HEADER.pack(FINISHED_ROUND, 0, HEADER.size)

    def _fork(self, pid):
        made = self.templates
        self._add((made.side_fork, (INIT, pid)), (made.fork, (INIT, pid)))

    def _exec(self, pid):
        made = self.templates
        self._add((made.comm, (pid, pid)), (made.exec, (pid, pid)))

    def _exit(self, pid):
        made = self.templates
        self._add((made.exit, (pid, pid)), (made.side_exit, (pid, INIT)))

    def _replace(self, pid, tasks):
        self._fork(pid)
        self._exec(pid)
        at = self.random.randrange(len(tasks))
        self._exit(tasks[at])
        tasks[at] = pid

    def forks(self, processes):
        """Yield records of PROCESSES (pids) that are started and stay; their events are as many."""
        return self._rounds(processes, self._fork)

    def churn(self, processes, tasks):
        """Yield records of PROCESSES that are started and exec, each of which is followed by the
        end of any one of TASKS, a list in which it takes its place; three events each."""
        return self._rounds(processes, lambda pid: self._replace(pid, tasks))
