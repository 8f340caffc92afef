#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The tool inside a pid namespace of its own."""

import subprocess
from pathlib import Path

from lines import Exec, Exit, Fork
from live import (Background, equal, expect, main, need_mount_namespaces, run, tool, tracing_test,
                  wait_until)


def in_pid_namespace():
    need_mount_namespaces()
    return ['unshare', '-pf', '--mount-proc']


def children(pid):
    try:
        return list(map(int, Path(f'/proc/{pid}/task/{pid}/children').read_text('ascii').split()))
    except OSError:
        return []


def only_child(pid):
    return wait_until(lambda: children(pid), f'a child of {pid}')[0]


@tracing_test
def command_and_its_descendants_are_shown():
    script = '(exit 3); /bin/true; exit 8'
    result = run([*in_pid_namespace(), tool(), '-q', '--', 'sh', '-c', script])
    equal((result.status, result.err), (8, b''), 'status and standard error')
    items = result.items()
    equal([type(item) for item in items], [Exec, Fork, Exit, Fork, Exec, Exit, Exit], 'events')
    shell = items[0].pid
    equal({item.parent for item in items if isinstance(item, Fork)}, {shell}, 'who forks')
    equal((items[-1].pid, items[0].comm), (shell, b'sh'), 'last to exit, first to exec')
    for fork in (items[1], items[3]):
        after = items[items.index(fork) + 1:]
        expect(any(isinstance(item, Exit) and item.pid == fork.child for item in after),
               f'{fork} has no EXIT')


@tracing_test
def pids_are_those_of_the_initial_namespace():
    """As the host outside sees the same processes."""
    with Background([*in_pid_namespace(), tool(), '-q', '--', 'cat'], stdin=subprocess.PIPE) as unshare:
        first = unshare.wait_line(lambda line: line.startswith(b'EXEC|'), 'the EXEC of cat')
        outside = only_child(only_child(unshare.process.pid))
        equal(Path(f'/proc/{outside}/comm').read_text('ascii'), 'cat\n', 'whom we found outside')
        unshare.process.stdin.close()
        result = unshare.finish().must_succeed()
    expect(first.line.split(b'|')[2] == b'%d' % outside, f'{first.line!r} is not of {outside}')
    equal([(type(item), item.pid) for item in result.items()],
          [(Exec, outside), (Exit, outside)], 'events')


@tracing_test
def pid_is_refused_there():
    result = run([*in_pid_namespace(), tool(), '-d', '1', '-p', '1'])
    expect(result.status in (1, 2), f'status {result.status}')
    equal((result.out, len(result.err_lines())), (b'', 1), f'output, lines of {result.err!r}')
    expect('namespace' in result.err_text(), f'{result.err!r} does not say why')


main()
