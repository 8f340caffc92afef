#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replays: lines and options, against what perf script printed of the same capture."""

import gzip
import json
import os
import re
import signal
import struct
import subprocess
from pathlib import Path

from captures import (CAPTURES, CPU, DATA_AT, SAMPLE, TIME, USER_TYPES, moved_features, records,
                      repeat, without)
from lines import EVENTS, Exec, Exit, Fork, Truncated
from live import (Background, Skip, equal, expect, main, need_program, run, run_tool, sanitized,
                  scratch, shell, test, tool, tracing_test, wait_until, with_tracefs)

FILE = CAPTURES / 'amd64-6.18.44' / 'file.data'
FORMATS = CAPTURES.parent.parent / 'formats'
PIPE = CAPTURES / 'amd64-6.18.44' / 'pipe.data'
# A process group of FILE: a shell that starts others.
SHELL = 5129
MEMORY_KIB = 64 * 1024
# PERF_RECORD_FINISHED_ROUND, a header and no more.
ROUND = b'\x44\0\0\0\0\0\x08\0'
COMPRESSED = 81
# Of struct perf_event_attr; PERF_SAMPLE_RAW.
PERIOD_AT, RAW = 16, 1 << 10

EVENT = re.compile(r'\s*(?P<comm>.+?)\s+(?:\d+/)?(?P<tid>\d+)\s+\[\d+\]\s+'
                   r'(?P<s>\d+)\.(?P<ms>\d{3})\d*:\s+sched:sched_process_(?P<type>\w+): (?P<rest>.*)')
FIELDS = {
    'fork': re.compile(r'comm=(.*) pid=(\d+) child_comm=(.*) child_pid=(\d+)'),
    'exec': re.compile(r'filename=(.*) pid=(\d+) old_pid=(\d+)'),
    'exit': re.compile(r'comm=(.*) pid=(\d+) prio=(\d+)'),
}


def of_script(text):
    """The lines that we should print for what perf script printed."""
    for line in text.splitlines():
        found = EVENT.fullmatch(line)
        if not found:
            continue
        ms = int(found['s'] + found['ms'])
        fields = FIELDS[found['type']].match(found['rest']).groups()
        if found['type'] == 'fork':
            yield Fork(ms, int(fields[1]), fields[0].encode(), int(fields[3]), fields[2].encode())
        elif found['type'] == 'exec':
            yield Exec(ms, int(fields[1]), found['comm'].encode(), fields[0].encode())
        else:
            yield Exit(ms, int(fields[1]), fields[0].encode(), int(fields[2]))


def expected(capture):
    return list(of_script(capture.with_suffix('.script').read_text(encoding='utf-8')))


def captures():
    found = sorted([*CAPTURES.glob('*/*.data'), *CAPTURES.glob('*/*.pipe')])
    equal(len(found), 15, 'captures under fixtures')
    return found


def replay(*args, **options):
    return run_tool('replay', *args, **options)


def same(got, wanted, what):
    """equal() for long lists, of which only the first difference matters."""
    for number, pair in enumerate(zip(got, wanted)):
        equal(pair[0], pair[1], f'line {number + 1} of {what}')
    equal(len(got), len(wanted), f'number of lines of {what}')


def pids_of(item):
    if isinstance(item, Fork):
        return {item.parent, item.child}
    return {item.pid}


# ---- the lines -----------------------------------------------------------------------------------

@test
def every_capture_is_what_perf_script_says():
    for capture in captures():
        result = replay(capture).must_succeed()
        same(result.items(), expected(capture), capture)
        result.summary().agrees_with(result.items())
        equal(len(result.err_lines()), 1, 'lines on standard error')


@test
def streams_are_the_same_as_files():
    for capture in captures():
        if capture.suffix != '.pipe' and capture.name != 'pipe.data':
            continue
        result = replay('-', text=capture.read_bytes()).must_succeed()
        same(result.items(), expected(capture), capture)


