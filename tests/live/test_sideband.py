#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Traces by perf's own records of COMMAND, as a user without any privilege, who has nothing else.

What setuid and unreadable programs do, and how all ended, comes from the process connector.
"""

import contextlib
import json
import os
import shutil
from collections import Counter

from lines import Exec, Exit, Fork, Lost
from live import (NOBODY, Skip, equal, expect, lost_in, main, need_program, need_root, no_problems,
                  note, run, sanitized, test, tool_for_nobody, workload, workload_dir)
from sources import compare_sideband
from truth import Truth

CHILDREN = 1000
BURST = 1000
EXECS = 10000
# Of sh: without -p it drops the privileges that a setuid bit gave it.
LIFE = 'ls / > /dev/null; exit 5'


def unprivileged(program):
    """How to run PROGRAM with no capability, and none to be had."""
    if os.geteuid() != 0:
        return [program]
    return [need_program('setpriv'), f'--reuid={NOBODY}', f'--regid={NOBODY}', '--clear-groups',
            '--inh-caps=-all', '--bounding-set=-all', program]


def need_sideband(*prefix):
    """Skip where the kernel refuses: kernel.perf_event_paranoid above 2, a container."""
    result = run([*prefix, '-q', '-b', 'sideband', '--', 'true'])
    if result.status != 0:
        raise Skip(result.err.decode().strip())


def need_connector(*prefix):
    """Skip where the connector does not tell: before Linux 6.6 without privilege."""
    result = run([*prefix, '-q', '-b', 'connector', '--', 'true'])
    if result.status != 0:
        raise Skip(result.err.decode().strip())


@contextlib.contextmanager
def sideband():
    """The start of a command line that traces as nobody."""
    with tool_for_nobody() as copy:
        prefix = unprivileged(copy)
        need_sideband(*prefix)
        yield [*prefix, '-b', 'sideband']


@test
def the_workload_agrees_with_its_log():
    with sideband() as traced, workload_dir() as (log, work):
        for path in (log.parent, work):
            path.chmod(0o777)
        copy = log.parent / 'workload'
        shutil.copy(workload(), copy)
        # What can make others leave no trace of it, a ring that is too small, is not meant here.
        result = run([*traced, '-q', '-m', '64', '--', copy, 'all', log, work])
        truth = Truth.load(log)
    items = result.must_succeed().items()
    no_problems(compare_sideband(truth, items))
    note(f'{len(items)} events agree')


def ends(output):
    """
    How each process ended, by name in order: code or signal. The name of what a hidden process
    executes comes from /proc, which shows it as long as it lives: it may be unknown, not wrong.
    """
    events = map(json.loads, output.splitlines())
    return [(event['comm'] or 'ls', event['exit_code'], event['signal']) for event in events
            if event['type'] == 'exit' and event['last']]


@test
def every_status_is_known():
    with sideband() as traced:
        need_connector(*traced[:-2])
        script = ('for code in 0 1 7 255; do sh -c "exit $code"; done; sh -c "kill -9 \\$\\$"; '
                  'sh -c "kill -TERM \\$\\$"; exit 3')
        result = run([*traced, '-q', '-F', 'json', '--', 'sh', '-c', script])
        equal(result.status, 3, 'COMMAND\'s status')
        equal(ends(result.out), [('sh', code, signal) for code, signal in
                                 [(0, None), (1, None), (7, None), (255, None), (None, 9),
                                  (None, 15), (3, None)]], 'statuses')


@contextlib.contextmanager
def sideband_alone():
    """As sideband(), where the connector does not tell; skips where pidfds do not either."""
    with sideband() as traced:
        alone = [need_program('unshare'), '-n', *traced]
        need_sideband(*alone[:-2])
        trial = run([*alone, '-F', 'json', '--', 'true'])
        if b'exit statuses are from pidfds' not in trial.err:
            raise Skip('pidfds tell no exit statuses: they do from Linux 6.15 on')
        yield alone


@test
def statuses_come_from_pidfds():
    # Each lives long enough for a busy machine to look at it.
    script = ('for code in 0 1 7 255; do sh -c "sleep 0.2; exit $code"; done; '
              'sh -c "sleep 0.2; kill -9 \\$\\$"; sh -c "sleep 0.2; kill -TERM \\$\\$"; exit 3')
    with sideband_alone() as traced:
        result = run([*traced, '-q', '-F', 'json', '--', 'sh', '-c', script])
    equal(result.status, 3, 'COMMAND\'s status')
    told = [end for end in ends(result.out) if end[0] == 'sh']
    equal(told, [('sh', code, signal) for code, signal in
                 [(0, None), (1, None), (7, None), (255, None), (None, 9), (None, 15), (3, None)]],
          'statuses')


@test
def no_status_by_a_pidfd_is_wrong():
    with sideband_alone() as traced, workload_dir() as (log, work):
        for path in (log.parent, work):
            path.chmod(0o777)
        storm = shutil.copy(workload('storm_workload'), log.parent / 'storm')
        for threads in (0, 2):
            asked = log.parent / 'asked'
            asked.write_text(f'{BURST} {threads}\n', encoding='ascii')
            with asked.open('rb') as stdin:
                result = run([*traced, '-q', '-F', 'json', '-o', work / 'out', '--', storm, log],
                             stdin=stdin)
            equal(result.status, 0, f'status of {result.err!r}')
            wanted = dict(map(int, line.split()) for line in log.read_text('ascii').splitlines())
            ended = [event for event in map(json.loads, (work / 'out').read_bytes().splitlines())
                     if event['type'] == 'exit' and event['pid'] in wanted and event['last']]
            equal(Counter(event['pid'] for event in ended), Counter(wanted.keys()), 'ends')
            known = [event for event in ended if event['exit_code'] is not None]
            wrong = [event for event in known if event['exit_code'] << 8 != wanted[event['pid']]]
            equal(wrong, [], 'wrong statuses')
            expect(known, 'no status is known')
            note(f'{len(known)} of {len(ended)} statuses are known, with {threads} more threads')


@contextlib.contextmanager
def shell_copy(mode):
    """The path of a copy of the shell that is root's and has MODE."""
    need_root()
    with workload_dir() as (_, work):
        if os.statvfs(work).f_flag & os.ST_NOSUID:
            raise Skip(f'{work} is on a file system without setuid programs')
        copy = work / 'copied'
        shutil.copy(os.path.realpath(need_program('sh')), copy)
        copy.chmod(mode)
        yield str(copy)


