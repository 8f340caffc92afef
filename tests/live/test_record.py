#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
record: captures that stand alone, that perf reads, and that survive whatever ends the recorder.

What is recorded is compared with what perf script makes of it, with our own replay, and with the
logs of workloads that know what they did.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import stat
import struct
import subprocess
from pathlib import Path

from lines import Exec, Exit, Fork, Lost
from live import (Background, Dialogue, Failed, Puppet, Skip, equal, expect, in_mount_namespace,
                  lost_in, main, need_program, no_problems, note, run, run_tool, scratch, shell,
                  stop, test, tool, tracer, tracing_test, wait_until, without_told_statuses, workload,
                  workload_dir)
from truth import Truth, compare_command, only_events

BURST = 400
SUMMARY = re.compile(r'perf_exec_trace: (\d+) events, (\d+) lost, .* in .*, \d+\.\d{3} s\n')

# ---- captures, as little of them as a test has to know -------------------------------------------

HEADER_SIZE = 104
LOST, SAMPLE, EVENT_TYPE, FINISHED_ROUND = 2, 9, 65, 68
# The last record of the data of a capture that was never closed: capture/write/capture_writer.h.
TABLE_MISC, TABLE_RECORD = 0x7054, 80


class Capture:
    """The bytes of a perf.data file."""

    def __init__(self, path):
        self.bytes = Path(path).read_bytes()
        if len(self.bytes) < HEADER_SIZE:
            raise ValueError('no whole header')
        self.data_offset, self.data_size = struct.unpack_from('=QQ', self.bytes, 40)
        self.table_size = 16 * sum(bits.bit_count() for bits in self.bytes[72:HEADER_SIZE])
        end = self.data_offset + self.data_size
        last = struct.unpack_from('=IHH', self.bytes, end - TABLE_RECORD) if len(self.bytes) >= end else ()
        self.never_closed = self.data_size >= TABLE_RECORD and last[:2] == (EVENT_TYPE, TABLE_MISC)

    def records(self):
        """(type, offset, size) of all whole ones; behind data.size too if it was never closed."""
        yield from self.records_before(len(self.bytes) if self.never_closed
                                       else self.data_offset + self.data_size)

    def records_before(self, end):
        at = self.data_offset
        while at + 8 <= end:
            kind, misc, size = struct.unpack_from('=IHH', self.bytes, at)
            if size < 8 or at + size > end:
                break
            yield kind, at, size
            at += size
            # The table of features behind the last commit is not part of its record yet.
            at += self.table_size if (kind, misc, size) == (EVENT_TYPE, TABLE_MISC, TABLE_RECORD) else 0

    def count(self, wanted):
        return sum(kind == wanted for kind, _, _ in self.records())


def samples_in(path):
    """0 while there is no capture yet."""
    with contextlib.suppress(OSError, ValueError, struct.error):
        return Capture(path).count(SAMPLE)
    return 0


def committed_samples(path):
    """Those that data.size covers."""
    with contextlib.suppress(OSError, ValueError, struct.error):
        capture = Capture(path)
        end = capture.data_offset + capture.data_size
        return sum(kind == SAMPLE for kind, _, _ in capture.records_before(end))
    return 0


def is_recording(path):
    """The first commit has been made: events come in."""
    with contextlib.suppress(OSError, ValueError, struct.error):
        return Capture(path).data_size > TABLE_RECORD
    return False


# ---- perf ------------------------------------------------------------------------------------------

PERF_LINE = re.compile(r' *(?P<comm>.*?) +(?P<tid>-?\d+) \[(?P<cpu>\d+)\] +(?P<time>\d+\.\d+): '
                       r'sched:sched_process_(?P<type>fork|exec|exit): (?P<fields>.*)')
PERF_FIELDS = {
    'fork': re.compile(r'comm=(.*) pid=(\d+) child_comm=(.*) child_pid=(\d+)'),
    'exec': re.compile(r'filename=(.*) pid=(\d+) old_pid=(\d+)'),
    'exit': re.compile(r'comm=(.*) pid=(\d+) prio=(\d+)'),
}


