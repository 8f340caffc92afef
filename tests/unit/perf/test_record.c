/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking perf records apart: the layouts, and records that are cut short.
 */
#include <errno.h>
#include <string.h>

#include "perf/perf_event.h"
#include "perf/record.h"
#include "support.h"
#include "support_words.h"

#define RECORD_MAX 1024

static const struct sample example = {
	.id = UINT64_C(0x1122334455667788),
	.time_ns = UINT64_C(0x99aabbccddeeff01),
	.pid = 4321,
	.tid = 4322,
	.cpu = 77,
	.raw = "some raw bytes",
	.raw_size = 15,
};

/* With the layout that SAMPLE_TYPE makes in our byte order. */
static int parse_as(const void *bytes, uint64_t sample_type, struct record *record)
{
	struct record_layout layout;

	record_layout_init(&layout, sample_type, 0, true, false);
	return record_parse(bytes, &layout, record);
}

static struct record parse(const void *bytes, uint64_t sample_type)
{
	struct record record;

	memset(&record, 0x5a, sizeof(record));
	assert_int_equal(parse_as(bytes, sample_type, &record), 0);
	return record;
}

static void assert_refused(const void *bytes, uint64_t sample_type, int code)
{
	struct record record, untouched;

	memset(&record, 0x5a, sizeof(record));
	memset(&untouched, 0x5a, sizeof(untouched));
	assert_int_equal(parse_as(bytes, sample_type, &record), code);
	assert_memory_equal(&record, &untouched, sizeof(record));
}

/* RECORD has what SAMPLE_TYPE says of `example`, and what stands for nothing of the rest. */
static void assert_example(const struct record *record, uint64_t sample_type)
{
	bool has_id = sample_type & (PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_ID);

	assert_int_equal(record->id, has_id ? example.id : 0);
	assert_int_equal(record->time_ns, sample_type & PERF_SAMPLE_TIME ? example.time_ns : 0);
	assert_int_equal(record->pid, sample_type & PERF_SAMPLE_TID ? example.pid : 0);
	assert_int_equal(record->tid, sample_type & PERF_SAMPLE_TID ? example.tid : 0);
	assert_int_equal(record->cpu, sample_type & PERF_SAMPLE_CPU ? example.cpu : RECORD_NO_CPU);
}

static void assert_example_raw(const struct record *record, uint64_t sample_type)
{
	if (!(sample_type & PERF_SAMPLE_RAW)) {
		assert_null(record->raw);
		assert_int_equal(record->raw_size, 0);
		return;
	}
	assert_int_equal(record->raw_size, 20); /* 4 + 20 is the next multiple of 8 */
	assert_memory_equal(record->raw, example.raw, example.raw_size);
}

/* Every choice of the fields that a hand-made record can have. */
static uint64_t sample_type_number(unsigned int number)
{
	static const uint64_t bits[] = {PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_TID, PERF_SAMPLE_TIME,
					PERF_SAMPLE_ID,         PERF_SAMPLE_CPU, PERF_SAMPLE_RAW};
	uint64_t sample_type = 0;

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		if (number & 1U << i)
			sample_type |= bits[i];
	return sample_type;
}

static void test_samples(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];

	(void)state;
	for (unsigned int number = 0; number < 64; number++) {
		uint64_t sample_type = sample_type_number(number);

		make_sample(bytes, sample_type, &example);
		struct record record = parse(bytes, sample_type);

		assert_int_equal(record.type, PERF_RECORD_SAMPLE);
		assert_int_equal(record.misc, 0);
		assert_int_equal(record.lost, 0);
		assert_null(record.body);
		assert_int_equal(record.body_size, 0);
		assert_example(&record, sample_type);
		assert_example_raw(&record, sample_type);
	}
}

