/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/heap.h"
#include "event/event.h"
#include "event/facts.h"
#include "host/identity.h"
#include "host/perf_clock.h"
#include "host/proc.h"
#include "host/state.h"
#include "netlink/proc_connector.h"
#include "netlink/proc_message.h"
#include "netlink/socket.h"
#include "source/names.h"
#include "source/source.h"
#include "task/proc_program.h"

/*
 * How far the horizon stays behind the clock: a message has its time before it is in our buffer, by
 * microseconds, more where a hypervisor parks the CPU.
 */
#define SLACK_NS 2000000ULL

/* Sleeps while messages are younger than the horizon, ms. */
#define PENDING_MS 3

/* Of receive buffer, as far as the kernel grants it: some 10,000 messages. */
#define BUFFER_SIZE (8U * 1024U * 1024U)

/* What /proc showed of a process right after its exec. */
struct view {
	struct text comm; /* NULL: not known */
	char comm_bytes[32];
	bool has_program;
	struct proc_program program;
};

/* A message that waits for its turn. */
struct pending {
	struct heap_node node;
	struct proc_message message;
	struct view *view; /* of an exec; NULL: /proc showed nothing */
	uint64_t read_ns;  /* when that had been read */
	bool is_doubtful;  /* the view may be of a later exec */
};

struct connector_source {
	struct source source;
	struct proc_connector *connector;
	struct host_identity identity;
	struct names *names;
	int proc_fd;
	struct heap heap;
	uint64_t arrivals;
	uint64_t horizon_ns;             /* of this round; 0: none is under way */
	uint64_t started_ns, stopped_ns; /* 0: not yet */
	uint64_t newest_ns, late, lost;
	struct pending *given; /* the last event borrows from it */
	struct event fork;     /* to be given out next; EVENT_TYPES: none */
	struct exec_image image;
};

static struct connector_source *connector_of(struct source *source)
{
	return (struct connector_source *)source;
}

static void free_pending(struct pending *pending)
{
	if (pending)
		free(pending->view);
	free(pending);
}

/* ---- what /proc shows ---- */

static struct text read_comm(int proc_fd, int32_t tid, char *bytes, size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/comm", tid);
	ssize_t got = file_read_at(proc_fd, path, bytes, size);
	/* A newline ends it; it may hold others. */
	return got > 0 ? (struct text){bytes, (size_t)got - 1} : (struct text){NULL, 0};
}

static struct view *read_view(int proc_fd, int32_t pid)
{
	struct view *view = malloc(sizeof(*view));

	if (!view)
		return NULL;
	view->has_program = proc_program_read(proc_fd, pid, &view->program) == 0;
	view->comm = read_comm(proc_fd, pid, view->comm_bytes, sizeof(view->comm_bytes));
	return view;
}

/* ---- taking messages in ---- */

/* Whether MESSAGE changes what /proc shows of process TGID. */
static bool changes(const struct proc_message *message, int32_t tgid)
{
	switch (message->kind) {
	case PROC_EXEC:
		return message->tgid == tgid;
	case PROC_EXIT:
	case PROC_COMM:
		return message->tid == tgid;
	default:
		return false;
	}
}

/*
 * A view is proven by time: it was read after its exec and before the next one, the end, or a new
 * name of that process. After a loss nothing is.
 */
static void doubt_views(struct connector_source *connector, const struct proc_message *message)
{
	for (size_t i = 0; i < connector->heap.count; i++) {
		struct pending *other = (struct pending *)connector->heap.nodes[i];

		if (other->view &&
		    (message->lost > 0 ||
		     (message->time_ns > other->message.time_ns &&
		      message->time_ns <= other->read_ns && changes(message, other->message.tgid))))
			other->is_doubtful = true;
	}
}