def perf_script(path):
    """What perf script prints; it must have nothing to complain about."""
    result = run([need_program('perf'), 'script', '--ns', '-i', path])
    equal(result.status, 0, f'status of perf script, which said {result.err_text()!r}')
    equal(result.err, b'', 'standard error of perf script')
    return parse_perf(result.out)


def parse_perf(output):
    """But for the births of threads, which others on the host may cause."""
    return [parse_perf_line(line) for line in
            output.decode('utf-8', 'surrogateescape').splitlines()
            if ' task:task_newtask: ' not in line]


def parse_perf_line(line):
    """As our own line has it, but for EXEC's comm: (type, ms, ...)."""
    found = PERF_LINE.fullmatch(line)
    if not found:
        raise Failed(f'perf script printed {line!r}')
    seconds, fraction = found['time'].split('.')
    ms = (int(seconds) * 10**9 + int(fraction.ljust(9, '0'))) // 10**6
    fields = PERF_FIELDS[found['type']].match(found['fields']).groups()
    if found['type'] == 'fork':
        return Fork, ms, int(fields[1]), fields[0], int(fields[3]), fields[2]
    if found['type'] == 'exec':
        return Exec, ms, int(fields[1]), fields[0]
    return Exit, ms, int(fields[1]), fields[0], int(fields[2])


def as_perf(item):
    """One of our lines in the same shape."""
    if isinstance(item, Fork):
        return (Fork, item.ms, item.parent, item.parent_comm.decode(), item.child,
                item.child_comm.decode())
    if isinstance(item, Exec):
        return Exec, item.ms, item.pid, item.filename.decode()
    return Exit, item.ms, item.pid, item.comm.decode(), item.prio


def perf_stats(path):
    """Events by name, of the whole file, as perf report --stats counts them."""
    result = run([need_program('perf'), 'report', '--stats', '-i', path]).must_succeed()
    totals = result.out.decode().split('stats:')[1]
    return {name: int(count) for name, count in re.findall(r'(\w+) events: +(\d+)', totals)}


def perf_header(path):
    return run([need_program('perf'), 'report', '--header-only', '-i', path]).must_succeed().out.decode()


# ---- our own -----------------------------------------------------------------------------------------

def replay(path, *options):
    return run_tool('replay', '-q', *options, path).must_succeed().items()


def summary(result):
    found = SUMMARY.search(result.err_text())
    expect(found, f'no summary line in {result.err_text()!r}')
    return tuple(map(int, found.groups()))


@contextlib.contextmanager
def recorder(*options):
    """The tool, recording into a file of its own: (Background, path)."""
    with scratch() as directory:
        path = directory / 'capture'
        with tracer('record', '-o', path, *options) as background:
            wait_until(lambda: is_recording(path) or background.process.poll() is not None,
                       'the recording to begin')
            yield background, path


@contextlib.contextmanager
def recorded_puppet(*options):
    """A puppet whose forks alone are recorded: (Puppet, Background, path)."""
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            recorder('-t', puppet.pid, *options) as (background, path):
        yield puppet, background, path


def perfs():
    """perf as installed, and those that PERFS=path:path names."""
    return [need_program('perf'), *filter(None, os.environ.get('PERFS', '').split(':'))]


# ---- what perf makes of it ------------------------------------------------------------------------

FORKS = 'for i in $(seq 100); do /bin/true & done; wait'


def record_file(path, *options):
    run_tool('record', '-q', *options, '-o', path, '--', 'sh', '-c', FORKS).must_succeed()


def record_stream(path, *options):
    with open(path, 'wb') as stream:
        run([tool(), 'record', '-q', *options, '-o', '-', '--', 'sh', '-c', FORKS],
            stdout=stream).must_succeed()


def record_until_killed(path, *options):
    with recorded_puppet(*options) as (puppet, background, capture):
        puppet.burst(BURST)
        wait_until(lambda: committed_samples(capture) >= BURST, 'the events to be committed')
        puppet.burst(BURST)
        background.send(signal.SIGKILL)
        background.finish()
        capture.rename(path)


