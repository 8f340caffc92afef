#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`check` and `formats diff` as JSON and at terminals of any width, and the advice followed."""

import errno
import fcntl
import json
import os
import re
import struct
import subprocess
import termios
from pathlib import Path

from live import (Skip, as_nobody, equal, expect, main, need_program, need_root, run, run_tool, test,
                  tool, tool_for_nobody, tracing_test, with_tracefs)
from schema import load

try:
    import jsonschema
except ImportError:
    jsonschema = None

TOP = Path(__file__).resolve().parents[2]
A, B = 'amd64-6.1.0-50', 'amd64-7.3.4+deb13'


def validator(name, part=None):
    if not jsonschema:
        raise Skip('python3-jsonschema is not installed')
    schema = json.loads((TOP / 'docs' / f'{name}.schema.json').read_text(encoding='utf-8'))
    jsonschema.Draft7Validator.check_schema(schema)
    if part:
        schema = {'definitions': schema['definitions'], '$ref': f'#/definitions/{part}'}
    return jsonschema.Draft7Validator(schema)


def valid(name, result):
    """The object that RESULT printed, which keeps to the schema NAME."""
    equal(result.err, b'', 'standard error')
    document = load(result.out)
    for error in validator(name).iter_errors(document):
        raise AssertionError(f'{list(error.absolute_path)}: {error.message}')
    return document


def checked(*prefix):
    """Exit status and object of check -F json."""
    result = run([*prefix, 'check', '-F', 'json'])
    return result.status, valid('check', result)


# ---- JSON ------------------------------------------------------------------------------------------

@test
def json_of_check_keeps_to_its_schema():
    with tool_for_nobody() as copy:
        for prefix in ([tool()], as_nobody(copy)):
            status, found = checked(*prefix)
            equal(status == 1, found['verdict'] == 'fail', f'status {status}')
            verdicts = {row['verdict'] for row in found['rows']}
            worst = next(word for word in ('fail', 'warn', 'ok') if word in verdicts)
            equal(found['verdict'], worst, 'the verdict')
    valid('check', run_tool('check', '-F', 'json', '--formats', '/nowhere'))


@test
def json_and_text_of_check_are_the_same():
    _, found = checked(tool())
    words = run_tool('check').out.decode().split()
    for text in [row['what'] for row in found['rows']] + [found['advice']]:
        expect(' '.join(text.split()) in ' '.join(words), f'{text!r} is not in the text')


@test
def the_schema_refuses_other_objects():
    _, found = checked(tool())
    wrong = [{**found, 'v': 2}, {**found, 'more': 1}, {**found, 'verdict': 'FAIL'},
             {**found, 'rows': []}, {name: found[name] for name in found if name != 'ways'},
             {**found, 'rows': [{**found['rows'][0], 'found': None}]}]
    for document in wrong:
        expect(not validator('check').is_valid(document), f'{document} passed')


@test
def golden_rows_keep_to_the_schema():
    found = load((TOP / 'fixtures' / 'golden' / 'check.json').read_bytes())
    for row in found['rows']:
        validator('check', 'row').validate(row)
    for way in found['ways']:
        validator('check', 'way').validate(way)


@test
def backends_are_those_that_can_be_chosen():
    _, found = checked(tool())
    names = re.search(r'-b takes (.*), not', run_tool('-b', 'none').err_text())[1]
    equal(['auto', *[row['backend']['name'] for row in found['rows'] if row['backend']]],
          re.split(', | or ', names), 'backends of check')


@test
def json_of_diff_keeps_to_its_schema():
    for args in ([A, B], ['-v', A, B], [A, A], [A, B, 'sched:*exec'],
                 ['arm64-5.10', 'android-hammerhead_MRA59G_3.4.0'],
                 [TOP / 'fixtures' / 'corpus' / 'capture' / 's390x-file.data', 's390x-7.2']):
        result = run_tool('formats', 'diff', '-F', 'json', *args)
        text = run_tool('formats', 'diff', *args)
        found = valid('formats-diff', result)
        equal((result.status, result.status in (0, 1)), (text.status, True), f'status of {args}')
        sides = len(found['only_a']) + len(found['only_b'])
        sums = re.search(r'^(\d+) of (\d+) events? differs?(?:, (\d+))?', text.out.decode(), re.M)
        equal((found['differ'], found['compared'], sides),
              tuple(int(number or 0) for number in sums.groups()), f'sums of {args}')


@test
def diff_tells_what_changed():
    found = valid('formats-diff', run_tool('formats', 'diff', '-F', 'json', A, B))
    changes = {(event['name'], field['name']): field
               for event in found['events'] for field in event['fields']}
    field = changes['sched_process_exec', 'filename']
    equal(field['change'], 'changed', 'filename')
    equal((field['a']['signed'], field['b']['signed']), (True, False), 'its sign')
    for field in changes.values():
        equal((field['change'] == 'added', field['change'] == 'removed'),
              (field['a'] is None, field['b'] is None), f'{field}')
        expect(field['a'] != field['b'], f'{field} has not changed')


