# SPDX-License-Identifier: GPL-2.0-or-later
"""Print what was measured: as tables for people, as Markdown, or as JSON."""

import datetime
import json
import os
import platform
from pathlib import Path
from typing import Callable, NamedTuple


class Column(NamedTuple):
    heading: str
    value: Callable  # of a row; None: nothing was measured
    form: str = ""   # as format() takes it


class Table(NamedTuple):
    name: str      # in JSON
    title: str
    columns: list
    rows: list     # of dict


class Result(NamedTuple):
    mode: str
    options: dict  # what was asked for, as it was measured
    tables: list
    notes: list    # what was left out and why, and what else a reader has to know
    others_share: float


def keyed(heading, key, form=""):
    return Column(heading, lambda row: row.get(key), form)


def texts(table):
    """The lines of TABLE, as lists of texts, the headings first."""
    yield [column.heading for column in table.columns]
    for row in table.rows:
        values = [(column.value(row), column.form) for column in table.columns]
        yield ["" if value is None else format(value, form) for value, form in values]


def aligned(lines):
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [text.rjust(width) for text, width in zip(line[1:], widths[1:])]
        yield "  ".join(cells).rstrip()


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def head(result):
    return (f"{datetime.date.today()}, Linux {platform.release()} {platform.machine()}, "
            f"{os.cpu_count()} CPUs ({cpu_model()}); {result.others_share:.0%} of their time went "
            "to other programs or was withheld by the host")


def as_text(result):
    parts = [head(result)]
    parts += ["\n".join([table.title, "", *aligned(list(texts(table)))]) for table in result.tables]
    parts += ["\n".join(result.notes)] if result.notes else []
    return "\n\n".join(parts)


def markdown_table(table):
    heading, *lines = texts(table)
    ruler = ["---"] + ["--:"] * (len(heading) - 1)
    return "\n".join("| " + " | ".join(text.replace("|", "\\|") for text in line) + " |"
                     for line in (heading, ruler, *lines))


def as_markdown(result):
    parts = [head(result) + "."]
    for table in result.tables:
        parts += [table.title + ":", markdown_table(table)]
    parts += ["\n".join("- " + note for note in result.notes)] if result.notes else []
    return "\n\n".join(parts)


def as_json(result):
    return json.dumps({
        "mode": result.mode, "date": str(datetime.date.today()), "kernel": platform.release(),
        "machine": platform.machine(), "cpu": cpu_model(), "cpus": os.cpu_count(),
        "others_share": result.others_share, **result.options,
        **{table.name: table.rows for table in result.tables}, "notes": result.notes,
    }, indent=2)


class Document:
    """A document with a place for each mode's tables: between these two lines."""

    def __init__(self, path, mode):
        self.path = Path(path)
        self.begin, self.end = f"<!-- bench: {mode} -->\n", f"<!-- end: {mode} -->\n"
        text = self.path.read_text(encoding="utf-8")
        if text.count(self.begin) != 1 or text.count(self.end) != 1:
            raise ValueError(f"{path} has no place for it, {self.begin.strip()}")

    def update(self, result):
        text = self.path.read_text(encoding="utf-8")
        before, _, rest = text.partition(self.begin)
        after = rest.partition(self.end)[2]
        self.path.write_text(f"{before}{self.begin}{as_markdown(result)}\n{self.end}{after}",
                             encoding="utf-8")
