/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The format files inside captures: of either byte order, cut short, damaged.
 */
#include <errno.h>
#include <string.h>

#include "capture/read/tracing_data.h"
#include "support_capture.h"

#define FORK "name: sched_process_fork\nID: 308\nformat:\n"
#define EXEC "name: sched_process_exec\nID: 307\nformat:\n"

static void put_file(const struct builder *builder, struct bytes *bytes, const char *text)
{
	builder_put64(builder, bytes, strlen(text));
	bytes_put(bytes, text, strlen(text));
}

static void put_named_file(const struct builder *builder, struct bytes *bytes, const char *name,
			   const char *text)
{
	bytes_put(bytes, name, strlen(name) + 1);
	put_file(builder, bytes, text);
}

/* Two systems, one of ftrace's own events. */
static struct bytes make_tracing_data(bool foreign)
{
	bool big_endian = (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) != foreign;
	const unsigned char machine[] = {big_endian, 4};
	struct builder builder;
	struct bytes bytes = {0};

	builder_new(&builder, CAPTURE_FILE, foreign);
	bytes_put(&bytes, "\x17\x08\x44tracing0.6", 14);
	bytes_put(&bytes, machine, sizeof(machine));
	builder_put32(&builder, &bytes, 65536);
	put_named_file(&builder, &bytes, "header_page", "the page");
	put_named_file(&builder, &bytes, "header_event", "the event");
	builder_put32(&builder, &bytes, 1);
	put_file(&builder, &bytes, "name: function\nID: 1\n");
	builder_put32(&builder, &bytes, 2);
	bytes_put(&bytes, "sched", 6);
	builder_put32(&builder, &bytes, 2);
	put_file(&builder, &bytes, FORK);
	put_file(&builder, &bytes, EXEC);
	bytes_put(&bytes, "empty", 6);
	builder_put32(&builder, &bytes, 0);
	return bytes;
}

static int parse(const void *bytes, size_t size, struct tracing_data **data)
{
	struct error err = {0};
	int code = tracing_data_parse(bytes, size, data, &err);

	assert_true(code == 0 || err.what[0] != '\0');
	return code;
}

static void test_all_that_there_is(void **state)
{
	(void)state;
	for (int foreign = 0; foreign < 2; foreign++) {
		struct bytes bytes = make_tracing_data(foreign);
		struct tracing_data *data;

		assert_int_equal(parse(bytes.data, bytes.size, &data), 0);
		assert_int_equal(data->machine.big_endian,
				 (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) != foreign);
		assert_int_equal(data->machine.long_size, 4);
		assert_int_equal(data->event_count, 3);
		assert_text(data->events[0].system, "ftrace");
		assert_text(data->events[0].name, "function");
		assert_text(data->events[1].system, "sched");
		assert_text(data->events[1].format, FORK);
		assert_ptr_equal(tracing_data_find(data, "sched", "sched_process_exec"),
				 &data->events[2]);
		assert_null(tracing_data_find(data, "ftrace", "sched_process_exec"));
		assert_ptr_equal(tracing_data_find(data, "sch*", "sched_process_exec"),
				 &data->events[2]);
		assert_ptr_equal(tracing_data_find(data, "sched*", "sched_process_exec"),
				 &data->events[2]);
		assert_null(tracing_data_find(data, "sched_*", "sched_process_exec"));
		assert_null(tracing_data_find(data, "sch", "sched_process_exec"));
		assert_ptr_equal(tracing_data_find_id(data, 308), &data->events[1]);
		assert_null(tracing_data_find_id(data, 0));
		tracing_data_free(data);
		bytes_free(&bytes);
	}
}

static void test_cut_at_every_length(void **state)
{
	struct bytes bytes = make_tracing_data(false);
	struct tracing_data *data;
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, bytes.size);
	for (size_t length = 0; length < bytes.size; length++) {
		const void *copy = guarded_put(&guarded, bytes.data, length, 1);

		assert_int_equal(parse(copy, length, &data), -EBADMSG);
	}
	guarded_free(&guarded);
	bytes_free(&bytes);
}

static void test_every_byte_damaged(void **state)
{
	static const unsigned char patterns[] = {0xff, 0x01, 0x80, 0x20};
	struct bytes bytes = make_tracing_data(false);
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, bytes.size);
	for (size_t at = 0; at < bytes.size; at++) {
		for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
			struct tracing_data *data;

			bytes.data[at] ^= patterns[i];
			const void *copy = guarded_put(&guarded, bytes.data, bytes.size, 1);
			if (parse(copy, bytes.size, &data) == 0)
				tracing_data_free(data);
			bytes.data[at] ^= patterns[i];
		}
	}
	guarded_free(&guarded);
	bytes_free(&bytes);
}

/* Events without a name or id, as no kernel writes them. */
static void test_texts_that_are_no_formats(void **state)
{
	static const char *const texts[] = {"",
					    "name",
					    "name:\n",
					    "ID 5\n",
					    "name: x\nID: -5\n",
					    "name: x\nID: 99999999999999999999\n"};
	struct builder builder;
	struct tracing_data *data;
	struct bytes bytes = make_tracing_data(false);

	(void)state;
	builder_new(&builder, CAPTURE_FILE, false);
	/* Behind the two header files: one system with all of these. */
	bytes.size = 14 + 2 + 4 + 12 + 8 + 8 + 13 + 8 + 9;
	builder_put32(&builder, &bytes, 0);
	builder_put32(&builder, &bytes, 1);
	bytes_put(&bytes, "sched", 6);
	builder_put32(&builder, &bytes, ARRAY_SIZE(texts));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		put_file(&builder, &bytes, texts[i]);
	assert_int_equal(parse(bytes.data, bytes.size, &data), 0);
	assert_int_equal(data->event_count, ARRAY_SIZE(texts));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(data->events[i].id, 0);
	assert_text(data->events[4].name, "x");
	assert_text(data->events[0].name, "");
	tracing_data_free(data);
	bytes_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_there_is),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_every_byte_damaged),
		cmocka_unit_test(test_texts_that_are_no_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
