/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From records to events: hand-made records in the byte order of every kernel under
 * formats/, whole, cut and lying.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decoder.h"
#include "perf/perf_event.h"
#include "support.h"

static struct kernels kernels;
static struct guarded guarded;

static int load(void **state)
{
	(void)state;
	kernels_load(&kernels, true);
	guarded_new(&guarded, 65536);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	kernels_free(&kernels);
	guarded_free(&guarded);
	return 0;
}

static struct decoder *decoder_of(struct format *const formats[KERNEL_EVENTS])
{
	const struct format *borrowed[TRACEPOINT_COUNT] = {formats[0], formats[1], formats[2]};
	struct decoder *decoder = NULL;
	struct error err;

	if (decoder_new(borrowed, &decoder, &err))
		fail_msg("%s", err.what);
	assert_non_null(decoder);
	return decoder;
}

static void assert_from_record(const struct event *event, const struct record *record)
{
	assert_int_equal(event->time_ns, record->time_ns);
	assert_int_equal(event->cpu, record->cpu);
	assert_int_equal(event->sample_pid, record->pid);
	assert_int_equal(event->sample_tid, record->tid);
}

static struct event decode(const struct decoder *decoder, const struct raw *raw)
{
	struct record record = raw_record(raw);
	struct event event;

	record.raw = guarded_put(&guarded, raw->bytes, raw->size, 1);
	assert_int_equal(decoder_decode(decoder, &record, &event), 1);
	assert_from_record(&event, &record);
	return event;
}

/* What decoder_decode() says of RAW. */
static int try_decode(const struct decoder *decoder, const struct raw *raw, uint32_t length,
		      struct event *event)
{
	struct record record = raw_record(raw);

	memset(event, 0x5a, sizeof(*event));
	record.raw_size = length;
	record.raw = guarded_put(&guarded, raw->bytes, length, 1);
	return decoder_decode(decoder, &record, event);
}

/* ---- the events of every kernel ---- */

static void make_fork(struct raw *raw, const struct format *format)
{
	raw_begin(raw, format);
	raw_number(raw, "common_pid", 77);
	raw_string(raw, "parent_comm", "a parent");
	raw_number(raw, "parent_pid", 0x12345678);
	raw_string(raw, "child_comm", "fifteen letters");
	raw_number(raw, "child_pid", 0x01020304);
}

static void make_exec(struct raw *raw, const struct format *format)
{
	raw_begin(raw, format);
	raw_string(raw, "filename", "/usr/bin/some program");
	raw_number(raw, "pid", 4194304);
	raw_number(raw, "old_pid", 4194303);
}

static void make_exit(struct raw *raw, const struct format *format)
{
	raw_begin(raw, format);
	raw_string(raw, "comm", "gone");
	raw_number(raw, "pid", 1);
	raw_number(raw, "prio", -100);
}

static void assert_is_fork(const struct event *event)
{
	assert_int_equal(event->type, EVENT_FORK);
	assert_int_equal(event->fork.parent_tid, 0x12345678);
	assert_int_equal(event->fork.child_tid, 0x01020304);
	assert_text(event->fork.parent_comm, "a parent");
	assert_text(event->fork.child_comm, "fifteen letters");
}

static void assert_is_exec(const struct event *event)
{
	assert_int_equal(event->type, EVENT_EXEC);
	assert_int_equal(event->exec.pid, 4194304);
	assert_int_equal(event->exec.old_pid, 4194303);
	assert_text(event->exec.filename, "/usr/bin/some program");
}

static void assert_is_exit(const struct event *event)
{
	assert_int_equal(event->type, EVENT_EXIT);
	assert_int_equal(event->exit.pid, 1);
	assert_int_equal(event->exit.prio, -100);
	assert_text(event->exit.comm, "gone");
}

static const struct {
	void (*make)(struct raw *raw, const struct format *format);
	void (*check)(const struct event *event);
} events[KERNEL_EVENTS] = {
	[EVENT_FORK] = {make_fork, assert_is_fork},
	[EVENT_EXEC] = {make_exec, assert_is_exec},
	[EVENT_EXIT] = {make_exit, assert_is_exit},
};

static void test_every_event_of_every_kernel(void **state)
{
	struct raw raw;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		struct decoder *decoder = decoder_of(kernels.items[i].format);

		for (size_t j = 0; j < KERNEL_EVENTS; j++) {
			events[j].make(&raw, kernels.items[i].format[j]);
			struct event event = decode(decoder, &raw);

			events[j].check(&event);
		}
		decoder_free(decoder);
	}
	decoder_free(NULL);
}