static void test_other_types_end_in_the_trailer(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	static const uint32_t types[] = {PERF_RECORD_COMM, PERF_RECORD_FORK, PERF_RECORD_EXIT,
					 PERF_RECORD_MMAP2, PERF_RECORD_THROTTLE};
	static const char body[24] = "whatever it may hold";

	(void)state;
	for (unsigned int number = 0; number < 64; number++) {
		for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
			uint64_t sample_type = sample_type_number(number);

			make_record(bytes, types[i], 0x2003, body, sizeof(body), sample_type,
				    &example);
			struct record record = parse(bytes, sample_type);

			assert_int_equal(record.type, types[i]);
			assert_int_equal(record.misc, 0x2003);
			assert_example(&record, sample_type);
			assert_null(record.raw);
			assert_int_equal(record.raw_size, 0);
			assert_int_equal(record.body_size, sizeof(body));
			assert_memory_equal(record.body, body, sizeof(body));
		}
	}
}

static void test_comm(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	struct {
		uint32_t pid, tid;
		char comm[16];
	} body = {.pid = 11, .tid = 12, .comm = "a comm"};

	(void)state;
	make_record(bytes, PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC, &body, 16,
		    PERF_EVENT_SAMPLE_TYPE, &example);
	struct record record = parse(bytes, PERF_EVENT_SAMPLE_TYPE);

	assert_int_equal(record.type, PERF_RECORD_COMM);
	assert_int_equal(record.misc & PERF_RECORD_MISC_COMM_EXEC, PERF_RECORD_MISC_COMM_EXEC);
	assert_int_equal(record.body_size, 16);
	assert_memory_equal(record.body, &body, 16);
	assert_example(&record, PERF_EVENT_SAMPLE_TYPE);
}

static void test_lost(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	uint64_t body[2] = {0x55, UINT64_C(0xfedcba9876543210)};

	(void)state;
	make_record(bytes, PERF_RECORD_LOST, 0, body, sizeof(body), PERF_EVENT_SAMPLE_TYPE,
		    &example);
	struct record record = parse(bytes, PERF_EVENT_SAMPLE_TYPE);

	assert_int_equal(record.type, PERF_RECORD_LOST);
	assert_int_equal(record.lost, body[1]);
	assert_int_equal(record.body_size, sizeof(body));
	assert_example(&record, PERF_EVENT_SAMPLE_TYPE);
}

static void test_fork_and_exit(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	struct {
		uint32_t pid, ppid, tid, ptid;
		uint64_t time;
	} body = {1, 2, 3, 4, 5};

	(void)state;
	for (uint32_t type = PERF_RECORD_EXIT; type <= PERF_RECORD_FORK;
	     type += PERF_RECORD_FORK - PERF_RECORD_EXIT) {
		make_record(bytes, type, 0, &body, sizeof(body), PERF_EVENT_SAMPLE_TYPE, &example);
		struct record record = parse(bytes, PERF_EVENT_SAMPLE_TYPE);

		assert_int_equal(record.type, type);
		assert_int_equal(record.body_size, sizeof(body));
		assert_memory_equal(record.body, &body, sizeof(body));
		assert_int_equal(record.lost, 0);
	}
}

static void test_negative_pids_stay_negative(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	struct sample dead = {.pid = -1, .tid = -1};

	(void)state;
	make_sample(bytes, PERF_EVENT_SAMPLE_TYPE, &dead);
	struct record record = parse(bytes, PERF_EVENT_SAMPLE_TYPE);

	assert_int_equal(record.pid, -1);
	assert_int_equal(record.tid, -1);
}

static void test_raw_of_every_size(void **state)
{
	static _Alignas(8) unsigned char bytes[UINT16_MAX];
	static unsigned char raw[60000];
	struct guarded guarded;

	(void)state;
	memset(raw, 'r', sizeof(raw));
	guarded_new(&guarded, UINT16_MAX);
	for (uint32_t size = 0; size < sizeof(raw); size = size < 300 ? size + 1 : size * 3) {
		struct sample sample = {.raw = raw, .raw_size = size};
		uint16_t length = make_sample(bytes, PERF_EVENT_SAMPLE_TYPE, &sample);
		struct record record =
			parse(guarded_put(&guarded, bytes, length, 8), PERF_EVENT_SAMPLE_TYPE);

		assert_true(record.raw_size >= size && record.raw_size < size + 8);
		assert_memory_equal(record.raw, raw, size);
	}
	guarded_free(&guarded);
}

