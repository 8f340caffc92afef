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
#include "source/host_info.h"
#include "source/execsnoop_line.h"
#include "source/request.h"
#include "source/sentinel.h"
#include "source/source.h"

/* For so long it may take to be compiled and attached: BCC's brings a compiler. */
#define ATTACH_MS 20000U
#define SENTINEL_MS 200U
/* At the end, for so long its last lines may take. */
#define DRAIN_MS 2000U
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
	bool started, stopped, interrupted;
	uint64_t drain_until_ns;
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

/* Whether LINE is of a sentinel that is awaited: 1, 0, or -EBADMSG where it is told wrongly. */
static int settle_sentinel(struct execsnoop_source *execsnoop, const struct execsnoop_line *line)
{
	for (size_t i = 0; i < execsnoop->sentinel_count; i++) {
		const struct sentinel *sentinel = &execsnoop->sentinels[i];

		if (line->pid != sentinel->child)
			continue;
		if (line->ppid != sentinel->parent ||
		    line->comm.length != strlen(sentinel->new_name) ||
		    memcmp(line->comm.bytes, sentinel->new_name, line->comm.length) != 0 ||
		    !line->path.bytes || line->path.length != strlen(sentinel->path) ||
		    memcmp(line->path.bytes, sentinel->path, line->path.length) != 0)
			return -EBADMSG;
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
	if (!skip_to_heading(execsnoop))
		return 0;
	const struct text output = child_output(execsnoop->child);
	ssize_t got = execsnoop_line_parse(output, line);
	if (got == 0 && !child_is_full(execsnoop->child))
		return 0;
	if (got <= 0)
		return error_set(err, -EBADMSG, "execsnoop printed no line of an exec: '%.*s'",
				 output.length < 80 ? (int)output.length : 80, output.bytes);
	execsnoop->used = (size_t)got;
	return 1;
}

/* 1 where something was read, 0, -ENODATA at the end of its output. */
static int read_more(struct execsnoop_source *execsnoop, struct error *err)
{
	struct text text;
	int got = child_read(execsnoop->child);

	if (got < 0 && got != -ENODATA)
		return error_set(err, got, "cannot read from execsnoop: %s", strerror(-got));
	while (child_error_line(execsnoop->child, &text))
		look_for_loss(execsnoop, text);
	return got;
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

/* Take what there is: 1 once a sentinel is back, 0 where none is. */
static int look_for_sentinel(struct execsnoop_source *execsnoop, struct error *err)
{
	struct execsnoop_line line;
	int code = read_more(execsnoop, err);

	if (code == -ENODATA)
		return child_ended(execsnoop->child, err);
	while (code >= 0 && (code = next_line(execsnoop, &line, err)) > 0) {
		code = settle_sentinel(execsnoop, &line);
		if (code < 0)
			return error_set(err, code, "execsnoop tells a process of ours wrongly");
		if (code > 0)
			return 1;
	}
	return code;
}

static int await_sentinel(struct execsnoop_source *execsnoop, int wake_fd, struct error *err)
{
	uint64_t until = clock_now_ns(CLOCK_MONOTONIC) + SENTINEL_MS * NS_PER_MS;
	int code = 0;

	while (code == 0 && clock_now_ns(CLOCK_MONOTONIC) < until) {
		code = child_wait(execsnoop->child, wake_fd, 20);
		if (code == 0)
			code = look_for_sentinel(execsnoop, err);
	}
	return code;
}

static int attach(struct execsnoop_source *execsnoop, int wake_fd, struct error *err)
{
	uint64_t until = clock_now_ns(CLOCK_MONOTONIC) + ATTACH_MS * NS_PER_MS;

	while (clock_now_ns(CLOCK_MONOTONIC) < until) {
		int code = send_sentinel(execsnoop, SENTINEL_ANY_CPU, err);

		if (code == 0)
			code = await_sentinel(execsnoop, wake_fd, err);
		if (code != 0)
			return code < 0 ? code : 0;
	}
	return error_set(err, -ETIME, "execsnoop was not attached after %u s", ATTACH_MS / 1000);
}

/* ---- running ---- */

static int execsnoop_start(struct source *source, const struct request *request, struct error *err)
{
	(void)request;
	(void)err;
	execsnoop_of(source)->started = true;
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

/* 1 with the next event, 0, -EBADMSG. */
static int next_event(struct execsnoop_source *execsnoop, struct event *event, struct error *err)
{
	struct execsnoop_line line;
	int code;

	if (make_lost(execsnoop, event))
		return 1;
	while ((code = next_line(execsnoop, &line, err)) > 0) {
		int is_sentinel = settle_sentinel(execsnoop, &line);

		if (is_sentinel < 0)
			return error_set(err, -EBADMSG,
					 "execsnoop tells a process of ours wrongly");
		if (is_sentinel == 0 && execsnoop->started) {
			make_exec(execsnoop, &line, event);
			return 1;
		}
	}
	return code;
}

/* Nothing is there: stopped, it is asked to end once it has told of the last sentinels. */
static int end_if_drained(struct execsnoop_source *execsnoop, struct error *err)
{
	bool is_late;

	if (!execsnoop->stopped)
		return 0;
	is_late = clock_now_ns(CLOCK_MONOTONIC) > execsnoop->drain_until_ns;
	if (is_late && execsnoop->sentinel_count > 0)
		return error_set(err, -ETIME,
				 "execsnoop did not give out its last events within %u s",
				 DRAIN_MS / 1000);
	if (execsnoop->sentinel_count > 0)
		return 0;
	execsnoop->interrupted = true;
	return -ENODATA;
}

static int execsnoop_next(struct source *source, struct event *event, struct error *err)
{
	struct execsnoop_source *execsnoop = execsnoop_of(source);
	int code;

	if (execsnoop->interrupted)
		return -ENODATA;
	do {
		code = next_event(execsnoop, event, err);
		if (code != 0)
			return code;
		code = read_more(execsnoop, err);
	} while (code > 0);
	if (code == -ENODATA)
		return child_ended(execsnoop->child, err);
	return code == 0 ? end_if_drained(execsnoop, err) : code;
}

static int execsnoop_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	const struct execsnoop_source *execsnoop = execsnoop_of(source);
	int code = child_wait(execsnoop->child, execsnoop->stopped ? -1 : wake_fd,
			      execsnoop->stopped ? 20 : timeout_ms);

	return code < 0 ? error_set(err, code, "cannot wait for execsnoop: %s", strerror(-code))
			: 0;
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
	execsnoop->drain_until_ns = clock_now_ns(CLOCK_MONOTONIC) + DRAIN_MS * NS_PER_MS;
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
static const char *const programs[] = {"execsnoop", "execsnoop-bpfcc"};

static int start_program(struct execsnoop_source *execsnoop, const char *name, int wake_fd,
			 struct error *err)
{
	static const char *const variables[] = {"PYTHONUNBUFFERED=1", NULL};
	char path[256], quoted[] = "-q";
	char *argv[] = {path, quoted, NULL};

	if (child_find(name, path, sizeof(path)) < 0)
		return -ENOENT;
	child_free(execsnoop->child);
	execsnoop->child = NULL;
	execsnoop->headed = false;
	execsnoop->used = execsnoop->sentinel_count = 0;
	int code = child_start(argv, variables, CHILD_TERMINAL, &execsnoop->child, err);
	return code == 0 ? attach(execsnoop, wake_fd, err) : code;
}

static int start_any(struct execsnoop_source *execsnoop, int wake_fd, struct error *err)
{
	int best = -ENOENT;

	error_set(err, best, "execsnoop is not installed");
	error_remedy(err, "sudo apt install libbpf-tools");
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct error why = {0};
		int code = start_program(execsnoop, programs[i], wake_fd, &why);

		if (code == 0)
			*err = (struct error){0};
		if (code == 0 || code == -EINTR)
			return code;
		/* Why the first that is there does not work. */
		if (best == -ENOENT && code != -ENOENT) {
			best = code;
			*err = why;
		}
	}
	return best;
}

static void fill_info(struct execsnoop_source *execsnoop)
{
	host_info_fill(&execsnoop->source.info, &execsnoop->identity);
}

/* It tells of no forks: who descends from whom is not known. */
static int check_request(const struct request *request, const struct source_host *host,
			 struct error *err)
{
	if (request->command || request->follow)
		return error_set(err, -EINVAL, "-b execsnoop cannot serve %s: it tells of no forks",
				 request->command ? "a COMMAND" : "-f");
	if (!host->state->initial_pid_ns)
		return error_set(err, -EINVAL,
				 "execsnoop has the host's pids, which this pid "
				 "namespace does not show");
	return 0;
}

static int execsnoop_open(const struct request *request, const struct source_host *host,
			  struct source **source, struct error *err)
{
	int code = check_request(request, host, err);

	if (code < 0)
		return code;
	struct execsnoop_source *execsnoop = calloc(1, sizeof(*execsnoop));
	if (!execsnoop)
		return error_no_memory(err);
	execsnoop->source.ops = &execsnoop_ops;
	code = start_any(execsnoop, host->wake_fd, err);
	if (code < 0) {
		execsnoop_free(&execsnoop->source);
		return code;
	}
	fill_info(execsnoop);
	*source = &execsnoop->source;
	return 0;
}

static int execsnoop_probe(const struct request *request, const struct source_host *host,
			   struct error *err)
{
	struct source *source;
	int code = execsnoop_open(request, host, &source, err);

	if (code == 0)
		execsnoop_free(source);
	return code;
}

const struct source_type execsnoop_source_type = {
	.name = "execsnoop",
	.limits = "execs only, and of them no more than pid, name and file; times are those "
		  "at which their lines came",
	.events = EVENT_BIT(EVENT_EXEC),
	.probe = execsnoop_probe,
	.open = execsnoop_open,
};