/* The bytes that a big-endian machine of the 6.1 kind wrote, spelt out. */
static void test_big_endian_bytes(void **state)
{
	static const unsigned char bytes[] = {
		0, 249, 0, 0, 0, 0, 0, 9, 'c', 'o', 'm', 'm', 0,    0,    0,    0,
		0, 0,   0, 0, 0, 0, 0, 0, 0,   0,   1,   2,   0xff, 0xff, 0xff, 0xff,
	};
	struct raw raw;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		if (strcmp(kernels.items[i].name, "s390x-6.1.0-50"))
			continue;
		struct decoder *decoder = decoder_of(kernels.items[i].format);

		memcpy(raw.bytes, bytes, sizeof(bytes));
		raw.size = sizeof(bytes);
		struct event event = decode(decoder, &raw);
		assert_int_equal(event.type, EVENT_EXIT);
		assert_int_equal(event.exit.pid, 258);
		assert_int_equal(event.exit.prio, -1);
		assert_text(event.exit.comm, "comm");
		decoder_free(decoder);
	}
}

/*
 * A record that is cut may still hold all that its event needs: then the event must be right. One
 * too short for common_type could be anybody's.
 */
static void check_cuts(const struct decoder *decoder, const struct raw *raw, size_t type)
{
	for (uint32_t length = 0; length <= raw->size; length++) {
		struct event event;
		int result = try_decode(decoder, raw, length, &event);

		if (result == 1)
			events[type].check(&event);
		else if (length >= 2)
			assert_int_equal(result, -EBADMSG);
		else
			assert_true(result == 0 || result == -EBADMSG);
	}
}

static void test_cut_at_every_length(void **state)
{
	struct raw raw;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		struct decoder *decoder = decoder_of(kernels.items[i].format);

		for (size_t j = 0; j < KERNEL_EVENTS; j++) {
			events[j].make(&raw, kernels.items[i].format[j]);
			check_cuts(decoder, &raw, j);
		}
		decoder_free(decoder);
	}
}

static void test_padding_behind_the_record_is_ignored(void **state)
{
	struct decoder *decoder = decoder_of(kernels.items[0].format);
	struct raw raw;

	(void)state;
	for (size_t j = 0; j < KERNEL_EVENTS; j++) {
		for (uint32_t padding = 1; padding < 8; padding++) {
			events[j].make(&raw, kernels.items[0].format[j]);
			raw.size += padding;
			struct event event = decode(decoder, &raw);

			events[j].check(&event);
		}
	}
	decoder_free(decoder);
}

static void test_extreme_numbers(void **state)
{
	static const int32_t numbers[] = {INT32_MIN, INT32_MIN + 1, -1, 0, 1, INT32_MAX};
	struct raw raw;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		struct decoder *decoder = decoder_of(kernels.items[i].format);

		for (size_t j = 0; j < ARRAY_SIZE(numbers); j++) {
			make_exit(&raw, kernels.items[i].format[EVENT_EXIT]);
			raw_number(&raw, "pid", numbers[j]);
			raw_number(&raw, "prio", numbers[j]);
			struct event event = decode(decoder, &raw);

			assert_int_equal(event.exit.pid, numbers[j]);
			assert_int_equal(event.exit.prio, numbers[j]);
		}
		decoder_free(decoder);
	}
}

static void test_names_without_nul(void **state)
{
	struct raw raw;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		const struct kernel *kernel = &kernels.items[i];
		struct decoder *decoder = decoder_of(kernels.items[i].format);

		make_exit(&raw, kernel->format[EVENT_EXIT]);
		raw_bytes(&raw, "comm", "0123456789abcdef", 16);
		assert_text(decode(decoder, &raw).exit.comm, "0123456789abcdef");
		raw_begin(&raw, kernel->format[EVENT_EXEC]);
		raw_bytes(&raw, "filename", "/no/nul", 7);
		assert_text(decode(decoder, &raw).exec.filename, "/no/nul");
		decoder_free(decoder);
	}
}

/* ---- records that lie ---- */

/* An EXEC of the first kernel whose filename is said to be at LOCATION. */
static int decode_filename_at(uint32_t location, uint32_t *raw_size, struct event *event)
{
	const struct kernel *kernel = &kernels.items[0];
	struct decoder *decoder = decoder_of(kernels.items[0].format);
	struct raw raw;

	make_exec(&raw, kernel->format[EVENT_EXEC]);
	raw_store(&raw, format_find(kernel->format[EVENT_EXEC], "filename")->at.offset, 4, location,
		  kernel->machine.big_endian);
	*raw_size = raw.size;
	int result = try_decode(decoder, &raw, raw.size, event);
	decoder_free(decoder);
	return result;
}

