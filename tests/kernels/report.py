# SPDX-License-Identifier: GPL-2.0-or-later
"""What came out, as JSON beside the results, and as tables for a terminal and for docs/kernels.md."""

import json

UNTRIED = '–'


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


def titles(rows):
    """Of all columns that any row has, in the order of their first appearance."""
    return list(dict.fromkeys(title for row in rows for title in row['cells']))


def table(rows):
    """The lines of cells, the head first."""
    columns = titles(rows)
    yield ['kernel', 'release', *columns, 'wall time']
    for row in rows:
        yield [row['kernel'], row['release'], *(row['cells'].get(title, UNTRIED)
                                                for title in columns), f'{row["seconds"]} s']


def aligned(lines):
    """For a terminal."""
    lines = list(lines)
    widths = [max(map(len, column)) for column in zip(*lines)]
    return '\n'.join('  '.join(text.ljust(width) for text, width in zip(line, widths)).rstrip()
                     for line in lines)


def markdown(lines):
    """The same as a table of a document."""
    head, *rest = ('| ' + ' | '.join(text.replace('|', '\\|') for text in line) + ' |'
                   for line in lines)
    return '\n'.join([head, '|---' * (head.count(' | ') + 1) + '|', *rest])


def wrong_lines(rows, limit):
    """What is wrong, LIMIT lines a cell."""
    for row in rows:
        for title, problems in row['wrong'].items():
            yield f'{row["kernel"]}: {title}: {len(problems)} wrong'
            yield from (f'    {problem}' for problem in problems[:limit])
