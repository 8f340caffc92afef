/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/wall_steps.h"

#include <string.h>

static void drop_oldest(struct wall_steps *steps)
{
	steps->before_ns = steps->list[0].offset_ns;
	steps->dropped++;
	steps->count--;
	memmove(steps->list, steps->list + 1, steps->count * sizeof(steps->list[0]));
}

void wall_steps_add(struct wall_steps *steps, uint64_t from_ns, int64_t offset_ns)
{
	if (steps->count == WALL_STEPS_MAX)
		drop_oldest(steps);
	steps->list[steps->count].from_ns = from_ns;
	steps->list[steps->count++].offset_ns = offset_ns;
}

int64_t wall_steps_at(const struct wall_steps *steps, uint64_t time_ns, int64_t first_ns)
{
	for (size_t i = steps->count; i-- > 0;) {
		if (time_ns >= steps->list[i].from_ns)
			return steps->list[i].offset_ns;
	}
	return steps->dropped > 0 ? steps->before_ns : first_ns;
}
