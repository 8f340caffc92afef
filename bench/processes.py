# SPDX-License-Identifier: GPL-2.0-or-later
"""Read from the kernel what processes take: CPU time, memory, wake-ups."""

import os
import subprocess
import time

POLL_S = 0.001


def cpu_seconds(pid):
    """User and system time of a process, without its children's, to the nanosecond; it may have
    ended, but not have been waited for. The clock is what clock_getcpuclockid(3) makes."""
    return time.clock_gettime((~pid << 3) | 2)


def status_number(path, name):
    """The number behind NAME in a status file of /proc; None where it has none."""
    with open(path, encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith(name + ":"):
                return int(line.split()[1])
    return None


def peak_kib(pid):
    return status_number(f"/proc/{pid}/status", "VmHWM")


def resident_kib(pid):
    return status_number(f"/proc/{pid}/status", "VmRSS")


def sleeps(pid):
    """How often its threads have gone to sleep: each time they were woken up before."""
    return sum(status_number(f"/proc/{pid}/task/{tid}/status", "voluntary_ctxt_switches")
               for tid in os.listdir(f"/proc/{pid}/task"))


def stat_of_host(name):
    with open("/proc/stat", encoding="ascii") as stat:
        for line in stat:
            words = line.split()
            if words[0] == name:
                return [int(word) for word in words[1:]]
    raise KeyError(name)


def forks_of_host():
    """Since boot."""
    return stat_of_host("processes")[0]


def busy_seconds():
    """Of all CPUs together since boot, with what a hypervisor took away."""
    user, nice, system, _, _, irq, softirq, steal = stat_of_host("cpu")[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def await_end(process):
    """Wait for PROCESS, and return the CPU time that it took."""
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    taken = cpu_seconds(process.pid)
    process.wait()
    return taken


def start(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more):
    more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen([str(word) for word in argv], stdout=stdout, stderr=stderr, **more)


def peak_until_end(process):
    """Its peak of resident memory in KiB; None where it ended at once. What wait4(2) says would
    count the starter's too."""
    peak = None
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        peak = peak_kib(process.pid) or peak
        time.sleep(POLL_S)
    return peak


class Neighbours:
    """What part of the CPUs had other work, or was withheld, since this was made."""

    def __init__(self):
        self.began = time.monotonic()
        self.before = self._others()

    @staticmethod
    def _others():
        return busy_seconds() - sum(os.times()[:4])

    def share(self):
        wall = time.monotonic() - self.began
        return max(0, self._others() - self.before) / (wall * os.cpu_count())
