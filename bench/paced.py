# SPDX-License-Identifier: GPL-2.0-or-later
"""What tracers of the whole host take for an event when events come slowly."""

from statistics import median

from measure import Bench, Session, TracerFailed
from processes import cpu_seconds, sleeps
from tables import Table, keyed
from tracers import Ours, PerfRecord, Recorder

WORKERS = 2  # of load.c
EVENTS_PER_PROCESS = 3


class Paced:
    def __init__(self, options):
        per_worker = options.paced / EVENTS_PER_PROCESS / WORKERS
        self.count = max(1, round(per_worker * options.duration))
        self.interval_ns = round(1e9 / per_worker)

    def command(self, names):
        return [names.load, "spawn", str(self.count), names.tiny, str(self.interval_ns)]


def measure_once(bench, tracer, paced):
    session = Session(bench, tracer)
    tracer.prepare()
    try:
        session.start()
        pid = session.process.pid
        taken, slept = cpu_seconds(pid), sleeps(pid)
        load = bench.run_load(paced.command(bench.names))
        meanwhile, slept = cpu_seconds(pid) - taken, sleeps(pid) - slept
        taken = session.stop() - taken
    finally:
        session.abandon()
        tracer.release()
    events, wall_s = load["fork"] + load["exec"] + load["exit"], load["wall_ns"] / 1e9
    return {"us": meanwhile / events * 1e6, "us_with_end": taken / events * 1e6,
            "wakeups": slept / wall_s, "rate": events / wall_s}


def measure_rounds(bench, tracers, paced):
    """{tracer: its figures of each round}, and why some are missing."""
    figures, failed = {tracer: [] for tracer in tracers}, {}
    for turn in range(bench.options.rounds):
        bench.say(f"round {turn + 1} of {bench.options.rounds}")
        at = turn % len(tracers)
        for tracer in tracers[at:] + tracers[:at]:
            if tracer in failed:
                continue
            try:
                figures[tracer].append(measure_once(bench, tracer, paced))
            except (TracerFailed, OSError) as reason:
                failed[tracer] = str(reason)
    return {tracer: rounds for tracer, rounds in figures.items() if tracer not in failed}, failed


def make_rows(figures):
    perf = [rounds for tracer, rounds in figures.items() if tracer.name == PerfRecord.name]
    for tracer, rounds in figures.items():
        pairs = zip(rounds, *perf) if perf else ()
        ratios = [one["us"] / its["us"] for one, its in pairs if its["us"]]
        yield {"tracer": tracer.name,
               "us_per_event": median(one["us"] for one in rounds),
               "us_with_end": median(one["us_with_end"] for one in rounds),
               "of_perf_record": median(ratios) if ratios else None,
               "wakeups_per_second": median(one["wakeups"] for one in rounds),
               "events_per_second": median(one["rate"] for one in rounds)}


COLUMNS = [keyed("", "tracer"), keyed("own us/event", "us_per_event", ".2f"),
           keyed("times perf record", "of_perf_record", ".2f"),
           keyed("us/event with its end", "us_with_end", ".2f"),
           keyed("wake-ups/s", "wakeups_per_second", ".1f"),
           keyed("events/s of the load", "events_per_second", ".0f")]


def measure(options, say):
    tracers = [Ours(options), Recorder(options, ["record"]), PerfRecord(options)]
    with Bench(options, say) as bench:
        figures, failed = measure_rounds(bench, tracers, Paced(options))
    table = Table("tracers", f"CPU time of tracers of the whole host at {options.paced:g} events a "
                  f"second, {options.duration:g} s each, {options.rounds} rounds in turn, medians",
                  COLUMNS, list(make_rows(figures)))
    notes = ["perf record leaves events in its rings until they are half full; with its end: what "
             "it takes to end too, whatever was to be read then"]
    notes += [f"{tracer.name}: {why}" for tracer, why in failed.items()]
    what = {"rate": options.paced, "duration": options.duration, "rounds": options.rounds}
    return what, [table], notes, True
