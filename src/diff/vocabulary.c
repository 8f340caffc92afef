/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/vocabulary.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_table.h"
#include "base/string_list.h"

struct vocabulary_word {
	uint32_t id;
	UT_hash_handle hh;
};

void vocabulary_done(struct vocabulary *vocabulary)
{
	struct vocabulary_word *word, *next;

	HASH_ITER (hh, vocabulary->by_text, word, next) {
		HASH_DEL(vocabulary->by_text, word);
		free(word);
	}
	free(vocabulary->words);
	*vocabulary = (struct vocabulary){0};
}

static int compare_ids(const void *a, const void *b)
{
	const uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;

	return (first > second) - (first < second);
}

void vocabulary_sort(uint32_t *ids, size_t count)
{
	qsort(ids, count, sizeof(*ids), compare_ids);
}

/* Returns 0 with *ID, or -ENOMEM. */
static int add_word(struct vocabulary *vocabulary, struct text text, uint32_t *id)
{
	struct vocabulary_word *word;

	HASH_FIND(hh, vocabulary->by_text, text.bytes, text.length, word);
	if (word) {
		*id = word->id;
		return 0;
	}
	word = malloc(sizeof(*word));
	if (!word || ARRAY_GROW(vocabulary->words, vocabulary->count, vocabulary->capacity) < 0) {
		free(word);
		return -ENOMEM;
	}
	word->id = *id = vocabulary->count;
	HASH_ADD_KEYPTR(hh, vocabulary->by_text, text.bytes, text.length, word);
	if (!word->hh.tbl) {
		free(word);
		return -ENOMEM;
	}
	vocabulary->words[vocabulary->count++] = text;
	return 0;
}

/* ---- words ---- */

struct ids {
	uint32_t *ids;
	size_t count, capacity;
};

static int put_word(struct vocabulary *vocabulary, struct text text, struct ids *out)
{
	int code = ARRAY_GROW(out->ids, out->count, out->capacity);

	return code < 0 ? code : add_word(vocabulary, text, &out->ids[out->count++]);
}

/* The length of "NAME=" before a value; 0: TEXT is no assignment. */
static size_t assigned_name(struct text text)
{
	size_t length = 0;

	while (length < text.length &&
	       (isalnum((unsigned char)text.bytes[length]) || text.bytes[length] == '_'))
		length++;
	return length > 0 && length + 1 < text.length && text.bytes[length] == '=' ? length + 1 : 0;
}

static int put_piece(struct vocabulary *vocabulary, struct text piece, struct ids *out)
{
	const size_t name = assigned_name(piece);
	int code = 0;

	if (name > 0)
		code = put_word(vocabulary, (struct text){piece.bytes, name}, out);
	const struct text rest = {piece.bytes + name, piece.length - name};
	return code < 0 ? code : put_word(vocabulary, rest, out);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool ends_piece(char c)
{
	return is_blank(c) || strchr("'\"`;()", c);
}

static bool is_script(struct text argument)
{
	for (size_t i = 0; i < argument.length; i++) {
		if (is_blank(argument.bytes[i]))
			return true;
	}
	return false;
}

static int put_script(struct vocabulary *vocabulary, struct text script, struct ids *out)
{
	int code = 0;

	for (size_t at = 0, length; code == 0 && at < script.length; at += length + 1) {
		length = 0;
		while (at + length < script.length && !ends_piece(script.bytes[at + length]))
			length++;
		if (length > 0)
			code = put_piece(vocabulary, (struct text){script.bytes + at, length}, out);
	}
	return code;
}

static int put_arguments(struct vocabulary *vocabulary, struct text argv, struct ids *out,
			 uint32_t *count)
{
	struct string_list left = {argv, UINT32_MAX};
	struct text argument;
	int code = 0;

	for (*count = 0; code == 0 && string_list_next(&left, &argument); ++*count)
		code = is_script(argument) ? put_script(vocabulary, argument, out)
					   : put_piece(vocabulary, argument, out);
	return code;
}

static int put_line(struct vocabulary *vocabulary, struct text program, struct text argv,
		    struct ids *out, uint32_t *arguments)
{
	int code = put_word(vocabulary, program, out);

	return code < 0 ? code : put_arguments(vocabulary, argv, out, arguments);
}

int wording_make(struct vocabulary *vocabulary, const struct command_line *line,
		 struct wording *wording)
{
	struct ids plain = {0}, numbered = {0};
	uint32_t arguments;
	int code = put_line(vocabulary, line->program, line->argv, &plain, &arguments);

	if (code == 0 && line->numbered.bytes != line->argv.bytes)
		code = put_line(vocabulary, line->program, line->numbered, &numbered, &arguments);
	/* "a1234=" is a name, "a<PID>=" is none. */
	if (code < 0 || numbered.count != plain.count) {
		free(numbered.ids);
		numbered.ids = NULL;
	}
	if (code < 0) {
		free(plain.ids);
		return code;
	}
	*wording = (struct wording){
		.ids = plain.ids,
		.numbered = numbered.ids ? numbered.ids : plain.ids,
		.count = (uint32_t)plain.count,
		.arguments = arguments,
	};
	return 0;
}

void wording_done(struct wording *wording)
{
	if (wording->numbered != wording->ids)
		free(wording->numbered);
	free(wording->ids);
	*wording = (struct wording){0};
}
