/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounds-checked loads out of raw records that end at a guard page.
 */
#include <errno.h>
#include <string.h>

#include "decode/field.h"
#include "decode/tracepoint.h"
#include "perf/record.h"
#include "support.h"

static struct guarded guarded;

static int set_up(void **state)
{
	(void)state;
	guarded_new(&guarded, 65536);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	guarded_free(&guarded);
	return 0;
}

/* LENGTH bytes 1, 2, 3 … that end at the guard page. */
static const unsigned char *counting_bytes(size_t length)
{
	unsigned char bytes[512];

	for (size_t i = 0; i < length; i++)
		bytes[i] = (unsigned char)(i + 1);
	return guarded_put(&guarded, bytes, length, 1);
}

static void assert_number(struct field field, const void *raw, uint32_t raw_size, int64_t expected)
{
	int64_t value = 99;

	assert_int_equal(field_number(&field, raw, raw_size, &value), 0);
	assert_int_equal(value, expected);
}

static void assert_no_number(struct field field, const void *raw, uint32_t raw_size)
{
	int64_t value = 99;

	assert_int_equal(field_number(&field, raw, raw_size, &value), -EBADMSG);
	assert_int_equal(value, 99);
}

static void assert_no_bytes(struct field field, const void *raw, uint32_t raw_size)
{
	struct text text = {.bytes = "untouched", .length = 9};

	assert_int_equal(field_bytes(&field, raw, raw_size, &text), -EBADMSG);
	assert_text(text, "untouched");
	assert_int_equal(field_text(&field, raw, raw_size, &text), -EBADMSG);
	assert_text(text, "untouched");
}

static void assert_bytes(struct field field, const void *raw, uint32_t raw_size,
			 const void *expected, size_t length)
{
	struct text text = {NULL, 0};

	assert_int_equal(field_bytes(&field, raw, raw_size, &text), 0);
	assert_int_equal(text.length, length);
	if (length > 0) {
		assert_ptr_equal(text.bytes, expected);
		assert_memory_equal(text.bytes, expected, length);
	}
}

static void test_numbers_of_all_sizes(void **state)
{
	static const unsigned char bytes[] = {0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8};
	static const struct {
		uint32_t size;
		uint64_t little, big;
	} cases[] = {
		{1, 0x81, 0x81},
		{2, 0x9281, 0x8192},
		{4, 0xb4a39281, 0x8192a3b4},
		{8, UINT64_C(0xf8e7d6c5b4a39281), UINT64_C(0x8192a3b4c5d6e7f8)},
	};

	(void)state;
	const void *raw = guarded_put(&guarded, bytes, sizeof(bytes), 1);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct field field = {.size = cases[i].size};

		assert_number(field, raw, sizeof(bytes), (int64_t)cases[i].little);
		field.big_endian = true;
		assert_number(field, raw, sizeof(bytes), (int64_t)cases[i].big);
	}
}

static void check_sign(uint32_t size, int64_t expected)
{
	unsigned char bytes[8];
	struct field field = {.size = size, .is_signed = true};

	memset(bytes, 0xff, sizeof(bytes));
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		field.big_endian = big_endian;
		assert_number(field, guarded_put(&guarded, bytes, size, 1), size, expected);
	}
}

static void test_signed_numbers_are_extended(void **state)
{
	static const unsigned char lowest[] = {0x80, 0, 0, 0};

	(void)state;
	for (uint32_t size = 1; size <= 8; size *= 2)
		check_sign(size, -1);
	assert_number((struct field){.size = 4, .is_signed = true, .big_endian = true},
		      guarded_put(&guarded, lowest, 4, 1), 4, INT32_MIN);
	assert_number((struct field){.size = 4, .big_endian = true},
		      guarded_put(&guarded, lowest, 4, 1), 4, INT64_C(0x80000000));
	assert_number((struct field){.size = 1, .is_signed = true},
		      guarded_put(&guarded, lowest, 1, 1), 1, INT8_MIN);
	assert_number((struct field){.size = 2, .is_signed = true, .big_endian = true},
		      guarded_put(&guarded, lowest, 2, 1), 2, INT16_MIN);
}

static void test_numbers_at_every_offset_of_every_length(void **state)
{
	(void)state;
	for (uint32_t length = 0; length <= 24; length++) {
		const unsigned char *raw = counting_bytes(length);

		for (uint32_t offset = 0; offset <= 32; offset++) {
			struct field field = {.offset = offset, .size = 4, .big_endian = true};
			uint32_t first = offset + 1;

			if (offset + 4 <= length)
				assert_number(field, raw, length,
					      first << 24 | (first + 1) << 16 | (first + 2) << 8 |
						      (first + 3));
			else
				assert_no_number(field, raw, length);
		}
	}
}

