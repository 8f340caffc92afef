/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/perfetto/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"

struct name {
	UT_hash_handle hh;
	uint32_t number;
	char text[];
};

void names_done(struct names *names)
{
	struct name *name, *next;

	HASH_ITER (hh, names->by_text, name, next) {
		HASH_DEL(names->by_text, name);
		free(name);
	}
}

uint32_t names_find(const struct names *names, struct text text)
{
	struct name *name;

	HASH_FIND(hh, names->by_text, text.bytes, text.length, name);
	return name ? name->number : 0;
}

int names_add(struct names *names, struct text text, uint32_t *number)
{
	*number = 0;
	if (names->count == NAMES_MAX || text.length > NAME_BYTES)
		return 0;
	struct name *name = malloc(sizeof(*name) + text.length);
	if (!name)
		return -ENOMEM;
	memcpy(name->text, text.bytes, text.length);
	HASH_ADD(hh, names->by_text, text[0], text.length, name);
	if (!name->hh.tbl) {
		free(name);
		return -ENOMEM;
	}
	*number = name->number = ++names->count;
	return 0;
}
