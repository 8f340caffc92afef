#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What README and man page say of the options is what the program says."""

import re
from pathlib import Path

from live import equal, expect, main, run_tool, test

TOP = Path(__file__).resolve().parents[2]
LONG_OPTION = re.compile(r'--([a-z][a-z-]+)')


def options_in_help(*mode):
    """The long options with their short ones ('' where there is none)."""
    text = run_tool(*mode, '--help').must_succeed().out.decode()
    found = re.findall(r'^  (?:-(\w), |    )--([a-z-]+)', text, re.MULTILINE)
    return {long: short for short, long in found}


def options_in_man():
    text = (TOP / 'man' / 'perf_exec_trace.1').read_text(encoding='utf-8')
    found = re.findall(r'^\.It (?:Fl (\w) , )?Fl -([a-z-]+)', text, re.MULTILINE)
    return {long: short for short, long in found}


@test
def man_page_has_the_options_of_the_help():
    expect('duration' in options_in_help(), 'no options found in the help')
    equal(options_in_man(), options_in_help(), 'options of the man page')


@test
def readme_has_the_options_of_the_help():
    text = (TOP / 'README.md').read_text(encoding='utf-8')
    rows = '\n'.join(line for line in text.splitlines() if line.startswith('| `-'))
    for long, short in options_in_help().items():
        if short:
            expect(f'`-{short}' in rows or f' -{short}' in rows, f'no -{short} in the README')
        else:
            expect(f'--{long}' in rows, f'no --{long} in the README')


@test
def readme_names_only_options_that_exist():
    text = (TOP / 'README.md').read_text(encoding='utf-8')
    examples = [line for line in text.splitlines()
                if line.lstrip('#$ ').startswith('perf_exec_trace ')]
    expect(examples, 'no example commands found')
    known = set(options_in_help()) | set(options_in_help('check'))
    for example in examples:
        ours = example.partition(' -- ')[0]
        for long in LONG_OPTION.findall(ours):
            expect(long in known, f'{example!r} has --{long}')


@test
def readme_lines_are_the_lines():
    text = (TOP / 'README.md').read_text(encoding='utf-8')
    man = (TOP / 'man' / 'perf_exec_trace.1').read_text(encoding='utf-8')
    for shape in ['FORK|timestamp_ms|parent_pid|parent_comm|child_pid|child_comm',
                  'EXEC|timestamp_ms|pid|comm|filename', 'EXIT|timestamp_ms|pid|comm|prio',
                  'LOST|timestamp_ms|cpu|count', 'TRUNCATED|timestamp_ms|reason|limit']:
        expect(shape in text and shape in man, f'{shape} is not documented')


main()
