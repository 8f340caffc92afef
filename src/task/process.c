/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/process.h"

#include <errno.h>
#include <stdlib.h>

/* No process tree is deeper; what a capture claims may be. */
#define DEPTH_MAX 4096U

void process_pool_init(struct process_pool *pool)
{
	*pool = (struct process_pool){
		.processes.size = sizeof(struct process),
		.comms.size = sizeof(struct shared_comm),
	};
}

void process_pool_done(struct process_pool *pool)
{
	pool_done(&pool->processes);
	pool_done(&pool->comms);
}

static struct process *make(struct process_pool *pool, int32_t pid)
{
	struct process *process = pool_take(&pool->processes);

	if (process)
		*process = (struct process){
			.pool = pool,
			.references = 1,
			.pid = pid,
			.losses = LOSSES_UNKNOWN,
		};
	return process;
}

struct process *process_new_old(struct process_pool *pool, int32_t pid)
{
	struct process *process = make(pool, pid);

	if (process)
		process->from_proc = true;
	return process;
}

/* What is told of PROCESS as an ancestor has changed. */
static void lose_lineage(struct process *process)
{
	if (process->lineage_id == 0)
		return;
	process->lineage_id = 0;
	process->pool->lineage_changes++;
}

/*
 * Among the ancestors of PROCESS that have ended, up to the nearest that has not, cut off what lies
 * behind the last one allowed.
 */
static void bound_ended(struct process *process)
{
	struct process *ancestor = process->parent;
	unsigned int ended = 0;

	for (; ancestor && ancestor->threads == 0; ancestor = ancestor->parent) {
		if (++ended < PROCESS_ENDED_MAX)
			continue;
		process_release(ancestor->parent);
		ancestor->parent = NULL;
		ancestor->parent_known = false;
		ancestor->pool->lineage_changes++;
		return;
	}
}

struct process *process_fork(struct process *parent, struct shared_comm *comm, int32_t pid,
			     uint64_t time_ns)
{
	struct process *child = make(parent->pool, pid);

	if (!child)
		return NULL;
	child->parent = process_hold(parent);
	child->parent_known = true;
	child->parent_comm = shared_comm_hold(comm);
	child->start_ns = time_ns;
	child->program = program_hold(parent->program);
	child->hides_program = !process_program_at(parent, time_ns);
	bound_ended(parent);
	return child;
}

struct process *process_hold(struct process *process)
{
	process->references++;
	return process;
}

void process_release(struct process *process)
{
	/* Not by recursion: there may be many who were kept only by their child. */
	while (process && --process->references == 0) {
		struct process *parent = process->parent;

		program_release(process->program);
		shared_comm_release(process->comm);
		shared_comm_release(process->parent_comm);
		exit_evidence_done(&process->evidence);
		free(process->usage);
		pool_give(&process->pool->processes, process);
		process = parent;
	}
}

void process_set_program(struct process *process, struct program *program)
{
	program_release(process->program);
	process->program = program;
	process->hides_program = false;
}

int process_identify(struct process *process, const struct credentials *ids)
{
	static const struct program nothing = {.arguments.argc = -1};
	const struct program *old = process->program ? process->program : &nothing;
	bool hides_program = process->hides_program;
	/* Others may share the old one. */
	struct program *program = program_new(old->filename, &old->arguments);

	if (!program)
		return -ENOMEM;
	program->since_ns = old->since_ns;
	program->credentials = *ids;
	process_set_program(process, program);
	process->hides_program = hides_program;
	return 0;
}

const struct program *process_program_at(const struct process *process, uint64_t time_ns)
{
	return process->hides_program ? NULL : program_at(process->program, time_ns);
}

void process_give_up_program(struct process *process)
{
	process->hides_program = true;
	exit_evidence_exec(&process->evidence);
}

void process_lose_program(struct process *process)
{
	process_set_program(process, NULL);
	process->exec_ns = 0;
}

/* Returns whether PROCESS is PARENT or an ancestor of it, or that takes too long to find out. */
static bool would_be_circular(const struct process *process, const struct process *parent)
{
	for (unsigned int depth = 0; parent; parent = parent->parent) {
		if (parent == process || ++depth == DEPTH_MAX)
			return true;
	}
	return false;
}

void process_set_parent(struct process *process, struct process *parent, struct shared_comm *comm)
{
	if (would_be_circular(process, parent))
		return;
	process_release(process->parent);
	process->parent = parent ? process_hold(parent) : NULL;
	process->parent_known = true;
	lose_lineage(process);
	shared_comm_share(&process->parent_comm, comm);
}

void process_set_pid(struct process *process, int32_t pid)
{
	if (process->pid == pid)
		return;
	process->pid = pid;
	lose_lineage(process);
}

void process_date(struct process *process, uint64_t start_ns)
{
	process->start_ns = start_ns;
	process->from_proc = false;
	lose_lineage(process);
}

size_t process_ancestry(const struct process *process, struct ancestor *ancestry, size_t max,
			bool *complete)
{
	size_t count = 0;

	for (; process->parent && count < max; process = process->parent)
		ancestry[count++] = (struct ancestor){
			.pid = process->parent->pid,
			.comm = shared_comm_text(process->parent_comm),
			.from_proc = process->parent->from_proc,
		};
	*complete = !process->parent && process->parent_known;
	return count;
}
