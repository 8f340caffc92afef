/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/execsnoop_line.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define COMM_WIDTH 16U

/* ARGSIZE of execsnoop.h: of longer paths the beginning, and nothing that says so. */
#define PATH_MAX_SHOWN 126U

static bool take_number(const char **at, const char *end, int32_t *number)
{
	int64_t value = 0;
	const char *start;

	if (*at == end || **at != ' ')
		return false;
	while (*at < end && **at == ' ')
		(*at)++;
	for (start = *at; *at < end && **at >= '0' && **at <= '9' && value <= INT32_MAX; (*at)++)
		value = value * 10 + (**at - '0');
	*number = (int32_t)value;
	return *at > start && value <= INT32_MAX;
}

/*
 * Backslashes are not escaped: one may stand for itself, or make the quote or letter behind it
 * something else. A path with any is not certain.
 */
static struct text take_path(const char *at, const char *end)
{
	if (end - at < 2 || at[0] != ' ' || at[1] != '"')
		return (struct text){0};
	at += 2;
	const char *quote = memchr(at, '"', (size_t)(end - at));
	if (!quote || memchr(at, '\\', (size_t)(quote - at)))
		return (struct text){0};
	size_t length = (size_t)(quote - at);
	return length > 0 && length <= PATH_MAX_SHOWN ? (struct text){at, length}
						      : (struct text){0};
}

static size_t unpadded(const char *comm)
{
	size_t length = COMM_WIDTH;

	while (length > 0 && comm[length - 1] == ' ')
		length--;
	return length;
}

ssize_t execsnoop_line_parse(struct text output, struct execsnoop_line *line)
{
	int32_t ret;

	if (output.length <= COMM_WIDTH)
		return 0;
	const char *at = output.bytes + COMM_WIDTH;
	const char *end = memchr(at, '\n', output.length - COMM_WIDTH);
	if (!end)
		return 0;
	/* A comm has 15 bytes at most: the 16th is padding. */
	if (at[-1] != ' ' || !take_number(&at, end, &line->pid) ||
	    !take_number(&at, end, &line->ppid) || !take_number(&at, end, &ret) || ret != 0 ||
	    line->pid == 0 || at == end || *at != ' ')
		return -EBADMSG;
	line->comm = (struct text){output.bytes, unpadded(output.bytes)};
	line->path = take_path(at, end);
	return end + 1 - output.bytes;
}
