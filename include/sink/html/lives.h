/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running processes that the page knows, by pid. Memory is bounded by the number of pids, even
 * if exits are lost.
 */
#ifndef PXT_SINK_HTML_LIVES_H
#define PXT_SINK_HTML_LIVES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash_table.h"

struct life {
	int32_t pid;           /* the key */
	int32_t ppid;          /* -1: not known */
	int32_t row;           /* among the processes of the page */
	uint32_t is_older : 1; /* than the trace: it was shown as running */
	uint32_t threads : 31; /* made since it is known */
	UT_hash_handle hh;
};

/* NULL is none. Walk them by `hh.next`, in the order of lives_add(). */
struct lives {
	struct life *by_pid;
};

/* Free all of them. */
void lives_done(struct lives *lives);

/* Returns the process PID, borrowed until it is removed; NULL where there is none. */
struct life *lives_find(const struct lives *lives, int32_t pid);

/* Add a process; there is none with this pid. Returns NULL without memory. */
struct life *lives_add(struct lives *lives, int32_t pid);

/* Free LIFE. */
void lives_remove(struct lives *lives, struct life *life);

#endif
