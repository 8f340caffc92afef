# SPDX-License-Identifier: GPL-2.0-or-later
"""What tracers take while nothing happens: wake-ups and CPU time a second."""

import os
import shutil
import signal
import time

from processes import await_end, cpu_seconds, forks_of_host, sleeps, start
from tables import Table, keyed
from tracers import TRACEPOINTS

OURS = {
    "plain": ["--stream"], "json": ["--stream", "-F", "json"],
    "-x -T": ["--stream", "-x", "-T"], "record": ["record"], "record -x": ["record", "-x"],
}
PERF = "perf record"
PATIENCE_S = 20
SETTLE_S = 0.5
POLL_S = 0.05
TRACED = {"task": "a task that sleeps", "host": "the whole host"}


class Failed(Exception):
    """The tracer does not work here; the text says why."""


def command(options, directory, mode, pid):
    """Tracing PID, or the host for None."""
    output = ["-o", directory / "output"]
    target = ["-t", str(pid)] if pid else []
    if mode == PERF:
        events = [word for event in TRACEPOINTS for word in ("-e", event)]
        return ["perf", "record", "-B", *output, *events, *(target or ["-a"])]
    return [os.path.join(options.build, "perf_exec_trace"), *OURS[mode], *output, *target]


def open_events(pid):
    """How many perf events PID has open."""
    path = f"/proc/{pid}/fd"
    return sum("perf_event" in os.readlink(os.path.join(path, fd)) for fd in os.listdir(path))


def await_events(process, errors):
    """Until it has opened all its events."""
    deadline = time.monotonic() + PATIENCE_S
    before = 0
    while time.monotonic() < deadline:
        if process.poll() is not None:
            lines = errors.read_text(errors="replace").strip().splitlines()
            raise Failed(lines[-1] if lines else f"status {process.returncode}")
        try:
            count = open_events(process.pid)
        except FileNotFoundError:
            continue
        if count and count == before:
            return
        before = count
        time.sleep(POLL_S)
    raise Failed("it opened no perf events")


def watch(argv, seconds, errors):
    """(wake-ups, CPU ms) of the process that ARGV starts, both a second."""
    with open(errors, "wb") as stderr:
        process = start(argv, stderr=stderr)
    try:
        await_events(process, errors)
        time.sleep(min(SETTLE_S, seconds))
        began, slept, taken = time.monotonic(), sleeps(process.pid), cpu_seconds(process.pid)
        time.sleep(seconds)
        slept, taken = sleeps(process.pid) - slept, cpu_seconds(process.pid) - taken
        wall = time.monotonic() - began
        process.send_signal(signal.SIGINT)
        await_end(process)
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
    return slept / wall, taken / wall * 1000


def measure_mode(options, directory, mode, sleeper):
    row = {"mode": mode}
    for target, pid in (("task", sleeper), ("host", None)):
        argv = command(options, directory, mode, pid)
        wakeups, cpu_ms = watch(argv, options.duration, directory / "errors")
        row |= {f"{target}_wakeups": wakeups, f"{target}_cpu_ms": cpu_ms}
    return row


COLUMNS = [keyed("", "mode")]
for name, text in TRACED.items():
    COLUMNS += [keyed(f"{text}: wake-ups/s", f"{name}_wakeups", ".1f"),
                keyed("CPU ms/s", f"{name}_cpu_ms", ".2f"),
                keyed("times perf record", f"{name}_ratio", ".1f")]


def add_ratios(rows):
    perf = next((row for row in rows if row["mode"] == PERF), None)
    for row in rows if perf else []:
        for name in TRACED:
            if perf[f"{name}_cpu_ms"]:
                row[f"{name}_ratio"] = row[f"{name}_cpu_ms"] / perf[f"{name}_cpu_ms"]


def measure(options, directory, say):
    rows, notes = [], []
    forks, began = forks_of_host(), time.monotonic()
    with start([os.path.join(options.build, "bench", "tiny"), "wait"]) as sleeper:
        for mode in [*OURS, PERF]:
            say(mode)
            try:
                if mode == PERF and not shutil.which("perf"):
                    raise Failed("not installed")
                rows.append(measure_mode(options, directory, mode, sleeper.pid))
            except Failed as reason:
                notes.append(f"{mode}: {reason}")
        sleeper.kill()
    rate = (forks_of_host() - forks) / (time.monotonic() - began)
    add_ratios(rows)
    notes.append(f"the host started {rate:.1f} tasks a second meanwhile")
    table = Table("modes", f"Wake-ups and CPU time a second, each over {options.duration:g} s; "
                  "times perf record: its CPU time", COLUMNS, rows)
    return {"duration": options.duration, "forks_per_second": rate}, [table], notes, True
