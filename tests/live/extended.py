# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of -x, taken apart by the grammar of docs/extended.md and nothing else."""

import re
from typing import NamedTuple

from lines import SHAPES, BadLine, number, parse_line


class ExecFailed(NamedTuple):
    """What begins as a plain line would, were it one of those."""
    ms: int
    tid: int
    comm: bytes
    path: bytes


EXEC_FAILED = 'EXEC_FAILED'
# What stands before the fields: the line without -x.
SHAPE_FIELDS = {name: 1 + len(shape.__annotations__)
                for name, shape in [*SHAPES.items(), (EXEC_FAILED, ExecFailed)]}

HEAD = ['time_ns', 'time']
USAGE = ['user_ns', 'system_ns', 'max_rss_bytes', 'read_bytes', 'written_bytes']
TASK = ['cpu', 'pid', 'tid', 'ppid', 'from_proc']
FIELDS = {
    'FORK': HEAD + TASK + ['child_pid', 'kind', 'clone_flags', 'uid', 'cgroup', 'unit', 'container',
                           'ancestry', 'clone_flags_complete'],
    'EXEC': HEAD + TASK + ['old_pid', 'argc', 'argv', 'argv_complete', 'argv_source', 'env', 'uid',
                           'euid', 'gid', 'egid', 'secure', 'cgroup', 'unit', 'container',
                           'ancestry', 'age_ns', 'since_exec_ns', 'cwd', 'exe', 'session', 'tty', 'loginuid'],
    'EXIT': HEAD + TASK + ['last', 'exit_code', 'signal', 'signal_name', 'core', 'oom',
                           'killed_by_pid', 'killed_by_comm', 'killed_by_tid',
                           'killed_by_thread_comm', 'failed_exec', 'age_ns', 'since_exec_ns',
                           'filename', 'argv', 'argv_complete', 'argv_source', 'uid', 'cgroup',
                           'unit', 'container', 'ancestry', 'sent_by', 'after_signal',
                           'after_signal_name', 'after_signal_sent_by', 'after_signal_pid',
                           'after_signal_comm', 'after_signal_ns', *USAGE],
    EXEC_FAILED: HEAD + TASK + ['path_complete', 'errno', 'errno_name', 'uid', 'cgroup', 'unit',
                                'container', 'ancestry', 'age_ns', 'since_exec_ns'],
    'LOST': HEAD,
    'TRUNCATED': HEAD,
}
WHEN_ASKED = {'time', 'env', 'cwd', 'exe', 'session', 'tty', 'loginuid', 'unit', 'container', *USAGE}

BOOLEANS = {'true': True, 'false': False}
ANCESTOR = re.compile(r'([0-9]+|\?)(\*?):(.*)')
ESCAPE = re.compile(rb'\\x([0-9a-f]{2})')


def text(value):
    if value == '?':
        return None
    return ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), value.encode('utf-8'))


def strings(value):
    return [b'' if item == "''" else text(item) for item in value.split(' ')] if value else []


def words(value):
    return value.split(',') if value else []


def ancestor(value):
    found = ANCESTOR.fullmatch(value)
    if not found:
        raise BadLine(f'{value!r} is no ancestor')
    pid, mark, comm = found.groups()
    return {'pid': None if pid == '?' else int(pid), 'comm': text(comm), 'from_proc': mark == '*'}


def ancestry(value):
    """The ancestors, and whether that is all of them."""
    items = value.split('>') if value else []
    complete = items[-1:] != ['?']
    return [ancestor(item) for item in (items if complete else items[:-1])], complete


def word(value):
    return value


PARSERS = {
    **dict.fromkeys(['time', 'kind', 'argv_source', 'signal_name', 'sent_by', 'after_signal_name',
                     'after_signal_sent_by', 'errno_name'], word),
    **dict.fromkeys(['from_proc', 'argv_complete', 'secure', 'last', 'core', 'oom',
                     'clone_flags_complete', 'path_complete'],
                    BOOLEANS.__getitem__),
    **dict.fromkeys(['cgroup', 'unit', 'container', 'cwd', 'exe', 'tty', 'killed_by_comm',
                     'killed_by_thread_comm', 'failed_exec', 'after_signal_comm', 'filename'], text),
    **dict.fromkeys(['argv', 'env'], strings),
    'clone_flags': words,
    'ancestry': ancestry,
}


def parse_failed(line):
    """An EXEC has the same fields, and no EXEC_FAILED is a plain line."""
    return ExecFailed(*parse_line(line.replace(b'EXEC_FAILED', b'EXEC', 1)))


def parse_extended(line):
    """
    One line (bytes, with its newline): the line that it is without -x, and its fields, None where
    they are unknown.
    """
    parts = line[:-1].decode('utf-8').split('|')
    shape = SHAPE_FIELDS[parts[0]]
    head = parse_failed if parts[0] == EXEC_FAILED else parse_line
    plain = head('|'.join(parts[:shape]).encode('utf-8') + line[-1:])
    pairs = [part.split('=', 1) for part in parts[shape:]]
    names = [name for name, _ in pairs]
    asked = [name for name in FIELDS[parts[0]] if name not in WHEN_ASKED or name in names]
    if names != asked:
        raise BadLine(f'fields {names} instead of {asked} in {line!r}')
    return plain, {name: None if value == '?' else PARSERS.get(name, number)(value)
                   for name, value in pairs}
