/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "event/event.h"
#include "event/facts.h"
#include "host/identity.h"
#include "host/perf_clock.h"
#include "host/proc.h"
#include "netlink/proc_connector.h"
#include "netlink/proc_message.h"
#include "source/host_info.h"
#include "source/message_events.h"
#include "source/message_queue.h"
#include "source/names.h"
#include "source/source.h"

/*
 * How far the horizon stays behind the clock: a message has its time before it is in our buffer, by
 * microseconds, more where a hypervisor parks the CPU.
 */
#define SLACK_NS 2000000ULL

/*
 * After the stop the exit of COMMAND may take as long: its parent is told before the connector
 * tells (do_exit(), kernel/exit.c).
 */
#define LAST_EXIT_NS (100 * NS_PER_MS)

/* Sleeps while messages are younger than the horizon, ms. */
#define PENDING_MS 3

struct connector_source {
	struct source source;
	struct message_queue queue;
	struct host_identity identity;
	struct names *names;
	uint64_t horizon_ns;    /* of this round; 0: none is under way */
	size_t command_threads; /* of COMMAND, which have not ended */
	uint64_t newest_ns, late, lost;
	struct queued_message *given; /* the last event borrows from it */
	struct event fork;            /* to be given out next; EVENT_TYPES: none */
	struct exec_image image;
};

static struct connector_source *connector_of(struct source *source)
{
	return (struct connector_source *)source;
}

/* The clock before the messages: what is older is among them, but for the slack. */
static int start_round(struct connector_source *connector, struct error *err)
{
	uint64_t now = perf_clock_now_ns();
	int code = message_queue_read(&connector->queue, err);

	connector->horizon_ns = now - SLACK_NS;
	return code;
}

/* ---- giving events out ---- */

static int make_exec(struct connector_source *connector, const struct queued_message *queued,
		     struct event *event)
{
	const struct proc_view *view = queued_message_view(queued);
	const struct text unknown = {NULL, 0};

	connector->image = message_image(view);
	int code =
		message_exec(connector->names, &queued->message, view ? view->comm : unknown,
			     view && view->has_program ? view->program.filename : unknown, event);
	event->exec.image = &connector->image;
	return code;
}

static int take_comm(struct connector_source *connector, const struct proc_message *message,
		     struct event *event)
{
	const struct text comm = {message->comm, strlen(message->comm)};

	return message_comm(connector->names, message, comm, event);
}

static void count_threads(struct connector_source *connector, const struct proc_message *message)
{
	if (connector->command_threads == 0 || message->tgid != connector->queue.command)
		return;
	if (message->kind == PROC_FORK)
		connector->command_threads++;
	else if (message->kind == PROC_EXIT)
		connector->command_threads--;
}

/* 1 with the event of QUEUED, 0 where it has none, -ENOMEM. */
static int make_event(struct connector_source *connector, const struct queued_message *queued,
		      struct event *event)
{
	const struct proc_message *message = &queued->message;
	int code = 0;

	switch (message_queue_is_of_trace(&connector->queue, message) ? message->kind
								      : PROC_OTHER) {
	case PROC_FORK:
		count_threads(connector, message);
		code = message_fork_by_process(connector->names, message, event, &connector->fork);
		break;
	case PROC_EXEC:
		code = make_exec(connector, queued, event);
		break;
	case PROC_EXIT:
		count_threads(connector, message);
		message_exit(connector->names, message, event);
		break;
	case PROC_COMM:
		code = take_comm(connector, message, event);
		break;
	default:
		return 0;
	}
	return code < 0 ? code : 1;
}

/* What is missing before QUEUED comes first, and QUEUED itself again. */
static void make_lost(struct connector_source *connector, struct queued_message *queued,
		      struct event *event)
{
	*event = message_event(&queued->message, EVENT_LOST);
	event->lost.count = queued->message.lost;
	connector->lost += queued->message.lost;
	queued->message.lost = 0;
	message_queue_put_back(&connector->queue, queued);
}

static int give(struct connector_source *connector, struct queued_message *queued,
		struct event *event)
{
	const uint64_t time_ns = queued->message.time_ns;

	if (queued->message.lost > 0) {
		make_lost(connector, queued, event);
		return 1;
	}
	/* What exited is named until its event has been looked at. */
	if (connector->given && connector->given->message.kind == PROC_EXIT)
		names_forget(connector->names, connector->given->message.tid);
	queued_message_free(connector->given);
	connector->given = queued;
	if (time_ns < connector->newest_ns)
		connector->late++;
	else
		connector->newest_ns = time_ns;
	return make_event(connector, queued, event);
}

/* What is missing after the last message of each CPU, which has no other place. */
static int make_last_loss(struct connector_source *connector, struct event *event)
{
	const uint64_t dropped = proc_connector_counts(connector->queue.connector).dropped;

	if (dropped <= connector->lost)
		return -ENODATA;
	*event = (struct event){
		.type = EVENT_LOST,
		.cpu = EVENT_NO_CPU,
		.time_ns = connector->newest_ns,
		.lost.count = dropped - connector->lost,
	};
	connector->lost = dropped;
	return 1;
}

