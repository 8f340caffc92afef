/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "event/comm.h"
#include "event/event.h"
#include "event/facts.h"
#include "host/diagnose.h"
#include "host/identity.h"
#include "host/perf_clock.h"
#include "host/state.h"
#include "netlink/proc_connector.h"
#include "perf/cpu_ring.h"
#include "perf/cpu_rings.h"
#include "perf/perf_event.h"
#include "perf/record.h"
#include "perf/ring_stream.h"
#include "source/exit_pidfds.h"
#include "source/host_info.h"
#include "source/message_queue.h"
#include "source/notice.h"
#include "source/request.h"
#include "source/sideband_records.h"
#include "source/source.h"
#include "source/waiting_events.h"

/* Half of what the kernel grants the rings of one user, so that two may trace at once. */
#define PAGES 64

/* How far the horizon stays behind the clock, as that of the rings. */
#define SLACK_NS (2 * NS_PER_MS)

/* Sleeps while events wait for messages or for the horizon, ms. */
#define WAITING_MS 3

/* After the stop the exit of a COMMAND that perf has lost sight of may take as long. */
#define LAST_EXIT_NS (100 * NS_PER_MS)

struct sideband_source {
	struct source source;
	const struct request *request;
	struct host_identity identity;
	int32_t command;
	struct ring_stream *stream;
	struct message_queue queue; /* of the connector, where it tells */
	int wait_fd;                /* epoll: the caller's, and the connector */
	struct sideband_tasks tasks;
	struct record record; /* the last one */
	bool is_held;         /* older messages come before it */
	uint64_t horizon_ns;  /* what happened before that, the messages have told */
	uint64_t settled_ns;  /* messages older than that have had their turn */
	uint64_t overruns;    /* of the connector, as of the last look */
	uint64_t stopped_ns;  /* 0: not yet */
	bool is_at_end;       /* of the rings */
	bool told_blind, told_overrun;
	struct waiting_event *given; /* the last event borrows from it */
	uint64_t undecoded;
	int code; /* of reading messages */
	struct error error;
};

static struct sideband_source *sideband_of(struct source *source)
{
	return (struct sideband_source *)source;
}

/* ---- messages ---- */

/* The clock before the messages: what is older is among them, but for the slack. */
static void read_messages(void *context)
{
	struct sideband_source *sideband = context;
	const uint64_t now = perf_clock_now_ns();

	sideband->horizon_ns = now - SLACK_NS;
	if (!sideband->tasks.has_messages)
		return;
	/* For whoever is in sight, perf tells names and files. */
	sideband->queue.skips_views =
		!(sideband->tasks.needs & NEED_ARGUMENTS) && sideband->tasks.hidden == 0;
	sideband->code = message_queue_read(&sideband->queue, &sideband->error);
	if (sideband->queue.overruns == sideband->overruns)
		return;
	sideband->overruns = sideband->queue.overruns;
	if (sideband_tasks_forget_hidden(&sideband->tasks) == 0 || sideband->told_overrun)
		return;
	sideband->told_overrun = true;
	notice(sideband->request,
	       "messages of the process connector were lost: what setuid, setgid "
	       "and unreadable programs that run now do is not shown any more");
}

