/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads format files from tracefs, or from a directory laid out like it. format_dir.c is the only
 * file that uses libtracefs.
 */
#ifndef PXT_DECODE_FORMAT_DIR_H
#define PXT_DECODE_FORMAT_DIR_H

#include "base/compiler.h"
#include "base/error.h"
#include "decode/format.h"

enum format_dir_origin {
	FORMAT_DIR_MOUNTED, /* tracefs where it was mounted already */
	FORMAT_DIR_PRIVATE, /* tracefs mounted detached, by us */
	FORMAT_DIR_GIVEN,   /* a directory of the user's */
};

/* A directory with events/SYSTEM/EVENT/format. */
struct format_dir {
	enum format_dir_origin origin;
	char path[256]; /* for messages and libtracefs; of a private mount, /proc/self/fd/N */
	int fd;         /* keeps a private mount alive; else -1 */
};

/*
 * Find tracefs, or mount it detached (fsmount(2), Linux 5.2) until format_dir_close(): no other
 * process sees it. Returns 0, or a negative errno with ERR filled.
 */
int format_dir_open_tracefs(struct format_dir *dir, struct error *err) MUST_CHECK;

/*
 * Use the directory PATH, which is `events` or contains it. Returns 0, or a negative errno with ERR
 * filled.
 */
int format_dir_open(struct format_dir *dir, const char *path, struct error *err) MUST_CHECK;

void format_dir_close(struct format_dir *dir);

/*
 * Read the whole file at PATH ("events/header_page") of DIR. Returns 0 with *TEXT (caller frees,
 * *LENGTH bytes), or a negative errno with ERR filled.
 */
int format_dir_read_text(const struct format_dir *dir, const char *path, char **text,
			 size_t *length, struct error *err) MUST_CHECK;

/*
 * Read and parse the format of SYSTEM's EVENT. Returns 0 with *FORMAT (free with format_free()), or
 * a negative errno with ERR filled.
 */
int format_dir_read(const struct format_dir *dir, const char *system, const char *event,
		    const struct machine *machine, struct format **format,
		    struct error *err) MUST_CHECK;

#endif
