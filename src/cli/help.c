/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "cli/options.h"
#include "cli/syntax.h"
#include "sink/sinks.h"

#define FORMATS_SIZE 96

/* The rows of TABLE with the sinks' names in -F's. Caller frees. NULL without memory. */
static struct poptOption *name_sinks(const struct poptOption *table, char formats[FORMATS_SIZE])
{
	size_t count = 1;

	while (table[count - 1].longName || table[count - 1].shortName)
		count++;
	struct poptOption *named = malloc(count * sizeof(*named));
	if (!named)
		return NULL;
	memcpy(named, table, count * sizeof(*named));
	sink_type_names(formats, FORMATS_SIZE);
	strncat(formats, " (pipe)", FORMATS_SIZE - strlen(formats) - 1);
	for (size_t i = 0; i < count; i++) {
		if (named[i].val == 'F')
			named[i].descrip = formats;
	}
	return named;
}

/* What follows the options of a mode. clang-format off: a line of code is a line of help. */
/* clang-format off */
static const char *const epilogues[] = {
	[MODE_FORMATS] = "\n"
		"A, B and SOURCE: live, a kernel of 'formats list' or the beginning of its name, a directory\n"
		"that holds events/, or a capture. EVENT: a name, SYSTEM:NAME, or a glob.\n"
		"\n"
		"Exit status: 0; 1 where diff finds differences (ids do not count); 2 on failure.\n",
	[MODE_TRACE] = "\n"
		"Traces every fork, exec and exit on this host, or of COMMAND and its descendants.\n"
		"\n"
		"Also: perf_exec_trace record -o FILE   the same into a capture, for replay or perf\n"
		"      perf_exec_trace replay FILE      the same from a capture of record or perf\n"
		"      perf_exec_trace check            what this host allows, and the remedies\n"
		"      perf_exec_trace formats          tracepoint formats: list, show, diff\n",
};
/* clang-format on */

void options_print_help(enum mode mode, FILE *out)
{
	const char *argv[] = {"perf_exec_trace", NULL};
	char formats[FORMATS_SIZE];
	struct poptOption *table = name_sinks(syntax_of(mode)->table, formats);
	poptContext context = table ? poptGetContext(NULL, 1, argv, table, 0) : NULL;

	if (context) {
		poptSetOtherOptionHelp(context, syntax_of(mode)->usage);
		poptPrintHelp(context, out, 0);
		poptFreeContext(context);
		if (mode < ARRAY_SIZE(epilogues) && epilogues[mode])
			fputs(epilogues[mode], out);
	}
	free(table);
}
