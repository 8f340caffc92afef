/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "sink/path_steps.h"
#include "sink/runs.h"
#include "sink/summary_parts.h"
#include "sink/text/escape.h"
#include "sink/text/line.h"
#include "sink/text/phrases.h"
#include "sink/text/quote.h"
#include "sink/text/times.h"

/* Columns by which a child is indented, and how often at most. */
#define INDENT_COLUMNS 2U
#define INDENTS_MAX 8U

#define COMMAND_COLUMN 25U

/* Shorter steps would be 0 % of the path: they tell nobody anything. */
#define STEP_MIN_PART 200U

/* Steps that are not shown are told of where they take so much of the path. */
#define REST_MIN_PERCENT 5U

/* The same for all steps. */
struct path_report {
	const struct report *report;
	uint64_t all_ns; /* the length of the path */
};

static void put_indent(struct line *line, unsigned int depth)
{
	const unsigned int indents = depth < INDENTS_MAX ? depth : INDENTS_MAX;

	line_pad(line, COMMAND_COLUMN + indents * INDENT_COLUMNS);
}

/* The arguments of STEP, the program without its folders: there is little room. */
static struct text short_arguments(const struct path_step *step)
{
	const struct text argv = {step->argv, step->argv_size};
	const char *slash = memrchr(argv.bytes, '/', strnlen(argv.bytes, argv.length));
	const size_t folders = slash ? (size_t)(slash + 1 - argv.bytes) : 0;

	/* A name that ends with a slash is all there is. */
	if (folders == argv.length || argv.bytes[folders] == '\0')
		return argv;
	return (struct text){argv.bytes + folders, argv.length - folders};
}

static void put_command(struct line *line, const struct path_step *step)
{
	if (step->argv_size > 0)
		phrase_arguments(line, short_arguments(step), step->complete);
	else if (step->program)
		report_put_program(line, step->program);
	else
		line_string(line, "?");
}

static void show_step(const struct path_report *path, const struct path_step *step,
		      unsigned int depth)
{
	const uint64_t wall_ns = path_step_ns(step);
	const uint64_t self_ns = wall_ns > step->within.ns ? wall_ns - step->within.ns : 0;
	const size_t name = step->program ? step->program->name.length : 0;
	char wall[TIMES_TEXT_SIZE], self[TIMES_TEXT_SIZE];
	struct line line;

	if (line_begin(&line, path->report->context,
		       QUOTE_GROWTH * (step->argv_size + 1) + ESCAPE_GROWTH * name) < 0)
		return;
	times_span((int64_t)wall_ns, wall);
	times_span((int64_t)self_ns, self);
	line_printf(&line, "%7s%6.0f%%%9s", wall, 100 * (double)wall_ns / (double)path->all_ns,
		    self);
	put_indent(&line, depth);
	put_command(&line, step);
	line_end(&line);
}

static bool is_shown(const struct path_report *path, const struct path_step *step)
{
	return path_step_ns(step) >= path->all_ns / STEP_MIN_PART;
}

/* What CHAIN had beside its steps that are shown. */
static void show_rest(const struct path_report *path, const struct path_chain *chain,
		      unsigned int depth)
{
	uint64_t count = chain->count, ns = chain->ns;
	char span[TIMES_TEXT_SIZE];
	struct line line;

	for (const struct path_step *step = chain->last; step; step = step->previous) {
		if (!is_shown(path, step))
			continue;
		count -= 1 + step->within.count;
		ns -= path_step_ns(step);
	}
	if (count == 0 || ns < path->all_ns / 100 * REST_MIN_PERCENT ||
	    line_begin(&line, path->report->context, 0) < 0)
		return;
	times_span((int64_t)ns, span);
	line_printf(&line, "%7s%6.0f%%", span, 100 * (double)ns / (double)path->all_ns);
	put_indent(&line, depth);
	line_printf(&line, "… %" PRIu64 " more", count);
	line_end(&line);
}

static void show_chain(const struct path_report *path, const struct path_chain *chain,
		       unsigned int depth);

/* STEP and those before it, the earliest first. */
static void show_steps(const struct path_report *path, const struct path_step *step,
		       unsigned int depth)
{
	if (!step)
		return;
	show_steps(path, step->previous, depth);
	if (!is_shown(path, step))
		return;
	show_step(path, step, depth);
	show_chain(path, &step->within, depth + 1);
}

/* It has PATH_LONGEST steps at most. */
static void show_chain(const struct path_report *path, const struct path_chain *chain,
		       unsigned int depth)
{
	show_steps(path, chain->last, depth);
	show_rest(path, chain, depth);
}

void report_path(const struct report *report)
{
	const struct path_chain *chain = &report->runs->path.last;
	const struct path_report path = {report, chain->ns};

	/* Of one process the programs tell as much. */
	if (!report_has_lives(report) || chain->count < 2)
		return;
	report_show(report, PAINT_NONE, "%s", "");
	report_show(report, PAINT_BOLD,
		    "   WALL  SHARE     SELF  CRITICAL PATH: the end waited for %" PRIu64
		    " processes",
		    chain->count);
	show_chain(&path, chain, 0);
}
