/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 4096U

int buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t needed = buffer->size + more;
	size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;

	if (needed <= buffer->capacity)
		return 0;
	while (capacity < needed)
		capacity *= 2;
	char *grown = realloc(buffer->bytes, capacity);
	if (!grown)
		return -ENOMEM;
	buffer->bytes = grown;
	buffer->capacity = capacity;
	return 0;
}

int buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
	if (buffer_reserve(buffer, size) < 0)
		return -ENOMEM;
	if (size > 0)
		memcpy(buffer->bytes + buffer->size, bytes, size);
	buffer->size += size;
	return 0;
}

void buffer_put(struct buffer *buffer, const void *bytes, size_t size)
{
	buffer->failed = buffer->failed || buffer_append(buffer, bytes, size) < 0;
}

void buffer_done(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){0};
}
