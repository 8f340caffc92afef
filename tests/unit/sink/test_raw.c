/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What --raw shows below an event's line, byte by byte, against fixtures/golden/raw.txt: hand-made
 * records of old and new kernels, of 32 bits and big-endian ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decode/decoder.h"
#include "decode/format_dir.h"
#include "sink/raw.h"
#include "support.h"

static struct format *read_format(const char *kernel, const char *system, const char *event)
{
	const struct machine machine = {
		.big_endian = !strncmp(kernel, "s390x", 5),
		.long_size = !strncmp(kernel, "i386", 4) ? 4 : 8,
	};
	char path[256];
	struct format_dir dir;
	struct format *format = NULL;
	struct error err = {0};

	snprintf(path, sizeof(path), "formats/%s", kernel);
	if (format_dir_open(&dir, path, &err) ||
	    format_dir_read(&dir, system, event, &machine, &format, &err))
		fail_msg("%s", err.what);
	format_dir_close(&dir);
	return format;
}

struct output {
	int fd;
	struct out_buffer *buffer;
	struct raw *raw;
};

static struct output output_of(const struct format *const formats[], size_t count)
{
	struct output output = {.fd = memfd_create("raw", MFD_CLOEXEC)};

	assert_true(output.fd >= 0);
	output.buffer = out_buffer_new(output.fd);
	assert_non_null(output.buffer);
	output.raw = raw_new(output.buffer, formats, count);
	assert_non_null(output.raw);
	return output;
}

/* What was written, with a NUL behind it; the caller frees. */
static char *close_output(struct output *output)
{
	assert_int_equal(out_buffer_flush(output->buffer), 0);
	size_t length = (size_t)lseek(output->fd, 0, SEEK_END);
	char *text = calloc(1, length + 1);

	assert_non_null(text);
	assert_int_equal(pread(output->fd, text, length, 0), length);
	assert_int_equal(strlen(text), length);
	raw_free(output->raw);
	out_buffer_free(output->buffer);
	close(output->fd);
	return text;
}

static char *shown(const struct format *format, const struct record *record)
{
	struct output output = output_of(&format, 1);

	assert_int_equal(raw_show(output.raw, record), 0);
	return close_output(&output);
}

static struct record record_of(const struct raw *raw)
{
	return (struct record){
		.type = PERF_RECORD_SAMPLE,
		.cpu = 3,
		.pid = 1000,
		.tid = 1001,
		.time_ns = UINT64_C(3210621011315),
		.raw = raw->bytes,
		.raw_size = raw->size,
	};
}

/* ---- the golden file ---- */

static void make_fork(struct raw *raw)
{
	raw_number(raw, "common_pid", 1000);
	raw_string(raw, "parent_comm", "bash");
	raw_number(raw, "parent_pid", 1000);
	raw_string(raw, "child_comm", "a \"b\"|c\n\033[2J");
	raw_number(raw, "child_pid", 1001);
}

static void make_exec(struct raw *raw)
{
	raw_number(raw, "common_flags", 255);
	raw_string(raw, "filename", "/usr/bin/\xe6\x97\xa5\xff");
	raw_number(raw, "pid", 4194304);
	raw_number(raw, "old_pid", -1);
}

static void make_exit(struct raw *raw)
{
	raw_string(raw, "comm", "sixteen letters.");
	raw_number(raw, "pid", INT32_MAX);
	raw_number(raw, "prio", INT32_MIN);
}

static void make_enter(struct raw *raw)
{
	static const unsigned char args[] = {1, 2, 0xfe, 0xff, 0x10};

	raw_number(raw, "id", -1);
	raw_bytes(raw, "args", args, sizeof(args));
}

static void make_execve(struct raw *raw)
{
	raw_number(raw, "__syscall_nr", 59);
	raw_number(raw, "filename", -1);
	raw_number(raw, "argv", 0x7ffc01234567);
	raw_string(raw, "__filename_val", "/bin/true");
}

static const struct {
	const char *kernel, *system, *event;
	void (*make)(struct raw *raw);
} cases[] = {
	{"amd64-6.1.0-50", "sched", "sched_process_fork", make_fork},
	{"amd64-6.1.0-50", "sched", "sched_process_exec", make_exec},
	{"amd64-6.1.0-50", "sched", "sched_process_exit", make_exit},
	{"amd64-6.1.0-50", "raw_syscalls", "sys_enter", make_enter},
	{"amd64-7.3.4+deb13", "sched", "sched_process_fork", make_fork},
	{"amd64-7.3.4+deb13", "sched", "sched_process_exec", make_exec},
	{"amd64-7.3.4+deb13", "sched", "sched_process_exit", make_exit},
	{"amd64-7.3.4+deb13", "syscalls", "sys_enter_execve", make_execve},
	{"s390x-7.2.13+deb14", "sched", "sched_process_fork", make_fork},
	{"s390x-7.2.13+deb14", "sched", "sched_process_exec", make_exec},
	{"s390x-6.1.0-50", "sched", "sched_process_exit", make_exit},
	{"i386-5.10.0-32", "sched", "sched_process_exit", make_exit},
	{"i386-5.10.0-32", "raw_syscalls", "sys_enter", make_enter},
	{"android-hammerhead_MRA59G_3.4.0", "sched", "sched_process_fork", make_fork},
	{"android-walleye_OPM5.171019.017.A1_4.4.88", "sched", "sched_process_exit", make_exit},
};

