# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels that the check runs on, and the machines that run them."""

from typing import NamedTuple


class Arch(NamedTuple):
    """What differs between architectures, by Debian's name for it."""
    name: str
    triplet: str  # of its libraries
    compiler: str  # the package of its cross compiler; '' for the one that is not cross
    qemu_package: str
    qemu: str  # the program in it
    machine: tuple
    console: str
    bits: int = 64


AMD64 = Arch('amd64', 'x86_64-linux-gnu', '', 'qemu-system-x86', 'usr/bin/qemu-system-x86_64',
             # QEMU 7.2 computes wrong flags for cmpxchg16b.
             ('-M', 'q35', '-cpu', 'max,-cx16'), 'ttyS0')
# In Debian's package qemu-system-i386 is a wrapper; the program is elsewhere.
I386 = Arch('i386', 'i386-linux-gnu', 'gcc-i686-linux-gnu', 'qemu-system-x86',
            'usr/libexec/qemu-system-i386',
            ('-M', 'q35', '-cpu', 'max'), 'ttyS0', 32)
ARM64 = Arch('arm64', 'aarch64-linux-gnu', 'gcc-aarch64-linux-gnu', 'qemu-system-arm',
             'usr/bin/qemu-system-aarch64',
             ('-M', 'virt', '-cpu', 'cortex-a72'), 'ttyAMA0')
# The CPU above has no pages of 16 KiB; computing pauth as the architecture does takes too long.
ARM64_16K = ARM64._replace(machine=('-M', 'virt', '-cpu', 'max,pauth-impdef=on'))
S390X = Arch('s390x', 's390x-linux-gnu', 'gcc-s390x-linux-gnu', 'qemu-system-misc',
             'usr/bin/qemu-system-s390x',
             ('-M', 's390-ccw-virtio', '-cpu', 'max'), 'ttysclp0')

NATIVE = AMD64


class Kernel(NamedTuple):
    """A kernel by the meta-package that always depends on the suite's newest one."""
    name: str
    suite: str
    package: str
    arch: Arch


KERNELS = (
    Kernel('amd64-5.10', 'bullseye', 'linux-image-cloud-amd64', AMD64),
    Kernel('amd64-6.1', 'bookworm', 'linux-image-cloud-amd64', AMD64),
    Kernel('amd64-6.12', 'trixie', 'linux-image-cloud-amd64', AMD64),
    Kernel('amd64-newest', 'sid', 'linux-image-cloud-amd64', AMD64),
    Kernel('arm64-6.1', 'bookworm', 'linux-image-cloud-arm64', ARM64),
    Kernel('arm64-newest', 'sid', 'linux-image-cloud-arm64', ARM64),
    Kernel('arm64-16k', 'sid', 'linux-image-arm64-16k', ARM64_16K),
    Kernel('s390x-newest', 'sid', 'linux-image-s390x', S390X),
    Kernel('i386-6.1', 'bookworm', 'linux-image-686-pae', I386),
)


def chosen(names):
    """The kernels of these NAMES, all for none; ValueError for one that is not there."""
    by_name = {kernel.name: kernel for kernel in KERNELS}
    for name in names:
        if name not in by_name:
            raise ValueError(f'no kernel {name}; there are {", ".join(by_name)}')
    return [by_name[name] for name in names] if names else list(KERNELS)