/* The next exec of the same process may have been taken in before: CPUs tell on their own. */
static bool is_overtaken(const struct connector_source *connector, const struct pending *pending)
{
	for (size_t i = 0; i < connector->heap.count; i++) {
		const struct pending *other = (const struct pending *)connector->heap.nodes[i];

		if (other->message.time_ns > pending->message.time_ns &&
		    changes(&other->message, pending->message.tgid))
			return true;
	}
	return false;
}

static bool is_of_this_trace(const struct connector_source *connector,
			     const struct proc_message *message)
{
	return message->time_ns >= connector->started_ns &&
	       (connector->stopped_ns == 0 || message->time_ns <= connector->stopped_ns);
}

static int take(struct connector_source *connector, const struct proc_message *message)
{
	struct pending *pending;

	doubt_views(connector, message);
	if (message->lost == 0 &&
	    (message->kind < PROC_FORK || !is_of_this_trace(connector, message)))
		return 0;
	pending = calloc(1, sizeof(*pending));
	if (!pending || heap_reserve(&connector->heap, connector->heap.count + 1) < 0) {
		free(pending);
		return -ENOMEM;
	}
	pending->message = *message;
	pending->node = (struct heap_node){message->time_ns, connector->arrivals++};
	if (message->kind == PROC_EXEC) {
		pending->view = read_view(connector->proc_fd, message->tgid);
		pending->read_ns = perf_clock_now_ns();
		pending->is_doubtful = is_overtaken(connector, pending);
	}
	heap_push(&connector->heap, &pending->node);
	return 0;
}

/* The clock before the messages: what is older is among them, but for the slack. */
static int start_round(struct connector_source *connector, struct error *err)
{
	struct proc_message message;
	uint64_t now = perf_clock_now_ns();
	int code;

	while ((code = proc_connector_next(connector->connector, &message)) > 0) {
		code = take(connector, &message);
		if (code < 0)
			return error_no_memory(err);
	}
	connector->horizon_ns = now - SLACK_NS;
	return code < 0 ? error_set(err, code, "cannot read the process connector: %s",
				    strerror(-code))
			: 0;
}

/* ---- giving events out ---- */

/* The oldest message whose turn it is, ours; NULL: none. */
static struct pending *next_due(struct connector_source *connector)
{
	struct pending *first;

	if (connector->heap.count == 0)
		return NULL;
	first = (struct pending *)connector->heap.nodes[0];
	if (first->message.time_ns > connector->horizon_ns ||
	    first->read_ns > connector->horizon_ns)
		return NULL;
	heap_remove(&connector->heap, 0);
	return first;
}

static struct event event_of(const struct proc_message *message, enum event_type type)
{
	return (struct event){
		.type = type,
		.cpu = message->cpu,
		.time_ns = message->time_ns,
		.sample_pid = message->tgid,
		.sample_tid = message->tid,
		.current_tid = message->tid,
	};
}

/*
 * Of a thread the connector does not tell who made it: its process stands for it. A child has the
 * name of whoever made it.
 */
static int make_fork(struct connector_source *connector, const struct proc_message *message,
		     struct event *event)
{
	const bool is_thread = message->tid != message->tgid;
	const int32_t parent = is_thread ? message->tgid : message->parent_tid;
	struct event *fork = &connector->fork;

	*event = event_of(message, EVENT_CHILD);
	event->child.pid = message->tgid;
	event->child.tid = message->tid;
	*fork = event_of(message, EVENT_FORK);
	fork->sample_pid = is_thread ? message->tgid : message->parent_tgid;
	fork->sample_tid = parent;
	fork->fork.parent_tid = parent;
	fork->fork.child_tid = message->tid;
	fork->fork.parent_comm = names_of(connector->names, parent);
	if (names_set(connector->names, message->tid, message->tgid, fork->fork.parent_comm) < 0)
		return -ENOMEM;
	fork->fork.child_comm = names_of(connector->names, message->tid);
	return 1;
}

