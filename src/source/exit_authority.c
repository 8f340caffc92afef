/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/exit_authority.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "event/facts.h"
#include "event/usage.h"
#include "host/perf_clock.h"
#include "netlink/exit_stats.h"
#include "netlink/proc_connector.h"
#include "netlink/proc_message.h"
#include "netlink/socket.h"
#include "netlink/taskstats.h"
#include "source/notice.h"

/* 8,000 exits between two looks, each as large as the last one of several threads is. */
#define BUFFER_SIZE (32U * 1024U * 1024U)

union listener {
	struct taskstats_listener *taskstats;
	struct proc_connector *connector;
};

/* An authority. `next` returns 1, 0 where there is none now, or a negative errno. */
struct authority_type {
	const char *name;
	bool is_late;
	bool tells_usage;
	int (*open)(union listener *listener, struct error *err);
	void (*close)(union listener listener);
	int (*fd)(union listener listener);
	int (*next)(union listener listener, struct told_exit *told);
	uint64_t (*overruns)(union listener listener);
	struct netlink_counts (*counts)(union listener listener);
};

struct exit_authority {
	const struct authority_type *type;
	union listener listener;
	uint64_t overruns; /* as of the last look */
	bool wants_usage;
	bool counts_bytes; /* CONFIG_TASK_IO_ACCOUNTING */
};

/* ---- taskstats ---- */

static int stats_open(union listener *listener, struct error *err)
{
	return taskstats_open(BUFFER_SIZE, &listener->taskstats, err);
}

static void stats_close(union listener listener)
{
	taskstats_close(listener.taskstats);
}

static int stats_fd(union listener listener)
{
	return taskstats_fd(listener.taskstats);
}

static struct task_usage usage_of(const struct exit_stats *stats)
{
	return (struct task_usage){
		.known = true,
		.is_only = stats->is_only,
		.user_us = stats->utime_us,
		.system_us = stats->stime_us,
		.run_ns = stats->run_ns,
		.max_rss_kib = stats->hiwater_rss_kb,
		.read_bytes = stats->read_bytes,
		.written_bytes = stats->write_bytes,
	};
}

static int stats_next(union listener listener, struct told_exit *told)
{
	struct exit_stats stats;
	int code = taskstats_next(listener.taskstats, &stats);

	if (code <= 0)
		return code;
	*told = (struct told_exit){
		.tid = stats.tid,
		.tgid = stats.tgid,
		.time_ns = perf_clock_now_ns(),
		.status = stats.status,
		.usage = usage_of(&stats),
	};
	if (stats.is_last)
		told->flags |= TOLD_LAST;
	if (stats.version < EXIT_STATS_STATUS_OF_THREADS)
		told->flags |= TOLD_LEADER;
	return 1;
}

static uint64_t stats_overruns(union listener listener)
{
	return taskstats_overruns(listener.taskstats);
}

static struct netlink_counts stats_counts(union listener listener)
{
	return taskstats_counts(listener.taskstats);
}

static const struct authority_type taskstats = {
	.name = "taskstats",
	.tells_usage = true,
	.open = stats_open,
	.close = stats_close,
	.fd = stats_fd,
	.next = stats_next,
	.overruns = stats_overruns,
	.counts = stats_counts,
};

/* ---- the process connector ---- */

static int connector_open(union listener *listener, struct error *err)
{
	const struct proc_connector_options options = {
		.buffer_size = BUFFER_SIZE,
		.kinds = 1U << PROC_EXIT,
	};

	return proc_connector_open(&options, &listener->connector, err);
}

static void connector_close(union listener listener)
{
	proc_connector_close(listener.connector);
}

static int connector_fd(union listener listener)
{
	return proc_connector_fd(listener.connector);
}

