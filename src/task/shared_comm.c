/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/shared_comm.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_called(const struct shared_comm *comm, struct text text)
{
	const size_t length = text.length < TASK_COMM_SIZE ? text.length : TASK_COMM_SIZE;

	return comm && comm->comm.length == length &&
	       memcmp(comm->comm.bytes, text.bytes, length) == 0;
}

static struct shared_comm *new_comm(struct text text)
{
	struct shared_comm *comm = malloc(sizeof(*comm));

	if (!comm)
		return NULL;
	comm->references = 1;
	comm_set(&comm->comm, text);
	return comm;
}

int shared_comm_set(struct shared_comm **comm, struct text text, struct shared_comm *like)
{
	struct shared_comm *made = NULL;

	if (is_called(*comm, text))
		return 0;
	if (is_called(like, text))
		made = shared_comm_hold(like);
	else if (text.length > 0 && !(made = new_comm(text)))
		return -ENOMEM;
	shared_comm_release(*comm);
	*comm = made;
	return 0;
}