static const struct exec_image *make_image(struct connector_source *connector,
					   const struct view *view)
{
	struct arguments *arguments = &connector->image.arguments;

	connector->image = (struct exec_image){.arguments.argc = -1};
	if (!view || !view->has_program)
		return &connector->image;
	*arguments = view->program.arguments;
	arguments->source = ARGV_PROC;
	if (arguments->complete)
		arguments->argc = arguments->known.count;
	return &connector->image;
}

static int make_exec(struct connector_source *connector, const struct pending *pending,
		     struct event *event)
{
	const struct view *view = pending->is_doubtful ? NULL : pending->view;
	const int32_t pid = pending->message.tgid;
	const struct text comm = view ? view->comm : (struct text){NULL, 0};

	*event = event_of(&pending->message, EVENT_EXEC);
	event->sample_tid = pid;
	event->exec.pid = pid;
	/* Of a thread that execs, the exit of the old leader came before. */
	event->exec.old_pid = names_thread_of(connector->names, pid);
	if (event->exec.old_pid != pid)
		names_forget(connector->names, event->exec.old_pid);
	event->exec.image = make_image(connector, view);
	if (view && view->has_program)
		event->exec.filename = view->program.filename;
	if (names_set(connector->names, pid, pid, comm) < 0)
		return -ENOMEM;
	event->exec.comm = names_of(connector->names, pid);
	return 1;
}

static int make_exit(const struct connector_source *connector, const struct proc_message *message,
		     struct event *event)
{
	*event = event_of(message, EVENT_EXIT);
	event->exit.pid = message->tid;
	event->exit.prio = EVENT_NO_PRIO;
	event->exit.comm = names_of(connector->names, message->tid);
	event->exit.has_status = true;
	event->exit.status = message->status;
	return 1;
}

static int take_comm(struct connector_source *connector, const struct proc_message *message,
		     struct event *event)
{
	const struct text comm = {message->comm, strlen(message->comm)};

	*event = event_of(message, EVENT_COMM);
	event->comm.tid = message->tid;
	event->comm.comm = comm;
	return names_set(connector->names, message->tid, message->tgid, comm) < 0 ? -ENOMEM : 1;
}

/* 1 with the event of PENDING, 0 where it has none, -ENOMEM. */
static int make_event(struct connector_source *connector, struct pending *pending,
		      struct event *event)
{
	const struct proc_message *message = &pending->message;

	switch (is_of_this_trace(connector, message) ? message->kind : PROC_OTHER) {
	case PROC_FORK:
		return make_fork(connector, message, event);
	case PROC_EXEC:
		return make_exec(connector, pending, event);
	case PROC_EXIT:
		return make_exit(connector, message, event);
	case PROC_COMM:
		return take_comm(connector, message, event);
	default:
		return 0;
	}
}

/* What is missing before PENDING comes first, and PENDING itself again. */
static void make_lost(struct connector_source *connector, struct pending *pending,
		      struct event *event)
{
	*event = event_of(&pending->message, EVENT_LOST);
	event->lost.count = pending->message.lost;
	connector->lost += pending->message.lost;
	pending->message.lost = 0;
	heap_push(&connector->heap, &pending->node);
}

static int give(struct connector_source *connector, struct pending *pending, struct event *event)
{
	const uint64_t time_ns = pending->message.time_ns;

	if (pending->message.lost > 0) {
		make_lost(connector, pending, event);
		return 1;
	}
	/* What exited is named until its event has been looked at. */
	if (connector->given && connector->given->message.kind == PROC_EXIT)
		names_forget(connector->names, connector->given->message.tid);
	free_pending(connector->given);
	connector->given = pending;
	if (time_ns < connector->newest_ns)
		connector->late++;
	else
		connector->newest_ns = time_ns;
	return make_event(connector, pending, event);
}

/* Nothing is due: the end, once all that happened until the stop has been given out. */
static int finish_round(struct connector_source *connector)
{
	bool has_ended = connector->stopped_ns != 0 &&
			 connector->horizon_ns > connector->stopped_ns &&
			 connector->heap.count == 0;

	connector->horizon_ns = 0;
	return has_ended ? -ENODATA : 0;
}