/*
 * A cut copy of the record at BYTES: its header says LENGTH, and nothing behind that is readable.
 */
static const void *cut(struct guarded *guarded, const unsigned char *bytes, uint16_t length)
{
	struct perf_event_header header;
	size_t readable = length > sizeof(header) ? length : sizeof(header);
	unsigned char *copy = guarded_put(guarded, bytes, readable, 8);

	memcpy(&header, copy, sizeof(header));
	header.size = length;
	memcpy(copy, &header, sizeof(header));
	return copy;
}

static void test_samples_cut_at_every_length(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, RECORD_MAX);
	for (unsigned int number = 1; number < 64; number++) {
		uint64_t sample_type = sample_type_number(number);
		uint16_t size = make_sample(bytes, sample_type, &example);

		for (uint16_t length = 0; length < size; length++)
			assert_refused(cut(&guarded, bytes, length), sample_type, -EBADMSG);
	}
	guarded_free(&guarded);
}

static void test_lost_cut_at_every_length(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	uint64_t body[2] = {1, 2};
	uint16_t size = make_record(bytes, PERF_RECORD_LOST, 0, body, sizeof(body),
				    PERF_EVENT_SAMPLE_TYPE, &example);
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, RECORD_MAX);
	for (uint16_t length = 0; length < size; length++)
		assert_refused(cut(&guarded, bytes, length), PERF_EVENT_SAMPLE_TYPE, -EBADMSG);
	guarded_free(&guarded);
}

/* What is left of the body of a cut record is inside of it, or the record is refused. */
static void check_cut_body(struct guarded *guarded, const unsigned char *bytes, uint16_t length)
{
	const unsigned char *copy = cut(guarded, bytes, length);
	const unsigned char *end = copy + length;
	struct record record;
	int result = parse_as(copy, PERF_EVENT_SAMPLE_TYPE, &record);

	if (length < 8 + 32) {
		assert_int_equal(result, -EBADMSG);
		return;
	}
	if (result == 0) {
		assert_ptr_equal(record.body, copy + 8);
		assert_true((const unsigned char *)record.body + record.body_size + 32 <= end);
	} else {
		assert_int_equal(result, -EBADMSG);
	}
}

static void test_other_types_cut_at_every_length(void **state)
{
	static const uint32_t types[] = {PERF_RECORD_COMM, PERF_RECORD_FORK, PERF_RECORD_EXIT};
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	static const unsigned char body[24];
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, RECORD_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		uint16_t size = make_record(bytes, types[i], 0, body, sizeof(body),
					    PERF_EVENT_SAMPLE_TYPE, &example);

		for (uint16_t length = 0; length < size; length++)
			check_cut_body(&guarded, bytes, length);
	}
	guarded_free(&guarded);
}

static void test_a_raw_size_beyond_the_record_is_refused(void **state)
{
	static const uint32_t sizes[] = {
		21, 24, 100, 65535, 65536, INT32_MAX, UINT32_MAX - 3, UINT32_MAX};
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	uint16_t length = make_sample(bytes, PERF_EVENT_SAMPLE_TYPE, &example);
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, RECORD_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		memcpy(bytes + length - 24, &sizes[i], sizeof(sizes[i]));
		assert_refused(guarded_put(&guarded, bytes, length, 8), PERF_EVENT_SAMPLE_TYPE,
			       -EBADMSG);
	}
	guarded_free(&guarded);
}

/* What a kernel adds to samples comes last. */
static void test_what_follows_raw_is_ignored(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];

	(void)state;
	make_sample(bytes, PERF_EVENT_SAMPLE_TYPE, &example);
	for (unsigned int bit = 11; bit < 64; bit++) {
		if (UINT64_C(1) << bit == PERF_SAMPLE_IDENTIFIER)
			continue;
		struct record record = parse(bytes, PERF_EVENT_SAMPLE_TYPE | UINT64_C(1) << bit);

		assert_example(&record, PERF_EVENT_SAMPLE_TYPE);
		assert_example_raw(&record, PERF_EVENT_SAMPLE_TYPE);
	}
}

