/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/message_queue.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/files.h"
#include "host/perf_clock.h"
#include "netlink/socket.h"

/* Of receive buffer, as far as the kernel grants it: some 10,000 messages. */
#define BUFFER_SIZE (8U * 1024U * 1024U)

void queued_message_free(struct queued_message *message)
{
	if (message)
		free(message->view);
	free(message);
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

static struct proc_view *read_view(int proc_fd, int32_t pid)
{
	struct proc_view *view = malloc(sizeof(*view));

	if (!view)
		return NULL;
	view->has_program = proc_program_read(proc_fd, pid, &view->program) == 0;
	view->comm = read_comm(proc_fd, pid, view->comm_bytes, sizeof(view->comm_bytes));
	return view;
}

/* ---- taking messages in ---- */

static struct queued_message *at(const struct message_queue *queue, size_t index)
{
	return (struct queued_message *)queue->heap.nodes[index];
}

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
static void doubt_views(struct message_queue *queue, const struct proc_message *message)
{
	for (size_t i = 0; i < queue->heap.count; i++) {
		struct queued_message *other = at(queue, i);

		if (other->view &&
		    (message->lost > 0 ||
		     (message->time_ns > other->message.time_ns &&
		      message->time_ns <= other->read_ns && changes(message, other->message.tgid))))
			other->is_doubtful = true;
	}
}

/* Messages are missing, whose place is known only once the next one of their CPU comes. */
static void doubt_after_overruns(struct message_queue *queue)
{
	const uint64_t overruns = proc_connector_counts(queue->connector).overruns;

	for (size_t i = 0; overruns != queue->overruns && i < queue->heap.count; i++)
		at(queue, i)->is_doubtful = true;
	queue->overruns = overruns;
}

/* The next exec of the same process may have been taken in before: CPUs tell on their own. */
static bool is_overtaken(const struct message_queue *queue, const struct queued_message *message)
{
	for (size_t i = 0; i < queue->heap.count; i++) {
		const struct proc_message *other = &at(queue, i)->message;

		if (other->time_ns > message->message.time_ns &&
		    changes(other, message->message.tgid))
			return true;
	}
	return false;
}

bool message_queue_is_of_trace(const struct message_queue *queue,
			       const struct proc_message *message)
{
	return message->time_ns >= queue->started_ns &&
	       (queue->stopped_ns == 0 || message->time_ns <= queue->stopped_ns ||
		(message->kind == PROC_EXIT && queue->command != 0 &&
		 message->tgid == queue->command));
}

static int take(struct message_queue *queue, const struct proc_message *message)
{
	struct queued_message *queued;

	doubt_views(queue, message);
	if (message->lost == 0 &&
	    (message->kind < PROC_FORK || !message_queue_is_of_trace(queue, message)))
		return 0;
	queued = calloc(1, sizeof(*queued));
	if (!queued || heap_reserve(&queue->heap, queue->heap.count + 1) < 0) {
		free(queued);
		return -ENOMEM;
	}
	queued->message = *message;
	queued->node = (struct heap_node){message->time_ns, queue->arrivals++};
	if (message->kind == PROC_EXEC && !queue->skips_views) {
		queued->view = read_view(queue->proc_fd, message->tgid);
		queued->read_ns = perf_clock_now_ns();
		queued->is_doubtful = is_overtaken(queue, queued);
	}
	heap_push(&queue->heap, &queued->node);
	return 0;
}

int message_queue_read(struct message_queue *queue, struct error *err)
{
	struct proc_message message;
	int code;

	while ((code = proc_connector_next(queue->connector, &message)) > 0) {
		code = take(queue, &message);
		if (code < 0)
			return error_no_memory(err);
	}
	doubt_after_overruns(queue);
	return code < 0 ? error_set(err, code, "cannot read the process connector: %s",
				    strerror(-code))
			: 0;
}

/* ---- giving them out ---- */

bool message_queue_has(const struct message_queue *queue, uint64_t until_ns)
{
	return queue->heap.count > 0 && queue->heap.nodes[0]->time_ns <= until_ns;
}

struct queued_message *message_queue_next(struct message_queue *queue, uint64_t until_ns,
					  uint64_t horizon_ns)
{
	struct queued_message *first;

	if (!message_queue_has(queue, until_ns) || at(queue, 0)->read_ns > horizon_ns)
		return NULL;
	first = at(queue, 0);
	heap_remove(&queue->heap, 0);
	return first;
}

void message_queue_put_back(struct message_queue *queue, struct queued_message *message)
{
	heap_push(&queue->heap, &message->node);
}

/* ---- all of it ---- */

int message_queue_open(struct message_queue *queue, int proc_fd, struct error *err)
{
	const struct proc_connector_options options = {.buffer_size = BUFFER_SIZE};

	*queue = (struct message_queue){.proc_fd = proc_fd};
	return proc_connector_open(&options, &queue->connector, err);
}

void message_queue_close(struct message_queue *queue)
{
	for (size_t i = 0; i < queue->heap.count; i++)
		queued_message_free(at(queue, i));
	heap_done(&queue->heap);
	if (queue->connector)
		proc_connector_close(queue->connector);
	*queue = (struct message_queue){0};
}