def record_nothing(path, *options, by=signal.SIGINT):
    """The puppet executes nothing."""
    with recorded_puppet('-e', 'exec', *options) as (_, background, capture):
        background.send(by)
        background.finish()
        capture.rename(path)


def record_nothing_until_killed(path, *options):
    record_nothing(path, *options, by=signal.SIGKILL)


def shown_by(perf, path, quiet=True):
    """What perf script makes of the three events; a stream comes by a pipe."""
    with open(path, 'rb') as stream:
        result = run([perf, 'script', '--ns', '-i', '-' if path.suffix == '.pipe' else path],
                     stdin=stream)
    equal(result.status, 0, f'status of {perf} script with {path.name}: {result.err_text()!r}')
    if quiet:
        equal(result.err, b'', f'standard error of {perf} script with {path.name}')
    lines = [line for line in result.out.decode('utf-8', 'surrogateescape').split('\n')
             if is_whole_perf_line(line)]
    return list(map(parse_perf_line, lines))


def is_whole_perf_line(line):
    """One of the three events, of a task without a newline in its name: perf escapes nothing."""
    found = PERF_LINE.fullmatch(line)
    return found and PERF_FIELDS[found['type']].match(found['fields'])


def without_newlines(events):
    """Those that perf shows in a line: others of the host may have any name."""
    return [event for event in events
            if not any(isinstance(field, str) and '\n' in field for field in event)]


def is_within(part, whole):
    """In that order, but others may be between them."""
    rest = iter(whole)
    return all(item in rest for item in part)


KINDS = {
    'whole.data': (record_file, ()),
    'lost.data': (record_file, ('-m', '8')),
    'stream.pipe': (record_stream, ()),
    'killed.data': (record_until_killed, ()),
    'empty.data': (record_nothing, ()),
    'emptykilled.data': (record_nothing_until_killed, ()),
}


@tracing_test
def every_perf_reads_every_kind():
    events = 0
    for name, (make, options) in KINDS.items():
        for extended in ((), ('-x',)):
            with scratch() as directory:
                path = directory / name
                make(path, *extended, *options)
                items = replay(path, '--all')
                expect(all(item.count > 0 for item in items if isinstance(item, Lost)),
                       f'a loss of nothing is told of {name}')
                ours = without_newlines(map(as_perf, only_events(items)))
                # -x has execs of the whole host.
                expect(not ours or extended or not name.startswith('empty'), f'{name} has events')
                expect(ours or name.startswith('empty'), f'{name} has no events')
                for perf in perfs():
                    theirs = shown_by(perf, path, quiet=name != 'lost.data')
                    if 'killed' in name:
                        # perf reads up to the last commit.
                        expect(is_within(theirs, ours), f'{perf} shows others of {name} {extended}')
                        expect(theirs or 'empty' in name, f'{perf} shows nothing of {name} {extended}')
                    else:
                        equal(theirs, ours, f'events of {name} {extended} that {perf} shows')
                events += len(ours)
    note(f'{events} events in {2 * len(KINDS)} captures, {len(perfs())} perfs')


@tracing_test
def perf_script_and_replay_agree():
    with workload_dir() as (log, _), Puppet(log) as puppet, recorder() as (background, path):
        puppet.burst(BURST)
        shell('for i in 1 2 3 4 5; do ls / > /dev/null; done').must_succeed()
        result = background.finish(signal.SIGINT).must_succeed()
        by_perf = perf_script(path)
        ours = only_events(replay(path))
        equal(list(map(as_perf, ours)), by_perf, 'replayed events, as perf script shows them')
        stats = perf_stats(path)
        equal(stats['SAMPLE'], len(by_perf), 'samples in perf report --stats')
        equal(summary(result), (len(by_perf), 0), 'events and losses in the summary')
        forks = {item.child for item in ours if isinstance(item, Fork)}
        happened = {fact.child for fact in Truth.load(log).forks()}
        expect(happened <= forks, f'{len(happened - forks)} forks are not in the capture')
        note(f'{len(by_perf)} events')


