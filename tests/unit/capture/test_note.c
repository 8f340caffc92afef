/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notes: made, taken apart, put together again; cut, damaged and lying.
 */
#include "capture/notes/note.h"

#include <byteswap.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "capture/notes/kinds.h"
#include "capture/perf_file.h"
#include "support.h"

/* Of a note's record, in bytes from its start; capture/notes/note.h has the layout. */
#define MISC_AT 4
#define MAGIC_AT 8
#define FLAGS_AT 14
#define SIZE_AT 32
#define FIXED 40

#define LONG 200000U

static unsigned char long_bytes[LONG];

static struct capture_note note_of(const void *bytes, uint32_t size)
{
	return (struct capture_note){
		.kind = CAPTURE_NOTE_ARGUMENTS,
		.time_ns = UINT64_C(0x1122334455667788),
		.pid = 4321,
		.tid = -2,
		.count = 3,
		.size = size,
		.bytes = bytes,
	};
}

static struct buffer make(const struct capture_note *note)
{
	struct buffer made = {0};

	assert_int_equal(capture_note_make(note, &made), 0);
	return made;
}

static void assert_same(const struct capture_note *a, const struct capture_note *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->time_ns, b->time_ns);
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->tid, b->tid);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->bytes, b->bytes, a->size);
}

/* Put the records of MADE together: 1 with NOTE, 0 where it is not whole, -EBADMSG. */
static int join(struct capture_note_joint *joint, const struct buffer *made,
		struct capture_note *note)
{
	int code = 0;

	for (size_t at = 0; at < made->size && code == 0;) {
		const struct perf_event_header header = record_header(made->bytes + at, false);
		struct capture_note_part part;

		assert_int_equal(header.size % 8, 0);
		/* Smaller ones make perf 7.3 warn. */
		assert_true(header.size >= 80);
		assert_true(capture_note_parse(made->bytes + at, &header, false, &part));
		code = capture_note_join(joint, &part, note);
		at += header.size;
		/* All of them are needed. */
		assert_true(code <= 0 || at == made->size);
	}
	return code;
}

static void test_notes_of_every_size(void **state)
{
	static const uint32_t long_sizes[] = {65487, 65488, 65489, 65495, 65496, 130976, LONG};
	struct capture_note_joint joint = {0};

	(void)state;
	for (uint32_t i = 0; i < 100 + ARRAY_SIZE(long_sizes); i++) {
		const struct capture_note note =
			note_of(long_bytes, i < 100 ? i : long_sizes[i - 100]);
		struct buffer made = make(&note);
		struct capture_note found;

		assert_int_equal(made.size % 8, 0);
		assert_int_equal(join(&joint, &made, &found), 1);
		assert_same(&found, &note);
		buffer_done(&made);
	}
	capture_note_joint_done(&joint);
}

static void test_a_note_of_one_part_is_not_copied(void **state)
{
	const struct capture_note note = note_of("a\0b\0", 5);
	struct buffer made = make(&note);
	struct capture_note_joint joint = {0};
	struct capture_note found;

	(void)state;
	assert_int_equal(join(&joint, &made, &found), 1);
	assert_ptr_equal(found.bytes, made.bytes + FIXED);
	assert_null(joint.bytes.bytes);
	buffer_done(&made);
}

static void test_a_note_that_is_too_long_is_not_made(void **state)
{
	struct buffer made = {0};
	const struct capture_note note = note_of("", CAPTURE_NOTE_MAX + 1);

	(void)state;
	assert_int_equal(buffer_append(&made, "before", 6), 0);
	assert_int_equal(capture_note_make(&note, &made), -E2BIG);
	assert_int_equal(made.size, 6);
	buffer_done(&made);
}

static void swap_at(char *at, size_t size)
{
	for (size_t i = 0; i < size / 2; i++) {
		char byte = at[i];

		at[i] = at[size - 1 - i];
		at[size - 1 - i] = byte;
	}
}

static void test_the_other_byte_order(void **state)
{
	static const uint8_t fields[] = {4, 2, 2, 4, 2, 2, 8, 4, 4, 4, 4};
	const struct capture_note note = note_of("a\0b\0", 5);
	struct buffer made = make(&note);
	struct capture_note_part part;
	char *at = made.bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); at += fields[i++])
		swap_at(at, fields[i]);
	const struct perf_event_header header = record_header(made.bytes, true);
	assert_true(capture_note_parse(made.bytes, &header, true, &part));
	assert_same(&part.note, &note);
	assert_false(part.more);
	assert_false(part.continues);
	buffer_done(&made);
}

/* ---- what is none ---- */

static bool is_note(struct guarded *guarded, const char *record, uint16_t size)
{
	struct perf_event_header header;
	struct capture_note_part part;
	unsigned char *copy = guarded_put(guarded, record, size < 8 ? 8 : size, 8);

	memcpy(&header, copy, sizeof(header));
	header.size = size;
	if (!capture_note_parse(copy, &header, false, &part))
		return false;
	assert_true((const unsigned char *)part.note.bytes + part.note.size <= guarded->end);
	return true;
}

static void test_notes_cut_at_every_length(void **state)
{
	const struct capture_note note = note_of("a\0b\0cdefgh", 11);
	struct buffer made = make(&note);
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, made.size);
	for (uint16_t size = 8; size <= made.size; size++)
		assert_int_equal(is_note(&guarded, made.bytes, size), size >= FIXED + 11);
	guarded_free(&guarded);
	buffer_done(&made);
}

