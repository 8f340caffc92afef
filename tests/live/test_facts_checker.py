#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The twin of test_facts.py: every kind of wrong fact in a JSON trace must be noticed."""

import json

from facts import compare_facts, compare_selection, unknown_statuses
from facts_log import FactsTruth
from json_lines import Ancestor, Killer, Lost, convert, parse, parse_line
from lines import BadLine
from live import Failed, equal, expect, main, no_problems, run, test, workload, workload_dir


def hexed(*strings):
    return b''.join(string + b'\0' for string in strings).hex() or '-'


# A root that forks a process with a thread and an exec, and a vfork that it kills.
ROOT, CHILD, THREAD, VICTIM, SHELL = 100, 101, 102, 103, 50
ROOT_ARGV, CHILD_ARGV = (b'root',), (b'', b'a|b\n', b'\xff', b'end')
TOTAL_ENV = (b'HOME=/', b'BYTES=\xff', b'nothing', b'HOME=again')
LOG = f'''
EXEC {ROOT} {ROOT} {b'/bin/root'.hex()} {b'root'.hex()}
IMAGE {ROOT} {hexed(*ROOT_ARGV)} - 0 0 0 0 0
PARENT {ROOT} {SHELL}
CGROUP {ROOT} {b'/home'.hex()}
FORK {ROOT} {CHILD} process {b'root'.hex()}
FLAGS {CHILD} CLONE_NEWPID
CGROUP {CHILD} {b'/moved'.hex()}
EXEC {CHILD} {CHILD} {b'/bin/child'.hex()} {b'child'.hex()}
IMAGE {CHILD} {hexed(*CHILD_ARGV)} {hexed(*TOTAL_ENV)} 1 2 3 4 1
FORK {CHILD} {THREAD} thread {b'child'.hex()}
EXIT {THREAD} {b'child'.hex()} 120 code 3
EXIT {CHILD} {b'child'.hex()} 120 code 3
STATUS {CHILD} {3 << 8} -1
FORK {ROOT} {VICTIM} vfork {b'root'.hex()}
EXIT {VICTIM} {b'root'.hex()} 120 signal 15
STATUS {VICTIM} 15 {ROOT}
EXIT {ROOT} {b'root'.hex()} 120 code 0
STATUS {ROOT} 0 -1
MARK all
'''.strip().splitlines()

ABOVE = [{'pid': SHELL, 'comm': 'sh', 'from_proc': True},
         {'pid': 1, 'comm': 'init', 'from_proc': True}]
IN_ROOT = {'pid': ROOT, 'tid': ROOT, 'ppid': SHELL, 'comm': 'root', 'uid': 0, 'cgroup': '/home',
           'from_proc': False, 'ancestry': ABOVE, 'ancestry_complete': True}
BELOW_ROOT = {**IN_ROOT, 'ppid': ROOT,
              'ancestry': [{'pid': ROOT, 'comm': 'root', 'from_proc': False}, *ABOVE]}
IN_CHILD = {**BELOW_ROOT, 'pid': CHILD, 'tid': CHILD, 'comm': 'child', 'uid': 1, 'cgroup': '/moved'}
CHILD_ARGS = {'filename': '/bin/child', 'argv_complete': True, 'argv_source': 'proc',
              'argv': ['', 'a|b\n', {'hex': 'ff', 'text': '\ufffd'}, 'end']}
ROOT_ARGS = {'filename': '/bin/root', 'argv': ['root'], 'argv_complete': True,
             'argv_source': 'stack'}
NO_STATUS = {'prio': 120, 'last': False, 'exit_code': None, 'signal': None, 'signal_name': None,
             'core': None, 'oom': None, 'killed_by': None, 'failed_exec': None, 'sent_by': None,
             'after_signal': None}
EXITED = {**NO_STATUS, 'last': True, 'core': False, 'oom': False}
KILLED = {**EXITED, 'signal': 15, 'signal_name': 'SIGTERM',
          'killed_by': {'pid': ROOT, 'comm': 'root', 'tid': ROOT, 'thread_comm': 'root'},
          'sent_by': 'process'}