@tracing_test
def capture_stands_alone():
    with scratch() as directory:
        path = directory / 'capture'
        run_tool('record', '-o', path, '--', 'true').must_succeed()
        header = perf_header(path)
        for text in (f'# hostname : {os.uname().nodename}', f'# os release : {os.uname().release}',
                     f'# arch : {os.uname().machine}', '# perf version : perf_exec_trace',
                     f'# cmdline : {tool()} record -o {path} -- true',
                     'name = sched:sched_process_fork', 'name = sched:sched_process_exec',
                     'name = sched:sched_process_exit', '# sample duration',
                     '# clockid: monotonic', '# reference time'):
            expect(text in header, f'perf does not show {text!r} in {header!r}')
        for event in ('fork', 'exec', 'exit'):
            expect(f'name: sched_process_{event}\n'.encode() in Capture(path).bytes,
                   f'no format of {event}')
        events = run([need_program('perf'), 'evlist', '-v', '-i', path]).must_succeed().out.decode()
        expect(re.search(r'^dummy: .*sample_type: IP\|', events, re.MULTILINE),
               f'perf 5.10 reads nothing where no event has an IP: {events!r}')


@tracing_test
def kernel_of_a_capture():
    perf = need_program('perf')
    running = run([perf, 'buildid-list', '-k']).out.decode().strip()
    if not running:
        raise Skip('the kernel has no build ID')
    with scratch() as directory:
        path = directory / 'capture'
        run_tool('record', '-q', '-o', path, '--', 'true').must_succeed()
        listed = run([perf, 'buildid-list', '-i', path]).must_succeed().out.decode()
        equal(listed, f'{running} [kernel.kallsyms]\n', 'build IDs in the capture')


@tracing_test
def call_chains_have_the_kernels_symbols():
    kallsyms = Path('/proc/kallsyms').read_text(encoding='utf-8')
    if not re.search(r'^0*[1-9a-f][0-9a-f]* . _text$', kallsyms, re.MULTILINE):
        raise Skip('the kernel hides its addresses (kernel.kptr_restrict)')
    with scratch() as directory:
        path, injected = directory / 'capture', directory / 'injected'
        run([*without_told_statuses(), tool(), 'record', '-q', '-x', '-o', path, '--',
             'true']).must_succeed()
        for perf in perfs():
            exits = [part for part in run([perf, 'script', '-i', path]).must_succeed().out.split(b'\n\n')
                     if b' sched:sched_process_exit: ' in part]
            expect(exits, f'{perf} shows no exit')
            expect(all(b' do_exit+0x' in part for part in exits), f'unnamed in {perf}: {exits}')
            result = run([perf, 'inject', '-i', path, '-o', injected]).must_succeed()
            equal(result.err, b'', f'standard error of {perf} inject')


@tracing_test
def names_of_tasks_that_were_there_before():
    with workload_dir() as (log, _), Puppet(log) as puppet, recorder() as (background, path):
        puppet.burst(3)
        background.finish(signal.SIGINT).must_succeed()
        text = run([need_program('perf'), 'script', '-i', path]).must_succeed().out
        expect(re.search(rb' *puppet +%d \[' % puppet.pid, text), 'perf script has no name for it')


COPIES = 'while read line; do (exit 4); echo done; done; exit 3'
COPIES_ARGV = ['sh', '-c', COPIES, 'a b', 'c']


def must_show_older_program(output, what):
    ends = [json.loads(line) for line in output.splitlines() if b'"type":"exit"' in line]
    equal([end['exit_code'] for end in ends[-2:]], [4, 3], f'ends {what}')
    for end in ends[-2:]:
        equal((end['argv'], end['argv_complete'], end['argv_source']),
              (COPIES_ARGV, True, 'proc_start'), f'arguments {what}')
        equal(Path(end['filename']).name, Path(shutil.which('sh')).resolve().name, f'file {what}')