static void test_other_records_are_no_notes(void **state)
{
	const struct capture_note note = note_of("", 0);
	struct buffer made = make(&note);
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, made.size);
	assert_true(is_note(&guarded, made.bytes, FIXED));
	made.bytes[0]++;
	assert_false(is_note(&guarded, made.bytes, FIXED));
	made.bytes[0]--;
	made.bytes[MISC_AT] ^= 1;
	assert_false(is_note(&guarded, made.bytes, FIXED));
	made.bytes[MISC_AT] ^= 1;
	made.bytes[MAGIC_AT] ^= 1;
	assert_false(is_note(&guarded, made.bytes, FIXED));
	made.bytes[MAGIC_AT] ^= 1;
	memset(made.bytes + SIZE_AT, 0xff, 4);
	assert_false(is_note(&guarded, made.bytes, FIXED));
	guarded_free(&guarded);
	buffer_done(&made);
}

/* ---- parts that do not go together ---- */

static struct capture_note_part part_of(const void *bytes, uint32_t size, bool continues, bool more)
{
	return (struct capture_note_part){note_of(bytes, size), continues, more};
}

static void test_a_last_part_alone_is_no_note(void **state)
{
	const struct capture_note_part last = part_of("last", 4, true, false);
	const struct capture_note_part middle = part_of("middle", 6, true, true);
	struct capture_note_joint joint = {0};
	struct capture_note note;

	(void)state;
	assert_int_equal(capture_note_join(&joint, &last, &note), -EBADMSG);
	assert_int_equal(capture_note_join(&joint, &middle, &note), -EBADMSG);
	assert_int_equal(capture_note_join(&joint, &last, &note), -EBADMSG);
	capture_note_joint_done(&joint);
}

static void test_parts_of_different_notes_are_not_joined(void **state)
{
	const struct capture_note_part first = part_of("first", 5, false, true);
	struct capture_note_joint joint = {0};
	struct capture_note note;

	(void)state;
	for (int field = 0; field < 5; field++) {
		struct capture_note_part last = part_of("last", 4, true, false);

		last.note.kind = (uint16_t)(last.note.kind + (field == 0));
		last.note.time_ns += field == 1;
		last.note.pid += field == 2;
		last.note.tid += field == 3;
		last.note.count += field == 4;
		assert_int_equal(capture_note_join(&joint, &first, &note), 0);
		assert_int_equal(capture_note_join(&joint, &last, &note), -EBADMSG);
		/* What did not fit ended it. */
		last = part_of("last", 4, true, false);
		assert_int_equal(capture_note_join(&joint, &last, &note), -EBADMSG);
	}
	capture_note_joint_done(&joint);
}

static void test_a_new_note_ends_one_that_is_not_whole(void **state)
{
	const struct capture_note_part first = part_of("first", 5, false, true);
	const struct capture_note_part whole = part_of("whole", 5, false, false);
	const struct capture_note_part last = part_of("last", 4, true, false);
	struct capture_note_joint joint = {0};
	struct capture_note note;

	(void)state;
	assert_int_equal(capture_note_join(&joint, &first, &note), 0);
	assert_int_equal(capture_note_join(&joint, &whole, &note), 1);
	assert_memory_equal(note.bytes, "whole", 5);
	assert_int_equal(capture_note_join(&joint, &last, &note), -EBADMSG);
	assert_int_equal(capture_note_join(&joint, &first, &note), 0);
	assert_int_equal(capture_note_join(&joint, &first, &note), 0);
	assert_int_equal(capture_note_join(&joint, &last, &note), 1);
	assert_int_equal(note.size, 9);
	assert_memory_equal(note.bytes, "firstlast", 9);
	capture_note_joint_done(&joint);
}

static void test_no_end_of_parts_takes_no_end_of_memory(void **state)
{
	struct capture_note_part part = part_of(long_bytes, 60000, false, true);
	struct capture_note_joint joint = {0};
	struct capture_note note;
	int code = 0;
	size_t count = 0;

	(void)state;
	for (; code == 0; count++) {
		code = capture_note_join(&joint, &part, &note);
		part.continues = true;
	}
	assert_int_equal(code, -EBADMSG);
	assert_int_equal(count, 1 + CAPTURE_NOTE_MAX / 60000);
	assert_true(joint.bytes.capacity <= 2 * CAPTURE_NOTE_MAX);
	capture_note_joint_done(&joint);
}

static int fill(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(long_bytes); i++)
		long_bytes[i] = (unsigned char)(i * 31 >> 3);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notes_of_every_size),
		cmocka_unit_test(test_a_note_of_one_part_is_not_copied),
		cmocka_unit_test(test_a_note_that_is_too_long_is_not_made),
		cmocka_unit_test(test_the_other_byte_order),
		cmocka_unit_test(test_notes_cut_at_every_length),
		cmocka_unit_test(test_other_records_are_no_notes),
		cmocka_unit_test(test_a_last_part_alone_is_no_note),
		cmocka_unit_test(test_parts_of_different_notes_are_not_joined),
		cmocka_unit_test(test_a_new_note_ends_one_that_is_not_whole),
		cmocka_unit_test(test_no_end_of_parts_takes_no_end_of_memory),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
