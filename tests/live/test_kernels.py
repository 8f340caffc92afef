#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of tests/kernels that need no emulator: what a guest sends, how it is judged and shown."""

import base64
import io
import json
import sys
import tarfile
from pathlib import Path

from live import equal, expect, main, scratch, test

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / 'tests' / 'kernels'))

# pylint: disable=wrong-import-position
import guest
import initramfs
import judge
import matrix
import packages
import report
from results import Results

LOG = b'EXEC 10 10 2f62696e2f78 78\nEXIT 10 78 120 code 0\n'
OUT = b'EXEC|5|10|x|/bin/x\nEXIT|6|10|x|120\n'
CHECK = {'rows': [{'what': f'-b {name}', 'found': f'{name} found', 'backend': {'works': works}}
                  for name, works in (('perf', True), ('sideband', False), ('connector', False))]}


def step(directory, name, status=0, **files):
    """The files of a step as a guest leaves them."""
    (directory / name).mkdir(parents=True)
    for file, data in {'out': b'', 'err': b'', **files, 'status': b'%d\n' % status}.items():
        (directory / name / file).write_bytes(data)


def results_in(directory):
    return Results(directory, 64, 'false')


def problems_of(group, directory):
    cells = judge.judge(results_in(directory), [group])
    return {title: cell.problems for title, cell in cells.items()}


# ---- what a guest sends --------------------------------------------------------------------------

