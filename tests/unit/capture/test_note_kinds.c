/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of every kind of note: as captures have them, cut at every length, and damaged.
 */
#include "capture/notes/kinds.h"

#include <errno.h>
#include <string.h>

#include "support.h"

#define STRINGS(literal, n)                                       \
	{                                                         \
		.bytes = {literal, sizeof(literal)}, .count = (n) \
	}

/* Items, and their bytes as 0.1.0 and later wrote them. */
static const struct known {
	uint16_t kind;
	struct note_item item;
	const char *bytes;
	size_t size;
} known[] = {
#define BYTES(literal) literal, sizeof(literal)
	{CAPTURE_NOTE_ARGUMENTS,
	 {.pointer = 0x7ffc1000, .strings = STRINGS("sh\0-c", 2)},
	 BYTES("000000007ffc1000\0sh\0-c")},
	{CAPTURE_NOTE_PROBED,
	 {.pointer = 0x7ffc1000, .strings = STRINGS("sh\0-c", 2)},
	 BYTES("000000007ffc1000\0sh\0-c")},
	{CAPTURE_NOTE_ENVIRONMENT, {.pointer = UINT64_MAX}, BYTES("ffffffffffffffff")},
	{CAPTURE_NOTE_EXIT_PATHS,
	 {.exit_address = {3, 0xffffffff81000010}},
	 BYTES("3 ffffffff81000010")},
	{CAPTURE_NOTE_OLD_IDS,
	 {.ids = {INT32_MAX, 0, 1000, UINT32_MAX, 5}},
	 BYTES("2147483647 0 1000 4294967295 5")},
	{CAPTURE_NOTE_SELECTION, {.string = {"pids 5,7", 8}}, BYTES("pids 5,7")},
	{CAPTURE_NOTE_SELECTION, {.string = {"", 0}}, BYTES("")},
	{CAPTURE_NOTE_WALL_STEP, {.wall_offset_ns = INT64_MIN}, BYTES("-9223372036854775808")},
	{CAPTURE_NOTE_WALL_STEP, {.wall_offset_ns = INT64_MAX}, BYTES("9223372036854775807")},
	{CAPTURE_NOTE_COMMAND, {.command = {12, UINT64_MAX}}, BYTES("12 18446744073709551615")},
	{CAPTURE_NOTE_OLD_ARGUMENTS,
	 {.program = {10, 50, 7, 1}, .string = {"/bin/sh", 7}, .strings = STRINGS("sh\0a b", 2)},
	 BYTES("10 50 7 1\0/bin/sh\0sh\0a b")},
	{CAPTURE_NOTE_OLD_ARGUMENTS,
	 {.program = {10, 50, 0, 0}, .string = {"", 0}},
	 BYTES("10 50 0 0\0")},
	{CAPTURE_NOTE_STATUSES,
	 {.status = {INT32_MAX, 0, UINT64_MAX, 0x8b, 7}},
	 BYTES("2147483647 0 18446744073709551615 139 7")},
	{CAPTURE_NOTE_STATUSES_FROM,
	 {.statuses_from = {12, 8000}, .string = {"taskstats", 9}},
	 BYTES("12 8000\0taskstats")},
	{CAPTURE_NOTE_CWD,
	 {.pointer = 0x7ffc1000, .string = {"/a b", 4}},
	 BYTES("000000007ffc1000\0/a b")},
	{CAPTURE_NOTE_EXE,
	 {.pointer = 0x7ffc1000, .string = {"/memfd:a (deleted)", 18}},
	 BYTES("000000007ffc1000\0/memfd:a (deleted)")},
	{CAPTURE_NOTE_SESSION,
	 {.pointer = 0x7ffc1000, .string = {"40 4294967295 ", 14}},
	 BYTES("000000007ffc1000\00040 4294967295 ")},
	{CAPTURE_NOTE_USAGE,
	 {.usage = {7, 3, 36000, 12000, 48190000, UINT64_MAX, 4096, 0}},
	 BYTES("7 3 36000 12000 48190000 18446744073709551615 4096 0")},
#undef BYTES
};

static bool are_same(struct text a, struct text b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static void assert_same(const struct note_item *a, const struct note_item *b)
{
	assert_memory_equal(a->numbers, b->numbers, sizeof(a->numbers));
	assert_true(are_same(a->string, b->string));
	assert_true(are_same(a->strings.bytes, b->strings.bytes));
	assert_int_equal(a->strings.count, b->strings.count);
}

static void test_encoding(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct note_draft draft = {.note.kind = known[i].kind};

		note_draft_add(&draft, &known[i].item);
		note_draft_add(&draft, &known[i].item);
		assert_false(draft.bytes.failed);
		assert_int_equal(draft.note.count, 2);
		assert_int_equal(draft.bytes.size, 2 * known[i].size);
		assert_memory_equal(draft.bytes.bytes, known[i].bytes, known[i].size);
		assert_memory_equal(draft.bytes.bytes + known[i].size, known[i].bytes,
				    known[i].size);
		buffer_done(&draft.bytes);
	}
}

static void test_decoding(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct text left = {known[i].bytes, known[i].size};
		struct note_item item;

		assert_int_equal(note_next(known[i].kind, &left, &item), 1);
		assert_same(&item, &known[i].item);
		assert_int_equal(left.length, 0);
		assert_int_equal(note_next(known[i].kind, &left, &item), 0);
	}
}

/* Whether what an item borrows is in the SIZE bytes at START. */
static bool is_within(struct text text, const char *start, size_t size)
{
	return !text.bytes ||
	       (text.bytes >= start && text.length <= size - (size_t)(text.bytes - start));
}

