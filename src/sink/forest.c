/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/forest.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"

struct entry {
	struct forest_node node; /* .pid is the key; first, so that either leads to the other */
	UT_hash_handle hh;
};

struct forest {
	struct entry *by_pid;
};

struct forest *forest_new(void)
{
	return calloc(1, sizeof(struct forest));
}

void forest_free(struct forest *forest)
{
	struct entry *entry, *next;

	if (!forest)
		return;
	HASH_ITER (hh, forest->by_pid, entry, next) {
		HASH_DEL(forest->by_pid, entry);
		free(entry);
	}
	free(forest);
}

struct forest_node *forest_find(const struct forest *forest, int32_t pid)
{
	struct entry *entry;

	HASH_FIND_INT(forest->by_pid, &pid, entry);
	return entry ? &entry->node : NULL;
}

struct forest_node *forest_add(struct forest *forest, int32_t pid, int32_t ppid, unsigned int depth)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	forest_remove(forest, forest_find(forest, pid));
	entry->node =
		(struct forest_node){.pid = pid, .ppid = ppid, .depth = depth, .is_copy = true};
	HASH_ADD_INT(forest->by_pid, node.pid, entry);
	if (!entry->hh.tbl) {
		free(entry);
		return NULL;
	}
	return &entry->node;
}

void forest_remove(struct forest *forest, struct forest_node *node)
{
	struct entry *entry = (struct entry *)node;

	if (!entry)
		return;
	HASH_DEL(forest->by_pid, entry);
	free(entry);
}

unsigned int forest_depth(const struct forest *forest, const struct facts *facts, bool and_self)
{
	const struct forest_node *node = and_self ? forest_find(forest, facts->tgid) : NULL;

	if (!node)
		node = forest_find(forest, facts->ppid);
	for (size_t i = 0; i < facts->ancestor_count && !node; i++)
		node = forest_find(forest, facts->ancestry[i].pid);
	return node ? node->depth + 1 : 0;
}

struct forest_node *forest_next(const struct forest *forest, const struct forest_node *node)
{
	const struct entry *entry = (const struct entry *)node;
	struct entry *next = entry ? entry->hh.next : forest->by_pid;

	return next ? &next->node : NULL;
}

void forest_set_name(struct forest_node *node, struct text name)
{
	node->name_length = name.length < sizeof(node->name) ? name.length : sizeof(node->name);
	if (node->name_length > 0)
		memcpy(node->name, name.bytes, node->name_length);
}

struct text forest_name(const struct forest_node *node)
{
	return (struct text){node->name, node->name_length};
}