/* EXTRA_SIZE bytes more at the end of `example`, read from memory that ends there. */
static void check_extra(struct guarded *guarded, uint64_t sample_type, uint16_t extra_size)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	uint16_t size = make_sample(bytes, sample_type, &example);

	for (uint16_t i = 0; i < extra_size; i++)
		bytes[size + i] = (unsigned char)i;
	const void *copy = cut(guarded, bytes, (uint16_t)(size + extra_size));
	struct record record = parse(copy, sample_type);

	assert_example_raw(&record, sample_type);
	if (!(sample_type & PERF_SAMPLE_RAW) || extra_size == 0) {
		assert_null(record_extra(&record));
		assert_int_equal(record.extra_size, 0);
		return;
	}
	assert_int_equal(record.extra_size, extra_size);
	assert_memory_equal(record_extra(&record), bytes + size, extra_size);
}

static void test_what_follows_raw_is_shown(void **state)
{
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, RECORD_MAX);
	for (uint16_t extra_size = 0; extra_size < 20; extra_size++) {
		check_extra(&guarded, PERF_EVENT_SAMPLE_TYPE, extra_size);
		check_extra(&guarded, PERF_EVENT_SAMPLE_TYPE & ~(uint64_t)PERF_SAMPLE_RAW,
			    extra_size);
	}
	guarded_free(&guarded);
}

static void test_other_types_have_no_extra(void **state)
{
	_Alignas(8) unsigned char bytes[RECORD_MAX];
	static const char body[24];

	(void)state;
	make_record(bytes, PERF_RECORD_FORK, 0, body, sizeof(body), PERF_EVENT_SAMPLE_TYPE,
		    &example);
	struct record record = parse(bytes, PERF_EVENT_SAMPLE_TYPE);

	assert_null(record_extra(&record));
	assert_int_equal(record.extra_size, 0);
}

/* ---- layouts that live tracing does not use ---- */

static void begin(struct words *words, uint32_t type, bool swap)
{
	*words = (struct words){.swap = swap};
	put32(words, type);
	put32(words, 0);
}

static void finish(struct words *words)
{
	uint16_t size = (uint16_t)words->size;

	size = words->swap ? bswap_16(size) : size;
	memcpy(words->bytes + 6, &size, sizeof(size));
}

static void put_who(struct words *words)
{
	put32(words, (uint32_t)example.pid);
	put32(words, (uint32_t)example.tid);
	put64(words, example.time_ns);
}

static void put_raw(struct words *words)
{
	put32(words, 4);
	put_bytes(words, "raw!", 4);
}

/* Everything that can come before RAW. READ_VALUES words stand for PERF_SAMPLE_READ. */
static void make_full_sample(struct words *words, const uint64_t *read_values, size_t count,
			     bool swap)
{
	begin(words, PERF_RECORD_SAMPLE, swap);
	put64(words, example.id); /* IDENTIFIER */
	put64(words, 0xdead);     /* IP */
	put_who(words);
	put64(words, 0xdead); /* ADDR */
	put64(words, 0xdead); /* ID, the same as IDENTIFIER in real samples */
	put64(words, 0xdead); /* STREAM_ID */
	put32(words, example.cpu);
	put32(words, 0);
	put64(words, 0xdead); /* PERIOD */
	for (size_t i = 0; i < count; i++)
		put64(words, read_values[i]);
	put64(words, 3); /* CALLCHAIN */
	for (int i = 0; i < 3; i++)
		put64(words, 0xdead);
	put_raw(words);
	finish(words);
}

#define FULL_SAMPLE_TYPE                                                                \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | \
	 PERF_SAMPLE_ADDR | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU |  \
	 PERF_SAMPLE_PERIOD | PERF_SAMPLE_READ | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW)

