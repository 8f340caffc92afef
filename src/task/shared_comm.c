/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/shared_comm.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

void shared_comm_release(struct shared_comm *comm)
{
	if (comm && --comm->references == 0)
		free(comm);
}

void shared_comm_share(struct shared_comm **comm, struct shared_comm *other)
{
	if (*comm == other)
		return;
	shared_comm_release(*comm);
	*comm = shared_comm_hold(other);
}

static struct shared_comm *new_comm(const struct comm *name)
{
	struct shared_comm *comm = malloc(sizeof(*comm));

	if (comm)
		*comm = (struct shared_comm){.references = 1, .comm = *name};
	return comm;
}

static bool is_called(const struct shared_comm *comm, const struct comm *name)
{
	return comm && comm_equals(&comm->comm, name);
}

int shared_comm_set(struct shared_comm **comm, struct text text, struct shared_comm *like)
{
	struct shared_comm *made = NULL;
	struct comm name;

	comm_set(&name, text);
	if (is_called(*comm, &name))
		return 0;
	if (is_called(like, &name))
		made = shared_comm_hold(like);
	else if (text.length > 0 && !(made = new_comm(&name)))
		return -ENOMEM;
	shared_comm_release(*comm);
	*comm = made;
	return 0;
}
