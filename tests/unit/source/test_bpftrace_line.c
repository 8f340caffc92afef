/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of bpftrace: a recording, and every way in which one can be broken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "source/bpftrace_line.h"
#include "support.h"

#define RECORDING "fixtures/backends/bpftrace-0.17.txt"

static bool parses(const char *text, struct bpftrace_line *line)
{
	return bpftrace_line_parse((struct text){text, strlen(text)}, line);
}

/* The comms of the five programs, in order. */
static const char *const names[] = {"new\nF 1 0 1 2", "a|b\\x0a\"c", "\xff\x1b[31m", "blanks  ",
				    "plain"};

static void check_recorded(const struct event *event, size_t *execs)
{
	char path[64];

	if (event->type == EVENT_FORK) {
		assert_text(event->fork.parent_comm, "python3");
		assert_text(event->fork.child_comm, "python3");
		assert_int_equal(event->sample_tid, event->fork.parent_tid);
	} else if (event->type == EVENT_EXEC) {
		snprintf(path, sizeof(path), "/tmp/hostile/%s", names[*execs]);
		assert_text(event->exec.comm, names[*execs]);
		assert_text(event->exec.filename, path);
		assert_int_equal(event->exec.old_pid, event->exec.pid);
	} else if (event->type == EVENT_EXIT) {
		assert_text(event->exit.comm, names[*execs]);
		assert_int_equal(event->exit.prio, 120);
		(*execs)++;
	} else {
		assert_int_equal(event->type, EVENT_NEW_TASK);
		assert_int_equal(event->new_task.clone_flags, 18874368);
	}
}

static void test_recording(void **state)
{
	struct bpftrace_line line;
	size_t length, beats = 0, events = 0, execs = 0;
	char *text = load_file(RECORDING, &length), *rest = text, *next;

	(void)state;
	assert_false(parses(strsep(&rest, "\n"), &line));
	while ((next = strsep(&rest, "\n")) && *next) {
		assert_true(parses(next, &line));
		assert_true(line.event.time_ns > 21000000000000ULL && line.event.cpu < 2);
		beats += line.is_beat;
		events += !line.is_beat;
		if (!line.is_beat)
			check_recorded(&line.event, &execs);
	}
	assert_int_equal(beats, 4);
	assert_int_equal(events, 20);
	assert_int_equal(execs, 5);
	free(text);
}

/* Cut anywhere it is no line, or one whose last text is shorter: nothing is read behind its end. */
static void test_truncated(void **state)
{
	struct guarded guarded;
	struct bpftrace_line line;
	size_t length;
	char *text = load_file(RECORDING, &length), *rest = text, *next;

	(void)state;
	guarded_new(&guarded, 4096);
	while ((next = strsep(&rest, "\n"))) {
		for (size_t cut = 0; cut < strlen(next); cut++) {
			const char *put = guarded_put(&guarded, next, cut, 1);
			const char *last = cut > 0 ? put + cut - 1 : "";
			bool taken = bpftrace_line_parse((struct text){put, cut}, &line);

			assert_false(taken && (*last == '\\' || *last == 'x'));
		}
	}
	guarded_free(&guarded);
	free(text);
}

#define A1 "\\x61"
#define A8 A1 A1 A1 A1 A1 A1 A1 A1

static void test_garbage(void **state)
{
	static const char *const garbage[] = {
		"",
		" ",
		"T",
		"T 1",
		"T 1 ",
		"T  1 2",
		"T 1 2 ",
		"T 1 2 3",
		"T 01 2",
		"T 1 -2",
		"T +1 2",
		"T 1 2147483648",
		"T 18446744073709551616 0",
		"T 1\t2",
		"t 1 2",
		"Q 1 2",
		"F 1 2 3",
		"F 1 0 1 1 1 2 \\x61",
		"F 1 0 1 1 1 2 \\x61 \\x62 ",
		"F 1 0 1 1 1 2 a b",
		"F 1 0 1 1 1 2 \\x6 \\x62",
		"F 1 0 1 1 1 2 \\x6g \\x62",
		"F 1 0 1 1 1 2 \\X61 \\x62",
		/* 17 bytes are no name. */
		"X 1 0 1 1 1 120 " A8 A8 A1,
		"X 1 0 1 1 1 - \\x61",
		"X 1 0 1 1 1 --1 \\x61",
		"E 1 0 1 1 \\x61 /bin/true",
		"Lost",
		"Lost  events",
		"Lost 5",
		"Lost 5 event",
		"Lost 5 events!",
		"Lost -5 events",
		"lost 5 events",
		" Lost 5 events",
		"N 1 0 1 1 2",
		"Attaching 5 probes...",
	};
	struct bpftrace_line line;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++) {
		if (parses(garbage[i], &line))
			fail_msg("'%s' is taken for a line", garbage[i]);
	}
}

static void test_values(void **state)
{
	char path[5 + 24 + 4 * BPFTRACE_PATH_SIZE];
	struct bpftrace_line line;

	(void)state;
	assert_true(parses("X 5 3 10 11 11 -1 \\x61\\x62\\x00\\x63", &line));
	assert_int_equal(line.event.exit.prio, -1);
	assert_int_equal(line.event.sample_pid, 10);
	assert_int_equal(line.event.current_tid, 11);
	/* What lies behind the NUL is not the name's. */
	assert_text(line.event.exit.comm, "ab");
	assert_true(parses("X 5 3 10 11 11 0 \\x00", &line));
	assert_non_null(line.event.exit.comm.bytes);
	assert_int_equal(line.event.exit.comm.length, 0);
	assert_true(parses("Lost 12 events", &line));
	assert_int_equal(line.event.type, EVENT_LOST);
	assert_int_equal(line.event.lost.count, 12);
	assert_int_equal(line.event.cpu, EVENT_NO_CPU);

	/* As long as it can be shown: more may have been cut off. */
	for (size_t length = BPFTRACE_PATH_SIZE - 2; length <= BPFTRACE_PATH_SIZE; length++) {
		char *at = path + sprintf(path, "E 5 3 10 10 \\x61 ");

		for (size_t i = 0; i < length; i++)
			at += sprintf(at, "\\x2F");
		assert_true(parses(path, &line));
		assert_int_equal(line.event.exec.filename.bytes != NULL,
				 length == BPFTRACE_PATH_SIZE - 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recording),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
