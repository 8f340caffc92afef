/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/text.h"
#include "event/event.h"
#include "host/cpu_list.h"
#include "host/identity.h"
#include "host/perf_clock.h"
#include "source/child.h"
#include "source/execsnoop_line.h"
#include "source/host_info.h"
#include "source/request.h"
#include "source/sentinel.h"
#include "source/sentinel_proof.h"
#include "source/source.h"
#include "source/spawn.h"
#include "source/tracer.h"

/* The heading, and what BCC says before it. */
#define HEADING "PCOMM"

struct execsnoop_source {
	struct source source;
	struct host_identity identity;
	struct child *child;
	bool headed;                /* its heading has come */
	struct sentinel *sentinels; /* those that are still to come back */
	size_t sentinel_count;
	size_t used;      /* bytes of the line that the last event borrows from */
	uint64_t last_ns; /* of the last event */
	bool started, stopped, ended;
	uint64_t heard_ns; /* when a line was read last, or a sentinel sent because there is none */
	bool is_asked;     /* since such a sentinel */
	uint64_t stopped_ns;
	bool has_read; /* in this round: what it brought is given out first */
	uint64_t lost;
	uint64_t lost_told; /* of them, in LOST events */
};

static struct execsnoop_source *execsnoop_of(struct source *source)
{
	return (struct execsnoop_source *)source;
}

/* ---- losses ---- */

/* "Lost N events on CPU #C!" of libbpf-tools, "Possibly lost N samples" of BCC. */
static void look_for_loss(struct execsnoop_source *execsnoop, struct text text)
{
	unsigned long long count;
	char line[80];

	snprintf(line, sizeof(line), "%.*s",
		 text.length < sizeof(line) ? (int)text.length : (int)sizeof(line) - 1, text.bytes);
	if (execsnoop->started && (sscanf(line, "Lost %llu events", &count) == 1 ||
				   sscanf(line, "Possibly lost %llu samples", &count) == 1))
		execsnoop->lost += count;
}

static bool make_lost(struct execsnoop_source *execsnoop, struct event *event)
{
	uint64_t count = execsnoop->lost - execsnoop->lost_told;

	if (count == 0)
		return false;
	execsnoop->lost_told = execsnoop->lost;
	*event = (struct event){
		.type = EVENT_LOST,
		.cpu = EVENT_NO_CPU,
		.time_ns = execsnoop->last_ns,
		.lost = {.count = count},
	};
	return true;
}

/* ---- lines ---- */

/*
 * Whether LINE is of a sentinel that is awaited: 1, 0, or -EBADMSG where it is told wrongly. Later
 * on, that is another process with a pid that was given out again.
 */
static int settle_sentinel(struct execsnoop_source *execsnoop, const struct execsnoop_line *line)
{
	for (size_t i = 0; i < execsnoop->sentinel_count; i++) {
		const struct sentinel *sentinel = &execsnoop->sentinels[i];

		if (line->pid != sentinel->child)
			continue;
		if (line->ppid != sentinel->parent ||
		    !sentinel_exec_is_right(sentinel, line->comm, line->path))
			return execsnoop->started ? 0 : -EBADMSG;
		execsnoop->sentinels[i] = execsnoop->sentinels[--execsnoop->sentinel_count];
		return 1;
	}
	return 0;
}

/* What comes before the heading is no line of an exec. */
static bool skip_to_heading(struct execsnoop_source *execsnoop)
{
	struct text text;

	while (!execsnoop->headed && child_line(execsnoop->child, &text)) {
		execsnoop->headed = text.length > sizeof(HEADING) &&
				    memcmp(text.bytes, HEADING, sizeof(HEADING) - 1) == 0;
	}
	return execsnoop->headed;
}

/* 1 with the next line, 0 where none is whole, -EBADMSG with ERR filled. */
static int next_line(struct execsnoop_source *execsnoop, struct execsnoop_line *line,
		     struct error *err)
{
	child_use(execsnoop->child, execsnoop->used);
	execsnoop->used = 0;
	const bool is_headed = skip_to_heading(execsnoop);
	const struct text output = child_output(execsnoop->child);
	const ssize_t got = is_headed ? execsnoop_line_parse(output, line) : 0;

	if (got == 0 && !child_is_full(execsnoop->child))
		return 0;
	if (got <= 0)
		return error_set(err, -EBADMSG, "execsnoop printed no line of an exec: '%.*s'",
				 output.length < 80 ? (int)output.length : 80, output.bytes);
	execsnoop->used = (size_t)got;
	execsnoop->heard_ns = clock_now_ns(CLOCK_MONOTONIC);
	execsnoop->is_asked = false;
	return 1;
}

static void take_error_lines(struct execsnoop_source *execsnoop)
{
	struct text text;

	while (child_error_line(execsnoop->child, &text))
		look_for_loss(execsnoop, text);
}

/* ---- attaching ---- */

