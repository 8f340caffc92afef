/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/host_info.h"

#include <stdbool.h>
#include <stddef.h>

#include "host/perf_clock.h"

void host_info_fill(struct source_info *info, struct host_identity *identity)
{
	host_identity_of_this_host(identity);
	info->host = identity->name[0] ? identity->name : NULL;
	info->boot_id = identity->boot_id[0] ? identity->boot_id : NULL;
	/* Even where it may be off by more than 0.1 ms: there is no better one. */
	bool exact = perf_clock_wall_offset(&info->wall_offset_ns);
	(void)exact;
	info->wall_offset_known = true;
	info->has_times = true;
}
