/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sinks whose memory runs out in the midst of a story (support_memory.h says what that takes).
 */
#ifndef PXT_TESTS_SUPPORT_STORY_MEMORY_H
#define PXT_TESTS_SUPPORT_STORY_MEMORY_H

#include <errno.h>
#include <stdbool.h>

#include "sink/out_buffer.h"
#include "support_memory.h"
#include "support_story.h"

/* With COUNT allocations: whether the sink takes all of STORY. Else it has to say -ENOMEM. */
static bool story_takes(const struct story *story, sink_maker *make, struct out_buffer *buffer,
			int count)
{
	struct sink_context context = {.output = buffer};
	int code = 0;

	allocations_left = count;
	struct sink *sink = make(&context);
	for (size_t i = 0; sink && i < story->count && code == 0; i++)
		code = story_give(story, sink, i);
	allocations_left = -1;
	assert_true(code == 0 || code == -ENOMEM);
	bool has_taken = sink && code == 0;
	sink_free(sink);
	return has_taken;
}

/* Let each allocation that STORY takes be the first to fail. How many it takes. */
static int story_count_allocations(const struct story *story, sink_maker *make)
{
	struct out_buffer *buffer = out_buffer_new(-1);
	int count = 1;

	assert_non_null(buffer);
	while (!story_takes(story, make, buffer, count))
		count++;
	out_buffer_free(buffer);
	return count;
}

#endif
