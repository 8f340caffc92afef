/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/key_set.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash_table.h"

struct key {
	uint64_t key;
	UT_hash_handle hh;
};

static struct key *find(const struct key_set *set, uint64_t key)
{
	struct key *found;

	HASH_FIND(hh, set->keys, &key, sizeof(key), found);
	return found;
}

bool key_set_has(const struct key_set *set, uint64_t key)
{
	return find(set, key) != NULL;
}

int key_set_add(struct key_set *set, uint64_t key)
{
	if (find(set, key))
		return 0;
	struct key *added = calloc(1, sizeof(*added));

	if (!added)
		return -ENOMEM;
	added->key = key;
	HASH_ADD(hh, set->keys, key, sizeof(key), added);
	if (added->hh.tbl)
		return 1;
	free(added);
	return -ENOMEM;
}

static void drop(struct key_set *set, struct key *key)
{
	HASH_DEL(set->keys, key);
	free(key);
}

void key_set_remove(struct key_set *set, uint64_t key)
{
	struct key *found = find(set, key);

	if (found)
		drop(set, found);
}

void key_set_done(struct key_set *set)
{
	struct key *key, *next;

	HASH_ITER (hh, set->keys, key, next)
		drop(set, key);
}
