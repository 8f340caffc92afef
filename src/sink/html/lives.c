/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/html/lives.h"

#include <stdlib.h>

void lives_done(struct lives *lives)
{
	struct life *life, *next;

	HASH_ITER (hh, lives->by_pid, life, next)
		lives_remove(lives, life);
}

struct life *lives_find(const struct lives *lives, int32_t pid)
{
	struct life *life;

	HASH_FIND_INT(lives->by_pid, &pid, life);
	return life;
}

struct life *lives_add(struct lives *lives, int32_t pid)
{
	struct life *life = calloc(1, sizeof(*life));

	if (!life)
		return NULL;
	life->pid = pid;
	HASH_ADD_INT(lives->by_pid, pid, life);
	if (!life->hh.tbl) {
		free(life);
		return NULL;
	}
	return life;
}

void lives_remove(struct lives *lives, struct life *life)
{
	HASH_DEL(lives->by_pid, life);
	free(life);
}
