#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`diff`: two builds are equal but for what was changed, wherever and in whatever order they ran."""

import json
import os
import signal
import subprocess
from pathlib import Path

from live import (Background, Skip, equal, expect, main, need_program, run, run_tool, scratch, test,
                  tool, tracing_test, wait_until)

try:
    import jsonschema
except ImportError:
    jsonschema = None

TOP = Path(__file__).resolve().parents[2]

MAKEFILE = '''\
OBJECTS := a.o b.o c.o d.o e.o
CFLAGS ?= -O1
program: $(OBJECTS)
\t$(CC) -o $@ $(OBJECTS)
\t@rm -f log.$$$$ && echo done > $(CURDIR)/log
%.o: %.c
\t@mkdir -p $(CURDIR)/made; printf '%s\\n' "$@"
\t$(CC) $(CFLAGS) -I$(CURDIR) -c -o $@ $<
'''


def status_of(background):
    text = Path(f'/proc/{background.process.pid}/status').read_text(encoding='utf-8')
    return dict(line.split(':', 1) for line in text.splitlines())


def make_project(directory):
    need_program('make')
    need_program('gcc')
    directory.mkdir()
    (directory / 'Makefile').write_text(MAKEFILE, encoding='utf-8')
    for name in 'abcd':
        (directory / f'{name}.c').write_text(f'int {name}(void) {{ return 1; }}\n', encoding='utf-8')
    (directory / 'e.c').write_text('int main(void) { return 0; }\n', encoding='utf-8')
    return directory


def record(root, name, *options, cflags='-O1', edit=None, shell_directory=True):
    """A capture of a build in a directory of its own, called NAME as well."""
    directory, capture = make_project(root / name), root / f'{name}.data'
    if edit:
        edit(directory)
    environment = {**os.environ, 'CFLAGS': cflags}
    if shell_directory:
        environment['PWD'] = str(directory)
    run([tool(), 'record', '-q', *options, '-o', capture, '--', 'make', '-j2', 'CC=gcc'],
        cwd=directory, env=environment)
    expect(capture.exists(), 'nothing was recorded')
    return capture


def schema():
    text = (TOP / 'docs' / 'diff.schema.json').read_text(encoding='utf-8')
    return json.loads(text)


def report(a, b, *options, status):
    """The JSON of `diff`, which keeps to its schema."""
    result = run_tool('diff', '-F', 'json', *options, a, b)
    equal(result.status, status, f'status of {result.args}, which said {result.err_text()!r} and '
                                 f'{result.out.decode()}')
    found = json.loads(result.out)
    if jsonschema:
        jsonschema.Draft7Validator(schema()).validate(found)
    equal(found['differ'], status == 1, 'differ')
    return found


def nothing_but(found, *kinds):
    for kind in {'changed', 'only_a', 'only_b', 'ended'} - set(kinds):
        equal(found[kind], [], kind)


@tracing_test
def two_builds_alike():
    with scratch() as root:
        a, b = record(root, 'a', '-x'), record(root, 'another', '-x')
        found = report(a, b, status=0)
        nothing_but(found)
        equal(found['a']['directories'], [str(root / 'a')], 'the directory of A')
        expect(found['a']['runs'] == found['b']['runs'] >= 20, f'runs of {found["a"]}')
        result = run_tool('diff', a, b).must_succeed()
        expect(result.out.endswith(b'\nno difference in what ran and how it ended\n'), result.out)
        # As they are, their directories differ, and the names of what gcc keeps in /tmp.
        expect(report(a, b, '--raw', status=1)['changed'], 'nothing differs with --raw')


@tracing_test
def one_flag_changed():
    with scratch() as root:
        a, b = record(root, 'a', '-x'), record(root, 'another', '-x', cflags='-O3')
        found = report(a, b, status=1)
        nothing_but(found, 'changed')
        equal([(change['removed'], change['added']) for change in found['changed']],
              [(['-O1'], ['-O3'])], 'changes')
        programs = {program['name']: program['runs'] for program in found['changed'][0]['programs']}
        equal(programs.get('gcc'), 5, f'runs of gcc among {programs}')
        text = run_tool('diff', a, b).out.decode()
        equal(text.count(' -> '), 1 + text.partition('took notably')[2].count(' -> '),
              f'changes in {text}')
        expect('-O1 -> -O3\n' in text, text)


