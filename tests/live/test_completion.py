#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What bash, zsh and fish complete of our command line, each asked as by a user."""

import contextlib
import os
import pwd
import re
import select
import shlex
import signal
import subprocess
import time
from pathlib import Path

from live import (TIMEOUT, Skip, equal, expect, main, need_program, own_cgroup, run, run_tool,
                  scale, scratch, test, tool)

TOP = Path(__file__).resolve().parents[2]
COMPLETIONS = TOP / 'completions'
BASH_COMPLETION = Path('/usr/share/bash-completion/bash_completion')
PROMPT = b'READY> '
LINE = re.compile(rb'LINE<(.*?)>\r?\n', re.DOTALL)
WORDS = {'record', 'replay', 'check', 'diff', 'formats', 'help'}
MODES = ((), ('record',), ('replay',), ('check',), ('diff',), ('formats',))


# ---- the tool alone ------------------------------------------------------------------------------

def candidates(*words):
    """What the tool tells the shells of the last of WORDS: lines without their descriptions."""
    text = run_tool('--complete', '--', *words).must_succeed().out.decode()
    return [line.partition('\t')[0] for line in text.splitlines()]


def without_directives(*words):
    return {line for line in candidates(*words) if not line.startswith(':')}


@test
def every_long_option_of_the_help():
    for mode in MODES:
        text = run_tool(*mode, '--help').must_succeed().out.decode()
        in_help = set(re.findall(r'^  (?:-\w, |    )(--[a-z-]+)', text, re.MULTILINE))
        expect(in_help, f'no options in the help of {mode}')
        offered = set(candidates(*mode, '--'))
        equal(offered - {'--'}, in_help, f'options of {mode}')
        equal('--' in offered, mode in ((), ('record',)), f'-- of {mode}')


def values_in_help(*mode):
    """What each option with an argument calls it: {'--format': 'FMT'}."""
    text = run_tool(*mode, '--help').must_succeed().out.decode()
    return dict(re.findall(r'^  (?:-\w, |    )(--[a-z-]+)=(\S+)', text, re.MULTILINE))


@test
def every_option_with_an_argument():
    """Something is offered for each kind of argument but these."""
    freely_typed = {'SECS', 'N', 'REGEX', 'STATUS[,STATUS...]'}
    for mode in MODES:
        for option, value in values_in_help(*mode).items():
            if value == 'CGROUP':  # which this host may not show
                continue
            equal(bool(candidates(*mode, option, '')), value not in freely_typed,
                  f'{mode} {option}={value}')


@test
def values():
    equal(candidates('-F', ''),
          ['pipe', 'json', 'table', 'tree', 'html', 'perfetto', 'compile-commands'], '-F')
    equal(candidates('-xF', 'j'), ['json'], '-xF j')
    equal(candidates('-Fj'), [], '-Fj')
    equal(candidates('--format=t'), ['--format=table', '--format=tree'], '--format=t')
    equal(candidates('--stream=t'), [], '--stream=t')
    equal(candidates('replay', '-F', 't'), ['table', 'tree'], 'replay -F t')
    equal(candidates('check', '-F', ''), ['text', 'json'], 'check -F')
    equal(candidates('formats', 'diff', '-F', 'j'), ['json'], 'formats diff -F')
    equal(candidates('record', '-F', 't'), [':command 2'], 'record has no -F')
    equal(candidates('--color', 'a'), ['auto', 'always'], '--color')
    equal(candidates('-b', 's'), ['sideband'], '-b')
    equal(candidates('-o', ''), [':files'], '-o')
    equal(candidates('--formats', 'no such'), [':directories'], '--formats')
    equal(candidates('--args', ''), [], '--args')
    equal(candidates('--exit', ''), [], '--exit')
    equal(candidates('--max-arg-bytes', ''), [], '--max-arg-bytes')


