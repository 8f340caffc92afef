/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "cli/options.h"
#include "cli/syntax.h"
#include "sink/sinks.h"
#include "source/sources.h"

/* Names of sinks and of sources. */
struct names {
	char formats[96];
	char backends[96];
};

static void fill_names(struct names *names)
{
	size_t left = sizeof(names->formats);

	sink_type_names(names->formats, left);
	strncat(names->formats, " (pipe)", left - strlen(names->formats) - 1);
	source_type_names(names->backends, sizeof(names->backends));
}

/* The rows of TABLE with NAMES in those of -F and -b. Caller frees. NULL without memory. */
static struct poptOption *name_values(const struct poptOption *table, const struct names *names)
{
	size_t count = 1;

	while (table[count - 1].longName || table[count - 1].shortName)
		count++;
	struct poptOption *named = malloc(count * sizeof(*named));
	if (!named)
		return NULL;
	memcpy(named, table, count * sizeof(*named));
	for (size_t i = 0; i < count; i++) {
		if (named[i].val == 'F')
			named[i].descrip = names->formats;
		if (named[i].val == 'b')
			named[i].descrip = names->backends;
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
	[MODE_DIFF] = "\n"
		"Compares what two captures ran: A and B, of which one may be - for standard input.\n"
		"\n"
		"Exit status: 0; 1 where they differ in what ran or how it ended; 2 on failure.\n",
	[MODE_TRACE] = "\n"
		"Traces every fork, exec and exit on this host, or those of COMMAND and all that\n"
		"it starts.\n"
		"\n"
		"Also: perf_exec_trace record -o FILE   the same into a capture, to replay\n"
		"      perf_exec_trace replay FILE      the same from a capture of record or perf\n"
		"      perf_exec_trace diff A B         what two captures ran, compared\n"
		"      perf_exec_trace check            what this host allows, and the remedies\n"
		"      perf_exec_trace formats          tracepoint formats: list, show, diff\n"
		"      perf_exec_trace help COMMAND     the options of one of these\n"
		"\n"
		"Examples: perf_exec_trace -F tree make -j8          what a build runs, as a tree\n"
		"          perf_exec_trace -F table --failed -d 30   what fails within 30 s\n"
		"          perf_exec_trace -x -p 1234 -f --stream    a service, until Ctrl-C\n",
};
/* clang-format on */

void options_print_help(enum mode mode, FILE *out)
{
	const char *argv[] = {"perf_exec_trace", NULL};
	struct names names;

	fill_names(&names);
	struct poptOption *table = name_values(syntax_of(mode)->table, &names);
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
