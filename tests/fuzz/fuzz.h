/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fuzz targets: what each is given may be any bytes. They abort where an answer makes no sense;
 * the sanitizers find the rest. Run from the top of the tree: some read formats/.
 *
 * entry.c makes one of them libFuzzer's; tests/unit/test_fuzz_corpus.c runs all on what is under
 * fixtures/corpus.
 */
#ifndef PXT_TESTS_FUZZ_H
#define PXT_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A format file. */
void fuzz_format_text(const uint8_t *bytes, size_t size);

/*
 * A byte that chooses the kernel, then records of it, one after the other: 8 bytes of kind, time,
 * pid, tid and sizes (`struct frame`), raw data or body, and what follows the raw data.
 */
void fuzz_decoder(const uint8_t *bytes, size_t size);

/*
 * Command lines of two captures: on each line a byte of flags (B, incomplete, failed; the upper
 * half are further runs), the program and the arguments, with NULs between them.
 */
void fuzz_diff(const uint8_t *bytes, size_t size);

/* A capture, up to 64 KiB; once as a file, once as a stream. */
void fuzz_capture(const uint8_t *bytes, size_t size);

/*
 * A byte that chooses a view of a replay, two with a bit for each filter, then a capture, up to
 * 64 KiB. All of the replay is run, from its command line on.
 */
#define FUZZ_REPLAY_CHOICE 3U
void fuzz_replay(const uint8_t *bytes, size_t size);

/* BTF. */
void fuzz_btf(const uint8_t *bytes, size_t size);

/* A byte of flags (1: 4-byte words, 2: swapped), the stack pointer (8 bytes), a user stack. */
void fuzz_stack(const uint8_t *bytes, size_t size);

/* Arguments, each with a NUL behind it: a compiler's, and such with secrets. */
void fuzz_arguments(const uint8_t *bytes, size_t size);

/* Ends the run: WHAT should hold. */
static inline void must_hold(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

#endif