OBJECTS = [
    {'type': 'exec', 'time_ns': 10, **IN_ROOT, **ROOT_ARGS, 'old_pid': ROOT, 'argc': 1,
     'euid': 0, 'gid': 0, 'egid': 0, 'secure': False, 'age_ns': 3,
     'since_exec_ns': None, 'env': {}, 'env_other': []},
    {'type': 'fork', 'time_ns': 20, **IN_ROOT, 'child_pid': CHILD, 'child_tid': CHILD,
     'child_comm': 'root', 'kind': 'process', 'clone_flags': ['CLONE_NEWPID'],
     'clone_flags_complete': True},
    {'type': 'exec', 'time_ns': 30, **IN_CHILD, **CHILD_ARGS, 'old_pid': CHILD, 'argc': 4,
     'euid': 2, 'gid': 3, 'egid': 4, 'secure': True, 'age_ns': 10,
     'since_exec_ns': None, 'env_other': ['nothing', 'HOME=again'],
     'env': {'HOME': '/', 'BYTES': {'hex': 'ff', 'text': '\ufffd'}}},
    {'type': 'fork', 'time_ns': 40, **IN_CHILD, 'child_pid': CHILD, 'child_tid': THREAD,
     'child_comm': 'child', 'kind': 'thread', 'clone_flags': ['CLONE_VM', 'CLONE_THREAD'],
     'clone_flags_complete': True},
    {'type': 'exit', 'time_ns': 50, **IN_CHILD, **CHILD_ARGS, **NO_STATUS, 'tid': THREAD,
     'age_ns': 30, 'since_exec_ns': 20},
    {'type': 'exit', 'time_ns': 60, **IN_CHILD, **CHILD_ARGS, **EXITED, 'exit_code': 3,
     'age_ns': 40, 'since_exec_ns': 30},
    {'type': 'fork', 'time_ns': 70, **IN_ROOT, 'child_pid': VICTIM, 'child_tid': VICTIM,
     'child_comm': 'root', 'kind': 'vfork', 'clone_flags': ['CLONE_VM', 'CLONE_VFORK'],
     'clone_flags_complete': True},
    {'type': 'exit', 'time_ns': 80, **BELOW_ROOT, **ROOT_ARGS, **KILLED, 'pid': VICTIM,
     'tid': VICTIM, 'age_ns': 10, 'since_exec_ns': None},
    {'type': 'exit', 'time_ns': 90, **IN_ROOT, **ROOT_ARGS, **EXITED, 'exit_code': 0, 'age_ns': 83,
     'since_exec_ns': 80},
]


def line_of(found):
    return json.dumps({'v': 1, 'seq': 1, 'cpu': 0, **found}).encode() + b'\n'


def trace():
    return parse(b''.join(line_of({**found, 'seq': seq}) for seq, found in enumerate(OBJECTS, 1)))


def truth(log=None):
    return FactsTruth(LOG if log is None else log)


def must_find(events, what):
    expect(compare_facts(truth(), events), f'a trace {what} passed as true')


# What the log does not know, or has a test of its own.
FREE = {'cpu', 'time_ns', 'argv_source', 'env', 'env_other'}


def others(name, value):
    """Wrong values for this field."""
    if isinstance(value, bool):
        return [not value, None]
    if isinstance(value, int):
        return [value + 1, None]
    if isinstance(value, (bytes, str)):
        return [value + value[:1], None]
    if isinstance(value, Killer):
        return [value._replace(pid=value.pid + 1), value._replace(comm=b'x'), None]
    if isinstance(value, frozenset):
        return [value ^ {'CLONE_VFORK'}, None]
    if name == 'ancestry':
        gone = value[1:] if value[0].pid == ROOT else value[:0]
        return [(Ancestor(9, b'x', False), *value), gone]
    if isinstance(value, tuple):
        return [value[:-1], (*value, b'x'), value[::-1] + (b'',)]
    return [0 if name in ('exit_code', 'signal') else 'x']