@tracing_test
def programs_that_run_already():
    with Dialogue(COPIES_ARGV) as copier, recorder('-x', '-f', '-p', copier.pid) as (recording, path), \
            tracer('-F', 'json', '-f', '-p', copier.pid) as live:
        wait_until(lambda: copier.ask('x') and live.arrived, 'the trace to run')
        copier.ask('x')
        copier.process.stdin.close()
        copier.process.wait()
        result = live.finish().must_succeed()
        recording.finish().must_succeed()
        must_show_older_program(result.out, 'live')
        must_show_older_program(run_tool('replay', '-F', 'json', path).out, 'in the replay')
        for view in (('-F', 'tree'), ('-F', 'table')):
            out = run_tool('replay', *view, path).out
            expect(b"exit 3" in out and b"'a b' c" in out, out)


@tracing_test
def pipe_mode():
    need_program('perf')
    with scratch() as directory:
        result = shell('"$tool" record -q -o - -- sh -c "echo seen; ls / > /dev/null; exit 3" '
                       '2> err > pipe; echo $?; perf script --ns -i - < pipe > script; '
                       '"$tool" replay -q - < pipe > lines', cwd=directory).must_succeed()
        equal(result.out, b'3\n', "COMMAND's exit status")
        equal((directory / 'err').read_bytes(), b'seen\n', "COMMAND's output is kept apart")
        by_perf = parse_perf((directory / 'script').read_bytes())
        ours = run_tool('replay', '-q', '-', text=(directory / 'pipe').read_bytes()).items()
        pids = {item.pid for item in ours if isinstance(item, Exec)}
        execs = [event for event in by_perf if event[0] is Exec and event[2] in pids]
        equal([as_perf(item) for item in ours if isinstance(item, Exec)], execs, 'execs')


@tracing_test
def pipe_straight_into_perf_script():
    need_program('perf')
    result = shell('"$tool" record -q -o - -- sh -c "ls / > /dev/null" | perf script -i -')
    result.must_succeed()
    expect(b'sched:sched_process_exec: filename=' in result.out, f'perf printed {result.out!r}')


# ---- what perf reads over --------------------------------------------------------------------------

MORE, CONTINUES = 2, 1


def note_part(flags, payload):
    """A part of a note, by include/capture/notes/note.h."""
    padded = (payload + bytes(-len(payload) % 8)).ljust(40, b'\0')
    return struct.pack('=IHHIHHQiiII', EVENT_TYPE, 0x7078, 40 + len(padded), 0x45544f4e, 1, flags,
                       1, os.getpid(), os.getpid(), len(payload), 3) + padded


NOTES = (note_part(0, b'ls\0/\0\xff\0') + note_part(MORE, b'x' * 65488) +
         note_part(MORE | CONTINUES, b'y' * 65481) + note_part(CONTINUES, b'\0') + note_part(0, b''))


def add_notes(path, noted):
    """Put NOTES behind the records of the file at PATH."""
    capture = Capture(path)
    end = capture.data_offset + capture.data_size
    data_size = struct.pack('=Q', capture.data_size + len(NOTES))
    count = capture.bytes[72:HEADER_SIZE].translate(bytes(bin(i).count('1') for i in range(256)))
    table = list(struct.unpack_from(f'={2 * sum(count)}Q', capture.bytes, end))
    table[::2] = [offset + len(NOTES) for offset in table[::2]]
    noted.write_bytes(capture.bytes[:48] + data_size + capture.bytes[56:end] + NOTES +
                      struct.pack(f'={len(table)}Q', *table) +
                      capture.bytes[end + 8 * len(table):])


@tracing_test
def perf_reads_over_notes():
    with scratch() as directory:
        path, noted = directory / 'capture', directory / 'noted'
        run_tool('record', '-q', '-o', path, '--', 'sh', '-c', 'ls / > /dev/null').must_succeed()
        add_notes(path, noted)
        equal(perf_script(noted), perf_script(path), 'what perf script prints')
        more = {'EVENT_TYPE': perf_stats(path)['EVENT_TYPE'] + 5,
                'TOTAL': perf_stats(path)['TOTAL'] + 5}
        equal(perf_stats(noted), perf_stats(path) | more, 'what perf report --stats counts')
        events = run([need_program('perf'), 'evlist', '-i', noted]).must_succeed().out.split()
        expect(b'sched:sched_process_exec' in events, f'perf evlist printed {events!r}')
        run(['perf', 'inject', '-i', noted, '-o', directory / 'injected']).must_succeed()
        equal(perf_script(directory / 'injected'), perf_script(path), 'what perf inject leaves')
        equal(replay(noted), replay(path), 'replayed lines')


