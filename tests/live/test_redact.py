#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--redact: secrets are in no view, and nothing else is masked."""

import base64
import gzip
import re
from pathlib import Path

from live import expect, equal, main, need_program, run_tool, scratch, test, tracing_test

TOP = Path(__file__).resolve().parents[2]
VIEWS = (('-x',), ('-x', '--env', 'all'), ('-F', 'json', '--env', 'all'), ('-F', 'json', '--cwd'),
         ('-F', 'table'), ('-F', 'tree', '-S'), ('-S',), ('-F', 'html'), ('-F', 'pipe'),
         ('-F', 'perfetto', '--env', 'all'),
         ('-F', 'compile-commands'))
# No arguments, or none that is masked for sure
WITHOUT_MASKS = ('pipe', 'compile-commands')
# What begins with these is nowhere.
SECRETS = (b'zzSecret', b'AKIAIOSFODNN7')
ARGUMENTS = ('--password=zzSecret1', '--token', 'zzSecret2', 'http://u:zzSecret3@h/',
             '-HAuthorization: Bearer zzSecret4', '{"api_key": "zzSecret5"}',
             'AKIAIOSFODNN7EXAMPLE', 'id-zzSecret6')
SCRIPT = '''\
true "$@"; /bin/sleep 0.1; sh -c 'true --secret zzSecret7; exit 3' "$@"
/bin/true mysql -pzzSecret8; (/bin/true curl -u u:zzSecret9 h)
gcc -DAPI_TOKEN=zzSecret10 -c missing.c -o missing.o
exit 7
'''
COMMAND = ('sh', '-c', SCRIPT, 'sh', *ARGUMENTS)
REDACT = ('--redact-regex', 'id-(.*)')
ENVIRONMENT = {'PATH': '/usr/bin:/bin', 'SOME': 'zzSecret11'}
PACKED = re.compile(rb'<script type="text/plain" id="data">\n(.*?)</script>', re.DOTALL)


def unpacked(output):
    """With what is packed in a page."""
    packed = PACKED.search(output)
    return output + (gzip.decompress(base64.b64decode(packed[1])) if packed else b'')


def written_by(directory, *args):
    """All that the tool writes, to a file and elsewhere."""
    path = directory / 'output'
    path.unlink(missing_ok=True)
    result = run_tool(*[path if arg is None else arg for arg in args], env=ENVIRONMENT)
    return unpacked(path.read_bytes()) + result.out + result.err


def no_secret(output, what):
    for secret in SECRETS:
        at = output.find(secret)
        expect(at < 0, f'{what}: {output[max(0, at - 80):at + 40]!r}')


@tracing_test
def no_view_has_a_secret():
    with scratch() as directory:
        capture = directory / 'capture'
        run_tool('record', '-q', '-x', '--cwd', '--env', 'all', '-o', capture, '--', *COMMAND,
                 env=ENVIRONMENT)
        for view in VIEWS:
            for option in (('--max-arg-bytes', '12'), ()):
                if option and view[-1] in WITHOUT_MASKS:
                    continue
                live = written_by(directory, *REDACT, *view, *option, '-o', None, '--', *COMMAND)
                replayed = written_by(directory, 'replay', *REDACT, *view, *option, '-o', None,
                                      capture)
                no_secret(live, f'live {view}')
                no_secret(replayed, f'replay {view}')
                for output in (live, replayed):
                    expect(b'[redacted]' in output or view[-1] in WITHOUT_MASKS, f'{view}: no mask')


@tracing_test
def no_comparison_has_a_secret():
    with scratch() as directory:
        captures = [directory / 'a', directory / 'b']
        for capture in captures:
            run_tool('record', '-q', '-x', '-o', capture, '--', 'sh', '-c', '/bin/sleep 0.1; exit 0',
                     f'--password=zzSecret-{capture.name}', capture.name)
        for view in ('text', 'json'):
            result = run_tool('diff', '-F', view, *REDACT, *captures)
            equal(result.status, 1, 'status')
            expect(b'[redacted]' in result.out, f'no mask in {result.out}')
            no_secret(result.out + result.err, view)


@tracing_test
def secrets_are_there_without_it():
    """What is looked for above can be found."""
    with scratch() as directory:
        output = written_by(directory, '-F', 'json', '--env', 'all', '-o', None, '--', *COMMAND)
        for number in range(1, 12):
            expect(f'zzSecret{number}'.encode() in output, f'no secret {number}')
        page = written_by(directory, '-F', 'html', '-o', None, '--', *COMMAND)
        expect(b'zzSecret1' in page, 'no secret in a page')
        # Pictures have no environment.
        expect(b'zzSecret11' not in page, 'the environment in a page')


@tracing_test
def builds_have_no_secrets():
    need_program('gcc')
    need_program('make')
    with scratch() as directory:
        (directory / 'token.c').write_text('int main(void)\n{\n\treturn 0;\n}\n')
        (directory / 'Makefile').write_text(
            'password: token.o\n\t$(CC) -o $@ $< -lm -Wl,-rpath=/x:/y\n'
            'token.o: token.c\n\t$(CC) -O2 -g -pipe -MD -MP -MF token.d -DKEY=1 -c -o $@ $<\n')
        built = run_tool('-q', '--redact', '-F', 'json', '--', 'make', '-C', directory,
                         'CC=gcc', timeout=60).must_succeed()
        expect(b'token.c' in built.out and b'password' in built.out, built.out)
        equal(built.out.count(b'[redacted]'), 0, 'masks')


@test
def documented_list_is_whole():
    source = (TOP / 'src/sink/secrets.c').read_text()
    docs = (TOP / 'docs/redact.md').read_text()
    rows = [re.search(pattern, source, re.DOTALL)[1]
            for pattern in (r'secret_names\[\] = \{(.*?)\};', r'secret_words\[\] = \{(.*?)\};')]
    names = [name for row in rows for name in re.findall(r'"([^"]+)"', row)]
    tokens = re.search(r'tokens\[\] = \{(.*?)\n\};', source, re.DOTALL)[1]
    names += re.findall(r'\{"([^"]+)"', tokens)
    clients = re.search(r'client_options\[\] = \{(.*?)\n\};', source, re.DOTALL)[1]
    for text in re.findall(r'"([^"]+)"', clients):
        names += [text] if text.startswith(('-', '/')) else text.split()
    expect(len(names) > 80, names)
    missing = [name for name in names if f'`{name}' not in docs]
    equal(missing, [], 'not in docs/redact.md')


main()
