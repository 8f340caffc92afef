# SPDX-License-Identifier: GPL-2.0-or-later
"""Instructions of each view for an event of a fixed capture, which are the same in every run."""

import json
import shutil
import sys
from pathlib import Path

from tables import Table, keyed

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "live"))

from live import Build  # noqa: E402
from test_instructions import BUDGET, count_all, why_not  # noqa: E402


class Failed(Exception):
    """They cannot be counted here; the text says why."""


def measure(options, _, say):
    if not shutil.which("valgrind"):
        raise Failed("valgrind is not installed")
    Build.dir = Path(options.build)
    say("count instructions")
    budget = json.loads(BUDGET.read_text(encoding="utf-8"))["instructions"]
    rows = [{"view": view, "instructions": count, "budget": budget[view]}
            for view, count in count_all().items()]
    table = Table("views", "Instructions of an event, without those of a start",
                  [keyed("view", "view"), keyed("instructions", "instructions", ","),
                   keyed("budget", "budget", ",")], rows)
    reason = why_not()
    return {}, [table], [f"not comparable: {reason}"] if reason else [], True
