/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/unfinished_execs.h"

#include <errno.h>
#include <stdlib.h>

/* Never a task's id: with this one the table does not run empty, or uthash would free its buckets
 * and make new ones at each exec. */
#define NO_TASK INT32_MIN

static struct unfinished_exec *find(const struct unfinished_execs *execs, int32_t sample_tid)
{
	struct unfinished_exec *exec = NULL;

	/* Mostly there is none. */
	if (HASH_COUNT(execs->by_tid) > 1)
		HASH_FIND_INT(execs->by_tid, &sample_tid, exec);
	return exec;
}

static struct unfinished_exec *insert(struct unfinished_execs *execs, int32_t sample_tid)
{
	struct unfinished_exec *exec = execs->taken ? execs->taken : malloc(sizeof(*exec));

	if (!exec)
		return NULL;
	execs->taken = NULL;
	*exec = (struct unfinished_exec){.sample_tid = sample_tid};
	HASH_ADD_INT(execs->by_tid, sample_tid, exec);
	if (exec->hh.tbl)
		return exec;
	free(exec);
	return NULL;
}

int unfinished_execs_init(struct unfinished_execs *execs)
{
	*execs = (struct unfinished_execs){0};
	return insert(execs, NO_TASK) ? 0 : -ENOMEM;
}

void unfinished_execs_done(struct unfinished_execs *execs)
{
	struct unfinished_exec *exec, *next;

	HASH_ITER (hh, execs->by_tid, exec, next) {
		HASH_DEL(execs->by_tid, exec);
		free(exec);
	}
	free(execs->taken);
}

int unfinished_execs_add(struct unfinished_execs *execs, int32_t sample_tid, struct text comm,
			 uint64_t losses)
{
	struct unfinished_exec *exec = find(execs, sample_tid);

	if (!exec)
		exec = insert(execs, sample_tid);
	if (!exec)
		return -ENOMEM;
	comm_set(&exec->comm, comm);
	exec->losses = losses;
	return 0;
}

const struct unfinished_exec *unfinished_execs_take(struct unfinished_execs *execs,
						    int32_t sample_tid)
{
	struct unfinished_exec *exec = find(execs, sample_tid);

	if (!exec)
		return NULL;
	HASH_DEL(execs->by_tid, exec);
	free(execs->taken);
	execs->taken = exec;
	return exec;
}
