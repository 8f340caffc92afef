# SPDX-License-Identifier: GPL-2.0-or-later
"""The file system of a guest: busybox, the programs under test and their libraries, as a cpio archive."""

import os
import re
import stat
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIRECTORIES = ('bin', 'dev', 'etc', 'lib', 'proc', 'sys', 'tmp')
PASSWD = b'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n'
# include/linux/kdev_t.h as cpio has it: major, minor.
CONSOLE, NULL = (5, 1), (1, 3)
# pthread_exit(3) opens it, so that no program names it.
OPENED_LATER = 'libgcc_s.so.1'


# ---- cpio ("newc"), as Documentation/driver-api/early-userspace/buffer-format.rst has it -----------

def entry(number, name, mode, data=b'', device=(0, 0)):
    """One file of the archive, root's, padded to 4 bytes."""
    path = name.encode() + b'\0'
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(path), 0)
    head = b'070701' + b''.join(b'%08x' % field for field in fields) + path
    return padded(head) + padded(data)


def padded(data):
    return data + b'\0' * (-len(data) % 4)


def archive(files):
    """FILES: name -> (mode, data, device); directories have to come before what is in them."""
    entries = [entry(number, name, *content)
               for number, (name, content) in enumerate(files.items(), 1)]
    return b''.join(entries) + entry(0, 'TRAILER!!!', 0)


# ---- programs and what they need -------------------------------------------------------------------

def readelf(program, *options):
    return subprocess.run(['readelf', '-W', *options, program], capture_output=True, text=True,
                          check=True).stdout


def libraries(programs, directories):
    """All shared libraries that PROGRAMS need, out of DIRECTORIES: name -> file."""
    found = {OPENED_LATER: find_library(OPENED_LATER, directories)}
    left = [*programs, *found.values()]
    while left:
        for name in re.findall(r'\(NEEDED\).*\[(.*)\]', readelf(left.pop(), '-d')):
            if name not in found:
                found[name] = find_library(name, directories)
                left.append(found[name])
    return found


def find_library(name, directories):
    for directory in directories:
        if (directory / name).exists():
            return directory / name
    raise FileNotFoundError(f'no {name} in {", ".join(map(str, directories))}')


def loader(program):
    """The path of the dynamic loader, as the program names it."""
    return re.search(r'interpreter: (.*)\]', readelf(program, '-l'))[1]


# ---- all of it -------------------------------------------------------------------------------------

class Files(dict):
    """The files of an archive by name, with the directories above them."""

    def add_directory(self, name):
        if name not in ('', '.'):
            self.add_directory(os.path.dirname(name))
            self.setdefault(name, (stat.S_IFDIR | 0o755, b''))

    def add(self, name, data, mode=0o644):
        self.add_directory(os.path.dirname(name))
        self[name] = (stat.S_IFREG | mode, data)

    def add_device(self, name, device):
        self[name] = (stat.S_IFCHR | 0o666, b'', device)


def guest_files(build, arch):
    """What a guest of ARCH runs: BUILD is build.py's."""
    files = Files()
    for directory in DIRECTORIES:
        files.add_directory(directory)
    files.add_device('dev/console', CONSOLE)
    files.add_device('dev/null', NULL)
    files.add('etc/passwd', PASSWD)
    files.add('init', (HERE / 'init').read_bytes(), 0o755)
    files.add('bin/busybox', build.busybox.read_bytes(), 0o755)
    files['bin/sh'] = (stat.S_IFLNK | 0o777, b'busybox')
    needed = libraries(build.programs.values(), build.directories)
    for name, program in build.programs.items():
        files.add(name, program.read_bytes(), 0o755)
    for name, library in needed.items():
        files.add(f'lib/{arch.triplet}/{name}', library.read_bytes(), 0o755)
    start = loader(next(iter(build.programs.values())))
    files.add(start.lstrip('/'), needed[os.path.basename(start)].read_bytes(), 0o755)
    return files


def write(build, arch, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(archive(guest_files(build, arch)))
