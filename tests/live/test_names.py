#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What a process is and is called where its program does not say so: in execs that do not come to be.
"""

import platform
import struct
import sys

from json_lines import Exit, parse
from live import Skip, equal, expect, main, run_tool, scratch, tracing_test

MACHINES = {'x86_64': 62, 'aarch64': 183}

# Forks, and both children exec the file: the leader of one, a thread of the other.
EXEC_IT = '''
import os, sys, threading
def execute():
    os.execv(sys.argv[1], ["an", "argument"])
for how in (execute, lambda: threading.Thread(target=execute).start() or threading.Event().wait()):
    pid = os.fork()
    if pid == 0:
        how()
    assert os.waitpid(pid, 0)[1] & 0x7f == 11
'''


def write_damaged_program(path):
    """Of two segments the second is to lie in the kernel's half of the address space."""
    machine = MACHINES.get(platform.machine())
    if not machine:
        raise Skip('no damaged program for this machine')
    head = b'\x7fELF' + bytes([2, 1, 1]) + bytes(9) + struct.pack(
        '<HHIQQQIHHHHHH', 2, machine, 1, 0x400000, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    segments = (struct.pack('<IIQQQQQQ', 1, 5, 0, at, size and at, size, 0x1000, 0x1000)
                for at, size in ((0x400000, 0x1000), (0xffff800000000000, 0x1000)))
    path.write_bytes((head + b''.join(segments)).ljust(8192, b'\0'))
    path.chmod(0o755)


def must_be_failed_execs(output):
    ends = [event for event in parse(output) if isinstance(event, Exit) and event.failed_exec]
    equal([(end.failed_exec, end.last, end.signal, end.argv, end.filename, end.killed_by)
           for end in ends], [(b'damaged', True, 11, None, None, None)] * 2, 'the ends of two')


@tracing_test
def execs_that_do_not_come_to_be_are_told():
    with scratch() as directory:
        write_damaged_program(directory / 'damaged')
        command = ('--', sys.executable, '-c', EXEC_IT, directory / 'damaged')
        must_be_failed_execs(run_tool('-q', '-F', 'json', *command).out)
        run_tool('record', '-q', '-x', '-o', directory / 'a.data', *command)
        must_be_failed_execs(run_tool('replay', '-q', '-F', 'json', directory / 'a.data').out)
        run_tool('record', '-q', '-o', directory / 'b.data', *command)
        for args in (('-q', *command), ('replay', '-q', directory / 'b.data')):
            out = run_tool(*args).out
            equal(out.count(b'|damaged|'), 2, f'ends of both in {out}')
        tree = run_tool('-q', '-F', 'tree', *command).out
        expect(tree.count(b', in an exec of damaged that did not come to be') == 2, tree)


# A copy of its parent, whose thread with another name ends last, and makes an end of another one.
LEADER_AND_THREAD = '''
import ctypes, os, threading
pid = os.fork()
if pid == 0:
    comm = open("/proc/self/comm", "w")
    comm.write("leader")
    comm.close()
    victim = os.fork()
    if victim == 0:
        threading.Event().wait()
    def work():
        open("/proc/thread-self/comm", "w").write("worker")
        os.kill(victim, 9)
        os.waitpid(victim, 0)
        ctypes.CDLL(None).syscall(%d, 7)
    threading.Thread(target=work).start()
    threading.Event().wait()
os.waitpid(pid, 0)
'''
EXIT_GROUP = {'x86_64': 231, 'aarch64': 94}


@tracing_test
def a_process_is_called_as_its_leader():
    number = EXIT_GROUP.get(platform.machine())
    if not number:
        raise Skip('the number of exit_group is not known here')
    command = ('--', sys.executable, '-c', LEADER_AND_THREAD % number)
    ends = [event for event in parse(run_tool('-q', '-F', 'json', *command).out)
            if isinstance(event, Exit)]
    killers = [end.killed_by for end in ends if end.signal == 9]
    equal([(killer.comm, killer.thread_comm, killer.tid != killer.pid) for killer in killers],
          [(b'leader', b'worker', True)], 'who killed')
    for view in (('-F', 'tree'), ('-F', 'table'), ('-S',)):
        out = run_tool('-q', *view, *command).out
        expect(b'leader' in out and b'(worker)' not in out, out)


RUN_OURSELVES = '''
import os
for how in ("/proc/self/exe", os.open("/proc/self/exe", os.O_RDONLY)):
    pid = os.fork()
    if pid == 0:
        os.execve(how, ["/opt/known", "-c", "raise SystemExit(3)"], os.environ)
    os.waitpid(pid, 0)
'''


@tracing_test
def programs_run_through_links_are_called_as_their_callers_say():
    command = ('--', sys.executable, '-c', RUN_OURSELVES)
    tree = run_tool('-q', '-F', 'tree', *command).out
    equal(tree.count(b'known exit 3'), 2, f'ends in {tree}')
    summary = run_tool('-q', '-S', *command).out
    expect(b'known: exit 3 \xc3\x972' in summary, summary)


@tracing_test
def the_commands_own_age_is_known():
    with scratch() as directory:
        run_tool('record', '-q', '-x', '-o', directory / 'a.data', '--', 'true')
        for args in (('-q', '-F', 'json', '--', 'true'),
                     ('replay', '-q', '-F', 'json', directory / 'a.data')):
            events = parse(run_tool(*args).out)
            ages = [event.age_ns for event in events]
            expect(ages and all(age and age < 60e9 for age in ages), f'ages {ages}')
            equal({event.from_proc for event in events}, {False}, 'older than the trace')
            equal({event.ancestry[0].from_proc for event in events}, {True}, 'of its parent')


if __name__ == '__main__':
    main()