static void test_only_four_sizes_are_numbers(void **state)
{
	static const uint32_t bad[] = {0, 3, 5, 6, 7, 9, 16, 256, UINT32_MAX};
	const unsigned char *raw = counting_bytes(300);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_no_number((struct field){.size = bad[i]}, raw, 300);
}

static void test_absurd_places_are_refused(void **state)
{
	static const uint32_t offsets[] = {65536,          INT32_MAX,      UINT32_MAX - 8,
					   UINT32_MAX - 4, UINT32_MAX - 3, UINT32_MAX};
	const unsigned char *raw = counting_bytes(64);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct field field = {.offset = offsets[i], .size = 4};

		assert_no_number(field, raw, 64);
		for (int kind = FIELD_ARRAY; kind <= FIELD_REL_LOC; kind++) {
			field.kind = (enum field_kind)kind;
			assert_no_bytes(field, raw, 64);
		}
	}
	assert_no_bytes((struct field){.offset = 8, .size = UINT32_MAX - 7, .kind = FIELD_ARRAY},
			raw, 64);
	assert_no_bytes((struct field){.offset = 8, .size = UINT32_MAX, .kind = FIELD_ARRAY}, raw,
			64);
}

static void test_kinds_are_told_apart(void **state)
{
	const unsigned char *raw = counting_bytes(64);

	(void)state;
	assert_no_bytes((struct field){.size = 4, .kind = FIELD_NUMBER}, raw, 64);
	for (int kind = FIELD_ARRAY; kind <= FIELD_REL_LOC; kind++)
		assert_no_number((struct field){.size = 4, .kind = (enum field_kind)kind}, raw, 64);
}

static void test_arrays(void **state)
{
	(void)state;
	for (uint32_t length = 0; length <= 40; length++) {
		const unsigned char *raw = counting_bytes(length);
		struct field field = {.offset = 8, .size = 16, .kind = FIELD_ARRAY};

		if (length >= 24)
			assert_bytes(field, raw, length, raw + 8, 16);
		else
			assert_no_bytes(field, raw, length);
	}
}

static void test_array_text_ends_before_nul(void **state)
{
	static const char bytes[] = "12345678with\0junk and more that does not end";
	struct field field = {.offset = 8, .size = 16, .kind = FIELD_ARRAY};
	const char *raw = guarded_put(&guarded, bytes, 24, 1);
	struct text text;

	(void)state;
	assert_int_equal(field_text(&field, raw, 24, &text), 0);
	assert_text(text, "with");
	assert_ptr_equal(text.bytes, raw + 8);
	assert_bytes(field, raw, 24, raw + 8, 16);

	field.offset = 13;
	field.size = 11;
	assert_int_equal(field_text(&field, raw, 24, &text), 0);
	assert_text(text, "junk and mo");
	field.offset = 12;
	assert_int_equal(field_text(&field, raw, 24, &text), 0);
	assert_text(text, "");
}

/* A record of 8 bytes, a dynamic field at 8 and a tail of 8 bytes: 20 bytes. */
static const unsigned char *dynamic_record(uint32_t location, bool big_endian)
{
	unsigned char bytes[20] = "headroom????tail nul";

	for (uint32_t i = 0; i < 4; i++)
		bytes[8 + i] = (unsigned char)(location >> (big_endian ? 24 - 8 * i : 8 * i));
	return guarded_put(&guarded, bytes, sizeof(bytes), 1);
}

/* Every length and offset, against the rule. BASE is what the offset counts from. */
static void check_dynamic(enum field_kind kind, uint32_t base, bool big_endian)
{
	struct field field = {.offset = 8, .size = 4, .kind = kind, .big_endian = big_endian};

	for (uint32_t offset = 0; offset < 30; offset++) {
		for (uint32_t length = 1; length < 30; length++) {
			const unsigned char *raw =
				dynamic_record(length << 16 | offset, big_endian);

			if (base + offset + length > 20)
				assert_no_bytes(field, raw, 20);
			else if (base + offset >= 12)
				assert_bytes(field, raw, 20, raw + base + offset, length);
		}
	}
}

static void test_data_loc(void **state)
{
	(void)state;
	check_dynamic(FIELD_DATA_LOC, 0, false);
	check_dynamic(FIELD_DATA_LOC, 0, true);
}

static void test_rel_loc(void **state)
{
	(void)state;
	check_dynamic(FIELD_REL_LOC, 12, false);
	check_dynamic(FIELD_REL_LOC, 12, true);
}

