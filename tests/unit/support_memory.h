/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that runs out, for a test whose WRAP_ line in the Makefile says `calloc malloc`. All in a
 * header: only such a program has the real ones under these names.
 */
#ifndef PXT_TESTS_SUPPORT_MEMORY_H
#define PXT_TESTS_SUPPORT_MEMORY_H

#include <errno.h>
#include <stdbool.h>

#include "sink/out_buffer.h"
#include "support_story.h"

void *__real_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);

/* So many allocations succeed; negative: all. */
static int allocations_left = -1;

static bool may_allocate(void)
{
	if (allocations_left > 0)
		allocations_left--;
	return allocations_left != 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

/* With COUNT allocations: whether the sink takes all of STORY. Else it has to say -ENOMEM. */
static bool story_takes(const struct story *story, sink_maker *new_sink, struct out_buffer *buffer,
			int count)
{
	struct sink_context context = {.output = buffer};
	int code = 0;

	allocations_left = count;
	struct sink *sink = new_sink(&context);
	for (size_t i = 0; sink && i < story->count && code == 0; i++)
		code = sink_event(sink, &story->events[i]);
	allocations_left = -1;
	assert_true(code == 0 || code == -ENOMEM);
	bool has_taken = sink && code == 0;
	sink_free(sink);
	return has_taken;
}

/* Let each allocation that STORY takes be the first to fail. How many it takes. */
static int story_count_allocations(const struct story *story, sink_maker *new_sink)
{
	struct out_buffer *buffer = out_buffer_new(-1);
	int count = 1;

	assert_non_null(buffer);
	while (!story_takes(story, new_sink, buffer, count))
		count++;
	out_buffer_free(buffer);
	return count;
}

#endif
