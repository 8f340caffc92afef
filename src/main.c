/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/say.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/syntax.h"

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

int main(int argc, char **argv)
{
	struct options options;
	struct error err = {0};
	int status = EXIT_USAGE;

	occupy_standard_streams();
	if (options_parse(argc, argv, &options, &err) == 0) {
		status = syntax_of(options.mode)->run(&options, &err);
		options_done(&options);
	}
	complain(&err);
	return status;
}