/* With RAW_SIZE bytes and 12 more behind them. */
static void make_usual_sample(struct words *words, uint64_t sample_type, uint32_t raw_size)
{
	begin(words, PERF_RECORD_SAMPLE, false);
	for (int i = 0; i < __builtin_popcountll(sample_type & ~(uint64_t)PERF_SAMPLE_RAW); i++)
		put64(words, UINT64_C(0x0102030405060708) * (uint64_t)(i + 1));
	put32(words, raw_size);
	for (uint32_t i = 0; i < raw_size + 12; i += 4)
		put32(words, i);
	finish(words);
}

static const struct read_case {
	uint64_t format;
	size_t count;
	uint64_t values[8];
} read_cases[] = {
	{0, 1, {5}},
	{PERF_FORMAT_ID, 2, {5, 6}},
	{PERF_FORMAT_ID | 1U << 4, 3, {5, 6, 7}},
	{PERF_FORMAT_TOTAL_TIME_ENABLED, 2, {5, 6}},
	{PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_ID,
	 4,
	 {5, 6, 7, 8}},
	{PERF_FORMAT_GROUP, 4, {3, 5, 6, 7}},
	{PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_ID,
	 6,
	 {2, 5, 6, 7, 8, 9}},
	{PERF_FORMAT_GROUP | PERF_FORMAT_ID | 1U << 4, 4, {1, 5, 6, 7}},
};

static void test_all_that_can_come_before_raw(void **state)
{
	struct record_layout layout;
	struct words words;
	struct record record;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(read_cases); i++) {
		for (int swap = 0; swap < 2; swap++) {
			make_full_sample(&words, read_cases[i].values, read_cases[i].count, swap);
			record_layout_init(&layout, FULL_SAMPLE_TYPE, read_cases[i].format, true,
					   swap);
			assert_int_equal(record_parse(words.bytes, &layout, &record), 0);
			assert_example(&record, PERF_EVENT_SAMPLE_TYPE);
			assert_int_equal(record.raw_size, 4);
			assert_memory_equal(record.raw, "raw!", 4);
		}
	}
}

static void test_full_samples_cut_at_every_length(void **state)
{
	struct record_layout layout;
	struct guarded guarded;
	struct words words;

	(void)state;
	guarded_new(&guarded, RECORD_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(read_cases); i++) {
		make_full_sample(&words, read_cases[i].values, read_cases[i].count, false);
		record_layout_init(&layout, FULL_SAMPLE_TYPE, read_cases[i].format, true, false);
		for (uint16_t length = 0; length < words.size; length++) {
			const void *bytes = cut(&guarded, words.bytes, length);
			struct record record;

			assert_int_equal(record_parse(bytes, &layout, &record), -EBADMSG);
		}
	}
	guarded_free(&guarded);
}

static void test_counts_that_no_record_can_hold(void **state)
{
	static const uint64_t counts[] = {100, UINT64_C(1) << 61, UINT64_MAX / 8, UINT64_MAX};
	struct record_layout layout;
	struct record record;
	struct words words;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		make_full_sample(&words, (const uint64_t[]){counts[i], 1}, 2, false);
		record_layout_init(&layout, FULL_SAMPLE_TYPE, PERF_FORMAT_GROUP, true, false);
		assert_int_equal(record_parse(words.bytes, &layout, &record), -EBADMSG);
	}
}

static void test_records_of_the_other_byte_order(void **state)
{
	struct record_layout layout;
	struct record record;
	struct words words;

	(void)state;
	begin(&words, PERF_RECORD_LOST, true);
	put64(&words, 1);
	put64(&words, 12345);
	put_who(&words);
	put32(&words, example.cpu);
	put32(&words, 0);
	put64(&words, example.id);
	finish(&words);
	record_layout_init(&layout, PERF_EVENT_SAMPLE_TYPE, 0, true, true);
	assert_int_equal(record_parse(words.bytes, &layout, &record), 0);
	assert_int_equal(record.type, PERF_RECORD_LOST);
	assert_int_equal(record.lost, 12345);
	assert_example(&record, PERF_EVENT_SAMPLE_TYPE);
	struct perf_event_header header = record_header(words.bytes, true);
	assert_int_equal(record_time(words.bytes, &header, &layout), example.time_ns);
}

