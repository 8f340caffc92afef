#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The compilation database of -F compile-commands: what bear writes of the same build, what a replay
writes of its capture, and what clangd takes.
"""

import json
import re
import shutil
import signal

from live import (Skip, equal, expect, main, need_program, run, run_tool, scratch, tracer,
                  tracing_test, wait_until)

SOURCE = 'int {name}(void)\n{{\n\treturn NUMBER;\n}}\n'
MAKEFILE = '''\
all: app.o two.o
\t$(MAKE) -C lib CC=$(CC)
\t$(CC) -o app app.o two.o lib/one.o
%.o: %.c
\t$(CC) -Wall -DNUMBER=7 -Ilib -MMD -MF $*.d -c -o $@ $<
# Neither compiles
both: all
\t$(CC) -E -DNUMBER=1 app.c >/dev/null
\t$(CC) --version >/dev/null
\t$(CC) -DNUMBER=2 app.c lib/../two.c -o both -Llib -lm
'''
LEFT_OUT = re.compile(r'left out: the arguments of (\d+) .* directory of (\d+) .*, 0 are not UTF-8')
LIBRARY = '''\
one.o: one.c
\t$(CC) -DNUMBER=3 -include $(CURDIR)/../app.h -c one.c -o one.o
'''


def make_project(directory):
    (directory / 'lib').mkdir()
    (directory / 'app.c').write_text('int main(void)\n{\n\treturn NUMBER;\n}\n')
    (directory / 'app.h').write_text('')
    (directory / 'two.c').write_text(SOURCE.format(name='two'))
    (directory / 'lib' / 'one.c').write_text(SOURCE.format(name='one'))
    (directory / 'Makefile').write_text(MAKEFILE)
    (directory / 'lib' / 'Makefile').write_text(LIBRARY)


def build(directory, compiler):
    return ['make', '-s', '-B', '-j2', '-C', directory, 'both', f'CC={compiler}']


def loaded(database):
    return json.loads(database.read_text())


def entries(items):
    return sorted((item['directory'], item['file'], item.get('output', ''), item['arguments'])
                  for item in items)


def without_clangs_own(items):
    """Bear has what clang's driver runs itself, too."""
    return [item for item in items if '-cc1' not in item['arguments']]


def traced(directory, *command):
    database = directory / 'compile_commands.json'
    run_tool('-q', '-F', 'compile-commands', '-o', database, '--', *command,
             timeout=60).must_succeed()
    return entries(loaded(database))


@tracing_test
def every_source_has_an_entry():
    need_program('gcc')
    need_program('make')
    with scratch() as directory:
        make_project(directory)
        top, lib, gcc = str(directory), str(directory / 'lib'), shutil.which('gcc')
        both = [gcc, '-c', '-DNUMBER=2', '-o', 'both']
        expected = sorted([
            (lib, lib + '/one.c', lib + '/one.o',
             [gcc, '-DNUMBER=3', '-include', top + '/lib/../app.h', '-c', '-o', 'one.o', 'one.c']),
            (top, top + '/app.c', top + '/both', both + ['app.c']),
            (top, top + '/two.c', top + '/both', both + ['lib/../two.c'])] + [
                (top, f'{top}/{name}.c', f'{top}/{name}.o',
                 [gcc, '-Wall', '-DNUMBER=7', '-Ilib', '-c', '-o', name + '.o', name + '.c'])
                for name in ('app', 'two')])
        equal(traced(directory, *build(directory, 'gcc')), expected, 'entries')


@tracing_test
def same_as_bear():
    need_program('bear')
    need_program('make')
    compilers = [name for name in ('gcc', 'clang', 'cc') if shutil.which(name)]
    if not compilers:
        raise Skip('no compiler here')
    for compiler in compilers:
        with scratch() as directory:
            make_project(directory)
            database = directory / 'bear.json'
            result = run(['bear', '--output', database, '--', *build(directory, compiler)],
                         timeout=60)
            items = loaded(database) if database.exists() else []
            if result.status != 0 or not items:
                raise Skip(f'bear does not work here: {result.err_text().strip()[-200:]}')
            equal(traced(directory, *build(directory, compiler)),
                  entries(without_clangs_own(items)), f'entries by {compiler}')


@tracing_test
def wrapped_compilers_have_one_entry():
    """A hit may be over before its directory can be read: it is counted, then."""
    need_program('ccache')
    need_program('gcc')
    with scratch() as directory:
        make_project(directory)
        lines = [f'ccache gcc -DNUMBER={number % 3} -c app.c -o app{number}.o'
                 for number in range(30)]
        (directory / 'build.sh').write_text('\n'.join(lines))
        database = directory / 'compile_commands.json'
        said = run_tool('-F', 'compile-commands', '-o', database, '--', 'sh', '-c',
                        f'cd {directory} && CCACHE_DIR=$PWD/cache sh build.sh',
                        ).must_succeed().err_text()
        expected = [(str(directory), f'{directory}/app.c', f'{directory}/app{number}.o',
                     ['gcc', f'-DNUMBER={number % 3}', '-c', '-o', f'app{number}.o', 'app.c'])
                    for number in range(30)]
        found = entries(loaded(database))
        left_out = LEFT_OUT.search(said)
        missed = int(left_out[1]) + int(left_out[2]) if left_out else 0
        expect(found and all(entry in expected for entry in found), found)
        equal(len(found) + missed, 30, f'runs ({said})')


@tracing_test
def replay_needs_directories():
    need_program('gcc')
    need_program('make')
    with scratch() as directory:
        make_project(directory)
        capture, database = directory / 'capture', directory / 'replayed.json'
        replay = ('replay', '-F', 'compile-commands', '-o', database, capture)

        run_tool('record', '-q', '-x', '--cwd', '-o', capture, '--', *build(directory, 'gcc'),
                 timeout=60).must_succeed()
        run_tool(*replay).must_succeed()
        equal(entries(loaded(database)), traced(directory, *build(directory, 'gcc')),
              'of the replay')
        capture.unlink()
        run_tool('record', '-q', '-x', '-o', capture, '--', *build(directory, 'gcc'),
                 timeout=60).must_succeed()
        notice = run_tool(*replay).must_succeed().err_text()
        equal(entries(loaded(database)), [], 'without directories')
        expect('the directory of 4 is not known' in notice and 'without --cwd' in notice, notice)


@tracing_test
def interrupted_trace_is_whole():
    need_program('gcc')
    with scratch() as directory:
        make_project(directory)
        for number in (signal.SIGINT, signal.SIGTERM):
            database = directory / f'{number}.json'
            with tracer('--stream', '-F', 'compile-commands', '-o', database) as trace:
                wait_until(database.exists, 'the database')
                run(['gcc', '-DNUMBER=1', '-c', directory / 'app.c', '-o', directory / 'app.o'])
                trace.finish(number).must_succeed()
            expect(str(directory / 'app.o') in [entry[2] for entry in entries(loaded(database))],
                   'the compile before the signal')


@tracing_test
def clangd_takes_it():
    need_program('clangd')
    need_program('gcc')
    with scratch() as directory:
        make_project(directory)
        traced(directory, *build(directory, 'gcc'))
        # NUMBER is defined by the database alone.
        checked = run(['clangd', '--check=' + str(directory / 'lib' / 'one.c'),
                       '--compile-commands-dir=' + str(directory)], timeout=60)
        said = checked.err_text()
        expect('Compile command from CDB' in said and '-DNUMBER=3' in said, said)
        equal(checked.status, 0, 'status of clangd')


main()
