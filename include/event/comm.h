/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of a task's name.
 */
#ifndef PXT_EVENT_COMM_H
#define PXT_EVENT_COMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* TASK_COMM_LEN of include/linux/sched.h, NUL included. */
#define TASK_COMM_SIZE 16

struct comm {
	char bytes[TASK_COMM_SIZE]; /* any bytes, then zeros; 16 may be the name's */
	uint8_t length;             /* 0: not known */
};

/* Returns how much of NAME a comm takes. */
static inline size_t comm_length(struct text name)
{
	return name.length < TASK_COMM_SIZE ? name.length : TASK_COMM_SIZE;
}

/* As memcpy(), for up to TASK_COMM_SIZE bytes: two moves that may overlap, and no call. */
static inline void comm_copy(char *to, const char *from, size_t length)
{
	uint64_t words[2];
	uint32_t halves[2];

	if (length >= 8) {
		memcpy(&words[0], from, 8);
		memcpy(&words[1], from + length - 8, 8);
		memcpy(to, &words[0], 8);
		memcpy(to + length - 8, &words[1], 8);
	} else if (length >= 4) {
		memcpy(&halves[0], from, 4);
		memcpy(&halves[1], from + length - 4, 4);
		memcpy(to, &halves[0], 4);
		memcpy(to + length - 4, &halves[1], 4);
	} else {
		for (size_t i = 0; i < length; i++)
			to[i] = from[i];
	}
}

/* Copy NAME to COMM, cut at TASK_COMM_SIZE bytes. */
static inline void comm_set(struct comm *comm, struct text name)
{
	const size_t length = comm_length(name);

	memset(comm->bytes, 0, TASK_COMM_SIZE);
	comm_copy(comm->bytes, name.bytes, length);
	comm->length = (uint8_t)length;
}

/* Returns whether A and B are the same name, or both not known. */
static inline bool comm_equals(const struct comm *a, const struct comm *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, TASK_COMM_SIZE) == 0;
}

/* Returns a view of COMM, with NULL bytes where it is not known. */
static inline struct text comm_text(const struct comm *comm)
{
	return (struct text){comm->length > 0 ? comm->bytes : NULL, comm->length};
}

#endif