static void print_case(FILE *out, size_t i)
{
	struct format *format = read_format(cases[i].kernel, cases[i].system, cases[i].event);
	struct raw raw;

	raw_begin(&raw, format);
	cases[i].make(&raw);
	struct record record = record_of(&raw);
	char *text = shown(format, &record);
	fprintf(out, "%s\n%s", cases[i].kernel, text);
	free(text);
	format_free(format);
}

static void test_the_golden_file(void **state)
{
	size_t expected_length, length;
	char *expected = load_file("fixtures/golden/raw.txt", &expected_length);
	char *text = NULL;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(out);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		print_case(out, i);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	free(text);
	free(expected);
}

/* ---- records that are not as their format says ---- */

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		count++;
	return count;
}

/* Every line begins with a space: none can be taken for an event's. */
static void assert_indented(const char *text)
{
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		assert_int_equal(line[0], ' ');
		assert_non_null(strchr(line, '\n'));
	}
	assert_null(strchr(text, '\033'));
}

static void test_cut_at_every_length(void **state)
{
	struct format *format = read_format("amd64-7.3.4+deb13", "sched", "sched_process_fork");
	struct guarded guarded;
	struct raw raw;

	(void)state;
	guarded_new(&guarded, sizeof(raw.bytes));
	raw_begin(&raw, format);
	make_fork(&raw);
	for (uint32_t length = 0; length <= raw.size; length++) {
		struct record record = record_of(&raw);

		record.raw = guarded_put(&guarded, raw.bytes, length, 1);
		record.raw_size = length;
		char *text = shown(format, &record);
		assert_indented(text);
		assert_int_equal(count_of(text, " = "), length < 2 ? 0 : format->field_count);
		assert_int_equal(count_of(text, "|\n"), (length + 15) / 16);
		if (length < 8)
			assert_null(strstr(text, "common_pid = 1000"));
		free(text);
	}
	guarded_free(&guarded);
	format_free(format);
}

static void test_texts_that_lie_outside(void **state)
{
	static const uint32_t places[] = {0xffffffff, 0x0001ffff, 0xffff0008, 0x00100030};
	struct format *format = read_format("amd64-7.3.4+deb13", "sched", "sched_process_exec");
	struct raw raw;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		raw_begin(&raw, format);
		raw_store(&raw, format_find(format, "filename")->at.offset, 4, places[i], false);
		struct record record = record_of(&raw);
		char *text = shown(format, &record);
		assert_non_null(strstr(text, "    filename = (outside of the record)\n"));
		assert_non_null(strstr(text, "    pid = 0\n"));
		free(text);
	}
	format_free(format);
}

static void test_records_without_a_format(void **state)
{
	static const uint64_t body[] = {7, 42};
	struct format *format = read_format("amd64-7.3.4+deb13", "sched", "sched_process_exec");
	struct raw raw;

	(void)state;
	raw_begin(&raw, format);
	raw_number(&raw, "common_type", 9999);
	struct record unknown = record_of(&raw);
	char *text = shown(format, &unknown);
	assert_non_null(strstr(text, "  PERF_RECORD_SAMPLE cpu=3 "));
	assert_int_equal(count_of(text, " = "), 0);
	free(text);

	const struct record lost = {
		.type = PERF_RECORD_LOST, .body = body, .body_size = sizeof(body), .lost = 42};
	text = shown(format, &lost);
	assert_non_null(strstr(text, "  PERF_RECORD_LOST cpu=0 time_ns=? pid=0 tid=0 size=16\n"));
	assert_int_equal(count_of(text, "|\n"), 1);
	free(text);

	/* What a source makes of a loss that no record told of has no bytes. */
	const struct record made = {.type = PERF_RECORD_LOST, .lost = 1};
	text = shown(NULL, &made);
	assert_int_equal(count_of(text, "\n"), 1);
	free(text);
	format_free(format);
}

static void test_long_arrays_are_cut(void **state)
{
	static const char text_of_format[] =
		"name: long\nID: 5\nformat:\n"
		"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		"\tfield:unsigned char bytes[65];\toffset:2;\tsize:65;\tsigned:0;\n"
		"\tfield:unsigned char few[64];\toffset:2;\tsize:64;\tsigned:0;\n";
	const struct machine machine = {.long_size = 8};
	struct format *format = NULL;
	struct error err;
	struct raw raw;

	(void)state;
	assert_int_equal(format_parse("sched", text_of_format, strlen(text_of_format), &machine,
				      &format, &err),
			 0);
	raw_begin(&raw, format);
	struct record record = record_of(&raw);
	char *text = shown(format, &record);
	assert_non_null(strstr(text, " 00 ... (65 bytes)\n"));
	assert_int_equal(count_of(text, "... ("), 1);
	free(text);
	format_free(format);
}

static void test_a_failing_buffer(void **state)
{
	struct format *format = read_format("amd64-7.3.4+deb13", "sched", "sched_process_exec");
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct out_buffer *buffer = out_buffer_new(fd);
	const struct format *formats[] = {NULL, format};
	struct raw *shower = raw_new(buffer, formats, ARRAY_SIZE(formats));
	struct raw raw;
	int code = 0;

	(void)state;
	assert_non_null(shower);
	raw_begin(&raw, format);
	struct record record = record_of(&raw);
	for (int i = 0; code == 0 && i < 10000; i++)
		code = raw_show(shower, &record);
	assert_int_equal(code, -ENOSPC);
	raw_free(shower);
	raw_free(NULL);
	out_buffer_free(buffer);
	close(fd);
	format_free(format);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_golden_file),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_texts_that_lie_outside),
		cmocka_unit_test(test_records_without_a_format),
		cmocka_unit_test(test_long_arrays_are_cut),
		cmocka_unit_test(test_a_failing_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
