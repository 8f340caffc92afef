# SPDX-License-Identifier: GPL-2.0-or-later
"""Failed execs of a trace, held against the log of failed_execs_workload.c."""

import errno
import re
from pathlib import Path
from typing import NamedTuple

from live import equal

# The tracepoint tells the first bytes of a path, and these behind them; and a dot for each byte that
# is not printable in ISO 8859-1. The probe tells all of it as it is.
CUT = b'...'
PATH_MAX = 4096
UNPRINTABLE = re.compile(rb'[\x00-\x1f\x7f-\x9f]')


class Failure(NamedTuple):
    """One line of the log (failed_execs_workload.c)."""
    pid: int
    tid: int
    errno: int
    comm: bytes
    path: bytes


def text(word):
    return None if word == '?' else b'' if word == '-' else bytes.fromhex(word)


def failures(log):
    found = []
    for line in Path(log).read_text(encoding='ascii').splitlines():
        kind, *words = line.split(' ')
        equal(kind, 'FAILED', f'what the workload did: {line}')
        found.append(Failure(*map(int, words[:3]), *map(text, words[3:])))
    return found


def is_taken(failure):
    """Whether the kernel takes the path at all, so that a probe behind that sees it."""
    return not (failure.path == b'' and failure.errno == errno.ENOENT
                or failure.path and len(failure.path) >= PATH_MAX)


def is_path(event, failure, exact):
    """Whether an event tells this path, or its beginning where it says that there is more."""
    path = failure.path
    if exact and not is_taken(failure):
        path = None
    if path is None or event.path is None:
        return path is event.path and not event.path_complete
    if exact:
        return event.path == path and event.path_complete != path.endswith(CUT)
    path = UNPRINTABLE.sub(b'.', path)
    if event.path_complete:
        return event.path == path
    return event.path.endswith(CUT) and path.startswith(event.path[:-len(CUT)])


def failure_problems(events, log, exact=False):
    """What is wrong, EXACT where the probe tells paths: each task's failures have to come in their order, none more and none less."""
    told, meant = {}, {}
    for event in events:
        told.setdefault((event.pid, event.tid), []).append(event)
    for failure in failures(log):
        meant.setdefault((failure.pid, failure.tid), []).append(failure)
    for task in sorted({*told, *meant}):
        mine, logged = told.get(task, []), meant.get(task, [])
        if len(mine) != len(logged):
            yield f'{task}: {len(mine)} failed execs, not {len(logged)}'
        for event, failure in zip(mine, logged):
            if (event.errno, event.comm) != (failure.errno, failure.comm) or \
                    not is_path(event, failure, exact):
                yield f'{event} is not {failure}'
            elif event.errno_name != errno.errorcode[event.errno]:
                yield f'{event}: another name of the error'