static void test_far_dynamic_arrays_are_refused(void **state)
{
	static const uint32_t locations[] = {0xffffffff, 0xffff0000, 0x0001ffff, 0x7fff7fff,
					     0x80008000, 0x00150000, 0x00090014};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(locations); i++) {
		struct field field = {.offset = 8, .size = 4, .kind = FIELD_DATA_LOC};
		const unsigned char *raw = dynamic_record(locations[i], false);

		assert_no_bytes(field, raw, 20);
		field.kind = FIELD_REL_LOC;
		assert_no_bytes(field, raw, 20);
	}
}

static void test_dynamic_text(void **state)
{
	static const char bytes[] = {12, 0, 8,   0,   12, 0,   4,   0,   16,  0,
				     0,  0, 'a', 'b', 0,  'd', 'e', 'f', 'g', 'h'};
	const char *raw = guarded_put(&guarded, bytes, sizeof(bytes), 1);
	struct field field = {.offset = 0, .size = 4, .kind = FIELD_DATA_LOC};
	struct text text;

	(void)state;
	assert_int_equal(field_text(&field, raw, sizeof(bytes), &text), 0);
	assert_text(text, "ab");
	assert_bytes(field, raw, sizeof(bytes), raw + 12, 8);
	field.offset = 8;
	assert_int_equal(field_text(&field, raw, sizeof(bytes), &text), 0);
	assert_text(text, "");
	field = (struct field){.offset = 4, .size = 4, .kind = FIELD_REL_LOC};
	assert_no_bytes(field, raw, 19);
	assert_no_bytes(field, raw, 7);
}

/* The u32 that says where the text lies is cut itself. */
static void test_a_cut_location_is_refused(void **state)
{
	(void)state;
	for (uint32_t length = 0; length < 12; length++) {
		const unsigned char *raw = counting_bytes(length);
		struct field field = {.offset = 8, .size = 4, .kind = FIELD_DATA_LOC};

		assert_no_bytes(field, raw, length);
		field.kind = FIELD_REL_LOC;
		assert_no_bytes(field, raw, length);
	}
}

/* A resolved field is loaded in another way. */
static void assert_same_int(struct field field, const char *raw, uint32_t length)
{
	const struct record record = {.raw = raw, .raw_size = length};
	struct field resolved = field;
	int64_t number = 0;
	int32_t as_int = 0;
	int code = field_number(&field, raw, length, &number);

	field_resolve(&resolved);
	assert_int_equal(tracepoint_int(&resolved, &record, &as_int), code);
	if (code == 0)
		assert_int_equal(as_int, (int32_t)number);
}

static void assert_same_text(struct field field, const char *raw, uint32_t length)
{
	struct text bytes, text;
	int code = field_bytes(&field, raw, length, &bytes);

	assert_int_equal(field_text(&field, raw, length, &text), code);
	if (code == 0)
		assert_int_equal(text.length, strnlen(bytes.bytes, bytes.length));
}

static void test_any_field_of_any_record_is_survived(void **state)
{
	struct random random = {.state = 3};
	unsigned char bytes[64];

	(void)state;
	for (int round = 0; round < 300000; round++) {
		uint32_t length = (uint32_t)random_below(&random, sizeof(bytes) + 1);
		struct field field = {
			.offset = (uint32_t)random_below(&random, 80),
			.size = (uint32_t)random_below(&random, 20),
			.kind = (enum field_kind)random_below(&random, 4),
			.big_endian = random_below(&random, 2),
			.is_signed = random_below(&random, 2),
		};
		int64_t value;
		struct text text;

		for (size_t i = 0; i < length; i++)
			bytes[i] = (unsigned char)random_below(&random, round % 2 ? 3 : 64);
		const char *raw = guarded_put(&guarded, bytes, length, 1);
		int number = field_number(&field, raw, length, &value);
		int result = field_text(&field, raw, length, &text);

		assert_true(number == 0 || number == -EBADMSG);
		assert_true(result == 0 || result == -EBADMSG);
		if (result == 0 && text.length > 0)
			assert_true(text.bytes >= raw && text.bytes + text.length <= raw + length);
		assert_same_int(field, raw, length);
		assert_same_text(field, raw, length);
	}
}

#define field_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		field_test(test_numbers_of_all_sizes),
		field_test(test_signed_numbers_are_extended),
		field_test(test_numbers_at_every_offset_of_every_length),
		field_test(test_only_four_sizes_are_numbers),
		field_test(test_absurd_places_are_refused),
		field_test(test_kinds_are_told_apart),
		field_test(test_arrays),
		field_test(test_array_text_ends_before_nul),
		field_test(test_data_loc),
		field_test(test_rel_loc),
		field_test(test_far_dynamic_arrays_are_refused),
		field_test(test_dynamic_text),
		field_test(test_a_cut_location_is_refused),
		field_test(test_any_field_of_any_record_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
