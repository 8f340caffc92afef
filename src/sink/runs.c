/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/runs.h"

#include <errno.h>

#include "base/hash_table.h"
#include "sink/path_steps.h"

struct program_run {
	struct path_process process;
	int32_t pid; /* the key */
	bool is_copy;
	struct program_totals *program; /* NULL: older than the trace, no run of it is counted */
	uint64_t start_ns;
	UT_hash_handle hh;
};

static void forget(struct runs *runs, struct program_run *run)
{
	HASH_DEL(runs->by_pid, run);
	path_process_forget(&run->process);
}

void runs_done(struct runs *runs)
{
	struct program_run *run, *next;

	HASH_ITER (hh, runs->by_pid, run, next)
		forget(runs, run);
	critical_path_done(&runs->path);
	programs_done(&runs->programs);
}

static struct program_run *find(const struct runs *runs, int32_t pid)
{
	struct program_run *run;

	HASH_FIND_INT(runs->by_pid, &pid, run);
	return run;
}

/* ---- beginnings ---- */

/* Returns NULL without memory. */
static struct program_run *add(struct runs *runs, const struct run_birth *birth)
{
	struct program_run *parent = birth->ppid > 0 ? find(runs, birth->ppid) : NULL;
	struct path_process *process = path_process_new(
		sizeof(struct program_run), parent ? &parent->process : NULL, birth->time_ns);
	struct program_run *run = (struct program_run *)process;

	if (!run)
		return NULL;
	run->pid = birth->pid;
	HASH_ADD_INT(runs->by_pid, pid, run);
	if (!run->hh.tbl) {
		path_process_forget(process);
		return NULL;
	}
	at_work_begin(&runs->at_work, path_process_siblings(process), birth->time_ns);
	return run;
}

static int start(struct program_run *run, struct program_totals *program, bool is_copy,
		 uint64_t time_ns)
{
	if (!run || !program)
		return -ENOMEM;
	run->process.program = program;
	run->program = program;
	run->is_copy = is_copy;
	run->start_ns = time_ns;
	return 0;
}

/* ---- ends ---- */

/* Events may come late: no run takes less than nothing. */
static void add_up(const struct program_run *run, uint64_t time_ns, bool has_ended)
{
	const uint64_t ns = time_ns > run->start_ns ? time_ns - run->start_ns : 0;

	if (run->program)
		program_totals_add_run(run->program, ns, has_ended);
}

static void end_work(struct runs *runs, const struct program_run *run, uint64_t time_ns)
{
	at_work_end(&runs->at_work, run->process.children, path_process_siblings(&run->process),
		    time_ns);
}

/* Frees RUN. */
static int end_process(struct runs *runs, struct program_run *run, const struct facts *facts,
		       uint64_t time_ns)
{
	/* A copy has the arguments of its parent. */
	const struct arguments *arguments =
		run->is_copy ? &facts_unknown.arguments : &facts->arguments;

	end_work(runs, run, time_ns);
	HASH_DEL(runs->by_pid, run);
	return path_process_end(&runs->path, &run->process, arguments, time_ns);
}

/* The end of RUN got lost, and when it was: it ran for nobody knows how long. */
static void lose(struct runs *runs, struct program_run *run, uint64_t time_ns)
{
	if (!run->is_copy)
		add_up(run, 0, false);
	end_work(runs, run, time_ns);
	forget(runs, run);
}

/* ---- events ---- */

int runs_older(struct runs *runs, const struct run_birth *birth, struct text name)
{
	const struct program_totals *program = programs_get(&runs->programs, PROGRAM_RUN, name);
	struct program_run *run = find(runs, birth->pid);

	if (!run && program)
		run = add(runs, birth);
	if (!run)
		return -ENOMEM;
	run->process.program = program;
	return 0;
}

int runs_fork(struct runs *runs, const struct run_birth *birth, struct text name)
{
	struct program_run *stale = find(runs, birth->pid);

	if (stale)
		lose(runs, stale, birth->time_ns);
	struct program_totals *program = programs_get(&runs->programs, PROGRAM_COPY, name);
	return start(program ? add(runs, birth) : NULL, program, true, birth->time_ns);
}

int runs_exec(struct runs *runs, const struct run_birth *birth, struct text name, uint64_t time_ns)
{
	struct program_totals *program = programs_get(&runs->programs, PROGRAM_RUN, name);
	struct program_run *run = find(runs, birth->pid);

	if (run && !run->is_copy)
		add_up(run, time_ns, true);
	if (!run && program)
		run = add(runs, birth);
	return start(run, program, false, time_ns);
}

int runs_exit(struct runs *runs, int32_t pid, const struct facts *facts, uint64_t time_ns,
	      struct program_totals **program)
{
	struct program_run *run = find(runs, pid);

	*program = NULL;
	if (!run)
		return 0;
	struct program_totals *renamed =
		run->is_copy && facts->name.bytes
			? programs_get(&runs->programs, PROGRAM_COPY, facts->name)
			: NULL;
	if (renamed)
		run->process.program = run->program = renamed;
	*program = run->program;
	add_up(run, time_ns, facts->last == KNOWN_YES);
	return end_process(runs, run, facts, time_ns);
}

int runs_finish(struct runs *runs, uint64_t time_ns)
{
	struct program_run *run, *next;
	int code = critical_path_finish(&runs->path);

	HASH_ITER (hh, runs->by_pid, run, next) {
		add_up(run, time_ns, false);
		forget(runs, run);
	}
	return code < 0 ? code : path_chain_prune(&runs->path.last);
}
