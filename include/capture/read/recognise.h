/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identifies a file by its first bytes: the kind of capture, or another known format.
 */
#ifndef PXT_CAPTURE_READ_RECOGNISE_H
#define PXT_CAPTURE_READ_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

/* The number of first bytes that recognise() uses. */
#define RECOGNISE_SIZE 64U

struct recognised {
	bool big_endian;      /* the recorder's byte order */
	bool pipe_mode;       /* the records follow the header directly */
	uint64_t header_size; /* bytes */
};

/* Returns whether the SIZE bytes at BYTES begin like a perf.data file, in either byte order. */
bool is_capture(const void *bytes, size_t size);

/*
 * Identify the first SIZE bytes of a file (fewer than RECOGNISE_SIZE only where it has no more).
 * Returns 0 with *FOUND; -EOPNOTSUPP for known but unsupported formats, -EBADMSG for everything
 * else, with ERR filled.
 */
int recognise(const void *bytes, size_t size, struct recognised *found,
	      struct error *err) MUST_CHECK;

#endif
