#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""COMMAND as another user than the tracer: --run-as, and --sudo in a mount namespace whose sudoers is ours."""

import contextlib
import functools
import json
import os
import pty
import pwd
import re
import shutil
import signal
import threading
from pathlib import Path

from live import (NOBODY, Background, Skip, equal, exit_status, expect, main, need_mount_namespaces,
                  need_program, need_root, run, run_tool, scratch, test, tool_for_nobody,
                  tracing_test, as_nobody, workload)

GROUPS = (NOBODY, 12, 2000)
SUDOERS = """Defaults env_reset, {pty}
root ALL=(ALL:ALL) ALL
#{user} ALL=(root) NOPASSWD: ALL
"""
# As whom it runs: ids, groups, and ways back to root.
SHOW = """
sed -n 's/^\\(Uid\\|Gid\\|Groups\\|CapPrm\\|CapEff\\|CapAmb\\|Umask\\):/\\1/p' /proc/self/status
echo "HOME=$HOME USER=$USER LOGNAME=$LOGNAME MARK=$MARK PWD=$(pwd)"
"""


def nobody():
    try:
        return pwd.getpwuid(NOBODY)
    except KeyError:
        raise Skip(f'there is no user {NOBODY}') from None


def fields(text):
    return {words[0]: words[1:] for words in map(str.split, text.splitlines()) if words}


def is_user(out, gid):
    shown = fields(out)
    equal(shown['Uid'], [str(NOBODY)] * 4, 'its uids')
    equal(shown['Gid'], [str(gid)] * 4, 'its gids')
    for kind in ('CapPrm', 'CapEff', 'CapAmb'):
        equal(int(shown[kind][0], 16), 0, kind)
    return shown


# ---- --run-as ------------------------------------------------------------------------------------

@tracing_test
def command_is_run_as_the_user():
    account = nobody()
    for name in (account.pw_name, str(NOBODY)):
        with scratch() as directory:
            result = run_tool('-q', '-o', directory / 'trace', '--run-as', name, '--', 'sh', '-c',
                              SHOW + 'exit 7', env={**os.environ, 'MARK': 'x'}, cwd='/var')
            equal(result.status, 7, f'exit status; {result.err_text()}')
            shown = is_user(result.out.decode(), account.pw_gid)
            equal(sorted(map(int, shown['Groups'])),
                  sorted(os.getgrouplist(account.pw_name, account.pw_gid)), 'its groups')
            expect(f'HOME={account.pw_dir} USER={account.pw_name} LOGNAME={account.pw_name} MARK=x '
                   'PWD=/var' in result.out.decode(), f'its environment: {result.out!r}')
            equal((directory / 'trace').stat().st_uid, 0, 'owner of -o')
            expect((directory / 'trace').read_text().startswith('EXEC|'), 'no EXEC first')


@tracing_test
def command_that_the_user_may_not_run_has_status_126():
    nobody()
    with scratch() as directory:
        program = directory / 'program'
        program.write_text('#!/bin/sh\n')
        program.chmod(0o700)
        result = run_tool('-q', '--run-as', str(NOBODY), '--', program)
        equal(result.status, 126, 'exit status')
        expect(f"cannot run '{program}': Permission denied" in result.err_text(), result.err_text())


@tracing_test
def recorder_runs_command_as_the_user():
    nobody()
    with scratch() as directory:
        capture = directory / 'trace.data'
        result = run_tool('record', '-q', '-x', '-o', capture, '--run-as', str(NOBODY), '--', 'id',
                          '-u')
        equal(result.must_succeed().out, b'%d\n' % NOBODY, 'its uid')
        lines = run_tool('replay', '-q', '-F', 'json', capture).must_succeed().out.splitlines()
        equal(json.loads(lines[0])['uid'], NOBODY, 'uid of the EXEC')


@tracing_test
def unknown_users_are_refused():
    result = run_tool('--run-as', 'no such user', '--', 'touch', '/no/such/file')
    equal(result.status, 1, 'exit status')
    equal(result.err_lines(), ["perf_exec_trace: --run-as: there is no user 'no such user' on this "
                               'host'], 'message')


@test
def only_root_may():
    need_root()
    nobody()
    with tool_for_nobody() as program:
        result = run([*as_nobody(program), '--run-as', '0', '--', 'true'])
        equal(result.status, 1, 'exit status')
        equal(len(result.err_lines()), 1, f'lines of {result.err!r}')
        expect('only root' in result.err_text(), result.err_text())


# ---- --sudo --------------------------------------------------------------------------------------

