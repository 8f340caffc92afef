# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the live tests share: running the tool and the workloads, and the bookkeeping of results.

A test file registers functions with @test (any host) or @tracing_test (a host that lets us trace),
and ends with main(). It is run as `test_NAME.py BUILD_DIR [WORD]`; WORD selects tests by name.
"""

import contextlib
import fcntl
import functools
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import NamedTuple

import lines
import truth

TIMEOUT = 60
LOCK_TIMEOUT = 300
POLL = 0.005
# Rings for a tool that is slowed down, on a host where others fork as fast as they can.
ROOMY = ('-m', 4096)
# Of /proc/PID/ns/pid in the initial namespace: PROC_PID_INIT_INO of include/linux/proc_ns.h.
INITIAL_PID_NAMESPACE = 'pid:[4026531836]'
CAP_SYS_ADMIN = 21
NOBODY = 65534

SUMMARY = re.compile(r'perf_exec_trace: (\d+) events \((\d+) fork, (\d+) exec, (\d+) exit\), '
                     r'(\d+) lost, (\d+) late, (\d+\.\d{3}) s\n')


class Skip(Exception):
    """The test cannot run here, and why."""


class Failed(AssertionError):
    """What is wrong."""


# ---- expectations --------------------------------------------------------------------------------

def expect(condition, message):
    if not condition:
        raise Failed(message)


def equal(got, expected, what):
    expect(got == expected, f'{what}: expected {expected!r}, got {got!r}')


def no_problems(problems):
    expect(not problems, '\n'.join(map(str, problems)))


def wait_until(condition, what, timeout=TIMEOUT):
    """Poll until CONDITION() gives something true, and return that."""
    deadline = time.monotonic() + timeout * scale()
    while True:
        result = condition()
        if result:
            return result
        expect(time.monotonic() < deadline, f'waited in vain for {what}')
        time.sleep(POLL)


# ---- the build under test ------------------------------------------------------------------------

class Build:
    """Set by main()."""
    dir = None


def tool():
    return str(Build.dir / 'perf_exec_trace')


def workload(name='truth_workload'):
    return str(Build.dir / 'tests' / 'live' / name)


def sanitized():
    """Whether this is a SAN=1 build: slower, and not for valgrind."""
    return b'__asan_init' in Path(tool()).read_bytes()


def scale():
    """How much more time than usual to allow for."""
    return 5 if sanitized() else 1


def need_program(name):
    path = shutil.which(name)
    if not path:
        raise Skip(f'{name} is not installed')
    return path


# ---- what the host allows ------------------------------------------------------------------------

def status_field(name):
    for line in Path('/proc/self/status').read_text(encoding='utf-8').splitlines():
        if line.startswith(name + ':'):
            return line.split()[1]
    return ''


def lockdown():
    with contextlib.suppress(OSError):
        text = Path('/sys/kernel/security/lockdown').read_text(encoding='utf-8')
        return text.partition('[')[2].partition(']')[0]
    return ''


def why_not_traceable():
    """Why this host need not let us trace; '' where it must."""
    if os.geteuid() != 0:
        return 'not root'
    if Path('/proc/self/uid_map').read_text(encoding='ascii').split() != ['0', '0', '4294967295']:
        return 'not in the initial user namespace'
    if not int(status_field('CapEff'), 16) >> CAP_SYS_ADMIN & 1:
        return 'no CAP_SYS_ADMIN'
    if not Path('/proc/sys/kernel/perf_event_paranoid').exists():
        return 'a kernel without perf events'
    if status_field('Seccomp') not in ('0', ''):
        return 'a seccomp filter'
    if lockdown() == 'confidentiality':
        return 'lockdown=confidentiality'
    return ''


def is_mounted(kind):
    """Whether a file system of this kind is mounted anywhere."""
    mounts = Path('/proc/self/mounts').read_text(encoding='utf-8', errors='surrogateescape')
    return any(line.split()[2] == kind for line in mounts.splitlines())


def unnamed_here():
    """Names of facts that the tool cannot know on this host, for want of something there."""
    return () if is_mounted('cgroup2') else ('cgroup',)


@functools.cache
def tells_codes_of_32_bits():
    """The system calls' tracepoints, the last resort for exit codes, are those of 64 bits."""
    return b'from the system calls' not in run_tool('check').out


@functools.cache
def need_mount_namespaces():
    """unshare(1) makes mounts private from / on, which is none in a chroot."""
    need_root()
    trial = run([need_program('unshare'), '-m', 'true'])
    if trial.status != 0:
        raise Skip(f'no mount namespace of our own: {trial.err_text().strip()}')