static void test_a_filename_outside_is_refused(void **state)
{
	static const uint32_t lengths[] = {1, 2, 22, 23, 4096, 65535};
	struct event event;
	uint32_t size;

	(void)state;
	decode_filename_at(0, &size, &event);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (uint32_t offset = 0; offset < 65536; offset += offset < 64 ? 1 : 4001) {
			int result = decode_filename_at(lengths[i] << 16 | offset, &size, &event);

			if (offset + lengths[i] > size)
				assert_int_equal(result, -EBADMSG);
			if (result == 1)
				assert_true(event.exec.filename.length <= lengths[i]);
		}
	}
}

static void test_an_empty_filename(void **state)
{
	struct event event;
	uint32_t size;
	int result = decode_filename_at(0 << 16 | 20, &size, &event);

	(void)state;
	assert_int_equal(result, 1);
	assert_text(event.exec.filename, "");
	result = decode_filename_at(0, &size, &event);
	assert_true(result == -EBADMSG || (result == 1 && event.exec.filename.length == 0));
	result = decode_filename_at(0 << 16 | 65535, &size, &event);
	assert_true(result == -EBADMSG || (result == 1 && event.exec.filename.length == 0));
}

/* Both names of a fork in the same place: odd, but inside of the record. */
static void test_names_that_overlap(void **state)
{
	struct raw raw;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		const struct format *format = kernels.items[i].format[EVENT_FORK];
		const struct field *parent = &format_find(format, "parent_comm")->at;
		const struct field *child = &format_find(format, "child_comm")->at;

		if (parent->kind != FIELD_DATA_LOC)
			continue;
		struct decoder *decoder = decoder_of(kernels.items[i].format);
		make_fork(&raw, format);
		memcpy(raw.bytes + child->offset, raw.bytes + parent->offset, 4);
		struct event event = decode(decoder, &raw);

		assert_text(event.fork.parent_comm, "a parent");
		assert_text(event.fork.child_comm, "a parent");
		decoder_free(decoder);
	}
}

static void test_any_bytes_are_survived(void **state)
{
	struct random random = {.state = 11};
	struct raw raw;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t event_type = (size_t)random_below(&random, KERNEL_EVENTS);
		struct kernel *kernel = &kernels.items[random_below(&random, kernels.count)];
		struct decoder *decoder = decoder_of(kernel->format);
		struct event event;

		events[event_type].make(&raw, kernel->format[event_type]);
		for (uint32_t at = 2; at < raw.size; at++)
			if (random_below(&random, 4) == 0)
				raw.bytes[at] = (unsigned char)random_below(&random, 256);
		uint32_t length = raw.size - (uint32_t)random_below(&random, raw.size / 2);
		int result = try_decode(decoder, &raw, length, &event);

		assert_true(result == 1 || result == -EBADMSG);
		decoder_free(decoder);
	}
}

/* ---- other records ---- */

static void test_foreign_records_are_none_of_ours(void **state)
{
	static const uint32_t types[] = {PERF_RECORD_MMAP,     PERF_RECORD_FORK,  PERF_RECORD_EXIT,
					 PERF_RECORD_THROTTLE, PERF_RECORD_MMAP2, 12345};
	static const unsigned char body[64];
	struct decoder *decoder = decoder_of(kernels.items[0].format);
	struct raw raw;
	struct event event;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct record record = {.type = types[i], .body = body, .body_size = sizeof(body)};

		assert_int_equal(decoder_decode(decoder, &record, &event), 0);
	}
	make_exit(&raw, kernels.items[0].format[EVENT_EXIT]);
	raw_number(&raw, "common_type", 9999);
	assert_int_equal(try_decode(decoder, &raw, raw.size, &event), 0);
	decoder_free(decoder);
}

static void test_tracepoints_left_out_are_none_of_ours(void **state)
{
	struct raw raw;
	struct event event;

	(void)state;
	for (size_t left_out = 0; left_out < KERNEL_EVENTS; left_out++) {
		struct format *formats[KERNEL_EVENTS];

		memcpy(formats, kernels.items[0].format, sizeof(formats));
		formats[left_out] = NULL;
		struct decoder *decoder = decoder_of(formats);

		for (size_t i = 0; i < KERNEL_EVENTS; i++) {
			events[i].make(&raw, kernels.items[0].format[i]);
			assert_int_equal(try_decode(decoder, &raw, raw.size, &event),
					 i != left_out);
		}
		decoder_free(decoder);
	}
}

