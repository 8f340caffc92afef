#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Executable, session, terminal and login user of programs (--exe, --session), as a workload sees them
of itself (at_exec_workload.c): right or unknown, live and recorded.
"""

import json
import os
import shutil
from typing import NamedTuple, Optional

from extended import parse_extended
from lines import split_lines
from live import (NOBODY, equal, expect, main, need_program, no_problems, note, run, run_tool,
                  scratch, test, tool, tracing_test, workload)
from schema import bytes_of, problems

OPTIONS = ('-q', '--exe', '--session', '--cwd', '-F', 'json', '-e', 'exec')
LONG_MS, SHORT_TIMES = 200, 30
TAGS = {'plain', 'script', 'link', 'memfd', 'gone', 'session', 'terminal', 'loginuid'}
MAY_BE_REFUSED = {'memfd', 'terminal', 'loginuid'}
UNSET = 0xffffffff
LOGINUID = 12345


class Seen(NamedTuple):
    """What is known of an exec."""
    exe: Optional[bytes]
    session: Optional[int]
    tty: Optional[bytes]
    loginuid: Optional[int]
    cwd: Optional[bytes]


UNKNOWN = Seen(None, None, None, None, None)


class Truth:
    """What the programs said of themselves, by pid and tag."""

    def __init__(self, log):
        self.seen, self.refused = {}, {}
        for line in log.read_bytes().splitlines():
            tag, *fields = line.split(b'\t')
            if tag == b'-':
                self.refused[fields[0].decode()] = fields[1].decode()
            else:
                self.add(tag, *fields)
        for tag, why in self.refused.items():
            note(f'no {tag}: {why}')
        expect(self.refused.keys() <= MAY_BE_REFUSED, f'refused: {self.refused}')
        equal({tag for _, tag in self.seen}, TAGS - self.refused.keys(), 'programs')
        self.is_varied()

    def add(self, tag, pid, exe, sid, tty, loginuid, cwd):
        loginuid = None if int(loginuid) == UNSET else int(loginuid)
        self.seen[int(pid), tag.decode()] = Seen(exe, int(sid), None if tty == b'-' else tty,
                                                 loginuid, cwd)

    def is_varied(self):
        """The workload did what it is to do."""
        by_tag = {tag: seen for (_, tag), seen in self.seen.items()}
        plain = by_tag['plain']
        for tag, name in (('script', plain.exe), ('link', plain.exe),
                          ('gone', plain.cwd + b'/gone (deleted)'),
                          ('memfd', b'/memfd:a b (deleted)')):
            expect(tag in self.refused or by_tag[tag].exe == name, f'{tag}: {by_tag}')
        for pid, tag in self.seen:
            equal(self.seen[pid, tag].session == pid, tag in ('session', 'terminal'), tag)
        expect('terminal' in self.refused or by_tag['terminal'].tty.startswith(b'pts/'), by_tag)
        expect('loginuid' in self.refused or by_tag['loginuid'].loginuid == LOGINUID, by_tag)


def command(root, ms=LONG_MS, times=1):
    return [workload('at_exec_workload'), root, ms, times]


def maybe_bytes(value):
    return None if value is None else bytes_of(value)


def seen_in(event):
    return Seen(maybe_bytes(event['exe']), event['session'], maybe_bytes(event['tty']),
                event['loginuid'], maybe_bytes(event['cwd']))


def found(events):
    """What the trace has of each program of the workload, by pid and tag."""
    execs = [(event, bytes_of(event['argv'][-1]).decode(errors='replace'))
             for event in events if event['argv']]
    return {(event['pid'], tag): seen_in(event) for event, tag in execs if tag in TAGS}


def events_of(out):
    no_problems(list(problems(split_lines(out))))
    return list(map(json.loads, out.splitlines()))


@tracing_test
def a_live_trace_tells_them():
    with scratch() as root:
        result = run_tool(*OPTIONS, '--', *command(root)).must_succeed()
        events = events_of(result.out)
        equal(found(events), Truth(root / 'log').seen, 'JSON')
    asked = {bytes_of(event['argv'][-1]): bytes_of(event['filename']) for event in events}
    equal((asked[b'script'], asked[b'link']), (b'script', b'link'), 'what was asked for')
    with scratch() as root:
        result = run_tool('-q', '--exe', '--session', '--cwd', '-x', '-e', 'exec', '--',
                          *command(root)).must_succeed()
        fields = [event for _, event in map(parse_extended, split_lines(result.out))]
        extended = {(event['pid'], event['argv'][-1].decode()):
                    Seen(*(event[name] for name in Seen._fields))
                    for event in fields if event['argv'] and event['argv'][-1].decode() in TAGS}
        equal(extended, Truth(root / 'log').seen, '-x')


@tracing_test
def a_replay_shows_the_same():
    """The recorder records the tracer, which traces the command."""
    with scratch() as root:
        capture, lines = root / 'capture', root / 'lines'
        run([tool(), 'record', '-q', '-x', '--cwd', '--exe', '--session', '-o', capture, '--',
             tool(), *OPTIONS, '-o', lines, '--', *command(root)]).must_succeed()
        again = events_of(run_tool('replay', *OPTIONS, capture).must_succeed().out)
        truth = Truth(root / 'log').seen
        equal(found(events_of(lines.read_bytes())), truth, 'live')
        equal(found(again), truth, 'recorded')
        one = run_tool('replay', '-q', '--exe', '-F', 'json', '-e', 'exec', capture).must_succeed()
        expect(b'"exe"' in one.out and b'"cwd"' not in one.out and b'"tty"' not in one.out,
               'one of three is shown')


def is_right(seen, truth):
    """Each is unknown or right. Without a session no terminal and no login user is known."""
    session = seen[1:4] in (truth[1:4], UNKNOWN[1:4])
    return session and seen.exe in (None, truth.exe) and seen.cwd in (None, truth.cwd)


@tracing_test
def none_is_wrong():
    with scratch() as root:
        result = run_tool(*OPTIONS, '--', *command(root, 0, SHORT_TIMES)).must_succeed()
        events = found(events_of(result.out))
        truth = Truth(root / 'log').seen
    # Of some the arguments, and so the tag, are not known.
    expect(len(events) > len(truth) / 4, f'only {len(events)} execs')
    no_problems([(key, seen, truth[key]) for key, seen in events.items()
                 if not is_right(seen, truth[key])])
    note(f'{sum(seen.session is not None for seen in events.values())} of {len(events)} are known')


@tracing_test
def of_other_users_nothing_is_known_without_the_privilege():
    """/proc shows them no addresses, so that nothing is proven, though sessions can be read."""
    setpriv = need_program('setpriv')
    with scratch() as root:
        os.chmod(root, 0o777)
        copy = shutil.copy(workload('at_exec_workload'), root)
        result = run([setpriv, '--bounding-set', '-sys_ptrace,-dac_read_search', tool(), *OPTIONS,
                      '--no-sandbox', '--run-as', NOBODY, '--', copy, root, LONG_MS, 1])
        result.must_succeed()
        seen = set(map(seen_in, events_of(result.out)))
        expect((root / 'log').read_bytes().count(b'\n') >= len(TAGS), 'it ran')
    equal(seen, {UNKNOWN}, 'what is known')


@test
def others_refuse():
    for backend in ('sideband', 'connector', 'bpftrace', 'execsnoop'):
        for option, what in (('--exe', 'executables'), ('--session', 'sessions')):
            result = run_tool('-b', backend, option, '-F', 'json', '--', 'true')
            expect(result.status != 0 and f'does not tell {what}' in result.err_text(),
                   f'-b {backend}: {result.err_text()}')


main()