def without_taskstats():
    """How to run what is to have exit statuses from the process connector."""
    need_root()
    return [need_program('setpriv'), '--bounding-set=-net_admin', '--inh-caps=-net_admin']


def without_told_statuses():
    """How to run what nobody may tell exit statuses: both speak in the initial network alone."""
    need_root()
    apart = [need_program('unshare'), '-n']
    trial = run([*apart, 'true'])
    if trial.status != 0:
        raise Skip(f'no network namespace of our own: {trial.err_text().strip()}')
    return apart


def in_initial_pid_namespace():
    return os.readlink('/proc/self/ns/pid') == INITIAL_PID_NAMESPACE


def need_root():
    if os.geteuid() != 0:
        raise Skip('not root')


def need_tracing():
    """Skip where tracing is impossible; where it must work, a tool that fails is a failed test."""
    reason = why_not_traceable()
    if reason:
        trial = run_tool('-q', '--', 'true')
        if trial.status != 0:
            raise Skip(f'{reason}; the tool says: {trial.err_text().strip()}')
    if not in_initial_pid_namespace():
        raise Skip('not in the initial pid namespace: the workloads do not know their pids there')


# ---- running -------------------------------------------------------------------------------------

class Run(NamedTuple):
    args: list
    status: int
    out: bytes
    err: bytes

    def items(self):
        return lines.parse(self.out)

    def err_text(self):
        return self.err.decode('utf-8', 'backslashreplace')

    def err_lines(self):
        return self.err_text().splitlines()

    def summary(self):
        return Summary.parse(self.err_text())

    def must_succeed(self):
        equal(self.status, 0, f'status of {self.args}, which said {self.err_text()!r}')
        return self


class Summary(NamedTuple):
    events: int
    fork: int
    exec: int
    exit: int
    lost: int
    late: int

    @classmethod
    def parse(cls, text):
        found = SUMMARY.search(text)
        expect(found, f'no summary line in {text!r}')
        return cls(*map(int, found.groups()[:6]))

    def agrees_with(self, items):
        """The numbers are those of the lines."""
        events = truth.only_events(items)
        equal((self.fork, self.exec, self.exit),
              tuple(sum(isinstance(event, kind) for event in events) for kind in lines.EVENTS),
              'events of each type in the summary')
        equal(self.events, len(events), 'events in the summary')
        equal(self.lost, lost_in(items), 'losses in the summary')


def lost_in(items):
    return sum(item.count for item in items if isinstance(item, lines.Lost))


def exit_status(returncode):
    """As a shell has it."""
    return 128 - returncode if returncode < 0 else returncode


def run(args, timeout=TIMEOUT, text=None, **options):
    """Run a program to its end; TEXT (bytes) is its standard input, if any."""
    options.setdefault('stdin', subprocess.DEVNULL if text is None else subprocess.PIPE)
    options.setdefault('stdout', subprocess.PIPE)
    options.setdefault('stderr', subprocess.PIPE)
    args = list(map(str, args))
    with subprocess.Popen(args, start_new_session=True, **options) as process:
        try:
            out, err = process.communicate(text, timeout=timeout * scale())
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            raise Failed(f'{args} did not end; it had said {err!r} and {len(out or b"")} bytes'
                         ) from None
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return Run(args, exit_status(process.returncode), out or b'', err or b'')


def run_tool(*args, **options):
    return run([tool(), *args], **options)


def shell(script, *args, **options):
    """Run a shell script in which $tool is the program."""
    return run(['sh', '-c', script, 'sh', *args], env={**os.environ, 'tool': tool()}, **options)


def as_nobody(program):
    """How to run PROGRAM without privileges."""
    if os.geteuid() != 0:
        return [program]
    return [need_program('setpriv'), f'--reuid={NOBODY}', f'--regid={NOBODY}', '--clear-groups',
            program]


@contextlib.contextmanager
def scratch():
    """A directory of our own, gone afterwards; others may enter it."""
    with tempfile.TemporaryDirectory(prefix='perf-exec-trace-test-') as path:
        os.chmod(path, 0o755)
        yield Path(path)


@contextlib.contextmanager
def tool_for_nobody():
    """A copy of the tool where any user can run it."""
    with scratch() as directory:
        copy = directory / 'perf_exec_trace'
        shutil.copy(tool(), copy)
        copy.chmod(0o755)
        yield str(copy)


@contextlib.contextmanager
def workload_dir():
    """A log path and an empty directory for a truth workload."""
    with scratch() as directory:
        (directory / 'work').mkdir()
        yield directory / 'log', directory / 'work'


