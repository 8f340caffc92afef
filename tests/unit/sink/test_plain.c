/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fast copy of plain text against one that goes byte by byte, on texts that end at a guard
 * page, into memory that does.
 */
#include <string.h>

#include "sink/text/plain.h"
#include "support.h"

#define LENGTH_MAX 70U

static const struct plain_exceptions exceptions = {{'|', '\\', ' ', '\''}};

static struct guarded from_memory, out_memory;

static bool is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && !strchr("|\\'", c);
}

static size_t count_plain(const unsigned char *bytes, size_t length)
{
	size_t count = 0;

	while (count < length && is_plain(bytes[count]))
		count++;
	return count;
}

static void check(const unsigned char *bytes, size_t length)
{
	const unsigned char *from = guarded_put(&from_memory, bytes, length, 1), *start = from;
	size_t plain = count_plain(bytes, length);
	char zeros[LENGTH_MAX] = {0};
	char *out = guarded_put(&out_memory, zeros, length, 1);
	const char *end = plain_copy(out, &from, from + length, exceptions);

	assert_int_equal(from - start, plain);
	assert_int_equal(end - out, plain);
	assert_memory_equal(out, bytes, plain);
}

static void test_plain_text_of_each_length(void **state)
{
	unsigned char text[LENGTH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)('a' + i % 26);
	for (size_t length = 0; length <= sizeof(text); length++)
		check(text, length);
}

/* Any byte, at any place of a text of any length. */
static void test_one_byte_among_plain_ones(void **state)
{
	unsigned char text[LENGTH_MAX];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t length = 1; length <= sizeof(text); length++) {
		for (unsigned int c = 0; c <= UINT8_MAX; c++) {
			size_t place = (c + length) % length;

			text[place] = (unsigned char)c;
			check(text, length);
			text[place] = 'x';
		}
		for (size_t place = 0; place < length; place++) {
			text[place] = '\'';
			check(text, length);
			text[place] = 'x';
		}
	}
}

static void test_random_bytes(void **state)
{
	struct random random = {7};
	unsigned char text[LENGTH_MAX];

	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t length = (size_t)random_below(&random, sizeof(text) + 1);
		uint64_t rare = 1 + random_below(&random, 64);

		for (size_t i = 0; i < length; i++)
			text[i] = random_below(&random, rare) == 0
					  ? (unsigned char)random_below(&random, 256)
					  : (unsigned char)('!' + random_below(&random, 6));
		check(text, length);
	}
}

static int set_up(void **state)
{
	(void)state;
	guarded_new(&from_memory, LENGTH_MAX);
	guarded_new(&out_memory, LENGTH_MAX);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	guarded_free(&from_memory);
	guarded_free(&out_memory);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_text_of_each_length),
		cmocka_unit_test(test_one_byte_among_plain_ones),
		cmocka_unit_test(test_random_bytes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