@test
def golden_diffs_keep_to_the_schema():
    for name in ('sched', 'common', 'ids'):
        golden = TOP / 'fixtures' / 'golden' / f'formats-diff-{name}.json'
        validator('formats-diff').validate(load(golden.read_bytes()))


# ---- the terminal ----------------------------------------------------------------------------------

def read_all(controller):
    """What is written to its terminal until nobody has that open any more."""
    text = b''
    try:
        while part := os.read(controller, 65536):
            text += part
    except OSError as error:
        equal(error.errno, errno.EIO, 'how the terminal ends')
    return text.decode()


def at_terminal(columns, args):
    """What ARGS prints on a terminal so wide, by lines."""
    controller, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('4H', 24, columns, 0, 0))
    try:
        with subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal):
            os.close(terminal)
            return read_all(controller).replace('\r\n', '\n').splitlines()
    finally:
        os.close(controller)


@test
def check_fits_the_terminal():
    with tool_for_nobody() as copy:
        for prefix in ([tool()], as_nobody(copy)):
            shown = {width: at_terminal(width, [*prefix, 'check']) for width in (60, 80, 200)}
            for width, lines in shown.items():
                for line in lines:
                    expect(len(line) <= width, f'{width} columns: {line!r}')
            expect(len(shown[60]) > len(shown[80]) > len(shown[200]), 'the width changes nothing')
            equal(run([*prefix, 'check']).out.decode().splitlines(), shown[80], 'without a terminal')


# ---- the advice ------------------------------------------------------------------------------------

def way(found, word):
    """The command of the way that has WORD in it."""
    commands = [way['command'] for way in found['ways'] if word in way['command']]
    return commands[0] if commands else None


def capabilities(text):
    return set(re.findall(r'cap_[a-z_]+', text.lower()))


@test
def capabilities_are_those_of_the_scripts():
    source = (TOP / 'include' / 'cli' / 'check_advice.h').read_text(encoding='utf-8')
    ours = capabilities(re.search(r'#define CHECK_CAPABILITIES(?:.*\\\n)*.*', source)[0])
    script = (TOP / 'scripts' / 'grant-caps').read_text(encoding='utf-8')
    granted = capabilities(re.search(r'^others=(.*)', script, re.MULTILINE)[1])
    equal(ours, granted | {'cap_perfmon'}, 'capabilities')
    unit = (TOP / 'contrib' / 'perf-exec-trace.service.in').read_text(encoding='utf-8')
    advice = (TOP / 'src' / 'cli' / 'check_advice.c').read_text(encoding='utf-8')
    equal(capabilities(re.search(r'"AmbientCapabilities=(.*?)"', advice)[1]),
          capabilities(re.search(r'^AmbientCapabilities=(.*)', unit, re.MULTILINE)[1]), 'the unit')


@tracing_test
def the_recipe_lets_nobody_trace():
    """Where tracefs is mounted, and the kernel takes CAP_PERFMON."""
    need_root()
    need_program('setcap')
    with tool_for_nobody() as copy:
        prefix = [*with_tracefs(), *as_nobody(copy)]
        status, found = checked(*prefix)
        recipe = way(found, 'setcap')
        if not recipe:
            raise Skip(f'no recipe on this host: {[row["found"] for row in found["rows"]]}')
        equal(status, 1, 'status before')
        command = recipe.removeprefix('sudo ')
        path = f'{Path(copy).parent}:{os.environ["PATH"]}'
        granted = run(['sh', '-c', command], env={**os.environ, 'PATH': path})
        if granted.status != 0:
            raise Skip(f'capabilities of files do not work here: {granted.err_text().strip()}')
        status, found = checked(*prefix)
        if found['host']['capabilities'] == '0' * 16:
            raise Skip('capabilities of files have no effect on this file system')
        perf = next(row for row in found['rows'] if row['what'] == '-b perf')
        equal((perf['backend']['works'], way(found, 'setcap')), (True, None), f'{perf}')
        run([*prefix, '-q', '-b', 'perf', '--', 'true']).must_succeed()


@tracing_test
def the_recipe_is_not_named_where_it_does_not_suffice():
    need_root()
    expect(not way(checked(tool())[1], 'setcap'), 'root needs none')
    with tool_for_nobody() as copy:
        bound = [*with_tracefs(), need_program('setpriv'), '--bounding-set=-sys_ptrace',
                 *as_nobody(copy)]
        expect(not way(checked(*bound)[1], 'setcap'), 'without CAP_SYS_PTRACE to be had')


main()
