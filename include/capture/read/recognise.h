/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identifies a file by its first bytes: a capture of one kind or another, or something else.
 */
#ifndef PXT_CAPTURE_READ_RECOGNISE_H
#define PXT_CAPTURE_READ_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

/* As many first bytes as recognise() can use. */
#define RECOGNISE_SIZE 64U

struct recognised {
	bool big_endian;      /* the recorder */
	bool pipe_mode;       /* records follow the header at once */
	uint64_t header_size; /* bytes */
};

/* Whether the SIZE bytes at BYTES begin as a capture of perf's does, in either byte order. */
bool is_capture(const void *bytes, size_t size);

/*
 * Look at the first SIZE bytes of a capture (fewer than RECOGNISE_SIZE only where there are no
 * more). Returns 0 with *FOUND; -EOPNOTSUPP with ERR filled for what has a name but is not
 * supported; -EBADMSG for everything else.
 */
int recognise(const void *bytes, size_t size, struct recognised *found,
	      struct error *err) MUST_CHECK;

#endif
