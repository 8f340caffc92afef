#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The directories that programs are started in (--cwd): right or unknown, live and recorded."""

import json
import os
import shlex

from extended import parse_extended
from lines import split_lines
from live import equal, expect, main, no_problems, note, run, run_tool, scratch, test, tool, tracing_test
from schema import bytes_of, problems

NAMES = [b'plain', b'a b', b'x\ny', b'\xff|\\']
OPTIONS = ('-q', '--cwd', '-F', 'json', '-e', 'exec')
SHORT_LIVED = 50


def in_each(root, command, times=1):
    """A script that runs COMMAND TAG in each directory, one after the other."""
    for name in NAMES:
        os.makedirs(os.path.join(os.fsencode(root), name), exist_ok=True)
    words = ' '.join(shlex.quote(os.fsdecode(name)) for name in NAMES)
    return ['sh', '-c', f'cd {shlex.quote(str(root))}; i=0; while [ $i -lt {times} ]; do '
            f'for d in {words}; do (cd "$d" && exec {command} "$d"); done; i=$((i+1)); done']


LONG_LIVED = "sh -c 'sleep 0.1; :'"


def found(events):
    """The tag, and the directory, of each exec that has one."""
    pairs = [(bytes_of(event['argv'][-1]), event['cwd']) for event in events if event['argv']]
    return [(tag, None if cwd is None else bytes_of(cwd)) for tag, cwd in pairs if tag in NAMES]


def events_of(out):
    no_problems(list(problems(split_lines(out))))
    return list(map(json.loads, out.splitlines()))


def expected(root):
    return [(name, os.path.join(os.path.realpath(os.fsencode(root)), name)) for name in NAMES]


@tracing_test
def a_live_trace_tells_them():
    with scratch() as root:
        result = run_tool(*OPTIONS, '--', *in_each(root, LONG_LIVED)).must_succeed()
        equal(found(events_of(result.out)), expected(root), 'directories')
        extended = run_tool('-q', '--cwd', '-x', '-e', 'exec', '--',
                            *in_each(root, LONG_LIVED)).must_succeed()
        fields = [event for _, event in map(parse_extended, split_lines(extended.out))]
        equal([(event['argv'][-1], event['cwd']) for event in fields
               if event['argv'] and event['argv'][-1] in NAMES], expected(root), '-x')


@tracing_test
def a_replay_shows_the_same():
    """The recorder records the tracer, which traces the command."""
    with scratch() as root:
        capture, lines = root / 'capture', root / 'lines'
        run([tool(), 'record', '-q', '-x', '--cwd', '-o', capture, '--', tool(), *OPTIONS,
             '-o', lines, '--', *in_each(root, LONG_LIVED)]).must_succeed()
        again = events_of(run_tool('replay', *OPTIONS, capture).must_succeed().out)
        equal(found(events_of(lines.read_bytes())), expected(root), 'directories, live')
        equal(found(again), expected(root), 'directories, recorded')
        plain = run_tool('replay', '-q', '-F', 'json', '-e', 'exec', capture).must_succeed()
        expect(b'"cwd"' not in plain.out, 'directories that nobody asked for')


@tracing_test
def none_is_wrong():
    with scratch() as root:
        result = run_tool(*OPTIONS, '--', *in_each(root, 'true', SHORT_LIVED)).must_succeed()
        events = found(events_of(result.out))
        # Of some the arguments, and so the tag, are not known.
        expect(len(events) > SHORT_LIVED * len(NAMES) / 4, f'only {len(events)} execs')
        right = dict(expected(root))
        wrong = [(tag, cwd) for tag, cwd in events if cwd not in (None, right[tag])]
    no_problems(wrong)
    note(f'{sum(cwd is not None for _, cwd in events)} of {len(events)} are known')


@test
def others_refuse():
    for backend in ('sideband', 'connector', 'bpftrace', 'execsnoop'):
        result = run_tool('-b', backend, '--cwd', '-F', 'json', '--', 'true')
        expect(result.status != 0 and 'does not tell directories' in result.err_text(),
               f'-b {backend}: {result.err_text()}')


main()
