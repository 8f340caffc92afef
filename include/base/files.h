/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads small files whole: those of /proc, /sys and tracefs, whose sizes stat(2) does not tell.
 */
#ifndef PXT_BASE_FILES_H
#define PXT_BASE_FILES_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/compiler.h"

/*
 * Read the file at PATH below DIR_FD (openat(2)) into TEXT, up to SIZE - 1 bytes, and end it with a
 * NUL. Returns its length, or a negative errno with TEXT "".
 */
ssize_t file_read_at(int dir_fd, const char *path, char *text, size_t size) MUST_CHECK;

/*
 * Read the file at PATH below DIR_FD into BUFFER, in place of its contents, with a NUL behind them.
 * Returns 0, -E2BIG for a file of more than LIMIT bytes, -ENOMEM, or another negative errno;
 * BUFFER's contents are undefined after a failure.
 */
int file_read_all(int dir_fd, const char *path, size_t limit, struct buffer *buffer) MUST_CHECK;

/* Open the file at PATH below DIR_FD for reading. NULL with errno on failure. */
FILE *file_open_at(int dir_fd, const char *path) MUST_CHECK;

#endif
