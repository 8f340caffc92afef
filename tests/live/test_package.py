#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What make says and installs, the man page, and the demo that `make run` ends with."""

import os
import re
import shutil
from pathlib import Path

from live import (Build, as_nobody, equal, expect, main, need_program, run, scratch, test, tool,
                  tool_for_nobody)

TOP = Path(__file__).resolve().parents[2]
MAN = TOP / 'man' / 'perf_exec_trace.1'
MAKEFILE = (TOP / 'Makefile').read_text(encoding='utf-8')
LINK = re.compile(r'\]\(([^)#:]+)(?:#[^)]*)?\)')
PREFIX = '/opt/tracer'


def make(*args):
    """Of the build as it is: whatever it was made with, nothing is made anew."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES')}
    return run([need_program('make'), '-C', TOP, '--no-print-directory', '-o', 'all',
                f'BUILD={Build.dir}', *args], env=environment).must_succeed()


# ---- make help, make run -------------------------------------------------------------------------

@test
def help_lists_all_targets():
    phony = {name for names in re.findall(r'^\.PHONY: (.*)$', MAKEFILE, re.MULTILINE)
             for name in names.split()} - {'force'}
    expect({'run', 'install', 'help'} <= phony, f'only {phony} found')
    text = make('help').out.decode()
    listed = {name for names in re.findall(r'^([a-z][\w. -]*?)  +\S', text, re.MULTILINE)
              for name in names.split()}
    equal(listed - {'compile_commands.json'}, phony, 'targets of make help')
    expect(all(len(line) <= 100 for line in text.splitlines()), 'overlong lines')


@test
def run_builds_in_parallel():
    for target, goal in (('run', 'all'), ('test', 'tests')):
        jobs = r'--no-print-directory -j\d+ ' + goal + r'\b'
        expect(re.search(jobs, make('-n', target).out.decode()), f'{target} builds one by one')
        expect(not re.search(jobs, make('-n', '-j2', target).out.decode()),
               f'{target} does not leave -j to the user')


# ---- make install, make uninstall ----------------------------------------------------------------

def install(directory, *targets):
    make(*targets, f'DESTDIR={directory}', f'PREFIX={PREFIX}')


def named_ours(directory):
    return {str(path.relative_to(directory)) for path in directory.rglob('*')
            if re.search('perf.exec.trace', path.name)}


@test
def all_is_installed():
    with scratch() as directory:
        install(directory, 'install')
        share = directory / PREFIX[1:] / 'share'
        run([directory / PREFIX[1:] / 'bin' / 'perf_exec_trace', '--version']).must_succeed()
        for name in ('bash-completion/completions/perf_exec_trace',
                     'zsh/site-functions/_perf_exec_trace',
                     'fish/vendor_completions.d/perf_exec_trace.fish'):
            expect((share / name).is_file(), f'no {name}')
        docs = share / 'doc' / 'perf_exec_trace'
        for name in ('LICENSE', *(path.relative_to(TOP) for path in TOP.glob('docs/*'))):
            equal((docs / name).read_bytes(), (TOP / name).read_bytes(), name)
        shipped = {path.relative_to(TOP / 'formats') for path in TOP.glob('formats/**/*')}
        formats = share / 'perf_exec_trace' / 'formats'
        equal({path.relative_to(formats) for path in formats.rglob('*')}, shipped, 'formats')
        modes = {oct(path.stat().st_mode & 0o777) for path in share.rglob('*') if path.is_file()}
        equal(modes, {'0o644'}, 'modes')


@test
def installed_docs_refer_to_what_is_installed():
    with scratch() as directory:
        install(directory, 'install')
        share = directory / PREFIX[1:] / 'share'
        page = (share / 'man' / 'man1' / MAN.name).read_text(encoding='utf-8')
        paths = re.findall(rf'^\.Pa ({PREFIX}\S*)', page, re.MULTILINE)
        expect(len(paths) >= 3 and '/usr/local' not in page, f'the page has only {paths}')
        for path in paths:
            expect((directory / path[1:]).exists(), f'the man page refers to {path}')
        docs = share / 'doc' / 'perf_exec_trace'
        for name in re.findall(r'^\.Pa ([\w-]+\.(?:md|json))\b', page, re.MULTILINE):
            expect((docs / 'docs' / name).exists(), f'the man page refers to {name}')
        for document in docs.rglob('*.md'):
            for target in LINK.findall(document.read_text(encoding='utf-8')):
                expect((document.parent / target).exists(),
                       f'{document.relative_to(docs)} refers to {target}: see DOCS in Makefile')


@test
def uninstall_leaves_nothing_of_ours():
    with scratch() as directory:
        install(directory, 'install', 'install-service')
        expect(len(named_ours(directory)) >= 7, 'not much was installed')
        install(directory, 'uninstall')
        equal(named_ours(directory), set(), 'left behind')
        equal([path for path in directory.rglob('*') if path.is_file()], [], 'files left behind')
        # And where nothing is installed.
        install(directory, 'uninstall')


@test
def uninstall_leaves_what_is_not_ours():
    with scratch() as directory:
        share = directory / PREFIX[1:] / 'share'
        theirs = [share / 'perf_exec_trace' / 'formats' / 'my-kernel' / 'uname',
                  share / 'doc' / 'perf_exec_trace' / 'docs' / 'notes',
                  share / 'man' / 'man1' / 'a.1']
        empty = [share / 'fish' / 'vendor_completions.d', share / 'man' / 'man8']
        for path in theirs:
            path.parent.mkdir(parents=True)
            path.touch()
        for path in empty:
            path.mkdir(parents=True)
        install(directory, 'install')
        install(directory, 'uninstall')
        equal({path for path in directory.rglob('*') if path.is_file()}, set(theirs), 'files left')
        expect(all(path.is_dir() for path in empty), 'empty folders of others are gone')


# ---- the man page --------------------------------------------------------------------------------

@test
def man_page_is_clean():
    result = run([need_program('mandoc'), '-T', 'lint', '-W', 'warning', MAN])
    equal((result.status, result.out), (0, b''), 'mandoc -T lint')


def check_width(text):
    text = re.sub('.\b', '', text)
    expect('OPTIONS' in text and len(text.splitlines()) > 100, 'not rendered')
    for line in text.splitlines():
        expect(len(line) <= 80, f'{len(line)} columns: {line!r}')


@test
def man_page_fits_80_columns():
    args = [need_program('mandoc'), '-T', 'utf8', '-O', 'width=80', MAN]
    check_width(run(args).must_succeed().out.decode())


@test
def man_page_fits_80_columns_by_groff():
    need_program('groff')
    environment = {**os.environ, 'MANWIDTH': '80', 'MAN_KEEP_FORMATTING': '', 'LC_ALL': 'C.UTF-8'}
    result = run([need_program('man'), '-P', 'cat', '-l', MAN], env=environment).must_succeed()
    check_width(result.out.decode())


# ---- the demo ------------------------------------------------------------------------------------

# On a host that forbids all of it.
NO_TRACE = '''#!/bin/sh
[ "$1" = replay ] && exec "$tool" "$@"
echo 'the host forbids it' >&2
exit 1
'''


def demo(program, directory, **options):
    """From a copy that nobody may read as well."""
    for name in ('scripts/demo', 'fixtures/statuses/statuses.data'):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, directory / name)
    result = run([*program[:-1], directory / 'scripts' / 'demo', program[-1]], **options)
    return result.must_succeed().out.decode()


@test
def demo_without_privileges_shows_a_tree():
    with tool_for_nobody() as copy, scratch() as directory:
        text = demo(as_nobody(copy), directory)
        expect(re.search(r'^ +\d+\.\d+ +\d+ ┌ sh -c ', text, re.MULTILINE), f'no tree in {text}')


@test
def demo_where_nothing_can_be_traced_shows_a_capture():
    with scratch() as directory:
        program = directory / 'program'
        program.write_text(NO_TRACE, encoding='ascii')
        program.chmod(0o755)
        text = demo([program], directory, env={**os.environ, 'tool': tool()})
        expect('capture of another machine' in text, f'not said: {text}')
        expect('┌ sh -c ' in text and 'killed by SIGKILL' in text, f'no tree in {text}')


main()
