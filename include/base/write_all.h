/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one way in which bytes leave: writes that fall short, are interrupted, or would block (a pipe
 * that somebody else made non-blocking) go on until all is written.
 */
#ifndef PXT_BASE_WRITE_ALL_H
#define PXT_BASE_WRITE_ALL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/compiler.h"

/* Not at a place in a file, but where the descriptor stands. */
#define WRITE_HERE UINT64_MAX

/* Once a stop was asked for (stop.h): for so long a reader may take nothing. */
#define WRITE_STUCK_MS 1000U
/* ... and for so long it may take its time. */
#define WRITE_SLOW_MS 3000U

/*
 * Write COUNT pieces to FD at AT, or WRITE_HERE; a piece that is written, in whole or in part, is
 * taken out of PIECES, so that after a failure they are what was not.
 *
 * Waits for as long as nobody asks for a stop, and after that as above: this depends on signals
 * that interrupt a write(2) again and again from then on (run/signals.h). Returns 0, a negative
 * errno, or -ETIME where the reader did not take it in time.
 */
int write_all(int fd, uint64_t at, struct iovec *pieces, int count) MUST_CHECK;

/*
 * Write SIZE bytes to FD, for which nobody waits long, asked to stop or not: a notice is not worth
 * it. Returns 0, a negative errno, or -ETIME where the reader took nothing for WRITE_STUCK_MS.
 */
int write_soon(int fd, const char *bytes, size_t size);

/* How much COUNT pieces are, bytes. */
size_t write_size(const struct iovec *pieces, int count);

#endif
