/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/capture_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/output_file.h"

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
static int create_file(const char *path, struct error *err)
{
	int fd = keep_old(path);

	if (fd == 0)
		fd = output_file_make(path, O_RDWR, OUTPUT_PRIVATE);
	return fd < 0 ? error_set(err, fd, "cannot write %.200s: %s", path, strerror(-fd)) : fd;
}

/* Names of descriptors and devices: what they stand for cannot be renamed. */
static bool is_of_the_system(const char *path)
{
	return strncmp(path, "/dev/", strlen("/dev/")) == 0 ||
	       strncmp(path, "/proc/", strlen("/proc/")) == 0;
}

/* A file that is open already, by the name of its descriptor. */
static int open_again(const char *path, struct error *err)
{
	int fd = output_file_open(path, O_RDWR, OUTPUT_PRIVATE, err);

	if (fd < 0)
		return fd;
	int code = output_file_truncate(fd);
	if (code < 0) {
		close(fd);
		return error_set(err, code, "cannot write %.200s: %s", path, strerror(-code));
	}
	return fd;
}

static int open_path(struct capture_output *output, const char *path, struct error *err)
{
	struct stat found;
	bool there = stat(path, &found) == 0;

	output->stream = there && !S_ISREG(found.st_mode);
	output->name = path;
	if (output->stream)
		output->fd = output_file_open(path, O_WRONLY, OUTPUT_PRIVATE, err);
	else if (there && is_of_the_system(path))
		output->fd = open_again(path, err);
	else
		output->fd = create_file(path, err);
	return output->fd < 0 ? output->fd : 0;
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
