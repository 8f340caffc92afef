/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening what -o names, where others may have put something else there (a sticky /tmp).
 */
#ifndef PXT_RUN_OUTPUT_FILE_H
#define PXT_RUN_OUTPUT_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/error.h"

/* For what holds arguments or environments, and for anything else. */
#define OUTPUT_PRIVATE 0600
#define OUTPUT_SHARED 0666

/*
 * Make the file PATH with MODE, through no symbolic link. Returns the descriptor, -EEXIST where
 * there is something of that name, or another negative errno.
 */
int output_file_make(const char *path, int flags, mode_t mode) MUST_CHECK;

/*
 * Open what is at PATH, for writing. Symbolic links are followed that are root's or ours, as those
 * in /dev are. A regular file has to be ours, without other names, and gets no more permissions
 * than MODE; it is not truncated. Waits for the reader of a FIFO, and says so, until a stop is
 * asked for. Returns the descriptor, or a negative errno with ERR filled.
 */
int output_file_open(const char *path, int flags, mode_t mode, struct error *err) MUST_CHECK;

/* Of a regular file: a pipe or a device holds nothing. Returns 0 or a negative errno. */
int output_file_truncate(int fd) MUST_CHECK;

/* Remove PATH if it still is what FD is open on. */
void output_file_remove(const char *path, int fd);

#endif
