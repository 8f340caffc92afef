# SPDX-License-Identifier: GPL-2.0-or-later
"""The pipe-delimited lines, read as strictly as their contract allows."""

import re
import unicodedata
from typing import NamedTuple


class BadLine(Exception):
    """A line that breaks the contract."""


class Fork(NamedTuple):
    ms: int
    parent: int
    parent_comm: bytes
    child: int
    child_comm: bytes


class Exec(NamedTuple):
    ms: int
    pid: int
    comm: bytes
    filename: bytes


class Exit(NamedTuple):
    ms: int
    pid: int
    comm: bytes
    prio: int


class Lost(NamedTuple):
    ms: int
    cpu: int
    count: int


class Truncated(NamedTuple):
    ms: int
    reason: bytes
    limit: int


SHAPES = {'FORK': Fork, 'EXEC': Exec, 'EXIT': Exit, 'LOST': Lost, 'TRUNCATED': Truncated}
EVENTS = (Fork, Exec, Exit)

NUMBER = re.compile(r'0|-?[1-9][0-9]*')
ESCAPED = re.compile(rb'\\x([0-9a-f]{2})')
# Unicode's Bidi_Control, and the separators that end a line.
SEPARATORS = set('\u2028\u2029\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e'
                 '\u2066\u2067\u2068\u2069')


def must_be_escaped(char):
    return (char in '|\\' or char in SEPARATORS or unicodedata.category(char) == 'Cc'
            or 0xdc80 <= ord(char) <= 0xdcff)


def escape(raw):
    """The one right way to write these bytes into a field."""
    out = []
    for char in raw.decode('utf-8', 'surrogateescape'):
        if must_be_escaped(char):
            out += ['\\x%02x' % byte for byte in char.encode('utf-8', 'surrogateescape')]
        else:
            out.append(char)
    return ''.join(out)


def unescape(text):
    """The bytes that a field stands for."""
    raw = ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), text.encode('utf-8'))
    if escape(raw) != text:
        raise BadLine(f'field {text!r} is not how {raw!r} is to be escaped')
    return raw


# What a capture or a backend may not tell.
MAYBE_UNKNOWN = {'ms', 'cpu', 'prio'}


def number(text):
    if not NUMBER.fullmatch(text):
        raise BadLine(f'{text!r} is no decimal number')
    return int(text)


def parse_field(field, name, kind):
    if field == '?' and name in MAYBE_UNKNOWN:
        return None
    return number(field) if kind is int else unescape(field)


def parse_line(line):
    """Parse one line (bytes, with its newline)."""
    if not line.endswith(b'\n'):
        raise BadLine(f'line without an end: {line!r}')
    try:
        text = line[:-1].decode('utf-8')
    except UnicodeDecodeError as error:
        raise BadLine(f'line is not UTF-8 ({error}): {line!r}') from None
    name, *fields = text.split('|')
    shape = SHAPES.get(name)
    if shape is None:
        raise BadLine(f'line of unknown type: {line!r}')
    types = shape.__annotations__
    if len(fields) != len(types):
        raise BadLine(f'{name} line with {len(fields) + 1} fields: {line!r}')
    try:
        return shape(*(parse_field(field, *item) for field, item in zip(fields, types.items())))
    except BadLine as error:
        raise BadLine(f'{error}, in {line!r}') from None


def split_lines(output):
    """Lines end at \\n and nowhere else, unlike what bytes.splitlines() thinks."""
    lines = output.split(b'\n')
    return [line + b'\n' for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def parse(output):
    """Parse all lines of OUTPUT (bytes)."""
    return [parse_line(line) for line in split_lines(output)]
