#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The commands that we show: those of README.md are run, but for some that cannot be, and of all the
options are parsed.
"""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from live import (equal, expect, main, need_program, note, run, run_tool, scratch, test, tool,
                  tracing_test)

TOP = Path(__file__).resolve().parents[2]
CAPTURE = TOP / 'fixtures' / 'statuses' / 'statuses.data'

# Of commands: what cannot be run by a test, and why.
NOT_RUN = [
    (r'^(sudo )?make (run|test|check|bench|fuzz|(un)?install)', 'test_package.py looks at those'),
    (r'^(sudo )?(apt-get|apt|dnf|apk|pacman|zypper|setcap) ', 'it changes the machine'),
    (r'^(git clone|curl|wget|cd) ', 'the source is here already'),
    (r'\bssh ', 'there is no other host'),
    (r'perf_exec_trace (-\S+ )*(-c|--cgroup)[ =]', 'the cgroup need not be here'),
    (r'\b(docker|podman|systemctl|systemd-run) ', 'the service need not be here'),
    (r'\b(PID|TID|PPID|N|SECS|FILE|DIR|COMMAND|OPTION|USER|NAME|REGEX|CGROUP|LIST|FMT)\b',
     'it has placeholders'),
]

# A trace of the host is interrupted, one of COMMAND ends by itself.
TOOL = '''#!/bin/sh
case ${1:-} in
replay | check | formats | help) exec "$tool" "$@" ;;
esac
command=$("$tool" --complete -- "$@" '' | sed -n 's/^:command //p')
[ "${command:-$#}" -ge $# ] || exec "$tool" "$@"
exec timeout --foreground --preserve-status -s INT 1 "$tool" "$@"
'''
SUDO = '#!/bin/sh\nexec "$@"\n'
PIDOF = '#!/bin/sh\necho "$process"\n'
# What a project might build.
MAKEFILE = 'all:\n\t@true\n.DEFAULT:\n\t@true\n'


# ---- the commands --------------------------------------------------------------------------------

def joined(text):
    """The lines of TEXT, with those that go on behind a backslash or a pipe."""
    return re.sub(r'\\\n\s*|(?<=\|)\n>\s*', ' ', text).splitlines()


def commands_in(text):
    """The commands in fenced blocks and in backquotes."""
    for kind, block in re.findall(r'^```(\w*)\n(.*?)^```', text, re.MULTILINE | re.DOTALL):
        lines = joined(block)
        if kind == 'console':
            lines = [line[2:] for line in lines if line.startswith(('# ', '$ '))]
        if kind in ('sh', 'bash', 'console'):
            yield from filter(None, (re.sub(r'(^|\s)#( .*|$)', '', line).strip() for line in lines))
    prose = re.sub(r'^```.*?^```', '', text, flags=re.MULTILINE | re.DOTALL)
    quoted = re.findall(r'`(perf_exec_trace\s[^`]+)`', prose)
    yield from (line.replace('\n', ' ') for line in quoted)


def shown(name):
    """The commands in a file of ours, each once."""
    text = (TOP / name).read_text(encoding='utf-8')
    found = re.findall(r'^\.Dl (.*)', text, re.MULTILINE) if name.startswith('man/') \
        else commands_in(text)
    return list(dict.fromkeys(found))


def documents():
    return [str(path.relative_to(TOP)) for pattern in ('*.md', 'docs/*.md', 'man/*.1')
            for path in TOP.glob(pattern)]


def simple_commands(line):
    """LINE, split at pipes and the like, each part as words."""
    line = re.sub(r'\$\([^)]*\)', '1', line)
    line = re.sub(r'\d?>+ *[\w./-]+', '', line)
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split, words.commenters = True, ''
    parts = [[]]
    for word in words:
        if set(word) <= set('|&;()<>'):
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def why_not_run(line):
    for pattern, reason in NOT_RUN:
        if re.search(pattern, line):
            return reason
    for words in simple_commands(line):
        program = words[words[0] == 'sudo']
        if program == 'perf' and not has_perf() or \
                program not in ('perf_exec_trace', 'perf') and not shutil.which(program):
            return f'{program} is not installed'
    return ''


def has_perf():
    return shutil.which('perf') and run(['perf', '--version']).status == 0


# ---- parsing them --------------------------------------------------------------------------------

def check_parse(line):
    """--help is heeded only where all options are understood."""
    for words in simple_commands(line):
        if 'perf_exec_trace' not in words:
            continue
        words = words[words.index('perf_exec_trace') + 1:]
        modes = 1 if words and words[0] in ('record', 'replay', 'check', 'formats', 'help') else 0
        words = [re.sub(r'^(PID|PPID|TID|N|SECS)$', '1', word) for word in words]
        result = run_tool(*words[:modes], '--help', *words[modes:])
        expect(result.status == 0 or 'no such cgroup' in result.err_text(),
               f'{line!r}: {result.err_text()!r}')


@test
def all_are_parsed():
    for name in ('README.md', 'man/perf_exec_trace.1'):
        count = sum('perf_exec_trace' in line for line in shown(name))
        expect(count >= 5, f'only {count} found in {name}')
    for name in documents():
        for line in shown(name):
            check_parse(line)


@test
def commands_are_found_and_told_apart():
    """The same on a text of our own."""
    text = '''
```sh
make run     # comment
perf_exec_trace -F tree -- \\
    make -j8
```
```console
# perf_exec_trace -F json |
>     jq .
output
```
as `perf_exec_trace check` says, and `make` does.
'''
    equal(list(commands_in(text)), ['make run', 'perf_exec_trace -F tree --  make -j8',
                                    'perf_exec_trace -F json | jq .', 'perf_exec_trace check'],
          'commands')
    equal(simple_commands("a 'b|c' $(pidof x) | d > e"), [['a', 'b|c', '1'], ['d']], 'words')
    expect(why_not_run('make run') and why_not_run('perf_exec_trace -p PID'), 'they cannot be run')
    equal(why_not_run('perf_exec_trace -x -- true'), '', 'it can be run')


# ---- running them --------------------------------------------------------------------------------

class Place(NamedTuple):
    """Where the commands are run: a project to build, and a process to look at."""
    directory: Path
    process: int

    def make_files_of(self, line):
        """The captures and scripts that LINE takes for granted."""
        for name in re.findall(r'[\w.-]+\.data\b', line):
            if re.search('replay|diff', line) and not (self.directory / name).exists():
                shutil.copy(CAPTURE, self.directory / name)
        for name in re.findall(r'[\w.-]+\.sh\b', line):
            (self.directory / name).touch(0o755)

    def run(self, line):
        self.make_files_of(line)
        environment = {**os.environ, 'PATH': f'{self.directory}/bin:{os.environ["PATH"]}',
                       'tool': tool(), 'process': str(self.process), 'MAKEFLAGS': ''}
        return run(['bash', '-o', 'pipefail', '-c', re.sub(r'\b1234\b', str(self.process), line)],
                   cwd=self.directory, env=environment)


@contextlib.contextmanager
def place():
    with scratch() as directory, subprocess.Popen(['sleep', 'infinity']) as process:
        try:
            (directory / 'bin').mkdir()
            for name, text in {'perf_exec_trace': TOOL, 'sudo': SUDO, 'pidof': PIDOF}.items():
                (directory / 'bin' / name).write_text(text, encoding='ascii')
                (directory / 'bin' / name).chmod(0o755)
            (directory / 'Makefile').write_text(MAKEFILE, encoding='ascii')
            yield Place(directory, process.pid)
        finally:
            process.kill()


def statuses(line):
    """Those that LINE may have: COMMAND's, or that of differences found."""
    own = {0, 1} if ' diff ' in line else {0}
    return own | set(map(int, re.findall(r'\bexit (\d+)', line)))


@tracing_test
def all_are_run():
    need_program('timeout')
    with place() as here:
        for line in shown('README.md'):
            reason = why_not_run(line)
            if reason:
                note(f'not run: {line}: {reason}')
                continue
            result = here.run(line)
            expect(result.status in statuses(line),
                   f'{line!r}: status {result.status}, {result.err_text()[-2000:]!r}')


main()
