# SPDX-License-Identifier: GPL-2.0-or-later
"""What the comparison of tracers says: rows, out of the cells of each tracer."""

from statistics import mean, median, quantiles

from measure import KINDS
from tables import Column, Table, keyed

LOADS = ("spawn", "thread")


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
        "tracer": tracer.name,
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


def slowdown_columns(load):
    def of(row):
        return row["slowdown"][load]

    def quartiles(row):
        low, high = of(row)["wall_quartiles"]
        return f"{low:.2f}-{high:.2f}"

    return [Column(load, lambda row: of(row)["wall"], ".2f"), Column("quartiles", quartiles),
            Column("cpu", lambda row: of(row)["cpu"], ".2f")]


def delivered(heading, key):
    return Column(heading, lambda row: row["delivery"] and row["delivery"][key])


def mebibytes(row):
    return row["peak_rss_kib"] and row["peak_rss_kib"] / 1024


COLUMNS = [
    keyed("tracer", "tracer"), *slowdown_columns("spawn"), *slowdown_columns("thread"),
    keyed("own us/event", "cpu_us_per_event", ".2f"),
    *(delivered(key.replace("_", " "), key) for key in ("shown", "missing", "extra", "said_lost")),
    Column("RSS MiB", mebibytes, ".1f"),
]


def own_column(load):
    return Column(f"own us/{load}", lambda row: row["cpu_us"][load], ".2f")


FACTS_COLUMNS = [
    keyed("options", "tracer"), *slowdown_columns("spawn"), own_column("spawn"),
    *slowdown_columns("thread"), own_column("thread"),
    keyed("bytes/event", "bytes_per_event", ".0f"), keyed("said lost", "said_lost"),
]


def notes(made, facts):
    if facts:
        yield "own us: the tool's own CPU time per process (3 events) and per thread (2)"
    for result in made:
        if "unavailable" in result:
            yield f"{result['tracer']}: {result['unavailable']}"
            continue
        kinds = (result.get("delivery") or {}).get("kinds", [])
        if len(kinds) == 1:
            yield f"{result['tracer']}: {kinds[0]} only"
        if result.get("print_us_per_event"):
            yield (f"{result['tracer']}: only records; printing took "
                   f"{result['print_us_per_event']:.2f} us an event afterwards")
        yield from result.get("remarks", [])


def title(options, rounds):
    return (f"Two workers, each {options.spawns} x posix_spawn+wait and {options.threads} x "
            f"pthread_create+join; {rounds} rounds; spawn, thread: the time they took, cpu: the "
            "CPU time they took, both as multiples of what they took without a tracer")


def tabulate(options, results):
    """(what was measured, tables, notes, True)"""
    rounds = max(len(cells) for cells in results.values() if not isinstance(cells, str))
    made = list(rows(results, facts_row if options.facts else row))
    table = Table("tracers", title(options, rounds),
                  FACTS_COLUMNS if options.facts else COLUMNS,
                  [result for result in made if "unavailable" not in result])
    what = {"spawns": options.spawns, "threads": options.threads, "rounds": rounds,
            "unavailable": {result["tracer"]: result["unavailable"] for result in made
                            if "unavailable" in result}}
    return what, [table], list(notes(made, options.facts)), True