@test
def lists_have_no_repeats():
    equal(candidates('-e', 'e'), ['exec', 'exit', 'exec_failed'], '-e e')
    equal(candidates('-e', 'exec,e'), ['exec,exit', 'exec,exec_failed'], '-e exec,e')
    equal(candidates('--events=fork,exec,'), ['--events=fork,exec,exit', '--events=fork,exec,exec_failed'], '--events=')
    own = str(os.getpid())
    equal(candidates('-p', f'{own},{own}'), [], 'one process twice')


@test
def what_the_host_has():
    own = str(os.getpid())
    for options in (['-p'], ['-P'], ['-t'], ['replay', '-p']):
        expect(own in candidates(*options, own), f'we are not among {options}')
    expect(f'1,{own}' in candidates('-p', f'1,{own}'), 'no second process')
    name = pwd.getpwuid(0).pw_name
    for option in ('-u', '--run-as', '--sandbox-user'):
        expect(name in candidates(option, ''), f'no {name} for {option}')
    equal(without_directives('--env', 'al'), {'all'}, '--env')
    expect('PATH' in candidates('--env', 'PA'), 'no variable of the environment')


@test
def a_thread_is_a_tid_alone():
    script = ('import threading, sys\n'
              'threading.Thread(target=sys.stdin.read).start()\n'
              'print([t.native_id for t in threading.enumerate()][1], flush=True)')
    with subprocess.Popen(['python3', '-c', script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        tid = process.stdout.readline().strip()
        expect(tid in candidates('-t', tid), 'the thread is not among -t')
        expect(tid not in candidates('-p', tid), 'the thread is among -p')
        equal(candidates('-p', '').count(str(process.pid)), 1, 'the process among -p')
        process.stdin.close()


@test
def a_process_name_is_one_line():
    """Names are any bytes: nothing in them may reach the terminal or make up a candidate."""
    script = r"printf 'a\nb\033c' > /proc/self/comm; echo; read -r line"
    with subprocess.Popen(['sh', '-c', script], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        text = run_tool('--complete', '--', '-p', str(process.pid)).out
        expect(rb'a\x0ab\x1bc' in text, f'not escaped: {text!r}')
        process.stdin.close()


@test
def cgroups():
    with own_cgroup() as path:
        equal(candidates('-c', path), [path], '-c with a slash')
        equal(candidates('-c', path[1:]), [path[1:]], '-c without a slash')
        expect(path in candidates('-c', '/') and path[1:] in candidates('-c', ''), 'all cgroups')


@test
def formats():
    kernels = {path.name for path in (TOP / 'formats').iterdir() if path.is_dir()}
    expect(kernels, 'no shipped formats')
    equal(candidates('formats', ''), ['list', 'show', 'diff'], 'verbs')
    for words in (['list'], ['diff'], ['diff', 'live'], ['show', 'sched_switch']):
        equal(set(candidates('formats', *words, '')), kernels | {'live', ':files'}, words)
    events = {'sched_process_fork', 'sched_process_exec', 'sched_process_exit'}
    for words in (['show'], ['diff', 'a', 'b'], ['-v', 'diff', 'a', 'b']):
        expect(events <= set(candidates('formats', *words, 'sched_process_')), words)
    expect('sched:sched_process_fork' in candidates('formats', 'show', 'sched:sched_pro'),
           'no event with its system')
    equal(candidates('formats', 'list', 'a', ''), [], 'list takes one source')
    equal(candidates('formats', 'diff', 'a', 'b', 'c', ''), [], 'diff takes three')


@test
def where_command_begins():
    equal(candidates('-n', '5', '--', 'cat'), [':command 3'], 'behind --')
    equal(candidates('-n', '5', 'cat', '--for'), [':command 2'], 'without --')
    equal(candidates('-n5', '--stream', 'ca'), [':command 2'], 'its name')
    equal(candidates('record', '-o', 'x', 'make', '-'), [':command 3'], 'of record')
    equal(set(candidates('')), WORDS | {':command 0'}, 'the first word')
    equal(candidates('replay', ''), [':files'], 'replay')
    equal(candidates('replay', 'a', ''), [], 'replay takes one file')
    equal(set(candidates('help', '')), WORDS, 'help')
    equal(candidates('help', 'check', ''), [], 'help takes one')
    equal(candidates('check', ''), [], 'check')
    equal(candidates('diff', 'a', ''), [':files'], 'diff')
    equal(candidates('diff', 'a', 'b', ''), [], 'diff takes two files')
    equal(candidates('diff', '--dir-a', ''), [':directories'], 'diff --dir-a')


# ---- shells --------------------------------------------------------------------------------------

# Each shell has a command of which it completes one option of its own. In bash and zsh, KEYS put
# all that it completes into the line, print the line and empty it.
KEYS = b'\x1b*\x18p'
BASH = '''
PS1='READY> '
set -o emacs
bind 'set enable-bracketed-paste off' 2> /dev/null
bind '"\\e*": insert-completions'
bind -x '"\\C-xp": printf "\\nLINE<%s>\\n" "$READLINE_LINE"; READLINE_LINE='
[ ! -r "$BASH_COMPLETION_FILE" ] || . "$BASH_COMPLETION_FILE"
complete -W --its-own-option probe_command
. "$COMPLETIONS/perf_exec_trace.bash"
'''
ZSH = '''
PS1='READY> '
bindkey -e
unset zle_bracketed_paste
unsetopt prompt_cr prompt_sp
fpath=($COMPLETIONS $fpath)
autoload -Uz compinit
compinit -u -D
_probe_command() { compadd -- --its-own-option }
compdef _probe_command probe_command
insert_all() { _main_complete; compstate[insert]=all compstate[list]= }
zle -C insert_all complete-word insert_all
complete_and_print() { zle insert_all; zle -I; print -r -- "LINE<$BUFFER>"; BUFFER= }
zle -N complete_and_print
bindkey '\\e*^Xp' complete_and_print
'''
FISH = '''
complete -c probe_command -l its-own-option
source $COMPLETIONS/perf_exec_trace.fish
complete -C $argv[1]
'''


def shell_environment(directory):
    return {**os.environ, 'PATH': f'{directory}/bin:{os.environ["PATH"]}', 'TERM': 'dumb',
            'HOME': str(directory), 'XDG_CONFIG_HOME': str(directory),
            'XDG_DATA_HOME': str(directory), 'ZDOTDIR': str(directory),
            'COMPLETIONS': str(COMPLETIONS), 'BASH_COMPLETION_FILE': str(BASH_COMPLETION)}


class Typist:
    """Types at an interactive shell, in a terminal of its own."""

    def __init__(self, args, directory):
        self.read_bytes = b''
        self.terminal, theirs = os.openpty()
        # A session of its own, whose first terminal becomes the controlling one.
        self.process = subprocess.Popen(
            ['setsid', '-c', *args], stdin=theirs, stdout=theirs, stderr=theirs,
            cwd=directory / 'work', env=shell_environment(directory))
        os.close(theirs)
        self.wait_for(re.compile(re.escape(PROMPT)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self.terminal)

    def wait_for(self, pattern):
        """Read until PATTERN is there; what came before it is dropped."""
        deadline = time.monotonic() + TIMEOUT * scale()
        while not (found := pattern.search(self.read_bytes)):
            left = deadline - time.monotonic()
            expect(left > 0 and select.select([self.terminal], [], [], left)[0],
                   f'{self.process.args}: no {pattern.pattern} in {self.read_bytes!r}')
            self.read_bytes += os.read(self.terminal, 65536)
        self.read_bytes = self.read_bytes[found.end():]
        return found

    def complete(self, line):
        os.write(self.terminal, line.encode() + KEYS)
        found = self.wait_for(LINE)[1].decode()
        kept = line.rpartition(' ')[0] + ' '
        expect(found.startswith(kept), f'{line!r} became {found!r}')
        return {word.rstrip('/') for word in shlex.split(found[len(kept):])}


@contextlib.contextmanager
def home(**files):
    """A home directory with FILES for the shell, bin/ with our program, and work/."""
    with scratch() as directory:
        (directory / 'bin').mkdir()
        (directory / 'bin' / 'perf_exec_trace').symlink_to(tool())
        probe = directory / 'bin' / 'probe_command'
        probe.write_text('#!/bin/sh\n', encoding='ascii')
        probe.chmod(0o755)
        (directory / 'work' / 'folder').mkdir(parents=True)
        (directory / 'work' / 'file').touch()
        for name, text in files.items():
            (directory / name).write_text(text, encoding='utf-8')
        yield directory


@contextlib.contextmanager
def bash():
    with home(rc=BASH) as directory, \
         Typist([need_program('bash'), '--noprofile', '--rcfile', f'{directory}/rc', '-i'],
                directory) as typist:
        yield typist.complete


@contextlib.contextmanager
def zsh():
    with home(**{'.zshrc': ZSH}) as directory, \
         Typist([need_program('zsh'), '-d', '-i'], directory) as typist:
        yield typist.complete


@contextlib.contextmanager
def fish():
    program = need_program('fish')
    with home(script=FISH) as directory:
        def complete(line):
            result = run([program, '--no-config', f'{directory}/script', line],
                         cwd=directory / 'work', env=shell_environment(directory)).must_succeed()
            lines = result.out.decode().splitlines()
            return {found.partition('\t')[0].rstrip('/') for found in lines}
        yield complete


# What is completed of command lines, as a set of words; folders without their slash.
COMPLETED = {
    'record --for': {'--formats'},
    '-d 5 --str': {'--stream'},
    'check --form': {'--format', '--formats'},
    '-F ': {'pipe', 'json', 'table', 'tree', 'html', 'perfetto', 'compile-commands'},
    '--format=j': {'--format=json'},
    '-e exec,e': {'exec,exit', 'exec,exec_failed'},
    '--events=exec,exi': {'--events=exec,exit'},
    'formats ': {'list', 'show', 'diff'},
    'formats diff amd64-6.1.': {'amd64-6.1.0-50'},
    'formats show sched:sched_process_for': {'sched:sched_process_fork'},
    'help re': {'record', 'replay'},
    f'-p {os.getpid()}': {str(os.getpid())},
    'replay fi': {'file'},
    'replay ': {'file', 'folder'},
    '--formats fo': {'folder'},
    '--formats fi': set(),
    'probe_comm': {'probe_command'},
    '-n 5 -- probe_comm': {'probe_command'},
}
OWN_COMPLETION = {
    '-n 5 -- probe_command --its': {'--its-own-option'},
    'record -o x probe_command --its': {'--its-own-option'},
    'probe_command --str': set(),
}


def check_lines(complete, expected):
    for line, words in expected.items():
        # bash and zsh leave what they cannot complete.
        unchanged = set() if words else {line.rpartition(' ')[2]}
        equal(complete(f'perf_exec_trace {line}') - unchanged, words, line)


def check_shell(complete):
    check_lines(complete, COMPLETED)
    first = complete('perf_exec_trace re')
    expect({'record', 'replay', 'readlink'} <= first, f'no modes and commands in {first}')


@test
def in_bash():
    with bash() as complete:
        check_shell(complete)


@test
def own_completion_in_bash():
    if not BASH_COMPLETION.exists():
        raise Skip('bash-completion is not installed')
    with bash() as complete:
        check_lines(complete, OWN_COMPLETION)


@test
def in_zsh():
    with zsh() as complete:
        check_shell(complete)
        check_lines(complete, OWN_COMPLETION)


@test
def in_fish():
    with fish() as complete:
        check_shell(complete)
        check_lines(complete, OWN_COMPLETION)


main()
