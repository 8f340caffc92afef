/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that a capture lies in, as if they followed each other in one: mostly one. A directory
 * of perf's has `data`, a perf.data file, and where perf record --threads made it, the records of
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
	uint64_t start, end; /* bytes, as if they followed each other; the same of a stream */
	struct timespec modified;
};

struct parts {
	struct part *list;
	size_t count, capacity; /* 1 at least */
	bool borrowed;          /* the first one's fd */
};

/*
 * Open the parts of FD (borrowed), a file, stream or directory. Returns 0 (parts_done() when they
 * are not needed), -EISDIR for a directory of something else, another negative errno.
 */
int parts_open(struct parts *parts, int fd) MUST_CHECK;
void parts_done(struct parts *parts);

/*
 * Read SIZE bytes at most, from OFFSET on and before END. Not by the descriptor's own offset, which
 * a shell may share. Returns how many, 0 where there are none, or -1 with errno.
 */
ssize_t parts_read(const struct parts *parts, uint64_t offset, uint64_t end, void *room,
		   size_t size);

/* Whether FILE is one of them. */
bool parts_have(const struct parts *parts, const struct stat *file);

/* Whether one was written to, or cut, since it was opened. */
bool parts_have_changed(const struct parts *parts);

#endif
