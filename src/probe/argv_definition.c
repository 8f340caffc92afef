/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/argv_definition.h"

#include <stddef.h>
#include <stdio.h>

#include "probe/own_names.h"

/* A page of zeros that every kernel has. */
#define ZEROS "@empty_zero_page"

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
