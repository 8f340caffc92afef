/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/forest.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

void forest_done(struct forest *forest)
{
	struct forest_node *node, *next;

	HASH_ITER (hh, forest->by_pid, node, next)
		forest_remove(forest, node);
}

struct forest_node *forest_find(const struct forest *forest, int32_t pid)
{
	struct forest_node *node;

	HASH_FIND_INT(forest->by_pid, &pid, node);
	return node;
}

struct forest_node *forest_add(struct forest *forest, int32_t pid, int32_t ppid, unsigned int depth)
{
	struct forest_node *node = malloc(sizeof(*node));

	if (!node)
		return NULL;
	forest_remove(forest, forest_find(forest, pid));
	*node = (struct forest_node){.pid = pid, .ppid = ppid, .depth = depth, .is_copy = true};
	HASH_ADD_INT(forest->by_pid, pid, node);
	if (!node->hh.tbl) {
		free(node);
		return NULL;
	}
	return node;
}

void forest_remove(struct forest *forest, struct forest_node *node)
{
	if (!node)
		return;
	forest_end_wait(forest, node);
	HASH_DEL(forest->by_pid, node);
	free(node);
}

void forest_wait(struct forest *forest, struct forest_node *node)
{
	node->is_waiting = true;
	DL_APPEND(forest->waiting, node);
}

void forest_end_wait(struct forest *forest, struct forest_node *node)
{
	if (node->is_waiting)
		DL_DELETE(forest->waiting, node);
	node->is_waiting = false;
}

struct forest_node *forest_overdue(const struct forest *forest, uint64_t now_ns)
{
	struct forest_node *oldest = forest->waiting;
	bool is_overdue = oldest && now_ns >= oldest->born_ns &&
			  now_ns - oldest->born_ns >= FOREST_PATIENCE_NS;

	return is_overdue ? oldest : NULL;
}

unsigned int forest_depth(const struct forest *forest, const struct facts *facts, bool and_self)
{
	const struct forest_node *node = and_self ? forest_find(forest, facts->tgid) : NULL;

	if (!node)
		node = forest_find(forest, facts->ppid);
	for (size_t i = 0; i < facts->ancestor_count && !node; i++)
		node = forest_find(forest, facts->ancestry[i].pid);
	return node ? node->depth + node->is_shown : 0;
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
