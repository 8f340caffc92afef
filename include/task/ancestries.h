/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The chains of parents of processes. A chain is kept, since siblings share it and most events come
 * from few families, and found again while every ancestor in it is what it was: each has an id of
 * its own, lost by whatever changes what is told of it.
 */
#ifndef PXT_TASK_ANCESTRIES_H
#define PXT_TASK_ANCESTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/comm.h"
#include "event/facts.h"
#include "task/process.h"

/* The nearest ancestors that are reported; beyond them the ancestry counts as incomplete. */
#define ANCESTRY_MAX 256

/* Chains that are kept. */
#define ANCESTRIES_MAX 32U

struct kept_ancestry {
	uint64_t id;              /* 0: none is kept */
	uint64_t lineage_changes; /* of struct process_pool, when it was what it was */
	size_t count;
	bool complete;
	struct comm parent_comm;             /* the nearest one's name; the others borrow theirs */
	uint64_t lineage_ids[ANCESTRY_MAX];  /* of the ancestors */
	struct ancestor items[ANCESTRY_MAX]; /* nearest first */
};

/* All 0 at first. */
struct ancestries {
	uint64_t last_id; /* given to a lineage or a kept ancestry */
	struct kept_ancestry kept[ANCESTRIES_MAX];
};

/* Set the ancestry of PROCESS in FACTS, which borrows it until the next call. */
void ancestries_find(struct ancestries *ancestries, const struct process *process,
		     struct facts *facts);

#endif
