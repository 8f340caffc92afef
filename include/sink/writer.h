/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A writer buffers output for one file descriptor.
 */
#ifndef PXT_SINK_WRITER_H
#define PXT_SINK_WRITER_H

#include <stddef.h>

#include "base/compiler.h"

struct writer;

/* Write to FD, which stays the caller's. Returns NULL without memory. */
struct writer *writer_new(int fd);

/* Frees the buffer; what was not flushed is gone. */
void writer_free(struct writer *writer);

/*
 * Room for ROOM bytes in the buffer, flushing or growing it as needed. Write there, then call
 * writer_commit(). Returns NULL on failure: see writer_error().
 */
char *writer_reserve(struct writer *writer, size_t room) MUST_CHECK;

/* END is behind the last byte that was written at what writer_reserve() returned. */
void writer_commit(struct writer *writer, const char *end);

/*
 * Write out all that is buffered. Returns 0 or a negative errno, -EPIPE where nobody reads, and
 * -ETIME where nobody did in time after a stop was asked for (write_all.h).
 */
int writer_flush(struct writer *writer) MUST_CHECK;

/* The first failure, 0 where there was none. It stays: after it nothing is written any more. */
int writer_error(const struct writer *writer);

/* How many bytes of the buffer were not taken by the write that failed. */
size_t writer_undelivered(const struct writer *writer);

#endif
