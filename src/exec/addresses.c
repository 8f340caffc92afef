/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/addresses.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* As proc(5) numbers the fields. */
#define FIELD_BEHIND_COMM 3
#define FIELD_START_STACK 28
#define FIELD_ARG_START 48
#define FIELD_END 52

/* The next field of REST, which moves behind it. */
static struct text take_field(struct text *rest)
{
	size_t start = 0;

	while (start < rest->length && rest->bytes[start] == ' ')
		start++;
	size_t end = start;
	while (end < rest->length && !isspace((unsigned char)rest->bytes[end]))
		end++;
	struct text field = {rest->bytes + start, end - start};
	*rest = (struct text){rest->bytes + end, rest->length - end};
	return field;
}

static bool parse_address(struct text field, uint64_t *address)
{
	uint64_t value = 0;

	for (size_t i = 0; i < field.length; i++) {
		unsigned int digit = (unsigned char)field.bytes[i] - (unsigned int)'0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*address = value;
	return field.length > 0;
}

int addresses_parse(const char *text, size_t length, struct addresses *addresses)
{
	/* The name may hold anything, ')' too: the last one ends it. */
	const char *name_end = memrchr(text, ')', length);
	uint64_t values[FIELD_END] = {0};

	if (!name_end)
		return -EBADMSG;
	struct text rest = {name_end + 1, (size_t)(text + length - name_end) - 1};
	for (int number = FIELD_BEHIND_COMM; number < FIELD_END; number++) {
		struct text field = take_field(&rest);
		bool is_address = number == FIELD_START_STACK || number >= FIELD_ARG_START;

		if (is_address && !parse_address(field, &values[number]))
			return -EBADMSG;
	}
	*addresses = (struct addresses){
		.start_stack = values[FIELD_START_STACK],
		.arg_start = values[FIELD_ARG_START],
		.arg_end = values[FIELD_ARG_START + 1],
		.env_start = values[FIELD_ARG_START + 2],
		.env_end = values[FIELD_ARG_START + 3],
	};
	return 0;
}
