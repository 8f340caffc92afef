/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static void free_words(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

/* The text at BYTES, which moves behind it. -EBADMSG where it is not whole, -ENOMEM. */
static int take_word(const unsigned char **bytes, const unsigned char *end, bool swap, char **word)
{
	size_t left = (size_t)(end - *bytes);

	if (left < sizeof(uint32_t))
		return -EBADMSG;
	size_t size = load32(*bytes, swap);
	if (size > left - sizeof(uint32_t))
		return -EBADMSG;
	*word = strndup((const char *)*bytes + sizeof(uint32_t), size);
	*bytes += sizeof(uint32_t) + size;
	return *word ? 0 : -ENOMEM;
}

int origin_read_command_line(struct origin *origin, const void *bytes, size_t size, bool swap)
{
	const unsigned char *at = bytes, *end = at + size;

	if (origin->command_line || size < sizeof(uint32_t))
		return 0;
	size_t count = load32(at, swap);
	at += sizeof(uint32_t);
	/* Each takes four bytes at least. */
	if (count > (size - sizeof(uint32_t)) / sizeof(uint32_t))
		return 0;
	char **words = calloc(count + 1, sizeof(*words));
	int code = words ? 0 : -ENOMEM;
	for (size_t i = 0; code == 0 && i < count; i++)
		code = take_word(&at, end, swap, &words[i]);
	if (code == 0) {
		origin->command_line = words;
		return 0;
	}
	free_words(words);
	return code == -ENOMEM ? code : 0;
}

void origin_read_thread_map(struct origin *origin, const void *body, size_t size, bool swap)
{
	const unsigned char *bytes = body;

	if (size < 2 * sizeof(uint64_t) || load64(bytes, swap) == 0)
		return;
	uint64_t pid = load64(bytes + sizeof(uint64_t), swap);
	/* All ones stand for the whole host. */
	origin->first_pid = pid <= INT32_MAX ? (int32_t)pid : 0;
}

void origin_done(struct origin *origin)
{
	free_words(origin->command_line);
	origin->command_line = NULL;
}
