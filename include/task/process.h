/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process, reference-counted: its threads share it, and its children hold it as their parent,
 * also after it has ended.
 */
#ifndef PXT_TASK_PROCESS_H
#define PXT_TASK_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "event/usage.h"
#include "task/exit_evidence.h"
#include "task/pool.h"
#include "task/program.h"
#include "task/shared_comm.h"

/*
 * The longest chain of ended ancestors that is kept; the last one loses its parent. Otherwise
 * processes that fork and exit in a chain would fill the memory.
 */
#define PROCESS_ENDED_MAX 64

/*
 * Whose status the process has, the surest last. Its threads may have different ones: do_exit()
 * decides early on what the process ends with, and makes the record at its end, where they may come
 * in another order.
 */
enum told_by {
	TOLD_BY_NEWEST, /* the EXIT that came last */
	TOLD_BY_LAST,   /* the thread that the kernel names the last one, from Linux 5.19 on */
	TOLD_BY_KILLED, /* one that took a signal: do_group_exit() gave it the process's status */
};

/* The memory and counters that all processes of a task table share. */
struct process_pool {
	struct pool processes, comms;
	/* How often a process that has a lineage_id lost it or its parent: chains have changed. */
	uint64_t lineage_changes;
};

/* All is released before POOL is done. */
void process_pool_init(struct process_pool *pool);
void process_pool_done(struct process_pool *pool);

/* There may be a million: what few need is behind pointers. */
struct process {
	struct process_pool *pool; /* borrowed; it is from there */
	unsigned int references;
	int32_t pid;                     /* tgid; -1: not known */
	struct process *parent;          /* held; NULL: none, or not known */
	struct shared_comm *comm;        /* held; its leader's */
	struct shared_comm *parent_comm; /* held; the parent's name when it forked this one */
	struct program *program;         /* held; with the credentials; NULL: nothing is known */
	uint64_t lineage_id; /* task/ancestries.h; 0: none since pid, from_proc or parent changed */
	uint64_t start_ns;   /* 0: not known */
	uint64_t exec_ns;    /* the last exec; 0: none was seen */
	/*
	 * The count of losses when all its threads were known for sure: while the table's count
	 * equals it, they still are. LOSSES_UNKNOWN: they never were.
	 */
	uint64_t losses;
	struct exit_evidence evidence;
	struct task_usage *usage; /* of tasks that have exited before the last; NULL: of none */
	uint32_t threads;         /* live threads that are known; 0: it counts as ended */
	uint32_t told_status; /* wait(2), of one of its threads, none that the kernel made itself */
	uint16_t execs;       /* how many were seen, modulo 65,536 */
	uint8_t told_by;      /* enum told_by: whose status that is */
	bool status_is_told;  /* the kernel told `told_status` */
	bool hides_program;   /* it executes another one than `program`, which is not known */
	bool parent_known;
	bool from_proc;            /* older than the trace */
	bool is_dying : 1;         /* an EXIT had group_dead set: no thread stays */
	bool has_ended : 1;        /* its last EXIT was reported */
	bool usage_is_partial : 1; /* some task's is not in `usage` */
};

/*
 * Create a process in POOL that is older than the trace, or whose FORK was not seen; PID -1: not
 * known. Returns it with one reference, or NULL without memory.
 */
struct process *process_new_old(struct process_pool *pool, int32_t pid);

/* Create the process PID, which PARENT, now called COMM, forks at TIME_NS. As above. */
struct process *process_fork(struct process *parent, struct shared_comm *comm, int32_t pid,
			     uint64_t time_ns);

/* Take another reference; returns PROCESS. */
struct process *process_hold(struct process *process);

/* Drop a reference; the last one frees PROCESS and drops its parent's. NULL is fine. */
void process_release(struct process *process);

/* Set the program that PROCESS executes; the reference passes to PROCESS. */
void process_set_program(struct process *process, struct program *program);

/* Set the credentials of PROCESS, not of those that it forked. Returns 0 or -ENOMEM. */
int process_identify(struct process *process, const struct credentials *ids) MUST_CHECK;

/* Returns the program that PROCESS executed at TIME_NS, borrowed, or NULL: not known. */
const struct program *process_program_at(const struct process *process, uint64_t time_ns);

/* What PROCESS executes, since when, and as whom, is not known any more. */
void process_lose_program(struct process *process);

/* Note that PROCESS has begun an exec: its program is gone, and all threads but one. */
void process_give_up_program(struct process *process);

/*
 * Set the parent of PROCESS by /proc: PARENT, called COMM; NULL: it has none. Does nothing if
 * PARENT descends from PROCESS.
 */
void process_set_parent(struct process *process, struct process *parent, struct shared_comm *comm);

/* Set the pid of PROCESS, which an exec showed. */
void process_set_pid(struct process *process, int32_t pid);

/* Date the fork of PROCESS to START_NS: it does not count as older than the trace any more. */
void process_date(struct process *process, uint64_t start_ns);

/*
 * Store up to MAX ancestors of PROCESS, nearest first; names are borrowed. Returns how many were
 * stored; *COMPLETE: they reach up to the root.
 */
size_t process_ancestry(const struct process *process, struct ancestor *ancestry, size_t max,
			bool *complete);

#endif
