/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/own_names.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

#define GROUP_PREFIX "perf_exec_trace_"

void own_group_name(const struct event_owner *owner, char group[OWN_GROUP_SIZE])
{
	snprintf(group, OWN_GROUP_SIZE, GROUP_PREFIX "%" PRId32 "_%" PRIu64, owner->pid,
		 owner->start);
}

/* Returns what follows START in TEXT, NULL where it begins otherwise. */
static const char *behind(const char *text, const char *start)
{
	const size_t length = strlen(start);

	return text && strncmp(text, start, length) == 0 ? text + length : NULL;
}

const char *own_event_of(const char *line, struct event_owner *owner)
{
	static const char *const names[] = {ARGV_EVENT, PATH_EVENT};
	struct event_owner found;
	char group[OWN_GROUP_SIZE];

	if (sscanf(line, "p:" GROUP_PREFIX "%" SCNd32 "_%" SCNu64, &found.pid, &found.start) != 2)
		return NULL;
	/* As we write it, and no other way. */
	own_group_name(&found, group);
	const char *name = behind(behind(behind(line, "p:"), group), "/");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (behind(behind(name, names[i]), " ")) {
			*owner = found;
			return names[i];
		}
	}
	return NULL;
}
