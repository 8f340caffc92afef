#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The page of -F html: its data is what JSON tells of the same capture, nothing of it is loaded from
elsewhere, and a browser draws it.
"""

import base64
import functools
import gzip
import hashlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
from pathlib import Path

from live import (TIMEOUT, Skip, equal, expect, main, need_program, run, run_tool, scale, scratch,
                  tool, tracer, tracing_test, wait_until)
from node import package

HERE = Path(__file__).resolve().parent
CHROMIUMS = ('chromium', 'chromium-browser', 'google-chrome')
DATA = re.compile(r'<script type="text/plain" id="data">\n(.*?)</script>', re.DOTALL)
HOSTILE = '</script><script>window.hacked=1</script>"\'\u202e\\'
# One fails, one is killed, one has a hostile argument, and one a long one.
STORY = ('sleep 0.2; sh -c "sleep 0.3; exit 7"; sh -c "kill -9 \\$\\$"; sh -c "exit 0; $1" "$0"; '
         'exit 0')


@functools.cache
def capture_of_story(directory):
    path = directory / 'capture'
    run_tool('record', '-q', '-x', '--arg-bytes', 61440, '-m', 1024, '-o', path, '--', 'sh', '-c', STORY,
             HOSTILE, 'x' * 50000).must_succeed()
    return path


def page_of(directory, *options):
    page = directory / 'page.html'
    run_tool('replay', '-q', '-F', 'html', '-o', page, *options,
             capture_of_story(directory)).must_succeed()
    return page


# ---- the data, as a program reads it -------------------------------------------------------------

def add_block(columns, block):
    for name, values in block.items():
        is_text = isinstance(values[0], str)
        last = '' if is_text else 0
        for value in values:
            if not is_text:
                last += value
            elif value != 0:
                last = value
            columns.setdefault(name, []).append(last)


def data_of(page):
    """The head, the tail and the columns of the file PAGE."""
    text = page.read_text(encoding='utf-8')
    encoded = DATA.search(text)[1]
    head, *blocks, tail = gzip.decompress(base64.b64decode(encoded)).decode().splitlines()
    columns = {}
    for block in blocks:
        add_block(columns, json.loads(block))
    return json.loads(head), json.loads(tail), columns


def rows(columns, *names):
    return list(zip(*(columns[name] for name in names)))


def status_of(event):
    return event['exit_code'] if event['signal'] is None else event['signal_name']


@tracing_test
def data_is_what_json_tells():
    with scratch() as directory:
        head, tail, columns = data_of(page_of(directory))
        replayed = run_tool('replay', '-q', '-F', 'json', capture_of_story(directory))
    events = [json.loads(line) for line in replayed.must_succeed().out.splitlines()]
    pids = columns['born_pid']
    execs = [(event['time_ns'] // 1000, event['pid'], event['filename'], event['uid'])
             for event in events if event['type'] == 'exec']
    exits = [(event['time_ns'] // 1000, event['pid'], status_of(event))
             for event in events if event['type'] == 'exit' and event['last'] is not False]
    expect(len(exits) > 5, f'only {len(exits)} exits')
    equal([(time, pids[process], file, uid) for time, process, file, uid in
           rows(columns, 'exec_time', 'exec_process', 'exec_file', 'exec_uid')], execs, 'execs')
    equal([(time, pids[process], signal_text.split()[0] if signal_text else code)
           for time, process, code, signal_text in
           rows(columns, 'exit_time', 'exit_process', 'exit_code', 'exit_signal')], exits, 'exits')
    parents = dict(zip(pids, columns['born_parent']))
    for event in events:
        if event['type'] == 'exec' and parents[event['pid']] >= 0:
            equal(pids[parents[event['pid']]], event['ppid'], f'parent of {event["pid"]}')
    equal(tail, {'end_time': events[-1]['time_ns'] // 1000}, 'tail')
    expect(head['exits'] and not head['wall_clock'], head)


@tracing_test
def usage_is_what_json_tells():
    """In microseconds; -1 where json has null."""
    def known(number, unit):
        return -1 if number is None else number // unit

    with scratch() as directory:
        capture = directory / 'capture'
        run_tool('record', '-q', '-x', '--usage', '-o', capture, '--', 'sh', '-c',
                 'head -c 30000000 /dev/zero | sha256sum').must_succeed()
        page = directory / 'page.html'
        run_tool('replay', '-q', '--usage', '-F', 'html', '-o', page, capture).must_succeed()
        replayed = run_tool('replay', '-q', '--usage', '-F', 'json', capture)
        columns = data_of(page)[2]
    events = map(json.loads, replayed.must_succeed().out.splitlines())
    told = [event.get('usage') or {} for event in events
            if event['type'] == 'exit' and event['last'] is not False]
    expect(len(told) >= 3, told)
    equal(rows(columns, 'exit_user', 'exit_system', 'exit_peak', 'exit_read', 'exit_written'),
          [(known(usage.get('user_ns'), 1000), known(usage.get('system_ns'), 1000),
            known(usage.get('max_rss_bytes'), 1), known(usage.get('read_bytes'), 1),
            known(usage.get('written_bytes'), 1)) for usage in told], 'usage')


@tracing_test
def surroundings_are_what_json_tells():
    """Empty or -1 where json has null; the environment is in the capture, and in no page."""
    def text(value):
        return value or ''

    def number(value):
        return -1 if value is None else value

    with scratch() as directory:
        capture = directory / 'capture'
        page = directory / 'page.html'
        options = '--cwd', '--exe', '--session', '--units'
        run_tool('record', '-q', '-x', '--env', 'all', '--cwd', '--exe', '--session', '-o', capture,
                 '--', 'sh', '-c', 'cd /usr; sleep 0.2; exec sh -c "cd /; sleep 0.2; exit 0"',
                 env={**os.environ, 'A_PASSWORD': 'not for pages'}).must_succeed()
        expect(b'not for pages' in capture.read_bytes(), 'no environment in the capture')
        run_tool('replay', '-q', *options, '-F', 'html', '-o', page, capture).must_succeed()
        replayed = run_tool('replay', '-q', *options, '-F', 'json', capture)
        head, _, columns = data_of(page)
        plain = data_of(page_of(directory))
    events = [json.loads(line) for line in replayed.must_succeed().out.splitlines()]
    told = {kind: [event for event in events if event['type'] == kind and event.get('last') is not False]
            for kind in ('exec', 'exit')}
    expect(any(event['cwd'] == '/usr' for event in told['exec']), told['exec'])
    for kind, name, known in (('exec', 'cwd', text), ('exec', 'exe', text), ('exec', 'session', number),
                              ('exec', 'tty', text), ('exec', 'loginuid', number),
                              ('exec', 'unit', text), ('exec', 'container', text),
                              ('exit', 'unit', text), ('exit', 'container', text)):
        equal(columns[f'{kind}_{name}'], [known(event[name]) for event in told[kind]],
              f'{name} of each {kind}')
        expect(f'{kind}_{name}' not in plain[2], f'{kind}_{name} without any option')
    for name in ('cwd', 'exe', 'session', 'units'):
        equal((head.get(name), plain[0].get(name)), (True, None), f'{name} in the head')
    expect('not for pages' not in str(columns), 'the environment is in the page')


@tracing_test
def commands_can_be_pasted():
    with scratch() as directory:
        columns = data_of(page_of(directory))[2]
    commands = [command for command in columns['exec_command'] if 'hacked' in command]
    expect(len(commands) == 2, commands)
    for command in commands:
        printed = run(['bash', '-c', f'set -- {command}; printf %s "${{@: -1}}"']).out
        if len(printed) < 1000:
            equal(printed.decode(), HOSTILE, 'the last argument')
    expect(max(map(len, commands)) > 50000, 'the long argument was cut')


# ---- the file ------------------------------------------------------------------------------------

def hashes_of(text, tag):
    return [base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            for content in re.findall(rf'<{tag}[^>]*>(.*?)</{tag}>', text, re.DOTALL)]


@tracing_test
def policy_allows_only_the_page_itself():
    with scratch() as directory:
        text = page_of(directory).read_text(encoding='utf-8')
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    allowed = dict(part.strip().split(' ', 1) for part in policy.split(';'))
    equal(allowed, {
        'default-src': "'none'",
        'script-src': f"'sha256-{hashes_of(text, 'script')[0]}'",
        'style-src': f"'sha256-{hashes_of(text, 'style')[0]}'",
        'base-uri': "'none'",
        'form-action': "'none'",
    }, 'policy')
    equal(text.count('<script'), 2, 'scripts: the page and its data')
    without_data = DATA.sub('', text)
    for outside in ('http:', 'https:', '//cdn', 'src=', 'href=', '@import', 'url(', 'innerHTML',
                    'insertAdjacentHTML', 'document.write', 'eval('):
        expect(outside not in without_data, f'{outside} in the page')


@tracing_test
def interrupted_trace_is_a_whole_page():
    with scratch() as directory:
        for number in (signal.SIGINT, signal.SIGTERM):
            page = directory / f'{number}.html'
            with tracer('--stream', '-F', 'html', '-o', page) as trace:
                wait_until(page.exists, 'the page')
                for _ in range(20):
                    run(['true'])
                trace.finish(number).must_succeed()
            tail, columns = data_of(page)[1:]
            expect('end_time' in tail and 'true' in columns['exec_program'], tail)
            equal(set(columns['exit_process']), set(range(len(columns['born_pid']))),
                  'processes with an end, or marked as running')


@tracing_test
def terminal_is_refused():
    parent, child = pty.openpty()
    try:
        for name in ('html', 'perfetto'):
            refused = subprocess.run([tool(), '-F', name, '--', 'true'], stdout=child,
                                     stderr=subprocess.PIPE, timeout=TIMEOUT * scale(), check=False)
            equal(refused.returncode, 1, 'status')
            expect(f'-F {name} is nothing for a terminal; try: -o FILE' in refused.stderr.decode(),
                   refused.stderr)
    finally:
        os.close(parent)
        os.close(child)


@tracing_test
def page_is_for_nobody_else():
    """It has arguments, as other output with them."""
    with scratch() as directory:
        equal(page_of(directory).stat().st_mode & 0o777, 0o600, 'mode')


# ---- a browser -----------------------------------------------------------------------------------

def find_chromium():
    for name in CHROMIUMS:
        if shutil.which(name):
            return shutil.which(name)
    raise Skip('no chromium')


def browse(page, query=''):
    """What a person sees of PAGE who searches for QUERY."""
    node, chromium, packages = need_program('node'), find_chromium(), package('playwright-core').parent
    seen = run([node, HERE / 'browse.mjs', chromium, page, query],
               env={**os.environ, 'NODE_PATH': str(packages)}, timeout=2 * TIMEOUT)
    return json.loads(seen.must_succeed().out)


def expect_drawn(seen, page):
    equal(seen['state'], 'drawn', f'state of a page that says {seen["notice"]!r}')
    equal(seen['console'], [], 'messages on the console')
    equal(seen['requests'], [f'file://{page}'], 'what was loaded')


@tracing_test
def browser_draws_what_was_traced():
    with scratch() as directory:
        page = page_of(directory)
        columns = data_of(page)[2]
        seen = browse(page, "exit 7'")
    expect_drawn(seen, page)
    failed = [code > 0 or bool(text) for code, text in rows(columns, 'exit_code', 'exit_signal')]
    equal(seen['counts'], f'{len(columns["born_pid"])} processes, {sum(failed)} failed', 'counts')
    equal(sum(failed), 2, 'failures')
    equal(len(seen['failures']), 2, f'failures in {seen["failures"]}')
    pid = next(str(columns['born_pid'][process]) for process, command in
               rows(columns, 'exec_process', 'exec_command') if command == "sh -c 'sleep 0.3; exit 7'")
    equal(seen['found']['facts']['Pid'], pid, 'the pid of what was searched for')
    equal(seen['found']['facts']['Status'], 'exit 7', 'its status')
    equal(seen['found']['command'], "sh -c 'sleep 0.3; exit 7'", 'its command')
    expect(seen['red'] > 4, f'{seen["red"]} pixels of it are red')
    equal(seen['clicked'], seen['found'], 'what a click on it finds')
    expect('exit 7' in seen['tip'] and f'pid {pid}' in seen['tip'], seen['tip'])
    expect(seen['copied'] != 'Copy command (y)', seen['copied'])
    expect(re.fullmatch(r'1 of \d+ found', seen['matches']), seen['matches'])
    equal(seen['cleared'], '', 'matches after Escape')
    for what in ('zoomed', 'fitted', 'wheeled', 'otherRows', 'dark'):
        expect(seen[what], f'not {what}')
    expect(seen['path'] >= 3, f'{seen["path"]} processes on the critical path')
    equal(len(seen['programs']), len(set(columns['exec_program'])), 'programs')


@tracing_test
def browser_shows_hostile_names_as_text():
    with scratch() as directory:
        page = page_of(directory)
        seen = browse(page, 'hacked')
    expect_drawn(seen, page)
    equal(seen['hacked'], 'undefined', 'window.hacked')
    equal(seen['scripts'], 1, 'scripts: the data is taken away')
    expect('</script><script>window.hacked=1</script>' in seen['found']['command'], 'no hostile text')
    expect('\u202e' not in seen['found']['command'], 'a character that reorders the line')


@tracing_test
def browser_shows_where_programs_ran():
    """With data of a machine whose control groups are systemd's and Docker's."""
    container = '0123456789abcdef' * 4
    lines = (HERE.parents[1] / 'fixtures' / 'golden' / 'html-places.txt').read_bytes()
    encoded = base64.b64encode(gzip.compress(lines)).decode()
    queries = ('cwd:/HOME/</script', 'cwd:nowhere', 'exe:dash', 'tty:pts/3', 'tty:pts/4', 'unit:session-2',
               'unit:docker', 'container:89ab', 'container:docker')
    with scratch() as directory:
        page = page_of(directory)
        text = page.read_text(encoding='utf-8')
        page.write_text(DATA.sub(lambda found: found[0].replace(found[1], encoded), text), encoding='utf-8')
        seen = browse(page, '\n'.join(queries))
    expect_drawn(seen, page)
    equal(seen['matches'], '1 of 1 found', queries[0])
    equal(seen['counted'], [f'{found} found' for found in (0, 1, 1, 0, 1, 1, 1, 0)], queries[1:])
    equal({name: seen['found']['facts'].get(name) for name in
           ('Directory', 'Executable', 'Session', 'Cgroup', 'Unit', 'Container')}, {
               'Directory': 'not known', 'Executable': 'not known', 'Session': 'not known',
               'Cgroup': f'/system.slice/docker-{container}.scope',
               'Unit': f'docker-{container}.scope', 'Container': container,
           }, 'what is known at the end')
    equal([told.split('\n')[1:] for told in seen['found']['execs']], [
        ['./run', 'Directory: /home/</script>\\x0a', 'Executable: /usr/bin/dash',
         'Session: 100, pts/3, login uid 1000'],
        ['true', 'Directory: / (deleted)', 'Executable: /usr/bin/true', 'Session: 0, no terminal'],
        ['false', 'Directory: not known', 'Executable: not known', 'Session: not known'],
    ], 'what is known of each exec')


@tracing_test
def browser_draws_what_there_is_of_a_cut_file():
    with scratch() as directory:
        page = page_of(directory)
        text = page.read_text(encoding='utf-8')
        # The data is one block and the tail: with the last line of base64 gone, they may be, too.
        page.write_text(text[:DATA.search(text).end(1) - 40], encoding='utf-8')
        seen = browse(page)
    equal(seen['state'], 'drawn', seen['notice'])
    expect('The file ends before the trace did' in seen['notice'], seen['notice'])
    equal([line for line in seen['console'] if 'error' in line], [], 'errors on the console')


main()
