/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the bytes of a capture: a regular file, or a stream as it comes. Both are read into memory
 * of our own, so that bytes do not change after they were returned, whatever happens to the file.
 */
#ifndef PXT_CAPTURE_READ_INPUT_H
#define PXT_CAPTURE_READ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/compiler.h"
#include "capture/read/block.h"

/* The most bytes that input_peek() can return. */
#define INPUT_PEEK_MAX (64U * 1024U)

struct input;

/*
 * Read FD (borrowed), a file from its start or a stream from its position. POOL is borrowed. While
 * the input is patient, reading ends with -EINTR as soon as WAKE_FD (-1: none) is readable. Returns
 * 0 with *INPUT (free with input_free()) or a negative errno.
 */
int input_open(int fd, int wake_fd, struct block_pool *pool, struct input **input) MUST_CHECK;
void input_free(struct input *input);

/*
 * View WANTED bytes (INPUT_PEEK_MAX at most) at the position. Returns 0 with *AVAILABLE bytes,
 * fewer only at the end of the input; -EAGAIN where a stream has too few now (never while patient);
 * -EINTR; another negative errno. The bytes are valid as long as input_block() is referenced.
 */
int input_peek(struct input *input, size_t wanted, const unsigned char **bytes,
	       size_t *available) MUST_CHECK;

/* Set whether to wait for bytes of a stream. Inputs begin patient. */
void input_set_patient(struct input *input, bool patient);

/* Move the position, to the end at most; input_missing() counts the bytes beyond it. */
void input_skip(struct input *input, uint64_t bytes);

/* Returns how many skipped bytes do not exist. */
uint64_t input_missing(const struct input *input);

/*
 * Copy SIZE bytes to *BYTES (caller frees; not NULL) and move the position behind them. Returns as
 * input_peek(). Memory is allocated only for bytes that exist.
 */
int input_payload(struct input *input, size_t size, unsigned char **bytes,
		  size_t *available) MUST_CHECK;

/* Returns the block of the bytes that input_peek() returned last. */
struct block *input_block(const struct input *input);

/*
 * Return the size of the file when it was opened, of several (parts.h) that of the first one or
 * that of all; 0: a stream.
 */
uint64_t input_size(const struct input *input);
uint64_t input_total(const struct input *input);

/* Returns whether there are several files. Positions count through all of them. */
bool input_has_more_parts(const struct input *input);

/* Continue with the next file. False: there is none. */
bool input_next_part(struct input *input);

/* Copy SIZE bytes at OFFSET of a file. Returns 0, -EBADMSG beyond its end, or another errno. */
int input_copy(const struct input *input, uint64_t offset, void *to, size_t size) MUST_CHECK;

/*
 * Read a block of a file from OFFSET up to END at most. Returns 0 with *BLOCK (referenced for the
 * caller; empty where the file ends before OFFSET), or a negative errno.
 */
int input_read_block(const struct input *input, uint64_t offset, uint64_t end,
		     struct block **block) MUST_CHECK;

/* Continue at OFFSET of a file, and end at END (both within the file). */
void input_set_section(struct input *input, uint64_t offset, uint64_t end);

uint64_t input_position(const struct input *input);

/* Returns whether FILE is one of the files that are read. */
bool input_reads(const struct input *input, const struct stat *file);

/* Returns whether a file was written to or cut since it was opened. */
bool input_has_changed(const struct input *input);

/* Wait until a stream has bytes or WAKE_FD is readable. Returns 0 or a negative errno. */
int input_wait(const struct input *input, int wake_fd, int timeout_ms) MUST_CHECK;

#endif