@tracing_test
def what_ends_differently():
    def spoil(directory):
        (directory / 'c.c').write_text('int c(void) { return no_such; }\n', encoding='utf-8')

    with scratch() as root:
        a, b = record(root, 'a', '-x'), record(root, 'another', '-x', edit=spoil)
        found = report(a, b, status=1)
        endings = {(ended['argv'] or ended['program'])[0]:
                   (ended['endings_a'][0]['code'], ended['endings_b'][0]['code'])
                   for ended in found['ended']}
        equal(endings.get('make'), (0, 2), 'make')
        equal(endings.get('gcc'), (0, 1), 'gcc')
        # The program is not linked in B.
        expect(any('program' in (only['argv'] or []) for only in found['only_a']), found['only_a'])
        nothing_but(found, 'only_a', 'only_b', 'ended', 'changed')


@tracing_test
def directories():
    """By --cwd, where the shell's is another; and as given."""
    with scratch() as root:
        a = record(root, 'a', '-x', '--cwd', shell_directory=False)
        b = record(root, 'another', '-x', shell_directory=False)
        found = report(a, b, '--dir-b', root / 'another', status=0)
        nothing_but(found)
        equal(found['a']['directories'][0], os.path.realpath(root / 'a'), 'the directory of A')
        equal(found['b']['directories'], [str(root / 'another')], 'the directory of B')
        nothing_but(report(a, b, '--dir-a', root / 'a', f'--dir-b={root}/another/', status=0))
        found = report(a, b, '--dir-a', '/elsewhere', '--dir-b', '/elsewhere', status=1)
        expect(found['changed'], 'nothing is changed')
        nothing_but(found, 'changed')


@tracing_test
def standard_input_and_no_arguments():
    with scratch() as root:
        a, b = record(root, 'a'), record(root, 'another', '-x', cflags='-O3')
        with open(a, 'rb') as capture:
            found = json.loads(run_tool('diff', '-q', '-F', 'json', '-', b, stdin=capture)
                               .must_succeed().out)
        equal(found['a']['name'], 'standard input', 'name')
        expect(found['programs_only'], 'arguments are known')
        nothing_but(found)
        result = run_tool('diff', a, b).must_succeed()
        expect('record -x takes them' in result.err_text(), result.err_text())
        equal(result.out.count(b'arguments are not known on both sides'), 1, 'how often it is said')


@test
def a_pipe():
    stream = TOP / 'fixtures' / 'captures' / 'amd64-6.1.0-50' / 'p3.pipe'
    for args in (('-', stream), (stream, '-')):
        found = json.loads(run_tool('diff', '-q', '-F', 'json', *args, text=stream.read_bytes())
                           .must_succeed().out)
        expect(found['a']['runs'] == found['b']['runs'] > 0, f'runs of {found}')


@test
def an_interrupt():
    """While it waits for a capture, and nothing has come."""
    capture = TOP / 'fixtures' / 'captures' / 'amd64-6.1.0-50' / 'p1.data'
    with Background([tool(), 'diff', '-', capture], stdin=subprocess.PIPE) as background:
        wait_until(lambda: 'SigCgt' in status_of(background) and
                   int(status_of(background)['SigCgt'], 16) >> (signal.SIGINT - 1) & 1,
                   'the handler of SIGINT')
        result = background.finish(signal.SIGINT)
        background.process.stdin.close()
    equal((result.status, result.out), (2, b''), 'status and output')
    expect('interrupted' in result.err_text(), result.err_text())


@test
def schema_is_one():
    if not jsonschema:
        raise Skip('python3-jsonschema is not installed')
    jsonschema.Draft7Validator.check_schema(schema())


@test
def wrong_usage_and_failures():
    capture = TOP / 'fixtures' / 'captures' / 'amd64-6.1.0-50' / 'p1.data'
    for args, why in [((), 'diff takes two captures'), ((capture,), 'diff takes two captures'),
                      ((capture, capture, capture), 'diff takes two captures'),
                      (('-', '-'), 'only one capture can be standard input'),
                      ((capture, '/no such'), 'cannot open /no such'),
                      (('-F', 'xml', capture, capture), '-F takes text or json'),
                      (('--dir-a', '', capture, capture), '--dir-a takes a name')]:
        result = run_tool('diff', *args)
        equal(result.status, 2, f'status of {args}')
        expect(why in result.err_text(), f'{args} say {result.err_text()!r}')
        equal(result.out, b'', f'output of {args}')
    full = run([tool(), 'diff', capture, capture], stdout=open('/dev/full', 'wb'))
    equal(full.status, 2, 'status on a full disk')
    expect('cannot write standard output: No space left on device' in full.err_text(),
           full.err_text())


main()
