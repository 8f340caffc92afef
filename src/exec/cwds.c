/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/cwds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"

/* Address space randomisation makes the stack pointer tell one exec of a pid from the next. */
struct key {
	uint64_t pointer;
	int64_t pid;
};

struct entry {
	struct key key;
	UT_hash_handle hh;
	size_t length;
	char bytes[];
};

struct cwds {
	struct entry *entries; /* uthash keeps the order of insertion: the oldest is the head */
	size_t size;           /* bytes of all */
	struct entry *given;   /* taken out, and still borrowed */
};

struct cwds *cwds_new(void)
{
	return calloc(1, sizeof(struct cwds));
}

static size_t size_of(const struct entry *entry)
{
	return sizeof(*entry) + entry->length;
}

static struct entry *take_out(struct cwds *cwds, struct entry *entry)
{
	HASH_DEL(cwds->entries, entry);
	cwds->size -= size_of(entry);
	return entry;
}

void cwds_free(struct cwds *cwds)
{
	if (!cwds)
		return;
	while (cwds->entries)
		free(take_out(cwds, cwds->entries));
	free(cwds->given);
	free(cwds);
}

static struct entry *find(const struct cwds *cwds, int32_t pid, uint64_t pointer)
{
	const struct key key = {pointer, pid};
	struct entry *entry;

	HASH_FIND(hh, cwds->entries, &key, sizeof(key), entry);
	return entry;
}

int cwds_add(struct cwds *cwds, int32_t pid, uint64_t pointer, struct text cwd)
{
	struct entry *old = find(cwds, pid, pointer);
	struct entry *entry = malloc(sizeof(*entry) + cwd.length);

	if (!entry)
		return -ENOMEM;
	*entry = (struct entry){.key = {pointer, pid}, .length = cwd.length};
	memcpy(entry->bytes, cwd.bytes, cwd.length);
	if (old)
		free(take_out(cwds, old));
	HASH_ADD(hh, cwds->entries, key, sizeof(entry->key), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return -ENOMEM;
	}
	cwds->size += size_of(entry);
	while (cwds->size > CWDS_MAX && cwds->entries != entry)
		free(take_out(cwds, cwds->entries));
	return 0;
}

struct text cwds_take(struct cwds *cwds, int32_t pid, uint64_t pointer)
{
	struct entry *entry = find(cwds, pid, pointer);

	free(cwds->given);
	cwds->given = entry ? take_out(cwds, entry) : NULL;
	return entry ? (struct text){entry->bytes, entry->length} : (struct text){NULL, 0};
}
