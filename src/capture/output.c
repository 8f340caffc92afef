/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int keep_old(const char *path)
{
	char *old;

	if (asprintf(&old, "%s.old", path) < 0)
		return -ENOMEM;
	int code = rename(path, old) < 0 && errno != ENOENT ? -errno : 0;
	free(old);
	return code;
}

/* Captures hold what processes were called: for nobody else's eyes. */
static int create_file(const char *path)
{
	int code = keep_old(path);

	if (code < 0)
		return code;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

static int open_special(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_path(struct capture_output *output, const char *path, struct error *err)
{
	struct stat found;

	output->stream = stat(path, &found) == 0 && !S_ISREG(found.st_mode);
	output->name = path;
	output->fd = output->stream ? open_special(path) : create_file(path);
	if (output->fd < 0)
		return error_set(err, output->fd, "cannot write %.200s: %s", path,
				 strerror(-output->fd));
	return 0;
}

int capture_output_open(struct capture_output *output, const char *path, struct error *err)
{
	struct capture_output opened = {"standard output", STDOUT_FILENO, true};

	if (strcmp(path, "-") != 0) {
		int code = open_path(&opened, path, err);
		if (code < 0)
			return code;
	}
	if (isatty(opened.fd)) {
		capture_output_close(&opened);
		error_set(err, -EINVAL, "a capture is nothing for a terminal");
		error_remedy(err, "-o FILE, or a pipe behind it: | perf script -i -");
		return -EINVAL;
	}
	*output = opened;
	return 0;
}

int capture_output_close(struct capture_output *output)
{
	int fd = output->fd;

	output->fd = -1;
	return fd > STDERR_FILENO && close(fd) < 0 ? -errno : 0;
}
