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
#include "source/host_info.h"
#include "source/notice.h"
#include "source/reorder.h"
#include "source/request.h"
#include "source/sentinel.h"
#include "source/source.h"

#define PROGRAM "bpftrace"
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* For so long a script may take to be compiled and attached. */
#define ATTACH_MS 20000U
/* How long the lines of a sentinel may take, at first and at most. */
#define SENTINEL_MS 100U
#define SENTINEL_MAX_MS 1600U
/* Every CPU beats: from a program that says nothing for so long nothing more comes. */
#define SILENCE_MS 10000U
/* At the end, for so long its last lines may take. */
#define DRAIN_MS 2000U
/* A CPU that is behind the others by more has left. */
#define BEHIND_NS 1000000000ULL
/* How much later than now an event's time may seem to be, by two readings of one clock. */
#define CLOCK_SLACK_NS 1000000ULL

/* What a sentinel has to bring back. */
enum proof {
	PROOF_FORK = 1U << 0,
	PROOF_EXEC = 1U << 1,
	PROOF_EXIT = 1U << 2,
	PROOF_PARENT_EXIT = 1U << 3,
	PROOF_NEW_TASK = 1U << 4,
	PROOF_ALL = (1U << 5) - 1U,
};

struct bpftrace_source {
	struct source source;
	struct host_identity identity;
	struct child *child;
	struct reorder reorder;
	struct bpftrace_line line; /* the last one */
	struct sentinel sentinel;
	unsigned int proofs; /* of `sentinel` */
	bool is_wrong;       /* it came back otherwise than it was */
	bool trusted;
	uint64_t *seen_ns; /* by CPU: the time of its last line; 0: none yet */
	size_t cpu_count;
	uint64_t newest_ns; /* of all lines */
	uint64_t shift_ns;  /* the clock of `nsecs` minus CLOCK_MONOTONIC */
	uint64_t start_ns;  /* older events are none of ours; UINT64_MAX: not started */
	uint64_t stop_ns;   /* 0: not stopped */
	uint64_t read_ns;   /* when something was read last */
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

/* A CPU has said all that is older than what it said last; those that have left say nothing. */
static uint64_t horizon(const struct bpftrace_source *bpftrace)
{
	uint64_t newest = bpftrace->newest_ns, least = newest;

	if (bpftrace->ended)
		return UINT64_MAX;
	for (size_t i = 0; i < bpftrace->cpu_count; i++) {
		uint64_t seen = bpftrace->seen_ns[i];

		if (seen != 0 && seen < least && newest - seen < BEHIND_NS)
			least = seen;
	}
	return least;
}

static int see(struct bpftrace_source *bpftrace, uint32_t cpu, uint64_t time_ns)
{
	if (cpu >= CPU_LIST_MAX)
		return -EBADMSG;
	if (cpu >= bpftrace->cpu_count) {
		size_t count = (size_t)cpu + 1;
		uint64_t *grown = realloc(bpftrace->seen_ns, count * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		for (size_t i = bpftrace->cpu_count; i < count; i++)
			grown[i] = 0;
		bpftrace->seen_ns = grown;
		bpftrace->cpu_count = count;
	}
	bpftrace->seen_ns[cpu] = time_ns;
	if (time_ns > bpftrace->newest_ns)
		bpftrace->newest_ns = time_ns;
	return 0;
}

/* ---- sentinels ---- */

static bool is_text(struct text text, const char *expected)
{
	return text.bytes && text.length == strlen(expected) &&
	       memcmp(text.bytes, expected, text.length) == 0;
}

static unsigned int prove_fork(const struct sentinel *sentinel, const struct event *event)
{
	return event->fork.child_tid == sentinel->child &&
			       is_text(event->fork.parent_comm, sentinel->name) &&
			       is_text(event->fork.child_comm, sentinel->name)
		       ? PROOF_FORK
		       : 0;
}

static unsigned int prove_exec(const struct sentinel *sentinel, const struct event *event)
{
	return event->exec.old_pid == sentinel->child &&
			       is_text(event->exec.comm, sentinel->new_name) &&
			       is_text(event->exec.filename, sentinel->path)
		       ? PROOF_EXEC
		       : 0;
}

static unsigned int prove_exit(const struct sentinel *sentinel, const struct event *event)
{
	bool is_child = event->exit.pid == sentinel->child;

	if (!is_text(event->exit.comm, is_child ? sentinel->new_name : sentinel->name) ||
	    (sentinel->prio != EVENT_NO_PRIO && event->exit.prio != sentinel->prio))
		return 0;
	return is_child ? PROOF_EXIT : PROOF_PARENT_EXIT;
}

/* What EVENT, of the sentinel, proves; 0: that it is wrong. */
static unsigned int prove(const struct sentinel *sentinel, const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return prove_fork(sentinel, event);
	case EVENT_EXEC:
		return prove_exec(sentinel, event);
	case EVENT_EXIT:
		return prove_exit(sentinel, event);
	default:
		return event->new_task.pid == sentinel->child ? PROOF_NEW_TASK : 0;
	}
}

static bool is_of_sentinel(const struct sentinel *sentinel, const struct event *event)
{
	if (sentinel->parent == 0)
		return false;
	if (event->type == EVENT_NEW_TASK)
		return event->current_tid == sentinel->parent;
	return event_task(event) == sentinel->parent || event_task(event) == sentinel->child;
}

static void look_at_sentinel(struct bpftrace_source *bpftrace, const struct event *event)
{
	const struct sentinel *sentinel = &bpftrace->sentinel;

	if (event->type == EVENT_LOST || !is_of_sentinel(sentinel, event))
		return;
	unsigned int proof = prove(sentinel, event);
	bool in_time =
		event->time_ns >= sentinel->before_ns && event->time_ns <= sentinel->after_ns;

	if (proof == 0 || !in_time)
		bpftrace->is_wrong = true;
	bpftrace->proofs |= proof;
}

/* ---- lines ---- */

static int take_event(struct bpftrace_source *bpftrace, struct event *event)
{
	bool wanted = bpftrace->start_ns != UINT64_MAX;

	if (event->type == EVENT_LOST) {
		event->time_ns = bpftrace->newest_ns;
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
		int code = see(bpftrace, event->cpu, event->time_ns);
		if (code < 0)
			return code;
	}
	if (line->is_beat)
		return 0;
	if (!bpftrace->trusted)
		look_at_sentinel(bpftrace, event);
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

/* Read and take what there is: 1, 0 where nothing was, -ENODATA at the end of its output. */
static int read_lines(struct bpftrace_source *bpftrace, struct error *err)
{
	int got = child_read(bpftrace->child);

	if (got < 0 && got != -ENODATA)
		return error_set(err, got, "cannot read from " PROGRAM ": %s", strerror(-got));
	if (got > 0)
		bpftrace->read_ns = clock_now_ns(CLOCK_MONOTONIC);
	int code = take_lines(bpftrace, err);
	return code < 0 ? code : got;
}

/* ---- attaching ---- */

static bool all_cpus_beat(const struct bpftrace_source *bpftrace, const struct cpu_list *online)
{
	for (size_t i = 0; i < online->count; i++) {
		size_t cpu = (size_t)online->cpus[i];

		if (cpu >= bpftrace->cpu_count || bpftrace->seen_ns[cpu] == 0)
			return false;
	}
	return true;
}

/* Until the sentinel is complete, or MS have passed. 1: it is. */
static int await_sentinel(struct bpftrace_source *bpftrace, int wake_fd, unsigned int ms,
			  struct error *err)
{
	uint64_t until = clock_now_ns(CLOCK_MONOTONIC) + ms * NS_PER_MS;

	while (bpftrace->proofs != PROOF_ALL && clock_now_ns(CLOCK_MONOTONIC) < until) {
		int code = child_wait(bpftrace->child, wake_fd, 10);

		if (code == 0)
			code = read_lines(bpftrace, err);
		if (code == -ENODATA)
			return child_ended(bpftrace->child, err);
		if (code < 0)
			return code;
		if (bpftrace->is_wrong)
			return error_set(err, -EBADMSG, PROGRAM " tells a process of ours wrongly");
	}
	return bpftrace->proofs == PROOF_ALL;
}

static int send_sentinel(struct bpftrace_source *bpftrace, struct error *err)
{
	bpftrace->proofs = 0;
	bpftrace->sentinel = (struct sentinel){0};
	return sentinel_send(&bpftrace->sentinel, SENTINEL_ANY_CPU, err);
}

/* Sentinels, one after the other, until one comes back right through every probe. */
static int attach(struct bpftrace_source *bpftrace, const struct cpu_list *online,
		  const struct source_host *host, struct error *err)
{
	uint64_t until = clock_now_ns(CLOCK_MONOTONIC) + ATTACH_MS * NS_PER_MS;
	unsigned int ms = SENTINEL_MS;

	while (clock_now_ns(CLOCK_MONOTONIC) < until) {
		int code = send_sentinel(bpftrace, err);

		if (code == 0)
			code = await_sentinel(bpftrace, host->wake_fd, ms, err);
		if (code < 0)
			return code;
		if (code > 0 && all_cpus_beat(bpftrace, online)) {
			bpftrace->trusted = true;
			return 0;
		}
		/* Of a busy host the lines come late, and then for a sentinel that is past. */
		if (bpftrace->seen_ns && ms < SENTINEL_MAX_MS)
			ms *= 2;
	}
	return error_set(err, -ETIME, PROGRAM " was not attached after %u s", ATTACH_MS / 1000);
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
	int code = child_start(argv, variables, CHILD_PIPE, &bpftrace->child, err);
	free(text);
	return code;
}

/* Forget what another script brought. */
static void forget(struct bpftrace_source *bpftrace)
{
	child_free(bpftrace->child);
	bpftrace->child = NULL;
	free(bpftrace->seen_ns);
	bpftrace->seen_ns = NULL;
	bpftrace->cpu_count = 0;
	bpftrace->newest_ns = bpftrace->shift_ns = 0;
	bpftrace->is_wrong = false;
}

/* Whether another script may do better: this one was refused, or told wrongly. */
static bool is_worth_another(int code)
{
	return code == -EPIPE || code == -EBADMSG;
}

static int try_scripts(struct bpftrace_source *bpftrace, const struct request *request, char *path,
		       const struct cpu_list *online, const struct source_host *host,
		       struct error *err)
{
	struct error first = {0};
	int code = -EPIPE;

	for (const struct bpftrace_script *script = bpftrace_scripts; script->name; script++) {
		forget(bpftrace);
		code = start_script(bpftrace, script, path, err);
		if (code == 0)
			code = attach(bpftrace, online, host, err);
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
	(void)request;
	(void)err;
	bpftrace_of(source)->start_ns = perf_clock_now_ns();
	return 0;
}

/* All CPUs have said what there was up to the stop; or they take too long. */
static bool is_drained(const struct bpftrace_source *bpftrace)
{
	for (size_t i = 0; i < bpftrace->cpu_count; i++) {
		uint64_t seen = bpftrace->seen_ns[i];

		if (seen != 0 && seen <= bpftrace->stop_ns &&
		    bpftrace->newest_ns - seen < BEHIND_NS)
			return false;
	}
	return true;
}

/*
 * An interrupted bpftrace throws away what it has not read (0.17, perf_event_printer()): not before
 * it has read all.
 */
static int end_if_drained(struct bpftrace_source *bpftrace, struct error *err)
{
	uint64_t now = perf_clock_now_ns();

	if (bpftrace->stop_ns == 0) {
		uint64_t silent_ns = clock_now_ns(CLOCK_MONOTONIC) - bpftrace->read_ns;

		return silent_ns < SILENCE_MS * NS_PER_MS
			       ? 0
			       : error_set(err, -ETIME,
					   PROGRAM " hangs: nothing came from it for %u s",
					   SILENCE_MS / 1000);
	}
	bool is_late = now > bpftrace->stop_ns + DRAIN_MS * NS_PER_MS;
	if (!bpftrace->interrupted && (is_drained(bpftrace) || is_late)) {
		child_interrupt(bpftrace->child);
		bpftrace->interrupted = true;
	}
	if (is_late && now > bpftrace->stop_ns + 2 * DRAIN_MS * NS_PER_MS)
		bpftrace->ended = true;
	if (is_late && !is_drained(bpftrace))
		return error_set(err, -ETIME,
				 PROGRAM " did not give out its last events within %u s",
				 DRAIN_MS / 1000);
	return 0;
}

/* The output is over: what waits is given out, then it is the end, or an error. */
static int after_the_end(struct bpftrace_source *bpftrace, struct error *err)
{
	bpftrace->ended = true;
	if (bpftrace->reorder.heap.count > 0)
		return 0;
	return bpftrace->interrupted ? -ENODATA : child_ended(bpftrace->child, err);
}

static int bpftrace_next(struct source *source, struct event *event, struct error *err)
{
	struct bpftrace_source *bpftrace = bpftrace_of(source);
	int code = 1;

	while (code > 0) {
		if (reorder_pop(&bpftrace->reorder, horizon(bpftrace), event))
			return 1;
		code = bpftrace->ended ? -ENODATA : read_lines(bpftrace, err);
		if (code == -ENODATA) {
			code = after_the_end(bpftrace, err);
			code = code == 0 ? 1 : code;
		}
	}
	return code == 0 ? end_if_drained(bpftrace, err) : code;
}

static int bpftrace_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	const struct bpftrace_source *bpftrace = bpftrace_of(source);
	int most = bpftrace->stop_ns ? 20 : 1000;
	int code = child_wait(bpftrace->child, bpftrace->stop_ns ? -1 : wake_fd,
			      timeout_ms < 0 || timeout_ms > most ? most : timeout_ms);

	return code < 0 ? error_set(err, code, "cannot wait for " PROGRAM ": %s", strerror(-code))
			: 0;
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
	free(bpftrace->seen_ns);
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

static int find_program(const struct source_host *host, char *path, size_t size, struct error *err)
{
	if (child_find(PROGRAM, path, size) < 0) {
		error_set(err, -ENOENT, PROGRAM " is not installed");
		error_remedy(err, "sudo apt install " PROGRAM);
		return -ENOENT;
	}
	if (!host->state->initial_pid_ns)
		return error_set(err, -EINVAL,
				 PROGRAM " has the host's pids, which this pid "
					 "namespace does not show");
	return 0;
}

static void fill_info(struct bpftrace_source *bpftrace)
{
	host_info_fill(&bpftrace->source.info, &bpftrace->identity);
	bpftrace->source.info.has_execs = true;
}

static int set_up(struct bpftrace_source *bpftrace, const struct request *request,
		  const struct source_host *host, struct error *err)
{
	struct cpu_list online;
	char path[256];
	int code = find_program(host, path, sizeof(path), err);

	if (code < 0)
		return code;
	code = cpu_list_read("/sys/devices/system/cpu/online", &online);
	if (code < 0)
		return error_set(err, code, "cannot read which CPUs are online: %s",
				 strerror(-code));
	code = try_scripts(bpftrace, request, path, &online, host, err);
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
			  struct error *err)
{
	struct source *source;
	int code = bpftrace_open(request, host, &source, err);

	if (code == 0)
		bpftrace_free(source);
	return code;
}

const struct source_type bpftrace_source_type = {
	.name = PROGRAM,
	.limits = "arguments, users, exit statuses and cgroups are not known",
	.events = EVENT_SHOWABLE,
	.serves = NEED_TASKS,
	.probe = bpftrace_probe,
	.open = bpftrace_open,
};
