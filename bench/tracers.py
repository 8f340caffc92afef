# SPDX-License-Identifier: GPL-2.0-or-later
"""The tracers that are compared: how each is started, known to be ready, and counted."""

import json
import os
import re
import shutil
import signal
import subprocess

from measure import KINDS, TracerFailed
from processes import await_end, cpu_seconds, peak_kib

FORMATS = "/sys/kernel/tracing/events/sched"
TRACEPOINTS = [f"sched:sched_process_{kind}" for kind in KINDS]
BYTES_PER_EVENT = 256  # of ring; in fact about 100
BYTES_PER_STACK = 16384  # more of an exec whose arguments are wanted


class Tracer:
    """What most have in common: lines on standard output, ended by SIGINT."""

    name = ""
    program = ""  # looked for in PATH
    kinds = KINDS  # that it shows at all
    scale = 1  # by which its loads are smaller
    lost = rb"[Ll]ost (\d+) "  # what it says of its losses

    def __init__(self, options):
        self.options = options

    def command(self, session):
        raise NotImplementedError

    def inherited_fds(self):
        return ()

    def await_ready(self, session):
        if not session.await_marker():
            raise TracerFailed("never showed an event: " + session.last_words())

    def drain(self, session):
        session.await_marker()

    def prepare(self):
        """Before each measurement."""
        if self.program and not shutil.which(self.program):
            raise TracerFailed("not installed")

    def release(self):
        """After each measurement."""

    def measure(self, session, cell):
        session.start()
        before = cpu_seconds(session.process.pid)
        session.bench.run_traced(session, cell)
        cell.peak_kib = peak_kib(session.process.pid)
        cell.cpu_s = session.stop() - before
        self.count(session, cell)

    def count(self, session, cell):
        names = session.bench.names
        text = session.read(session.output)
        load = os.path.basename(names.load).encode()
        either = rb"(?:" + load + rb"|" + os.path.basename(names.tiny).encode() + rb")"
        for kind, pattern in self.patterns(load, either).items():
            cell.seen[kind] = len(re.findall(pattern, text, re.MULTILINE))
        said = text + session.read(session.errors)
        cell.reported_lost = sum(int(count) for count in re.findall(self.lost, said))

    def patterns(self, load, either):
        """{kind: what stands once in the output for each such event of the load}"""
        raise NotImplementedError


def pipe_patterns(load, either):
    return {
        "fork": rb"^FORK\|\d+\|\d+\|" + load + rb"\|",
        "exec": rb"^EXEC\|\d+\|\d+\|" + either + rb"\|",
        "exit": rb"^EXIT\|\d+\|\d+\|" + either + rb"\|",
    }


class Untraced(Tracer):
    name = "none"

    def measure(self, session, cell):
        session.bench.run_traced(session, cell)

    def drain(self, session):
        pass


class Ours(Tracer):
    name = "perf_exec_trace"
    arguments = ()
    lost = rb"(?m)^LOST\|\d+\|\d+\|(\d+)$"

    def __init__(self, options, pages=None):
        super().__init__(options)
        self.pages = pages
        if pages:
            self.name = f"perf_exec_trace -m {pages}"

    def command(self, session):
        size = ["-m", str(self.pages)] if self.pages else []
        return [session.bench.program, "--stream", *size, *self.arguments]

    def count(self, session, cell):
        super().count(session, cell)
        lines = session.read(session.errors).decode(errors="replace").splitlines()
        cell.remarks = [line for line in lines if " events (" not in line]

    def patterns(self, load, either):
        return pipe_patterns(load, either)


class UnreadRings(Ours):
    """perf_exec_trace, stopped: the events go into rings that have room for all of them."""

    name = "rings-unread"

    def __init__(self, options, arguments=()):
        super().__init__(options)
        events = 2 * (4 * options.spawns + 2 * options.threads)
        needed = events * BYTES_PER_EVENT
        if arguments:
            self.name = " ".join([self.name, *arguments])
            needed += 2 * options.spawns * BYTES_PER_STACK
        self.arguments = arguments
        self.pages = 1
        while self.pages * os.sysconf("SC_PAGESIZE") < needed:
            self.pages *= 2

    def await_ready(self, session):
        super().await_ready(session)
        session.process.send_signal(signal.SIGSTOP)

    def drain(self, session):
        pass

    def measure(self, session, cell):
        session.start()
        session.bench.run_traced(session, cell)
        session.process.send_signal(signal.SIGCONT)
        session.await_marker()
        session.stop()
        self.count(session, cell)


