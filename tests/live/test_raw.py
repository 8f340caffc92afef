#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--raw: the same lines, and below each the record that it was made of."""

import re
import struct
import sys

from live import equal, expect, main, run_tool, tracing_test

HEAD = re.compile(r'  (sched:\w+) cpu=(\d+) time_ns=(\d+) pid=(\d+) tid=(\d+) size=(\d+)$')
FIELD = re.compile(r'    (\w+) = (.*)$')
DUMP = re.compile(r'    ([0-9a-f]{4}) ((?: {1,2}[0-9a-f]{2}){1,16}) +\|(.{1,16})\|$')
TRACEPOINT = {'FORK': 'sched:sched_process_fork', 'EXEC': 'sched:sched_process_exec',
              'EXIT': 'sched:sched_process_exit'}


class Record:
    """What stands below one line."""

    def __init__(self, line):
        self.line = line
        self.head = None
        self.fields = {}
        self.bytes = b''

    def add(self, text):
        head, field, dump = HEAD.match(text), FIELD.match(text), DUMP.match(text)
        if head:
            expect(self.head is None, f'two records below {self.line!r}')
            self.head = head
        elif field:
            self.fields[field[1]] = field[2]
        else:
            expect(dump, f'no line of a record: {text!r}')
            equal(int(dump[1], 16), len(self.bytes), 'offset in the dump')
            part = bytes.fromhex(dump[2].replace(' ', ''))
            shown = ''.join(chr(c) if 0x20 <= c < 0x7f else '.' for c in part)
            equal(dump[3], shown, 'the text beside the bytes')
            self.bytes += part

    def check(self):
        word, time_ms, *rest = self.line.split('|')
        expect(self.head, f'no record below {self.line!r}')
        tracepoint, _cpu, time_ns, _pid, tid, size = self.head.groups()
        equal(tracepoint, TRACEPOINT[word], 'tracepoint')
        equal(int(time_ns) // 1000000, int(time_ms), 'time')
        equal(int(size), len(self.bytes), 'bytes in the dump')
        equal(self.fields['common_pid'], tid, 'common_pid')
        equal(int(self.fields['common_type']),
              struct.unpack_from('=H', self.bytes)[0], 'common_type')
        if word == 'FORK':
            names = ['parent_pid', 'parent_comm', 'child_pid', 'child_comm']
            equal([self.fields[name].strip('"') for name in names], rest, 'fields of the fork')
        elif word == 'EXEC':
            equal([self.fields['pid'], self.fields['filename'].strip('"')], [rest[0], rest[2]],
                  'fields of the exec')
        else:
            equal([self.fields[name].strip('"') for name in ['pid', 'comm', 'prio']], rest,
                  'fields of the exit')


def records_of(out):
    records = []
    for text in out.decode().splitlines():
        if text.startswith(' '):
            expect(records, 'a record before the first line')
            records[-1].add(text)
        else:
            records.append(Record(text))
    return records


@tracing_test
def every_line_has_its_record():
    result = run_tool('--raw', '--', 'sh', '-c', '/bin/true; (exit 3); ls / > /dev/null')
    result.must_succeed()
    records = records_of(result.out)
    expect(len(records) >= 8, f'only {len(records)} lines')
    for record in records:
        record.check()


@tracing_test
def names_forge_nothing():
    script = ("import os; open('/proc/self/comm', 'wb').write(b'x\\n  \"\\x1b'); "
              "os._exit(0 if os.fork() else 1)")
    result = run_tool('--raw', '--', sys.executable, '-c', script).must_succeed()
    expect(b'\x1b' not in result.out, 'an escape character in the output')
    records = records_of(result.out)
    named = [record for record in records if record.fields.get('parent_comm') ==
             r'"x\x0a  \x22\x1b"']
    equal(len(named), 1, 'forks of the renamed process')


@tracing_test
def filtered_events_have_no_records():
    result = run_tool('--raw', '-e', 'exit', '--', 'sh', '-c', '/bin/true; /bin/true')
    for record in records_of(result.must_succeed().out):
        expect(record.line.startswith('EXIT|'), f'{record.line!r}')
        record.check()


main()
