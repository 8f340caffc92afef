#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What bash completes of our command line."""

from pathlib import Path

from live import equal, expect, main, need_program, run, run_tool, scratch, test, tool

COMPLETION = Path(__file__).resolve().parents[2] / 'completions' / 'perf_exec_trace.bash'

# As readline calls it: the program, the word, the one before it.
SCRIPT = '''
source "$1"; shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_perf_exec_trace "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
'''


def completions(*words, **options):
    """Of the last of WORDS."""
    result = run([need_program('bash'), '--norc', '-c', SCRIPT, 'bash', COMPLETION, tool(), *words],
                 **options)
    equal(result.err, b'', f'standard error for {words}')
    return sorted(filter(None, result.out.decode().split('\n')))


@test
def modes_and_options():
    equal(completions(''), ['check', 'formats', 'record', 'replay'], 'first words')
    equal(completions('re'), ['record', 'replay'], 're')
    equal(completions('--for'), ['--format', '--formats'], '--for')
    equal(completions('record', '--for'), ['--formats'], 'record --for')
    equal(completions('-d', '5', '--str'), ['--stream'], '-d 5 --str')
    equal(completions('check', '--str'), [], 'check --str')
    equal(completions('formats', ''), ['diff', 'list', 'show'], 'formats')


@test
def every_long_option_of_the_help():
    for mode in ((), ('record',), ('replay',)):
        text = run_tool(*mode, '--help').must_succeed().out.decode()
        for option in completions(*mode, '--'):
            expect(option in text, f'{option} is not in the help of {mode}')
        for option in ('--events', '--extended', '--arg-bytes', '--version', '--help'):
            equal(option in completions(*mode, '--'), option in text, f'{mode} {option}')


@test
def values():
    equal(completions('-F', ''), ['json', 'pipe', 'table', 'tree'], '-F')
    equal(completions('--format', '=', 'j'), ['json'], '--format=j')
    equal(completions('--format', '='), ['json', 'pipe', 'table', 'tree'], '--format=')
    equal(completions('replay', '-F', 't'), ['table', 'tree'], '-F t')
    equal(completions('check', '-F', ''), ['json', 'text'], 'check -F')
    equal(completions('formats', 'diff', '-F', ''), ['json', 'text'], 'formats diff -F')
    equal(completions('-e', 'ex'), ['exec', 'exit'], '-e ex')
    equal(completions('-e', 'fork,exe'), ['fork,exec'], '-e fork,exe')
    equal(completions('-n', ''), [], '-n')
    equal(completions('--env', ''), ['all'], '--env')


@test
def files():
    with scratch() as directory:
        (directory / 'a capture').touch()
        (directory / 'formats').mkdir()
        equal(completions('replay', 'a', cwd=directory), ['a capture'], 'replay')
        equal(completions('-o', '', cwd=directory), ['a capture', 'formats'], '-o')
        equal(completions('--formats', '', cwd=directory), ['formats'], '--formats')


@test
def commands():
    expect('cat' in completions('-n', '5', '--', 'ca'), 'no command after --')
    equal(completions('--', 'cat', '--for'), [], 'options of COMMAND')


main()