@tracing_test
def perf_reads_over_notes_in_a_pipe():
    need_program('perf')
    with scratch() as directory:
        shell('"$tool" record -q -o - -- sh -c "ls / > /dev/null" > pipe; '
              'perf script --ns -i - < pipe > script', cwd=directory).must_succeed()
        with open(directory / 'pipe', 'ab') as pipe:
            pipe.write(NOTES)
        result = shell('perf script --ns -i - < pipe', cwd=directory).must_succeed()
        equal(result.err, b'', 'standard error of perf script')
        equal(result.out, (directory / 'script').read_bytes(), 'what perf script prints')


# ---- truth ------------------------------------------------------------------------------------------

@tracing_test
def replay_shows_what_live_would_have():
    with workload_dir() as (log, work), scratch() as directory:
        path = directory / 'capture'
        result = run_tool('record', '-q', '-o', path, '--', workload(), 'all', log, work)
        result.must_succeed()
        equal(result.err, b'', 'standard error with -q')
        no_problems(compare_command(Truth.load(log), replay(path)))
        note(f'{len(Truth.load(log).facts)} events agree')


@tracing_test
def loss_is_told_exactly_once():
    with recorded_puppet('-m', 8) as (puppet, background, path):
        happened = 0
        for _ in range(3):
            stop(background.process)
            puppet.burst(BURST)
            background.send(signal.SIGCONT)
            before = samples_in(path)
            while samples_in(path) == before:
                puppet.burst(1)
                happened += 1
            happened += BURST
        stop(background.process)
        puppet.burst(BURST)
        happened += BURST
        background.send(signal.SIGINT)
        background.send(signal.SIGCONT)
        result = background.finish().must_succeed()
        items = replay(path)
        lost = lost_in(items)
        equal(len(only_events(items)) + lost, happened, 'delivered + lost')
        expect(lost > 0, 'nothing was lost: the test did not do what it is for')
        equal(summary(result), (len(only_events(items)), lost), 'events and losses in the summary')
        equal(perf_stats(path)['SAMPLE'], len(only_events(items)), 'samples that perf sees')
        capture = Capture(path)
        equal(sum(struct.unpack_from('=Q', capture.bytes, at + 16)[0]
                  for kind, at, _ in capture.records() if kind == LOST), lost, 'in LOST records')
        note(f'{happened} happened: {len(only_events(items))} delivered, {lost} lost in '
             f'{sum(isinstance(item, Lost) for item in items)} LOST lines')


# ---- how a recording ends ---------------------------------------------------------------------------

