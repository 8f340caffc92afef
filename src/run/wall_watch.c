/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/wall_watch.h"

#include "host/perf_clock.h"
#include "sink/text/wall_steps.h"

bool wall_watch_look(struct wall_watch *watch, uint64_t *from_ns)
{
	uint64_t now = perf_clock_now_ns();
	int64_t offset, change;

	if (!perf_clock_wall_offset(&offset) && watch->known)
		return false;
	bool same = watch->known && !__builtin_sub_overflow(offset, watch->offset_ns, &change) &&
		    change > -WALL_STEP_NS && change < WALL_STEP_NS;
	if (same)
		return false;
	*watch = (struct wall_watch){.known = true, .offset_ns = offset};
	*from_ns = now;
	return true;
}
