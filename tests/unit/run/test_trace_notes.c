/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notes on exits and execs: what is taken from those of a capture, which may say anything.
 */
#include <string.h>

#include "capture/note.h"
#include "exec/argv_kept.h"
#include "run/id_notes.h"
#include "run/program_notes.h"
#include "source/exec_notes.h"
#include "source/exit_notes.h"
#include "support.h"

static struct event note_of(uint16_t kind, uint32_t count, const char *body, uint32_t size)
{
	return (struct event){
		.type = EVENT_NOTE,
		.sample_tid = 77,
		.note = {.kind = kind, .count = count, .size = size, .body = body},
	};
}

#define NOTE(kind, count, literal) note_of(kind, count, literal, sizeof(literal))

static void test_exit_paths(void **state)
{
	const struct event note = NOTE(CAPTURE_NOTE_EXIT_PATHS, 2,
				       "0 ffffffff81000010\0"
				       "1 00000000000000ab");
	struct exit_paths paths = {0};

	(void)state;
	exit_notes_take(&note, &paths);
	assert_true(paths.known);
	assert_int_equal(paths.marks[EXIT_PATH_GROUP].count, 1);
	assert_int_equal(paths.marks[EXIT_PATH_GROUP].addresses[0], 0xffffffff81000010);
	assert_int_equal(paths.marks[EXIT_PATH_THREAD].addresses[0], 0xab);
}

static void test_malformed_exit_paths(void **state)
{
	const struct event notes[] = {
		NOTE(CAPTURE_NOTE_EXIT_PATHS, 2, "0 ffffffff81000010"),
		NOTE(CAPTURE_NOTE_EXIT_PATHS, 1, "9 ffffffff81000010"),
		NOTE(CAPTURE_NOTE_EXIT_PATHS, 1, "0-ffffffff81000010"),
		NOTE(CAPTURE_NOTE_EXIT_PATHS, 1, "0 fffffffX81000010"),
		NOTE(CAPTURE_NOTE_EXIT_PATHS, 1, "0 ffff\0fff81000010"),
		NOTE(CAPTURE_NOTE_EXIT_PATHS, 1, ""),
		note_of(CAPTURE_NOTE_EXIT_PATHS, 1, "0 ffffffff810000100", 19),
		NOTE(CAPTURE_NOTE_ARGUMENTS, 1, "0 ffffffff81000010"),
	};
	struct exit_paths paths = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		exit_notes_take(&notes[i], &paths);
		assert_false(paths.known);
	}
}

static void test_too_many_addresses(void **state)
{
	char body[EXIT_PATH_ADDRESSES + 1][19];
	struct exit_paths paths = {0};

	(void)state;
	for (size_t i = 0; i <= EXIT_PATH_ADDRESSES; i++)
		memcpy(body[i], "0 ffffffff81000010", sizeof(body[i]));
	const struct event note =
		note_of(CAPTURE_NOTE_EXIT_PATHS, EXIT_PATH_ADDRESSES + 1, body[0], sizeof(body));
	exit_notes_take(&note, &paths);
	assert_false(paths.known);
}

/* What KEPT gives to an exec that left its stack pointer at 0x1000. */
static struct arguments taken_by_exec(struct argv_provider *kept)
{
	/* argc, argv[0], NULL, NULL, AT_NULL; the string itself is cut off. */
	static const uint64_t words[] = {1, 0x2000, 0, 0, 0, 0};
	const struct user_stack stack = {
		.bytes = (const unsigned char *)words,
		.size = sizeof(words),
		.word_size = 8,
		.pointer = 0x1000,
	};
	struct arguments arguments = {.argc = -1};
	struct environment environment = {0};

	assert_int_equal(argv_provider_complete(kept, 77, &stack, ARGV_WANT_ARGUMENTS, &arguments,
						&environment),
			 0);
	return arguments;
}

static void test_malformed_arguments(void **state)
{
	const struct event notes[] = {
		NOTE(CAPTURE_NOTE_ARGUMENTS, 3, "0000000000001000\0one"),
		NOTE(CAPTURE_NOTE_ARGUMENTS, 0, "0000000000001000\0one"),
		NOTE(CAPTURE_NOTE_ARGUMENTS, 2, "000000000001000\0one"),
		NOTE(CAPTURE_NOTE_ARGUMENTS, 2, "00000000000010x0\0one"),
		NOTE(CAPTURE_NOTE_ARGUMENTS, 1, ""),
		note_of(CAPTURE_NOTE_ARGUMENTS, 2, "0000000000001000\0one", 20),
		NOTE(99, 2, "0000000000001000\0one"),
	};
	const struct event good = NOTE(CAPTURE_NOTE_ARGUMENTS, 2, "0000000000001000\0one");
	struct argv_provider *kept = argv_kept_new(NULL);

	(void)state;
	assert_int_equal(exec_notes_keep(kept, &good), 0);
	assert_int_equal(taken_by_exec(kept).argc, 1);
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		assert_int_equal(exec_notes_keep(kept, &notes[i]), 0);
		assert_int_equal(taken_by_exec(kept).argc, -1);
	}
	argv_provider_free(kept);
}

