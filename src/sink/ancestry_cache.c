/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/ancestry_cache.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buffer.h"

/* Ids are given out in turn: those in use are close to each other. */
#define SLOTS 64U

struct slot {
	uint64_t id; /* 0: none */
	struct buffer text;
};

struct ancestry_cache {
	const struct ancestry_format *format;
	struct slot slots[SLOTS];
};

struct ancestry_cache *ancestry_cache_new(const struct ancestry_format *format)
{
	struct ancestry_cache *cache = calloc(1, sizeof(*cache));

	if (cache)
		cache->format = format;
	return cache;
}

void ancestry_cache_free(struct ancestry_cache *cache)
{
	for (size_t i = 0; cache && i < SLOTS; i++)
		buffer_done(&cache->slots[i].text);
	free(cache);
}

static size_t room_of(const struct ancestry_cache *cache, const struct facts *facts)
{
	size_t room = cache->format->room(0);

	for (size_t i = 0; i < facts->ancestor_count; i++)
		room += cache->format->room(facts->ancestry[i].comm.length);
	return room;
}

static int fill(const struct ancestry_cache *cache, struct slot *slot, const struct facts *facts)
{
	slot->id = 0;
	slot->text.size = 0;
	int code = buffer_reserve(&slot->text, room_of(cache, facts));
	if (code < 0)
		return code;
	slot->text.size = (size_t)(cache->format->put(slot->text.bytes, facts) - slot->text.bytes);
	slot->id = facts->ancestry_id;
	return 0;
}

int ancestry_cache_find(struct ancestry_cache *cache, const struct facts *facts, struct text *text)
{
	struct slot *slot = &cache->slots[facts->ancestry_id % SLOTS];
	bool is_known = slot->id != 0 && slot->id == facts->ancestry_id;
	int code = is_known ? 0 : fill(cache, slot, facts);

	*text = (struct text){slot->text.bytes, slot->text.size};
	return code;
}
