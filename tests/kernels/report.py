# SPDX-License-Identifier: GPL-2.0-or-later
"""What came out, as JSON beside the results, and as tables for a terminal and for docs/kernels.md."""

import json
from pathlib import Path

UNTRIED = '–'
DOCUMENT = Path(__file__).resolve().parent / 'kernels.md.in'


def row_of(kernel, release, cells, seconds, problems):
    """A guest's verdict, as it is kept."""
    wrong = {title: cell.problems for title, cell in cells.items() if cell.problems}
    if problems:
        wrong['guest'] = problems
    return {'kernel': kernel.name, 'release': release, 'seconds': round(seconds),
            'cells': {title: cell_text(cell) for title, cell in cells.items()}, 'wrong': wrong}


def cell_text(cell):
    if not cell.problems:
        return cell.text
    return f'**{len(cell.problems)} wrong**' + (f', {cell.text}' if cell.text != '?' else '')


def save(row, path):
    path.write_text(json.dumps(row, indent=1) + '\n', encoding='utf-8')


def load(path):
    """The verdict kept there, or None."""
    return json.loads(path.read_text(encoding='utf-8')) if path.exists() else None


def table(rows, titles, times=False):
    """The lines of cells, the head first: these columns, as far as any row has them."""
    columns = [title for title in titles if any(title in row['cells'] for row in rows)]
    yield ['kernel', 'release', *columns] + (['wall time'] if times else [])
    for row in rows:
        cells = [row['cells'].get(title, UNTRIED) for title in columns]
        yield [row['kernel'], row['release'], *cells] + ([f'{row["seconds"]} s'] if times else [])


def aligned(lines):
    """For a terminal."""
    lines = list(lines)
    widths = [max(map(len, column)) for column in zip(*lines)]
    return '\n'.join('  '.join(text.ljust(width) for text, width in zip(line, widths)).rstrip()
                     for line in lines)


def markdown(lines):
    """The same as a table of a document."""
    head, *rest = (row_of_markdown(line) for line in lines)
    return '\n'.join([head, '|---' * (head.count(' | ') + 1) + '|', *rest])


def row_of_markdown(texts):
    return '| ' + ' | '.join(text.replace('|', '\\|') for text in texts) + ' |'


def document(rows, tables):
    """docs/kernels.md: its text, with a table in the place of each @NAME@."""
    text = DOCUMENT.read_text(encoding='utf-8')
    for name, titles in tables.items():
        text = text.replace(f'@{name}@', markdown(table(rows, titles, name == 'events')))
    return text


def wrong_lines(rows, limit):
    """What is wrong, LIMIT lines a cell."""
    for row in rows:
        for title, problems in row['wrong'].items():
            yield f'{row["kernel"]}: {title}: {len(problems)} wrong'
            yield from (f'    {problem}' for problem in problems[:limit])