def with_sudoers(directory, how, *args, umask='0007'):
    """The command line that runs ARGS as nobody, whom sudo obeys; HOW: use_pty or !use_pty."""
    sudoers = directory / 'sudoers'
    sudoers.unlink(missing_ok=True)
    sudoers.write_text(SUDOERS.format(pty=how, user=NOBODY))
    sudoers.chmod(0o440)
    script = 'mount --bind "$1" /etc/sudoers && umask "$2" && shift 2 && exec "$@"'
    return ['unshare', '-m', 'sh', '-c', script, 'sh', sudoers, umask, 'setpriv',
            f'--reuid={NOBODY}', f'--regid={NOBODY}', '--groups=' + ','.join(map(str, GROUPS)),
            *args]


@functools.cache
def need_sudo():
    need_mount_namespaces()
    need_program('sudo')
    need_program('setpriv')
    nobody()
    with scratch() as directory:
        trial = run(with_sudoers(directory, 'use_pty', 'sudo', '-n', 'true'))
    if trial.status != 0:
        raise Skip(f'sudo does not work here: {trial.err_text().strip()}')


@contextlib.contextmanager
def sudo_place():
    """A copy of the tool, and a directory of nobody's."""
    need_sudo()
    with tool_for_nobody() as program, scratch() as directory:
        home = directory / 'home'
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
        yield program, directory, home


def owners(directory):
    return {path.name: (path.stat().st_uid, path.stat().st_gid) for path in directory.iterdir()}


@tracing_test
def all_but_the_tracer_is_the_callers():
    with sudo_place() as (program, directory, home):
        environment = {'PATH': os.environ['PATH'], 'MARK': 'a b\nc', 'LANG': 'C', 'HOME': '/nowhere',
                       'LD_BIND_NOW': '1', 'EMPTY': ''}
        script = SHOW + 'env -0 > environ; touch made; exit 7'
        for how in ('use_pty', '!use_pty'):
            result = run(with_sudoers(directory, how, program, '-q', '-F', 'json', '-o', 'trace',
                                      '--sudo', '--', 'sh', '-c', script),
                         env=environment, cwd=home)
            equal(result.status, 7, f'exit status; {result.err_text()}')
            shown = is_user(result.out.decode(), NOBODY)
            equal(sorted(map(int, shown['Groups'])), sorted(GROUPS), 'its groups')
            equal(shown['Umask'], ['0007'], 'its umask')
            got = dict(pair.split('=', 1) for pair in
                       (home / 'environ').read_text().rstrip('\0').split('\0'))
            got = {name: value for name, value in got.items() if name in environment}
            equal(got, environment, 'its environment')
            expect(f'PWD={home}' in result.out.decode(), f'its directory: {result.out!r}')
            equal(owners(home), {name: (NOBODY, NOBODY) for name in ('environ', 'made', 'trace')},
                  'owners')
            equal(json.loads((home / 'trace').read_text().splitlines()[0])['uid'], NOBODY,
                  'uid of the EXEC')


@tracing_test
def captures_and_plain_output_are_the_callers():
    with sudo_place() as (program, directory, home):
        for args in (('record', '-o', 'data'), ('-o', 'plain')):
            for _ in range(2):
                run(with_sudoers(directory, 'use_pty', program, *args, '-q', '--sudo', '--',
                                 'true'), cwd=home).must_succeed()
        equal(owners(home), {name: (NOBODY, NOBODY) for name in ('data', 'data.old', 'plain')},
              'owners')
        equal((home / 'plain').stat().st_mode & 0o777, 0o660, 'mode by the umask of the caller')


@tracing_test
def output_is_only_where_the_caller_may_write():
    with sudo_place() as (program, directory, _):
        (directory / 'precious').write_text('x')
        for name in ('precious', 'new'):
            result = run(with_sudoers(directory, 'use_pty', program, '-o', directory / name,
                                      '--sudo', '--', 'true'))
            equal(result.status, 1, f'exit status for {name}')
            expect('Permission denied' in result.err_text(), result.err_text())
        equal((directory / 'precious').read_text(), 'x', 'what is there')
        expect(not (directory / 'new').exists(), 'a file was made')


# Not for ever, should nobody end it.
LOOP = ('trap "echo caught; exit 6" {signal}; echo "$PPID ready"; i=0;'
        'while [ $((i += 1)) -lt 400 ]; do sleep 0.05; done')


