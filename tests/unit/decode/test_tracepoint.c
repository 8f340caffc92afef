/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of tracepoints: each row is one that kernels have, and one more row is all that another
 * tracepoint takes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/decoder.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "support.h"

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(tracepoint_types[EVENT_FORK]->name, "sched_process_fork");
	assert_string_equal(tracepoint_types[EVENT_EXEC]->name, "sched_process_exec");
	assert_string_equal(tracepoint_types[EVENT_EXIT]->name, "sched_process_exit");
	for (size_t i = 0; i < TRACEPOINT_COUNT; i++) {
		char path[256];

		/* None of the kernels that come with the tool was asked for this one; the other is
		 * ours. */
		if (i == TRACEPOINT_OOM_VICTIM || i == TRACEPOINT_PROBED_PATH)
			continue;
		snprintf(path, sizeof(path), "formats/amd64-7.2.13+deb14/events/%s/%s/format",
			 tracepoint_types[i]->system, tracepoint_types[i]->name);
		assert_int_equal(access(path, R_OK), 0);
	}
}

static bool has_field(const struct tracepoint_type *type, const char *name)
{
	for (const struct tracepoint_field *field = type->fields; field->name; field++) {
		if (strcmp(field->name, name) == 0)
			return true;
	}
	return false;
}

/* -p filters by them what is shown. */
static void test_pid_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < TRACEPOINT_COUNT; i++) {
		const struct tracepoint_type *type = tracepoint_types[i];

		assert_int_equal(type->pid_fields[0] != NULL, i < TRACEPOINTS_SHOWN);
		for (size_t j = 0; type->pid_fields[j]; j++)
			assert_true(has_field(type, type->pid_fields[j]));
	}
}

/* ---- a row of this test's own ---- */

enum { RENAME_PID, RENAME_NEWCOMM };

static int decode_rename(const struct field *fields, const struct record *record,
			 struct event *event)
{
	event->type = EVENT_COMM;
	if (tracepoint_int(&fields[RENAME_PID], record, &event->comm.tid) < 0 ||
	    tracepoint_text(&fields[RENAME_NEWCOMM], record, &event->comm.comm) < 0)
		return -EBADMSG;
	return 1;
}

static const struct tracepoint_type rename_type = {
	.system = "task",
	.name = "task_rename",
	.fields = {[RENAME_PID] = {"pid", TRACEPOINT_NUMBER, false},
		   [RENAME_NEWCOMM] = {"newcomm", TRACEPOINT_TEXT, false}},
	.decode = decode_rename,
};

static void test_one_more_row(void **state)
{
	const struct tracepoint_type *const types[] = {&tracepoint_fork, &tracepoint_exec,
						       &tracepoint_exit, &rename_type};
	size_t length;
	char *text = load_file("formats/amd64-6.1.0-50/events/task/task_rename/format", &length);
	const struct machine machine = {.long_size = 8};
	struct format *format;
	struct decoder *decoder;
	struct event event;
	struct error err;
	struct raw raw;

	(void)state;
	assert_int_equal(format_parse("task", text, length, &machine, &format, &err), 0);
	const struct format *const formats[ARRAY_SIZE(types)] = {NULL, NULL, NULL, format};
	assert_int_equal(decoder_new_of(types, ARRAY_SIZE(types), formats, &decoder, &err), 0);
	decoder_want_facts(decoder);
	raw_begin(&raw, format);
	raw_number(&raw, "pid", 42);
	raw_string(&raw, "newcomm", "renamed");
	const struct record record = raw_record(&raw);
	assert_int_equal(decoder_decode(decoder, &record, &event), 1);
	assert_int_equal(event.type, EVENT_COMM);
	assert_int_equal(event.comm.tid, 42);
	assert_memory_equal(event.comm.comm.bytes, "renamed", event.comm.comm.length);
	decoder_free(decoder);
	format_free(format);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_pid_fields),
		cmocka_unit_test(test_one_more_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
