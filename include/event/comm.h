/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of a task's name.
 */
#ifndef PXT_EVENT_COMM_H
#define PXT_EVENT_COMM_H

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* TASK_COMM_LEN of include/linux/sched.h, NUL included. */
#define TASK_COMM_SIZE 16

struct comm {
	char bytes[TASK_COMM_SIZE]; /* any bytes, then zeros; 16 may be the name's */
	uint8_t length;             /* 0: not known */
};

/* Copy NAME to COMM, cut at TASK_COMM_SIZE bytes. */
static inline void comm_set(struct comm *comm, struct text name)
{
	size_t length = name.length < TASK_COMM_SIZE ? name.length : TASK_COMM_SIZE;

	memset(comm->bytes, 0, TASK_COMM_SIZE);
	if (length > 0)
		memcpy(comm->bytes, name.bytes, length);
	comm->length = (uint8_t)length;
}

/* Returns a view of COMM, with NULL bytes where it is not known. */
static inline struct text comm_text(const struct comm *comm)
{
	return (struct text){comm->length > 0 ? comm->bytes : NULL, comm->length};
}

#endif
