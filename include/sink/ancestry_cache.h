/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps ancestries as a format writes them, by `ancestry_id` of their facts.
 */
#ifndef PXT_SINK_ANCESTRY_CACHE_H
#define PXT_SINK_ANCESTRY_CACHE_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/facts.h"

struct ancestry_format {
	/* Writes the ancestry of FACTS to OUT and returns the end. */
	char *(*put)(char *out, const struct facts *facts);
	/* Bytes that an ancestor whose name has LENGTH bytes takes at most. */
	size_t (*room)(size_t length);
};

struct ancestry_cache;

/* FORMAT is borrowed. Returns NULL without memory. Free with ancestry_cache_free(). */
struct ancestry_cache *ancestry_cache_new(const struct ancestry_format *format);

/* Free CACHE, which may be NULL. */
void ancestry_cache_free(struct ancestry_cache *cache);

/*
 * Find or make the TEXT of the ancestry of FACTS, borrowed from CACHE until the next call. Returns
 * 0 or -ENOMEM.
 */
int ancestry_cache_find(struct ancestry_cache *cache, const struct facts *facts,
			struct text *text) MUST_CHECK;

#endif
