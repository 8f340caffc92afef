/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/terminal.h"
#include "diff/collection.h"
#include "diff/commands.h"
#include "diff/findings.h"
#include "diff/matching.h"
#include "diff/normalise.h"
#include "diff/report.h"
#include "event/event.h"
#include "event/facts.h"
#include "run/confine.h"
#include "run/replay.h"
#include "sink/out_buffer.h"
#include "sink/sink.h"
#include "sink/sinks.h"

#define STATUS_DIFFERENT 1
#define STATUS_TROUBLE 2

/* What arguments and endings are made of; the directory comes with the execs. */
#define NEEDS (NEED_TASKS | NEED_ARGUMENTS | NEED_STATUS | NEED_CWD)

static char shell_directory[] = "PWD";

struct side_of_diff {
	struct request request;
	struct collection collection;
	struct replay *replay;
};

struct diff {
	const struct diff_call *call;
	struct side_of_diff sides[SIDES];
};

void diff_options_done(struct diff_options *options)
{
	for (unsigned int side = 0; side < SIDES; side++)
		free(options->directories[side]);
	*options = (struct diff_options){0};
}

/* ---- the captures ---- */

/* Its parts are borrowed, as are those of CALL's. */
static struct request request_for(const struct diff_call *call, enum side side)
{
	struct request request = *call->request;

	request.capture = (char *)call->captures[side];
	request.events = EVENT_SHOWABLE;
	request.needs = NEEDS | (request.usage ? NEED_USAGE : 0);
	request.verbose = false;
	request.environment = shell_directory;
	/* Of its format only what the session looks at; what it makes is not used. */
	request.sink = sink_type_find("summary");
	return request;
}

static int open_side(struct diff *diff, enum side side, struct error *err)
{
	struct side_of_diff *of = &diff->sides[side];
	struct normaliser *normaliser = &of->collection.normaliser;
	const char *directory = diff->call->options->directories[side];

	of->request = request_for(diff->call, side);
	normaliser->raw = diff->call->options->raw;
	of->collection.directory_given = directory != NULL;
	if (directory &&
	    normaliser_add_directory(normaliser, (struct text){directory, strlen(directory)}) < 0)
		return error_no_memory(err);
	struct sink *sink = collection_sink_new(&of->collection);
	return sink ? replay_open(&of->request, sink, &of->replay, err) : error_no_memory(err);
}

/* Both are open before the sandbox is entered. */
static int collect(struct diff *diff, struct error *err)
{
	int code = open_side(diff, SIDE_A, err);

	if (code == 0)
		code = open_side(diff, SIDE_B, err);
	if (code == 0)
		code = confine_replay(&diff->sides[SIDE_A].request, err);
	for (unsigned int side = 0; code == 0 && side < SIDES; side++)
		code = replay_read(diff->sides[side].replay, err);
	return code == -EINTR ? error_set(err, code, "interrupted") : code;
}

static void diff_done(struct diff *diff)
{
	for (unsigned int side = 0; side < SIDES; side++) {
		replay_free(diff->sides[side].replay);
		collection_done(&diff->sides[side].collection);
	}
}

/* ---- the report ---- */

static int print_text(const struct diff *diff, const struct report *report, FILE *out,
		      struct error *err)
{
	const struct request *request = diff->call->request;
	const int fd = fileno(out);
	const struct sink_context context = {
		.output = out_buffer_new(fd),
		.width = request->wide ? 0 : terminal_width(fd),
		.color = terminal_wants_color(fd, request->color),
	};

	if (!context.output)
		return error_no_memory(err);
	int code = report_text(report, &context);
	out_buffer_free(context.output);
	return code < 0 ? error_set(err, code, "cannot write standard output: %s", strerror(-code))
			: 0;
}

static int print(const struct diff *diff, const struct findings *findings, FILE *out,
		 struct error *err)
{
	const struct report report = {
		.findings = findings,
		.names = {request_capture_name(&diff->sides[SIDE_A].request),
			  request_capture_name(&diff->sides[SIDE_B].request)},
		.normalisers = {&diff->sides[SIDE_A].collection.normaliser,
				&diff->sides[SIDE_B].collection.normaliser},
		.all = diff->call->request->verbose,
	};

	if (!diff->call->json)
		return print_text(diff, &report, out, err);
	report_json(&report, out);
	return 0;
}

static int compare(struct diff *diff, FILE *out, struct error *err)
{
	struct commands *const sets[SIDES] = {&diff->sides[SIDE_A].collection.commands,
					      &diff->sides[SIDE_B].collection.commands};
	struct findings findings = {0};
	int status = STATUS_TROUBLE;

	if (findings_make(&findings, sets) < 0)
		error_no_memory(err);
	else if (print(diff, &findings, out, err) == 0)
		status = findings_differ(&findings) ? STATUS_DIFFERENT : 0;
	findings_done(&findings);
	return status;
}

int diff_run(const struct diff_call *call, FILE *out, struct error *err)
{
	struct diff *diff = calloc(1, sizeof(*diff));
	int status = STATUS_TROUBLE;

	if (!diff) {
		error_no_memory(err);
		return STATUS_TROUBLE;
	}
	diff->call = call;
	if (collect(diff, err) == 0)
		status = compare(diff, out, err);
	diff_done(diff);
	free(diff);
	return status;
}
