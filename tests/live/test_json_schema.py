#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the unit tests compare with (fixtures/golden/) keeps the promises of docs/: JSON by its schema,
-x by its grammar, and both of them say the same. And what breaks a promise is noticed.
"""

import json
import re
from pathlib import Path

from extended import FIELDS, USAGE, ExecFailed, parse_extended
from lines import Exec, Exit, Fork, Lost, split_lines
from live import equal, expect, main, no_problems, test
from schema import bytes_of, load, load_schema, problems

TOP = Path(__file__).resolve().parents[2]
GOLDEN = TOP / 'fixtures' / 'golden'
OPTIONAL = {'time', 'env', 'env_other', 'cwd', 'exe', 'session', 'tty', 'loginuid', 'unit', 'container', 'usage'}
NEVER_NULL = {'v', 'type', 'seq', 'tid', 'child_tid',
              'argv_complete', 'argv_source', 'ancestry_complete', 'path_complete', 'errno', 'count', 'reason', 'limit'}
# No field of any type may be one of these.
WRONG = [1.5, [[]], {'hex': 1}]


def golden(name):
    return split_lines((GOLDEN / name).read_bytes())


def line_of(event):
    return json.dumps(event).replace('\x7f', '\\u007f').encode('utf-8') + b'\n'


def first(kind, **values):
    """The first golden line of a type whose fields have these values, as the first of its trace."""
    for line in golden('json-full.txt'):
        event = load(line)
        if {'type': kind, **values}.items() <= event.items():
            return {**event, 'seq': 1}
    return expect(False, f'no {kind} with {values} in the golden file')


def must_be_refused(line, what):
    expect(list(problems([line])), f'{what} passed: {line!r}')


# ---- JSON ----------------------------------------------------------------------------------------

@test
def golden_lines_are_as_the_schema_has_them():
    for name in ['json.txt', 'json-full.txt']:
        no_problems(list(problems(golden(name))))


@test
def every_field_of_every_type_is_known_in_a_golden_line():
    known = {}
    for line in golden('json-full.txt'):
        event = load(line)
        known.setdefault(event['type'], set()).update(
            name for name, value in event.items() if value is not None)
    schema = load_schema()
    for kind in schema['properties']['type']['enum']:
        equal(known[kind], set(schema['definitions'][kind]['properties']), f'fields of {kind}')


@test
def nothing_appears_that_was_not_asked_for():
    for line in golden('json.txt'):
        equal(OPTIONAL & set(load(line)), set(), 'fields')


def altered(event):
    """EVENT with one thing wrong, for each thing that can be; and what that is."""
    for name in event:
        if name not in OPTIONAL:
            yield {key: event[key] for key in event if key != name}, f'a line without {name}'
        for other in WRONG + [None] * (name in NEVER_NULL):
            yield {**event, name: other}, f'{other!r} for {name}'
    yield {**event, 'more': None}, 'one field more'
    yield {**event, 'v': 2}, 'another version'
    yield {**event, 'type': 'Fork'}, 'another type'
    yield {**event, 'seq': 2}, 'a gap'


@test
def a_line_with_anything_wrong_is_refused():
    for line in golden('json-full.txt'):
        original = {**load(line), 'seq': 1}
        no_problems(list(problems([line_of(original)])))
        for event, what in altered(original):
            must_be_refused(line_of(event), what)


KILLER = {'pid': 1, 'comm': 'x', 'tid': 1, 'thread_comm': 'x'}


@test
def values_that_contradict_each_other_are_refused():
    for event, what in [
            ({**first('exec', argv=None), 'argv': []}, 'argv from nowhere'),
            ({**first('exec', argv=None), 'argv_complete': True}, 'all of an unknown argv'),
            ({**first('exec', argv_source='stack'), 'argv': None}, 'no argv from the stack'),
            ({**first('exec', argv_source='stack'), 'argv_source': 'proc_start'}, 'an old exec'),
            ({**first('exit', argv=None), 'argv_source': 'stack'}, 'no argv at an exit'),
            ({**first('exit', exit_code=3), 'killed_by': KILLER}, 'not killed'),
            ({**first('exit', exit_code=3), 'signal': 9}, 'a code and a signal'),
            ({**first('exit', signal=15), 'signal': None}, 'the name of no signal'),
            ({**first('exec_failed', path=None), 'path_complete': True}, 'all of no path')]:
        must_be_refused(line_of(event), what)
    exec_event = first('exec')
    del exec_event['env']
    must_be_refused(line_of(exec_event), 'env_other without env')


@test
def texts_that_are_not_what_their_bytes_are_are_refused():
    for value in [{'hex': '61', 'text': 'a'}, {'hex': 'ff', 'text': '\ufffd\ufffd'},
                  {'hex': 'FF', 'text': '\ufffd'}, {'hex': 'f', 'text': '\ufffd'},
                  {'hex': 'efbfbd', 'text': '\ufffd'}]:
        must_be_refused(line_of({**first('fork'), 'comm': value}), f'comm {value}')
        must_be_refused(line_of({**first('exec', argc=3), 'env': {'A': value}}), f'env {value}')


@test
def lines_that_are_no_json_are_refused():
    line = line_of(first('lost'))
    no_problems(list(problems([line])))
    for broken in [b'', b'\n', line[:-1], line[:-2] + b'\n', line[:-1] + line, b'null\n', b'[]\n',
                   line.replace(b'"cpu": 3', b'"cpu": 3, "cpu": 3'),
                   line.replace(b'"cpu": 3', b'"cpu": NaN'), line.replace(b'{', b'{\t', 1)]:
        expect(broken != line, 'nothing is broken')
        must_be_refused(broken, 'a broken line')
    line = line_of(first('fork', comm='bash'))
    for char in [b'\x01', b'\x7f', b'\xc2\x9b', b'\xe2\x80\xa8', b'\xe2\x80\xae', b'\xff']:
        must_be_refused(line.replace(b'"bash"', b'"' + char + b'"', 1), f'{char} as it is')


# ---- -x ------------------------------------------------------------------------------------------

def environment_of(event):
    """All entries; objects have no order to rely on."""
    if event['env'] is None:
        return None
    return sorted([name.encode('utf-8') + b'=' + bytes_of(value)
                   for name, value in event['env'].items()] + texts_of(event['env_other']))


def texts_of(values):
    return None if values is None else [bytes_of(value) for value in values]


def ancestry_of(event):
    if event['ancestry'] is None:
        return None
    return ([{**ancestor, 'comm': bytes_of(ancestor['comm'])} for ancestor in event['ancestry']],
            event['ancestry_complete'])


def as_extended(event):
    """What the -x line of an event that is known from JSON has to say."""
    nobody = dict.fromkeys(('pid', 'comm', 'tid', 'thread_comm'))
    killer = event.get('killed_by') or nobody
    handled = event.get('after_signal') or {}
    sender = handled.get('sender') or nobody
    made = {
        'argv': lambda: texts_of(event['argv']),
        'env': lambda: environment_of(event),
        'ancestry': lambda: ancestry_of(event),
        'cgroup': lambda: bytes_of(event['cgroup']),
        'filename': lambda: bytes_of(event['filename']),
        'failed_exec': lambda: bytes_of(event['failed_exec']),
        'killed_by_pid': lambda: killer['pid'],
        'killed_by_comm': lambda: bytes_of(killer['comm']),
        'killed_by_tid': lambda: killer['tid'],
        'killed_by_thread_comm': lambda: bytes_of(killer['thread_comm']),
        'after_signal': lambda: handled.get('signal'),
        'after_signal_name': lambda: handled.get('signal_name'),
        'after_signal_sent_by': lambda: handled.get('sent_by'),
        'after_signal_pid': lambda: sender['pid'],
        'after_signal_comm': lambda: bytes_of(sender['comm']),
        'after_signal_ns': lambda: handled.get('before_ns'),
    }
    if 'usage' in event:
        event = {**event, **dict.fromkeys(USAGE), **(event['usage'] or {})}
    for name in {'cwd', 'exe', 'tty', 'unit', 'container'} & set(event):
        made[name] = lambda name=name: bytes_of(event[name])
    return {name: made[name]() if name in made else event[name]
            for name in FIELDS[event['type'].upper()] if name in event or name in made
            and not (name == 'env' and 'env' not in event)}


def text_of(value):
    """The bytes of a text in a plain line."""
    return b'?' if value is None else bytes_of(value)


def as_plain(event):
    """The same for the line that it begins with, which does not tell "?" from unknown."""
    ms = None if event['time_ns'] is None else event['time_ns'] // 1000000
    comm = text_of(event.get('comm'))
    if event['type'] == 'fork':
        return Fork(ms, event['tid'], comm, event['child_tid'], text_of(event['child_comm']))
    if event['type'] == 'exec_failed':
        return ExecFailed(ms, event['tid'], comm, text_of(event['path']))
    if event['type'] == 'exec':
        return Exec(ms, event['tid'], comm, text_of(event['filename']))
    if event['type'] == 'exit':
        return Exit(ms, event['tid'], comm, event['prio'])
    if event['type'] == 'lost':
        return Lost(ms, event['cpu'], event['count'])
    return (ms, event['reason'].encode('utf-8'), event['limit'])


@test
def extended_lines_say_what_json_says():
    for json_name, name in [('json.txt', 'extended.txt'), ('json-full.txt', 'extended-full.txt')]:
        events, lines = map(golden, [json_name, name])
        equal(len(lines), len(events), f'lines of {name}')
        for line, event in zip(lines, map(load, events)):
            plain, fields = parse_extended(line)
            if fields.get('env') is not None:
                fields['env'].sort()
            equal(plain, as_plain(event), f'the plain part of {line!r}')
            equal(fields, as_extended(event), f'the fields of {line!r}')


# ---- what is documented --------------------------------------------------------------------------

def documented(name):
    """What the tables of a document begin their rows with."""
    text = (TOP / 'docs' / name).read_text(encoding='utf-8')
    return {field for row in re.findall(r'^\| (`.*?) \|', text, re.MULTILINE)
            for field in re.findall(r'`(\w+)`', row)}


@test
def every_field_is_documented():
    schema = load_schema()
    fields = {name for kind in schema['properties']['type']['enum']
              for name in schema['definitions'][kind]['properties']}
    equal(documented('json.md'), fields, 'fields in docs/json.md')
    equal(documented('extended.md'), {name for names in FIELDS.values() for name in names},
          'fields in docs/extended.md')


def examples(name, start):
    found = re.findall(f'^({start}.*)$', (TOP / 'docs' / name).read_text(encoding='utf-8'),
                       re.MULTILINE)
    expect(found, f'no examples found in {name}')
    return found


@test
def examples_are_right():
    events = [json.loads(example) for example in examples('json.md', r'\{"v":')]
    no_problems([problem for event in events
                 for problem in problems([line_of({**event, 'seq': 1})])])
    parsed = [parse_extended(f'{example}\n'.encode('utf-8'))
              for example in examples('extended.md', r'E[A-Z]+\|[0-9]')]
    equal(parsed, [(as_plain(event), as_extended(event)) for event in events], 'examples of -x')


main()
