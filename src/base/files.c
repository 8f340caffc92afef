/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Bytes of one read of a file of unknown size. */
#define PIECE ((size_t)16 * 1024)

/* Bytes read before the end of FD or of the room, or a negative errno. */
static ssize_t read_whole(int fd, char *text, size_t room)
{
	size_t length = 0;

	while (length < room) {
		ssize_t got = read(fd, text + length, room - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

ssize_t file_read_at(int dir_fd, const char *path, char *text, size_t size)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);

	text[0] = '\0';
	if (fd < 0)
		return -errno;
	ssize_t length = read_whole(fd, text, size - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length;
}

static int read_pieces(int fd, size_t limit, struct buffer *buffer)
{
	ssize_t got;

	buffer->size = 0;
	do {
		/* One byte more for the NUL. */
		if (buffer_reserve(buffer, PIECE + 1) < 0)
			return -ENOMEM;
		got = read_whole(fd, buffer->bytes + buffer->size, PIECE);
		if (got < 0)
			return (int)got;
		buffer->size += (size_t)got;
		if (buffer->size > limit)
			return -E2BIG;
	} while (got == (ssize_t)PIECE);
	buffer->bytes[buffer->size] = '\0';
	return 0;
}

int file_read_all(int dir_fd, const char *path, size_t limit, struct buffer *buffer)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int code = read_pieces(fd, limit, buffer);
	close(fd);
	return code;
}

FILE *file_open_at(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}