static void test_lost(void **state)
{
	struct decoder *decoder = decoder_of(kernels.items[0].format);
	uint64_t body[2] = {5, UINT64_MAX};
	struct record record = {.type = PERF_RECORD_LOST,
				.cpu = 8,
				.pid = 4,
				.tid = 5,
				.time_ns = 6,
				.lost = UINT64_MAX,
				.body = body,
				.body_size = sizeof(body)};
	struct event event;

	(void)state;
	assert_int_equal(decoder_decode(decoder, &record, &event), 1);
	assert_int_equal(event.type, EVENT_LOST);
	assert_int_equal(event.lost.count, UINT64_MAX);
	assert_from_record(&event, &record);
	decoder_free(decoder);
}

struct comm_body {
	uint32_t pid, tid;
	char comm[16];
};

/* A COMM record of an exec whose body, BODY_SIZE bytes of it, ends at the guard page. */
static struct record comm_record(const struct comm_body *body, uint32_t body_size)
{
	return (struct record){
		.type = PERF_RECORD_COMM,
		.misc = PERF_RECORD_MISC_COMM_EXEC,
		.cpu = 2,
		.pid = 70,
		.tid = 70,
		.time_ns = 9,
		.body = guarded_put(&guarded, body, body_size, 1),
		.body_size = body_size,
	};
}

static void test_comm(void **state)
{
	struct decoder *decoder = decoder_of(kernels.items[0].format);
	struct comm_body body = {.pid = 70, .tid = 71, .comm = "new name"};
	struct record record = comm_record(&body, sizeof(body));
	struct event event;

	(void)state;
	assert_int_equal(decoder_decode(decoder, &record, &event), 1);
	assert_int_equal(event.type, EVENT_COMM);
	assert_int_equal(event.comm.tid, 71);
	assert_text(event.comm.comm, "new name");
	assert_from_record(&event, &record);
	decoder_free(decoder);
}

static void test_comm_cut_at_every_length(void **state)
{
	struct decoder *decoder = decoder_of(kernels.items[0].format);
	struct comm_body body = {.pid = 70, .tid = 71, .comm = "0123456789abcdef"};

	(void)state;
	for (uint32_t length = 0; length <= sizeof(body); length++) {
		struct record record = comm_record(&body, length);
		struct event event;
		int result = decoder_decode(decoder, &record, &event);

		if (length < 8)
			assert_int_equal(result, -EBADMSG);
		if (result != 1) {
			assert_int_equal(result, -EBADMSG);
			continue;
		}
		assert_int_equal(event.comm.tid, 71);
		assert_int_equal(event.comm.comm.length, length - 8);
		if (length > 8)
			assert_memory_equal(event.comm.comm.bytes, body.comm, length - 8);
	}
	decoder_free(decoder);
}

/* ---- formats that lack something ---- */

/* Resolve TEXT without the line that declares FIELD, or NULL where nothing is left to resolve. */
static struct format *format_without(const struct kernel *kernel, size_t event, const char *field)
{
	char *text = strdup(kernel->text[event]);
	struct format *format = NULL;
	struct error err;
	char pattern[64];

	assert_non_null(text);
	snprintf(pattern, sizeof(pattern), " %s;", field);
	char *at = strstr(text, pattern);
	if (!at) {
		snprintf(pattern, sizeof(pattern), " %s[", field);
		at = strstr(text, pattern);
	}
	assert_non_null(at);
	while (at[-1] != '\n')
		at--;
	char *next = strchr(at, '\n') + 1;
	memmove(at, next, strlen(next) + 1);
	int code = format_parse("sched", text, strlen(text), &kernel->machine, &format, &err);
	assert_int_equal(code, 0);
	free(text);
	return format;
}

static void test_formats_that_lack_a_field_are_refused(void **state)
{
	static const struct {
		enum event_type event;
		const char *field;
	} needed[] = {
		{EVENT_FORK, "parent_pid"}, {EVENT_FORK, "child_pid"}, {EVENT_FORK, "parent_comm"},
		{EVENT_FORK, "child_comm"}, {EVENT_EXEC, "pid"},       {EVENT_EXEC, "old_pid"},
		{EVENT_EXEC, "filename"},   {EVENT_EXIT, "pid"},       {EVENT_EXIT, "prio"},
		{EVENT_EXIT, "comm"},
	};

	(void)state;
	for (size_t i = 0; i < kernels.count; i += 5) {
		for (size_t j = 0; j < ARRAY_SIZE(needed); j++) {
			const struct kernel *kernel = &kernels.items[i];
			const struct format *formats[TRACEPOINT_COUNT] = {NULL};
			struct decoder *decoder = NULL;
			struct error err = {.what = ""};
			struct format *format =
				format_without(kernel, needed[j].event, needed[j].field);

			formats[needed[j].event] = format;
			assert_int_equal(decoder_new(formats, &decoder, &err), -EBADMSG);
			assert_null(decoder);
			assert_non_null(strstr(err.what, needed[j].field));
			format_free(format);
		}
	}
}

