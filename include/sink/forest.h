/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that a tree has to remember: those that were forked or seen, and have not ended.
 * Bounded by the number of pids, whatever gets lost.
 */
#ifndef PXT_SINK_FOREST_H
#define PXT_SINK_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "event/facts.h"

/* TASK_COMM_LEN of include/linux/sched.h is 16; vendors have 32. */
#define FOREST_NAME_SIZE 32

/* All but the pid is the caller's to change. */
struct forest_node {
	int32_t pid;
	int32_t ppid;       /* -1: not known */
	unsigned int depth; /* 0: its parents were never seen */
	uint64_t threads;   /* that it made since its last exec */
	bool is_shown;      /* it has a line */
	bool is_copy;       /* of its parent: it has run no program of its own */
	bool may_be_thread; /* of its fork, the kind is not known */
	size_t name_length;
	char name[FOREST_NAME_SIZE];
};

struct forest;

/* Returns NULL without memory. */
struct forest *forest_new(void);
void forest_free(struct forest *forest);

/* The process with this pid; NULL where there is none. Borrowed until it is removed. */
struct forest_node *forest_find(const struct forest *forest, int32_t pid);

/*
 * A new process, not shown yet, in the place of one with this pid whose end was not seen. Returns
 * NULL without memory.
 */
struct forest_node *forest_add(struct forest *forest, int32_t pid, int32_t ppid,
			       unsigned int depth);

/* NODE may be NULL. */
void forest_remove(struct forest *forest, struct forest_node *node);

/* How deep a child of the task that FACTS are about stands: below whoever of its parents, or itself
 * with AND_SELF, is the nearest one known here; 0 where none is. */
unsigned int forest_depth(const struct forest *forest, const struct facts *facts, bool and_self);

/* The one after NODE, in the order that they were added; the first one for NULL. NULL at the end.
 */
struct forest_node *forest_next(const struct forest *forest, const struct forest_node *node);

void forest_set_name(struct forest_node *node, struct text name);
struct text forest_name(const struct forest_node *node);

#endif