# Stands for the process that starts the loads.
PPID = "PPID"


class WithFacts(Ours):
    """perf_exec_trace with options that ask for more than the plain lines do. Markers pass every
    filter; what of the load does differs, so nothing is held against the truth."""

    lost = rb"(?m)^perf_exec_trace: .*?\b(\d+) lost\b"

    def __init__(self, options, arguments):
        super().__init__(options)
        self.name = " ".join(arguments) or "default"
        self.arguments = [str(os.getpid()) if word is PPID else word for word in arguments]

    def count(self, session, cell):
        said = session.read(session.errors)
        cell.reported_lost = sum(int(count) for count in re.findall(self.lost, said))
        cell.output_bytes = os.path.getsize(session.output)


class Recorder(WithFacts):
    def command(self, session):
        return [session.bench.program, *self.arguments, "-o", session.output]


class PerfRecord(Tracer):
    name = "perf-record"
    program = "perf"
    lost = rb"PERF_RECORD_LOST.*?lost (\d+)"

    def prepare(self):
        super().prepare()
        self.command_fds = os.pipe()
        self.answer_fds = os.pipe()
        self.open_fds = set(self.command_fds + self.answer_fds)

    def release(self):
        for fd in self.open_fds:
            os.close(fd)

    def inherited_fds(self):
        return (self.command_fds[0], self.answer_fds[1])

    def command(self, session):
        self.data = session.bench.scratch_file("perf.data")
        events = [word for event in TRACEPOINTS for word in ("-e", event)]
        # -B: without reading everything again at the end for build ids, which are not needed.
        return ["perf", "record", "-a", "-B", "-o", self.data, "-D", "-1", "--control",
                f"fd:{self.command_fds[0]},{self.answer_fds[1]}"] + events

    def await_ready(self, session):
        # Only perf has the other ends now: where it dies, read() ends instead of waiting for ever.
        for fd in self.inherited_fds():
            os.close(fd)
            self.open_fds.remove(fd)
        os.write(self.command_fds[1], b"enable\n")
        if not os.read(self.answer_fds[0], 5).startswith(b"ack"):
            session.process.wait()
            raise TracerFailed(session.last_words())

    def drain(self, session):
        """What is in its rings when it ends is written too."""

    def count(self, session, cell):
        argv = ["perf", "script", "--show-lost-events", "-i", self.data]
        with open(session.output, "wb") as output, open(session.errors, "wb") as errors:
            script = subprocess.Popen(argv, stdout=output, stderr=errors)
        cell.print_s = await_end(script)
        super().count(session, cell)
        os.unlink(self.data)

    def patterns(self, load, either):
        return {
            "fork": rb"sched_process_fork: comm=" + load + rb" ",
            "exec": rb"sched_process_exec: filename=\S*/" + either + rb" ",
            "exit": rb"sched_process_exit: comm=" + either + rb" ",
        }


class PerfTrace(Tracer):
    name = "perf-trace"
    program = "perf"
    lost = rb"LOST (\d+) events"

    def command(self, session):
        return ["perf", "trace", "-a", "--no-syscalls", "-o", session.output,
                "-e", ",".join(TRACEPOINTS)]

    def patterns(self, load, either):
        return {
            "fork": rb'sched_process_fork\(parent_comm: "' + load + rb'"',
            "exec": rb'sched_process_exec\(filename: "[^"]*/' + either + rb'"',
            "exit": rb'sched_process_exit\(comm: "' + either + rb'"',
        }


class Bpftrace(Tracer):
    name = "bpftrace"
    program = "bpftrace"

    def command(self, session):
        path = session.bench.scratch_file("trace.bt")
        with open(path, "w", encoding="ascii") as script:
            script.write(self.script())
        return ["bpftrace", path]

    @staticmethod
    def script():
        with open(f"{FORMATS}/sched_process_fork/format", encoding="ascii") as file:
            dynamic = "__data_loc char[] parent_comm" in file.read()
        parent, child = (f"str(args->{name})" if dynamic else f"args->{name}"
                         for name in ("parent_comm", "child_comm"))
        return f"""
tracepoint:sched:sched_process_fork {{
	printf("FORK|%llu|%d|%s|%d|%s\\n", nsecs / 1000000, args->parent_pid, {parent},
		args->child_pid, {child});
}}
tracepoint:sched:sched_process_exec {{
	printf("EXEC|%llu|%d|%s|%s\\n", nsecs / 1000000, pid, comm, str(args->filename));
}}
tracepoint:sched:sched_process_exit {{
	printf("EXIT|%llu|%d|%s|%d\\n", nsecs / 1000000, pid, comm, args->prio);
}}
"""

    def patterns(self, load, either):
        return pipe_patterns(load, either)


