/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/check.h"
#include "cli/complete.h"
#include "diff/diff.h"
#include "formats/formats.h"
#include "run/caller.h"
#include "run/live_trace.h"
#include "run/recording.h"
#include "run/replay.h"
#include "run/ring_check.h"
#include "sandbox/sandbox.h"
#include "sandbox/syscalls.h"
#include "source/request.h"

/*
 * --sudo, where we are not root: through sudo, which runs our command line again. WORDS: how many
 * words of it come before the options.
 */
static int run_as_root(const struct request *request, unsigned int words, struct error *err)
{
	int status = caller_start_sudo(request->argv, words, err);

	return status < 0 ? EXIT_RUNTIME : status;
}

static bool needs_sudo(const struct request *request)
{
	return request->sudo && geteuid() != 0;
}

int command_trace(const struct options *options, struct error *err)
{
	const struct request *request = &options->request;

	if (needs_sudo(request))
		return run_as_root(request, 1, err);
	return ring_check(request, err) < 0 ? EXIT_USAGE : live_trace(request, err);
}

int command_record(const struct options *options, struct error *err)
{
	const struct request *request = &options->request;

	if (needs_sudo(request))
		return run_as_root(request, 2, err);
	return ring_check(request, err) < 0 ? EXIT_USAGE : record_trace(request, err);
}

int command_replay(const struct options *options, struct error *err)
{
	return replay(&options->request, err);
}

static int finish_stdout(struct error *err)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return error_set(err, -EIO, "cannot write standard output");
}

int command_check(const struct options *options, struct error *err)
{
	const struct check_options check = {
		.formats = options->request.formats,
		.json = options->json,
	};
	int code = check_host(stdout, &check);

	return finish_stdout(err) < 0 || code < 0 ? EXIT_RUNTIME : 0;
}

int command_diff(const struct options *options, struct error *err)
{
	const struct diff_call call = {
		.request = &options->request,
		.options = &options->diff,
		.captures = (const char *const *)options->arguments,
		.json = options->json,
	};
	int status = diff_run(&call, stdout, err);

	return finish_stdout(err) < 0 ? EXIT_USAGE : status;
}

int command_formats(const struct options *options, struct error *err)
{
	const char *const *arguments = (const char *const *)options->arguments;
	const struct request *request = &options->request;
	const struct sandbox_plan sandbox = {
		.mode = SANDBOX_REPLAY,
		.user = request_sandbox_user(request),
	};
	const struct formats_options formats = {
		.verbose = request->verbose,
		.json = options->json,
		.sandbox = request->no_sandbox ? NULL : &sandbox,
	};
	int status = formats_run(arguments, &formats, stdout, err);

	return finish_stdout(err) < 0 ? EXIT_USAGE : status;
}

int command_help(const struct options *options, struct error *err)
{
	options_print_help(options->help_on, stdout);
	return finish_stdout(err) < 0 ? EXIT_RUNTIME : 0;
}

int command_complete(const struct options *options, struct error *err)
{
	complete_words((const char *const *)options->arguments, stdout);
	return finish_stdout(err) < 0 ? EXIT_RUNTIME : 0;
}

int command_version(const struct options *options, struct error *err)
{
	(void)options;
	puts("perf_exec_trace " PXT_VERSION);
	return finish_stdout(err) < 0 ? EXIT_RUNTIME : 0;
}
