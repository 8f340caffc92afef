/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/argv_trial.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "perf/record.h"
#include "probe/argv_definition.h"
#include "probe/trial.h"

#define PROGRAM "/bin/sh"

/* The arguments of the program, with an empty one, as they have to lie in its memory. */
#define FIRST_ARGUMENTS "sh\0-c\0:\0"

struct argv_trial {
	const struct argv_layout *layout;
	unsigned int chunks;
	unsigned int seen; /* samples that were right, in their order */
	bool wrong;
	char arguments[ARGV_CHUNKS_MAX * ARGV_CHUNK_BYTES];
	size_t size; /* of these */
};

/* Different in every word, so that fields in another order are found. */
static void fill_arguments(struct argv_trial *trial)
{
	static const char first[] = FIRST_ARGUMENTS;

	trial->size = (size_t)trial->chunks * ARGV_CHUNK_BYTES;
	memcpy(trial->arguments, first, sizeof(first));
	for (size_t i = sizeof(first); i < trial->size - 1; i++)
		trial->arguments[i] = (char)('!' + i / 8 * 7 % 93);
	trial->arguments[trial->size - 1] = '\0';
}

static void run_program(void *context)
{
	static const char first[] = FIRST_ARGUMENTS;
	struct argv_trial *trial = context;
	char *text = trial->arguments, *none[] = {NULL};
	char *argv[] = {text, text + 3, text + 6, text + 8, text + sizeof(first), NULL};

	execve(PROGRAM, argv, none);
}

/* ---- what the probe copied ---- */

static bool are_zeros(const struct argv_sample *sample)
{
	static const unsigned char zeros[ARGV_CHUNK_BYTES];

	return sample->start == 0 && sample->end == 0 &&
	       memcmp(sample->bytes, zeros, sizeof(zeros)) == 0;
}

static bool is_chunk(const struct argv_trial *trial, const struct argv_sample *sample,
		     unsigned int chunk)
{
	return sample->end - sample->start == trial->size &&
	       memcmp(sample->bytes, trial->arguments + (size_t)chunk * ARGV_CHUNK_BYTES,
		      ARGV_CHUNK_BYTES) == 0;
}

/* Zeros of the last chunk, the last chunk, zeros of the one before it, ... */
static bool is_expected(const struct argv_trial *trial, const struct argv_sample *sample)
{
	if (trial->seen >= 2 * trial->chunks)
		return false;
	const unsigned int chunk = trial->chunks - 1 - trial->seen / 2;
	if (trial->seen % 2 == 0)
		return sample->chunk == ARGV_ZEROS + chunk && are_zeros(sample);
	return sample->chunk == chunk && is_chunk(trial, sample, chunk);
}

static void look_at_record(void *context, const struct record *record)
{
	struct argv_trial *trial = context;
	struct argv_sample sample;

	if (!argv_sample_take(trial->layout, record, &sample))
		return;
	if (is_expected(trial, &sample))
		trial->seen++;
	else
		trial->wrong = true;
}

int argv_trial(const struct argv_layout *layout, unsigned int chunks, struct error *err)
{
	struct argv_trial argv = {.layout = layout, .chunks = chunks};
	const struct trial trial = {layout->id, run_program, look_at_record, &argv};

	fill_arguments(&argv);
	int code = trial_run(&trial);
	if (code < 0)
		return error_set(err, code, "cannot try the argv probe: %s", strerror(-code));
	if (argv.wrong || argv.seen != 2 * chunks)
		return error_set(err, -EPROTO,
				 "the argv probe does not show the arguments of " PROGRAM
				 ", with which it was tried");
	return 0;
}
