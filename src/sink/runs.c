/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/runs.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash_table.h"

struct program_run {
	int32_t pid; /* the key */
	bool is_copy;
	struct program_totals *program;
	uint64_t start_ns;
	UT_hash_handle hh;
};

static void forget(struct runs *runs, struct program_run *run)
{
	HASH_DEL(runs->by_pid, run);
	free(run);
}

void runs_done(struct runs *runs)
{
	struct program_run *run, *next;

	HASH_ITER (hh, runs->by_pid, run, next)
		forget(runs, run);
	programs_done(&runs->programs);
}

static struct program_run *find(const struct runs *runs, int32_t pid)
{
	struct program_run *run;

	HASH_FIND_INT(runs->by_pid, &pid, run);
	return run;
}

static struct program_run *find_or_add(struct runs *runs, int32_t pid)
{
	struct program_run *run = find(runs, pid);

	if (run)
		return run;
	run = malloc(sizeof(*run));
	if (!run)
		return NULL;
	*run = (struct program_run){.pid = pid};
	HASH_ADD_INT(runs->by_pid, pid, run);
	if (!run->hh.tbl) {
		free(run);
		return NULL;
	}
	return run;
}

/* Events may come late: no run takes less than nothing. */
static void add_up(const struct program_run *run, uint64_t time_ns, bool has_ended)
{
	program_totals_add_run(run->program, time_ns > run->start_ns ? time_ns - run->start_ns : 0,
			       has_ended);
}

static int start(struct runs *runs, int32_t pid, struct program_totals *program, bool is_copy,
		 uint64_t time_ns)
{
	struct program_run *run = program ? find_or_add(runs, pid) : NULL;

	if (!run)
		return -ENOMEM;
	run->program = program;
	run->is_copy = is_copy;
	run->start_ns = time_ns;
	return 0;
}

int runs_fork(struct runs *runs, int32_t pid, struct text name, uint64_t time_ns)
{
	struct program_run *stale = find(runs, pid);

	/* Its end got lost, and when it was: it ran for nobody knows how long. */
	if (stale && !stale->is_copy)
		program_totals_add_run(stale->program, 0, false);
	return start(runs, pid, programs_get(&runs->programs, PROGRAM_COPY, name), true, time_ns);
}

int runs_exec(struct runs *runs, int32_t pid, struct text name, uint64_t time_ns)
{
	const struct program_run *previous = find(runs, pid);

	if (previous && !previous->is_copy)
		add_up(previous, time_ns, true);
	return start(runs, pid, programs_get(&runs->programs, PROGRAM_RUN, name), false, time_ns);
}

struct program_totals *runs_exit(struct runs *runs, int32_t pid, bool is_sure, struct text name,
				 uint64_t time_ns)
{
	struct program_run *run = find(runs, pid);

	if (!run)
		return NULL;
	struct program_totals *renamed = run->is_copy && name.bytes
						 ? programs_get(&runs->programs, PROGRAM_COPY, name)
						 : NULL;
	if (renamed)
		run->program = renamed;
	struct program_totals *program = run->program;
	add_up(run, time_ns, is_sure);
	forget(runs, run);
	return program;
}

void runs_finish(struct runs *runs, uint64_t time_ns)
{
	struct program_run *run, *next;

	HASH_ITER (hh, runs->by_pid, run, next) {
		add_up(run, time_ns, false);
		forget(runs, run);
	}
}
