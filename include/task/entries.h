/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live tasks by their ids: what the task table knows of each, and what is kept of it for facts.
 */
#ifndef PXT_TASK_ENTRIES_H
#define PXT_TASK_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/hash_table.h"
#include "event/event.h"
#include "task/task_table.h"
#include "task/thread.h"

struct entry {
	struct task task; /* .tid is the key */
	UT_hash_handle hh;
	bool missing;        /* it was not alive when it was last looked for */
	struct group *group; /* whose thread it is; NULL: it is a leader, or that is not known */
	struct entry *before, *behind; /* in the group */
	struct thread thread;          /* but for its birth all zero where no facts are kept */
};

/* The threads of a process that are known, but for its leader. */
struct group {
	int32_t tgid; /* the key */
	struct entry *threads;
	UT_hash_handle hh;
};

/* All zero is none. */
struct entries {
	struct entry *by_tid;
	struct group *groups; /* none is empty */
	struct entry *exited; /* removed, but still borrowed by somebody */
	struct entry *next;   /* to be looked for; NULL: begin anew */
	struct entry *spare;  /* removed, to be used again; linked by hh.next */
	size_t followed;
};

void entries_done(struct entries *entries);

/* NULL: none. */
static inline struct entry *entries_find(const struct entries *entries, int32_t tid)
{
	struct entry *entry;

	HASH_FIND_INT(entries->by_tid, &tid, entry);
	return entry;
}

/* The same, or the task that was taken out last, if it is that one. */
const struct entry *entries_find_late(const struct entries *entries, int32_t tid);

/* Add TASK, which is not there yet. Returns NULL without memory. */
struct entry *entries_insert(struct entries *entries, const struct task *task);

/* Take ENTRY out; it stays readable until the next one is taken out. */
void entries_retire(struct entries *entries, struct entry *entry);

/* ENTRY is followed from now on, if FOLLOWED; else it stays as it is. */
void entries_follow(struct entries *entries, struct entry *entry, bool followed);

/* ENTRY is of process TGID; <= 0: not known. What is known stays. Returns 0 or -ENOMEM. */
int entries_join_group(struct entries *entries, struct entry *entry, int32_t tgid) MUST_CHECK;

/* A thread of process TGID other than its leader; NULL: none is known. */
struct entry *entries_find_thread(const struct entries *entries, int32_t tgid);

bool entries_is_followed(const struct entries *entries, int32_t tid);

/*
 * The task that EVENT happened to; one that was never seen is a thread of the sample's process.
 * Returns NULL without memory.
 */
struct entry *entries_find_or_add(struct entries *entries, int32_t tid, const struct event *event);

#endif
