/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running processes that the tree knows: forked or seen, and not ended. Memory is bounded by
 * the number of pids, even if exits are lost.
 */
#ifndef PXT_SINK_FOREST_H
#define PXT_SINK_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/hash_table.h"
#include "base/text.h"
#include "event/facts.h"

/* A process that has called no exec for so long after its fork counts as a lasting copy. */
#define FOREST_PATIENCE_NS (20 * NS_PER_MS)

/* TASK_COMM_LEN of include/linux/sched.h is 16; some vendors' kernels have 32. */
#define FOREST_NAME_SIZE 32

/* All but the pid is the caller's to change. */
struct forest_node {
	int32_t pid;
	int32_t ppid;       /* -1: not known */
	uint64_t born_ns;   /* when it was forked; EVENT_NO_TIME: not known */
	unsigned int depth; /* 0: no parent is known here */
	uint64_t threads;   /* made since its last exec */
	bool is_shown;      /* it has a line */
	bool is_copy;       /* of its parent: it has called no exec */
	bool may_be_thread; /* the kind of its fork is not known */
	bool has_origin;    /* a line named its parent */
	bool is_older;      /* than the trace: its first line said that it was running */
	size_t name_length;
	char name[FOREST_NAME_SIZE];
	UT_hash_handle hh;

	/* Private to forest.c: among those that wait. */
	bool is_waiting;
	struct forest_node *prev, *next;
};

/* All 0 is an empty one. Walk it by `hh.next`, in the order of forest_add(). */
struct forest {
	struct forest_node *by_pid;
	struct forest_node *waiting; /* for an exec, the oldest first; NULL: none */
};

/* Free all nodes. */
void forest_done(struct forest *forest);

/* Returns the process PID, borrowed until it is removed; NULL where there is none. */
struct forest_node *forest_find(const struct forest *forest, int32_t pid);

/*
 * Add a process, not shown yet. A node with the same pid, whose exit was lost, is replaced. Returns
 * NULL without memory.
 */
struct forest_node *forest_add(struct forest *forest, int32_t pid, int32_t ppid,
			       unsigned int depth);

/* Free NODE, which may be NULL. */
void forest_remove(struct forest *forest, struct forest_node *node);

/* Let NODE, which has just been forked, wait for its exec; removing it ends that too. */
void forest_wait(struct forest *forest, struct forest_node *node);
void forest_end_wait(struct forest *forest, struct forest_node *node);

/* Returns the oldest node that has waited for FOREST_PATIENCE_NS at NOW_NS, NULL where none has. */
struct forest_node *forest_overdue(const struct forest *forest, uint64_t now_ns);

/*
 * Returns the depth of a child of the task that FACTS describe: that of its nearest ancestor in the
 * forest, with AND_SELF the task itself if that is there, and one more if that is shown; 0 where
 * there is none.
 */
unsigned int forest_depth(const struct forest *forest, const struct facts *facts, bool and_self);

/* Copy NAME, cut at FOREST_NAME_SIZE bytes. */
void forest_set_name(struct forest_node *node, struct text name);

/* Returns the name, borrowed from NODE. */
struct text forest_name(const struct forest_node *node);

#endif
