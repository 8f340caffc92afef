# SPDX-License-Identifier: GPL-2.0-or-later
"""
Lines of -F json, held against docs/json.schema.json by a validator that is not ours, and against
what docs/json.md promises beyond a schema's reach.
"""

import codecs
import functools
import json
from pathlib import Path

from lines import SEPARATORS
from live import Skip

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = Path(__file__).resolve().parents[2] / 'docs' / 'json.schema.json'


class BadJson(Exception):
    """A line that is not what docs/json.md promises."""


def load_schema():
    return json.loads(SCHEMA.read_text(encoding='utf-8'))


@functools.lru_cache(maxsize=None)
def validator():
    if not jsonschema:
        raise Skip('python3-jsonschema is not installed')
    schema = load_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def each_byte_replaced(error):
    return '\ufffd', error.start + 1


codecs.register_error('each_byte_replaced', each_byte_replaced)


def check_bytes(line):
    """UTF-8, one line, and nothing in it that a terminal obeys."""
    if not line.endswith(b'\n'):
        raise BadJson('no newline at its end')
    try:
        text = line[:-1].decode('utf-8')
    except UnicodeDecodeError as error:
        raise BadJson(f'not UTF-8: {error}') from None
    for char in text:
        if ord(char) < 0x20 or 0x7f <= ord(char) < 0xa0 or char in SEPARATORS:
            raise BadJson(f'{char!r} as it is')
    return text


def unique_names(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise BadJson(f'a name twice in {names}')
    return dict(pairs)


def refuse(what):
    raise BadJson(f'{what} is no JSON')


def load(line):
    """One line (bytes, with its newline) as an object."""
    try:
        return json.loads(check_bytes(line), object_pairs_hook=unique_names,
                          parse_constant=refuse)
    except ValueError as error:
        raise BadJson(str(error)) from None


def bytes_of(value):
    """The bytes that a text stands for; None for null."""
    if isinstance(value, str):
        return value.encode('utf-8')
    return value if value is None else bytes.fromhex(value['hex'])


def check_texts(value):
    """Objects in the place of strings are needed, and their two halves agree."""
    if isinstance(value, dict) and set(value) == {'hex', 'text'} \
            and not isinstance(value['hex'], dict):
        raw = bytes_of(value)
        text = raw.decode('utf-8', 'each_byte_replaced')
        if text != value['text'] or text.encode('utf-8') == raw:
            raise BadJson(f'{value} for {raw!r}')
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            check_texts(part)


def problem_of(line, seq):
    try:
        event = load(line)
    except BadJson as problem:
        return str(problem)
    error = next(validator().iter_errors(event), None)
    if error:
        where = '.'.join(map(str, error.absolute_path))
        return f'{where or "the line"}: {error.message}'
    try:
        check_texts({name: value for name, value in event.items() if name != 'env'})
        check_texts(list((event.get('env') or {}).values()))
    except BadJson as problem:
        return str(problem)
    return f'seq {event["seq"]} instead of {seq}' if event['seq'] != seq else None


def problems(lines):
    """What is wrong with LINES (bytes, each with its newline): all lines of one trace."""
    for seq, line in enumerate(lines, 1):
        problem = problem_of(line, seq)
        if problem:
            yield f'line {seq}: {problem}, in {line!r}'