static int send_sentinel(struct execsnoop_source *execsnoop, int cpu, struct error *err)
{
	struct sentinel sentinel;
	int code = sentinel_send(&sentinel, cpu, err);

	if (code < 0)
		return code;
	struct sentinel *grown =
		realloc(execsnoop->sentinels, (execsnoop->sentinel_count + 1) * sizeof(*grown));
	if (!grown)
		return error_no_memory(err);
	execsnoop->sentinels = grown;
	grown[execsnoop->sentinel_count++] = sentinel;
	return 0;
}

static int provoke(void *context, struct error *err)
{
	return send_sentinel(context, SENTINEL_ANY_CPU, err);
}

/* 1 once a sentinel is back. */
static int look(void *context, struct error *err)
{
	struct execsnoop_source *execsnoop = context;
	struct execsnoop_line line;
	int code;

	take_error_lines(execsnoop);
	while ((code = next_line(execsnoop, &line, err)) > 0) {
		code = settle_sentinel(execsnoop, &line);
		if (code < 0)
			return error_set(err, code, "execsnoop tells a process of ours wrongly");
		if (code > 0)
			return 1;
	}
	return code;
}

/* ---- running ---- */

static int execsnoop_start(struct source *source, const struct request *request, struct error *err)
{
	struct execsnoop_source *execsnoop = execsnoop_of(source);

	(void)request;
	(void)err;
	execsnoop->started = true;
	execsnoop->heard_ns = clock_now_ns(CLOCK_MONOTONIC);
	return 0;
}

static void make_exec(struct execsnoop_source *execsnoop, const struct execsnoop_line *line,
		      struct event *event)
{
	execsnoop->last_ns = perf_clock_now_ns();
	*event = (struct event){
		.type = EVENT_EXEC,
		.cpu = EVENT_NO_CPU,
		.time_ns = execsnoop->last_ns,
		.sample_pid = line->pid,
		.sample_tid = line->pid,
		.exec = {.pid = line->pid, .comm = line->comm, .filename = line->path},
	};
}

/* 1 with the next event of what was read, 0, -EBADMSG. */
static int next_event(struct execsnoop_source *execsnoop, struct event *event, struct error *err)
{
	struct execsnoop_line line;
	int code;

	if (make_lost(execsnoop, event))
		return 1;
	while ((code = next_line(execsnoop, &line, err)) > 0) {
		if (settle_sentinel(execsnoop, &line) > 0)
			continue;
		make_exec(execsnoop, &line, event);
		return 1;
	}
	return code;
}

/* A host may be as silent as an execsnoop that hangs: a sentinel tells them apart. */
static int check_alive(struct execsnoop_source *execsnoop, struct error *err)
{
	const uint64_t now = clock_now_ns(CLOCK_MONOTONIC);

	if (now - execsnoop->heard_ns < TRACER_SILENCE_MS * NS_PER_MS)
		return 0;
	if (execsnoop->is_asked)
		return error_set(err, -ETIME, "execsnoop hangs: it tells nothing for %u s",
				 TRACER_SILENCE_MS / 1000);
	execsnoop->is_asked = true;
	execsnoop->heard_ns = now;
	return send_sentinel(execsnoop, SENTINEL_ANY_CPU, err);
}

/* Stopped, it has to tell of the last sentinels. */
static int end_if_drained(struct execsnoop_source *execsnoop, struct error *err)
{
	const uint64_t now = clock_now_ns(CLOCK_MONOTONIC);

	if (execsnoop->sentinel_count == 0) {
		execsnoop->ended = true;
		return -ENODATA;
	}
	if (now - execsnoop->stopped_ns < TRACER_DRAIN_MS * NS_PER_MS)
		return 0;
	return error_set(err, -ETIME, "execsnoop did not give out its last events within %u s",
			 TRACER_DRAIN_MS / 1000);
}

/* Nothing is ready, or there may be more than can ever be read: the caller is to look around. */
static int end_round(struct execsnoop_source *execsnoop, struct error *err)
{
	execsnoop->has_read = false;
	return execsnoop->stopped ? end_if_drained(execsnoop, err) : check_alive(execsnoop, err);
}

/* Read once: 1, 0 where nothing is there, or an error. */
static int read_more(struct execsnoop_source *execsnoop, struct error *err)
{
	const int got = child_read(execsnoop->child, err);

	if (got == -ENODATA)
		return child_ended(execsnoop->child, err);
	take_error_lines(execsnoop);
	return got;
}

static int execsnoop_next(struct source *source, struct event *event, struct error *err)
{
	struct execsnoop_source *execsnoop = execsnoop_of(source);
	int code;

	if (execsnoop->ended)
		return -ENODATA;
	while ((code = next_event(execsnoop, event, err)) == 0) {
		if (execsnoop->has_read)
			return end_round(execsnoop, err);
		code = read_more(execsnoop, err);
		if (code < 0)
			return code;
		if (code == 0)
			return end_round(execsnoop, err);
		execsnoop->has_read = true;
	}
	return code;
}

