/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A task's name, reference-counted, as tasks share it with those that they fork. It never changes;
 * a task that is renamed gets another one. A NULL pointer is a name that is not known.
 */
#ifndef PXT_TASK_SHARED_COMM_H
#define PXT_TASK_SHARED_COMM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/comm.h"
#include "task/pool.h"

struct shared_comm {
	struct pool *pool; /* borrowed; it is from there */
	unsigned int references;
	struct comm comm; /* not an empty one */
};

/* Returns a view of COMM, with NULL bytes where it is not known. */
static inline struct text shared_comm_text(const struct shared_comm *comm)
{
	return comm ? comm_text(&comm->comm) : (struct text){0};
}

/* Drop a reference; the last one frees COMM. NULL is fine. */
static inline void shared_comm_release(struct shared_comm *comm)
{
	if (comm && --comm->references == 0)
		pool_give(comm->pool, comm);
}

/* Take another reference; returns COMM. NULL is fine. */
static inline struct shared_comm *shared_comm_hold(struct shared_comm *comm)
{
	if (comm)
		comm->references++;
	return comm;
}

/* Make *COMM, a reference, one to OTHER instead. */
static inline void shared_comm_share(struct shared_comm **comm, struct shared_comm *other)
{
	if (*comm == other)
		return;
	shared_comm_release(*comm);
	*comm = shared_comm_hold(other);
}

/* Returns whether COMM is known, and the name TEXT. */
bool shared_comm_is(const struct shared_comm *comm, struct text text);

/*
 * Make *COMM, a reference, one to the name TEXT; empty: not known. It is made in POOL, of struct
 * shared_comm, if neither *COMM nor LIKE (NULL: nothing) is called so. Returns 0 or -ENOMEM, with
 * *COMM as it was.
 */
int shared_comm_set(struct shared_comm **comm, struct text text, struct shared_comm *like,
		    struct pool *pool) MUST_CHECK;

#endif