def altered(event):
    """The same event with one thing wrong."""
    for name, value in event._asdict().items():
        if name in FREE or value is None and name in ('core', 'oom', 'age_ns'):
            continue
        for other in others(name, value):
            changed = event._replace(**{name: other})
            if not is_fine(event, name, other):
                yield name, changed


def is_fine(event, name, other):
    """
    Where not to know is no mistake; what the log does not know of the command itself; and signals
    that were handled, which it does not have.
    """
    if name in ('core', 'oom', 'argv_complete', 'ancestry_complete') and not other:
        return name != 'argv_complete' or other is False
    if name == 'after_signal' and event.last:
        return True
    if event.pid == ROOT:
        return (name in ('from_proc', 'age_ns') or name == 'ancestry' and not other
                or name == 'since_exec_ns' and event.seq == 1)
    return False


@test
def the_true_trace_passes():
    no_problems(compare_facts(truth(), trace()))


@test
def a_fact_that_is_wrong_is_found():
    events, count = trace(), 0
    for i, event in enumerate(events):
        for name, other in altered(event):
            must_find(events[:i] + [other] + events[i + 1:], f'with {name} of {other}')
            count += 1
    expect(count > 250, f'only {count} wrong facts were tried')


@test
def an_event_that_is_missing_or_too_many_is_found():
    events = trace()
    for i, event in enumerate(events):
        must_find(events[:i] + events[i + 1:], f'without {event}')
        must_find(events[:i] + [event] + events[i:], f'with a second {event}')
    must_find(events + [Lost(10, 99, 0, 1)], 'with a loss')
    must_find(events + [events[-1]._replace(seq=10, pid=7, tid=7)], 'with somebody else\'s exit')
    must_find([], 'of nothing')


@test
def time_that_goes_back_is_found():
    events = trace()
    for i in range(1, len(events)):
        changed = events[i]._replace(time_ns=events[i - 1].time_ns - 1)
        must_find(events[:i] + [changed] + events[i + 1:], f'with {changed} too early')


@test
def incomplete_arguments_are_the_first_ones():
    events = trace()
    for count in range(5):
        cut = events[2]._replace(argv=CHILD_ARGV[:count], argv_complete=False)
        no_problems(compare_facts(truth(), events[:2] + [cut] + events[3:]))
    for wrong in (CHILD_ARGV[1:], (*CHILD_ARGV[:2], b'x'), (*CHILD_ARGV, b'more')):
        cut = events[2]._replace(argv=wrong, argv_complete=False)
        must_find(events[:2] + [cut] + events[3:], f'with the first arguments {wrong}')
    unknown = events[2]._replace(argv=None, argv_complete=False, argv_source='none')
    no_problems(compare_facts(truth(), events[:2] + [unknown] + events[3:]))
    must_find(events[:2] + [unknown._replace(argv_source='stack')] + events[3:], 'from nowhere')


@test
def an_environment_that_is_wrong_is_found():
    events = trace()
    for changed in (events[2]._replace(env={}), events[2]._replace(env_other=()),
                    events[2]._replace(env={b'HOME': b'/', b'BYTES': b'\xfe'})):
        must_find(events[:2] + [changed] + events[3:], f'with {changed.env}')


def unknown_exit(event):
    return event._replace(exit_code=None, signal=None, signal_name=None, core=None, oom=None,
                          killed_by=None)


@test
def a_status_may_be_unknown_only_where_threads_disagree():
    events = trace()
    for i in (5, 7, 8):
        must_find(events[:i] + [unknown_exit(events[i])] + events[i + 1:], 'of an unknown end')
    disagreeing = [line.replace('120 code 3', '120 code 4', 1) if f'EXIT {THREAD}' in line else line
                   for line in LOG]
    changed = events[:5] + [unknown_exit(events[5])] + events[6:]
    no_problems(compare_facts(truth(disagreeing), changed))
    equal([process.pid for process in unknown_statuses(truth(disagreeing), changed)], [CHILD],
          'ends that are unknown')
    wrong = events[:5] + [events[5]._replace(exit_code=4)] + events[6:]
    expect(compare_facts(truth(disagreeing), wrong), 'a thread\'s code passed as the process\'s')