@tracing_test
def sigterm_ends_trace_and_command_and_the_tracer_has_no_environment_of_the_caller():
    with sudo_place() as (program, directory, home):
        line = with_sudoers(directory, '!use_pty', program, '-q', '-o', 'trace', '--sudo', '--',
                            'sh', '-c', LOOP.format(signal='TERM'))
        with Background(line, cwd=home, env={**os.environ, 'MARK': 'caller'}) as caller:
            ready = caller.wait_line(lambda line: b'ready' in line, 'COMMAND to run').line
            tracer = Path('/proc') / ready.split()[0].decode()
            expect(b'MARK=' not in (tracer / 'environ').read_bytes(), 'MARK is in the tracer')
            result = caller.finish(signal.SIGTERM)
        equal((result.status, b'caught' in result.out), (6, True), 'how COMMAND ended')


@tracing_test
def tracer_ends_with_a_caller_that_is_killed():
    with sudo_place() as (program, directory, home):
        line = with_sudoers(directory, '!use_pty', program, '-q', '-o', 'trace', '--sudo', '--',
                            'sh', '-c', LOOP.format(signal='TERM'))
        with Background(line, cwd=home) as caller:
            caller.wait_line(lambda line: b'ready' in line, 'COMMAND to run')
            # COMMAND has standard output too: it is at its end once all are gone.
            equal(b'caught' in caller.finish(signal.SIGKILL).out, True, 'end of COMMAND')


@tracing_test
def interrupt_from_the_terminal_reaches_command_once():
    with sudo_place() as (program, directory, home):
        counter = shutil.copy(workload('interrupt_counter'), directory / 'counter')
        for how in ('use_pty', '!use_pty'):
            line = list(map(str, with_sudoers(directory, how, program, '-q', '-o', 'trace',
                                              '--sudo', '--', counter)))
            status, out = on_a_terminal(line, home, b'ready', b'\x03')
            equal(status, 6, f'status of COMMAND ({how}), which said {out!r}')
            expect(b'interrupts: 1\r\n' in out, f'interrupts ({how}): {out!r}')


def on_a_terminal(line, directory, prompt, answer):
    """Run LINE on a terminal of its own and type ANSWER at its PROMPT; its status and output."""
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.chdir(directory)
            os.execvp(line[0], line)
        finally:
            os._exit(127)
    patience = threading.Timer(60, os.kill, (pid, signal.SIGKILL))
    patience.start()
    out, typed = b'', False
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 4096):
            out += piece
            if prompt in out and not typed:
                os.write(terminal, answer)
                typed = True
    _, status = os.waitpid(pid, 0)
    patience.cancel()
    os.close(terminal)
    return exit_status(os.waitstatus_to_exitcode(status)), out


@tracing_test
def root_needs_no_sudo():
    result = run_tool('-q', '-o', '/dev/null', '--sudo', '--', 'id', '-u',
                      env={'PATH': os.environ['PATH']})
    equal(result.must_succeed().out, b'0\n', 'uid of COMMAND')


@tracing_test
def without_command_sudo_just_traces():
    with sudo_place() as (program, directory, home):
        run(with_sudoers(directory, 'use_pty', program, '-q', '-n', '1', '-o', 'trace', '--sudo',
                         '-d', '1'), cwd=home).must_succeed()
        equal(owners(home), {'trace': (NOBODY, NOBODY)}, 'owner')


@tracing_test
def run_as_goes_before_the_caller():
    with sudo_place() as (program, directory, home):
        result = run(with_sudoers(directory, 'use_pty', program, '-q', '-o', 'trace', '--sudo',
                                  '--run-as', '0', '--', 'id', '-u'), cwd=home)
        equal(result.must_succeed().out, b'0\n', 'uid of COMMAND')
        equal(owners(home), {'trace': (NOBODY, NOBODY)}, 'owner')


@test
def sudo_that_is_missing_is_said():
    need_root()
    nobody()
    with tool_for_nobody() as program, scratch() as directory:
        result = run([*as_nobody(program), '--sudo', '--', 'true'], env={'PATH': str(directory)})
        equal(result.status, 1, 'exit status')
        equal(len(result.err_lines()), 1, f'lines of {result.err!r}')
        expect(re.search('cannot run sudo: No such file', result.err_text()), result.err_text())


@tracing_test
def callers_that_are_none_are_refused():
    """Nobody may have COMMAND run as whom sudo did not name, nor read what is not the caller's."""
    def refused(word, environment):
        result = run_tool(f'--caller={os.getpid()},1', '--', 'true',
                          env={**os.environ, **environment})
        equal(result.status, 1, f'exit status, {word}')
        expect('cannot tell who called' in result.err_text(), result.err_text())
    refused('no sudo', {})
    refused('not its process', {'SUDO_UID': str(NOBODY)})


main()
