/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/env_selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Ends each name with a NUL in place of its comma. */
static int parse_names(struct env_selection *selection)
{
	for (char *name = selection->names;; selection->count++) {
		size_t length = strcspn(name, ",=");

		if (length == 0 || name[length] == '=')
			return -EINVAL;
		if (name[length] == '\0')
			break;
		name[length] = '\0';
		name += length + 1;
	}
	selection->count++;
	return 0;
}

int env_selection_parse(const char *text, struct env_selection *selection)
{
	struct env_selection parsed = {.all = strcmp(text, "all") == 0};

	if (!parsed.all) {
		parsed.names = strdup(text);
		if (!parsed.names)
			return -ENOMEM;
		int code = parse_names(&parsed);
		if (code < 0) {
			env_selection_done(&parsed);
			return code;
		}
	}
	*selection = parsed;
	return 0;
}

void env_selection_done(struct env_selection *selection)
{
	free(selection->names);
	*selection = (struct env_selection){0};
}

/* VARIABLE is "NAME=value". */
static bool is_selected(const struct env_selection *selection, const char *variable,
			size_t name_length)
{
	const char *name = selection->names;

	if (selection->all)
		return true;
	for (size_t i = 0; i < selection->count; i++) {
		size_t length = strlen(name);

		if (length == name_length && memcmp(name, variable, length) == 0)
			return true;
		name += length + 1;
	}
	return false;
}

int env_selection_take(const struct env_selection *selection, const struct string_list *strings,
		       struct buffer *buffer, struct environment *environment)
{
	const char *string = strings->bytes.bytes;
	uint32_t count = 0;

	buffer->size = 0;
	for (uint32_t i = 0; i < strings->count; i++) {
		size_t size = strlen(string) + 1;
		const char *equals = memchr(string, '=', size);

		if (equals && is_selected(selection, string, (size_t)(equals - string))) {
			if (buffer_append(buffer, string, size) < 0)
				return -ENOMEM;
			count++;
		}
		string += size;
	}
	*environment = (struct environment){
		.known = true,
		.entries = {.bytes = {buffer->bytes, buffer->size}, .count = count},
	};
	return 0;
}
