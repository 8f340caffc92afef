/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support_words.h"

#include <string.h>

#include "base/load.h"

void put_bytes(struct words *words, const void *bytes, size_t length)
{
	assert_true(length <= sizeof(words->bytes) - words->size);
	memcpy(words->bytes + words->size, bytes, length);
	words->size += length;
}

void put32(struct words *words, uint32_t value)
{
	value = load32(&value, words->swap);
	put_bytes(words, &value, sizeof(value));
}

void put64(struct words *words, uint64_t value)
{
	value = load64(&value, words->swap);
	put_bytes(words, &value, sizeof(value));
}
