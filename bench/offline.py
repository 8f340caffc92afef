# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast a capture is replayed into each view, beside `perf script` and the floor (floor.c)."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from processes import await_end, start
from tables import Table, keyed

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "live"))

from captures import CAPTURES, repeat  # noqa: E402

FIXTURE = CAPTURES / "amd64-6.18.44" / "file.data"
EVENTS_OF_FIXTURE = 477
VIEWS = {
    "pipe": [], "-x": ["-x"], "json": ["-F", "json"], "table": ["-F", "table"],
    "tree": ["-F", "tree"], "pipe -S": ["-F", "pipe", "-S"],
}
FLOORS = {"floor, by time": "time", "floor, as in the file": "file"}
PERF = "perf script"
EVENTS = 250000
TRIAL_EVENTS = 50 * EVENTS_OF_FIXTURE
LIMIT_S = 60
# Names may hold newlines, which perf prints as they are.
PERF_EVENT = re.compile(rb"sched:sched_process_(fork|exec|exit): .*? pid=(\d+) ", re.DOTALL)
LINE = re.compile(rb"^(FORK|EXEC|EXIT)\|\d+\|(\d+)\|", re.MULTILINE)


class Failed(Exception):
    """A program that is compared does not work here, or prints something else; the text says."""


def make_capture(events, path):
    """A real capture repeated until it has so many EVENTS; returns how many."""
    return repeat(FIXTURE, -(-events // EVENTS_OF_FIXTURE), path, maps=True)


def commands(build, capture):
    tool = Path(build) / "perf_exec_trace"
    made = {view: [tool, "replay", "-q", "--all", *args, capture] for view, args in VIEWS.items()}
    made |= {name: [Path(build) / "bench" / "floor", order, capture]
             for name, order in FLOORS.items()}
    return made | {PERF: ["perf", "script", "-i", capture]}


def run(name, argv, stdout=subprocess.DEVNULL):
    """CPU seconds."""
    with start(argv, stdout, subprocess.PIPE) as process:
        said = process.stderr.read()
        taken = await_end(process)
    if process.returncode != 0:
        raise Failed((said.decode(errors="replace").strip().splitlines() or ["it failed"])[-1])
    return taken


def output_of(name, argv, directory):
    path = directory / "output"
    with open(path, "wb") as output:
        run(name, argv, output)
    return path.read_bytes()


def events_of(text, pattern):
    """(type, pid) of each event."""
    return [(match[1].lower(), match[2]) for match in pattern.finditer(text)]


def same_as(name, text, lines):
    """Whether the output TEXT of NAME tells what the plain LINES do."""
    if name == PERF:
        return events_of(text, PERF_EVENT) == events_of(lines, LINE)
    if name == "floor, as in the file":
        return sorted(text.splitlines()) == sorted(lines.splitlines())
    return text == lines


class Offline:
    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.failed = {}  # name: why
        self.differing = []

    def check(self, argvs):
        """Leave out what does not work here, and note what prints something else."""
        lines = output_of("pipe", argvs["pipe"], self.directory)
        for name in [*FLOORS, PERF]:
            try:
                if name == PERF and not shutil.which("perf"):
                    raise Failed("not installed")
                if not same_as(name, output_of(name, argvs[name], self.directory), lines):
                    self.differing.append(name)
            except Failed as reason:
                self.failed[name] = str(reason)
        return len(events_of(lines, LINE))

    def measure(self, argvs, rounds):
        """{name: CPU seconds of each round}; in turn, and another one first in each round."""
        names = [name for name in argvs if name not in self.failed]
        taken = {name: [] for name in names}
        for turn in range(rounds):
            at = turn * len(names) // rounds
            for name in names[at:] + names[:at]:
                taken[name].append(run(name, argvs[name]))
        return taken

    def events_in_time(self, wanted):
        """As many of the WANTED events as there is time for, by a short trial."""
        capture = self.directory / "trial"
        argvs = commands(self.options.build, capture)
        make_capture(TRIAL_EVENTS, capture)
        self.check(argvs)
        began = time.monotonic()
        self.measure(argvs, 1)
        round_s = (time.monotonic() - began) * wanted / TRIAL_EVENTS
        self.failed, self.differing = {}, []
        return max(EVENTS_OF_FIXTURE, int(wanted * min(1, LIMIT_S / self.options.rounds / round_s)))

    def capture(self):
        if self.options.capture:
            return self.options.capture
        wanted = self.options.events or self.events_in_time(EVENTS)
        make_capture(wanted, self.directory / "capture")
        return self.directory / "capture"


def make_rows(taken, events):
    def ratio(name, other):
        return min(taken[name]) / min(taken[other]) if other in taken else None

    floor = "floor, by time"
    return [{"program": name, "ns_best": min(times) / events * 1e9,
             "ns_median": median(times) / events * 1e9, "of_floor": ratio(name, floor),
             "perf_script_of_it": ratio(PERF, name) if PERF in taken else None}
            for name, times in taken.items()]


COLUMNS = [keyed("", "program"), keyed("ns/event, best", "ns_best", ".0f"),
           keyed("median", "ns_median", ".0f"), keyed("times the floor", "of_floor", ".2f"),
           keyed("times faster than perf script", "perf_script_of_it", ".1f")]


def measure(options, directory, say):
    """(what was measured, tables, notes, whether all that is compared printed the same)"""
    bench = Offline(options, directory)
    capture = bench.capture()
    argvs = commands(options.build, capture)
    say("compare the output")
    events = bench.check(argvs)
    say(f"{options.rounds} rounds of {events} events")
    table = Table("programs", f"CPU time of replaying {events} events "
                  f"({Path(capture).stat().st_size >> 20} MiB), {options.rounds} rounds in turn",
                  COLUMNS, make_rows(bench.measure(argvs, options.rounds), events))
    notes = [f"{name}: {why}" for name, why in bench.failed.items()]
    notes += [f"{name}: DIFFERS from the lines of replay" for name in bench.differing]
    same = [name for name in (*FLOORS, PERF) if name not in [*bench.failed, *bench.differing]]
    notes += [f"the same as replay prints: {', '.join(same)}"] if same else []
    if events < EVENTS and not options.events and not options.capture:
        notes.append(f"for want of time {events} events, not {EVENTS}; --events asks for more")
    what = {"events": events, "rounds": options.rounds, "same": same, "differing": bench.differing}
    return what, [table], notes, not bench.differing
