/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/at_exec_kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"

/* Address space randomisation makes the stack pointer tell one exec of a pid from the next. */
struct key {
	uint64_t pointer;
	int32_t pid;
	uint32_t fact;
};

struct entry {
	struct key key;
	UT_hash_handle hh;
	size_t length;
	char bytes[];
};

struct at_exec_kept {
	struct entry *entries; /* uthash keeps the order of insertion: the oldest is the head */
	size_t size;           /* bytes of all */
	struct entry *given[AT_EXEC_FACTS]; /* taken out, and still borrowed */
};

struct at_exec_kept *at_exec_kept_new(void)
{
	return calloc(1, sizeof(struct at_exec_kept));
}

static size_t size_of(const struct entry *entry)
{
	return sizeof(*entry) + entry->length;
}

static struct entry *take_out(struct at_exec_kept *kept, struct entry *entry)
{
	HASH_DEL(kept->entries, entry);
	kept->size -= size_of(entry);
	return entry;
}

void at_exec_kept_free(struct at_exec_kept *kept)
{
	if (!kept)
		return;
	while (kept->entries)
		free(take_out(kept, kept->entries));
	for (size_t i = 0; i < AT_EXEC_FACTS; i++)
		free(kept->given[i]);
	free(kept);
}

static struct entry *find(const struct at_exec_kept *kept, const struct key *key)
{
	struct entry *entry;

	HASH_FIND(hh, kept->entries, key, sizeof(*key), entry);
	return entry;
}

int at_exec_kept_add(struct at_exec_kept *kept, enum at_exec_fact fact, int32_t pid,
		     uint64_t pointer, struct text text)
{
	const struct key key = {pointer, pid, fact};
	struct entry *old = find(kept, &key);
	struct entry *entry = malloc(sizeof(*entry) + text.length);

	if (!entry)
		return -ENOMEM;
	*entry = (struct entry){.key = key, .length = text.length};
	memcpy(entry->bytes, text.bytes, text.length);
	if (old)
		free(take_out(kept, old));
	HASH_ADD(hh, kept->entries, key, sizeof(entry->key), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return -ENOMEM;
	}
	kept->size += size_of(entry);
	while (kept->size > AT_EXEC_KEPT_MAX && kept->entries != entry)
		free(take_out(kept, kept->entries));
	return 0;
}

struct at_exec at_exec_kept_take(struct at_exec_kept *kept, int32_t pid, uint64_t pointer)
{
	struct at_exec at_exec = {0};

	for (uint32_t fact = 0; fact < AT_EXEC_FACTS; fact++) {
		struct entry *entry = find(kept, &(struct key){pointer, pid, fact});

		free(kept->given[fact]);
		kept->given[fact] = entry ? take_out(kept, entry) : NULL;
		if (entry)
			at_exec_set(fact, (struct text){entry->bytes, entry->length}, &at_exec);
	}
	return at_exec;
}