static struct facts facts_of(struct task_table *table, int32_t pid, uint64_t time_ns)
{
	struct event exit = {
		.type = EVENT_EXIT,
		.time_ns = time_ns,
		.sample_pid = pid,
		.exit = {.pid = pid},
	};
	const struct task *task;
	struct facts facts;

	assert_int_equal(task_table_apply(table, &exit, &task), 0);
	task_table_describe(table, &exit, &facts);
	return facts;
}

static struct credentials ids_of(struct task_table *table, int32_t pid)
{
	return facts_of(table, pid, 0).credentials;
}

static void test_ids_of_old_processes(void **state)
{
	const struct event note = NOTE(CAPTURE_NOTE_OLD_IDS, 4,
				       "10 1 2 3 4\0"
				       "11 1 2 3\0"
				       "12 x 2 3 4\0"
				       "99 1 2 3 4");
	const struct event cut = note_of(CAPTURE_NOTE_OLD_IDS, 1, "13 1 2 3 4", 10);
	const struct event other = NOTE(CAPTURE_NOTE_ARGUMENTS, 1, "13 1 2 3 4");
	struct task_table *table = task_table_new();

	(void)state;
	assert_int_equal(task_table_keep_facts(table), 0);
	for (int32_t pid = 10; pid < 14; pid++)
		assert_int_equal(
			task_table_add_old(table, &(struct old_task){.tid = pid, .tgid = pid}), 0);
	id_notes_take(&note, table);
	id_notes_take(&cut, table);
	id_notes_take(&other, table);
	assert_null(task_table_find(table, 99));
	assert_int_equal(ids_of(table, 10).egid, 4);
	for (int32_t pid = 11; pid < 14; pid++)
		assert_false(ids_of(table, pid).known);
	task_table_free(table);
}

static void test_programs_of_old_processes(void **state)
{
	const struct event note = NOTE(CAPTURE_NOTE_OLD_ARGUMENTS, 4,
				       "10 50 7 1\0/bin/sh\0sh\0a b\0"
				       "11 50 4 0\0\0one\0"
				       "99 50 2 1\0/bin/x\0x\0"
				       "12 60 2 1\0/bin/y\0y");
	struct task_table *table = task_table_new();

	(void)state;
	assert_int_equal(task_table_keep_facts(table), 0);
	for (int32_t pid = 10; pid < 13; pid++)
		assert_int_equal(
			task_table_add_old(table, &(struct old_task){.tid = pid, .tgid = pid}), 0);
	assert_int_equal(program_notes_take(&note, table), 0);
	assert_null(task_table_find(table, 99));
	struct facts facts = facts_of(table, 10, 50);
	assert_text(facts.filename, "/bin/sh");
	assert_int_equal(facts.arguments.source, ARGV_PROC_START);
	assert_int_equal(facts.arguments.known.count, 2);
	assert_true(facts.arguments.complete);
	facts = facts_of(table, 11, 50);
	assert_null(facts.filename.bytes);
	assert_int_equal(facts.arguments.known.bytes.length, 4);
	assert_string_equal(facts.arguments.known.bytes.bytes, "one");
	assert_false(facts.arguments.complete);
	/* It may have executed another one then. */
	facts = facts_of(table, 12, 59);
	assert_null(facts.filename.bytes);
	assert_int_equal(facts.arguments.source, ARGV_NONE);
	task_table_free(table);
}

static void test_malformed_programs(void **state)
{
	const struct event notes[] = {
		NOTE(CAPTURE_NOTE_OLD_ARGUMENTS, 1, "10 50 3 1\0/bin/sh\0s"),
		note_of(CAPTURE_NOTE_OLD_ARGUMENTS, 1, "10 50 3 1\0/bin/sh\0sh ", 21),
		note_of(CAPTURE_NOTE_OLD_ARGUMENTS, 1, "10 50 0 1\0/bin/sh", 17),
		note_of(CAPTURE_NOTE_OLD_ARGUMENTS, 1, "10 50 0 1", 9),
		NOTE(CAPTURE_NOTE_OLD_ARGUMENTS, 1, "10 50 -1 1\0/bin/sh\0s"),
		NOTE(CAPTURE_NOTE_OLD_ARGUMENTS, 1, "10 50 3\0/bin/sh\0sh"),
		NOTE(CAPTURE_NOTE_OLD_ARGUMENTS, 1, ""),
		NOTE(CAPTURE_NOTE_OLD_IDS, 1, "10 50 3 1\0/bin/sh\0sh"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		struct task_table *table = task_table_new();

		assert_int_equal(task_table_keep_facts(table), 0);
		assert_int_equal(
			task_table_add_old(table, &(struct old_task){.tid = 10, .tgid = 10}), 0);
		assert_int_equal(program_notes_take(&notes[i], table), 0);
		assert_int_equal(facts_of(table, 10, 50).arguments.source, ARGV_NONE);
		task_table_free(table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit_paths),
		cmocka_unit_test(test_malformed_exit_paths),
		cmocka_unit_test(test_too_many_addresses),
		cmocka_unit_test(test_malformed_arguments),
		cmocka_unit_test(test_ids_of_old_processes),
		cmocka_unit_test(test_programs_of_old_processes),
		cmocka_unit_test(test_malformed_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
