/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/spread.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash_table.h"

struct spread_key {
	uint32_t program, word;
};

struct spread_word {
	struct spread_key key;
	uint32_t count;
	const struct ran_command *last; /* counted: a word may be there twice */
	UT_hash_handle hh;
};

void spread_done(struct spread *spread)
{
	struct spread_word *word, *next;

	HASH_ITER (hh, spread->by_word, word, next) {
		HASH_DEL(spread->by_word, word);
		free(word);
	}
}

static struct spread_word *find(const struct spread *spread, struct spread_key key)
{
	struct spread_word *word;

	HASH_FIND(hh, spread->by_word, &key, sizeof(key), word);
	return word;
}

static struct spread_word *get(struct spread *spread, struct spread_key key)
{
	struct spread_word *word = find(spread, key);

	if (word)
		return word;
	word = malloc(sizeof(*word));
	if (!word)
		return NULL;
	*word = (struct spread_word){.key = key};
	HASH_ADD(hh, spread->by_word, key, sizeof(word->key), word);
	if (!word->hh.tbl) {
		free(word);
		return NULL;
	}
	return word;
}

static int count_words(struct spread *spread, const struct wording *wording,
		       const struct ran_command *command)
{
	for (uint32_t i = 0; i < wording->count; i++) {
		const struct spread_key key = {wording->ids[0], wording->ids[i]};
		struct spread_word *word = get(spread, key);

		if (!word)
			return -ENOMEM;
		word->count += word->last != command;
		word->last = command;
	}
	return 0;
}

int spread_make(struct vocabulary *vocabulary, const struct commands *commands,
		struct spread *spread)
{
	int code = 0;

	for (const struct ran_command *command = commands->by_key; code == 0 && command;
	     command = command->hh.next) {
		struct wording wording;

		code = wording_make(vocabulary, &command->line, &wording);
		if (code < 0)
			break;
		code = count_words(spread, &wording, command);
		wording_done(&wording);
	}
	return code;
}

uint32_t spread_of(const struct spread *spread, uint32_t program, uint32_t word)
{
	const struct spread_word *found = find(spread, (struct spread_key){program, word});

	return found ? found->count : 0;
}
