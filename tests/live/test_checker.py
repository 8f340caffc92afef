#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The twin of the live tests: what they compare with must notice every kind of wrong trace."""

import random

from lines import BadLine, Exec, Exit, Fork, Lost, escape, parse, parse_line, unescape
from live import (Failed, Summary, equal, expect, main, no_problems, run, test, workload,
                  workload_dir)
from truth import ExecFact, ExitFact, ForkFact, Truth, compare_command, only_events

SHELL, CHILD, THREAD = 100, 101, 102

# A shell that forks; the child starts a thread, which execs and so takes the child's id.
TRUTH = Truth([
    ExecFact(SHELL, SHELL, b'/bin/sh', b'sh'),
    ForkFact(SHELL, CHILD, 'process', b'sh'),
    ForkFact(CHILD, THREAD, 'thread', b'a|b'),
    ExitFact(CHILD, b'a|b', 120, 'exec', 0),
    ExecFact(CHILD, THREAD, b'/x\n\xff', b'x\n\xff'),
    ExitFact(CHILD, b'x\n\xff', 120, 'code', 3),
    ExitFact(SHELL, b'sh', 120, 'code', 0),
])

TRACE = b'''EXEC|10|100|sh|/bin/sh
FORK|11|100|sh|101|sh
FORK|12|101|a\\x7cb|102|a\\x7cb
EXIT|12|101|a\\x7cb|120
EXEC|13|101|x\\x0a\\xff|/x\\x0a\\xff
EXIT|14|101|x\\x0a\\xff|120
EXIT|15|100|sh|120
'''


def altered(item):
    """The same event with one thing changed, for each thing that can be."""
    for name, value in item._asdict().items():
        if name != 'ms':
            other = value + b'!' if isinstance(value, bytes) else value + 1
            yield item._replace(**{name: other})


def must_find(items, what):
    expect(compare_command(TRUTH, items), f'a trace {what} passed as true')


@test
def the_true_trace_passes():
    no_problems(compare_command(TRUTH, parse(TRACE)))


@test
def an_event_that_is_missing_is_found():
    items = parse(TRACE)
    for i, item in enumerate(items):
        must_find(items[:i] + items[i + 1:], f'without {item}')


@test
def an_event_too_many_is_found():
    items = parse(TRACE)
    for i, item in enumerate(items):
        must_find(items[:i] + [item] + items[i:], f'with a second {item}')
    must_find(items + [Lost(15, 0, 1)], 'with a loss')
    must_find(items[:-1] + [Fork(15, SHELL, b'sh', 103, b'sh'), Exit(15, 103, b'sh', 120),
                            items[-1]], 'with a task of somebody else\'s')


@test
def an_event_that_is_altered_is_found():
    items = parse(TRACE)
    for i, item in enumerate(items):
        for other in altered(item):
            must_find(items[:i] + [other] + items[i + 1:], f'with {other}')


@test
def events_in_another_order_are_found():
    items = parse(TRACE)
    for i in range(len(items) - 1):
        swapped = items[:i] + [items[i + 1], items[i]] + items[i + 2:]
        must_find(swapped, f'with {items[i]} late')
    same_time = [item._replace(ms=10) for item in items]
    no_problems(compare_command(TRUTH, same_time))
    for i in range(len(items) - 2):
        swapped = same_time[:i] + [same_time[i + 1], same_time[i]] + same_time[i + 2:]
        must_find(swapped, f'with {items[i]} too late, the times being the same')


@test
def a_log_that_is_altered_is_found():
    items = parse(TRACE)
    for i, fact in enumerate(TRUTH.facts):
        without = Truth(TRUTH.facts[:i] + TRUTH.facts[i + 1:])
        if i > 0:
            expect(compare_command(without, items), f'a log without {fact} passed as true')
        expect(compare_command(Truth(TRUTH.facts + [fact]), items),
               f'a log with a second {fact} passed as true')


@test
def a_trace_that_is_empty_or_ends_early_is_found():
    items = parse(TRACE)
    must_find([], 'of nothing')
    for length in range(len(items)):
        must_find(items[:length], f'of the first {length} events')