/* Until when exits of COMMAND are awaited after the stop. */
static uint64_t end_ns(const struct connector_source *connector)
{
	return connector->queue.stopped_ns + (connector->command_threads > 0 ? LAST_EXIT_NS : 0);
}

/* Nothing is due: the end, once all that happened until the stop has been given out. */
static int finish_round(struct connector_source *connector, struct event *event)
{
	bool has_ended = connector->queue.stopped_ns != 0 &&
			 connector->horizon_ns > end_ns(connector) &&
			 connector->queue.heap.count == 0;

	connector->horizon_ns = 0;
	return has_ended ? make_last_loss(connector, event) : 0;
}

static int connector_next(struct source *source, struct event *event, struct error *err)
{
	struct connector_source *connector = connector_of(source);
	struct queued_message *queued;
	int code = 0;

	if (connector->fork.type != EVENT_TYPES) {
		*event = connector->fork;
		connector->fork.type = EVENT_TYPES;
		return 1;
	}
	if (connector->horizon_ns == 0)
		code = start_round(connector, err);
	while (code == 0) {
		queued = message_queue_next(&connector->queue, connector->horizon_ns,
					    connector->horizon_ns);
		if (!queued)
			return finish_round(connector, event);
		code = give(connector, queued, event);
		if (code < 0)
			error_no_memory(err);
	}
	return code;
}

/* ---- running ---- */

static int connector_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	struct connector_source *connector = connector_of(source);
	const bool pending = connector->queue.heap.count > 0 || connector->queue.stopped_ns != 0;
	struct pollfd polls[] = {
		{.fd = wake_fd, .events = POLLIN},
		/* At once: /proc shows a process only as long as it lives. */
		{.fd = proc_connector_fd(connector->queue.connector), .events = POLLIN},
	};

	if (pending && (timeout_ms < 0 || timeout_ms > PENDING_MS))
		timeout_ms = PENDING_MS;
	if (poll(polls, ARRAY_SIZE(polls), timeout_ms) < 0 && errno != EINTR)
		return error_set(err, -errno, "cannot wait for events: %s", strerror(errno));
	return 0;
}

static void name_task(void *context, const struct proc_task *task)
{
	struct connector_source *connector = context;
	const struct text comm = {task->comm, strlen(task->comm)};

	/* Without memory it stays unknown. */
	if (names_set(connector->names, task->tid, task->pid, comm) < 0)
		return;
}

static int connector_start(struct source *source, const struct request *request, struct error *err)
{
	struct connector_source *connector = connector_of(source);

	(void)request;
	connector->queue.started_ns = perf_clock_now_ns();
	int code = proc_visit(connector->queue.proc_fd, name_task, connector);
	return code < 0 ? error_set(err, code, "cannot read /proc: %s", strerror(-code)) : 0;
}

static void connector_stop(struct source *source)
{
	struct connector_source *connector = connector_of(source);

	if (connector->queue.stopped_ns == 0)
		connector->queue.stopped_ns = perf_clock_now_ns();
}

static void connector_stats(struct source *source, struct source_stats *stats)
{
	const struct connector_source *connector = connector_of(source);

	stats->lost = connector->lost;
	stats->late = connector->late;
	stats->undecoded = proc_connector_counts(connector->queue.connector).malformed;
}

static void connector_free(struct source *source)
{
	struct connector_source *connector = connector_of(source);

	queued_message_free(connector->given);
	names_free(connector->names);
	message_queue_close(&connector->queue);
	free(connector);
}

static const struct source_ops connector_ops = {
	.start = connector_start,
	.next = connector_next,
	.wait = connector_wait,
	.stop = connector_stop,
	.stats = connector_stats,
	.free = connector_free,
};

/* ---- opening ---- */

static void fill_info(struct connector_source *connector)
{
	host_info_fill(&connector->source.info, &connector->identity);
	connector->source.info.has_execs = true;
	/* The executable of each exec. */
	connector->source.info.reads_processes = true;
}

static int connector_open(const struct request *request, const struct source_host *host,
			  struct source **source, struct error *err)
{
	struct connector_source *connector = calloc(1, sizeof(*connector));

	(void)request;
	if (!connector)
		return error_no_memory(err);
	connector->source.ops = &connector_ops;
	connector->fork.type = EVENT_TYPES;
	connector->names = names_new();
	int code = connector->names ? message_queue_open(&connector->queue, host->proc_fd, err)
				    : error_no_memory(err);
	if (code < 0) {
		connector_free(&connector->source);
		return code;
	}
	connector->queue.command = host->command_pid;
	connector->command_threads = host->command_pid != 0;
	fill_info(connector);
	*source = &connector->source;
	return 0;
}

static int connector_probe(const struct request *request, const struct source_host *host,
			   struct error *err)
{
	(void)request;
	(void)host;
	return proc_connector_probe(err);
}

const struct source_type connector_source_type = {
	.name = "connector",
	.limits = "no priorities, users or cgroups; names and arguments only of processes that "
		  "live for a few ms",
	.events = EVENT_SHOWABLE,
	.serves = NEED_TASKS | NEED_ARGUMENTS | NEED_STATUS,
	.probe = connector_probe,
	.open = connector_open,
};