static int execsnoop_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	const struct execsnoop_source *execsnoop = execsnoop_of(source);
	const int most = execsnoop->stopped ? 20 : 1000;

	return child_wait(execsnoop->child, execsnoop->stopped ? -1 : wake_fd,
			  timeout_ms < 0 || timeout_ms > most ? most : timeout_ms, err);
}

/*
 * An interrupted execsnoop leaves without a look at what its buffers hold, one for each CPU: once a
 * sentinel of each has come back, all that was before has.
 */
static void execsnoop_stop(struct source *source)
{
	struct execsnoop_source *execsnoop = execsnoop_of(source);
	struct cpu_list online = {0};
	struct error ignored;

	if (execsnoop->stopped)
		return;
	execsnoop->stopped = true;
	execsnoop->sentinel_count = 0;
	if (cpu_list_read("/sys/devices/system/cpu/online", &online) < 0)
		online.count = 0;
	/* Where we may not run, only one that runs elsewhere shows that the rest is read. */
	for (size_t i = 0; i < online.count; i++) {
		if (send_sentinel(execsnoop, online.cpus[i], &ignored) < 0)
			continue;
	}
	cpu_list_done(&online);
	execsnoop->stopped_ns = clock_now_ns(CLOCK_MONOTONIC);
}

static void execsnoop_stats(struct source *source, struct source_stats *stats)
{
	stats->lost = execsnoop_of(source)->lost;
}

static void execsnoop_free(struct source *source)
{
	struct execsnoop_source *execsnoop = execsnoop_of(source);

	child_free(execsnoop->child);
	free(execsnoop->sentinels);
	free(execsnoop);
}

static const struct source_ops execsnoop_ops = {
	.start = execsnoop_start,
	.next = execsnoop_next,
	.wait = execsnoop_wait,
	.stop = execsnoop_stop,
	.stats = execsnoop_stats,
	.free = execsnoop_free,
};

/* ---- opening ---- */

/* execsnoop is libbpf-tools' on Debian, and BCC's elsewhere; execsnoop-bpfcc is BCC's on Debian. */
#define PACKAGE "libbpf-tools"
static const char *const programs[] = {"execsnoop", "execsnoop-bpfcc"};

static int start_program(struct execsnoop_source *execsnoop, char *path, struct error *err)
{
	static const char *const variables[] = {"PYTHONUNBUFFERED=1", NULL};
	static const struct tracer_trial trial = {.provoke = provoke, .look = look};
	char quoted[] = "-q";
	char *argv[] = {path, quoted, NULL};

	child_free(execsnoop->child);
	execsnoop->child = NULL;
	execsnoop->headed = false;
	execsnoop->used = execsnoop->sentinel_count = 0;
	int code = child_start(argv, variables, SPAWN_TERMINAL, &execsnoop->child, err);
	return code == 0 ? tracer_attach(execsnoop->child, &trial, execsnoop, err) : code;
}

/* What the first that is there says is what helps. */
static int start_any(struct execsnoop_source *execsnoop, const struct host_state *host,
		     struct error *err)
{
	char path[TRACER_PATH_SIZE];
	int best = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct error why = {0};
		int code = tracer_find(programs[i], PACKAGE, host, path, &why);

		if (code == 0)
			code = start_program(execsnoop, path, &why);
		if (code == 0 || code == -EINTR || i == 0 || (best == -ENOENT && code != -ENOENT)) {
			best = code;
			*err = why;
		}
		if (code == 0 || code == -EINTR)
			break;
	}
	return best;
}

static int execsnoop_open(const struct request *request, const struct source_host *host,
			  struct source **source, struct error *err)
{
	struct execsnoop_source *execsnoop = calloc(1, sizeof(*execsnoop));

	(void)request;
	if (!execsnoop)
		return error_no_memory(err);
	execsnoop->source.ops = &execsnoop_ops;
	int code = start_any(execsnoop, host->state, err);
	if (code < 0) {
		execsnoop_free(&execsnoop->source);
		return code;
	}
	host_info_fill(&execsnoop->source.info, &execsnoop->identity);
	execsnoop->source.info.runs_programs = true;
	*source = &execsnoop->source;
	return 0;
}

static int execsnoop_probe(const struct request *request, const struct source_host *host,
			   struct error *found)
{
	char path[TRACER_PATH_SIZE];
	struct error other;
	int code = tracer_find(programs[0], PACKAGE, host->state, path, found);

	(void)request;
	if (code == -ENOENT && tracer_find(programs[1], PACKAGE, host->state, path, &other) == 0)
		code = 0;
	return code < 0 ? code : error_set(found, 0, TRACER_UNTRIED);
}

const struct source_type execsnoop_source_type = {
	.name = "execsnoop",
	.limits =
		"execs only, not those by execveat(2) or by a thread beside the leader; of them no "
		"more than pid, name and file, and the times at which their lines came",
	.events = EVENT_BIT(EVENT_EXEC),
	.probe = execsnoop_probe,
	.open = execsnoop_open,
};
