/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/text.h"
#include "event/event.h"
#include "event/facts.h"
#include "host/cpu_list.h"
#include "host/identity.h"
#include "host/perf_clock.h"
#include "source/bpftrace_line.h"
#include "source/bpftrace_script.h"
#include "source/child.h"
#include "source/cpu_progress.h"
#include "source/host_info.h"
#include "source/notice.h"
#include "source/reorder.h"
#include "source/request.h"
#include "source/sentinel.h"
#include "source/sentinel_proof.h"
#include "source/source.h"
#include "source/spawn.h"
#include "source/tracer.h"

#define PROGRAM "bpftrace"
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* How much later than now an event's time may seem to be, by two readings of one clock. */
#define CLOCK_SLACK_NS 1000000ULL

struct bpftrace_source {
	struct source source;
	struct host_identity identity;
	struct child *child;
	struct reorder reorder;
	struct bpftrace_line line;     /* the last one */
	const struct cpu_list *online; /* while it is being attached */
	struct sentinel sentinel;
	struct sentinel_proof proof; /* of `sentinel` */
	bool trusted;
	struct cpu_progress progress;
	uint64_t shift_ns; /* the clock of `nsecs` minus CLOCK_MONOTONIC */
	uint64_t start_ns; /* older events are none of ours; UINT64_MAX: not started */
	uint64_t stop_ns;  /* 0: not stopped */
	uint64_t heard_ns; /* when a line of our script was read last; every CPU beats */
	bool has_read;     /* in this round: what it brought is given out first */
	bool interrupted, ended;
	uint64_t lost;
};

static struct bpftrace_source *bpftrace_of(struct source *source)
{
	return (struct bpftrace_source *)source;
}

/* ---- time ---- */

static uint64_t boot_minus_monotonic(void)
{
	return clock_now_ns(CLOCK_BOOTTIME) - clock_now_ns(CLOCK_MONOTONIC);
}

/*
 * `nsecs` is CLOCK_MONOTONIC or CLOCK_BOOTTIME, by version; they differ by the time in suspend.
 * What seems to be of the future is of the latter.
 */
static uint64_t host_time(struct bpftrace_source *bpftrace, uint64_t nsecs)
{
	uint64_t now = perf_clock_now_ns();

	if (nsecs > bpftrace->shift_ns && nsecs - bpftrace->shift_ns > now + CLOCK_SLACK_NS)
		bpftrace->shift_ns = boot_minus_monotonic();
	return nsecs > bpftrace->shift_ns ? nsecs - bpftrace->shift_ns : 1;
}

/* ---- lines ---- */

static int take_event(struct bpftrace_source *bpftrace, struct event *event)
{
	bool wanted = bpftrace->start_ns != UINT64_MAX;

	if (event->type == EVENT_LOST) {
		event->time_ns = bpftrace->progress.newest_ns;
		bpftrace->lost += wanted ? event->lost.count : 0;
	} else {
		wanted = event->time_ns >= bpftrace->start_ns &&
			 (bpftrace->stop_ns == 0 || event->time_ns <= bpftrace->stop_ns);
	}
	return wanted ? reorder_push(&bpftrace->reorder, event) : 0;
}

/* Take TEXT, a line. 0, -EBADMSG where it is none of our script's, -ENOMEM. */
static int take_line(struct bpftrace_source *bpftrace, struct text text)
{
	struct bpftrace_line *line = &bpftrace->line;
	struct event *event = &line->event;

	if (!bpftrace_line_parse(text, line))
		return -EBADMSG;
	if (line->is_beat || event->type != EVENT_LOST) {
		event->time_ns = host_time(bpftrace, event->time_ns);
		int code = cpu_progress_see(&bpftrace->progress, event->cpu, event->time_ns);
		if (code < 0)
			return code;
	}
	bpftrace->heard_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (line->is_beat)
		return 0;
	if (!bpftrace->trusted)
		sentinel_prove(&bpftrace->sentinel, event, &bpftrace->proof);
	return take_event(bpftrace, event);
}

