/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "aaaa…(400902 bytes)" for an argument that is longer than the limit. Events without such a one,
 * which are nearly all, are passed on as they are.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/string_list.h"
#include "base/utf8.h"
#include "event/facts.h"
#include "sink/front.h"
#include "sink/sink.h"

struct sink_short_arguments {
	struct sink_front front;
	size_t limit;       /* bytes of an argument */
	struct buffer argv; /* of the event that is passed on */
};

static bool has_longer(struct string_list arguments, size_t limit)
{
	struct text argument;

	if (arguments.bytes.length <= limit)
		return false;
	while (string_list_next(&arguments, &argument)) {
		if (argument.length > limit)
			return true;
	}
	return false;
}

/* Returns how many bytes of ARGUMENT, at most LIMIT, to keep so that no UTF-8 sequence is cut. */
static size_t kept_bytes(struct text argument, size_t limit)
{
	const unsigned char *bytes = (const unsigned char *)argument.bytes;
	uint32_t point;

	for (size_t back = 1; back < 4 && back <= limit; back++) {
		size_t at = limit - back;

		if (utf8_next(bytes + at, argument.length - at, &point) > back)
			return at;
	}
	return limit;
}

/* Append ARGUMENT with a NUL, cut where it is too long. */
static void put_argument(struct sink_short_arguments *shorter, struct text argument)
{
	char mark[48] = "";
	int length = 0;

	if (argument.length > shorter->limit) {
		length = snprintf(mark, sizeof(mark), "…(%zu bytes)", argument.length);
		argument.length = kept_bytes(argument, shorter->limit);
	}
	buffer_put(&shorter->argv, argument.bytes, argument.length);
	buffer_put(&shorter->argv, mark, (size_t)length);
	buffer_put(&shorter->argv, "", 1);
}

static int shorten(struct sink_front *front, const struct facts *facts, struct facts *shown)
{
	struct sink_short_arguments *shorter = (struct sink_short_arguments *)front;
	struct string_list left = facts->arguments.known;
	struct text argument;

	if (!has_longer(left, shorter->limit))
		return 0;
	shorter->argv.size = 0;
	shorter->argv.failed = false;
	while (string_list_next(&left, &argument))
		put_argument(shorter, argument);
	if (shorter->argv.failed)
		return -ENOMEM;
	*shown = *facts;
	shown->arguments.known.bytes = (struct text){shorter->argv.bytes, shorter->argv.size};
	return 1;
}

static void short_arguments_done(struct sink *sink)
{
	buffer_done(&((struct sink_short_arguments *)sink)->argv);
}

static const struct sink_ops short_arguments_ops = {
	.event = sink_front_event,
	.running = sink_front_running,
	.idle = sink_front_idle,
	.done = short_arguments_done,
};

struct sink *sink_short_arguments_new(struct sink *next, size_t limit)
{
	struct sink_front *front = sink_front_new(&short_arguments_ops, next, shorten,
						  sizeof(struct sink_short_arguments));

	if (!front)
		return NULL;
	((struct sink_short_arguments *)front)->limit = limit;
	return &front->sink;
}
