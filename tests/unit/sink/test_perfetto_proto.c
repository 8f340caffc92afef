/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writer of protobuf messages, byte by byte.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sink/perfetto/proto.h"
#include "support.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static void check(const char *begin, const char *end, const char *expected, size_t length)
{
	assert_int_equal(end - begin, length);
	assert_memory_equal(begin, expected, length);
}

/* The examples are those of the encoding's documentation, as far as it has any. */
static void test_fields(void **state)
{
	char bytes[64];

	(void)state;
	check(bytes, proto_put_number(bytes, 1, 150), BYTES("\x08\x96\x01"));
	check(bytes, proto_put_number(bytes, 1, 0), BYTES("\x08\x00"));
	check(bytes, proto_put_number(bytes, 15, 127), BYTES("\x78\x7f"));
	check(bytes, proto_put_number(bytes, 16, 128), BYTES("\x80\x01\x80\x01"));
	check(bytes, proto_put_number(bytes, 87, 1), BYTES("\xb8\x05\x01"));
	check(bytes, proto_put_number(bytes, 2047, UINT64_MAX),
	      BYTES("\xf8\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
	check(bytes, proto_put_number(bytes, 4, (uint64_t)-2),
	      BYTES("\x20\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
	check(bytes, proto_put_fixed64(bytes, 47, UINT64_C(0x0102030405060708)),
	      BYTES("\xf9\x02\x08\x07\x06\x05\x04\x03\x02\x01"));
	check(bytes, proto_put_text(bytes, 2, (struct text){"testing", 7}),
	      BYTES("\x12\x07testing"));
	check(bytes, proto_put_text(bytes, 8, (struct text){"", 0}), BYTES("\x42\x00"));
}

static void test_nested(void **state)
{
	char bytes[64];
	char *outer = proto_begin(bytes, 3), *inner = proto_begin(outer, 1);

	(void)state;
	char *end = proto_end(outer, proto_end(inner, proto_put_number(inner, 1, 150)));
	check(bytes, end, BYTES("\x1a\x05\x0a\x03\x08\x96\x01"));
	char *empty = proto_begin(bytes, 60);
	check(bytes, proto_end(empty, empty), BYTES("\xe2\x03\x00"));
}

/* A message of LENGTH bytes in a field whose head is HEAD. */
static void check_length(size_t length, const char *head, size_t head_size)
{
	char *bytes = malloc(length + PROTO_ROOM), *content = proto_begin(bytes, 1);

	assert_non_null(bytes);
	for (size_t i = 0; i < length; i++)
		content[i] = (char)i;
	char *end = proto_end(content, content + length);
	assert_int_equal(end - bytes, head_size + length);
	assert_memory_equal(bytes, head, head_size);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(bytes[head_size + i], (char)i);
	free(bytes);
}

static void test_lengths(void **state)
{
	(void)state;
	check_length(127, BYTES("\x0a\x7f"));
	check_length(128, BYTES("\x0a\x80\x01"));
	check_length(16383, BYTES("\x0a\xff\x7f"));
	check_length(16384, BYTES("\x0a\x80\x80\x01"));
	check_length(2097152, BYTES("\x0a\x80\x80\x80\x01"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
