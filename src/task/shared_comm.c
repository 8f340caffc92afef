/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/shared_comm.h"

#include <errno.h>

static struct shared_comm *new_comm(const struct comm *name, struct pool *pool)
{
	struct shared_comm *comm = pool_take(pool);

	if (comm)
		*comm = (struct shared_comm){.pool = pool, .references = 1, .comm = *name};
	return comm;
}

static bool is_called(const struct shared_comm *comm, const struct comm *name)
{
	return comm && comm_equals(&comm->comm, name);
}

bool shared_comm_is(const struct shared_comm *comm, struct text text)
{
	struct comm name;

	comm_set(&name, text);
	return is_called(comm, &name);
}

int shared_comm_set(struct shared_comm **comm, struct text text, struct shared_comm *like,
		    struct pool *pool)
{
	struct shared_comm *made = NULL;
	struct comm name;

	comm_set(&name, text);
	if (is_called(*comm, &name))
		return 0;
	if (is_called(like, &name))
		made = shared_comm_hold(like);
	else if (text.length > 0 && !(made = new_comm(&name, pool)))
		return -ENOMEM;
	shared_comm_release(*comm);
	*comm = made;
	return 0;
}
