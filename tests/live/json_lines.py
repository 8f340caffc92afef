# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of `-F json`, read as strictly as their contract (docs/json.md) allows."""

import json
from typing import NamedTuple

from lines import BadLine, split_lines


class Ancestor(NamedTuple):
    pid: int
    comm: bytes
    from_proc: bool


class Killer(NamedTuple):
    pid: int
    comm: bytes
    tid: int
    thread_comm: bytes


class Fork(NamedTuple):
    seq: int
    time_ns: int
    cpu: int
    pid: int
    tid: int
    ppid: int
    comm: bytes
    from_proc: bool
    child_pid: int
    child_tid: int
    child_comm: bytes
    kind: str
    clone_flags: frozenset
    uid: int
    cgroup: bytes
    ancestry: tuple
    ancestry_complete: bool
    clone_flags_complete: bool


class Exec(NamedTuple):
    seq: int
    time_ns: int
    cpu: int
    pid: int
    tid: int
    ppid: int
    comm: bytes
    from_proc: bool
    filename: bytes
    old_pid: int
    argc: int
    argv: tuple
    argv_complete: bool
    argv_source: str
    uid: int
    euid: int
    gid: int
    egid: int
    secure: bool
    cgroup: bytes
    ancestry: tuple
    ancestry_complete: bool
    age_ns: int
    since_exec_ns: int
    env: dict = None  # with --env
    env_other: tuple = None


class Exit(NamedTuple):
    seq: int
    time_ns: int
    cpu: int
    pid: int
    tid: int
    ppid: int
    comm: bytes
    from_proc: bool
    prio: int
    last: bool
    exit_code: int
    signal: int
    signal_name: str
    core: bool
    oom: bool
    killed_by: Killer
    failed_exec: bytes
    age_ns: int
    since_exec_ns: int
    filename: bytes
    argv: tuple
    argv_complete: bool
    argv_source: str
    uid: int
    cgroup: bytes
    ancestry: tuple
    ancestry_complete: bool
    sent_by: str
    after_signal: dict


class ExecFailed(NamedTuple):
    seq: int
    time_ns: int
    cpu: int
    pid: int
    tid: int
    ppid: int
    comm: bytes
    from_proc: bool
    path: bytes
    path_complete: bool
    errno: int
    errno_name: str
    uid: int
    cgroup: bytes
    ancestry: tuple
    ancestry_complete: bool
    age_ns: int
    since_exec_ns: int


class Lost(NamedTuple):
    seq: int
    time_ns: int
    cpu: int
    count: int


class Truncated(NamedTuple):
    seq: int
    time_ns: int
    reason: bytes
    limit: int


SHAPES = {'fork': Fork, 'exec': Exec, 'exit': Exit, 'exec_failed': ExecFailed, 'lost': Lost,
          'truncated': Truncated}
EVENTS = (Fork, Exec, Exit)


# ---- values --------------------------------------------------------------------------------------

def must(condition, what):
    if not condition:
        raise BadLine(what)


def raw(value):
    """The bytes that a text stands for."""
    if isinstance(value, str):
        try:
            return value.encode('utf-8')
        except UnicodeEncodeError:
            raise BadLine(f'{value!r} has half a character') from None
    must(isinstance(value, dict) and set(value) == {'hex', 'text'}, f'{value!r} is no text')
    data = bytes.fromhex(value['hex'])
    must(data.hex() == value['hex'], f'{value!r}: not lower-case digits')
    decoded = data.decode('utf-8', 'surrogateescape')
    shown = ''.join('\ufffd' if 0xdc80 <= ord(char) <= 0xdcff else char for char in decoded)
    must(shown != decoded, f'{value!r} is UTF-8 and should be a string')
    must(shown == value['text'], f'{value!r}: the text should be {shown!r}')
    return data


def raw_tuple(values):
    return tuple(map(raw, values))


def ancestors(values):
    return tuple(Ancestor(value['pid'], raw(value['comm']), value['from_proc']) for value in values)


CONVERSIONS = {
    'comm': raw, 'child_comm': raw, 'filename': raw, 'cgroup': raw, 'reason': raw,
    'failed_exec': raw, 'path': raw,
    'argv': raw_tuple, 'env_other': raw_tuple, 'clone_flags': frozenset, 'ancestry': ancestors,
    'env': lambda value: {name.encode(): raw(text) for name, text in value.items()},
    'killed_by': lambda value: Killer(value['pid'], raw(value['comm']), value['tid'],
                                      raw(value['thread_comm'])),
}


def convert(name, value):
    return CONVERSIONS[name](value) if value is not None and name in CONVERSIONS else value


# ---- lines ---------------------------------------------------------------------------------------

def object_once(pairs):
    found = dict(pairs)
    must(len(found) == len(pairs), f'a name twice in {[name for name, _ in pairs]}')
    return found


def no_constant(text):
    raise BadLine(f'{text} is no JSON')


def load_line(line):
    """The object of one line (bytes, with its newline)."""
    must(line.endswith(b'\n'), f'line without an end: {line!r}')
    try:
        found = json.loads(line.decode('utf-8'), object_pairs_hook=object_once,
                           parse_constant=no_constant)
    except ValueError as error:
        raise BadLine(f'{error}, in {line!r}') from None
    must(isinstance(found, dict), f'no object: {line!r}')
    return found


def parse_line(line):
    found = load_line(line)
    must(found.get('v') == 1, f'not of version 1: {line!r}')
    shape = SHAPES.get(found.get('type'))
    must(shape, f'line of unknown type: {line!r}')
    missing = set(shape._fields) - set(found) - set(shape._field_defaults)
    must(not missing, f'without {sorted(missing)}: {line!r}')
    try:
        return shape(**{name: convert(name, found[name]) for name in shape._fields
                        if name in found})
    except (TypeError, KeyError, ValueError) as error:
        raise BadLine(f'{error}, in {line!r}') from None


def parse(output):
    """Parse all lines of OUTPUT (bytes)."""
    return [parse_line(line) for line in split_lines(output)]