@test
def standard_input_may_be_a_file():
    with open(FILE, 'rb') as file:
        result = replay('-', stdin=file).must_succeed()
    same(result.items(), expected(FILE), FILE)


# ---- options -------------------------------------------------------------------------------------

@test
def events_are_chosen():
    for words, kinds in (('fork', (Fork,)), ('exit,exec', (Exec, Exit)), ('fork,exec,exit', EVENTS)):
        result = replay('-e', words, FILE).must_succeed()
        same(result.items(), [item for item in expected(FILE) if isinstance(item, kinds)], words)


@test
def pids_are_chosen():
    for pids in ({SHELL}, {SHELL + 2}, {SHELL, SHELL + 2}):
        for option in ('-p', '-t'):
            result = replay(option, ','.join(map(str, pids)), FILE).must_succeed()
            same(result.items(), [item for item in expected(FILE) if pids & pids_of(item)],
                 f'{option} {pids}')
    equal(replay('-p', '4000000', FILE).must_succeed().items(), [], 'lines of nobody')


def descendants(items, root):
    """The events of ROOT and of all that it forked; each pid is used once."""
    followed = {root}
    for item in items:
        if isinstance(item, Fork) and item.parent in followed:
            followed.add(item.child)
        if (item.child if isinstance(item, Fork) else item.pid) in followed:
            yield item


@test
def descendants_are_followed():
    items = expected(FILE)
    born = {item.child for item in items if isinstance(item, Fork)}
    roots = born & {item.parent for item in items if isinstance(item, Fork)}
    expect(len(roots) > 10, 'processes that are born in it and fork')
    for root in sorted(roots):
        same(replay('-f', '-p', root, FILE).must_succeed().items(),
             list(descendants(items, root)), f'{root} and descendants')


@test
def tasks_that_were_there_before_have_descendants():
    """init started the shell before perf did anything: all but kernel threads descend from it."""
    capture = CAPTURES / 'amd64-6.1.0-50' / 'p1.data'
    result = replay('-f', '-p', '1', capture).must_succeed()
    same(result.items(), expected(capture), 'init and descendants')
    equal(replay('-f', '-p', '2', capture).must_succeed().items(), [], 'lines of kthreadd')
    equal(replay('-p', '1', capture).must_succeed().items(), [], 'lines of init alone')


@test
def number_of_events_is_limited():
    items = expected(FILE)
    result = replay('-n', '5', FILE).must_succeed()
    equal(result.items(), [*items[:5], Truncated(items[4].ms, b'events', 5)], 'lines')
    result = replay('-n', '1000000', FILE).must_succeed()
    equal(result.items(), items, 'lines under a limit that is never reached')


@test
def duration_is_of_the_capture():
    capture = PIPE
    items = expected(capture)
    result = replay('-d', '1', capture).must_succeed()
    kept = result.items()
    equal(kept, items[:len(kept)], 'lines')
    expect(len(kept) < len(items), 'all of a capture that takes longer than a second')
    expect(items[len(kept)].ms - items[0].ms >= 999, 'ended early')
    expect(kept[-1].ms - items[0].ms <= 1000, 'ended late')
    equal(replay('-d', '100000', capture).must_succeed().items(), items, 'lines of a long one')


@test
def output_goes_into_a_file():
    with scratch() as directory:
        result = replay('-q', '-o', directory / 'out', FILE).must_succeed()
        equal((result.out, result.err), (b'', b''), 'what else is written')
        equal((directory / 'out').read_bytes(), replay(FILE).out, 'lines in the file')


@test
def verbose_says_what_the_capture_is():
    result = replay('-v', CAPTURES / 's390x-6.1.0-50' / 'p1.data').must_succeed()
    expect('64-bit big-endian' in result.err_text(), f'no machine in {result.err!r}')
    expect('sched:sched_process_exec' in result.err_text(), f'no events in {result.err!r}')


# ---- what goes wrong -----------------------------------------------------------------------------