/* Take the messages that are not younger than UNTIL_NS. Returns 0 or -ENOMEM. */
static int take_messages(struct sideband_source *sideband, uint64_t until_ns)
{
	struct queued_message *message;

	while ((message = message_queue_next(&sideband->queue, until_ns, sideband->horizon_ns))) {
		if (sideband_tasks_message(&sideband->tasks, message) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- records ---- */

static void tell_blind(struct sideband_source *sideband)
{
	if (sideband->tasks.vanished == 0 || sideband->tasks.has_messages || sideband->told_blind)
		return;
	sideband->told_blind = true;
	notice(sideband->request,
	       "a program that is setuid, setgid or not readable was executed: what it and its "
	       "descendants do from there on is not shown");
}

/* The record that is held has its turn, once what is older has had it. Returns 0 or -ENOMEM. */
static int take_held(struct sideband_source *sideband)
{
	int code = take_messages(sideband, sideband->record.time_ns);

	sideband->is_held = message_queue_has(&sideband->queue, sideband->record.time_ns);
	if (code < 0 || sideband->is_held)
		return code;
	code = sideband_tasks_record(&sideband->tasks, &sideband->record, perf_clock_now_ns());
	tell_blind(sideband);
	if (code != -EBADMSG)
		return code;
	sideband->undecoded++;
	return 0;
}

/* All records of the round are taken: what is older than its horizon has its turn. */
static int end_round(struct sideband_source *sideband, int code)
{
	const uint64_t until_ns = ring_stream_horizon(sideband->stream);

	sideband->is_at_end = code == -ENODATA;
	code = take_messages(sideband, until_ns);
	sideband->settled_ns = message_queue_has(&sideband->queue, until_ns)
				       ? sideband->queue.heap.nodes[0]->time_ns
				       : sideband->horizon_ns;
	return code;
}

/* Read one more record or all messages. 1: there may be more, 0: there is none now. */
static int advance(struct sideband_source *sideband, struct error *err)
{
	int code = 0;

	if (sideband->is_held || sideband->is_at_end)
		read_messages(sideband);
	else
		code = ring_stream_next(sideband->stream, &sideband->record, err);
	if (code < 0 && code != -ENODATA)
		return code;
	if (sideband->code < 0) {
		*err = sideband->error;
		return sideband->code;
	}
	bool has_record = sideband->is_held || code > 0;
	if (has_record)
		code = take_held(sideband);
	else
		code = end_round(sideband, sideband->is_at_end ? -ENODATA : code);
	if (code < 0)
		return error_no_memory(err);
	return has_record && !sideband->is_held;
}

/* ---- giving events out ---- */

static bool give(struct sideband_source *sideband, struct event *event)
{
	/* Not by the clock: we may have slept while the messages came. */
	struct waiting_event *next = sideband_tasks_next(&sideband->tasks, sideband->settled_ns);

	if (!next)
		return false;
	waiting_event_free(sideband->given);
	sideband->given = next;
	*event = next->event;
	return true;
}

static bool is_over(const struct sideband_source *sideband)
{
	return sideband->is_at_end && !sideband->tasks.events.first &&
	       (!sideband_tasks_is_hidden(&sideband->tasks, sideband->command) ||
		perf_clock_now_ns() - sideband->stopped_ns >= LAST_EXIT_NS);
}

static int sideband_next(struct source *source, struct event *event, struct error *err)
{
	struct sideband_source *sideband = sideband_of(source);
	int code = 1;

	while (!give(sideband, event)) {
		if (code == 0)
			return is_over(sideband) ? -ENODATA : 0;
		code = advance(sideband, err);
		if (code < 0)
			return code;
	}
	return 1;
}

/* ---- running ---- */

static int sideband_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	struct sideband_source *sideband = sideband_of(source);
	const bool is_waiting =
		sideband->is_held || sideband->is_at_end || sideband->tasks.events.first != NULL;

	(void)wake_fd;
	if (is_waiting && (timeout_ms < 0 || timeout_ms > WAITING_MS))
		timeout_ms = WAITING_MS;
	return ring_stream_wait(sideband->stream, sideband->wait_fd, timeout_ms, err);
}

static int sideband_start(struct source *source, const struct request *request, struct error *err)
{
	struct sideband_source *sideband = sideband_of(source);

	(void)request;
	sideband->queue.started_ns = perf_clock_now_ns();
	return ring_stream_enable(sideband->stream, err);
}

static void sideband_stop(struct source *source)
{
	struct sideband_source *sideband = sideband_of(source);

	if (sideband->stopped_ns == 0)
		sideband->stopped_ns = perf_clock_now_ns();
	ring_stream_stop(sideband->stream);
}

static void sideband_stats(struct source *source, struct source_stats *stats)
{
	const struct sideband_source *sideband = sideband_of(source);

	stats->lost = ring_stream_lost(sideband->stream);
	stats->late = ring_stream_late(sideband->stream);
	stats->statuses_lost = sideband->tasks.statuses_missing;
	stats->undecoded = sideband->undecoded;
}

static void sideband_free(struct source *source)
{
	struct sideband_source *sideband = sideband_of(source);

	ring_stream_free(sideband->stream);
	waiting_event_free(sideband->given);
	sideband_tasks_done(&sideband->tasks);
	message_queue_close(&sideband->queue);
	if (sideband->wait_fd >= 0)
		close(sideband->wait_fd);
	free(sideband);
}

static const struct source_ops sideband_ops = {
	.start = sideband_start,
	.next = sideband_next,
	.wait = sideband_wait,
	.stop = sideband_stop,
	.stats = sideband_stats,
	.free = sideband_free,
};

/* ---- opening ---- */

static void notice_cpu(void *context, int cpu, int online)
{
	(void)online;
	notice(context, "CPU %d came online: what happens on it is not shown", cpu);
}

static struct cpu_ring_plan plan_of(const struct request *request, int32_t command, bool at_once)
{
	return (struct cpu_ring_plan){
		.command = command,
		.pages = request->mmap_pages ? request->mmap_pages : PAGES,
		.may_shrink = request->mmap_pages == 0,
		.at_once = at_once,
		.features = PERF_FEATURES_ALL,
	};
}

/* Of its own tasks, perf takes less than of the host. */
static int refuse(const struct host_state *host, int code, struct error *err)
{
	if (host->perf_syscall != PERF_SYSCALL_REFUSED || !host->has_paranoid ||
	    host->paranoid <= 2)
		return diagnose_refusal(host, code, err);
	error_set(err, code,
		  "kernel.perf_event_paranoid is %d; users may trace their own commands at 2 and "
		  "below",
		  host->paranoid);
	error_remedy(err, "sudo sysctl kernel.perf_event_paranoid=2");
	return code;
}

static int open_rings(struct sideband_source *sideband, const struct source_host *host,
		      struct error *err)
{
	const struct request *request = sideband->request;
	struct cpu_rings_options rings = {
		.plan = plan_of(request, host->command_pid, sideband->tasks.pidfds != NULL),
		.sysfs_online = CPU_RINGS_ONLINE,
		.notice = notice_cpu,
		.notice_context = (void *)(uintptr_t)request,
	};
	const uint32_t wanted = rings.plan.pages;
	int code = ring_stream_open(&rings, &sideband->stream, err);

	if (code < 0)
		return refuse(host->state, code, err);
	if (request->verbose)
		notice(request, "ring buffers of %u pages per CPU, not more than %u",
		       rings.plan.pages, wanted);
	ring_stream_set_refreshed(sideband->stream, read_messages, sideband);
	if (sideband->tasks.pidfds && ring_stream_set_preview(sideband->stream, exit_pidfds_preview,
							      sideband->tasks.pidfds) < 0)
		return error_no_memory(err);
	return 0;
}

/*
 * Statuses of exits, arguments, and what perf does not see of setuid programs come from the
 * connector; where that does not tell, for WHY, statuses come from pidfds. Returns 0 or -ENOMEM.
 */
static int open_others(struct sideband_source *sideband, const struct source_host *host,
		       struct error *why)
{
	struct sideband_tasks *tasks = &sideband->tasks;

	tasks->needs = sideband->request->needs;
	tasks->proc_fd = host->proc_fd;
	tasks->command_status = host->command_status;
	tasks->has_messages = message_queue_open(&sideband->queue, host->proc_fd, why) == 0;
	if (tasks->has_messages || !(tasks->needs & NEED_STATUS))
		return 0;
	int code = exit_pidfds_open(&tasks->pidfds);
	if (code == 0)
		exit_pidfds_add(tasks->pidfds, host->command_pid, false, 0);
	return code == -ENOMEM ? code : 0;
}

static void notice_others(const struct sideband_source *sideband, const struct error *why)
{
	const struct request *request = sideband->request;
	const struct sideband_tasks *tasks = &sideband->tasks;

	if (tasks->pidfds)
		notice(request,
		       "exit statuses are from pidfds, where those could be opened in time, and "
		       "arguments are not known: %s",
		       why->what);
	else if (!tasks->has_messages && (request->needs || request->verbose))
		notice(request, "exit statuses and arguments are not known: %s", why->what);
	else if (request->verbose)
		notice(request, "exit statuses from the process connector");
}

static int watch(const struct sideband_source *sideband, int fd)
{
	struct epoll_event readable = {.events = EPOLLIN};

	return epoll_ctl(sideband->wait_fd, EPOLL_CTL_ADD, fd, &readable);
}

static int open_wait(struct sideband_source *sideband, int wake_fd, struct error *err)
{
	sideband->wait_fd = epoll_create1(EPOLL_CLOEXEC);
	if (sideband->wait_fd < 0 || watch(sideband, wake_fd) < 0 ||
	    (sideband->tasks.has_messages &&
	     watch(sideband, proc_connector_fd(sideband->queue.connector)) < 0))
		return error_set(err, -errno, "cannot wait for events: %s", strerror(errno));
	return 0;
}

/* COMMAND is forked, and has our name until its exec. */
static int name_command(struct sideband_source *sideband)
{
	char comm[TASK_COMM_SIZE] = "";

	prctl(PR_GET_NAME, comm);
	return sideband_tasks_init(&sideband->tasks, sideband->command,
				   (struct text){comm, strlen(comm)});
}

static int set_up(struct sideband_source *sideband, const struct source_host *host,
		  struct error *err)
{
	struct error why = {0};

	if (name_command(sideband) < 0 || open_others(sideband, host, &why) < 0)
		return error_no_memory(err);
	int code = open_rings(sideband, host, err);
	if (code < 0)
		return code;
	notice_others(sideband, &why);
	return open_wait(sideband, host->wake_fd, err);
}

static void fill_info(struct sideband_source *sideband)
{
	struct source_info *info = &sideband->source.info;

	host_info_fill(info, &sideband->identity);
	info->has_execs = true;
	info->is_of_command = true;
	info->opens_events = true;
	info->reads_processes = true;
}

static int sideband_open(const struct request *request, const struct source_host *host,
			 struct source **source, struct error *err)
{
	struct sideband_source *sideband = calloc(1, sizeof(*sideband));

	if (!sideband)
		return error_no_memory(err);
	sideband->source.ops = &sideband_ops;
	sideband->request = request;
	sideband->command = host->command_pid;
	sideband->wait_fd = -1;
	int code = set_up(sideband, host, err);
	if (code < 0) {
		sideband_free(&sideband->source);
		return code;
	}
	fill_info(sideband);
	*source = &sideband->source;
	return 0;
}

/* Try it on ourselves. */
static int sideband_probe(const struct request *request, const struct source_host *host,
			  struct error *err)
{
	struct cpu_rings_options rings = {
		.plan = plan_of(request, (int32_t)getpid(), false),
		.sysfs_online = CPU_RINGS_ONLINE,
	};
	struct cpu_rings *opened;
	int code = cpu_rings_open(&rings, &opened, err);

	if (code < 0)
		return refuse(host->state, code, err);
	cpu_rings_free(opened);
	return 0;
}

const struct source_type sideband_source_type = {
	.name = "sideband",
	.limits = "no priorities, users or cgroups; arguments only of processes that live for a "
		  "few ms",
	.events = EVENT_SHOWABLE,
	.serves = NEED_TASKS | NEED_ARGUMENTS | NEED_STATUS,
	.has_rings = true,
	.of_command_only = true,
	.probe = sideband_probe,
	.open = sideband_open,
};
