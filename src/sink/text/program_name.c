/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/program_name.h"

#include <string.h>

#include "base/text.h"

static bool is_number(struct text text)
{
	for (size_t i = 0; i < text.length; i++) {
		if (text.bytes[i] < '0' || text.bytes[i] > '9')
			return false;
	}
	return text.length > 0;
}

bool program_is_nameless(struct text filename)
{
	struct text base = text_behind_last(filename, '/');
	size_t folders = filename.length - base.length;

	if (text_begins(filename, "/dev/"))
		return folders == strlen("/dev/fd/") && text_begins(filename, "/dev/fd/") &&
		       is_number(base);
	if (!text_begins(filename, "/proc/"))
		return false;
	if (text_equals(base, "exe"))
		return true;
	return is_number(base) && memcmp(base.bytes - 4, "/fd/", 4) == 0;
}

/* A title, or what would spoil a line, is no name. */
static bool is_word(struct text text)
{
	for (size_t i = 0; i < text.length; i++) {
		unsigned char byte = (unsigned char)text.bytes[i];

		if (byte <= ' ' || byte == 0x7f)
			return false;
	}
	return text.length > 0;
}

/* Without bytes: it says no more than the file. */
static struct text name_of_argv0(const struct arguments *arguments)
{
	const struct text words = arguments->known.bytes;
	struct text first = {words.bytes,
			     words.length > 0 ? strnlen(words.bytes, words.length) : 0};
	struct text name = text_behind_last(first, '/');

	if (program_is_nameless(first))
		return (struct text){0};
	if (name.length > 0 && name.bytes[0] == '-')
		name = (struct text){name.bytes + 1, name.length - 1};
	return is_word(name) ? name : (struct text){0};
}

struct text program_name(struct text filename, const struct arguments *arguments, struct text comm)
{
	struct text name = program_is_nameless(filename) ? name_of_argv0(arguments)
							 : text_behind_last(filename, '/');

	if (name.length > 0)
		return name;
	return comm.bytes ? comm : (struct text){"?", 1};
}
