/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/hash_table.h"
#include "event/comm.h"

struct name {
	int32_t tid, tgid;
	bool is_known; /* `comm`, which may be empty */
	struct comm comm;
	UT_hash_handle hh;
};

struct names {
	struct name *by_tid;
};

static struct name *find(const struct names *names, int32_t tid)
{
	struct name *name;

	HASH_FIND_INT(names->by_tid, &tid, name);
	return name;
}

struct names *names_new(void)
{
	return calloc(1, sizeof(struct names));
}

void names_free(struct names *names)
{
	struct name *name, *next;

	if (!names)
		return;
	HASH_ITER (hh, names->by_tid, name, next) {
		HASH_DEL(names->by_tid, name);
		free(name);
	}
	free(names);
}

int names_set(struct names *names, int32_t tid, int32_t tgid, struct text comm)
{
	struct name *name = find(names, tid);

	if (!name) {
		name = calloc(1, sizeof(*name));
		if (!name)
			return -ENOMEM;
		name->tid = tid;
		HASH_ADD_INT(names->by_tid, tid, name);
		if (!name->hh.tbl) {
			free(name);
			return -ENOMEM;
		}
	}
	name->tgid = tgid;
	name->is_known = comm.bytes != NULL;
	comm_set(&name->comm, comm);
	return 0;
}

struct text names_of(const struct names *names, int32_t tid)
{
	const struct name *name = find(names, tid);

	return name && name->is_known ? (struct text){name->comm.bytes, name->comm.length}
				      : (struct text){NULL, 0};
}

int32_t names_thread_of(const struct names *names, int32_t tgid)
{
	if (find(names, tgid))
		return tgid;
	for (const struct name *name = names->by_tid; name; name = name->hh.next) {
		if (name->tgid == tgid)
			return name->tid;
	}
	return tgid;
}

bool names_has_others(const struct names *names, int32_t tid, int32_t tgid)
{
	for (const struct name *name = names->by_tid; name; name = name->hh.next) {
		if (name->tgid == tgid && name->tid != tid)
			return true;
	}
	return false;
}

void names_forget(struct names *names, int32_t tid)
{
	struct name *name = find(names, tid);

	if (!name)
		return;
	HASH_DEL(names->by_tid, name);
	free(name);
}
