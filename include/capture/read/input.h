/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a capture: a regular file, or a stream that is read as it comes. Both are read into
 * memory of our own: what its owner does to a file meanwhile can make the bytes others, or fewer,
 * but never changes those that were looked at.
 */
#ifndef PXT_CAPTURE_READ_INPUT_H
#define PXT_CAPTURE_READ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/compiler.h"
#include "capture/read/block.h"

/* The most that input_peek() can be asked for. */
#define INPUT_PEEK_MAX (64U * 1024U)

struct input;

/*
 * Read FD (the caller's; to stay open) from its start, or a stream from where it is. POOL is
 * borrowed. While the input is `patient`, reading ends with -EINTR as soon as WAKE_FD (-1: none) is
 * readable. Returns 0 with *INPUT (free with input_free()) or a negative errno.
 */
int input_open(int fd, int wake_fd, struct block_pool *pool, struct input **input) MUST_CHECK;
void input_free(struct input *input);

/*
 * View WANTED bytes (INPUT_PEEK_MAX at most) at the position. Returns 0 with *AVAILABLE of them:
 * fewer only where the input ends; -EAGAIN where a stream has none now (never while `patient`);
 * -EINTR, another negative errno. They stay as long as input_block() is referenced.
 */
int input_peek(struct input *input, size_t wanted, const unsigned char **bytes,
	       size_t *available) MUST_CHECK;

/* Whether to wait for bytes of a stream. Inputs begin patient. */
void input_set_patient(struct input *input, bool patient);

/* Move the position; beyond the end is the end, which input_missing() then tells. */
void input_skip(struct input *input, uint64_t bytes);

/* How many bytes that were skipped turned out not to be there. */
uint64_t input_missing(const struct input *input);

/*
 * Move the position by SIZE bytes and give a copy of them (the caller's, to be freed; not NULL).
 * As input_peek() otherwise. No more memory is taken than bytes really come.
 */
int input_payload(struct input *input, size_t size, unsigned char **bytes,
		  size_t *available) MUST_CHECK;

/* What holds the bytes that were last peeked at. */
struct block *input_block(const struct input *input);

/*
 * The size that a file, of several (parts.h) the first, had when it was opened; 0: a stream. And
 * that of all together.
 */
uint64_t input_size(const struct input *input);
uint64_t input_total(const struct input *input);

/* Whether there are several files, of which positions count through. */
bool input_has_more_parts(const struct input *input);

/* Go on with all of the next of them. False where there is none. */
bool input_next_part(struct input *input);

/* Copy SIZE bytes at OFFSET of a file. 0, -EBADMSG where it has none there, another errno. */
int input_copy(const struct input *input, uint64_t offset, void *to, size_t size) MUST_CHECK;

/*
 * Read a block of what a file has from OFFSET on, up to END at most. 0 with *BLOCK (referenced for
 * the caller, and empty where the file has nothing there), or a negative errno.
 */
int input_read_block(const struct input *input, uint64_t offset, uint64_t end,
		     struct block **block) MUST_CHECK;

/* Of a file: go on at OFFSET, and end at END (both within the file). */
void input_set_section(struct input *input, uint64_t offset, uint64_t end);

uint64_t input_position(const struct input *input);

/* Whether FILE is what is read, or among it. */
bool input_reads(const struct input *input, const struct stat *file);

/* Whether a file has been written to, or cut, since it was opened. */
bool input_has_changed(const struct input *input);

/* Sleep until a stream has bytes or the WAKE_FD is readable. 0 or a negative errno. */
int input_wait(const struct input *input, int wake_fd, int timeout_ms) MUST_CHECK;

#endif