static int connector_next(union listener listener, struct told_exit *told)
{
	struct proc_message message;
	int code;

	do {
		code = proc_connector_next(listener.connector, &message);
	} while (code > 0 && message.kind != PROC_EXIT);
	if (code > 0)
		*told = (struct told_exit){
			.tid = message.tid,
			.tgid = message.tgid,
			.time_ns = message.time_ns,
			.status = message.status,
			.flags = TOLD_HAS_TIME,
		};
	return code;
}

static uint64_t connector_overruns(union listener listener)
{
	return proc_connector_overruns(listener.connector);
}

static struct netlink_counts connector_counts(union listener listener)
{
	return proc_connector_counts(listener.connector);
}

static const struct authority_type connector = {
	.name = "process connector",
	.is_late = true,
	.open = connector_open,
	.close = connector_close,
	.fd = connector_fd,
	.next = connector_next,
	.overruns = connector_overruns,
	.counts = connector_counts,
};

/* ---- the table ---- */

/* The one that needs no waiting first. */
static const struct authority_type *const types[] = {&taskstats, &connector};

static int open_type(const struct authority_type *type, struct exit_authority **opened,
		     struct error *err)
{
	struct exit_authority *authority = calloc(1, sizeof(*authority));

	if (!authority)
		return error_no_memory(err);
	int code = type->open(&authority->listener, err);
	if (code < 0) {
		free(authority);
		return code;
	}
	authority->type = type;
	authority->counts_bytes = access("/proc/self/io", F_OK) == 0;
	*opened = authority;
	return 0;
}

/* CODE is what opening TYPE came to, and WHY it failed. */
static void notice_opened(const struct request *request, const struct authority_type *type,
			  int code, const struct error *why)
{
	if (code < 0 && type->tells_usage && request->needs & NEED_USAGE)
		notice(request, "--usage: CPU time, memory and I/O are not known: %s", why->what);
	if (request->verbose && code < 0)
		notice(request, "no exit statuses from the kernel's %s: %s", type->name, why->what);
	else if (request->verbose)
		notice(request, "exit statuses from the kernel's %s", type->name);
}

int exit_authority_open(const struct request *request, struct exit_authority **opened)
{
	struct error why;
	int code = -ENOENT;

	for (size_t i = 0; code < 0 && i < ARRAY_SIZE(types); i++) {
		code = open_type(types[i], opened, &why);
		notice_opened(request, types[i], code, &why);
	}
	if (code == 0)
		(*opened)->wants_usage = (request->needs & NEED_USAGE) != 0;
	return code;
}

const char *exit_authority_probe(void)
{
	struct exit_authority *authority;
	struct error ignored;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (open_type(types[i], &authority, &ignored) < 0)
			continue;
		exit_authority_close(authority);
		return types[i]->name;
	}
	return NULL;
}

void exit_authority_close(struct exit_authority *authority)
{
	if (!authority)
		return;
	authority->type->close(authority->listener);
	free(authority);
}

const char *exit_authority_name(const struct exit_authority *authority)
{
	return authority->type->name;
}

bool exit_authority_is_late(const struct exit_authority *authority)
{
	return authority->type->is_late;
}

bool exit_authority_tells_usage(const struct exit_authority *authority)
{
	return authority->wants_usage && authority->type->tells_usage;
}

int exit_authority_fd(const struct exit_authority *authority)
{
	return authority->type->fd(authority->listener);
}

bool exit_authority_next(struct exit_authority *authority, struct told_exit *told)
{
	if (authority->type->next(authority->listener, told) <= 0)
		return false;
	told->usage.known = exit_authority_tells_usage(authority);
	told->usage.has_bytes = authority->counts_bytes;
	return true;
}

bool exit_authority_overran(struct exit_authority *authority)
{
	uint64_t overruns = authority->type->overruns(authority->listener);
	bool is_new = overruns != authority->overruns;

	authority->overruns = overruns;
	return is_new;
}

uint64_t exit_authority_lost(struct exit_authority *authority)
{
	return authority->type->counts(authority->listener).dropped;
}