@test
def lines_that_break_the_contract_are_refused():
    for line in (b'', b'\n', b'FORK|1|2|a|3|b', b'FORK|1|2|a|3\n', b'FORK|1|2|a|3|b|c\n',
                 b'fork|1|2|a|3|b\n', b'EXIT|x|2|a|120\n', b'EXIT|01|2|a|120\n',
                 b'EXIT|1|2|a\\b|120\n', b'EXIT|1|2|a\\x7C|120\n', b'EXIT|1|2|\\x61|120\n',
                 b'EXIT|1|2|a\x1b|120\n', b'EXIT|1|2|a\xff|120\n', b'EXIT|1|2|a\r|120\n',
                 b'EXIT|1|2|\xc2\x85|120\n', b'EXIT|1|2|\xe2\x80\xa8|120\n', b'LOST|1|0|-x\n'):
        try:
            parse_line(line)
        except BadLine:
            continue
        raise Failed(f'{line!r} passed as a good line')


@test
def escaping_is_undone():
    generator = random.Random(1)
    for _ in range(2000):
        raw = bytes(generator.choices(range(256), k=generator.randrange(12)))
        equal(unescape(escape(raw)), raw, 'bytes after escaping and back')
    equal(escape('żółw 🐧'.encode()), 'żółw 🐧', 'letters')


@test
def a_summary_that_disagrees_is_found():
    items = parse(TRACE)
    right = Summary(7, 2, 2, 3, 0, 0)
    right.agrees_with(items)
    for name in ('events', 'fork', 'exec', 'exit', 'lost'):
        wrong = right._replace(**{name: getattr(right, name) + 1})
        try:
            wrong.agrees_with(items)
        except Failed:
            continue
        raise Failed(f'a summary with one {name} too many passed as true')


@test
def a_workload_that_fails_is_noticed():
    with workload_dir() as (log, _):
        log.write_text('EXEC 1 1 61 61\nFAULT fork: no\n')
        try:
            Truth.load(log)
        except AssertionError:
            return
    raise Failed('a log with a FAULT was taken as truth')


def trace_of(truth):
    """A trace that the log could be of, all in one millisecond."""
    events = []
    for fact in truth.facts:
        if isinstance(fact, ForkFact):
            events.append(Fork(1, fact.parent, fact.comm, fact.child, fact.comm))
        elif isinstance(fact, ExecFact):
            events.append(Exec(1, fact.pid, fact.comm, fact.filename))
        else:
            events.append(Exit(1, fact.pid, fact.comm, fact.prio))
    return events


@test
def a_real_log_holds_what_the_tests_rely_on():
    """Without any trace: the workload does what it is there for, and its own lives add up."""
    with workload_dir() as (log, work):
        equal(run([workload(), 'all', log, work]).status, 0, 'status of the workload')
        truth = Truth.load(log)
    equal({fact.kind for fact in truth.forks()}, {'process', 'vfork', 'thread'}, 'kinds of fork')
    expect({fact.value for fact in truth.exits() if fact.how == 'code'} >= set(range(256)),
           'not every exit code is there')
    expect(len({fact.value for fact in truth.exits() if fact.how == 'signal'}) > 10,
           'hardly any signals are there')
    expect(any(fact.pid != fact.old_pid for fact in truth.execs()), 'no thread execs')
    expect(any(len(fact.filename) > 3500 for fact in truth.execs()), 'no long file name is there')
    for byte in b'|\n\\\x1b\xff':
        expect(any(byte in fact.comm and byte in fact.filename for fact in truth.execs()),
               f'no exec has a name with {bytes([byte])!r}')
        expect(any(byte in fact.comm for fact in truth.forks()),
               f'no fork has a name with {bytes([byte])!r}')
    events = trace_of(truth)
    expect(len(only_events(events)) > 1000, 'the log is short')
    text = ''.join('|'.join(['EXIT', '1', '1', escape(event.comm), '120']) + '\n'
                   for event in events if isinstance(event, Exit))
    equal([item.comm for item in parse(text.encode())],
          [event.comm for event in events if isinstance(event, Exit)], 'names through a line')


main()
