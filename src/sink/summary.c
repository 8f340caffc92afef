/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "event/event.h"
#include "sink/program_totals.h"
#include "sink/runs.h"
#include "sink/sink.h"
#include "sink/summary.h"
#include "sink/text/phrases.h"
#include "sink/text/program_name.h"

struct sink_summary {
	struct sink sink;
	bool has_begun;
	struct totals totals;
	struct runs runs;
};

/* ---- counting ---- */

static int count_fork(struct sink_summary *summary, const struct event *event)
{
	enum fork_kind kind = event_fork_kind(event);

	summary->totals.forks[kind]++;
	rate_count(&summary->totals.rate, totals_second(&summary->totals, event->time_ns));
	if (kind != FORK_KIND_PROCESS && kind != FORK_KIND_VFORK)
		return 0;
	/* Whether it stays a copy of its parent is not known then. */
	if (!sink_gets(&summary->sink.context, EVENT_EXEC))
		return 0;
	const int32_t parent = event_facts(event)->tgid;
	const struct run_birth birth = {
		.pid = event->fork.child_tid,
		.ppid = parent >= 0 ? parent : event->fork.parent_tid,
		.time_ns = event->time_ns,
	};
	return runs_fork(&summary->runs, &birth, event->fork.child_comm);
}

/* When the process was forked, but not before the first event: what the tracer took until then is
 * no part of the trace. */
static uint64_t birth_time(const struct sink_summary *summary, const struct event *event)
{
	const int64_t age_ns = event_facts(event)->age_ns;
	const uint64_t first_ns = summary->totals.first_ns;

	if (age_ns < 0 || event->time_ns < first_ns)
		return event->time_ns;
	return event->time_ns - first_ns > (uint64_t)age_ns ? event->time_ns - (uint64_t)age_ns
							    : first_ns;
}

static int count_exec(struct sink_summary *summary, const struct event *event)
{
	const struct facts *facts = event_facts(event);
	const struct run_birth birth = {
		.pid = event->exec.pid,
		.ppid = facts->ppid,
		.time_ns = birth_time(summary, event),
	};

	summary->totals.execs++;
	return runs_exec(&summary->runs, &birth,
			 program_name(event->exec.filename, &facts->arguments, event->exec.comm),
			 event->time_ns);
}

/* PROGRAM: what is known to have run, and failed but for an exec that did not come to be; NULL:
 * what the process says of itself. */
static int count_failure(struct sink_summary *summary, const struct event *event,
			 struct program_totals *program)
{
	const struct facts *facts = event_facts(event);

	if (facts->failed_exec.bytes)
		program = programs_get(&summary->runs.programs, PROGRAM_UNBORN, facts->failed_exec);
	else if (!program)
		program = programs_get(
			&summary->runs.programs, PROGRAM_RUN,
			program_name(facts->filename, &facts->arguments, phrase_name(event)));
	if (!program)
		return -ENOMEM;
	summary->totals.signals += facts->status.signal != 0;
	summary->totals.codes += facts->status.signal == 0;
	return program_totals_add_failure(program, facts);
}

static void count_usage(struct totals *totals, const struct usage *usage)
{
	if (usage_cpu_ns(usage) < 0)
		return;
	totals->measured++;
	totals->user_ns += (uint64_t)usage->user_ns;
	totals->system_ns += (uint64_t)usage->system_ns;
}

static int count_exit(struct sink_summary *summary, const struct event *event)
{
	const struct facts *facts = event_facts(event);

	summary->totals.ends[facts->last]++;
	if (facts->last == KNOWN_NO)
		return 0;
	summary->totals.unknown += facts->last == KNOWN_YES && !facts->status.known;
	count_usage(&summary->totals, &facts->usage);
	struct program_totals *program;
	int code = runs_exit(&summary->runs, phrase_pid(event), facts, event->time_ns, &program);
	if (code < 0)
		return code;
	if (program)
		program_totals_add_usage(program, &facts->usage);
	return phrase_failed(event) ? count_failure(summary, event, program) : 0;
}

static void note_time(struct sink_summary *summary, uint64_t time_ns)
{
	if (!summary->has_begun)
		summary->totals.first_ns = summary->totals.last_ns = time_ns;
	summary->has_begun = true;
	summary->totals.timeless |= time_ns == EVENT_NO_TIME;
	/* One may come late. */
	if (time_ns > summary->totals.last_ns)
		summary->totals.last_ns = time_ns;
}

static int summary_event(struct sink *sink, const struct event *event)
{
	struct sink_summary *summary = (struct sink_summary *)sink;

	note_time(summary, event->time_ns);
	switch (event->type) {
	case EVENT_FORK:
		return count_fork(summary, event);
	case EVENT_EXEC:
		return count_exec(summary, event);
	case EVENT_EXIT:
		return count_exit(summary, event);
	case EVENT_EXEC_FAILED:
		return 0;
	case EVENT_LOST:
		summary->totals.lost += event->lost.count;
		return 0;
	default:
		summary->totals.cap = event->truncated.limit;
		summary->totals.capped = event->truncated.reason;
		return 0;
	}
}

/* It is at work, and others may be its children. */
static int summary_running(struct sink *sink, const struct event *event)
{
	struct sink_summary *summary = (struct sink_summary *)sink;
	const struct facts *facts = event_facts(event);
	const struct run_birth birth = {event->exec.pid, facts->ppid, event->time_ns};

	note_time(summary, event->time_ns);
	return runs_older(&summary->runs, &birth,
			  program_name(event->exec.filename, &facts->arguments, event->exec.comm));
}

/* ---- the sink ---- */

static int summary_finish(struct sink *sink)
{
	struct sink_summary *summary = (struct sink_summary *)sink;

	int code = runs_finish(&summary->runs, summary->totals.last_ns);
	if (code < 0)
		return code;
	rate_advance(&summary->totals.rate,
		     totals_second(&summary->totals, summary->totals.last_ns));
	return summary_report(&sink->context, &summary->totals, &summary->runs);
}

static void summary_done(struct sink *sink)
{
	runs_done(&((struct sink_summary *)sink)->runs);
}

static const struct sink_ops summary_ops = {
	.event = summary_event,
	.running = summary_running,
	.finish = summary_finish,
	.done = summary_done,
};

struct sink *sink_summary_new(const struct sink_context *context)
{
	return sink_new(&summary_ops, context, sizeof(struct sink_summary));
}
