/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/notes/kinds.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

#define HEX_DIGITS 16

/* So many never overflow 64 bits. */
#define DECIMAL_DIGITS 19

/*
 * The fields of an item, a letter each. Numbers come first: p a pid, i a user or group id, n any,
 * d one with a sign, x an address. Then s `string`; b `strings` of program.size bytes, or r up to
 * the end. Kinds that are not here have no items.
 */
static const char *const kinds[] = {
	[CAPTURE_NOTE_ARGUMENTS] = "xr",   [CAPTURE_NOTE_ENVIRONMENT] = "xr",
	[CAPTURE_NOTE_EXIT_PATHS] = "nx",  [CAPTURE_NOTE_OLD_IDS] = "piiii",
	[CAPTURE_NOTE_SELECTION] = "s",    [CAPTURE_NOTE_WALL_STEP] = "d",
	[CAPTURE_NOTE_COMMAND] = "pn",     [CAPTURE_NOTE_OLD_ARGUMENTS] = "pnnnsb",
	[CAPTURE_NOTE_STATUSES] = "ppnnn", [CAPTURE_NOTE_STATUSES_FROM] = "nns",
	[CAPTURE_NOTE_USAGE] = "pnnnnnnn", [CAPTURE_NOTE_PROBED] = "xr",
	[CAPTURE_NOTE_CWD] = "xs",         [CAPTURE_NOTE_EXE] = "xs",
	[CAPTURE_NOTE_SESSION] = "xs",
};

static bool is_number(char field)
{
	return field == 'p' || field == 'i' || field == 'n' || field == 'd' || field == 'x';
}

/* Returns the character that ends the number at FIELD. */
static char end_of(const char *field)
{
	return is_number(field[1]) ? ' ' : '\0';
}

/* ---- encoding ---- */

static void encode_number(const char *field, uint64_t value, struct buffer *bytes)
{
	char text[32];
	int length;

	if (*field == 'x')
		length = snprintf(text, sizeof(text), "%0*" PRIx64, HEX_DIGITS, value);
	else if (*field == 'd')
		length = snprintf(text, sizeof(text), "%" PRId64, (int64_t)value);
	else
		length = snprintf(text, sizeof(text), "%" PRIu64, value);
	text[length] = end_of(field);
	buffer_put(bytes, text, (size_t)length + 1);
}

static void encode_strings(char field, const struct note_item *item, struct buffer *bytes)
{
	const struct text text = field == 's' ? item->string : item->strings.bytes;

	buffer_put(bytes, text.bytes, text.length);
	if (field == 's')
		buffer_put(bytes, "", 1);
}

void note_draft_add(struct note_draft *draft, const struct note_item *item)
{
	const uint64_t *number = item->numbers;

	for (const char *field = kinds[draft->note.kind]; *field; field++) {
		if (is_number(*field))
			encode_number(field, *number++, &draft->bytes);
		else
			encode_strings(*field, item, &draft->bytes);
	}
	draft->note.count++;
}

/* ---- decoding: of bytes that end with a NUL ---- */

static struct text take(struct text *left, size_t size)
{
	const struct text taken = {left->bytes, size};

	*left = (struct text){left->bytes + size, left->length - size};
	return taken;
}

static uint64_t most_of(char field)
{
	if (field == 'p')
		return INT32_MAX;
	return field == 'i' ? UINT32_MAX : UINT64_MAX;
}

/* decode_decimal() of one that may be too large. */
static const char *decode_long_decimal(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno == 0 ? end : NULL;
}

/* Statuses have five for each exit: not by strtoull(). Returns the end; NULL: it is too large. */
static const char *decode_decimal(const char *text, uint64_t *value)
{
	const char *start = text;
	uint64_t number = 0;
	unsigned int digit;

	for (; (digit = (unsigned char)*text - (unsigned int)'0') < 10; text++)
		number = number * 10 + digit;
	*value = number;
	return text - start <= DECIMAL_DIGITS ? text : decode_long_decimal(start, value);
}

static const char *decode_digits(char field, const char *text, uint64_t *value)
{
	char *end;

	if (field != 'd' && field != 'x')
		return decode_decimal(text, value);
	*value = field == 'd' ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 16);
	return end;
}

static bool decode_number(const char *field, struct text *left, uint64_t *value)
{
	const char *start = left->bytes;

	if (left->length == 0)
		return false;
	const char *end = decode_digits(*field, start, value);
	if (!end || end == start || *end != end_of(field) || *value > most_of(*field) ||
	    (*field == 'x' && end - start != HEX_DIGITS))
		return false;
	take(left, (size_t)(end - start) + 1);
	return true;
}

static bool decode_string(struct text *left, struct text *string)
{
	if (left->length == 0)
		return false;
	*string = take(left, strlen(left->bytes));
	take(left, 1);
	return true;
}

static bool decode_strings(struct text *left, uint64_t size, struct string_list *strings)
{
	if (size > left->length || (size > 0 && left->bytes[size - 1] != '\0'))
		return false;
	strings->bytes = take(left, (size_t)size);
	for (size_t i = 0; i < size; i++)
		strings->count += strings->bytes.bytes[i] == '\0';
	return true;
}

static bool decode(const char *field, struct text *left, struct note_item *item)
{
	uint64_t *number = item->numbers;
	bool whole = left->bytes[left->length - 1] == '\0';

	for (; whole && *field; field++) {
		if (is_number(*field))
			whole = decode_number(field, left, number++);
		else if (*field == 's')
			whole = decode_string(left, &item->string);
		else
			whole = decode_strings(left,
					       *field == 'b' ? item->program.size : left->length,
					       &item->strings);
	}
	return whole;
}

int note_next(uint16_t kind, struct text *left, struct note_item *item)
{
	if (kind >= ARRAY_SIZE(kinds) || !kinds[kind])
		return -EBADMSG;
	if (left->length == 0)
		return 0;
	*item = (struct note_item){0};
	return decode(kinds[kind], left, item) ? 1 : -EBADMSG;
}
