/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples of the argv probe, real ones of a kernel with probes, and what is none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/argv_definition.h"
#include "support_probe.h"

#define IS_FOREIGN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

static void test_real(void **state)
{
	static const char arguments[] = "true\0-l\0\0two words";
	static const unsigned char zeros[ARGV_CHUNK_BYTES];
	const struct argv_layout layout = probe_layout();
	struct probe_record bytes;
	struct argv_sample sample;

	(void)state;
	if (IS_FOREIGN)
		skip(); /* the samples are of x86-64 */
	probe_record_load(&bytes, "zeros");
	struct record record = probe_record_parse(&bytes);
	assert_true(argv_sample_take(&layout, &record, &sample));
	assert_int_equal(sample.chunk, ARGV_ZEROS);
	assert_int_equal(sample.start, 0);
	assert_int_equal(sample.end, 0);
	assert_memory_equal(sample.bytes, zeros, sizeof(zeros));
	probe_record_load(&bytes, "true");
	record = probe_record_parse(&bytes);
	assert_true(argv_sample_take(&layout, &record, &sample));
	assert_int_equal(sample.chunk, 0);
	assert_int_equal(sample.start, 0x7ffc57451fd4);
	assert_int_equal(sample.end - sample.start, sizeof(arguments));
	assert_memory_equal(sample.bytes, arguments, sizeof(arguments));
}

static void test_none(void **state)
{
	const struct argv_layout layout = probe_layout();
	struct probe_record bytes;
	struct argv_sample sample;

	(void)state;
	if (IS_FOREIGN)
		skip();
	probe_record_load(&bytes, "true");
	struct record record = probe_record_parse(&bytes);
	/* Up to the last of its bytes. */
	record.raw_size = layout.bytes_at + ARGV_CHUNK_BYTES;
	assert_true(argv_sample_take(&layout, &record, &sample));
	while (record.raw_size-- > 0)
		assert_false(argv_sample_take(&layout, &record, &sample));
	record = probe_record_parse(&bytes);
	record.type = PERF_RECORD_COMM;
	assert_false(argv_sample_take(&layout, &record, &sample));
	record = probe_record_parse(&bytes);
	struct argv_layout other = layout;
	other.id++;
	assert_false(argv_sample_take(&other, &record, &sample));
}

/* The real format with the first FROM in it made TO. */
static int layout_with(const char *from, const char *to)
{
	const struct machine machine = {.big_endian = false, .long_size = 8};
	struct argv_layout layout;
	struct format *format;
	struct error err;
	size_t length;
	char *text = load_file("fixtures/probe/format", &length), changed[16384];
	char *at = strstr(text, from);

	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
		 at + strlen(from));
	free(text);
	assert_int_equal(format_parse("probe", changed, strlen(changed), &machine, &format, &err),
			 0);
	int code = argv_layout_init(&layout, format);
	format_free(format);
	return code;
}

static void test_other_formats(void **state)
{
	(void)state;
	assert_int_equal(layout_with("u32 chunk", "u32 chunk"), 0);
	assert_int_equal(layout_with("u32 chunk", "u32 piece"), -EBADMSG);
	assert_int_equal(
		layout_with("u64 start;\toffset:20;\tsize:8", "u32 start;\toffset:20;\tsize:4"),
		-EBADMSG);
	assert_int_equal(layout_with("u64 end", "u64 last"), -EBADMSG);
	assert_int_equal(layout_with("offset:548;\tsize:512", "offset:556;\tsize:512"), -EBADMSG);
	assert_int_equal(layout_with("offset:2596;\tsize:448", "offset:2596;\tsize:512"), -EBADMSG);
	assert_int_equal(layout_with("u64 bytes5[]", "u64 bytes6[]"), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_other_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
