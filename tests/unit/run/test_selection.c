/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a recorder was asked for: from its note and from its command line, which may say anything.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "capture/read/capture.h"
#include "cli/options.h"
#include "event/event.h"
#include "perf/perf_event.h"
#include "run/selection.h"
#include "support_capture.h"

#define PARSE(note, selection, err) selection_parse(note, sizeof(note), selection, err)

static void test_note(void **state)
{
	struct selection selection;
	struct error err = {0};

	(void)state;
	assert_int_equal(PARSE("event fork\0event exit\0pids 7,5\0follow", &selection, &err), 0);
	assert_int_equal(selection.events, EVENT_BIT(EVENT_FORK) | EVENT_BIT(EVENT_EXIT));
	assert_int_equal(selection.pids.count, 2);
	assert_true(pid_list_has(&selection.pids, 5));
	assert_int_equal(selection.tids.count, 0);
	assert_true(selection.follow);
	assert_int_equal(selection.command.pid, 0);
	selection_done(&selection);

	assert_int_equal(PARSE("event exec\0event exec_failed", &selection, &err), 0);
	assert_int_equal(selection.events, EVENT_BIT(EVENT_EXEC) | EVENT_BIT(EVENT_EXEC_FAILED));
	selection_done(&selection);

	assert_int_equal(PARSE("event exit\0pids 7,5", &selection, &err), 0);
	assert_int_equal(selection.tids.count, 2);
	assert_int_equal(selection.pids.count, 0);
	selection_done(&selection);

	assert_int_equal(PARSE("event exit\0processes 7,5", &selection, &err), 0);
	assert_int_equal(selection.pids.count, 2);
	assert_int_equal(selection.tids.count, 0);
	selection_done(&selection);

	assert_int_equal(PARSE("event exec\0command 1234", &selection, &err), 0);
	assert_int_equal(selection.events, EVENT_BIT(EVENT_EXEC));
	assert_int_equal(selection.command.pid, 1234);
	assert_false(selection.command.of_host);
	assert_false(selection.follow);
	selection_done(&selection);

	assert_int_equal(PARSE("event exec\0command 1234\0host-pids", &selection, &err), 0);
	assert_int_equal(selection.command.pid, 1234);
	assert_true(selection.command.of_host);
	selection_done(&selection);
}

static void assert_not_understood(const char *note, size_t size, const char *word)
{
	struct selection selection;
	struct error err = {0};

	assert_int_equal(selection_parse(note, size, &selection, &err), -EBADMSG);
	if (!strstr(err.what, word))
		fail_msg("no '%s' in '%s'", word, err.what);
}

static void test_notes_that_are_not_understood(void **state)
{
	static const char fields[][40] = {"uid 5",     "event spoon", "command 0",
					  "command x", "pids",        "pids 0",
					  "pids 1,",   "follow me",   "command 5 ",
					  "",          "event fork2", "command 99999999999",
					  "host-pid",  "host-pids 1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		char note[64] = "event fork\0pids 1\0";
		strcpy(note + 18, fields[i]);
		assert_not_understood(note, 18 + strlen(fields[i]) + 1, fields[i]);
	}
	assert_not_understood("event fork\0pids 1\0pids 2", 25, "pids 2");
	assert_not_understood("event fork\0follow", 18, "nobody");
	assert_not_understood("pids 1", 7, "no event");
	assert_not_understood("event fork", 10, "damaged");
	assert_not_understood("", 0, "damaged");
}

static int parse_words(const char *first, const char *second, const char *third, int32_t first_pid,
		       struct selection *selection)
{
	const char *const argv[] = {first, second, third,  third ? "-o" : NULL,
				    "x",   "--",   "true", NULL};
	const struct request request = {.parse_recording = options_parse_recording};
	struct error err = {0};
	int code = selection_parse_argv(&request, (char *const *)(uintptr_t)argv, first_pid,
					selection, &err);

	assert_true((code < 0) == (err.what[0] != '\0'));
	return code;
}

static void test_command_line(void **state)
{
	struct selection selection;

	(void)state;
	/* Whatever it was called. */
	assert_int_equal(parse_words("pet", "record", "-efork", 77, &selection), 0);
	assert_int_equal(selection.events, EVENT_BIT(EVENT_FORK));
	assert_int_equal(selection.command.pid, 77);
	selection_done(&selection);
	assert_int_equal(parse_words("pet", "record", "-efork", 0, &selection), -EBADMSG);
	assert_int_equal(parse_words("pet", "record", "--spoon", 77, &selection), -EBADMSG);
	assert_int_equal(parse_words("pet", "record", "-h", 77, &selection), -EBADMSG);
	assert_int_equal(parse_words("pet", "replay", "-efork", 77, &selection), -EBADMSG);
	assert_int_equal(parse_words("pet", "record", NULL, 77, &selection), -EBADMSG);
	assert_int_equal(parse_words("pet", NULL, NULL, 77, &selection), -EBADMSG);
	assert_int_equal(parse_words(NULL, NULL, NULL, 77, &selection), -EBADMSG);
}

/* ---- in a capture ---- */

static void put_note(struct builder *builder, const char *bytes, uint32_t size)
{
	const struct capture_note note = {
		.kind = CAPTURE_NOTE_SELECTION,
		.count = 1,
		.size = size,
		.bytes = bytes,
	};
	struct buffer records = {0};

	assert_int_equal(capture_note_make(&note, &records), 0);
	bytes_put(&builder->data, records.bytes, records.size);
	buffer_done(&records);
}

static void assert_selection(enum capture_kind kind, const char *bytes, uint32_t size)
{
	const uint64_t id = 5;
	struct builder builder;
	struct capture *source;
	struct error err = {0};

	builder_new(&builder, kind, false);
	builder_event(&builder, PERF_TYPE_TRACEPOINT, 300, PERF_EVENT_SAMPLE_TYPE, &id, 1);
	put_note(&builder, bytes, size);
	/* The first one counts. */
	put_note(&builder, "event fork", 11);
	builder_at(&builder, id, 1000);
	struct bytes capture = builder_finish(&builder);
	int fd = open_bytes(&capture, kind);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	const struct origin *origin = capture_origin(source);
	assert_non_null(origin->selection);
	assert_int_equal(origin->selection_size, size);
	assert_memory_equal(origin->selection, bytes, size);
	capture_free(source);
	close(fd);
	bytes_free(&capture);
	builder_free(&builder);
}

/* More pids than fit into one record. */
static void test_of_a_capture(void **state)
{
	static char many[100000];

	(void)state;
	memset(many, '1', sizeof(many) - 1);
	for (enum capture_kind kind = 0; kind < CAPTURE_KINDS; kind++) {
		assert_selection(kind, "event exec\0command 1234", 24);
		if (kind != CAPTURE_STREAM)
			assert_selection(kind, many, sizeof(many));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_note),
		cmocka_unit_test(test_notes_that_are_not_understood),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_of_a_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