def must_be_refused(result, status, *words):
    equal((result.status, len(result.err_lines()), result.out), (status, 1, b''),
          f'status, lines on standard error and output of {result.args}: {result.err!r}')
    for word in words:
        expect(word in result.err_text(), f'no {word!r} in {result.err!r}')


@test
def command_lines_that_make_no_sense():
    for args, word in (([], 'FILE'), ([FILE, 'more'], 'more'), (['-p', '0', FILE], '-p'),
                       (['-d', '0', FILE], '-d'), (['-n', '7x', FILE], '-n'), (['-f', FILE], '-p'),
                       (['-e', 'spoon', FILE], '-e'), (['-m', '8', FILE], '-m'),
                       (['--stream', FILE], '--stream'), ([FILE, '--', 'true'], 'true')):
        must_be_refused(replay(*args), 2, word)


@test
def other_files_are_refused_with_reason_and_hint():
    with scratch() as directory:
        files = {
            'empty': (b'', 'empty'),
            'text': (b'FORK|1|2|sh|3|sh\n', 'text'),
            'old': (b'PERFFILE' + bytes(100), 'first file version'),
            'trace.dat': (b'\x17\x08\x44tracing6\0' + bytes(100), 'trace-cmd'),
            'perf.data.gz': (gzip.compress(FILE.read_bytes()), 'gzip'),
        }
        for name, (content, word) in files.items():
            (directory / name).write_bytes(content)
            must_be_refused(replay(directory / name), 1, name, word, 'try: ')
        must_be_refused(replay(directory), 1, 'directory', 'try: ')
        must_be_refused(replay(directory / 'missing'), 1, 'No such file')
        must_be_refused(replay('-', text=FILE.read_bytes()), 1, 'pipe', '-o -')


@test
def output_is_untouched_where_the_capture_is_refused():
    with scratch() as directory:
        (directory / 'out').write_bytes(b'precious')
        must_be_refused(replay('-o', directory / 'out', '/dev/null'), 1, 'empty')
        equal((directory / 'out').read_bytes(), b'precious', 'the old file')


@test
def a_capture_without_forks_execs_and_exits_says_what_it_has():
    perf = need_program('perf')
    with scratch() as directory:
        recorded = run([perf, 'record', '-q', '-e', 'cpu-clock,page-faults', '-o',
                        directory / 'other', '--', 'true'])
        if recorded.status != 0:
            raise Skip(f'perf cannot record here: {recorded.err_text().strip()}')
        must_be_refused(replay(directory / 'other'), 1, 'cpu-clock', 'page-faults', 'try: ')


