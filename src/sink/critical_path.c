/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/critical_path.h"

#include <errno.h>
#include <stdlib.h>

/* ---- processes ---- */

static struct path_process *hold(struct path_process *process)
{
	if (process)
		process->references++;
	return process;
}

static void release(struct path_process *process)
{
	while (process && --process->references == 0) {
		struct path_process *parent = process->parent;

		path_chain_done(&process->before);
		path_chain_done(&process->within);
		free(process);
		process = parent;
	}
}

void critical_path_done(struct critical_path *path)
{
	path_chain_done(&path->last);
	release(path->last_parent);
	*path = (struct critical_path){0};
}

/*
 * The parents of PROCESS that have ended become steps before it, so that they are not kept for
 * ever where each process of a long row forks the next one and ends.
 */
static int pass_over_ended(struct path_process *process)
{
	struct path_process *parent;

	while ((parent = process->parent) && !parent->runs) {
		const struct path_part part = {
			.before = &parent->before,
			.within = &process->before,
			.from_ns = parent->from_ns,
			.to_ns = process->from_ns,
			.program = parent->program,
		};
		struct path_chain before = {0};
		int code = path_chain_make(&before, &part);

		if (code < 0)
			return code;
		path_chain_done(&process->before);
		process->before = before;
		process->parent = hold(parent->parent);
		process->is_orphan = true;
		release(parent);
		code = path_chain_bound(&process->before);
		if (code < 0)
			return code;
	}
	return 0;
}

struct path_process *path_process_new(size_t size, struct path_process *parent, uint64_t from_ns)
{
	struct path_process *process = NULL;

	if (!parent || pass_over_ended(parent) == 0)
		process = calloc(1, size);
	if (!process)
		return NULL;
	process->references = 1;
	process->runs = true;
	process->parent = hold(parent);
	process->from_ns = from_ns;
	if (parent)
		path_chain_share(&process->before, &parent->within);
	return process;
}

void path_process_forget(struct path_process *process)
{
	process->runs = false;
	path_chain_done(&process->within);
	release(process);
}

/* ---- ends ---- */

/* CHAIN, which is taken over, ends with a process of PARENT that ended at TO_NS. */
static void note_last(struct critical_path *path, struct path_chain *chain,
		      struct path_process *parent, uint64_t to_ns)
{
	if (path_step_ns(chain->last) == 0 || to_ns < path->last_ns) {
		path_chain_done(chain);
		return;
	}
	critical_path_done(path);
	*path = (struct critical_path){*chain, hold(parent), to_ns};
}

/* Make CHAIN, which is empty: the path at the end of PROCESS. Returns 0 or -ENOMEM. */
static int close_process(struct path_chain *chain, const struct path_process *process,
			 const struct arguments *arguments, uint64_t to_ns)
{
	const struct path_part part = {
		.before = &process->before,
		.within = &process->within,
		.from_ns = process->from_ns,
		.to_ns = to_ns,
		.program = process->program,
		.argv = arguments->known.bytes,
		.complete = arguments->complete,
	};

	return path_chain_make(chain, &part);
}

int path_process_end(struct critical_path *path, struct path_process *process,
		     const struct arguments *arguments, uint64_t to_ns)
{
	struct path_chain chain = {0};
	int code = pass_over_ended(process);
	struct path_process *parent = process->parent;
	const bool is_waited_for = parent && !process->is_orphan;

	if (code == 0)
		code = close_process(&chain, process, arguments, to_ns);
	/* First, so that it is not somebody who holds steps. */
	path_process_forget(process);
	if (code < 0)
		return code;
	if (is_waited_for) {
		path_chain_done(&parent->within);
		path_chain_share(&parent->within, &chain);
		code = path_chain_bound(&parent->within);
	}
	note_last(path, &chain, parent, to_ns);
	return code;
}

/* ---- the end of the trace ---- */

/* The parent of the last one ended with it, as far as the path goes. */
static int go_up(struct critical_path *path)
{
	struct path_process *parent = path->last_parent;
	int code = pass_over_ended(parent);
	const struct path_part part = {
		.before = &parent->before,
		.within = &path->last,
		.from_ns = parent->from_ns,
		.to_ns = path->last_ns,
		.program = parent->program,
	};
	struct path_chain chain = {0};

	if (code == 0)
		code = path_chain_make(&chain, &part);
	if (code < 0)
		return code;
	path_chain_done(&path->last);
	path->last = chain;
	path->last_parent = hold(parent->parent);
	release(parent);
	return 0;
}

int critical_path_finish(struct critical_path *path)
{
	int code = 0;

	while (code == 0 && path->last_parent)
		code = go_up(path);
	return code;
}