static int refuse_line(struct text text, int code, struct error *err)
{
	if (code == -ENOMEM)
		return error_no_memory(err);
	return error_set(err, code, PROGRAM " printed what our script does not: '%.*s'",
			 text.length < 80 ? (int)text.length : 80, text.bytes);
}

/* What it says before it is attached is no line of ours; on standard error nothing is but losses.
 */
static int take_lines(struct bpftrace_source *bpftrace, struct error *err)
{
	struct text text;
	int code = 0;

	while (child_error_line(bpftrace->child, &text)) {
		code = take_line(bpftrace, text);
		if (code < 0 && code != -EBADMSG)
			return refuse_line(text, code, err);
	}
	while (child_line(bpftrace->child, &text)) {
		/* An empty line comes with the end, from END and the maps that there are not. */
		if (text.length == 0 && bpftrace->interrupted)
			continue;
		code = take_line(bpftrace, text);
		if (code < 0 && (code != -EBADMSG || bpftrace->trusted))
			return refuse_line(text, code, err);
	}
	if (child_is_full(bpftrace->child))
		return error_set(err, -EBADMSG, PROGRAM " printed a line without an end");
	return 0;
}

/* ---- attaching ---- */

static int provoke(void *context, struct error *err)
{
	struct bpftrace_source *bpftrace = context;

	bpftrace->proof = (struct sentinel_proof){0};
	bpftrace->sentinel = (struct sentinel){0};
	return sentinel_send(&bpftrace->sentinel, SENTINEL_ANY_CPU, err);
}

/* 1 once every CPU beats, and a sentinel has come back right through every probe. */
static int look(void *context, struct error *err)
{
	struct bpftrace_source *bpftrace = context;
	int code = take_lines(bpftrace, err);

	if (code < 0)
		return code;
	if (bpftrace->proof.is_wrong)
		return error_set(err, -EBADMSG, PROGRAM " tells a process of ours wrongly");
	bpftrace->trusted = sentinel_is_proven(&bpftrace->proof) &&
			    cpu_progress_has_all(&bpftrace->progress, bpftrace->online);
	return bpftrace->trusted;
}

static int start_script(struct bpftrace_source *bpftrace, const struct bpftrace_script *script,
			char *path, struct error *err)
{
	char lines_option[] = "-B", lines[] = "line", text_option[] = "-e";
	char *text = strdup(script->text);
	char *argv[] = {path, lines_option, lines, text_option, text, NULL};
	/* 4 MiB for each CPU; the older and the newer name of the same. */
	static const char *const variables[] = {"BPFTRACE_STRLEN=" TEXT(BPFTRACE_PATH_SIZE),
						"BPFTRACE_MAX_STRLEN=" TEXT(BPFTRACE_PATH_SIZE),
						"BPFTRACE_PERF_RB_PAGES=1024", NULL};

	if (!text)
		return error_no_memory(err);
	int code = child_start(argv, variables, SPAWN_PIPE, &bpftrace->child, err);
	free(text);
	return code;
}

/* Forget what another script brought. */
static void forget(struct bpftrace_source *bpftrace)
{
	child_free(bpftrace->child);
	bpftrace->child = NULL;
	cpu_progress_done(&bpftrace->progress);
	bpftrace->shift_ns = 0;
}

/* Whether another script may do better: this one was refused, or told wrongly. */
static bool is_worth_another(int code)
{
	return code == -EPIPE || code == -EBADMSG;
}

static int try_scripts(struct bpftrace_source *bpftrace, const struct request *request, char *path,
		       struct error *err)
{
	static const struct tracer_trial trial = {.provoke = provoke, .look = look};
	struct error first = {0};
	int code = -EPIPE;

