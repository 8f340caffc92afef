/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/ring_check.h"

#include <errno.h>
#include <unistd.h>

#include "decode/registers.h"
#include "perf/ring_room.h"
#include "source/tracepoints.h"

static uint32_t largest_stack(const struct perf_event_extra *wanted, uint32_t pages)
{
	struct perf_event_extra extra = *wanted;

	while (!ring_room_is_in(ring_room(&extra, RING_ROOM_COMMON_NAME), pages))
		extra.stack_user /= 2;
	return extra.stack_user / 8 * 8;
}

/* Only an exec has a user stack; a page holds any other record. */
int ring_check(const struct request *request, struct error *err)
{
	const uint32_t pages = request->mmap_pages;
	const struct perf_event_extra extra = tracepoints_extra_at_exec(
		request->needs, registers_of_this_machine(), request->arg_bytes);

	if (pages == 0 || !extra.stack_user ||
	    ring_room_is_in(ring_room(&extra, RING_ROOM_COMMON_NAME), pages))
		return 0;
	error_set(err, -EINVAL,
		  "-m %u: a ring of %llu bytes cannot hold one exec with %u bytes of arguments",
		  pages, (unsigned long long)pages * (unsigned long long)sysconf(_SC_PAGESIZE),
		  extra.stack_user);
	error_remedy(err, "-m %u, or --arg-bytes %u",
		     ring_room_pages(ring_room(&extra, RING_ROOM_LONGEST_NAME)),
		     largest_stack(&extra, pages));
	return -EINVAL;
}
