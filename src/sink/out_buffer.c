/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/out_buffer.h"

#include <errno.h>
#include <stdlib.h>

#include "base/write_all.h"

/* The default capacity of a pipe (pipe(7)), so that one write takes it all. */
#define BUFFER_SIZE 65536U

struct out_buffer *out_buffer_new(int fd)
{
	struct out_buffer *buffer = malloc(sizeof(*buffer));
	char *bytes = malloc(BUFFER_SIZE);

	if (!buffer || !bytes) {
		free(buffer);
		free(bytes);
		return NULL;
	}
	*buffer = (struct out_buffer){
		.bytes = bytes,
		.at = bytes,
		.end = bytes + BUFFER_SIZE,
		.fd = fd,
	};
	return buffer;
}

void out_buffer_free(struct out_buffer *buffer)
{
	if (!buffer)
		return;
	free(buffer->bytes);
	free(buffer);
}

/* Nothing more is kept: there is no room any longer. */
static int fail(struct out_buffer *buffer, int error)
{
	buffer->error = error;
	buffer->at = buffer->end = buffer->bytes;
	return error;
}

int out_buffer_flush(struct out_buffer *buffer)
{
	struct iovec piece = {buffer->bytes, (size_t)(buffer->at - buffer->bytes)};

	if (buffer->error < 0)
		return buffer->error;
	int code = write_all(buffer->fd, WRITE_HERE, &piece, 1);
	buffer->undelivered = piece.iov_len;
	buffer->at = buffer->bytes;
	return code < 0 ? fail(buffer, code) : 0;
}

static int grow(struct out_buffer *buffer, size_t capacity)
{
	char *bytes = realloc(buffer->bytes, capacity);

	if (!bytes)
		return fail(buffer, -ENOMEM);
	buffer->bytes = buffer->at = bytes;
	buffer->end = bytes + capacity;
	return 0;
}

char *out_buffer_make_room(struct out_buffer *buffer, size_t room)
{
	int code = out_buffer_flush(buffer);

	if (code == 0 && room > (size_t)(buffer->end - buffer->bytes))
		code = grow(buffer, room);
	return code == 0 ? buffer->at : NULL;
}

int out_buffer_error(const struct out_buffer *buffer)
{
	return buffer->error;
}

size_t out_buffer_undelivered(const struct out_buffer *buffer)
{
	return buffer->undelivered;
}