	for (const struct bpftrace_script *script = bpftrace_scripts; script->name; script++) {
		forget(bpftrace);
		code = start_script(bpftrace, script, path, err);
		if (code == 0)
			code = tracer_attach(bpftrace->child, &trial, bpftrace, err);
		if (code == 0) {
			*err = (struct error){0};
			if (request->verbose)
				notice(request, "%s is attached: %s", path, script->name);
		}
		if (!is_worth_another(code))
			return code;
		if (!first.what[0])
			first = *err;
	}
	return error_set(err, code, "no script of ours works with this " PROGRAM " and kernel: %s",
			 first.what);
}

/* ---- the source ---- */

static int bpftrace_start(struct source *source, const struct request *request, struct error *err)
{
	struct bpftrace_source *bpftrace = bpftrace_of(source);

	(void)request;
	(void)err;
	bpftrace->start_ns = perf_clock_now_ns();
	bpftrace->heard_ns = clock_now_ns(CLOCK_MONOTONIC);
	return 0;
}

static int check_alive(const struct bpftrace_source *bpftrace, struct error *err)
{
	const uint64_t silent_ns = clock_now_ns(CLOCK_MONOTONIC) - bpftrace->heard_ns;

	if (silent_ns < TRACER_SILENCE_MS * NS_PER_MS)
		return 0;
	return error_set(err, -ETIME, PROGRAM " hangs: it tells nothing for %u s",
			 TRACER_SILENCE_MS / 1000);
}

/*
 * An interrupted bpftrace throws away what it has not read (0.17, perf_event_printer()): not before
 * it has read all.
 */
static int end_if_drained(struct bpftrace_source *bpftrace, struct error *err)
{
	const uint64_t stopped_ns = perf_clock_now_ns() - bpftrace->stop_ns;
	const bool is_drained = cpu_progress_horizon(&bpftrace->progress) > bpftrace->stop_ns;
	const bool is_late = stopped_ns > TRACER_DRAIN_MS * NS_PER_MS;

	if (!is_drained && is_late)
		return error_set(err, -ETIME,
				 PROGRAM " did not give out its last events within %u s",
				 TRACER_DRAIN_MS / 1000);
	if (is_drained && !bpftrace->interrupted) {
		child_interrupt(bpftrace->child);
		bpftrace->interrupted = true;
	}
	/* All is there: its end is not needed. */
	if (stopped_ns > 2 * TRACER_DRAIN_MS * NS_PER_MS)
		bpftrace->ended = true;
	return 0;
}

/* Nothing is ready, or there may be more than can ever be read: the caller is to look around. */
static int end_round(struct bpftrace_source *bpftrace, struct error *err)
{
	bpftrace->has_read = false;
	return bpftrace->stop_ns == 0 ? check_alive(bpftrace, err) : end_if_drained(bpftrace, err);
}

/* Read once: 1, 0 where nothing is there, -ENODATA at the end, or an error. */
static int read_more(struct bpftrace_source *bpftrace, struct error *err)
{
	int got = bpftrace->ended ? -ENODATA : child_read(bpftrace->child, err);

	if (got < 0 && got != -ENODATA)
		return got;
	int code = take_lines(bpftrace, err);
	if (code < 0 || got != -ENODATA)
		return code < 0 ? code : got;
	bpftrace->ended = true;
	if (bpftrace->reorder.heap.count > 0)
		return 1;
	return bpftrace->interrupted ? -ENODATA : child_ended(bpftrace->child, err);
}

static uint64_t horizon(const struct bpftrace_source *bpftrace)
{
	return bpftrace->ended ? UINT64_MAX : cpu_progress_horizon(&bpftrace->progress);
}

