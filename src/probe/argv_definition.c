/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/argv_definition.h"

#include <stddef.h>
#include <stdio.h>

#include "probe/own_names.h"

/*
 * A page of zeros; and, where kallsyms has no data (CONFIG_KALLSYMS_ALL), arm64's space between the
 * code and its end, which is a multiple of 64 KiB.
 */
static const char *const zero_sources[ARGV_ZERO_SOURCES] = {"@empty_zero_page", "@_etext-512"};

/* What is left of SIZE bytes at TEXT behind its first USED. */
static size_t left(size_t size, int used)
{
	return size - (size_t)used;
}

static unsigned int words_of(unsigned int field)
{
	const unsigned int rest = ARGV_CHUNK_BYTES - field * ARGV_FIELD_BYTES;

	return (rest < ARGV_FIELD_BYTES ? rest : ARGV_FIELD_BYTES) / 8U;
}

static int define_number(const char *group, unsigned int number, char *text, size_t size)
{
	return snprintf(text, size, "p:%s/" ARGV_EVENT " proc_exec_connector chunk=\\%u:u32", group,
			number);
}

void argv_define(const char *group, const struct argv_offsets *offsets, unsigned int chunk,
		 char text[ARGV_DEFINITION_SIZE])
{
	const size_t size = ARGV_DEFINITION_SIZE;
	int used = define_number(group, chunk, text, size);

	used += snprintf(text + used, left(size, used),
			 " start=+%u(+%u($arg1)):x64 end=+%u(+%u($arg1)):x64", offsets->arg_start,
			 offsets->mm, offsets->arg_end, offsets->mm);
	for (unsigned int i = 0; i < ARGV_FIELDS; i++)
		used += snprintf(text + used, left(size, used),
				 " bytes%u=+%u(+%u(+%u($arg1))):x64[%u]", i,
				 chunk * ARGV_CHUNK_BYTES + i * ARGV_FIELD_BYTES,
				 offsets->arg_start, offsets->mm, words_of(i));
}

void argv_define_zeros(const char *group, unsigned int chunk, unsigned int source,
		       char text[ARGV_DEFINITION_SIZE])
{
	const size_t size = ARGV_DEFINITION_SIZE;
	int used = define_number(group, ARGV_ZEROS + chunk, text, size);

	used += snprintf(text + used, left(size, used), " start=\\0:x64 end=\\0:x64");
	for (unsigned int i = 0; i < ARGV_FIELDS; i++)
		used += snprintf(text + used, left(size, used), " bytes%u=%s:x64[%u]", i,
				 zero_sources[source], words_of(i));
}