def trace_workload(*options, mode='all', steps=()):
    """Trace a truth workload as COMMAND: what the tool gave, and the truth."""
    with workload_dir() as (log, work):
        rings = ROOMY if sanitized() else ()
        result = run_tool(*rings, *options, '--', workload(), mode, log, work, *steps)
        return result, truth.Truth.load(log)


# ---- a process that is running beside us ---------------------------------------------------------

class Arrived(NamedTuple):
    at: float  # time.monotonic()
    line: bytes


class Background:
    """A program whose output is collected line by line while it runs."""

    def __init__(self, args, **options):
        self.args = list(map(str, args))
        options.setdefault('stdin', subprocess.DEVNULL)
        self.process = subprocess.Popen(self.args, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        start_new_session=True, **options)
        self.arrived, self.err = [], b''
        self.readers = [threading.Thread(target=target, daemon=True)
                        for target in (self._read_out, self._read_err)]
        for reader in self.readers:
            reader.start()

    def _read_out(self):
        for line in self.process.stdout:
            self.arrived.append(Arrived(time.monotonic(), line))

    def _read_err(self):
        for line in self.process.stderr:
            self.err += line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def items(self):
        return lines.parse(b''.join(arrived.line for arrived in list(self.arrived)))

    def find(self, wanted, start=0):
        """The first line from START on for which WANTED(line) holds, or None."""
        return next((arrived for arrived in self.arrived[start:] if wanted(arrived.line)), None)

    def wait_line(self, wanted, what):
        def look():
            found = self.find(wanted)
            expect(found or self.process.poll() is None,
                   f'{self.args} ended before {what}: {self.err!r}')
            return found
        return wait_until(look, what)

    def wait_err(self, text):
        """Until TEXT is on standard error."""
        wait_until(lambda: text in self.err, text)

    def send(self, signal_number):
        self.process.send_signal(signal_number)

    def finish(self, signal_number=None):
        """Send a signal, if any and if it still runs, and wait for the end."""
        if signal_number is not None and self.process.poll() is None:
            self.send(signal_number)
        try:
            self.process.wait(TIMEOUT * scale())
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failed(f'{self.args} does not end') from None
        for reader in self.readers:
            reader.join()
        out = b''.join(arrived.line for arrived in self.arrived)
        return Run(self.args, exit_status(self.process.returncode), out, self.err)


def tracer(*args, **options):
    """The tool, running beside us."""
    return Background([tool(), *args], **options)


def is_stopped(pid):
    after_name = Path(f'/proc/{pid}/stat').read_bytes().rpartition(b')')[2]
    return after_name.split()[0] == b'T'


def stop(process):
    """SIGSTOP, and wait until it stands still."""
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: is_stopped(process.pid), f'{process.pid} to be stopped')


