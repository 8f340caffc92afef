/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of the process connector in the order of their times, each exec with what /proc showed
 * of its process right after it.
 */
#ifndef PXT_SOURCE_MESSAGE_QUEUE_H
#define PXT_SOURCE_MESSAGE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/heap.h"
#include "base/text.h"
#include "netlink/proc_connector.h"
#include "netlink/proc_message.h"
#include "task/proc_program.h"

/* A process as /proc showed it. */
struct proc_view {
	struct text comm; /* NULL: not known */
	char comm_bytes[32];
	bool has_program;
	struct proc_program program;
};

struct queued_message {
	struct heap_node node;
	struct proc_message message;
	struct proc_view *view; /* of an exec; NULL: /proc showed nothing */
	uint64_t read_ns;       /* when that had been read */
	bool is_doubtful;       /* the view may be of a later exec */
};

struct message_queue {
	struct proc_connector *connector;
	int proc_fd;
	bool skips_views; /* execs are not looked up in /proc */
	struct heap heap;
	uint64_t arrivals;
	uint64_t overruns;               /* of the connector's buffer, as of the last read */
	uint64_t started_ns, stopped_ns; /* other messages are not of the trace; 0: not yet */
	int32_t command; /* a process whose exits are, when they are after the stop; 0: none */
};

/*
 * Listen. PROC_FD is a directory fd of /proc, borrowed. Returns 0 (free with
 * message_queue_close()), or a negative errno with ERR filled and QUEUE closed.
 */
int message_queue_open(struct message_queue *queue, int proc_fd, struct error *err) MUST_CHECK;

void message_queue_close(struct message_queue *queue);

/* Queue what has come since the last time. Returns 0, or a negative errno with ERR filled. */
int message_queue_read(struct message_queue *queue, struct error *err) MUST_CHECK;

/* Whether MESSAGE is of the time between start and stop, or an exit of COMMAND. */
bool message_queue_is_of_trace(const struct message_queue *queue,
			       const struct proc_message *message);

/*
 * The oldest message, if it is not younger than UNTIL_NS and its view not younger than HORIZON_NS:
 * all that happened before that has come. NULL: none. The caller frees it (queued_message_free())
 * or puts it back.
 */
struct queued_message *message_queue_next(struct message_queue *queue, uint64_t until_ns,
					  uint64_t horizon_ns);
void message_queue_put_back(struct message_queue *queue, struct queued_message *message);

/* Whether there is a message that is not younger than UNTIL_NS. */
bool message_queue_has(const struct message_queue *queue, uint64_t until_ns);

void queued_message_free(struct queued_message *message);

/* Returns the look into /proc that is proven to be of MESSAGE, an exec; NULL: none. */
static inline const struct proc_view *queued_message_view(const struct queued_message *message)
{
	return message->is_doubtful ? NULL : message->view;
}

#endif
