# SPDX-License-Identifier: GPL-2.0-or-later
"""How the cost of an event grows with live tasks and with CPUs, and memory with tasks and with the
length of a capture."""

import array
import contextlib
import fcntl
import os
import subprocess
import termios
import time

from offline import FIXTURE, EVENTS_OF_FIXTURE
from captures import repeat
from processes import await_end, cpu_seconds, peak_until_end, resident_kib, start
from synthetic import INIT, Synthetic
from tables import Table, keyed

VIEWS = {"pipe": [], "-f -p": ["-f", "-p", str(INIT)], "json": ["-F", "json"]}
CPUS = (1, 8, 64, 512)
FIRST_PID = 1000
EVENTS_PER_LIFE = 3
PIPE_SIZE = 1 << 20
POLL_S = 0.001
SAME_POLLS = 5


class Failed(Exception):
    """A replay ended before its capture; the text says how."""


class Replay:
    """A replay that reads what is fed to it through a pipe."""

    def __init__(self, options, view):
        tool = os.path.join(options.build, "perf_exec_trace")
        self.process = start([tool, "replay", "-q", "--all", *VIEWS[view], "-"],
                             stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        with contextlib.suppress(PermissionError):  # it only saves wake-ups
            fcntl.fcntl(self.process.stdin, fcntl.F_SETPIPE_SZ, PIPE_SIZE)

    def feed(self, path):
        """Let it read the file at PATH, and wait until it waits for more."""
        try:
            with open(path, "rb", buffering=0) as file:
                while block := file.read(PIPE_SIZE):
                    self.process.stdin.write(block)
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Failed(self.process.stderr.read().decode(errors="replace").strip()) from error
        self.await_idle()

    def unread(self):
        count = array.array("i", [0])
        fcntl.ioctl(self.process.stdin, termios.FIONREAD, count)
        return count[0]

    def await_idle(self):
        same, before = 0, None
        while same < SAME_POLLS:
            time.sleep(POLL_S)
            state = (self.unread(), self.cpu_s())
            same = same + 1 if state == before and state[0] == 0 else 0
            before = state

    def cpu_s(self):
        return cpu_seconds(self.process.pid)

    def resident_kib(self):
        return resident_kib(self.process.pid)

    def end(self):
        self.process.stdin.close()
        with self.process.stderr:
            said = self.process.stderr.read()
        if self.process.wait() != 0:
            raise Failed(said.decode(errors="replace").strip())


def write(path, *parts):
    with open(path, "wb") as file:
        for part in parts:
            file.writelines(part)


def write_captures(directory, tasks, events, cpus=1):
    """What is there at first, and then what comes and goes."""
    capture = Synthetic(cpus)
    lives = events // EVENTS_PER_LIFE
    first = list(range(FIRST_PID, FIRST_PID + tasks))
    write(directory / "tasks", [capture.start], capture.forks(first))
    write(directory / "churn",
          capture.churn(range(FIRST_PID + tasks, FIRST_PID + tasks + lives), first))
    return lives * EVENTS_PER_LIFE


def replay_once(options, directory, view, events):
    """(ns per event of the churn, KiB resident before it)"""
    replay = Replay(options, view)
    try:
        replay.feed(directory / "tasks")
        resident, before = replay.resident_kib(), replay.cpu_s()
        replay.feed(directory / "churn")
        taken = replay.cpu_s() - before
        replay.end()
    finally:
        if replay.process.poll() is None:
            replay.process.kill()
            replay.process.wait()
    return taken / events * 1e9, resident


def replay_all(options, directory, views, events):
    """{view: (ns per event, the best of the rounds; KiB resident)}, in turn."""
    runs = {view: [] for view in views}
    for _ in range(options.rounds):
        for view in views:
            runs[view].append(replay_once(options, directory, view, events))
    return {view: (min(ns for ns, _ in done), min(kib for _, kib in done))
            for view, done in runs.items()}


def measure_tasks(options, directory, say):
    rows = []
    for tasks in options.tasks:
        say(f"{tasks} live tasks")
        events = write_captures(directory, tasks, options.churn)
        row = {"tasks": tasks}
        for view, (ns, kib) in replay_all(options, directory, VIEWS, events).items():
            first = rows[0] if rows else {f"{view} ns": ns}
            row |= {f"{view} ns": ns, f"{view} KiB": kib,
                    f"{view} ratio": ns / first[f"{view} ns"]}
            if rows:
                more = tasks - first["tasks"]
                row[f"{view} bytes"] = (kib - first[f"{view} KiB"]) * 1024 / more
        rows.append(row)
    columns = [keyed("live tasks", "tasks", ",")]
    for view in VIEWS:
        columns += [keyed(f"{view}: ns/event", f"{view} ns", ".0f"),
                    keyed("times the first", f"{view} ratio", ".2f"),
                    keyed("bytes/task", f"{view} bytes", ".0f")]
    return Table("tasks", "CPU time of an event, and resident bytes of a live task more "
                 f"(replay of {options.churn:,} events: a process starts, execs, and any of the "
                 f"live ones ends; best of {options.rounds} in turn)", columns, rows)


def measure_cpus(options, directory, say):
    rows = []
    for cpus in CPUS:
        say(f"{cpus} CPUs")
        events = write_captures(directory, options.tasks[0], options.churn, cpus)
        ns, _ = replay_all(options, directory, ["pipe"], events)["pipe"]
        rows.append({"cpus": cpus, "ns": ns, "ratio": ns / (rows[0]["ns"] if rows else ns)})
    return Table("cpus", "CPU time of an event of a capture of so many CPUs, plain lines",
                 [keyed("CPUs", "cpus", ","), keyed("ns/event", "ns", ".0f"),
                  keyed("times the first", "ratio", ".2f")], rows)


def replay_file(options, path):
    """(CPU seconds, peak KiB)"""
    argv = [os.path.join(options.build, "perf_exec_trace"), "replay", "-q", path]
    with start(argv) as process:
        peak = peak_until_end(process)
        taken = await_end(process)
    if process.returncode != 0:
        raise Failed(f"replay: status {process.returncode}")
    return taken, peak


def measure_sizes(options, directory, say):
    rows = []
    sizes = [(size, True) for size in options.sizes] + [(options.sizes[-1], False)]
    for size, rounds in sizes:
        say(f"a capture of {size} events")
        path = directory / "capture"
        events = repeat(FIXTURE, -(-size // EVENTS_OF_FIXTURE), path, rounds=rounds)
        taken, peak = replay_file(options, path)
        rows.append({"events": events, "rounds": rounds, "bytes": path.stat().st_size,
                     "ns": taken / events * 1e9, "peak_kib": peak})
        path.unlink()
    columns = [keyed("events", "events", ","), keyed("rounds", "rounds_text"),
               keyed("MiB", "mib", ",.0f"), keyed("ns/event", "ns", ".0f"),
               keyed("RSS KiB at most", "peak_kib", ",")]
    for row in rows:
        row |= {"rounds_text": "many" if row["rounds"] else "one", "mib": row["bytes"] / 2 ** 20}
    return Table("sizes", "Plain lines of long captures; what has one round only has to be kept "
                 "until its end", columns, rows)


def measure(options, directory, say):
    tables = [part(options, directory, say)
              for part in (measure_tasks, measure_cpus, measure_sizes)]
    return {"churn": options.churn, "rounds": options.rounds}, tables, [], True