@test
def a_broken_pipe_has_a_sender_or_none():
    log = [line.replace('STATUS 103 15 100', 'STATUS 103 13 103').replace('signal 15', 'signal 13')
           for line in LOG]
    events = trace()
    for killer in (None, Killer(VICTIM, b'root', VICTIM, b'root')):
        end = events[7]._replace(signal=13, signal_name='SIGPIPE', killed_by=killer)
        no_problems(compare_facts(truth(log), events[:7] + [end] + events[8:]))
    end = events[7]._replace(signal=13, signal_name='SIGPIPE')
    expect(compare_facts(truth(log), events[:7] + [end] + events[8:]), 'a wrong sender passed')


@test
def of_threads_that_are_not_logged_only_the_end_counts():
    log = [line for line in LOG if str(THREAD) not in line] + [f'LOOSE {CHILD}']
    events = trace()
    for changed in (events, events[:5] + [unknown_exit(events[5])] + events[6:],
                    events[:5] + [events[5]._replace(tid=THREAD)] + events[6:]):
        no_problems(compare_facts(truth(log), changed))
    for wrong in (events[5]._replace(exit_code=0), events[5]._replace(last=False)):
        expect(compare_facts(truth(log), events[:5] + [wrong] + events[6:]), f'{wrong} passed')


@test
def a_kill_for_lack_of_memory_is_told():
    log, events = LOG + [f'OOM {VICTIM}'], trace()
    expect(compare_facts(truth(log), events), 'an OOM kill passed as another one')
    for oom in (True, False, None):
        other = events[:7] + [events[7]._replace(oom=oom)] + events[8:]
        equal(bool(compare_facts(truth(log), other)), oom is not True, f'problems with oom {oom}')


@test
def a_thread_that_executes_takes_the_leaders_id():
    log = [line for line in LOG if not line.startswith(('FORK 101', 'EXIT', 'STATUS', 'FLAGS'))]
    log = log[:5] + [f'FORK {CHILD} {THREAD} thread {b"root".hex()}',
                     f'EXIT {CHILD} {b"root".hex()} 120 exec 0'] + log[5:]
    log = [line.replace(f'EXEC {CHILD} {CHILD}', f'EXEC {CHILD} {THREAD}') for line in log]
    log += [line for line in LOG if line.startswith((f'EXIT {CHILD}', f'EXIT {ROOT}', 'STATUS'))]
    log += [line for line in LOG if line.startswith(f'EXIT {VICTIM}')]
    events = trace()
    fork = events[3]._replace(time_ns=21, comm=b'root', child_comm=b'root', uid=0)
    leader = events[5]._replace(time_ns=22, comm=b'root', last=False, exit_code=None, core=None,
                                oom=None, age_ns=2, since_exec_ns=None, filename=b'/bin/root',
                                argv=ROOT_ARGV, uid=0)
    changed = [*events[:2], fork, leader, events[2]._replace(old_pid=THREAD), *events[5:]]
    changed = [event._replace(seq=seq) for seq, event in enumerate(changed, 1)]
    no_problems(compare_facts(truth(log), changed))
    for i, wrong in ((3, leader._replace(last=True)), (3, leader._replace(exit_code=0)),
                     (3, leader._replace(filename=b'/bin/child')),
                     (4, changed[4]._replace(old_pid=CHILD))):
        expect(compare_facts(truth(log), changed[:i] + [wrong] + changed[i + 1:]),
               f'{wrong} passed as true')


