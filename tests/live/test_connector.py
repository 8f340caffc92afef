#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Traces by the kernel's process connector, as root and without any privilege."""

import json

from lines import Exec
from live import (Skip, as_nobody, equal, expect, main, no_problems, note, run, run_tool, test,
                  tool, tool_for_nobody, workload, workload_dir)
from sources import UNKNOWN, compare_connector
from truth import Truth, only_events

# Each of these ends in its own way.
SCRIPT = ('for code in 0 1 7 255; do sh -c "exit $code"; done; sh -c "kill -9 \\$\\$"; '
          'sh -c "kill -TERM \\$\\$"; exit 3')
STATUSES = [(0, None), (1, None), (7, None), (255, None), (None, 9), (None, 15), (3, None)]


def need_connector(*prefix):
    """Skip where the kernel refuses: before Linux 6.6 without privilege, in a container."""
    result = run([*prefix, '-q', '-b', 'connector', '--', 'true'])
    if result.status != 0:
        raise Skip(result.err.decode().strip())


@test
def the_workload_agrees_with_its_log():
    need_connector(tool())
    with workload_dir() as (log, work):
        result = run_tool('-q', '-b', 'connector', '--', workload(), 'all', log, work)
        truth = Truth.load(log)
    items = result.must_succeed().items()
    no_problems(compare_connector(truth, items))
    events = only_events(items)
    execs = [event for event in events if isinstance(event, Exec)]
    named = sum(event.comm != UNKNOWN for event in execs)
    # How many others do depends on how busy the machine is; COMMAND lives to the end.
    expect(named > 0, 'no exec has a name')
    note(f'{len(events)} events agree; {named} of {len(execs)} execs have a name')


def statuses(output):
    """How each process ended, in order: code or signal."""
    events = map(json.loads, output.splitlines())
    return [(event['exit_code'], event['signal']) for event in events
            if event['type'] == 'exit' and event['last']]


@test
def every_status_is_known_without_privileges():
    with tool_for_nobody() as copy:
        need_connector(*as_nobody(copy))
        for _ in range(5):
            result = run([*as_nobody(copy), '-q', '-F', 'json', '--', 'sh', '-c', SCRIPT])
            equal(result.status, 3, 'COMMAND\'s status')
            equal(statuses(result.out), STATUSES, 'statuses')


@test
def a_tree_without_privileges_has_the_whole_life():
    with tool_for_nobody() as copy:
        need_connector(*as_nobody(copy))
        result = run([*as_nobody(copy), '-q', '-F', 'tree', '--', 'sh', '-c', 'ls / | wc -l; exit 3'])
        equal(result.status, 3, 'COMMAND\'s status')
        equal(result.out.count(b'exit 0 after'), 2, 'ends of the pipeline')
        equal(result.out.count(b'exit 3 after'), 1, 'ends of the shell')


@test
def what_it_cannot_tell_is_refused():
    for options, word in [(['--raw'], b'--raw'), (['-u', 'root'], b'-u'), (['-m', '8'], b'-m'),
                          (['-c', '/'], b'-c')]:
        result = run_tool('-b', 'connector', *options, '--', 'true')
        expect(result.status != 0 and b'-b connector cannot serve' in result.err
               and word in result.err, f'{options}: {result.status} {result.err!r}')


main()
