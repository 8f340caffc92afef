/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/leaderless.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash_table.h"

struct leaderless_process {
	int32_t pid;
	struct process *process; /* held */
	UT_hash_handle hh;
};

static struct leaderless_process *find(const struct leaderless *leaderless, int32_t pid)
{
	struct leaderless_process *found = NULL;

	if (leaderless->by_pid)
		HASH_FIND_INT(leaderless->by_pid, &pid, found);
	return found;
}

static void forget(struct leaderless *leaderless, struct leaderless_process *forgotten)
{
	HASH_DEL(leaderless->by_pid, forgotten);
	process_release(forgotten->process);
	free(forgotten);
}

void leaderless_done(struct leaderless *leaderless)
{
	while (leaderless->by_pid)
		forget(leaderless, leaderless->by_pid);
}

int leaderless_add(struct leaderless *leaderless, struct process *process)
{
	struct leaderless_process *added = malloc(sizeof(*added));

	if (!added)
		return -ENOMEM;
	leaderless_forget(leaderless, process->pid);
	*added = (struct leaderless_process){.pid = process->pid, .process = process};
	HASH_ADD_INT(leaderless->by_pid, pid, added);
	if (!added->hh.tbl) {
		free(added);
		return -ENOMEM;
	}
	process_hold(process);
	return 0;
}

struct process *leaderless_find(const struct leaderless *leaderless, int32_t pid)
{
	const struct leaderless_process *found = find(leaderless, pid);

	return found ? found->process : NULL;
}

void leaderless_forget(struct leaderless *leaderless, int32_t pid)
{
	struct leaderless_process *forgotten = find(leaderless, pid);

	if (forgotten)
		forget(leaderless, forgotten);
}

void leaderless_forget_ended(struct leaderless *leaderless)
{
	struct leaderless_process *entry, *next;

	HASH_ITER (hh, leaderless->by_pid, entry, next) {
		if (entry->process->threads == 0)
			forget(leaderless, entry);
	}
}
