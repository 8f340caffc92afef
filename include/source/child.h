/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child program (source/spawn.h) whose output is read as it comes: another tracer that works for
 * us.
 */
#ifndef PXT_SOURCE_CHILD_H
#define PXT_SOURCE_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/text.h"
#include "source/spawn.h"

/* The most unused output that is kept, bytes of each stream. */
#define CHILD_BUFFER_SIZE 65536U

struct child;

/* Start ARGV as spawn() does. Returns 0 with *CHILD, or a negative errno with ERR filled. */
int child_start(char *const argv[], const char *const extra[], enum spawn_output output,
		struct child **child, struct error *err) MUST_CHECK;

/*
 * Read what is there, without waiting, as far as there is room. Returns 1 where something was read,
 * 0 where nothing is there now or room has to be made first, -ENODATA once it has closed its
 * standard output and all of that was read, or another negative errno with ERR filled.
 */
int child_read(struct child *child, struct error *err) MUST_CHECK;

/* The name of its program, without directories. */
const char *child_name(const struct child *child);

/* Returns the unused part of its standard output, borrowed until the next child_read(). */
struct text child_output(const struct child *child);

/* The first SIZE bytes of that are used. */
void child_use(struct child *child, size_t size);

/*
 * Take the next whole line, without its newline, borrowed until the next child_read(): false where
 * there is none. Of standard error a line that is too long is taken in pieces.
 */
bool child_line(struct child *child, struct text *line);
bool child_error_line(struct child *child, struct text *line);

/* Standard output has a line that is longer than the buffer. */
bool child_is_full(const struct child *child);

/*
 * Sleep until there is output, WAKE_FD (-1: none) is readable or TIMEOUT_MS (-1: none) are over;
 * not at all once it has closed its standard output. Returns 0, or a negative errno with ERR
 * filled.
 */
int child_wait(const struct child *child, int wake_fd, int timeout_ms,
	       struct error *err) MUST_CHECK;

/* Ask it and its children to end: SIGINT. */
void child_interrupt(struct child *child);

/*
 * It has ended when nobody asked it to: fill ERR with its name, how it ended and its last words.
 * Waits a second for that, then kills it. Returns -EPIPE.
 */
int child_ended(struct child *child, struct error *err);

/* Kills it and its children where they still run, and reaps it. */
void child_free(struct child *child);

#endif
