/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/parse.h"
#include "cli/syntax.h"
#include "cli/typed.h"
#include "diff/diff.h"
#include "event/event.h"
#include "sink/sinks.h"

/* ---- popt ---- */

static int copy_arguments(poptContext context, struct parse *parse, struct error *err)
{
	const char **arguments = poptGetArgs(context);
	size_t count = 0;

	while (arguments && arguments[count])
		count++;
	char **copies = calloc(count + 1, sizeof(*copies));
	parse->options.arguments = copies;
	for (size_t i = 0; copies && i < count; i++) {
		copies[i] = strdup(arguments[i]);
		if (!copies[i])
			return error_no_memory(err);
	}
	return copies ? 0 : error_no_memory(err);
}

/* Where options end, at the first other word or behind "--", COMMAND begins. */
static int take_command(poptContext context, int argc, char **argv, struct parse *parse,
			struct error *err)
{
	const char **words = poptGetArgs(context);
	int count = 0;

	while (words && words[count])
		count++;
	if (count > 0)
		parse->options.request.command = argv + argc - count;
	else if (argc > 1 && strcmp(argv[argc - 1], "--") == 0)
		return error_set(err, -EINVAL, "no COMMAND after '--'");
	return 0;
}

static int take_help(poptContext context, struct parse *parse, struct error *err)
{
	const char *mode = poptGetArg(context);

	parse->options.help_on = mode ? syntax_named_mode(mode) : MODE_TRACE;
	if (mode && parse->options.help_on == MODE_TRACE)
		return error_set(err, -EINVAL, "no help on '%.80s'", mode);
	return 0;
}

static int take_arguments(poptContext context, struct parse *parse, struct error *err)
{
	if (parse->mode == MODE_DIFF || parse->mode == MODE_FORMATS || parse->mode == MODE_COMPLETE)
		return copy_arguments(context, parse, err);
	if (parse->mode == MODE_HELP)
		return take_help(context, parse, err);
	if (parse->mode == MODE_REPLAY && poptPeekArg(context)) {
		int code = option_take_text(&parse->options.request.capture, poptGetArg(context),
					    "replay", err);
		if (code < 0)
			return code;
	}
	const char *stray = poptPeekArg(context);
	if (!stray)
		return 0;
	return error_set(err, -EINVAL, "unexpected argument '%.80s'", stray);
}

/* WORD is what popt could not make sense of, and why. */
static int refuse(const char *word, int why, const struct parse *parse, struct error *err)
{
	error_set(err, -EINVAL, "%.80s: %s", word, poptStrerror(why));
	if (why != POPT_ERROR_BADOPT)
		return -EINVAL;
	if (parse->mode == MODE_RECORD && syntax_takes(MODE_REPLAY, word))
		error_remedy(err, "replay %.80s, since all of that is chosen when it is shown",
			     word);
	if (parse->mode == MODE_REPLAY && syntax_takes(MODE_RECORD, word))
		error_remedy(err, "record %.80s, since that is settled when it is recorded", word);
	return -EINVAL;
}

/* TABLE is that of CONTEXT. */
static int apply_all(poptContext context, const struct poptOption *table, struct parse *parse,
		     struct error *err)
{
	int option;

	while ((option = poptGetNextOpt(context)) >= 0) {
		char *text = poptGetOptArg(context);
		int code = option_apply(parse, typed_note(&parse->typed, table, option),
					text ? text : "", err);

		free(text);
		if (code < 0) {
			typed_name_last(&parse->typed, err);
			return code;
		}
	}
	if (option < -1)
		return refuse(poptBadOption(context, POPT_BADOPTION_NOALIAS), option, parse, err);
	return 0;
}

/* ---- the whole ---- */

static int parse_mode(int argc, char **argv, struct parse *parse, struct error *err)
{
	const struct mode_syntax *mode = syntax_of(parse->mode);
	int skipped = mode->name ? 1 : 0;
	bool takes_command = parse->mode == MODE_TRACE || parse->mode == MODE_RECORD;

	parse->options.mode = parse->mode;
	struct poptOption *table = typed_table(mode->table);
	poptContext context = table ? poptGetContext(NULL, argc - skipped,
						     (const char **)(void *)(argv + skipped), table,
						     takes_command ? POPT_CONTEXT_POSIXMEHARDER : 0)
				    : NULL;
	if (!context) {
		free(table);
		return error_no_memory(err);
	}
	int code = apply_all(context, table, parse, err);
	if (code == 0 && takes_command)
		code = take_command(context, argc, argv, parse, err);
	else if (code == 0)
		code = take_arguments(context, parse, err);
	poptFreeContext(context);
	free(table);
	return code;
}

static int combine(struct parse *parse, struct error *err)
{
	int code = options_combine(parse, err);

	if (code < 0)
		typed_name_all(&parse->typed, err);
	return code;
}

int options_parse(int argc, char **argv, struct options *options, struct error *err)
{
	struct parse parse = {.options.request = {.events = EVENT_SHOWABLE,
						  .sink = sink_type_find("pipe"),
						  .argv = argv,
						  .parse_recording = options_parse_recording}};

	parse.mode = argc > 1 ? syntax_named_mode(argv[1]) : MODE_TRACE;
	int code = parse_mode(argc, argv, &parse, err);
	if (code == 0)
		code = combine(&parse, err);
	if (code < 0) {
		options_done(&parse.options);
		return code;
	}
	*options = parse.options;
	return 0;
}

/* A capture is not to be trusted: no other mode's options are parsed. */
int options_parse_recording(char **argv, struct request *request, struct error *err)
{
	struct options options;
	int argc = 0;

	while (argv[argc])
		argc++;
	if (argc < 2 || strcmp(argv[1], syntax_of(MODE_RECORD)->name) != 0)
		return error_set(err, -EINVAL, "its command line is not that of a recording");
	int code = options_parse(argc, argv, &options, err);
	if (code < 0)
		return code;
	if (options.mode != MODE_RECORD) {
		options_done(&options);
		return error_set(err, -EINVAL, "its command line asks for something else");
	}
	*request = options.request;
	return 0;
}

void options_done(struct options *options)
{
	request_done(&options->request);
	diff_options_done(&options->diff);
	for (size_t i = 0; options->arguments && options->arguments[i]; i++)
		free(options->arguments[i]);
	free(options->arguments);
	options->arguments = NULL;
}