/* Take all items of the SIZE bytes at BYTES, which a guard page follows. Returns the last code. */
static int take_all(uint16_t kind, const char *bytes, size_t size)
{
	struct text left = {bytes, size};
	size_t before = size + 1;
	struct note_item item;
	int code;

	while ((code = note_next(kind, &left, &item)) > 0) {
		/* It comes to an end. */
		assert_true(left.length < before);
		before = left.length;
		assert_true(is_within(item.string, bytes, size));
		assert_true(is_within(item.strings.bytes, bytes, size));
	}
	return code;
}

/* The strings of an exec's note may end anywhere: its count tells that some are missing. */
static bool is_whole(uint16_t kind, const char *bytes, size_t size)
{
	bool is_exec = kind == CAPTURE_NOTE_ARGUMENTS || kind == CAPTURE_NOTE_ENVIRONMENT ||
		       kind == CAPTURE_NOTE_PROBED;

	return size == 0 || (is_exec && size >= 17 && bytes[size - 1] == '\0');
}

static void test_cut_at_every_length(void **state)
{
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, 4096);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		for (size_t size = 0; size < known[i].size; size++) {
			const char *bytes = guarded_put(&guarded, known[i].bytes, size, 1);
			bool whole = is_whole(known[i].kind, bytes, size);

			assert_int_equal(take_all(known[i].kind, bytes, size),
					 whole ? 0 : -EBADMSG);
		}
	}
	guarded_free(&guarded);
}

static void test_damaged(void **state)
{
	static const char likely[] = {'\0', ' ', '-', '0', '9', 'f', '\xff', '\n'};
	struct random random = {.state = 7};
	struct guarded guarded;
	unsigned int results[2] = {0};

	(void)state;
	guarded_new(&guarded, 4096);
	for (unsigned int round = 0; round < 100000; round++) {
		const struct known *from = &known[random_below(&random, ARRAY_SIZE(known))];
		size_t size = random_below(&random, from->size + 1);
		char *bytes = guarded_put(&guarded, from->bytes, size, 1);

		for (size_t i = 0; size > 0 && i < 3; i++)
			bytes[random_below(&random, size)] =
				likely[random_below(&random, sizeof(likely))];
		/* Of any kind, those included that there are not. */
		int code = take_all((uint16_t)random_below(&random, 14), bytes, size);
		assert_true(code == 0 || code == -EBADMSG);
		results[code == 0]++;
	}
	assert_true(results[0] > 1000 && results[1] > 1000);
	guarded_free(&guarded);
}

static void test_malformed(void **state)
{
	static const struct {
		uint16_t kind;
		char bytes[40];
		size_t size;
	} malformed[] = {
#define NOTE(kind, literal) {kind, literal, sizeof(literal)}
		NOTE(CAPTURE_NOTE_ARGUMENTS, "000000000001000\0one"),
		NOTE(CAPTURE_NOTE_ARGUMENTS, "00000000000010x0\0one"),
		NOTE(CAPTURE_NOTE_ARGUMENTS, "00000000000010000\0one"),
		NOTE(CAPTURE_NOTE_EXIT_PATHS, "0-ffffffff81000010"),
		NOTE(CAPTURE_NOTE_EXIT_PATHS, "0 ffff\0fff81000010"),
		NOTE(CAPTURE_NOTE_OLD_IDS, "2147483648 1 2 3 4"),
		NOTE(CAPTURE_NOTE_OLD_IDS, "-5 1 2 3 4"),
		NOTE(CAPTURE_NOTE_OLD_IDS, "5 1 2 3 4294967296"),
		NOTE(CAPTURE_NOTE_OLD_IDS, "5 1 2 3"),
		NOTE(CAPTURE_NOTE_OLD_IDS, "5 1 2 3\0006 1 2 3 4"),
		NOTE(CAPTURE_NOTE_OLD_IDS, "5 1 2 3 4 5"),
		NOTE(CAPTURE_NOTE_OLD_IDS, "5  1 2 3 "),
		NOTE(CAPTURE_NOTE_COMMAND, "5"),
		NOTE(CAPTURE_NOTE_COMMAND, "x 6"),
		NOTE(CAPTURE_NOTE_COMMAND, "5 +6"),
		NOTE(CAPTURE_NOTE_COMMAND, "5 18446744073709551616"),
		NOTE(CAPTURE_NOTE_WALL_STEP, ""),
		NOTE(CAPTURE_NOTE_WALL_STEP, "- 5"),
		NOTE(CAPTURE_NOTE_OLD_ARGUMENTS, "10 50 3 1\0/bin/sh\0s"),
		NOTE(CAPTURE_NOTE_OLD_ARGUMENTS, "10 50 2 1\0/bin/sh\0sh"),
		NOTE(CAPTURE_NOTE_OLD_ARGUMENTS, "10 50 -1 1\0/bin/sh\0s"),
		NOTE(CAPTURE_NOTE_OLD_ARGUMENTS, "10 50 18446744073709551615 1\0/\0s"),
		NOTE(CAPTURE_NOTE_BOOT_ID, "b1c3e6bc"),
		NOTE(CAPTURE_NOTE_ROOT_CGROUP, ""),
		NOTE(0, "5"),
		NOTE(CAPTURE_NOTE_OLD_ARGUMENTS + 1, "5"),
		NOTE(UINT16_MAX, "5"),
#undef NOTE
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
		if (take_all(malformed[i].kind, malformed[i].bytes, malformed[i].size) != -EBADMSG)
			fail_msg("%zu: '%s' is taken", i, malformed[i].bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoding),
		cmocka_unit_test(test_decoding),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
