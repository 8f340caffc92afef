# SPDX-License-Identifier: GPL-2.0-or-later
"""
Debian packages, downloaded and unpacked, never installed: apt runs with a configuration of its own
for each suite and architecture. Needs apt, a Debian mirror and its keyring.
"""

import re
import subprocess
import tarfile
import time
from pathlib import Path

KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
MIRROR = 'http://deb.debian.org/debian'
LISTS_FRESH_S = 24 * 3600
DOWNLOAD_LIMIT_S = 900

CONFIGURATION = '''\
Dir::State "{own}/state";
Dir::State::status "{own}/status";
Dir::Cache "{own}/cache";
Dir::Etc::SourceList "{own}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
APT::Architecture "{arch}";
APT::Architectures {{ "{arch}"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
#clear APT::Update;
#clear DPkg;
'''


class Unavailable(Exception):
    """What cannot be downloaded here, and why."""


def run(args, what, **options):
    """The output of a program that WHAT needs."""
    try:
        done = subprocess.run(args, capture_output=True, text=True, timeout=DOWNLOAD_LIMIT_S,
                              check=False, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f'{what}: {error}') from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ['no reason given']
        raise Unavailable(f'{what}: {said[-1]}')
    return done.stdout


def mirror():
    """The Debian mirror that this host uses, if it does."""
    found = run(['apt-get', 'indextargets', '--format', '$(REPO_URI)', 'Origin: Debian'],
                'the mirror').split()
    return next((uri for uri in found if 'security' not in uri), MIRROR)


class Apt:
    """The packages of one suite for one architecture."""

    def __init__(self, cache, suite, arch):
        self.own = cache / 'apt' / f'{suite}-{arch}'
        self.suite, self.arch = suite, arch
        self.configuration = self.own / 'apt.conf'
        self.update()

    def update(self):
        """Download the lists, once a day; old ones serve where that fails."""
        ready = self.own / 'ready'
        if ready.exists() and time.time() - ready.stat().st_mtime < LISTS_FRESH_S:
            return
        for name in ('state/lists/partial', 'cache/archives/partial'):
            (self.own / name).mkdir(parents=True, exist_ok=True)
        (self.own / 'status').touch()
        (self.own / 'sources.list').write_text(
            f'deb [signed-by={KEYRING}] {mirror()} {self.suite} main\n', encoding='utf-8')
        self.configuration.write_text(CONFIGURATION.format(own=self.own, arch=self.arch),
                                      encoding='utf-8')
        try:
            # Without --error-on it succeeds where nothing could be downloaded.
            self.run('apt-get', 'update', '-qq', '--error-on=any')
        except Unavailable:
            if not ready.exists():
                raise
        ready.touch()

    def run(self, program, *args):
        """The output of apt-get or apt-cache."""
        return run([program, '-c', self.configuration, *args], f'{self.suite} for {self.arch}')

    def download(self, packages):
        """The packages with all they depend on: their files."""
        self.run('apt-get', 'clean')
        self.run('apt-get', '-y', '-qq', '-d', 'install', *packages)
        return sorted((self.own / 'cache' / 'archives').glob('*.deb'))

    def depends(self, package, wanted):
        """The first package beginning with WANTED that PACKAGE depends on, or None."""
        found = re.findall(rf'Depends: ({wanted}\S*)', self.run('apt-cache', 'depends', package))
        return found[0] if found else None

    def download_alone(self, package):
        """One package without what it depends on: its file."""
        for old in self.own.glob('*.deb'):
            old.unlink()
        # It downloads into the current directory.
        run(['apt-get', '-c', self.configuration, '-qq', 'download', package],
            f'{package} of {self.suite}', cwd=self.own)
        return next(self.own.glob('*.deb'))


def unpack(files, directory, leave_out=()):
    """Lay packages out below DIRECTORY, but for those of these names."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in files:
        if file.name.partition('_')[0] not in leave_out:
            run(['dpkg-deb', '-x', file, directory], file.name)
    make_links_relative(directory)


def make_links_relative(directory):
    """Links from / lead into this machine, not below DIRECTORY."""
    for path in directory.rglob('*'):
        if path.is_symlink() and path.readlink().is_absolute():
            target = Path(*['..'] * (len(path.relative_to(directory).parts) - 1),
                          *path.readlink().parts[1:])
            path.unlink()
            path.symlink_to(target)


def unpack_tree(apt, packages, directory, leave_out=()):
    """Download and unpack packages with what they depend on, unless that has been done of the same."""
    done, wanted = directory / '.complete', ' '.join(packages)
    if not done.exists() or done.read_text(encoding='ascii') != wanted:
        unpack(apt.download(packages), directory, leave_out)
        apt.run('apt-get', 'clean')
        done.write_text(wanted, encoding='ascii')
    return directory


# ---- kernels -------------------------------------------------------------------------------------

def image_package(apt, package):
    """The package that has the kernel: from 6.19 on another than linux-image-VERSION."""
    image = apt.depends(package, 'linux-image-[0-9]')
    if not image:
        raise Unavailable(f'{package} of {apt.suite} depends on no kernel')
    return apt.depends(image, 'linux-binary-') or image


def take_kernel(file, target):
    """Out of a package, without unpacking the modules beside it."""
    with subprocess.Popen(['dpkg-deb', '--fsys-tarfile', file], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as unpacking:
        with tarfile.open(fileobj=unpacking.stdout, mode='r|') as archive:
            for member in archive:
                if member.isfile() and Path(member.name).name.startswith('vmlinuz'):
                    target.write_bytes(archive.extractfile(member).read())
                    unpacking.kill()
                    return
    raise Unavailable(f'no kernel in {file.name}')


def kernel(cache, wanted):
    """The newest kernel of its meta-package: its file."""
    directory = cache / 'kernels' / wanted.name
    directory.mkdir(parents=True, exist_ok=True)
    apt = Apt(cache, wanted.suite, wanted.arch.name)
    package = image_package(apt, wanted.package)
    file = directory / package
    if not file.exists():
        for old in directory.iterdir():
            old.unlink()
        deb = apt.download_alone(package)
        take_kernel(deb, file)
        deb.unlink()
    return file
