/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/sinks.h"

#include <stdio.h>
#include <string.h>

/* argv[0] also names what runs through /proc/self/exe. */
#define PROCESSES (NEED_TASKS | NEED_STATUS | NEED_ARGUMENTS)
#define SHOWS_TO_PERSONS \
	(SINK_SHOWS_EVENTS | SINK_SHOWS_TIME | SINK_SHOWS_FAILED_EXECS | SINK_SHOWS_USAGE)
#define SHOWS_ALL \
	(SHOWS_TO_PERSONS | SINK_SHOWS_RECORDS | SINK_SHOWS_ENVIRONMENT | SINK_SHOWS_SURROUNDINGS)

const struct sink_type sink_types[] = {
	{"pipe", NULL, 0, SINK_SHOWS_EVENTS | SINK_SHOWS_RECORDS, sink_pipe_new},
	{"extended", "-x", NEEDS_ALL, SHOWS_ALL, sink_extended_new},
	{"json", NULL, NEEDS_ALL, SHOWS_ALL & ~SINK_SHOWS_RECORDS, sink_json_new},
	{"table", NULL, PROCESSES, SHOWS_TO_PERSONS, sink_table_new},
	{"tree", NULL, PROCESSES, SHOWS_TO_PERSONS | SINK_SHOWS_COPIES, sink_tree_new},
	{"html", NULL, NEEDS_ALL,
	 SINK_SHOWS_TIME | SINK_SHOWS_USAGE | SINK_SHOWS_SURROUNDINGS | SINK_FOR_FILES,
	 sink_html_new},
	{"perfetto", NULL, NEEDS_ALL,
	 SINK_SHOWS_TIME | SINK_SHOWS_USAGE | SINK_SHOWS_ENVIRONMENT | SINK_SHOWS_SURROUNDINGS |
		 SINK_FOR_FILES,
	 sink_perfetto_new},
	{"compile-commands", NULL, NEED_TASKS | NEED_ARGUMENTS | NEED_CWD, SINK_FOR_PROGRAMS,
	 sink_compile_commands_new},
	{"summary", "-S", PROCESSES, SINK_SHOWS_USAGE, sink_summary_new},
};
const size_t sink_type_count = ARRAY_SIZE(sink_types);

const struct sink_type *sink_type_find(const char *name)
{
	for (size_t i = 0; i < sink_type_count; i++) {
		if (strcmp(sink_types[i].name, name) == 0)
			return &sink_types[i];
	}
	return NULL;
}

void sink_type_names(char *text, size_t size)
{
	const struct sink_type *last = NULL;
	size_t used = 0;

	for (size_t i = 0; i < sink_type_count; i++)
		last = sink_types[i].option ? last : &sink_types[i];
	text[0] = '\0';
	for (const struct sink_type *type = sink_types; type <= last && used < size; type++) {
		const char *between = used == 0 ? "" : type == last ? " or " : ", ";

		if (!type->option)
			used += (size_t)snprintf(text + used, size - used, "%s%s", between,
						 type->name);
	}
}