def around(command):
    """A shell script that has processes before and after COMMAND."""
    return f'sh -c "exit 1"; {command}; sh -c "exit 2"; exit 3'


def whole_life(mode):
    """Trace a program with MODE inside of others, and look whether its life is whole."""
    with sideband() as traced, shell_copy(mode) as copy:
        need_connector(*traced[:-2])
        result = run([*traced, '-F', 'json', '--', 'sh', '-c', around(f"{copy} -c '{LIFE}'")])
        equal(result.status, 3, 'COMMAND\'s status')
        equal(ends(result.out), [('sh', 1, None), ('ls', 0, None), ('copied', 5, None),
                                 ('sh', 2, None), ('sh', 3, None)], 'ends')
        plain = run([*traced, '-q', '--', 'sh', '-c', around(f"{copy} -c '{LIFE}'")])
    items = plain.items()
    equal(Counter(map(type, items)), {Fork: 4, Exec: 5, Exit: 5}, 'events')
    expect(b'not shown' not in result.err, f'a notice: {result.err!r}')


@test
def a_setuid_program_that_drops_its_privileges():
    whole_life(0o4755)


@test
def a_setgid_program():
    whole_life(0o2755)


@test
def a_program_that_cannot_be_read():
    whole_life(0o711)


@test
def command_itself_is_a_setuid_program():
    with sideband() as traced, shell_copy(0o4755) as copy:
        need_connector(*traced[:-2])
        result = run([*traced, '-q', '-F', 'json', '--', copy, '-c', LIFE])
        equal(result.status, 5, 'COMMAND\'s status')
        equal(ends(result.out), [('ls', 0, None), ('copied', 5, None)], 'ends')


@test
def without_the_connector_what_is_hidden_is_said_once():
    with sideband() as traced, shell_copy(0o4755) as copy:
        alone = [need_program('unshare'), '-n', *traced]
        need_sideband(*alone[:-2])
        script = f"{copy} -c 'exit 5'; {copy} -c 'exit 6'; true; sh -c 'exit 1'; exit 3"
        result = run([*alone, '--', 'sh', '-c', script])
    items = result.items()
    equal(result.status, 3, 'COMMAND\'s status')
    equal(Counter(map(type, items)), {Fork: 3, Exec: 2, Exit: 2}, 'events')
    equal([item.comm for item in items if isinstance(item, Exit)], [b'sh', b'sh'], 'exits')
    equal(result.err.count(b'is not shown'), 1, 'notices')