class Dialogue:
    """A workload that answers each command with one line."""

    def __init__(self, args):
        self.process = subprocess.Popen(list(map(str, args)), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def send(self, command):
        self.process.stdin.write(command + '\n')
        self.process.stdin.flush()

    def answer(self):
        words = self.process.stdout.readline().split()
        expect(words, f'workload {self.process.args} gave no answer')
        return words

    def ask(self, command):
        self.send(command)
        return self.answer()

    def end(self):
        """End of input; returns once it has left."""
        self.process.stdin.close()
        equal(self.process.wait(TIMEOUT * scale()), 0, 'status of the workload')


class Puppet(Dialogue):
    """A process that forks on command: puppet.c."""

    def __init__(self, log):
        super().__init__([workload('puppet'), log])

    def burst(self, count):
        """Fork COUNT children one after the other; the last one's pid."""
        return int(self.ask(f'burst {count}')[2])

    def pin(self, cpu):
        self.ask(f'pin {cpu}')

    def poke(self):
        return self.burst(1)


def poke_until_seen(poke, background):
    """
    Call POKE() until the fork that it makes is seen in the trace: then the trace runs.
    Returns the pids of all children it made.
    """
    children = []

    def seen():
        expect(background.process.poll() is None,
               f'{background.args} ended early: {background.err!r}')
        start = len(background.arrived)
        children.append(poke())
        tail = b'|%d|' % children[-1]
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline:
            if background.find(lambda line: line.startswith(b'FORK|') and tail in line, start):
                return True
            time.sleep(POLL)
        return False

    wait_until(seen, 'the trace to run')
    return children


def poke_until_ended(puppet, background, count=1):
    """Give the trace something to show until it ends by itself."""
    def ended():
        puppet.burst(count)
        return background.process.poll() is not None
    wait_until(ended, f'{background.args} to end')


def without_leading(items, children):
    """ITEMS after the events of CHILDREN, which come first: later a pid may be another task's."""
    def is_theirs(item):
        return getattr(item, 'child', getattr(item, 'pid', None)) in children
    return list(itertools.dropwhile(is_theirs, items))


# ---- control groups ------------------------------------------------------------------------------

def cgroup2_mount():
    for line in Path('/proc/self/mounts').read_text(encoding='utf-8').splitlines():
        if line.split()[2] == 'cgroup2':
            return Path(line.split()[1])
    raise Skip('no cgroup2 is mounted')


@contextlib.contextmanager
def own_cgroup():
    """A cgroup of our own: its path in the hierarchy."""
    need_root()
    path = f'/perf-exec-trace-test-{os.getpid()}'
    directory = Path(f'{cgroup2_mount()}{path}')
    directory.mkdir()
    try:
        yield path
    finally:
        wait_until(lambda: remove(directory), f'{directory} to be empty')


def remove(directory):
    with contextlib.suppress(OSError):
        directory.rmdir()
        return True
    return False


# ---- mount namespaces ----------------------------------------------------------------------------

def in_mount_namespace(script):
    """How to run a shell SCRIPT, with what is put behind, among mounts of its own."""
    need_mount_namespaces()
    return ['unshare', '-m', 'sh', '-c', script, 'sh']


def with_tracefs():
    """How to run a program where tracefs is mounted."""
    return in_mount_namespace('grep -q " /sys/kernel/tracing tracefs " /proc/self/mounts || '
                              'mount -t tracefs nodev /sys/kernel/tracing || exit 125; exec "$@"')


def without_tracefs():
    """How to run a program where it is not."""
    return in_mount_namespace(
        'awk \'$3 == "tracefs" || $3 == "debugfs" { print $2 }\' /proc/self/mounts | sort -r | '
        'while read -r dir; do umount -l "$dir" || exit 125; done; exec "$@"')


def copy_formats(directory):
    """Lay the host's format files out under DIRECTORY, as tracefs does."""
    script = ('for e in fork exec exit; do d=events/sched/sched_process_$e; '
              'mkdir -p "$1/$d" && cat "/sys/kernel/tracing/$d/format" > "$1/$d/format" '
              '|| exit 1; done')
    run([*with_tracefs(), 'sh', '-c', script, 'sh', directory]).must_succeed()


# ---- bookkeeping ---------------------------------------------------------------------------------

_tests = []


def test(function):
    """Register a test that runs anywhere."""
    _tests.append(function)
    return function


@contextlib.contextmanager
def cpus_kept(how):
    """
    Keep the CPUs online that are (LOCK_SH), or be the one who may not (LOCK_EX): test runs that go
    on at the same time share the host.
    """
    with contextlib.ExitStack() as stack:
        descriptor = os.open('/sys/devices/system/cpu', os.O_RDONLY)
        stack.callback(os.close, descriptor)

        def locked():
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, how | fcntl.LOCK_NB)
                return True
            return False
        wait_until(locked, 'other tests on this host to end', LOCK_TIMEOUT)
        yield


def tracing_test(function, how=fcntl.LOCK_SH):
    """Register a test that needs a live trace."""
    def wrapped():
        need_tracing()
        with cpus_kept(how):
            function()
    wrapped.__name__ = function.__name__
    return test(wrapped)


def cpu_switching_test(function):
    """Register a test that needs a live trace and takes CPUs offline."""
    return tracing_test(function, fcntl.LOCK_EX)


def note(message):
    """Something measured, worth seeing in the output of a test that passes."""
    print(f'    {message}', flush=True)


def run_one(function):
    """Returns 'ok', 'skip' or 'FAIL', and prints it."""
    name, started = function.__name__, time.monotonic()
    try:
        function()
    except Skip as reason:
        print(f'skip {name}: {reason}', flush=True)
        return 'skip'
    except (Failed, lines.BadLine, AssertionError) as problem:
        print(f'FAIL {name}: {problem}', flush=True)
        traceback.print_tb(problem.__traceback__, limit=-3)
        return 'FAIL'
    except Exception:  # pylint: disable=broad-except
        print(f'FAIL {name}:', flush=True)
        traceback.print_exc()
        return 'FAIL'
    print(f'ok   {name} ({time.monotonic() - started:.2f} s)', flush=True)
    return 'ok'


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(f'usage: {sys.argv[0]} BUILD_DIR [WORD]')
    # Ends what the test has started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('terminated'))
    Build.dir = Path(sys.argv[1]).resolve()
    word = sys.argv[2] if len(sys.argv) == 3 else ''
    sys.stderr = sys.stdout
    results = [run_one(function) for function in _tests if word in function.__name__]
    print(f'{results.count("ok")} passed, {results.count("FAIL")} failed, '
          f'{results.count("skip")} skipped')
    sys.exit(1 if 'FAIL' in results else 0)
