/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process, which all its threads share, and by which its children know their parent: as it was
 * when they were forked. One that has ended is kept while a child refers to it.
 */
#ifndef PXT_TASK_PROCESS_H
#define PXT_TASK_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/comm.h"
#include "task/exit_evidence.h"
#include "task/program.h"

/*
 * Of the ended ancestors in a row that a process keeps, the last one is cut off from those before
 * it: a process that forks and ends, for ever, must not fill the memory.
 */
#define PROCESS_ENDED_MAX 64

struct process {
	unsigned int references;
	int32_t pid;            /* tgid; -1: not known */
	struct process *parent; /* held; NULL: none, or not known */
	bool parent_known;
	bool from_proc;          /* older than the trace */
	struct comm comm;        /* its leader's */
	struct comm parent_comm; /* when it forked this one */
	uint64_t start_ns;       /* 0: not known */
	uint64_t exec_ns;        /* the last exec; 0: none was seen */
	uint32_t threads;        /* that live and are known; 0: it counts as ended */
	bool is_dying;           /* the kernel said that no thread stays (group_dead) */
	bool has_ended;          /* an exit was told to be the last one */
	/*
	 * That the table had seen when these were known to be all its threads; as long as it has
	 * seen no more they are. LOSSES_UNKNOWN: they never were.
	 */
	uint64_t losses;
	struct program *program; /* held; NULL: not known */
	struct credentials credentials;
	struct exit_evidence evidence;
};

/*
 * A process that is older than the trace, or whose fork was not seen; PID -1: not known. Returns it
 * with one reference, NULL without memory.
 */
struct process *process_new_old(int32_t pid);

/* The process PID that PARENT, then called COMM, forks at TIME_NS. As above. */
struct process *process_fork(struct process *parent, const struct comm *comm, int32_t pid,
			     uint64_t time_ns);

/* Another reference; returns PROCESS. */
struct process *process_hold(struct process *process);

/* Give a reference up; the last one frees it and lets go of its parent. NULL is fine. */
void process_release(struct process *process);

/* PROCESS executes PROGRAM (NULL: not known) from now on, and takes the reference over. */
void process_set_program(struct process *process, struct program *program);

/* PROCESS has begun an exec, so that its program is gone, and its threads but one. */
void process_give_up_program(struct process *process);

/*
 * PARENT, called COMM, is the parent of PROCESS, as /proc has it; NULL: it has none. One that
 * descends from PROCESS itself is left out.
 */
void process_set_parent(struct process *process, struct process *parent, struct text comm);

/*
 * Store the ancestors of PROCESS, nearest first and MAX at most; their names are borrowed. Returns
 * how many there are; *COMPLETE: up to the root.
 */
size_t process_ancestry(const struct process *process, struct ancestor *ancestry, size_t max,
			bool *complete);

#endif