@test
def a_thousand_children_at_once():
    script = (f'i=0; while [ $i -lt {CHILDREN} ]; do sleep 0.5 & i=$((i + 1)); done; wait; exit 3')
    with sideband() as traced:
        result = run([*traced, '--', 'sh', '-c', script])
    equal(result.status, 3, 'COMMAND\'s status')
    items = result.items()
    if lost_in(items):
        raise Skip(f'the machine is too busy: {lost_in(items)} records were lost')
    equal(Counter(map(type, items)), {Fork: CHILDREN, Exec: CHILDREN + 1, Exit: CHILDREN + 1},
          'events')
    equal({item.comm for item in items if isinstance(item, Exit)}, {b'sh', b'sleep'}, 'names')


def forms(path):
    """How many lines of each form a trace has."""
    return Counter(line.split(b'|')[0] for line in path.read_bytes().splitlines())


def lives(count):
    """The forms of COUNT processes that execute, the first of which is COMMAND."""
    return {b'FORK': count - 1, b'EXEC': count, b'EXIT': count}


@test
def ten_thousand_execs():
    """Seen by both sources at once: the one's COMMAND is the other."""
    if sanitized():
        raise Skip('it takes too long in a sanitized build')
    script = f'i=0; while [ $i -lt {EXECS} ]; do {need_program("true")}; i=$((i+1)); done; exit 3'
    with sideband() as traced, workload_dir() as (_, work):
        need_connector(*traced[:-2])
        work.chmod(0o777)
        inner = [traced[-3], '-q', '-b', 'connector', '-o', work / 'connector', '--', 'sh', '-c',
                 script]
        result = run([*traced, '-q', '-o', work / 'sideband', '--', *inner])
        equal(result.status, 3, f'status of both, which said {result.err!r}')
        seen = {name: forms(work / name) for name in ('sideband', 'connector')}
    for name, counts in seen.items():
        if b'LOST' in counts:
            raise Skip(f'the machine is too busy: {name} lost records')
    equal(seen['connector'], lives(EXECS + 1), 'events of the connector')
    equal(seen['sideband'], lives(EXECS + 2), 'events of sideband')


@test
def two_tracers_of_one_user():
    with sideband() as traced, workload_dir() as (log, work):
        work.chmod(0o777)
        # What the kernel grants one user for rings is all there is.
        traced = [need_program('prlimit'), '--memlock=0', *traced]
        inner = [traced[-3], '-q', '-b', 'sideband', '-o', work / 'inner', '--', 'sh', '-c',
                 'sh -c "exit 1"; exit 4']
        # LeakSanitizer forks at an exit, which the outer one would see.
        options = {**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'}
        result = run([*traced, '-q', '-o', work / 'outer', '--', *inner], env=options)
        equal(result.status, 4, f'status of both, which said {result.err!r}')
        inner_forms, outer_forms = (forms(work / name) for name in ('inner', 'outer'))
    equal(inner_forms, lives(2), 'events of the inner one')
    # The inner one itself, and what it traces.
    equal(outer_forms, lives(3), 'events of the outer one')


@test
def loss_is_exact():
    script = (f'kill -STOP $PPID; i=0; while [ $i -lt {BURST} ]; do (:); i=$((i + 1)); done; '
              'kill -CONT $PPID; exit 3')
    with sideband() as traced:
        result = run([*traced, '-m', '1', '--', 'sh', '-c', script])
    equal(result.status, 3, 'COMMAND\'s status')
    items = result.items()
    shown = sum(isinstance(item, (Fork, Exit)) for item in items)
    note(f'{shown} shown and {lost_in(items)} lost')
    expect(lost_in(items) > 0, 'nothing was lost: the test did not do what it is for')
    # Each child has a FORK and an EXIT, and no other record.
    equal(shown + lost_in(items), 2 * BURST + 1, 'shown and lost')
    expect(any(isinstance(item, Lost) for item in items), 'no LOST line')
    result.summary().agrees_with(items)


@test
def what_it_cannot_tell_is_refused():
    with sideband() as traced:
        for options, word in [(['--raw'], b'--raw'), (['-u', 'root'], b'-u'), (['-c', '/'], b'-c'),
                              (['--env', 'all', '-x'], b'--env')]:
            result = run([*traced, *options, '--', 'true'])
            expect(result.status != 0 and b'-b sideband cannot serve' in result.err
                   and word in result.err, f'{options}: {result.status} {result.err!r}')
        result = run([*traced, '-d', '1'])
        expect(result.status != 0 and b'without a COMMAND' in result.err, f'{result.err!r}')


@test
def auto_takes_it_for_a_command():
    with sideband() as traced:
        result = run([*traced[:-2], '-v', '--', 'true'])
        expect(b'not -b perf: ' in result.err and b'using -b sideband' in result.err,
               f'{result.err!r}')


main()
