/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes bytes completely: short writes, interruptions and EAGAIN (of a pipe that somebody else
 * made non-blocking) are retried. All output of the program goes through here.
 */
#ifndef PXT_BASE_WRITE_ALL_H
#define PXT_BASE_WRITE_ALL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/compiler.h"

/* Write at the descriptor's own offset. */
#define WRITE_HERE UINT64_MAX

/* After a stop was asked for (stop.h), a reader may take nothing for so long, */
#define WRITE_STUCK_MS 1000U
/* and once it is due, may take so long in all. */
#define WRITE_SLOW_MS 3000U

/*
 * Write COUNT pieces to FD, at offset AT or WRITE_HERE. PIECES shrink by what was written, so that
 * after a failure they are the rest.
 *
 * Waits without limit until a stop is requested, and then as long as above; that depends on signals
 * that keep interrupting write(2) from then on (run/signals.h). Returns 0, a negative errno, or
 * -ETIME where the reader took too long.
 */
int write_all(int fd, uint64_t at, struct iovec *pieces, int count) MUST_CHECK;

/*
 * Write SIZE bytes to FD without waiting long: for notices. Returns 0, a negative errno, or -ETIME
 * where the reader took nothing for WRITE_STUCK_MS.
 */
int write_soon(int fd, const char *bytes, size_t size);

/* Returns the size of COUNT pieces together, in bytes. */
size_t write_size(const struct iovec *pieces, int count);

#endif
