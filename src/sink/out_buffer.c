/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/out_buffer.h"

#include <errno.h>
#include <stdlib.h>

#include "base/write_all.h"

/* The default capacity of a pipe (pipe(7)), so that one write takes it all. */
#define BUFFER_SIZE 65536U

struct out_buffer {
	char *bytes;
	size_t capacity, used;
	int fd;
	int error;
	size_t undelivered; /* bytes, of the write that failed */
};

struct out_buffer *out_buffer_new(int fd)
{
	struct out_buffer *buffer = malloc(sizeof(*buffer));
	char *bytes = malloc(BUFFER_SIZE);

	if (!buffer || !bytes) {
		free(buffer);
		free(bytes);
		return NULL;
	}
	*buffer = (struct out_buffer){.bytes = bytes, .capacity = BUFFER_SIZE, .fd = fd};
	return buffer;
}

void out_buffer_free(struct out_buffer *buffer)
{
	if (!buffer)
		return;
	free(buffer->bytes);
	free(buffer);
}

int out_buffer_flush(struct out_buffer *buffer)
{
	struct iovec piece = {buffer->bytes, buffer->used};

	if (buffer->error == 0) {
		buffer->error = write_all(buffer->fd, WRITE_HERE, &piece, 1);
		buffer->undelivered = piece.iov_len;
	}
	buffer->used = 0;
	return buffer->error;
}

static int grow(struct out_buffer *buffer, size_t capacity)
{
	char *bytes = realloc(buffer->bytes, capacity);

	if (!bytes)
		return -ENOMEM;
	buffer->bytes = bytes;
	buffer->capacity = capacity;
	return 0;
}

char *out_buffer_reserve(struct out_buffer *buffer, size_t room)
{
	if (room > buffer->capacity - buffer->used && out_buffer_flush(buffer) < 0)
		return NULL;
	if (room > buffer->capacity && buffer->error == 0)
		buffer->error = grow(buffer, room);
	return buffer->error ? NULL : buffer->bytes + buffer->used;
}

void out_buffer_commit(struct out_buffer *buffer, const char *end)
{
	buffer->used = (size_t)(end - buffer->bytes);
}

int out_buffer_error(const struct out_buffer *buffer)
{
	return buffer->error;
}

size_t out_buffer_undelivered(const struct out_buffer *buffer)
{
	return buffer->undelivered;
}