/* Before Linux 2.6.38, and where sample_id_all is off. */
static void test_records_without_a_trailer(void **state)
{
	struct record_layout layout;
	struct record record;
	struct words words;

	(void)state;
	begin(&words, PERF_RECORD_LOST, false);
	put64(&words, 1);
	put64(&words, 12345);
	finish(&words);
	record_layout_init(&layout, PERF_EVENT_SAMPLE_TYPE, 0, false, false);
	assert_int_equal(record_parse(words.bytes, &layout, &record), 0);
	assert_int_equal(record.lost, 12345);
	assert_int_equal(record.body_size, 16);
	assert_int_equal(record.time_ns, 0);
	struct perf_event_header header = record_header(words.bytes, false);
	assert_int_equal(record_time(words.bytes, &header, &layout), 0);
}

/* Samples of the usual layout are parsed in another way. */
static void test_usual_samples_cut_at_every_length(void **state)
{
	const uint64_t usual = PERF_EVENT_SAMPLE_TYPE | PERF_SAMPLE_PERIOD;
	struct record_layout layout;
	struct guarded guarded;
	struct words words;

	(void)state;
	guarded_new(&guarded, RECORD_MAX);
	record_layout_init(&layout, usual, 0, true, false);
	assert_true(layout.is_usual);
	for (uint32_t raw_size = 0; raw_size < 24; raw_size += 4) {
		make_usual_sample(&words, usual, raw_size);
		for (uint16_t length = sizeof(struct perf_event_header); length <= words.size;
		     length++) {
			const void *bytes = cut(&guarded, words.bytes, length);
			struct record fast = {0}, slow = {0};
			int code = record_parse(bytes, &layout, &fast);

			assert_int_equal(record_parse_any(bytes, &layout, &slow), code);
			assert_memory_equal(&fast, &slow, sizeof(fast));
		}
	}
	guarded_free(&guarded);
}

static void test_any_bytes_are_survived(void **state)
{
	_Alignas(8) unsigned char bytes[256];
	struct random random = {.state = 7};
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, sizeof(bytes));
	for (int round = 0; round < 200000; round++) {
		uint16_t length = (uint16_t)random_below(&random, sizeof(bytes));
		uint64_t sample_type = sample_type_number((unsigned int)random_below(&random, 64));
		struct record record;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)random_below(&random, round % 2 ? 16 : 256);
		int result = parse_as(cut(&guarded, bytes, length), sample_type, &record);

		assert_true(result == 0 || result == -EBADMSG);
		if (result == 0 && record.raw_size > 0)
			assert_true((const unsigned char *)record.raw + record.raw_size <=
				    guarded.end);
	}
	guarded_free(&guarded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_other_types_end_in_the_trailer),
		cmocka_unit_test(test_comm),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_fork_and_exit),
		cmocka_unit_test(test_negative_pids_stay_negative),
		cmocka_unit_test(test_raw_of_every_size),
		cmocka_unit_test(test_samples_cut_at_every_length),
		cmocka_unit_test(test_lost_cut_at_every_length),
		cmocka_unit_test(test_other_types_cut_at_every_length),
		cmocka_unit_test(test_a_raw_size_beyond_the_record_is_refused),
		cmocka_unit_test(test_what_follows_raw_is_ignored),
		cmocka_unit_test(test_what_follows_raw_is_shown),
		cmocka_unit_test(test_other_types_have_no_extra),
		cmocka_unit_test(test_all_that_can_come_before_raw),
		cmocka_unit_test(test_full_samples_cut_at_every_length),
		cmocka_unit_test(test_counts_that_no_record_can_hold),
		cmocka_unit_test(test_records_of_the_other_byte_order),
		cmocka_unit_test(test_records_without_a_trailer),
		cmocka_unit_test(test_usual_samples_cut_at_every_length),
		cmocka_unit_test(test_any_bytes_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