def sent(name, noise=b''):
    """A step as init sends it, with NOISE of the kernel's between its lines."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode='w:gz') as archive:
        member = tarfile.TarInfo(f'{name}/out')
        member.size = 3
        archive.addfile(member, io.BytesIO(b'abc'))
    lines = base64.encodebytes(buffer.getvalue()).replace(b'\n', b'\r\n' + noise, 1)
    return b'BEGIN-STEP\r\n' + lines + b'END-STEP\r\n'


@test
def steps_up_to_a_hang_are_kept():
    console = b'STEP a 1\r\n' + sent('a') + sent('b', b'[  1.5] something: happened\r\n')
    with scratch() as directory:
        equal(guest.receive(console + sent('c')[:-20], directory), [], 'problems')
        equal(sorted(path.name for path in directory.iterdir()), ['a', 'b'], 'steps')
        equal((directory / 'b/out').read_bytes(), b'abc', 'what came through')


@test
def a_damaged_step_is_told():
    damaged = sent('a').replace(b'\n', b'\nAAAA', 2)
    with scratch() as directory:
        found = guest.receive(damaged + sent('b'), directory)
        equal(len(found), 1, 'problems')
        expect((directory / 'b/out').exists(), 'the next step is gone')


@test
def a_guest_that_ends_early_is_told():
    qemu = guest.Emulator(['sh', '-c'], None)
    with scratch() as directory:
        equal(guest.boot(qemu, ['echo END-OF-GROUPS'], directory / 'a', 60).problem, '', 'problem')
        equal(guest.boot(qemu, ['echo STEP'], directory / 'b', 60).problem,
              'the guest ended early', 'problem')
        equal(guest.boot(qemu, ['exit 3'], directory / 'c', 60).problem,
              'QEMU ended with status 3', 'problem')
        equal(guest.boot(qemu, ['echo STEP; sleep 60'], directory / 'd', 0.3).problem,
              'still running after 0.3 s', 'problem')


# ---- judging ---------------------------------------------------------------------------------------

@test
def a_right_trace_is_right_and_a_wrong_one_is_not():
    with scratch() as directory:
        step(directory, 'truth', log=LOG, out=OUT)
        step(directory, 'leaderless', status=38, log=LOG, out=OUT)
        equal(judge.judge(results_in(directory), ['plain'])['plain truth'],
              judge.Cell('4 events', []), 'cell')
    for status, out in ((1, OUT), (0, OUT[:19]), (0, OUT.replace(b'120', b'121')), (0, b'EXEC|\n')):
        with scratch() as directory:
            step(directory, 'truth', status=status, log=LOG, out=out)
            step(directory, 'leaderless', status=38, log=LOG, out=OUT)
            expect(problems_of('plain', directory)['plain truth'], f'{status} {out} passed')


@test
def disorder_passes_only_where_the_tool_tells_it():
    disorder = OUT.replace(b'EXIT|6', b'EXIT|4')
    for late, problems in ((0, 1), (1, 0)):
        summary = b'perf_exec_trace: 2 events (0 fork, 1 exec, 1 exit), 0 lost, %d late, 0.001 s\n'
        with scratch() as directory:
            step(directory, 'truth', log=LOG, out=disorder, err=summary % late)
            step(directory, 'leaderless', status=38, log=LOG, out=OUT)
            cell = judge.judge(results_in(directory), ['plain'])['plain truth']
            equal((cell.text, len(cell.problems)), ('4 events' + ', 1 late' * late, problems),
                  'text, problems')


@test
def a_step_that_was_not_reached_is_wrong():
    with scratch() as directory:
        step(directory, 'truth', log=LOG, out=OUT)
        expect('leaderless was not reached' in str(problems_of('plain', directory)), 'it passed')


def step_of_loss(directory, release, lost):
    forks = b''.join(b'FORK 10 %d process 78\n' % child for child in range(20, 30))
    lines = b''.join(b'FORK|5|10|x|%d|x\n' % child for child in (22, 23, 29))
    step(directory, 'host', release=release)
    step(directory, 'loss', log=forks, out=lines + b'LOST|5|0|%d\n' % lost)


@test
def losses_are_exact_where_the_kernel_counts_them():
    # Of what happened from the first one on that was seen, the eight 22 to 29.
    for release, lost, wrong in ((b'6.1.0', 5, 0), (b'6.1.0', 4, 1), (b'6.1.0', 6, 1),
                                 (b'5.10.0', 4, 0)):
        with scratch() as directory:
            step_of_loss(directory, release, lost)
            found = problems_of('loss', directory)['loss']
            equal(len(found), wrong, f'problems with {lost} lost on {release}: {found}')


@test
def a_verdict_that_is_not_so_is_wrong():
    line = (b'{"v":1,"type":"truncated","seq":1,"time_ns":5,"reason":"events","limit":1}\n')
    for works, wrong in (('perf', 0), ('sideband', 2)):
        with scratch() as directory:
            step(directory, 'host', lockdown=b'[none] integrity confidentiality')
            step(directory, 'locked-check', out=json.dumps(CHECK).encode() + b'\n')
            for name in judge.SOURCES:
                step(directory, f'locked-{name}', status=int(name != works),
                     out=line if name == works else b'')
            cell = judge.judge(results_in(directory), ['locked'])['confidentiality at boot']
            equal((cell.text, len(cell.problems)), (works, wrong), 'what works, problems')


# ---- tables ----------------------------------------------------------------------------------------

def row(problems):
    cells = {'plain truth': judge.Cell('4 events', problems), 'told by': judge.Cell('a|b')}
    return report.row_of(matrix.KERNELS[0], '5.10.0', cells, 12.3, [])


@test
def a_row_shows_what_is_wrong():
    equal(row([])['wrong'], {}, 'of a right one')
    equal(row(['it', 'is'])['cells']['plain truth'], '**2 wrong**, 4 events', 'cell')
    equal(list(report.wrong_lines([row(['it', 'is'])], 1)),
          ['amd64-5.10: plain truth: 2 wrong', '    it'], 'lines')


@test
def tables_are_whole():
    lines = list(report.table([row([])], ['plain truth', 'never', 'told by'], times=True))
    equal(lines, [['kernel', 'release', 'plain truth', 'told by', 'wall time'],
                  ['amd64-5.10', '5.10.0', '4 events', 'a|b', '12 s']], 'table')
    equal(report.markdown(lines).splitlines()[1:],
          ['|---|---|---|---|---|', '| amd64-5.10 | 5.10.0 | 4 events | a\\|b | 12 s |'], 'markdown')
    equal(report.aligned([['a', 'b'], ['ccc', 'd']]), 'a    b\nccc  d', 'for a terminal')
    equal(report.document([row([])], judge.tables()).count('@'), 0, 'places left in the document')


@test
def all_columns_are_in_a_table_and_all_groups_in_init():
    shown = {title for titles in judge.tables().values() for title in titles}
    columns = {title for titles in judge.COLUMNS.values() for title in titles}
    equal(shown, columns, 'columns')
    script = (TOP / 'tests/kernels/init').read_text(encoding='utf-8')
    for group in judge.COLUMNS:
        expect(f'\ngroup_{group}() {{' in script, f'no {group} in init')


@test
def kernels_are_chosen_by_name():
    equal([kernel.name for kernel in matrix.chosen(['s390x-newest'])], ['s390x-newest'], 'chosen')
    equal(len(matrix.chosen([])), len(matrix.KERNELS), 'kernels by default')
    try:
        matrix.chosen(['s390'])
    except ValueError as error:
        expect('s390x-newest' in str(error), f'{error} names no kernels')
    else:
        expect(False, 'a kernel that is not there was chosen')


# ---- file systems ----------------------------------------------------------------------------------

def names_in(archive):
    """Of a cpio archive: (name, mode, bytes), until its trailer."""
    at = 0
    while True:
        fields = [int(archive[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        expect(archive[at:at + 6] == b'070701', f'no head at {at}')
        start = at + 110
        name = archive[start:start + fields[11] - 1].decode()
        data = start + fields[11] + -(start + fields[11]) % 4
        if name == 'TRAILER!!!':
            return
        yield name, fields[1], archive[data:data + fields[6]]
        at = data + fields[6] + -fields[6] % 4


@test
def an_archive_has_its_files_below_their_directories():
    files = initramfs.Files()
    files.add('a/b/c', b'12345', 0o755)
    files.add('a/d', b'')
    equal(list(names_in(initramfs.archive(files))),
          [('a', 0o40755, b''), ('a/b', 0o40755, b''), ('a/b/c', 0o100755, b'12345'),
           ('a/d', 0o100644, b'')], 'entries')


@test
def links_lead_below_their_directory():
    with scratch() as directory:
        (directory / 'usr/lib').mkdir(parents=True)
        (directory / 'lib').mkdir()
        (directory / 'lib/x.so.1').write_bytes(b'x')
        (directory / 'usr/lib/x.so').symlink_to('/lib/x.so.1')
        packages.make_links_relative(directory)
        equal((directory / 'usr/lib/x.so').read_bytes(), b'x', 'what the link leads to')


main()
