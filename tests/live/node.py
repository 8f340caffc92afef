# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages of npm that tests look with at what a person sees: none is needed, each is welcome."""

import functools
import os
import shutil
from pathlib import Path

from live import Skip, run


@functools.cache
def node_paths():
    """Where packages are: in NODE_PATH, or installed for all."""
    places = os.environ.get('NODE_PATH', '').split(':')
    if shutil.which('npm'):
        places.append(run(['npm', 'root', '-g']).out.decode().strip())
    return [place for place in places if place]


def package(name):
    """The directory of the package NAME."""
    for place in node_paths():
        if (Path(place) / name / 'package.json').is_file():
            return Path(place) / name
    raise Skip(f'no {name} (npm install -g {name}, or NODE_PATH)')
