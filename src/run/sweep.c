/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/sweep.h"

#include "task/proc_tasks.h"

/* It takes two to know, and the one that is under way counts for those still to come in it. */
#define ROUNDS 3U

void sweep_begin(struct sweep *sweep)
{
	sweep->rounds = ROUNDS;
}

bool sweep_go_on(struct sweep *sweep, int proc_fd, struct task_table *table, uint64_t now_ns)
{
	if (sweep->rounds == 0 || now_ns < sweep->next_ns)
		return false;
	if (!proc_tasks_sweep(proc_fd, table, SWEEP_TASKS))
		return false;
	sweep->rounds--;
	sweep->next_ns = now_ns + SWEEP_PAUSE_NS;
	return true;
}
