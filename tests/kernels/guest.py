# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest: a kernel booted by QEMU without KVM, and what its init (init) sends over the console."""

import base64
import binascii
import io
import os
import re
import signal
import subprocess
import tarfile
import time
import zlib
from typing import NamedTuple

from matrix import NATIVE
from packages import Apt, unpack_tree

SUITE = 'bookworm'
MEMORY_MIB = 768
# Two CPUs at the host's speed; or one whose clock goes on by a ns with each instruction.
FAST = ('-accel', 'tcg,thread=multi', '-smp', 2)
COUNTING = ('-accel', 'tcg', '-smp', 1, '-icount', 'shift=0,sleep=off')
SENT = re.compile(rb'^BEGIN-STEP\r?\n(.*?)^END-STEP\r?$', re.DOTALL | re.MULTILINE)
BASE64_LINE = re.compile(rb'[A-Za-z0-9+/=]+')


class Emulator(NamedTuple):
    """QEMU for an architecture, unpacked."""
    command: list
    environment: dict


def emulator(cache, arch):
    root = unpack_tree(Apt(cache, SUITE, NATIVE.name), [arch.qemu_package],
                       cache / 'qemu' / arch.qemu_package, leave_out=('libc6',))
    data = [root / 'usr/share/qemu', root / 'usr/share/seabios', root / 'usr/lib/ipxe/qemu']
    libraries = [root / 'usr/lib' / NATIVE.triplet, root / 'lib' / NATIVE.triplet]
    return Emulator([root / arch.qemu, *(word for path in data for word in ('-L', path))],
                    {**os.environ, 'LD_LIBRARY_PATH': ':'.join(map(str, libraries))})


def command_line(arch, kernel, initramfs, groups, options='', machine=FAST):
    append = f'console={arch.console} panic=-1 quiet groups={",".join(groups)} {options}'
    return [*arch.machine, *machine, '-m', MEMORY_MIB, '-nographic', '-monitor', 'none',
            '-no-reboot', '-nic', 'none', '-kernel', kernel, '-initrd', initramfs,
            '-append', append]


class Boot(NamedTuple):
    """How a boot went."""
    seconds: float
    problem: str  # '' where the guest came to its end


def boot(qemu, line, console, limit):
    """Run a guest for LIMIT seconds at most; CONSOLE is the file for what it prints."""
    started = time.monotonic()
    with open(console, 'wb') as output, open(f'{console}.errors', 'wb') as errors, \
            subprocess.Popen(list(map(str, [*qemu.command, *line])), stdin=subprocess.DEVNULL,
                             stdout=output, stderr=errors, env=qemu.environment,
                             start_new_session=True) as process:
        try:
            status = process.wait(limit)
            problem = f'QEMU ended with status {status}' if status else ''
        except subprocess.TimeoutExpired:
            problem = f'still running after {limit} s'
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    if not problem and b'END-OF-GROUPS' not in console.read_bytes():
        problem = 'the guest ended early'
    return Boot(time.monotonic() - started, problem)


def receive(console, directory):
    """Lay out the steps that came through whole: DIRECTORY/STEP/...; the others' reasons."""
    problems = []
    for sent in SENT.finditer(console):
        # What the kernel prints meanwhile is between the lines.
        lines = [line.strip() for line in sent[1].splitlines()]
        data = b''.join(line for line in lines if BASE64_LINE.fullmatch(line))
        try:
            with tarfile.open(fileobj=io.BytesIO(base64.b64decode(data)), mode='r:gz') as archive:
                archive.extractall(directory)
        except (tarfile.TarError, binascii.Error, EOFError, OSError, zlib.error) as error:
            problems.append(f'a step did not come through: {error}')
    return problems