#define HEAD                                                                           \
	"name: sched_process_exec\nID: 77\nformat:\n"                                  \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

static struct format *exec_format(const char *fields, bool big_endian)
{
	struct machine machine = {.big_endian = big_endian, .long_size = 8};
	struct format *format;
	struct error err;
	char text[2048];

	snprintf(text, sizeof(text), "%s%s\nprint fmt: \"\"\n", HEAD, fields);
	if (format_parse("sched", text, strlen(text), &machine, &format, &err))
		fail_msg("%s", err.what);
	return format;
}

static void test_rel_loc(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct format *format = exec_format(
			"\tfield:__rel_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;\n"
			"\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n"
			"\tfield:pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1;\n",
			big_endian);
		struct format *formats[KERNEL_EVENTS] = {[EVENT_EXEC] = format};
		struct decoder *decoder = decoder_of(formats);
		struct raw raw;

		make_exec(&raw, format);
		struct event event = decode(decoder, &raw);
		assert_is_exec(&event);
		check_cuts(decoder, &raw, EVENT_EXEC);
		decoder_free(decoder);
		format_free(format);
	}
}

/* Either the decoder refuses such a format, or every record of it: but nothing is made up. */
static void check_wrong_kind(const char *fields)
{
	struct format *format = exec_format(fields, false);
	const struct format *formats[TRACEPOINT_COUNT] = {[EVENT_EXEC] = format};
	struct decoder *decoder = NULL;
	struct error err;

	if (decoder_new(formats, &decoder, &err) == 0) {
		struct raw raw = {.size = 64};
		struct event event;

		raw.bytes[0] = 77;
		assert_int_equal(try_decode(decoder, &raw, raw.size, &event), -EBADMSG);
	}
	decoder_free(decoder);
	format_free(format);
}

static void test_fields_of_the_wrong_kind(void **state)
{
	(void)state;
	check_wrong_kind("\tfield:u64 filename;\toffset:8;\tsize:8;\tsigned:0;\n"
			 "\tfield:pid_t pid;\toffset:16;\tsize:4;\tsigned:1;\n"
			 "\tfield:pid_t old_pid;\toffset:20;\tsize:4;\tsigned:1;\n");
	check_wrong_kind("\tfield:char filename[8];\toffset:8;\tsize:8;\tsigned:0;\n"
			 "\tfield:char pid[4];\toffset:16;\tsize:4;\tsigned:1;\n"
			 "\tfield:pid_t old_pid;\toffset:20;\tsize:4;\tsigned:1;\n");
	check_wrong_kind("\tfield:char filename[8];\toffset:8;\tsize:8;\tsigned:0;\n"
			 "\tfield:pid_t pid;\toffset:16;\tsize:3;\tsigned:1;\n"
			 "\tfield:pid_t old_pid;\toffset:20;\tsize:4;\tsigned:1;\n");
	check_wrong_kind("\tfield:char filename[8];\toffset:8;\tsize:8;\tsigned:0;\n"
			 "\tfield:pid_t pid;\toffset:65535;\tsize:4;\tsigned:1;\n"
			 "\tfield:pid_t old_pid;\toffset:20;\tsize:4;\tsigned:1;\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_event_of_every_kernel),
		cmocka_unit_test(test_big_endian_bytes),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_padding_behind_the_record_is_ignored),
		cmocka_unit_test(test_extreme_numbers),
		cmocka_unit_test(test_names_without_nul),
		cmocka_unit_test(test_a_filename_outside_is_refused),
		cmocka_unit_test(test_an_empty_filename),
		cmocka_unit_test(test_names_that_overlap),
		cmocka_unit_test(test_any_bytes_are_survived),
		cmocka_unit_test(test_foreign_records_are_none_of_ours),
		cmocka_unit_test(test_tracepoints_left_out_are_none_of_ours),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_comm),
		cmocka_unit_test(test_comm_cut_at_every_length),
		cmocka_unit_test(test_formats_that_lack_a_field_are_refused),
		cmocka_unit_test(test_rel_loc),
		cmocka_unit_test(test_fields_of_the_wrong_kind),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
