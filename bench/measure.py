# SPDX-License-Identifier: GPL-2.0-or-later
"""Run loads under tracers, in rounds, and keep what was seen."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from processes import await_end, cpu_seconds

KINDS = ("fork", "exec", "exit")
PATIENCE_S = 30
POLL_S = 0.005
TRIAL = 20  # what part of a load its trial is
LOADS_PER_TRACER = 4
NO_TIME = "left out, for want of time"


class TracerFailed(Exception):
    """A tracer cannot be had on this host; the text says why."""


class Names:
    """Names of programs that nothing else on the host uses, so that their events can be told."""

    def __init__(self, build):
        self.directory = tempfile.mkdtemp(prefix="run.", dir=build)
        self.build = build
        self.markers = 0
        self.load = self._add("load", f"load{os.getpid()}")
        self.tiny = self._add("tiny", f"tiny{os.getpid()}")

    def _add(self, program, name):
        path = os.path.join(self.directory, name)
        shutil.copy(os.path.join(self.build, program), path)
        return path

    def add_marker(self):
        self.markers += 1
        name = f"m{os.getpid()}k{self.markers}z"
        path = os.path.join(self.directory, name)
        os.link(self.tiny, path)
        return path

    def close(self):
        shutil.rmtree(self.directory)


class Cell:
    """One tracer in one round."""

    def __init__(self):
        self.loads = {}  # name -> what the load said: wall_ns, rounds, and the truth
        self.untraced = []  # the same loads without a tracer, just before and just after
        self.cpu_s = None
        self.peak_kib = None
        self.print_s = None  # what printing took afterwards, for those that only record
        self.seen = dict.fromkeys(KINDS, 0)
        self.output_bytes = None
        self.reported_lost = 0
        self.remarks = []  # what the tracer said besides, as that a CPU went offline

    def truth(self, kind):
        return sum(load[kind] for load in self.loads.values())


class Watch:
    """Looks for names in a file that grows."""

    def __init__(self, path):
        self.path = path
        self.offset = 0
        self.tail = b""

    def has(self, name):
        if not os.path.exists(self.path):
            return False
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            new = file.read()
        self.offset += len(new)
        text = self.tail + new
        self.tail = text[-64:]
        return name in text


class Session:
    """A tracer that runs."""

    def __init__(self, bench, tracer):
        self.bench = bench
        self.tracer = tracer
        self.output = bench.scratch_file("output")
        self.errors = bench.scratch_file("errors")
        self.watch = Watch(self.output)
        self.process = None

    def start(self):
        argv = self.tracer.command(self)
        with open(self.output, "wb") as output, open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=errors, pass_fds=self.tracer.inherited_fds())
        self.tracer.await_ready(self)

    def cpu_s(self):
        """What the tracer took so far; None where none runs."""
        return cpu_seconds(self.process.pid) if self.process else None

    def check_alive(self):
        if self.process.poll() is not None:
            raise TracerFailed(self.last_words())

    def last_words(self):
        text = self.read(self.errors) + self.read(self.output)
        lines = text.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"ended with status {self.process.returncode}"

    @staticmethod
    def read(path):
        with open(path, "rb") as file:
            return file.read()

    def await_marker(self):
        """Run a program of a new name until the output shows it: all that was before is shown
        too. Several at a time, since a tracer may hold its output back until a buffer is full."""
        path = self.bench.names.add_marker()
        name = os.path.basename(path).encode()
        deadline = time.monotonic() + PATIENCE_S

        while time.monotonic() < deadline:
            self.check_alive()
            for _ in range(10):
                subprocess.run([path], check=True)
            if self._shows_while_alive(path, name):
                return True
        return False

    def _shows_while_alive(self, path, name):
        """A tracer that looks names up in /proc finds this one."""
        with subprocess.Popen([path, "wait"]) as marker:
            give_up = time.monotonic() + 0.1
            found = self.watch.has(name)
            while not found and time.monotonic() < give_up:
                time.sleep(POLL_S)
                found = self.watch.has(name)
            marker.kill()
        return found

    def stop(self):
        """End the tracer, and return the CPU time that it took in all."""
        self.process.send_signal(signal.SIGINT)
        return await_end(self.process)

    def abandon(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Bench:
    def __init__(self, options, say):
        self.options = options
        self.say = say
        self.build = os.path.join(options.build, "bench")
        self.program = os.path.abspath(os.path.join(options.build, "perf_exec_trace"))

    def __enter__(self):
        in_memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self.scratch = tempfile.mkdtemp(prefix="perf_exec_trace-bench.", dir=in_memory)
        self.names = Names(os.path.abspath(self.build))
        return self

    def __exit__(self, *unused):
        self.names.close()
        shutil.rmtree(self.scratch)

    def scratch_file(self, name):
        return os.path.join(self.scratch, name)

    def load_commands(self, scale):
        spawns = max(1, self.options.spawns // scale)
        threads = max(1, self.options.threads // scale)
        return {
            "spawn": [self.names.load, "spawn", str(spawns), self.names.tiny],
            "thread": [self.names.load, "thread", str(threads)],
        }

    @staticmethod
    def run_load(argv):
        load = subprocess.Popen(argv, stdout=subprocess.PIPE)
        with load.stdout:
            said = json.loads(load.stdout.read())
        _, status, usage = os.wait4(load.pid, 0)
        load.returncode = os.waitstatus_to_exitcode(status)
        return dict(said, pid=load.pid, cpu_s=usage.ru_utime + usage.ru_stime)

    def run_untraced(self):
        return {name: self.run_load(argv) for name, argv in self.load_commands(1).items()}

    def run_traced(self, session, cell):
        for name, argv in self.load_commands(session.tracer.scale).items():
            before = session.cpu_s()
            cell.loads[name] = self.run_load(argv)
            session.tracer.drain(session)
            if session.process:
                cell.loads[name]["tracer_s"] = session.cpu_s() - before

    def measure(self, tracer):
        session = Session(self, tracer)
        cell = Cell()

        tracer.prepare()
        try:
            tracer.measure(session, cell)
        finally:
            session.abandon()
            tracer.release()
        return cell

    def fit_loads(self, tracers):
        """Make the loads so small that there is time for two rounds. For a tracer there is a load
        with it and one without, and as much again for starting and awaiting it."""
        options = self.options
        asked = options.spawns, options.threads
        options.spawns, options.threads = (max(1, count // TRIAL) for count in asked)
        took_s = sum(load["wall_ns"] for load in self.run_untraced().values()) / 1e9 * TRIAL
        part = min(1, options.limit / (2 * LOADS_PER_TRACER * len(tracers)) / took_s)
        options.spawns, options.threads = (max(1, int(count * part)) for count in asked)

    def measure_round(self, tracers, results, may_start):
        """Without a tracer between any two, so that each has a fair comparison close by: what
        else happens on the machine changes from second to second."""
        before = self.run_untraced()
        for tracer in tracers:
            if isinstance(results[tracer], str):
                continue
            if not may_start():
                results[tracer] = NO_TIME
                continue
            self.say(f"    {tracer.name}")
            try:
                cell = self.measure(tracer)
            except (TracerFailed, OSError) as reason:
                results[tracer] = str(reason)
                continue
            after = self.run_untraced()
            cell.untraced = [before, after]
            before = after
            results[tracer].append(cell)

    def measure_all(self, tracers):
        """{tracer: its cells}, or {tracer: the reason} for one that does not work here. With a
        limit of time, fewer rounds, and loads that are smaller."""
        rounds, limit = self.options.rounds, self.options.limit
        began = time.monotonic()
        results = {tracer: [] for tracer in tracers}
        if limit:
            self.fit_loads(tracers)
        for turn in range(rounds):
            spent = time.monotonic() - began
            if limit and turn > 0 and spent * (turn + 1) / turn > limit:
                break
            self.say(f"round {turn + 1} of {rounds}")
            # Another one goes first each time: what comes before is then not always the same.
            at = turn * len(tracers) // rounds
            self.measure_round(tracers[at:] + tracers[:at], results,
                               lambda first=turn == 0: not (limit and first)
                               or time.monotonic() - began < limit)
        return results