static int connector_next(struct source *source, struct event *event, struct error *err)
{
	struct connector_source *connector = connector_of(source);
	struct pending *pending;
	int code = 0;

	if (connector->fork.type != EVENT_TYPES) {
		*event = connector->fork;
		connector->fork.type = EVENT_TYPES;
		return 1;
	}
	if (connector->horizon_ns == 0)
		code = start_round(connector, err);
	while (code == 0) {
		pending = next_due(connector);
		if (!pending)
			return finish_round(connector);
		code = give(connector, pending, event);
		if (code < 0)
			error_no_memory(err);
	}
	return code;
}

/* ---- running ---- */

static int connector_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	struct connector_source *connector = connector_of(source);
	const bool pending = connector->heap.count > 0 || connector->stopped_ns != 0;
	struct pollfd polls[] = {
		{.fd = wake_fd, .events = POLLIN},
		/* At once: /proc shows a process only as long as it lives. */
		{.fd = proc_connector_fd(connector->connector), .events = POLLIN},
	};

	if (pending && (timeout_ms < 0 || timeout_ms > PENDING_MS))
		timeout_ms = PENDING_MS;
	if (poll(polls, sizeof(polls) / sizeof(polls[0]), timeout_ms) < 0 && errno != EINTR)
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
	connector->started_ns = perf_clock_now_ns();
	int code = proc_visit(connector->proc_fd, name_task, connector);
	return code < 0 ? error_set(err, code, "cannot read /proc: %s", strerror(-code)) : 0;
}

static void connector_stop(struct source *source)
{
	struct connector_source *connector = connector_of(source);

	if (connector->stopped_ns == 0)
		connector->stopped_ns = perf_clock_now_ns();
}

static void connector_stats(struct source *source, struct source_stats *stats)
{
	const struct connector_source *connector = connector_of(source);

	stats->lost = connector->lost;
	stats->late = connector->late;
	stats->undecoded = proc_connector_counts(connector->connector).malformed;
}

static void connector_free(struct source *source)
{
	struct connector_source *connector = connector_of(source);

	for (size_t i = 0; i < connector->heap.count; i++)
		free_pending((struct pending *)connector->heap.nodes[i]);
	heap_done(&connector->heap);
	free_pending(connector->given);
	names_free(connector->names);
	if (connector->connector)
		proc_connector_close(connector->connector);
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
	struct source_info *info = &connector->source.info;
	const struct host_identity *identity = &connector->identity;

	host_identity_of_this_host(&connector->identity);
	info->host = identity->name[0] ? identity->name : NULL;
	info->boot_id = identity->boot_id[0] ? identity->boot_id : NULL;
	/* Even where it may be off by more than 0.1 ms: there is no better one. */
	bool exact = perf_clock_wall_offset(&info->wall_offset_ns);
	(void)exact;
	info->wall_offset_known = true;
	info->has_times = true;
	info->has_execs = true;
}

static int connector_open(const struct request *request, const struct source_host *host,
			  struct source **source, struct error *err)
{
	const struct proc_connector_options options = {.buffer_size = BUFFER_SIZE};
	struct connector_source *connector = calloc(1, sizeof(*connector));

	(void)request;
	if (!connector)
		return error_no_memory(err);
	connector->source.ops = &connector_ops;
	connector->proc_fd = host->proc_fd;
	connector->fork.type = EVENT_TYPES;
	connector->names = names_new();
	int code = connector->names ? proc_connector_open(&options, &connector->connector, err)
				    : error_no_memory(err);
	if (code < 0) {
		connector_free(&connector->source);
		return code;
	}
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
	.limits = "names and arguments of processes that live for less than some ms may be "
		  "unknown; priorities, users and cgroups are",
	.events = EVENT_SHOWABLE,
	.facts = FACT_BIT(FACT_TASKS) | FACT_BIT(FACT_ARGUMENTS) | FACT_BIT(FACT_STATUS),
	.probe = connector_probe,
	.open = connector_open,
};
