/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"
#include "base/stop.h"

#define ALWAYS (O_CLOEXEC | O_NOCTTY)

int output_file_make(const char *path, int flags, mode_t mode)
{
	int fd = open(path, flags | O_CREAT | O_EXCL | O_NOFOLLOW | ALWAYS, mode);

	return fd < 0 ? -errno : fd;
}

/* ---- what is there already ---- */

/*
 * Whoever can put a link there could have us write anywhere; so the link has to be trusted. Returns
 * the flag to open PATH with, so that what is no link now does not become one.
 */
static int check_link(const char *path, struct error *err)
{
	struct stat link;

	if (lstat(path, &link) < 0)
		return error_set(err, -errno, "cannot write %.200s: %s", path, strerror(errno));
	if (!S_ISLNK(link.st_mode))
		return O_NOFOLLOW;
	if (link.st_uid != 0 && link.st_uid != geteuid())
		return error_set(err, -ELOOP,
				 "cannot write %.200s: it is a symbolic link of another user's",
				 path);
	return 0;
}

/* Its owner could read what we write, another name of it could be a file that matters. */
static int check_regular(const char *path, int fd, mode_t mode, struct error *err)
{
	struct stat file;

	if (fstat(fd, &file) < 0)
		return error_set(err, -errno, "cannot write %.200s: %s", path, strerror(errno));
	if (!S_ISREG(file.st_mode))
		return 0;
	if (file.st_uid != geteuid())
		return error_set(err, -EPERM, "cannot write %.200s: it is another user's file",
				 path);
	if (file.st_nlink > 1)
		return error_set(err, -EMLINK,
				 "cannot write %.200s: it has other names too (hard links)", path);
	if ((file.st_mode & 0777 & ~mode) != 0 && fchmod(fd, file.st_mode & mode) < 0)
		return error_set(err, -errno, "cannot keep %.200s from others: %s", path,
				 strerror(errno));
	return 0;
}

/* ENXIO: a FIFO that nobody reads (fifo(7)). */
static int open_waiting(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK | ALWAYS);

	if (fd >= 0) {
		/* Nothing else is to notice it, and a FIFO is then as any other. */
		return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0 ? -errno : fd;
	}
	if (errno != ENXIO)
		return -errno;
	say("waiting for somebody to read %.200s", path);
	do
		fd = open(path, flags | ALWAYS);
	while (fd < 0 && errno == EINTR && !stop_is_asked());
	return fd < 0 ? -errno : fd;
}

int output_file_open(const char *path, int flags, mode_t mode, struct error *err)
{
	int follow = check_link(path, err);

	if (follow < 0)
		return follow;
	int fd = open_waiting(path, flags | follow);
	if (fd == -EINTR)
		return error_set(err, fd, "interrupted before anybody read %.200s", path);
	if (fd < 0)
		return error_set(err, fd, "cannot write %.200s: %s", path, strerror(-fd));
	int code = check_regular(path, fd, mode, err);
	if (code < 0) {
		close(fd);
		return code;
	}
	return fd;
}

/* ---- later ---- */

int output_file_truncate(int fd)
{
	struct stat file;

	if (fstat(fd, &file) < 0)
		return -errno;
	return S_ISREG(file.st_mode) && ftruncate(fd, 0) < 0 ? -errno : 0;
}

void output_file_remove(const char *path, int fd)
{
	struct stat named, opened;

	if (lstat(path, &named) == 0 && fstat(fd, &opened) == 0 && named.st_dev == opened.st_dev &&
	    named.st_ino == opened.st_ino)
		unlink(path);
}
