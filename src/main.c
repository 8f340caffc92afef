/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/check.h"
#include "cli/options.h"
#include "cli/say.h"
#include "formats/formats.h"
#include "run/live_trace.h"
#include "run/record_run.h"
#include "run/replay.h"
#include "run/ring_check.h"

/* Exit statuses of our own failures. */
#define EXIT_RUNTIME 1
#define EXIT_USAGE 2

/*
 * Where standard streams are closed, keep their numbers from going to files of ours. The stand-ins
 * fail to write, as closed ones do, and COMMAND gets them closed again.
 */
static void occupy_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void complain(const struct error *err)
{
	if (err->what[0] == '\0')
		return;
	say("%s%s%s", err->what, err->remedy[0] ? "; try: " : "", err->remedy);
}

static int finish_stdout(struct error *err)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return error_set(err, -EIO, "cannot write standard output");
}

static int print_version(struct error *err)
{
	puts("perf_exec_trace " PXT_VERSION);
	return finish_stdout(err) < 0 ? EXIT_RUNTIME : 0;
}

static int print_help(enum mode mode, struct error *err)
{
	options_print_help(mode, stdout);
	return finish_stdout(err) < 0 ? EXIT_RUNTIME : 0;
}

static int run_check(const struct options *options, struct error *err)
{
	int code = check_host(stdout, options->formats);

	if (finish_stdout(err) < 0)
		return EXIT_RUNTIME;
	return code < 0 ? EXIT_RUNTIME : 0;
}

static int run_formats(const struct options *options, struct error *err)
{
	int status =
		formats_run((const char *const *)options->arguments, options->verbose, stdout, err);

	return finish_stdout(err) < 0 ? EXIT_USAGE : status;
}

static int run(const struct options *options, struct error *err)
{
	switch (options->mode) {
	case MODE_HELP:
		return print_help(options->help_on, err);
	case MODE_VERSION:
		return print_version(err);
	case MODE_CHECK:
		return run_check(options, err);
	case MODE_RECORD:
		return ring_check(options, err) < 0 ? EXIT_USAGE : record_trace(options, err);
	case MODE_REPLAY:
		return replay(options, err);
	case MODE_FORMATS:
		return run_formats(options, err);
	default:
		return ring_check(options, err) < 0 ? EXIT_USAGE : live_trace(options, err);
	}
}

int main(int argc, char **argv)
{
	struct options options;
	struct error err = {0};
	int status = EXIT_USAGE;

	occupy_standard_streams();
	if (options_parse(argc, argv, &options, &err) == 0) {
		status = run(&options, &err);
		options_done(&options);
	}
	complain(&err);
	return status;
}
