# SPDX-License-Identifier: GPL-2.0-or-later
"""The program and the workloads for each architecture, built below the cache, warnings as errors."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from matrix import NATIVE
from packages import Apt, Unavailable, unpack_tree

TOP = Path(__file__).resolve().parents[2]
# The suite whose libraries and compilers are used, whatever kernel runs.
SUITE = 'bookworm'
LIBRARIES = ('libc6-dev', 'linux-libc-dev', 'libtraceevent-dev', 'libtracefs-dev', 'libzstd-dev',
             'zlib1g-dev', 'libpopt-dev', 'libseccomp-dev', 'uthash-dev', 'busybox-static',
             'util-linux')
# This machine's own serve the compilers.
NOT_BESIDE_COMPILERS = ('libc6',)
WORKLOADS = ('truth_workload', 'images_workload', 'ends_workload', 'lives_workload',
             'failed_execs_workload', 'puppet')
# Of bench.
LOADS = ('load', 'tiny')


class Built(NamedTuple):
    """What a guest is made of."""
    busybox: Path
    programs: dict  # path in the guest -> file; the first one's loader serves all
    directories: list  # where libraries are


def library_directories(root, arch):
    return [root / 'lib' / arch.triplet, root / 'usr/lib' / arch.triplet, root / 'lib',
            root / 'usr/lib']


def programs(directory, setpriv):
    found = {'pxt/perf_exec_trace': directory / 'perf_exec_trace', 'pxt/setpriv': setpriv}
    for name in WORKLOADS:
        found[f'pxt/{name}'] = directory / 'tests/live' / name
    for name in LOADS:
        found[f'pxt/{name}'] = directory / 'bench' / name
    return found


def native(cache, directory):
    """The build of this machine, DIRECTORY, with this machine's libraries."""
    busybox = unpack_tree(Apt(cache, SUITE, NATIVE.name), ['busybox-static'], cache / 'busybox')
    setpriv = shutil.which('setpriv')
    if not setpriv:
        raise Unavailable('setpriv is not installed')
    return Built(busybox / 'bin/busybox', programs(directory, Path(setpriv)),
                 library_directories(Path('/'), NATIVE))


def compiler(cache, arch, sysroot):
    """The command line of the cross compiler."""
    tools = unpack_tree(Apt(cache, SUITE, NATIVE.name), [arch.compiler],
                        cache / 'compilers' / arch.name, NOT_BESIDE_COMPILERS)
    found, = (tools / 'usr/bin').glob('*-linux-gnu-gcc')
    paths = [f'-B{path} -L{path}' for path in library_directories(sysroot, arch) if path.exists()]
    include = sysroot / 'usr/include' / arch.triplet
    return tools, f'{found} --sysroot={sysroot} {" ".join(paths)} -isystem {include}'


def cross(cache, arch, jobs):
    """Cross-built programs of ARCH."""
    sysroot = unpack_tree(Apt(cache, SUITE, arch.name), LIBRARIES, cache / 'sysroots' / arch.name)
    tools, command = compiler(cache, arch, sysroot)
    directory = cache / 'builds' / arch.name
    libraries = library_directories(sysroot, arch)
    environment = {
        **os.environ,
        'PKG_CONFIG_SYSROOT_DIR': str(sysroot),
        'PKG_CONFIG_LIBDIR': f'{sysroot}/usr/lib/{arch.triplet}/pkgconfig',
        # What the compiler's own programs are linked with.
        'LD_LIBRARY_PATH': f'{tools}/usr/lib/{NATIVE.triplet}',
    }
    environment.pop('MAKEFLAGS', None)
    rpath = ':'.join(str(path) for path in libraries if path.exists())
    subprocess.run(['make', f'-j{jobs}', '--no-print-directory', '-C', TOP, f'BUILD={directory}',
                    'WERROR=1', 'CFLAGS=-O2', f'CC={command}', f'LDFLAGS=-Wl,-rpath-link,{rpath}',
                    'live-programs'], env=environment, check=True, stdout=subprocess.DEVNULL)
    return Built(sysroot / 'bin/busybox', programs(directory, sysroot / 'usr/bin/setpriv'),
                 libraries)


def build(cache, arch, native_build, jobs):
    if arch.name == NATIVE.name:
        return native(cache, native_build)
    return cross(cache, arch, jobs)