class Forkstat(Tracer):
    name = "forkstat"
    program = "forkstat"

    def command(self, session):
        # It calls the fork of a thread a clone.
        return ["forkstat", "-e", "fork,clone,exec,exit"]

    def count(self, session, cell):
        """By pid: it looks names up in /proc, and most of these processes are gone by then."""
        loads = {str(load["pid"]).encode() for load in cell.loads.values()}
        ours = set(loads)
        parent = None
        for line in session.read(session.output).splitlines():
            words = line.split(None, 4)
            if len(words) < 4:
                continue
            _, kind, pid, info = words[:4]
            if kind in (b"fork", b"clone"):
                if info == b"parent":
                    parent = pid
                elif parent in loads:
                    ours.add(pid)
                    cell.seen["fork"] += 1
            elif kind in (b"exec", b"exit") and pid in ours:
                cell.seen[kind.decode()] += 1


class Execsnoop(Tracer):
    name = "execsnoop"
    program = "execsnoop"
    kinds = ("exec",)

    def command(self, session):
        return [self.program]

    def patterns(self, load, either):
        return {"exec": rb"^" + either + rb" +\d+ +\d+ +0 "}


class ExecsnoopBcc(Execsnoop):
    name = "execsnoop-bpfcc"
    program = "execsnoop-bpfcc"


class Exitsnoop(Tracer):
    name = "exitsnoop"
    program = "exitsnoop"
    kinds = ("exit",)

    def command(self, session):
        return ["exitsnoop", "-T"]

    def patterns(self, load, either):
        return {"exit": rb"^" + either + rb" +\d+ "}


class Strace(Tracer):
    """Starts the load itself; a tenth of it, as it is so slow."""

    name = "strace"
    program = "strace"
    scale = 10

    def measure(self, session, cell):
        cell.cpu_s = 0
        for name, load in session.bench.load_commands(self.scale).items():
            argv = ["strace", "-f", "--seccomp-bpf", "-e", "trace=%process",
                    "-o", session.output] + load
            cpu, said = self.run(argv)
            cell.loads[name] = said
            cell.cpu_s += cpu
            self.count(session, cell)

    @staticmethod
    def run(argv):
        process = subprocess.Popen(argv, stdout=subprocess.PIPE)
        said = process.stdout.read()
        cpu = await_end(process)
        process.stdout.close()
        return cpu, json.loads(said)

    def count(self, session, cell):
        text = session.read(session.output)
        patterns = {
            "fork": rb"(?:v?fork|clone3?)(?:\(| resumed).* = \d+$",
            "exec": rb"execve(?:\(| resumed).* = 0$",
            "exit": rb"\+\+\+ (?:exited|killed)",
        }
        for kind, pattern in patterns.items():
            cell.seen[kind] += len(re.findall(pattern, text, re.MULTILINE))


TRACERS = (Untraced, UnreadRings, Ours, PerfRecord, PerfTrace, Bpftrace, Forkstat, Execsnoop,
           ExecsnoopBcc, Exitsnoop, Strace)


def all_names():
    return [tracer.name for tracer in TRACERS]


def all_tracers(options):
    wanted = [tracer(options) for tracer in TRACERS if tracer.name in options.tracers]
    return wanted + [Ours(options, pages) for pages in options.mmap_pages]


def facts_tracers(options):
    shown = (["-e", "exec"], ["-P", PPID], ["--no-threads"], ["--failed"], ["-c", "/"],
             ["--name", "."], ["-F", "pipe", "-S"], ["-F", "table"], ["-F", "tree"], ["-x"],
             ["-F", "json"])
    recorded = (["record"], ["record", "-x"])
    return [Untraced(options), UnreadRings(options), UnreadRings(options, ["-x"]),
            WithFacts(options, []), *(WithFacts(options, arguments) for arguments in shown),
            *(Recorder(options, arguments) for arguments in recorded)]
