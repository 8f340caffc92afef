#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Instructions per event of each view, counted by callgrind on a fixed capture, against a budget
(bench/instructions). `test_instructions.py BUILD_DIR --renew` writes the budget anew.
"""

import gzip
import json
import platform
import re
import shlex
import subprocess
import sys
from pathlib import Path

from live import (Build, Skip, expect, main, need_program, run_tool, sanitized, scratch, test,
                  tool)

FILES = Path(__file__).resolve().parents[2] / 'bench' / 'instructions'
BUDGET = FILES / 'budget.json'
MARGIN = 0.03
VIEWS = {
    'pipe': (),
    'json': ('-F', 'json'),
    'extended': ('-x',),
    'table': ('-F', 'table'),
    'tree': ('-F', 'tree'),
    'summary': ('-F', 'pipe', '-S'),
}


def output_of(*args):
    return subprocess.run(args, capture_output=True, text=True, check=True).stdout


def build_flags():
    return shlex.split((Build.dir / 'flags').read_text(encoding='utf-8'))


def compiler():
    """
    The first line of CC --version, without the name that it was called by (cc is gcc). CC is what
    comes before the first option.
    """
    flags = build_flags()
    words = flags[:next(i for i, flag in enumerate(flags) if flag.startswith('-'))]
    return output_of(*words, '--version').splitlines()[0].partition(' ')[2]


def cpu_features():
    """Those by which libc chooses its memcpy() and the like."""
    flags = re.search(r'^flags\s*:(.*)$', Path('/proc/cpuinfo').read_text(encoding='utf-8'),
                      re.MULTILINE)
    return [name for name in ('avx2', 'bmi2', 'erms', 'movbe') if flags and name in flags[1].split()]


def build():
    """What the numbers depend on beside the source."""
    return {
        'machine': platform.machine(),
        'cpu_features': cpu_features(),
        'compiler': compiler(),
        'optimisation': [flag for flag in build_flags() if re.match('-O|-f(?!no-omit)', flag)],
        'libc': ' '.join(platform.libc_ver()),
    }


def count(capture, *args):
    """Instructions of a replay."""
    with scratch() as directory:
        log = directory / 'log'
        subprocess.run(['valgrind', '--tool=callgrind', f'--log-file={log}',
                        '--callgrind-out-file=/dev/null', tool(), 'replay', '-q', '--all',
                        '--no-sandbox', *args, capture],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return int(re.search(r'Collected : (\d+)', log.read_text(encoding='utf-8'))[1])


def count_all():
    """Instructions per event of each view, without those of a start."""
    with scratch() as directory:
        capture = directory / 'facts.data'
        capture.write_bytes(gzip.decompress((FILES / 'facts.data.gz').read_bytes()))
        events = len(run_tool('replay', '-q', '--all', capture).out.splitlines())
        return {view: round((count(capture, *args) - count(capture, '-n', '1', *args))
                            / (events - 1))
                for view, args in VIEWS.items()}


def why_not():
    """Why this build cannot be held against the budget; None where it can."""
    if sanitized():
        return 'a build with sanitizers'
    expected = json.loads(BUDGET.read_text(encoding='utf-8'))['build']
    for name, value in build().items():
        if value != expected[name]:
            return f'the budget is for {name} {expected[name]!r}, this is {value!r}'
    return None


@test
def no_view_costs_more_than_it_did():
    need_program('valgrind')
    reason = why_not()
    if reason:
        raise Skip(reason)
    budget = json.loads(BUDGET.read_text(encoding='utf-8'))['instructions']
    dear = [f'{view}: {now} instructions per event, {budget[view]} in the budget'
            for view, now in count_all().items() if now > budget[view] * (1 + MARGIN)]
    expect(not dear, '\n'.join(dear))


def renew():
    Build.dir = Path(sys.argv[1])
    budget = {'build': build(), 'instructions': count_all()}
    BUDGET.write_text(json.dumps(budget, indent=2) + '\n', encoding='utf-8')


if __name__ == '__main__':
    if sys.argv[2:] == ['--renew']:
        renew()
    else:
        main()