@tracing_test
def killed_recorder_loses_nothing_that_was_written():
    for extra in range(8):
        with recorded_puppet() as (puppet, background, path):
            puppet.burst(BURST)
            wait_until(lambda p=path: samples_in(p) >= BURST, 'the events to be written')
            puppet.burst(BURST * extra // 2)
            background.send(signal.SIGKILL)
            equal(background.finish().status, 128 + signal.SIGKILL, 'status')
            capture = Capture(path)
            expect(capture.never_closed, 'the capture does not say that it was never closed')
            written = capture.count(SAMPLE)
            by_perf = perf_script(path)
            result = run_tool('replay', path).must_succeed()
            ours = list(map(as_perf, only_events(result.items())))
            equal(len(ours), written, 'events that replay finds')
            equal(by_perf, ours[:len(by_perf)], 'events that perf finds')
            expect(len(result.err_lines()) > 1, f'replay does not say that it was cut: {result.err!r}')
    note(f'the last one: {written} events written, {len(by_perf)} of them for perf')


def on_full_disk(size, directory):
    """Record on a disk with SIZE bytes while the puppet forks on; what is left of it."""
    script = ('mount -t tmpfs -o size=$1 none "$2" && '
              '{ "$tool" record -o "$2/capture"; echo $?; cp "$2/capture" "$3"; }')
    mount, saved = directory / 'mount', directory / 'saved'
    mount.mkdir(exist_ok=True)
    with workload_dir() as (log, _), Puppet(log) as puppet, \
            Background([*in_mount_namespace(script), size, mount, saved], env={**os.environ, 'tool': tool()}) as background:
        while background.process.poll() is None:
            puppet.burst(20)
        return background.finish().must_succeed(), saved


@tracing_test
def full_disk_is_one_line_and_a_good_capture():
    with scratch() as directory:
        for size in (256 * 1024, 1024 * 1024):
            result, saved = on_full_disk(size, directory)
            equal(result.out, b'1\n', 'status of the tool')
            lines = result.err_lines()
            equal(len(lines), 1, f'lines on standard error ({lines!r})')
            expect('No space left on device' in lines[0], f'it said {lines[0]!r}')
            capture = Capture(saved)
            expect(not capture.never_closed, 'the capture was not closed')
            by_perf = perf_script(saved)
            equal(len(by_perf), capture.count(SAMPLE), 'samples that perf finds')
            equal(list(map(as_perf, only_events(replay(saved)))), by_perf, 'replayed events')
            expect(len(capture.bytes) > size * 9 // 10, 'the disk was not full')
            note(f'{size} bytes: {len(by_perf)} events')


@tracing_test
def file_size_limit_is_like_a_full_disk():
    with scratch() as directory, workload_dir() as (log, _), Puppet(log) as puppet:
        path = directory / 'capture'
        script = 'ulimit -f 1024; exec "$tool" record -o "$1"'
        with Background(['sh', '-c', script, 'sh', path],
                        env={**os.environ, 'tool': tool()}) as background:
            while background.process.poll() is None:
                puppet.burst(20)
            result = background.finish()
        equal(result.status, 1, 'status')
        expect('File too large' in result.err_text(), f'it said {result.err_text()!r}')
        equal(len(perf_script(path)), samples_in(path), 'samples that perf finds')


@tracing_test
def device_that_is_full():
    result = run_tool('record', '-o', '/dev/full', '--', 'true')
    equal(result.status, 1, 'status')
    equal(len(result.err_lines()), 1, f'lines on standard error ({result.err_text()!r})')
    expect('/dev/full' in result.err_text(), f'it said {result.err_text()!r}')


@tracing_test
def reader_that_goes_away():
    result = shell('{ "$tool" record -o - ; echo $? >&2; } | head -c 100 > /dev/null')
    equal(result.err_lines(), ['0'], 'standard error, and the status')


@tracing_test
def limits():
    with scratch() as directory:
        path = directory / 'capture'
        run_tool('record', '-o', path, '-d', 1).must_succeed()
        expect(is_recording(path), 'no capture')
        with workload_dir() as (log, _), Puppet(log) as puppet, \
                tracer('record', '-o', path, '-n', 50, '-t', puppet.pid) as background:
            while background.process.poll() is None:
                puppet.burst(10)
            result = background.finish().must_succeed()
        events, _ = summary(result)
        expect(events >= 50, f'{events} events with -n 50')


@tracing_test
def last_of_the_tasks_ends_it():
    for option in (('-t',), ('-p',), ('-f', '-p')):
        with workload_dir() as (log, _), Puppet(log) as puppet, \
                recorder(*option, puppet.pid) as (background, path):
            puppet.burst(5)
            puppet.end()
            background.finish().must_succeed()
            items = replay(path)
            equal(sum(isinstance(item, Fork) for item in items), 5, f'forks with {option}')
            expect(any(isinstance(item, Exit) and item.pid == puppet.pid for item in items),
                   f'its own EXIT is missing with {option}')


@tracing_test
def command_and_its_status():
    with scratch() as directory:
        path = directory / 'capture'
        equal(run_tool('record', '-q', '-o', path, '--', 'sh', '-c', 'exit 7').status, 7, 'status')
        equal(run_tool('record', '-q', '-o', path, '--', 'sh', '-c', 'kill -9 $$').status, 137,
              'status of one that was killed')
        result = run_tool('record', '-q', '-o', path, '--', '/nonexistent')
        equal(result.status, 127, 'status of one that is not there')
        equal(len(result.err_lines()), 1, f'lines on standard error ({result.err_text()!r})')


# ---- the file -----------------------------------------------------------------------------------------

@tracing_test
def file_is_private_and_an_old_one_is_kept():
    with scratch() as directory:
        path, old = directory / 'capture', directory / 'capture.old'
        path.write_bytes(b'something else')
        path.chmod(0o644)
        shell('umask 0; exec "$tool" record -q -o "$1" -- true', path).must_succeed()
        equal(stat.S_IMODE(path.stat().st_mode), 0o600, 'mode')
        equal(old.read_bytes(), b'something else', 'the old file')
        first = path.read_bytes()
        run_tool('record', '-q', '-o', path, '--', 'true').must_succeed()
        equal(old.read_bytes(), first, 'the old file the second time')


@tracing_test
def recording_that_cannot_begin_leaves_the_old_file_alone():
    with scratch() as directory:
        path = directory / 'capture'
        path.write_bytes(b'something else')
        equal(run_tool('record', '-o', path, '-p', 4194304).status, 1, 'status')
        equal(path.read_bytes(), b'something else', 'the file')
        equal(sorted(os.listdir(directory)), ['capture'], 'files')


@tracing_test
def devices_are_written_to():
    run_tool('record', '-q', '-o', '/dev/null', '--', 'true').must_succeed()
    expect(stat.S_ISCHR(os.stat('/dev/null').st_mode), '/dev/null is no device any more')
    expect(not os.path.lexists('/dev/null.old'), '/dev/null was renamed')


@tracing_test
def terminal_gets_no_capture():
    main_end, other_end = os.openpty()
    try:
        result = run_tool('record', '-o', '-', '--', 'true', stdout=other_end)
        equal(result.status, 1, 'status')
        expect('terminal' in result.err_text(), f'it said {result.err_text()!r}')
    finally:
        os.close(main_end)
        os.close(other_end)


@tracing_test
def progress_on_a_terminal_only():
    main_end, other_end = os.openpty()
    try:
        run([tool(), 'record', '-o', '/dev/null', '-d', '2'], stderr=other_end).must_succeed()
        shown = os.read(main_end, 65536).decode()
        expect(re.search(r'\r\x1b\[K\d+ events, [\d.]+ k?M?B, \d+ lost, \d+ s', shown),
               f'no progress in {shown!r}')
    finally:
        os.close(main_end)
        os.close(other_end)
    result = run_tool('record', '-o', '/dev/null', '-d', '2').must_succeed()
    equal(len(result.err_lines()), 1, f'lines on standard error ({result.err_text()!r})')


@tracing_test
def selection_of_a_recorder_by_another_name():
    with scratch() as directory:
        recorder, fifo, path = directory / 'pet', directory / 'fifo', directory / 'a.data'
        recorder.symlink_to(tool())
        os.mkfifo(fifo)
        recording = subprocess.Popen([recorder, 'record', '-q', '-e', 'exec', '-o', path, '--',
                                      '/bin/sh', '-c', f'read line < {fifo}'])
        # It opens once COMMAND runs.
        with open(fifo, 'w', encoding='ascii') as go_on:
            run(['true']).must_succeed()
            go_on.write('\n')
        equal(recording.wait(), 0, 'status')
        shown = run_tool('replay', '-q', path).must_succeed().out.splitlines()
        equal(len(shown), 1, f'lines of COMMAND ({shown})')
        expect(len(run_tool('replay', '-q', '--all', path).must_succeed().out.splitlines()) > 1,
               'the host is not there')


@test
def usage():
    for options in ((), ('-o',), ('-o', ''), ('-o', 'x', '--stray'), ('-o', 'x', '--stream')):
        result = run_tool('record', *options)
        equal(result.status, 2, f'status with {options}')
        equal(result.out, b'', f'output with {options}')
    expect(b'perf.data' in run_tool('record').err or b'-o' in run_tool('record').err, 'the remedy')
    expect(b'FILE.old' in run_tool('record', '-h').must_succeed().out, '--help')


main()
