/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/argv_definition.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GROUP_PREFIX "perf_exec_trace_"

/* A page of zeros that every kernel has. */
#define ZEROS "@empty_zero_page"

void argv_group_name(const struct argv_owner *owner, char group[ARGV_GROUP_SIZE])
{
	snprintf(group, ARGV_GROUP_SIZE, GROUP_PREFIX "%" PRId32 "_%" PRIu64, owner->pid,
		 owner->start);
}

bool argv_owner_of(const char *line, struct argv_owner *owner)
{
	struct argv_owner found;
	char name[ARGV_GROUP_SIZE];

	if (sscanf(line, "p:" GROUP_PREFIX "%" SCNd32 "_%" SCNu64, &found.pid, &found.start) != 2)
		return false;
	/* As we write it, and no other way. */
	argv_group_name(&found, name);
	const size_t length = strlen(name);
	if (strncmp(line + strlen("p:"), name, length) != 0 ||
	    strncmp(line + strlen("p:") + length, "/" ARGV_EVENT " ", strlen("/" ARGV_EVENT " ")) !=
		    0)
		return false;
	*owner = found;
	return true;
}

/* What is left of SIZE bytes at TEXT behind its first USED. */
static size_t left(size_t size, int used)
{
	return size - (size_t)used;
}

static int define_bounds(const char *group, const struct argv_offsets *offsets, unsigned int number,
			 char *text, size_t size)
{
	int used = snprintf(text, size, "p:%s/" ARGV_EVENT " proc_exec_connector chunk=\\%u:u32",
			    group, number);

	if (number >= ARGV_ZEROS)
		return used + snprintf(text + used, left(size, used), " start=\\0:x64 end=\\0:x64");
	return used + snprintf(text + used, left(size, used),
			       " start=+%u(+%u($arg1)):x64 end=+%u(+%u($arg1)):x64",
			       offsets->arg_start, offsets->mm, offsets->arg_end, offsets->mm);
}

void argv_define(const char *group, const struct argv_offsets *offsets, unsigned int number,
		 char text[ARGV_DEFINITION_SIZE])
{
	const size_t size = ARGV_DEFINITION_SIZE;
	int used = define_bounds(group, offsets, number, text, size);

	for (unsigned int i = 0; i < ARGV_FIELDS; i++) {
		const unsigned int at = i * ARGV_FIELD_BYTES;
		const unsigned int rest = ARGV_CHUNK_BYTES - at;
		const unsigned int words = (rest < ARGV_FIELD_BYTES ? rest : ARGV_FIELD_BYTES) / 8U;

		if (number >= ARGV_ZEROS)
			used += snprintf(text + used, left(size, used),
					 " bytes%u=" ZEROS ":x64[%u]", i, words);
		else
			used += snprintf(text + used, left(size, used),
					 " bytes%u=+%u(+%u(+%u($arg1))):x64[%u]", i,
					 number * ARGV_CHUNK_BYTES + at, offsets->arg_start,
					 offsets->mm, words);
	}
}
