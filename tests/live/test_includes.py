#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which folder of the source may include which: the table in CONTRIBUTING.md, and no circles."""

import re

from includes import TOP, declared_in, folder_of, includes_of, sources, used_in
from live import equal, expect, main, test

ROW = re.compile(r'^\| `(\w+)/` \| ((?:`\w+`|[ ,—])+) \|$', re.MULTILINE)


def allowed():
    """The folders that each folder may include, itself not named."""
    text = (TOP / 'CONTRIBUTING.md').read_text(encoding='utf-8')
    return {folder: set(re.findall(r'\w+', others)) for folder, others in ROW.findall(text)}


@test
def folders_include_what_the_table_allows():
    table = allowed()
    for path, name in sources():
        if folder_of(name) == '':
            continue
        expect(folder_of(name) in table, f'{folder_of(name)}/ is not in the table')
        for included in includes_of(path):
            expect(folder_of(included) in table[folder_of(name)] | {folder_of(name)},
                   f'{name} includes {included}, which the table does not allow')


@test
def the_table_allows_what_is_needed():
    needed = {}
    for path, name in sources():
        needed.setdefault(folder_of(name), set()).update(map(folder_of, includes_of(path)))
    for folder, others in allowed().items():
        equal(others - needed[folder], set(), f'allowed for {folder}/, but not needed')


def reachable(folder, table):
    found, todo = set(), [folder]
    while todo:
        for other in table[todo.pop()] - found:
            found.add(other)
            todo.append(other)
    return found


@test
def no_folder_includes_itself_through_others():
    table = allowed()
    for folder in table:
        expect(folder not in reachable(folder, table), f'{folder}/ is in a circle')


@test
def headers_do_not_include_each_other():
    headers = {name: set(includes_of(path)) for path, name in sources() if name.endswith('.h')}
    for name in headers:
        expect(name not in reachable(name, headers), f'{name} is in a circle')


@test
def each_file_includes_what_it_uses():
    """Directly, or a source through the header of its own name."""
    owners = {}
    for path, name in sources():
        if name.endswith('.h'):
            owners.update(dict.fromkeys(declared_in(path), name))
    for path, name in sources():
        own = f'{name[:-2]}.h'
        included = {*includes_of(path), name}
        if name.endswith('.c') and (TOP / 'include' / own).exists():
            included |= set(includes_of(TOP / 'include' / own))
        for word in used_in(path):
            expect(owners.get(word, name) in included,
                   f'{name} uses {word}, but does not include {owners.get(word)}')


main()
