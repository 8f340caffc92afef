/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a capture: a regular file, mapped, or a stream that is read as it comes.
 */
#ifndef PXT_CAPTURE_INPUT_H
#define PXT_CAPTURE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/block.h"
#include "compiler.h"

/* The most that input_peek() can be asked for. */
#define INPUT_PEEK_MAX (64U * 1024U)

struct input;

/*
 * Read FD (the caller's; to stay open) from its start, or a stream from where it is. POOL is
 * borrowed. Returns 0 with *INPUT (free with input_free()) or a negative errno.
 */
int input_open(int fd, struct block_pool *pool, struct input **input) MUST_CHECK;
void input_free(struct input *input);

/*
 * View WANTED bytes (INPUT_PEEK_MAX at most) at the position. Returns 0 with *AVAILABLE of them:
 * fewer only where the input ends; -EAGAIN where a stream has none now (never while `patient`);
 * -EINTR, another negative errno. They stay as long as input_block() is referenced, or the mapping.
 */
int input_peek(struct input *input, size_t wanted, const unsigned char **bytes,
	       size_t *available) MUST_CHECK;

/* Whether to wait for bytes of a stream. Inputs begin patient. */
void input_set_patient(struct input *input, bool patient);

/* Move the position; beyond the end is the end, which input_missing() then tells. */
void input_skip(struct input *input, uint64_t bytes);

/* How many bytes that were skipped turned out not to be there. */
uint64_t input_missing(const struct input *input);

/* Move the position by SIZE bytes and view them, which are INPUT's. As input_peek() otherwise. */
int input_payload(struct input *input, uint64_t size, const unsigned char **bytes,
		  size_t *available) MUST_CHECK;

/* What holds the bytes that were last peeked at: NULL for a mapped file. */
struct block *input_block(const struct input *input);

/* The whole file, *SIZE bytes; NULL for a stream. */
const unsigned char *input_map(const struct input *input, uint64_t *size);

/* Of a mapped file: go on at OFFSET, and end at END (both within the file). */
void input_set_section(struct input *input, uint64_t offset, uint64_t end);

uint64_t input_position(const struct input *input);

/* The mapped pages need not be resident any more; those still needed come back by themselves. */
void input_forget(const struct input *input);

/* Sleep until a stream has bytes or WAKE_FD is readable. 0 or a negative errno. */
int input_wait(const struct input *input, int wake_fd, int timeout_ms) MUST_CHECK;

#endif
