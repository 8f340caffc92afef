/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/cgroup_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"

struct cgroup_name {
	uint64_t id;
	UT_hash_handle hh;
	size_t length;
	char path[];
};

static void forget(struct cgroup_names *names, struct cgroup_name *name)
{
	if (names->found == name)
		names->found = NULL;
	HASH_DEL(names->by_id, name);
	free(name);
}

void cgroup_names_done(struct cgroup_names *names)
{
	while (names->by_id)
		forget(names, names->by_id);
}

static struct cgroup_name *find(const struct cgroup_names *names, uint64_t id)
{
	struct cgroup_name *name;

	HASH_FIND(hh, names->by_id, &id, sizeof(id), name);
	return name;
}

int cgroup_names_set(struct cgroup_names *names, uint64_t id, struct text path)
{
	struct cgroup_name *name = malloc(sizeof(*name) + path.length);
	struct cgroup_name *old = find(names, id);

	if (!name)
		return -ENOMEM;
	*name = (struct cgroup_name){.id = id, .length = path.length};
	if (path.length > 0)
		memcpy(name->path, path.bytes, path.length);
	if (old)
		forget(names, old);
	else if (HASH_COUNT(names->by_id) >= CGROUP_NAMES_MAX)
		/* uthash keeps the order of insertion: the head is the oldest. */
		forget(names, names->by_id);
	HASH_ADD(hh, names->by_id, id, sizeof(name->id), name);
	if (!name->hh.tbl) {
		free(name);
		return -ENOMEM;
	}
	return 0;
}

struct text cgroup_names_find(struct cgroup_names *names, uint64_t id)
{
	if (id == 0)
		return (struct text){0};
	if (!names->found || names->found->id != id)
		names->found = find(names, id);
	const struct cgroup_name *name = names->found;
	if (!name)
		return (struct text){0};
	bool is_root = name->length == 1 && name->path[0] == '/';
	names->root_proven |= !is_root;
	return names->root_proven ? (struct text){name->path, name->length} : (struct text){0};
}
