/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/json_environment.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/put.h"
#include "base/string_list.h"
#include "base/utf8.h"
#include "sink/text/json_text.h"

struct variable {
	struct text entry;
	size_t index;
	size_t name_length; /* of the entry's bytes; behind it is the '=' */
	bool is_other;
};

static struct variable read_entry(struct text entry, size_t index)
{
	const char *equals = entry.length > 0 ? memchr(entry.bytes, '=', entry.length) : NULL;
	size_t name_length = equals ? (size_t)(equals - entry.bytes) : entry.length;
	bool has_name = equals && utf8_is_valid((struct text){entry.bytes, name_length});

	return (struct variable){entry, index, name_length, !has_name};
}

static int compare_names(const struct variable *a, const struct variable *b)
{
	if (a->name_length != b->name_length)
		return a->name_length < b->name_length ? -1 : 1;
	return memcmp(a->entry.bytes, b->entry.bytes, a->name_length);
}

static int by_index(const void *left, const void *right)
{
	const struct variable *a = left, *b = right;

	return (a->index > b->index) - (a->index < b->index);
}

/* Those that cannot be in the object go to the end. */
static int by_name(const void *left, const void *right)
{
	const struct variable *a = left, *b = right;
	int order;

	if (a->is_other != b->is_other)
		return a->is_other ? 1 : -1;
	order = compare_names(a, b);
	return order != 0 ? order : by_index(a, b);
}

/* An environment can have as many entries as a program likes: sorted, each is looked at once. */
static void find_repeated(struct json_environment *environment)
{
	struct variable *items = environment->items;
	size_t count = environment->count;

	qsort(items, count, sizeof(*items), by_name);
	for (size_t i = 1; i < count && !items[i].is_other; i++)
		items[i].is_other = compare_names(&items[i - 1], &items[i]) == 0;
	qsort(items, count, sizeof(*items), by_index);
}

static int reserve(struct json_environment *environment, size_t count)
{
	struct variable *items;

	if (count <= environment->capacity)
		return 0;
	items = reallocarray(environment->items, count, sizeof(*items));
	if (!items)
		return -ENOMEM;
	environment->items = items;
	environment->capacity = count;
	return 0;
}

int json_environment_read(struct json_environment *environment, struct string_list entries)
{
	size_t length = entries.bytes.length, count = entries.count;
	struct text entry;

	/* Each string has one byte at least. */
	if (reserve(environment, count < length ? count : length) < 0)
		return -ENOMEM;
	environment->count = 0;
	while (string_list_next(&entries, &entry)) {
		environment->items[environment->count] = read_entry(entry, environment->count);
		environment->count++;
	}
	if (environment->count > 0)
		find_repeated(environment);
	return 0;
}

void json_environment_done(struct json_environment *environment)
{
	free(environment->items);
	*environment = (struct json_environment){0};
}

static char *put_variable(char *out, const struct variable *variable)
{
	struct text entry = variable->entry;
	size_t value = variable->name_length + 1;

	out = json_put_string(out, (struct text){entry.bytes, variable->name_length});
	out = put_char(out, ':');
	return json_put_text(out, (struct text){entry.bytes + value, entry.length - value});
}

char *json_environment_put(char *out, const struct json_environment *environment)
{
	char *start = out = put_char(out, '{');

	for (size_t i = 0; i < environment->count; i++) {
		if (environment->items[i].is_other)
			continue;
		if (out > start)
			out = put_char(out, ',');
		out = put_variable(out, &environment->items[i]);
	}
	return put_char(out, '}');
}

char *json_environment_put_others(char *out, const struct json_environment *environment)
{
	char *start = out = put_char(out, '[');

	for (size_t i = 0; i < environment->count; i++) {
		if (!environment->items[i].is_other)
			continue;
		if (out > start)
			out = put_char(out, ',');
		out = json_put_text(out, environment->items[i].entry);
	}
	return put_char(out, ']');
}