@test
def a_capture_cut_short_shows_what_it_has_and_says_so():
    whole = PIPE.read_bytes()
    items = expected(PIPE)
    for length in (len(whole) - 5, len(whole) * 2 // 3 + 1):
        for source in ('file', 'stream'):
            with scratch() as directory:
                (directory / 'cut').write_bytes(whole[:length])
                result = (replay('-q', directory / 'cut') if source == 'file' else
                          replay('-q', '-', text=whole[:length])).must_succeed()
            shown, rest = result.items(), iter(items)
            expect(all(item in rest for item in shown), 'lines in the order of the whole')
            expect(50 < len(shown) <= len(items), f'{len(shown)} lines')
            equal(len(result.err_lines()), 1, 'lines on standard error')
            expect('ends within' in result.err_text(), f'no reason in {result.err!r}')


@test
def a_file_without_formats_takes_others():
    """What a killed perf leaves behind: no size of the data, and nothing after them."""
    kernel = 'amd64-6.1.0-50'
    capture = CAPTURES / kernel / 'p1.data'
    whole = bytearray(capture.read_bytes())
    offset = int.from_bytes(whole[40:48], 'little')
    size = int.from_bytes(whole[48:56], 'little')
    whole[48:56] = bytes(8)
    with scratch() as directory:
        (directory / 'killed').write_bytes(whole[:offset + size])
        result = replay('--formats', FORMATS / kernel, directory / 'killed').must_succeed()
        same(result.items(), expected(capture), capture)
        expect('did not finish' in result.err_text(), f'no reason in {result.err!r}')


@test
def full_disk_is_one_clear_error():
    for args in (['-o', '/dev/full'], []):
        with open('/dev/full', 'wb') as full:
            result = replay('-q', *args, FILE, stdout=full)
        equal((result.status, len(result.err_lines())), (1, 1), f'status, {result.err!r}')
        expect('No space left' in result.err_text(), f'{result.err!r}')


@test
def reader_that_goes_away_ends_it_quietly():
    with scratch() as directory:
        repeat(FILE, 200, directory / 'many')
        result = shell('{ "$tool" replay "$1"; echo $? >&2; } | head -3', directory / 'many')
    equal(len(result.items()), 3, 'lines that head got')
    equal(result.err_lines(), ['0'], 'status, and nothing else on standard error')


def counted(capture, output, choose):
    """Write to OUTPUT the file-mode CAPTURE as if the events that CHOOSE picks had been counted."""
    whole = bytearray(capture.read_bytes())
    attr_size, attrs, attrs_size = struct.unpack_from('<3Q', whole, 16)
    for number, attr in enumerate(range(attrs, attrs + attrs_size, attr_size)):
        if choose(number):
            whole[attr + PERIOD_AT:attr + PERIOD_AT + 8] = bytes(8)
    output.write_bytes(whole)


@test
def events_that_are_only_counted_are_said_to_be():
    with scratch() as directory:
        capture = directory / 'counted'
        names = run_tool('replay', '-v', FILE).err_text()
        names = re.search('machine: (.*)', names)[1].split(', ')
        counted(FILE, capture, lambda number: names[number:number + 1] ==
                ['sched:sched_process_exit'])
        result = replay(capture).must_succeed()
        expect('sched:sched_process_exit was only counted' in result.err_text(), result.err)
        expect(not any(isinstance(item, Exit) for item in result.items()), 'no exits')
        counted(FILE, capture, lambda number: True)
        must_be_refused(replay(capture), 1, 'only counts', 'perf stat record', 'try: perf record')
        without(FILE, RAW, capture)
        must_be_refused(replay(capture), 1, 'without their data', 'try: perf record')


def damaged_zstd():
    """A capture whose first compressed record holds no zstd."""
    whole = bytearray((CAPTURES / 'amd64-6.18.44' / 'filez.data').read_bytes())
    offset, size = struct.unpack_from('<QQ', whole, 40)
    first = next(at for kind, at, _ in records(whole[offset:offset + size]) if kind == COMPRESSED)
    whole[offset + first + 8:offset + first + 12] = b'\xff' * 4
    return whole


@test
def where_nothing_could_be_read_the_status_says_so():
    with scratch() as directory:
        capture = directory / 'capture'
        capture.write_bytes(damaged_zstd())
        result = replay(capture)
        equal((result.status, result.out), (1, b''), f'status and lines, {result.err!r}')
        expect('no event of it could be read' in result.err_text(), result.err)
        whole = PIPE.read_bytes()
        capture.write_bytes(whole[:whole.index(b'name: sched_process_exec') + 30])
        must_be_refused(replay('--formats', FORMATS / 'amd64-6.1.0-50', capture), 1,
                        'no forks, execs or exits')
        equal(repeat(FILE, 0, capture), 0, 'events')
        result = replay(capture)
    equal((result.status, result.out), (0, b''), f'where nothing happened, {result.err!r}')


@test
def a_format_that_is_not_understood_hides_no_others():
    exec_field = b'field:__data_loc char[] filename;'
    whole = FILE.read_bytes()
    start = whole.index(b'name: sched_process_exec')
    with scratch() as directory:
        capture = directory / 'capture'
        for old, new in ((exec_field, exec_field.replace(b';', b'(')),  # no field at all
                         (exec_field, exec_field.replace(b'filename', b'fliename'))):  # not that one
            at = whole.index(old, start)
            capture.write_bytes(whole[:at] + new.ljust(len(old)) + whole[at + len(old):])
            result = replay(capture).must_succeed()
            same(result.items(), [item for item in expected(FILE) if not isinstance(item, Exec)],
                 'forks and exits')
            expect(re.search('sched_process_exec.*: left out', result.err_text()), result.err)
        for name in (b'fork', b'exec', b'exit'):
            at = whole.index(b'ID: ', whole.index(b'name: sched_process_' + name))
            whole = whole[:at] + b'ID: x' + whole[at + 5:]
        capture.write_bytes(whole)
        must_be_refused(replay(capture), 1, 'format', 'sched_process_')


@test
def a_second_capture_behind_the_first_is_named():
    for first in (FILE, PIPE):
        for second in (FILE, PIPE):
            whole = first.read_bytes()
            both = whole + second.read_bytes()
            sources = [both] if first == PIPE else []
            with scratch() as directory:
                (directory / 'both').write_bytes(both)
                results = [replay(directory / 'both'), *(replay('-', text=each) for each in sources)]
            for result in results:
                same(result.must_succeed().items(), expected(first), f'{first}, then {second}')
                expect(f'another capture follows at byte {len(whole)},' in result.err_text(),
                       result.err)
                expect('not whole' not in result.err_text(), result.err)


def as_directory(capture, directory):
    """Write to DIRECTORY the file-mode CAPTURE as two threads of perf's would have recorded it."""
    whole = capture.read_bytes()
    offset, size = struct.unpack_from('<QQ', whole, DATA_AT)
    data, features = whole[offset:offset + size], whole[offset + size:]
    first = next(at for kind, at, _ in records(data) if kind == SAMPLE)
    taken = [data[at:at + length] for kind, at, length in records(data)
             if at >= first and kind < USER_TYPES]
    head = bytearray(whole[:offset] + data[:first] + moved_features(whole, features, first - size))
    struct.pack_into('<Q', head, DATA_AT + 8, first)
    (directory / 'data').write_bytes(head)
    (directory / 'data.0').write_bytes(b''.join(taken[::2]))
    (directory / 'data.1').write_bytes(b'')
    (directory / 'data.2').write_bytes(b''.join(taken[1::2]))


@test
def directories_of_perf_are_read():
    with scratch() as directory:
        must_be_refused(replay(directory), 1, 'directory', 'no file data')
        (directory / 'data').write_bytes(FILE.read_bytes())
        (directory / 'kcore_dir').mkdir()
        same(replay(directory).must_succeed().items(), expected(FILE), 'as --kcore makes them')
    with scratch() as directory:
        as_directory(FILE, directory)
        same(replay('-q', directory).must_succeed().items(), expected(FILE), 'two threads')
        must_be_refused(replay('-o', directory / 'data.2', directory), 1, 'the capture itself')
        cut = (directory / 'data.0').read_bytes()
        (directory / 'data.0').write_bytes(cut[:-5])
        result = replay('-q', directory).must_succeed()
        expect(len(expected(FILE)) - len(result.items()) <= 1, 'all but the last')
        expect('ends within a record' in result.err_text(), result.err)


@tracing_test
def directories_that_perf_records_are_read():
    need_program('perf')
    with scratch() as directory:
        recorded = run([*with_tracefs(), 'perf', 'record', '-q', '--threads', '-e',
                        ','.join(f'sched:sched_process_{name}' for name in FIELDS), '-o',
                        directory / 'many', '--', 'sh', '-c',
                        'i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i+1)); done'])
        if recorded.status != 0:
            raise Skip(f'perf cannot record so here: {recorded.err_text().strip()}')
        script = run(['perf', 'script', '-i', directory / 'many', '-F',
                      'comm,tid,cpu,time,event,trace']).must_succeed()
        result = replay(directory / 'many').must_succeed()
        # Not the whole host, where others have names that perf script does not show as they are.
        same(result.items(), list(of_script(script.out.decode())), 'what perf script shows')
        expect(len(result.items()) >= 300, f'{len(result.items())} lines')
        must_be_refused(replay(directory / 'many' / 'data'), 1, 'one file of several', 'try: ')


# ---- streams -------------------------------------------------------------------------------------

def split_rounds(capture):
    """
    A pipe-mode capture up to the last FINISHED_ROUND, another one, so that all before it is let
    go, and the rest.
    """
    whole = capture.read_bytes()
    end = whole.rindex(ROUND) + len(ROUND)
    return whole[:end] + ROUND, whole[end:]


@test
def a_stream_is_shown_while_it_comes():
    first, rest = split_rounds(PIPE)
    with Background([tool(), 'replay', '-'], stdin=subprocess.PIPE) as replaying:
        replaying.process.stdin.write(first)
        replaying.process.stdin.flush()
        replaying.wait_line(lambda line: line.startswith(b'EXEC|'), 'the first lines')
        expect(replaying.process.poll() is None, 'it ended before the stream did')
        replaying.process.stdin.write(rest)
        replaying.process.stdin.close()
        result = replaying.finish()
    equal(result.status, 0, 'status')
    same(result.items(), expected(PIPE), PIPE)


@test
def an_interrupt_ends_a_stream_cleanly():
    first, _ = split_rounds(PIPE)
    for number in (signal.SIGINT, signal.SIGTERM):
        with Background([tool(), 'replay', '-'], stdin=subprocess.PIPE) as replaying:
            replaying.process.stdin.write(first)
            replaying.process.stdin.flush()
            replaying.wait_line(lambda line: line.startswith(b'EXEC|'), 'the first lines')
            result = replaying.finish(number)
            replaying.process.stdin.close()
        equal(result.status, 0, 'status')
        items = result.items()
        same(items, expected(PIPE)[:len(items)], PIPE)
        result.summary().agrees_with(items)


@test
def an_interrupt_before_anything_came_is_no_error():
    with Background([tool(), 'replay', '-'], stdin=subprocess.PIPE) as replaying:
        pid = replaying.process.pid
        caught = 1 << signal.SIGINT - 1
        wait_until(lambda: int(re.search(r'SigCgt:\s*(\w+)', Path(f'/proc/{pid}/status').read_text(
            encoding='ascii'))[1], 16) & caught, 'the handlers to be there')
        result = replaying.finish(signal.SIGINT)
        replaying.process.stdin.close()
    equal((result.status, result.out, result.err), (0, b'', b''), 'status and output')


@tracing_test
def perf_record_streams_into_a_replay():
    need_program('perf')
    load = 'i=0; while [ $i -lt 50 ]; do "$0"; i=$((i+1)); done'
    with scratch() as directory:
        # A name that nobody else on this host has.
        program = directory / 'streamed'
        program.symlink_to(need_program('true'))
        script = ('perf record -q -a -e "sched:sched_process_fork,sched:sched_process_exec,'
                  'sched:sched_process_exit" -o - -- "$@" | tee "$copy" | "$tool" replay -')
        environment = {**os.environ, 'tool': tool(), 'copy': str(directory / 'copy')}
        result = run([*with_tracefs(), 'sh', '-c', script, 'sh', 'sh', '-c', load, program],
                     env=environment).must_succeed()
        items = result.items()
        same(items, replay(directory / 'copy').must_succeed().items(), 'a replay of the same')
    result.summary().agrees_with(items)
    execs = [item for item in items if isinstance(item, Exec) and item.comm == b'streamed']
    equal(len(execs), 50, 'execs')
    for execed in execs:
        kinds = [type(item) for item in items if execed.pid in pids_of(item)]
        equal(kinds, [Fork, Exec, Exit], f'events of {execed.pid}')


# ---- what was not recorded ---------------------------------------------------------------------

@test
def times_that_were_not_recorded_are_unknown_in_every_view():
    with scratch() as directory:
        capture = directory / 'no-times'
        without(FILE, TIME, capture)
        plain = run_tool('replay', str(capture)).must_succeed()
        for view in ([], ['-x'], ['-F', 'table'], ['-F', 'tree'], ['--raw', '-e', 'fork']):
            shown = run_tool('replay', *view, str(capture)).must_succeed()
            expect('the capture tells no times' in shown.err_text(), f'{view}: it is said')
            expect(shown.err_text().rstrip().endswith(' ? s'), f'{view}: {shown.err_text()}')
        lines = [line.split('|') for line in plain.out.decode().splitlines()]
        equal({line[1] for line in lines}, {'?'}, 'timestamp_ms')
        # Those of perf script are sorted by time, which nobody knows here: as many.
        equal(len(lines), len(expected(FILE)), 'lines')
        parsed = [json.loads(line) for line in
                  run_tool('replay', '-F', 'json', str(capture)).must_succeed().out.splitlines()]
        for name in ('time_ns', 'age_ns', 'since_exec_ns'):
            equal({line.get(name) for line in parsed}, {None}, name)
        table = run_tool('replay', '-q', '-F', 'table', str(capture)).must_succeed().out.decode()
        equal({line.split()[0] for line in table.splitlines()[1:]}, {'?'}, 'TIME')
        summary = run_tool('replay', '-q', '-S', str(capture)).must_succeed().out.decode()
        expect(re.search(r'^duration +\?$', summary, re.M), summary)
        equal(re.findall(r'\d(?:ns|us|ms|s)\b', summary), [], 'spans')


@test
def cpus_that_were_not_recorded_are_unknown_in_every_view():
    with scratch() as directory:
        capture = directory / 'no-cpus'
        without(FILE, CPU, capture)
        shown = run_tool('replay', '-F', 'json', str(capture)).must_succeed()
        expect('does not tell on which CPU' in shown.err_text(), shown.err_text())
        equal({json.loads(line)['cpu'] for line in shown.out.splitlines()}, {None}, 'cpu')
        raw = run_tool('replay', '--raw', str(capture)).must_succeed().out.decode()
        equal(set(re.findall(r' cpu=(\S+)', raw)), {'?'}, 'cpu of --raw')
        same(replay(capture).must_succeed().items(), expected(FILE), 'lines')


# ---- size ----------------------------------------------------------------------------------------

def replay_measured(capture, output):
    """Replay into OUTPUT; the most memory that was resident, KiB."""
    with subprocess.Popen([tool(), 'replay', '-q', '-o', str(output), str(capture)],
                          stdin=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    equal(process.returncode, 0, 'status')
    return usage.ru_maxrss


@test
def memory_does_not_grow_with_the_capture():
    if sanitized():
        raise Skip('a sanitized program has memory of its own')
    with scratch() as directory:
        for rounds in (True, False):
            count = repeat(FILE, 1200, directory / 'many', rounds=rounds)
            size = (directory / 'many').stat().st_size // 1024
            expect(size > MEMORY_KIB, 'a capture that is larger than what is allowed')
            resident = replay_measured(directory / 'many', directory / 'out')
            expect(resident < MEMORY_KIB, f'{resident} KiB resident for a capture of {size} KiB')
            with open(directory / 'out', 'rb') as out:
                equal(sum(1 for _ in out), count, 'lines')


@test
def lines_of_a_long_capture_are_in_order():
    with scratch() as directory:
        repeat(FILE, 50, directory / 'many', rounds=False)
        items = replay(directory / 'many').must_succeed().items()
    once = expected(FILE)
    equal(len(items), 50 * len(once), 'lines')
    same([item[1:] for item in items], [item[1:] for item in once] * 50, 'all but the times')
    same(items, sorted(items, key=lambda item: item.ms), 'the order')


main()