static int bpftrace_next(struct source *source, struct event *event, struct error *err)
{
	struct bpftrace_source *bpftrace = bpftrace_of(source);

	while (!reorder_pop(&bpftrace->reorder, horizon(bpftrace), event)) {
		if (bpftrace->has_read && !bpftrace->ended)
			return end_round(bpftrace, err);
		int code = read_more(bpftrace, err);
		if (code < 0)
			return code;
		if (code == 0)
			return end_round(bpftrace, err);
		bpftrace->has_read = true;
	}
	return 1;
}

static int bpftrace_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	const struct bpftrace_source *bpftrace = bpftrace_of(source);
	const bool stopped = bpftrace->stop_ns != 0;
	const int most = stopped ? 20 : 1000;

	return child_wait(bpftrace->child, stopped ? -1 : wake_fd,
			  timeout_ms < 0 || timeout_ms > most ? most : timeout_ms, err);
}

static void bpftrace_stop(struct source *source)
{
	struct bpftrace_source *bpftrace = bpftrace_of(source);

	if (bpftrace->stop_ns == 0)
		bpftrace->stop_ns = perf_clock_now_ns();
}

static void bpftrace_stats(struct source *source, struct source_stats *stats)
{
	const struct bpftrace_source *bpftrace = bpftrace_of(source);

	stats->lost = bpftrace->lost;
	stats->late = bpftrace->reorder.late;
}

static void bpftrace_free(struct source *source)
{
	struct bpftrace_source *bpftrace = bpftrace_of(source);

	child_free(bpftrace->child);
	cpu_progress_done(&bpftrace->progress);
	reorder_done(&bpftrace->reorder);
	free(bpftrace);
}

static const struct source_ops bpftrace_ops = {
	.start = bpftrace_start,
	.next = bpftrace_next,
	.wait = bpftrace_wait,
	.stop = bpftrace_stop,
	.stats = bpftrace_stats,
	.free = bpftrace_free,
};

static void fill_info(struct bpftrace_source *bpftrace)
{
	host_info_fill(&bpftrace->source.info, &bpftrace->identity);
	bpftrace->source.info.has_execs = true;
	bpftrace->source.info.runs_programs = true;
}

static int set_up(struct bpftrace_source *bpftrace, const struct request *request,
		  const struct source_host *host, struct error *err)
{
	struct cpu_list online;
	char path[TRACER_PATH_SIZE];
	int code = tracer_find(PROGRAM, PROGRAM, host->state, path, err);

	if (code < 0)
		return code;
	code = cpu_list_read("/sys/devices/system/cpu/online", &online);
	if (code < 0)
		return error_set(err, code, "cannot read which CPUs are online: %s",
				 strerror(-code));
	bpftrace->online = &online;
	code = try_scripts(bpftrace, request, path, err);
	bpftrace->online = NULL;
	cpu_list_done(&online);
	return code;
}

static int bpftrace_open(const struct request *request, const struct source_host *host,
			 struct source **source, struct error *err)
{
	struct bpftrace_source *bpftrace = calloc(1, sizeof(*bpftrace));

	if (!bpftrace)
		return error_no_memory(err);
	bpftrace->source.ops = &bpftrace_ops;
	bpftrace->start_ns = UINT64_MAX;
	int code = set_up(bpftrace, request, host, err);
	if (code < 0) {
		bpftrace_free(&bpftrace->source);
		return code;
	}
	fill_info(bpftrace);
	*source = &bpftrace->source;
	return 0;
}

static int bpftrace_probe(const struct request *request, const struct source_host *host,
			  struct error *found)
{
	char path[TRACER_PATH_SIZE];
	int code = tracer_find(PROGRAM, PROGRAM, host->state, path, found);

	(void)request;
	return code < 0 ? code : error_set(found, 0, TRACER_UNTRIED);
}

const struct source_type bpftrace_source_type = {
	.name = PROGRAM,
	.limits = "no arguments, users, exit statuses or cgroups",
	.events = EVENT_SHOWABLE,
	.serves = NEED_TASKS,
	.probe = bpftrace_probe,
	.open = bpftrace_open,
};
