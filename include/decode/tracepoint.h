/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tracepoints that this tool knows.
 */
#ifndef PXT_DECODE_TRACEPOINT_H
#define PXT_DECODE_TRACEPOINT_H

#include <stdbool.h>

/* The first three are shown, in the order of enum event_type; the others feed the task table. */
enum tracepoint {
	TRACEPOINT_FORK,
	TRACEPOINT_EXEC,
	TRACEPOINT_EXIT,
	TRACEPOINT_NEW_TASK,     /* a fork's clone_flags */
	TRACEPOINT_SIGNAL_SENT,  /* in the context of who sends it */
	TRACEPOINT_SIGNAL_TAKEN, /* in the context of who gets it */
	TRACEPOINT_OOM_VICTIM,   /* whom the OOM killer chose */
	TRACEPOINT_EXIT_GROUP,   /* exit_group(2) with its code */
	TRACEPOINT_EXIT_THREAD,  /* exit(2), the system call: of one thread */
	TRACEPOINT_COUNT
};

#define TRACEPOINTS_SHOWN 3

#define TRACEPOINT_BIT(tracepoint) (1U << (tracepoint))

struct tracepoint_name {
	const char *system, *name;
};

extern const struct tracepoint_name tracepoint_names[TRACEPOINT_COUNT];

#endif
