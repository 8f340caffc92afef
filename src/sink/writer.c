/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/writer.h"

#include <errno.h>
#include <stdlib.h>

#include "base/write_all.h"

/* What a pipe holds by default (pipe(7)): one write takes it all. */
#define BUFFER_SIZE 65536U

struct writer {
	char *buffer;
	size_t capacity, used;
	int fd;
	int error;
	size_t undelivered; /* bytes, of the write that failed */
};

struct writer *writer_new(int fd)
{
	struct writer *writer = malloc(sizeof(*writer));
	char *buffer = malloc(BUFFER_SIZE);

	if (!writer || !buffer) {
		free(writer);
		free(buffer);
		return NULL;
	}
	*writer = (struct writer){.buffer = buffer, .capacity = BUFFER_SIZE, .fd = fd};
	return writer;
}

void writer_free(struct writer *writer)
{
	if (!writer)
		return;
	free(writer->buffer);
	free(writer);
}

int writer_flush(struct writer *writer)
{
	struct iovec piece = {writer->buffer, writer->used};

	if (writer->error == 0) {
		writer->error = write_all(writer->fd, WRITE_HERE, &piece, 1);
		writer->undelivered = piece.iov_len;
	}
	writer->used = 0;
	return writer->error;
}

static int grow(struct writer *writer, size_t capacity)
{
	char *buffer = realloc(writer->buffer, capacity);

	if (!buffer)
		return -ENOMEM;
	writer->buffer = buffer;
	writer->capacity = capacity;
	return 0;
}

char *writer_reserve(struct writer *writer, size_t room)
{
	if (room > writer->capacity - writer->used && writer_flush(writer) < 0)
		return NULL;
	if (room > writer->capacity && writer->error == 0)
		writer->error = grow(writer, room);
	return writer->error ? NULL : writer->buffer + writer->used;
}

void writer_commit(struct writer *writer, const char *end)
{
	writer->used = (size_t)(end - writer->buffer);
}

int writer_error(const struct writer *writer)
{
	return writer->error;
}

size_t writer_undelivered(const struct writer *writer)
{
	return writer->undelivered;
}
