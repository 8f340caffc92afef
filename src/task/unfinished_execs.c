/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/unfinished_execs.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash_table.h"

/* One that others have displaced from the array. Its EXEC may have been lost. */
struct older_exec {
	struct unfinished_exec exec; /* its sample_tid is the key */
	UT_hash_handle hh;
};

static void forget_taken(struct unfinished_execs *execs)
{
	free(execs->taken);
	execs->taken = NULL;
}

void unfinished_execs_done(struct unfinished_execs *execs)
{
	struct older_exec *exec, *next;

	HASH_ITER (hh, execs->older, exec, next) {
		HASH_DEL(execs->older, exec);
		free(exec);
	}
	forget_taken(execs);
}

/* The index in the array, or UNFINISHED_EXECS_NEW. */
static unsigned int find_new(const struct unfinished_execs *execs, int32_t sample_tid)
{
	unsigned int i = 0;

	if (execs->count == 0)
		return UNFINISHED_EXECS_NEW;
	while (i < UNFINISHED_EXECS_NEW &&
	       !(execs->is_used[i] && execs->newest[i].sample_tid == sample_tid))
		i++;
	return i;
}

static struct older_exec *find_old(const struct unfinished_execs *execs, int32_t sample_tid)
{
	struct older_exec *older = NULL;

	if (execs->older)
		HASH_FIND_INT(execs->older, &sample_tid, older);
	return older;
}

static int displace(struct unfinished_execs *execs, unsigned int index)
{
	struct older_exec *older = malloc(sizeof(*older));

	if (!older)
		return -ENOMEM;
	older->exec = execs->newest[index];
	HASH_ADD_INT(execs->older, exec.sample_tid, older);
	if (older->hh.tbl)
		return 0;
	free(older);
	return -ENOMEM;
}

/* Set *INDEX to a place in the array that is free now. */
static int make_room(struct unfinished_execs *execs, unsigned int *index)
{
	for (*index = 0; *index < UNFINISHED_EXECS_NEW; (*index)++) {
		if (!execs->is_used[*index])
			break;
	}
	if (*index < UNFINISHED_EXECS_NEW) {
		execs->is_used[*index] = true;
		execs->count++;
		return 0;
	}
	*index = execs->next;
	execs->next = (execs->next + 1) % UNFINISHED_EXECS_NEW;
	return displace(execs, *index);
}

/* Set *EXEC to that of SAMPLE_TID, made if there is none yet. */
static int find_or_add(struct unfinished_execs *execs, int32_t sample_tid,
		       struct unfinished_exec **exec)
{
	unsigned int index = find_new(execs, sample_tid);
	struct older_exec *older =
		index < UNFINISHED_EXECS_NEW ? NULL : find_old(execs, sample_tid);

	if (older) {
		*exec = &older->exec;
		return 0;
	}
	if (index == UNFINISHED_EXECS_NEW && make_room(execs, &index) < 0)
		return -ENOMEM;
	*exec = &execs->newest[index];
	return 0;
}

int unfinished_execs_add(struct unfinished_execs *execs, int32_t sample_tid, struct text comm,
			 uint64_t losses)
{
	struct unfinished_exec *exec;

	if (find_or_add(execs, sample_tid, &exec) < 0)
		return -ENOMEM;
	exec->sample_tid = sample_tid;
	exec->losses = losses;
	comm_set(&exec->comm, comm);
	return 0;
}

static const struct unfinished_exec *take_old(struct unfinished_execs *execs, int32_t sample_tid)
{
	struct older_exec *older = find_old(execs, sample_tid);

	if (!older)
		return NULL;
	HASH_DEL(execs->older, older);
	forget_taken(execs);
	execs->taken = older;
	return &older->exec;
}

const struct unfinished_exec *unfinished_execs_take(struct unfinished_execs *execs,
						    int32_t sample_tid)
{
	const unsigned int index = find_new(execs, sample_tid);

	if (index == UNFINISHED_EXECS_NEW)
		return take_old(execs, sample_tid);
	execs->is_used[index] = false;
	execs->count--;
	return &execs->newest[index];
}
