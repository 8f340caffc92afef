/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a capture, read as if they followed each other in one; mostly there is just one. A
 * directory of perf's has `data`, a perf.data file, and with perf record --threads the records of
 * its threads in data.0, data.1, … (tools/perf/util/data.c of the kernel source).
 */
#ifndef PXT_CAPTURE_READ_PARTS_H
#define PXT_CAPTURE_READ_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "base/compiler.h"

struct part {
	int fd;
	uint64_t start, end; /* its place in the whole, bytes; a stream has start = end */
	struct timespec modified;
};

struct parts {
	struct part *list;
	size_t count, capacity; /* 1 at least */
	bool borrowed;          /* the first one's fd */
};

/*
 * Open the parts of FD (borrowed), a file, stream or directory. Returns 0 (free with parts_done()),
 * -EISDIR for a directory without a capture, or another negative errno.
 */
int parts_open(struct parts *parts, int fd) MUST_CHECK;
void parts_done(struct parts *parts);

/*
 * Read SIZE bytes at most, from OFFSET on and before END. The descriptor's own offset, which a
 * shell may share, is not used. Returns the number of bytes, 0 at the end, or -1 with errno.
 */
ssize_t parts_read(const struct parts *parts, uint64_t offset, uint64_t end, void *room,
		   size_t size);

/* Returns whether FILE is one of the parts. */
bool parts_have(const struct parts *parts, const struct stat *file);

/* Returns whether a part was written to or cut since it was opened. */
bool parts_have_changed(const struct parts *parts);

#endif
