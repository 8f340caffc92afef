/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fuzz targets on what is under fixtures/corpus: what fuzzing started from, and what it found.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fuzz/fuzz.h"
#include "support.h"

typedef void fuzz_target(const uint8_t *bytes, size_t size);

/* On bytes that end where their memory does, as libFuzzer has them. */
static void run_file(fuzz_target *target, const char *path)
{
	size_t size;
	char *bytes = load_file(path, &size);
	uint8_t *exact = malloc(size ? size : 1);

	assert_non_null(exact);
	memcpy(exact, bytes, size);
	target(exact, size);
	free(exact);
	free(bytes);
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_corpus(fuzz_target *target, const char *name, int at_least)
{
	char directory[128], path[512];
	struct dirent **entries;

	snprintf(directory, sizeof(directory), "fixtures/corpus/%s", name);
	int count = scandir(directory, &entries, is_input, alphasort);
	assert_true(count >= at_least);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		run_file(target, path);
		free(entries[i]);
	}
	free(entries);
}

static void test_format_text(void **state)
{
	(void)state;
	run_corpus(fuzz_format_text, "format_text", 10);
}

static void test_arguments(void **state)
{
	(void)state;
	run_corpus(fuzz_arguments, "arguments", 4);
}

static void test_btf(void **state)
{
	(void)state;
	run_corpus(fuzz_btf, "btf", 2);
}

static void test_diff(void **state)
{
	(void)state;
	run_corpus(fuzz_diff, "diff", 4);
}

static void test_decoder(void **state)
{
	(void)state;
	run_corpus(fuzz_decoder, "decoder", 10);
}

static void test_capture(void **state)
{
	(void)state;
	run_corpus(fuzz_capture, "capture", 5);
}

static void test_replay(void **state)
{
	(void)state;
	run_corpus(fuzz_replay, "replay", 10);
}

static void test_stack(void **state)
{
	(void)state;
	run_corpus(fuzz_stack, "stack", 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_text), cmocka_unit_test(test_btf),
		cmocka_unit_test(test_arguments),   cmocka_unit_test(test_diff),
		cmocka_unit_test(test_decoder),     cmocka_unit_test(test_capture),
		cmocka_unit_test(test_replay),      cmocka_unit_test(test_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
