/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buffered output to one file descriptor.
 */
#ifndef PXT_SINK_OUT_BUFFER_H
#define PXT_SINK_OUT_BUFFER_H

#include <stddef.h>

#include "base/compiler.h"

/* Private to out_buffer.c, and here to be inlined where every event passes. */
struct out_buffer {
	char *bytes;
	char *at, *end; /* where the next byte goes, and where the room ends */
	int fd;
	int error;
	size_t undelivered; /* bytes, of the write that failed */
};

/* Write to FD, which stays the caller's. Returns NULL without memory. Free with out_buffer_free().
 */
struct out_buffer *out_buffer_new(int fd);

/* Free BUFFER, which may be NULL, without writing the rest. */
void out_buffer_free(struct out_buffer *buffer);

/* out_buffer_reserve() where there is less room: flush, and grow. */
char *out_buffer_make_room(struct out_buffer *buffer, size_t room) MUST_CHECK;

/*
 * Returns where ROOM bytes can be written, until out_buffer_commit(); flushes and grows the buffer
 * as needed. NULL on failure: see out_buffer_error().
 */
static inline MUST_CHECK char *out_buffer_reserve(struct out_buffer *buffer, size_t room)
{
	return (size_t)(buffer->end - buffer->at) >= room ? buffer->at
							  : out_buffer_make_room(buffer, room);
}

/* Keep the bytes from what out_buffer_reserve() returned up to END. */
static inline void out_buffer_commit(struct out_buffer *buffer, char *end)
{
	buffer->at = end;
}

/*
 * Write all buffered bytes. Returns 0 or a negative errno: -EPIPE where the reader is gone, -ETIME
 * where it did not read in time after a stop (base/write_all.h).
 */
int out_buffer_flush(struct out_buffer *buffer) MUST_CHECK;

/* Returns the first failure, or 0. After a failure nothing more is written. */
int out_buffer_error(const struct out_buffer *buffer);

/* Returns the bytes that the failed write left unwritten. */
size_t out_buffer_undelivered(const struct out_buffer *buffer);

#endif