@test
def a_selection_is_exact():
    def of_child(known):
        return known.process.pid == CHILD
    events = [event for event in trace() if event.pid == CHILD]
    events = [event._replace(seq=seq) for seq, event in enumerate(events, 1)]
    no_problems(compare_selection(truth(), events, of_child))
    for i in range(len(events)):
        expect(compare_selection(truth(), events[:i] + events[i + 1:], of_child),
               'a selection that lacks an event passed')
    more = events + [trace()[-1]._replace(seq=len(events) + 1)]
    expect(compare_selection(truth(), more, of_child), 'a selection with an event more passed')


@test
def what_need_not_be_known_may_be_unknown():
    events = trace()
    changed = [event._replace(cgroup=None, ancestry=None, ancestry_complete=False)
               for event in events]
    no_problems(compare_facts(truth(), changed, may_miss=('cgroup', 'ancestry')))
    must_find(changed, 'without cgroup and ancestry')
    wrong = [event._replace(cgroup=b'/x') for event in events]
    expect(compare_facts(truth(), wrong, may_miss=('cgroup',)), 'a wrong cgroup passed')


@test
def lines_that_break_the_contract_are_refused():
    good = line_of(OBJECTS[0])
    parse_line(good)
    for line in (b'', b'\n', good[:-1], b'[]\n', b'{"v":1}\n', good[:-2] + b'\n', b'NaN\n',
                 good.replace(b'"v": 1', b'"v": 2'), good.replace(b'"exec"', b'"else"'),
                 good.replace(b'"argc"', b'"argd"'), good.replace(b'"argc"', b'"argv"'),
                 good.replace(b'"root"', b'"\xff"'), good.replace(b'"root"', b'"\\ud800"'),
                 good.replace(b'"root"', b'"a\tb"'), good.replace(b'"argc": 1', b'"argc": NaN')):
        try:
            parse_line(line)
        except BadLine:
            continue
        raise Failed(f'{line!r} passed as a good line')


@test
def bytes_that_are_no_text_are_told_exactly():
    equal(convert('comm', {'hex': '61ffe282', 'text': 'a\ufffd\ufffd\ufffd'}), b'a\xff\xe2\x82',
          'bytes')
    for wrong in ({'hex': '61', 'text': 'a'}, {'hex': 'FF', 'text': '\ufffd'}, {'hex': 'ff'},
                  {'hex': 'ff', 'text': 'x'}, {'hex': 'fffe', 'text': '\ufffd'}, 3, ['a']):
        try:
            convert('comm', wrong)
        except BadLine:
            continue
        raise Failed(f'{wrong!r} passed as a text')


@test
def a_workload_that_fails_is_noticed():
    try:
        truth([*LOG, 'FAULT fork: no'])
    except AssertionError:
        return
    raise Failed('a log with a FAULT was taken as truth')


def log_of(name, *args):
    with workload_dir() as (log, work):
        equal(run([workload(name), log, work, *args]).status, 0, f'status of {name}')
        return FactsTruth.load(log)


@test
def real_logs_are_whole():
    """Without any trace: each process of a log has an image and an end."""
    for name, args in (('images_workload', ()), ('ends_workload', ()),
                       ('lives_workload', (20, 4, 0, 1))):
        log = log_of(name, *args)
        for process in log.processes.values():
            expect(process.image() and process.status is not None,
                   f'{name}: process {process.pid} has no image or no end')


def problems_of_32_bits(long_bits, complete):
    """A trace whose FORK lacks CLONE_INTO_CGROUP."""
    truth = FactsTruth(line.replace('CLONE_NEWPID', 'CLONE_INTO_CGROUP') for line in LOG)
    truth.long_bits = long_bits
    return compare_facts(truth, [event._replace(
        clone_flags=event.clone_flags - {'CLONE_NEWPID'}, clone_flags_complete=complete)
        if hasattr(event, 'clone_flags') else event for event in trace()])


@test
def kernels_of_32_bits_have_no_flags_above():
    equal(problems_of_32_bits(32, False), [], 'problems on 32 bits')
    expect(problems_of_32_bits(32, True), 'flags of 32 bits passed as complete')
    expect(problems_of_32_bits(64, True), 'a missing flag passed as true')


main()
