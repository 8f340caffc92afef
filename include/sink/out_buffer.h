/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buffered output to one file descriptor.
 */
#ifndef PXT_SINK_OUT_BUFFER_H
#define PXT_SINK_OUT_BUFFER_H

#include <stddef.h>

#include "base/compiler.h"

struct out_buffer;

/* Write to FD, which stays the caller's. Returns NULL without memory. */
struct out_buffer *out_buffer_new(int fd);

/* Frees the buffer; what was not flushed is gone. */
void out_buffer_free(struct out_buffer *buffer);

/*
 * Room for ROOM bytes in the buffer, flushing or growing it as needed. Write there, then call
 * out_buffer_commit(). Returns NULL on failure: see out_buffer_error().
 */
char *out_buffer_reserve(struct out_buffer *buffer, size_t room) MUST_CHECK;

/* END is behind the last byte that was written at what out_buffer_reserve() returned. */
void out_buffer_commit(struct out_buffer *buffer, const char *end);

/*
 * Write out all that is buffered. Returns 0 or a negative errno, -EPIPE where nobody reads, and
 * -ETIME where nobody did in time after a stop was asked for (write_all.h).
 */
int out_buffer_flush(struct out_buffer *buffer) MUST_CHECK;

/* The first failure, 0 where there was none. It stays: after it nothing is written any more. */
int out_buffer_error(const struct out_buffer *buffer);

/* How many bytes of the buffer were not taken by the write that failed. */
size_t out_buffer_undelivered(const struct out_buffer *buffer);

#endif
