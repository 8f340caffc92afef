# SPDX-License-Identifier: GPL-2.0-or-later
"""The `#include`s of the source, and what each header declares."""

import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
WORD = re.compile(r'\b[A-Za-z_]\w*\b')
MACRO = re.compile(r'^#define (\w+)', re.MULTILINE)
FUNCTION = re.compile(r'^(?!#|\s|\}|typedef)[\w *]*?\b(\w+)\(', re.MULTILINE)
ENUM = re.compile(r'^enum[^{;]*\{(.*?)\}', re.MULTILINE | re.DOTALL)
STATIC_FUNCTION = re.compile(r'^static [^;={]*?\b(\w+)\(', re.MULTILINE)
CALL = re.compile(r'\b(\w+)\(')
CONSTANT = re.compile(r'^\s*([A-Z]\w+)', re.MULTILINE)


def code_of(path):
    """The text of the file at PATH without comments and strings."""
    text = path.read_text(encoding='utf-8')
    return COMMENT_OR_STRING.sub(lambda match: '""' if match[0][0] == '"' else ' ', text)


def sources():
    """Every source and header with its name below src/ or include/."""
    for root in ('src', 'include'):
        for path in sorted((TOP / root).rglob('*.[ch]')):
            yield path, str(path.relative_to(TOP / root))


def folder_of(name):
    return name.split('/')[0] if '/' in name else ''


def includes_of(path):
    return INCLUDE.findall(path.read_text(encoding='utf-8'))


def declared_in(path):
    """The functions, macros and constants that the header at PATH declares."""
    code = code_of(path)
    names = {name for name in MACRO.findall(code) if not name.startswith('PXT_')}
    names.update(FUNCTION.findall(code))
    for body in ENUM.findall(code):
        names.update(CONSTANT.findall(body))
    return names


def used_in(path):
    """The functions, macros and constants that the file at PATH uses, but for its own."""
    code = re.sub(r'^#include.*$', '', code_of(path), flags=re.MULTILINE)
    own = set(MACRO.findall(code)) | set(STATIC_FUNCTION.findall(code))
    return (set(CALL.findall(code)) | {word for word in WORD.findall(code) if word.isupper()}) - own
