#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What README, man page and docs/ say of options is what the program says; what they name is there."""

import re
from pathlib import Path

from live import equal, expect, main, run_tool, test

TOP = Path(__file__).resolve().parents[2]
DOCS = [*TOP.glob('*.md'), *(TOP / 'docs').glob('*.md')]
LONG_OPTION = re.compile(r'--([a-z][a-z-]+)')
LINK = re.compile(r'\]\(([^)#:]+)(?:#[^)]*)?\)')


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
def docs_have_the_options_of_the_help():
    text = (TOP / 'docs' / 'options.md').read_text(encoding='utf-8')
    rows = '\n'.join(line for line in text.splitlines() if line.startswith('| `-'))
    for long, short in options_in_help().items():
        if short:
            expect(f'`-{short}' in rows or f' -{short}' in rows, f'no -{short} in docs/options.md')
        else:
            expect(f'--{long}' in rows, f'no --{long} in docs/options.md')


def examples(document):
    """What our examples in DOCUMENT say to the program, without COMMAND and comments."""
    lines = (line.lstrip('#$ ') for line in document.read_text(encoding='utf-8').splitlines())
    return [line.partition(' -- ')[0].partition(' #')[0] for line in lines
            if line.startswith('perf_exec_trace ')]


@test
def examples_have_only_options_that_exist():
    known = {option for mode in ([], ['record'], ['replay'], ['check'], ['diff'], ['formats'])
             for option in options_in_help(*mode)}
    expect(examples(TOP / 'README.md'), 'no example commands found')
    for document in DOCS:
        for example in examples(document):
            for long in LONG_OPTION.findall(example):
                expect(long in known, f'{document.name}: {example!r} has --{long}')


@test
def links_lead_somewhere():
    for document in DOCS:
        for target in LINK.findall(document.read_text(encoding='utf-8')):
            expect((document.parent / target).exists(), f'{document.name}: there is no {target}')
    man = (TOP / 'man' / 'perf_exec_trace.1').read_text(encoding='utf-8')
    for target in re.findall(r'^\.Pa (docs/\S*|README\.md)', man, re.MULTILINE):
        expect((TOP / target).exists(), f'man page: there is no {target}')


@test
def map_has_every_source():
    text = (TOP / 'CONTRIBUTING.md').read_text(encoding='utf-8')
    rows = {}
    for folder, row in re.findall(r'^\| `([\w/]+)/` \| (.*)$', text, re.MULTILINE):
        rows.setdefault(folder, row)
    for source in (TOP / 'src').glob('*/**/*.c'):
        row = rows.get(str(source.parent.relative_to(TOP / 'src')), '')
        names = re.findall(r'`([\w*]+\.c)`', row)
        expect(any(source.match(name) for name in names), f'{source} is not on the map')


@test
def readme_lines_are_the_lines():
    text = (TOP / 'README.md').read_text(encoding='utf-8')
    man = (TOP / 'man' / 'perf_exec_trace.1').read_text(encoding='utf-8')
    for shape in ['FORK|timestamp_ms|parent_pid|parent_comm|child_pid|child_comm',
                  'EXEC|timestamp_ms|pid|comm|filename', 'EXIT|timestamp_ms|pid|comm|prio',
                  'LOST|timestamp_ms|cpu|count', 'TRUNCATED|timestamp_ms|reason|limit']:
        expect(shape in text and shape in man, f'{shape} is not documented')


main()
