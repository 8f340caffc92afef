# SPDX-License-Identifier: GPL-2.0-or-later
"""The results as a table, or as JSON."""

import json
import os
import platform
from statistics import mean, median, quantiles

from measure import KINDS

LOADS = ("spawn", "thread")
FACTS_COLUMNS = ("options", "spawn", "(quartiles)", "cpu", "own us", "thread", "(quartiles)", "cpu",
                 "own us", "bytes/event", "said lost")
COLUMNS = ("tracer", "spawn", "(quartiles)", "cpu", "thread", "(quartiles)", "cpu",
           "own us/event", "shown", "missing", "extra", "said lost", "RSS MiB")


def each(load, what):
    """Per process or thread, so that loads of different size compare."""
    return load[what] / load["rounds"]


def spread(values):
    if len(values) < 2:
        return values * 2
    low, _, high = quantiles(values, n=4, method="inclusive")
    return [low, high]


def ratios(cells, name, what):
    """To what it took without a tracer, just before and just after."""
    return [each(cell.loads[name], what) / mean(each(loads[name], what) for loads in cell.untraced)
            for cell in cells if what in cell.loads[name]]


def slowdown(cells, name):
    wall = ratios(cells, name, "wall_ns")
    cpu = ratios(cells, name, "cpu_s")
    return {"ns": median(each(cell.loads[name], "wall_ns") for cell in cells),
            "wall": median(wall), "wall_quartiles": spread(wall),
            "cpu": median(cpu) if cpu else None}


def delivery(tracer, cells):
    pairs = [(cell.seen[kind], cell.truth(kind)) for cell in cells for kind in tracer.kinds]
    return {"kinds": list(tracer.kinds), "truth": sum(truth for _, truth in pairs),
            "shown": sum(seen for seen, _ in pairs),
            "missing": sum(max(truth - seen, 0) for seen, truth in pairs),
            "extra": sum(max(seen - truth, 0) for seen, truth in pairs),
            "said_lost": sum(cell.reported_lost for cell in cells)}


def cpu_per_event(tracer, cells, taken):
    """The median over the rounds, in microseconds."""
    costs = []
    for cell in cells:
        seen = sum(cell.seen[kind] for kind in tracer.kinds)
        if taken(cell) is not None and seen:
            costs.append(taken(cell) / seen * 1e6)
    return median(costs) if costs else None


def row(tracer, cells):
    peaks = [cell.peak_kib for cell in cells if cell.peak_kib]
    traced = tracer.name != "none"
    return {
        "tracer": tracer.name,
        "slowdown": {load: slowdown(cells, load) for load in LOADS},
        "cpu_us_per_event": cpu_per_event(tracer, cells, lambda cell: cell.cpu_s),
        "print_us_per_event": cpu_per_event(tracer, cells, lambda cell: cell.print_s),
        "delivery": delivery(tracer, cells) if traced else None,
        "peak_rss_kib": max(peaks) if peaks else None,
        "remarks": [remark for cell in cells for remark in cell.remarks],
    }


def own_us(cells, name):
    """The tracer's own CPU time per process or thread of the load."""
    taken = [each(cell.loads[name], "tracer_s") for cell in cells
             if "tracer_s" in cell.loads[name]]
    return median(taken) * 1e6 if taken else None


def facts_row(tracer, cells):
    sizes = [cell.output_bytes / sum(cell.truth(kind) for kind in KINDS) for cell in cells
             if cell.output_bytes is not None]
    return {
        "options": tracer.name,
        "slowdown": {load: slowdown(cells, load) for load in LOADS},
        "cpu_us": {load: own_us(cells, load) for load in LOADS},
        "bytes_per_event": median(sizes) if sizes else None,
        "said_lost": sum(cell.reported_lost for cell in cells),
    }


def rows(results, make_row):
    for tracer, cells in results.items():
        if isinstance(cells, str):
            yield {"tracer": tracer.name, "unavailable": cells}
        else:
            yield make_row(tracer, cells)


def as_json(options, made, others_share):
    return json.dumps({
        "kernel": platform.release(), "machine": platform.machine(), "cpus": os.cpu_count(),
        "spawns": options.spawns, "threads": options.threads, "rounds": options.rounds,
        "others_share": others_share, "tracers": made,
    }, indent=2)


def slowdown_texts(result):
    low, high = result["wall_quartiles"]
    cpu = result["cpu"]
    return [f"{result['wall']:.2f}", f"({low:.2f}-{high:.2f})", "" if cpu is None else f"{cpu:.2f}"]


def texts(result):
    line = [result["tracer"]]
    for load in LOADS:
        line += slowdown_texts(result["slowdown"][load])
    cpu, peak, seen = (result[key] for key in ("cpu_us_per_event", "peak_rss_kib", "delivery"))
    line.append("" if cpu is None else f"{cpu:.2f}")
    line += [str(seen[key]) if seen else "" for key in ("shown", "missing", "extra", "said_lost")]
    line.append("" if peak is None else f"{peak / 1024:.1f}")
    return line


def aligned(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [text.rjust(width) for text, width in zip(line[1:], widths[1:])]
        yield "  ".join(cells).rstrip()


def notes(results):
    for result in results:
        if "unavailable" in result:
            yield f"{result['tracer']}: {result['unavailable']}"
            continue
        kinds = result["delivery"]["kinds"] if result["delivery"] else []
        if len(kinds) == 1:
            yield f"{result['tracer']}: {kinds[0]} only"
        if result["print_us_per_event"]:
            yield (f"{result['tracer']}: only records; printing took "
                   f"{result['print_us_per_event']:.2f} us an event afterwards")
        yield from result["remarks"]


def head(options, others_share):
    return (f"2 workers, each {options.spawns} x posix_spawn+wait and {options.threads} x "
            f"pthread_create+join; {options.rounds} rounds\n"
            f"Linux {platform.release()} {platform.machine()}, {os.cpu_count()} CPUs; "
            f"{others_share:.0%} of their time went to other programs or was withheld by the host\n"
            "spawn, thread: the time the load took, cpu: the CPU time it took itself; both as "
            "multiples of what it took without a tracer\n")


def as_table(options, made, others_share):
    works = [result for result in made if "unavailable" not in result]
    table = "\n".join(aligned([list(COLUMNS)] + [texts(result) for result in works]))
    return "\n".join([head(options, others_share), table, ""] + list(notes(made)))


def facts_texts(result):
    line = [result["options"]]
    for load in LOADS:
        cpu = result["cpu_us"][load]
        line += slowdown_texts(result["slowdown"][load])
        line.append("" if cpu is None else f"{cpu:.2f}")
    size = result["bytes_per_event"]
    return line + ["" if size is None else f"{size:.0f}", str(result["said_lost"])]


def facts_as_table(options, made, others_share):
    works = [result for result in made if "unavailable" not in result]
    note = "own us: the tracer's own CPU time per process (3 events) and per thread (2)\n"
    table = "\n".join(aligned([list(FACTS_COLUMNS)] + [facts_texts(result) for result in works]))
    fails = [f"{result['tracer']}: {result['unavailable']}" for result in made
             if "unavailable" in result]
    return "\n".join([head(options, others_share) + note, table, ""] + fails)


def render(options, results, others_share):
    made = list(rows(results, facts_row if options.facts else row))
    table = facts_as_table if options.facts else as_table
    return (as_json if options.json else table)(options, made, others_share)
