/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notes: what a recorder writes, and what is taken from those of a capture, which may say anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "capture/write/capture_writer.h"
#include "exec/argv_kept.h"
#include "exec/at_exec.h"
#include "exec/at_exec_kept.h"
#include "filter/pid_list.h"
#include "run/notes.h"
#include "run/selection.h"
#include "source/completer.h"
#include "source/decode_notes.h"
#include "source/exit_statuses.h"
#include "source/request.h"
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

static int take_exec(struct argv_provider *kept, const struct event *note)
{
	return decode_notes_take(note, &(struct decode_notes){.execs = kept});
}

static void take_exit_paths(const struct event *note, struct exit_paths *paths)
{
	assert_int_equal(decode_notes_take(note, &(struct decode_notes){.paths = paths}), 0);
}

static int take_old(const struct event *note, struct task_table *table)
{
	return notes_take(note, table, NULL);
}

static void test_exit_paths(void **state)
{
	const struct event note = NOTE(CAPTURE_NOTE_EXIT_PATHS, 2,
				       "0 ffffffff81000010\0"
				       "1 00000000000000ab");
	struct exit_paths paths = {0};

	(void)state;
	take_exit_paths(&note, &paths);
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
		NOTE(CAPTURE_NOTE_SELECTION, 1, "0 ffffffff81000010"),
	};
	struct exit_paths paths = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		take_exit_paths(&notes[i], &paths);
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
	take_exit_paths(&note, &paths);
	assert_false(paths.known);
}

/* ---- exit statuses ---- */

#define UNKNOWN UINT32_MAX

static uint32_t status_of(struct exit_statuses *statuses, int32_t tid, uint64_t time_ns)
{
	struct event event = {
		.type = EVENT_EXIT, .time_ns = time_ns, .sample_pid = tid, .exit.pid = tid};

	exit_statuses_apply(statuses, &event);
	return event.exit.has_status ? event.exit.status : UNKNOWN;
}

static void test_statuses(void **state)
{
	const struct event from = NOTE(CAPTURE_NOTE_STATUSES_FROM, 1, "100 12\0taskstats");
	const struct event note = NOTE(CAPTURE_NOTE_STATUSES, 3,
				       "7 7 200 768 1\0"
				       "8 0 200 139 0\0"
				       "9 9 320 9 5");
	struct exit_statuses *statuses = exit_statuses_new();
	uint64_t lost = 0;
	const struct decode_notes notes = {.statuses = statuses, .statuses_lost = &lost};

	(void)state;
	assert_int_equal(decode_notes_take(&from, &notes), 0);
	assert_int_equal(decode_notes_take(&note, &notes), 0);
	assert_int_equal(lost, 12);
	assert_int_equal(status_of(statuses, 7, 100), UNKNOWN);
	assert_int_equal(status_of(statuses, 7, 101), 0x300);
	assert_int_equal(status_of(statuses, 8, 150), 0x8b);
	assert_int_equal(status_of(statuses, 9, 310), 9);
	exit_statuses_free(statuses);
}

/* After a loss, those that were told before are unknown. */
static void test_statuses_from_anew(void **state)
{
	const struct event note = NOTE(CAPTURE_NOTE_STATUSES, 1, "7 7 200 768 0");
	const struct event from = NOTE(CAPTURE_NOTE_STATUSES_FROM, 1, "250 3\0taskstats");
	struct exit_statuses *statuses = exit_statuses_new();
	uint64_t lost = 0;
	const struct decode_notes notes = {.statuses = statuses, .statuses_lost = &lost};

	(void)state;
	assert_int_equal(decode_notes_take(&note, &notes), 0);
	assert_int_equal(decode_notes_take(&from, &notes), 0);
	assert_int_equal(lost, 3);
	assert_int_equal(status_of(statuses, 7, 260), UNKNOWN);
	assert_int_equal(decode_notes_take(&note, &notes), 0);
	assert_int_equal(status_of(statuses, 7, 250), UNKNOWN);
	exit_statuses_free(statuses);
}

/* One that is missing would shift the others. */
static void test_malformed_statuses(void **state)
{
	const struct event notes[] = {
		NOTE(CAPTURE_NOTE_STATUSES, 2, "7 7 200 768 0"),
		NOTE(CAPTURE_NOTE_STATUSES, 2,
		     "7 7 200 768 0\0"
		     "8 8 200 0"),
		NOTE(CAPTURE_NOTE_STATUSES, 2,
		     "7 7 200 768 0\0"
		     "8 8 200 65536 0"),
		NOTE(CAPTURE_NOTE_STATUSES, 2,
		     "7 7 200 768 0\0"
		     "2147483648 8 200 0 0"),
		NOTE(CAPTURE_NOTE_STATUSES, 2,
		     "7 7 200 768 0\0"
		     "8 8 200 -x 0"),
		note_of(CAPTURE_NOTE_STATUSES, 2,
			"7 7 200 768 0\0"
			"8 8 200 0 0",
			25),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		struct exit_statuses *statuses = exit_statuses_new();
		const struct decode_notes into = {.statuses = statuses};

		assert_int_equal(decode_notes_take(&notes[i], &into), 0);
		assert_int_equal(status_of(statuses, 7, 300), UNKNOWN);
		exit_statuses_free(statuses);
	}
}

static void check_at_exec(struct at_exec_kept *kept, const char *cwd, const char *exe, int32_t sid)
{
	const struct event any = NOTE(CAPTURE_NOTE_CWD, 1, "");
	const struct at_exec at_exec = at_exec_kept_take(kept, any.sample_tid, 0x1000);

	assert_int_equal(at_exec.cwd.length, strlen(cwd));
	assert_memory_equal(at_exec.cwd.bytes, cwd, at_exec.cwd.length);
	assert_int_equal(at_exec.exe.length, strlen(exe));
	assert_memory_equal(at_exec.exe.bytes, exe, at_exec.exe.length);
	assert_int_equal(at_exec.session.known, sid > 0);
	assert_int_equal(at_exec.session.sid, sid);
}

static void test_what_proc_showed_at_an_exec(void **state)
{
	const struct event notes[] = {
		NOTE(CAPTURE_NOTE_CWD, 1, "0000000000001000\0/a b"),
		NOTE(CAPTURE_NOTE_EXE, 1, "0000000000001000\0/bin/a"),
		NOTE(CAPTURE_NOTE_SESSION, 1, "0000000000001000\00040 0 pts/3"),
	};
	const struct event malformed[] = {
		NOTE(CAPTURE_NOTE_CWD, 1, "0000000000001000"),
		NOTE(CAPTURE_NOTE_EXE, 1, "1000\0/bin/a"),
		NOTE(CAPTURE_NOTE_SESSION, 1, "0000000000001000\00040 pts/3"),
		NOTE(CAPTURE_NOTE_SESSION, 1, ""),
	};
	struct at_exec_kept *kept = at_exec_kept_new();
	const struct decode_notes into = {.at_exec = kept};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		/* Nobody asks for it. */
		assert_int_equal(decode_notes_take(&notes[i], &(struct decode_notes){0}), 0);
		assert_int_equal(decode_notes_take(&notes[i], &into), 0);
	}
	check_at_exec(kept, "/a b", "/bin/a", 40);
	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++)
		assert_int_equal(decode_notes_take(&malformed[i], &into), 0);
	check_at_exec(kept, "", "", 0);
	at_exec_kept_free(kept);
}

static uint64_t used_by(struct exit_statuses *statuses, int32_t tid)
{
	struct event event = {
		.type = EVENT_EXIT, .time_ns = 300, .sample_pid = tid, .exit.pid = tid};

	exit_statuses_apply(statuses, &event);
	return event.exit.usage ? event.exit.usage->user_us : UNKNOWN;
}

static void test_usage(void **state)
{
	const struct event told = NOTE(CAPTURE_NOTE_STATUSES, 2,
				       "7 7 200 768 0\0"
				       "8 8 200 0 0");
	const struct event usage = NOTE(CAPTURE_NOTE_USAGE, 2,
					"7 1 10 11 12 13 14 15\0"
					"8 2 20 21 22 23 24 25");
	struct exit_statuses *statuses = exit_statuses_new();
	struct event event = {.type = EVENT_EXIT, .time_ns = 300, .sample_pid = 8, .exit.pid = 8};

	(void)state;
	/* Nobody asks for it. */
	assert_int_equal(decode_notes_take(&told, &(struct decode_notes){.statuses = statuses}), 0);
	assert_int_equal(decode_notes_take(&usage, &(struct decode_notes){.statuses = statuses}),
			 0);
	assert_int_equal(used_by(statuses, 7), UNKNOWN);
	exit_statuses_drop(statuses, 0);
	const struct decode_notes notes = {.statuses = statuses, .wants_usage = true};
	assert_int_equal(decode_notes_take(&told, &notes), 0);
	assert_int_equal(decode_notes_take(&usage, &notes), 0);
	assert_int_equal(used_by(statuses, 7), 10);
	exit_statuses_apply(statuses, &event);
	assert_non_null(event.exit.usage);
	assert_false(event.exit.usage->is_only);
	assert_true(event.exit.usage->has_bytes);
	assert_int_equal(event.exit.usage->system_us, 21);
	assert_int_equal(event.exit.usage->run_ns, 22);
	assert_int_equal(event.exit.usage->max_rss_kib, 23);
	assert_int_equal(event.exit.usage->read_bytes, 24);
	assert_int_equal(event.exit.usage->written_bytes, 25);
	exit_statuses_free(statuses);
}

static void test_malformed_usage(void **state)
{
	const struct event told = NOTE(CAPTURE_NOTE_STATUSES, 1, "7 7 200 768 0");
	const struct event notes[] = {
		NOTE(CAPTURE_NOTE_USAGE, 2, "7 0 1 1 1 1 1 1"),
		NOTE(CAPTURE_NOTE_USAGE, 1, "7 0 1 1 1 1 1"),
		NOTE(CAPTURE_NOTE_USAGE, 1, "7 0 4503599627370496 1 1 1 1 1"),
		NOTE(CAPTURE_NOTE_USAGE, 1, "7 0 1 4503599627370496 1 1 1 1"),
		NOTE(CAPTURE_NOTE_USAGE, 1, "7 0 1 1 1 4503599627370496 1 1"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		struct exit_statuses *statuses = exit_statuses_new();
		const struct decode_notes into = {.statuses = statuses, .wants_usage = true};

		assert_int_equal(decode_notes_take(&told, &into), 0);
		assert_int_equal(decode_notes_take(&notes[i], &into), 0);
		assert_int_equal(status_of(statuses, 7, 300), UNKNOWN);
		exit_statuses_free(statuses);
	}
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
	const struct event probed = NOTE(CAPTURE_NOTE_PROBED, 2, "0000000000001000\0one");
	struct argv_provider *kept = argv_kept_new(NULL);

	(void)state;
	assert_int_equal(take_exec(kept, &good), 0);
	assert_int_equal(taken_by_exec(kept).source, ARGV_PROC);
	assert_int_equal(take_exec(kept, &probed), 0);
	struct arguments taken = taken_by_exec(kept);
	assert_int_equal(taken.argc, 1);
	assert_int_equal(taken.source, ARGV_PROBE);
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		assert_int_equal(take_exec(kept, &notes[i]), 0);
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
				       "99 1 2 3 4\0"
				       "10 1 2 3 4\0"
				       "11 1 2 3\0"
				       "12 1 2 3 4");
	const struct event cut = note_of(CAPTURE_NOTE_OLD_IDS, 1, "13 1 2 3 4", 10);
	const struct event other = NOTE(CAPTURE_NOTE_SELECTION, 1, "13 1 2 3 4");
	struct task_table *table = task_table_new();

	(void)state;
	assert_int_equal(task_table_keep_facts(table), 0);
	for (int32_t pid = 10; pid < 14; pid++)
		assert_int_equal(
			task_table_add_old(table, &(struct old_task){.tid = pid, .tgid = pid}), 0);
	assert_int_equal(take_old(&note, table), 0);
	assert_int_equal(take_old(&cut, table), 0);
	assert_int_equal(take_old(&other, table), 0);
	assert_null(task_table_find(table, 99));
	assert_int_equal(ids_of(table, 10).egid, 4);
	/* What is malformed ends a note. */
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
	assert_int_equal(take_old(&note, table), 0);
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
		assert_int_equal(take_old(&notes[i], table), 0);
		assert_int_equal(facts_of(table, 10, 50).arguments.source, ARGV_NONE);
		task_table_free(table);
	}
}

static void test_wall_steps(void **state)
{
	struct event notes[] = {
		NOTE(CAPTURE_NOTE_SELECTION, 1, "-5"),
		note_of(CAPTURE_NOTE_WALL_STEP, 1, "-5", 2),
		note_of(CAPTURE_NOTE_WALL_STEP, 1, "", 0),
		NOTE(CAPTURE_NOTE_WALL_STEP, 1, "x"),
	};
	struct event good = NOTE(CAPTURE_NOTE_WALL_STEP, 1, "-5");
	struct wall_steps steps = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		assert_int_equal(notes_take(&notes[i], NULL, &steps), 0);
	assert_int_equal(steps.count, 0);
	good.time_ns = 100;
	assert_int_equal(notes_take(&good, NULL, NULL), 0);
	assert_int_equal(notes_take(&good, NULL, &steps), 0);
	assert_int_equal(wall_steps_at(&steps, 99, 7), 7);
	assert_int_equal(wall_steps_at(&steps, 100, 7), -5);
}

/* ---- writing ---- */

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

/* So many succeed; negative: all. */
static int reallocs_left = -1;

void *__wrap_realloc(void *old, size_t size)
{
	if (reallocs_left > 0)
		reallocs_left--;
	else if (reallocs_left == 0)
		return NULL;
	return __real_realloc(old, size);
}

struct written {
	int fd;
	struct capture_writer *writer;
	char *bytes;
	size_t size, at;
};

/* A stream without events: its first 16 bytes are the head. */
#define STREAM_HEAD 16U

static struct written start_writing(void)
{
	const struct capture_description description = {0};
	const struct capture_features features = {0};
	struct written written = {.fd = memfd_create("capture", MFD_CLOEXEC), .at = STREAM_HEAD};

	assert_true(written.fd >= 0);
	assert_int_equal(
		capture_writer_new(written.fd, true, &description, &features, &written.writer), 0);
	return written;
}

static void read_back(struct written *written)
{
	struct stat file;

	assert_int_equal(fstat(written->fd, &file), 0);
	written->size = (size_t)file.st_size;
	written->bytes = malloc(written->size);
	assert_non_null(written->bytes);
	assert_int_equal(pread(written->fd, written->bytes, written->size, 0), file.st_size);
}

static void done_writing(struct written *written)
{
	assert_int_equal(written->at, written->size);
	free(written->bytes);
	capture_writer_free(written->writer);
	close(written->fd);
}

/* The next note, all of which is in one record. */
static struct capture_note next_note(struct written *written)
{
	const char *bytes = written->bytes + written->at;
	struct capture_note_part part;

	assert_true(written->at < written->size);
	const struct perf_event_header header = record_header(bytes, false);
	assert_true(capture_note_parse(bytes, &header, false, &part));
	assert_false(part.more);
	written->at += header.size;
	return part.note;
}

static void assert_note(const struct capture_note *note, uint16_t kind, uint64_t time_ns,
			int32_t pid, uint32_t count, struct text bytes)
{
	assert_int_equal(note->kind, kind);
	assert_int_equal(note->time_ns, time_ns);
	assert_int_equal(note->pid, pid);
	assert_int_equal(note->tid, pid);
	assert_int_equal(note->count, count);
	assert_int_equal(note->size, bytes.length);
	assert_memory_equal(note->bytes, bytes.bytes, bytes.length);
}

#define ASSERT_NEXT(written, kind, time_ns, pid, count, literal)      \
	do {                                                          \
		const struct capture_note next = next_note(written);  \
		assert_note(&next, kind, time_ns, pid, count,         \
			    (struct text){literal, sizeof(literal)}); \
	} while (0)

static void test_writing(void **state)
{
	const struct string_list arguments = {{"sh\0-c", 6}, 2}, environment = {{"", 0}, 0};
	const struct completion both = {1000, 77, 0x7ffc1000, &arguments, ARGV_PROC, &environment};
	const struct completion none = {1000, 77, 0x7ffc1000, NULL, ARGV_NONE, NULL};
	const struct completion probed = {1000, 78, 0x7ffc1000, &arguments, ARGV_PROBE, NULL};
	const struct exec_text cwd = {1000, 77, 0x7ffc1000, AT_EXEC_CWD, {"/a b", 4}};
	const struct exec_text exe = {1000, 77, 0x7ffc1000, AT_EXEC_EXE, {"/c", 2}};
	const struct exec_text session = {1000, 77, 0x7ffc1000, AT_EXEC_SESSION, {"7 0 ", 4}};
	const struct exit_paths paths = {
		.known = true,
		.marks = {{{0xab, 0xffffffff81000010}, 2}, {{0xcd}, 1}},
	};
	struct written written = start_writing();
	struct capture_writer *writer = written.writer;

	(void)state;
	assert_int_equal(notes_write_exec(writer, &both), 0);
	assert_int_equal(notes_write_exec(writer, &none), 0);
	assert_int_equal(notes_write_exec(writer, &probed), 0);
	assert_int_equal(notes_write_at_exec(writer, &cwd), 0);
	assert_int_equal(notes_write_at_exec(writer, &exe), 0);
	assert_int_equal(notes_write_at_exec(writer, &session), 0);
	assert_int_equal(notes_write_exit_paths(writer, &paths), 0);
	assert_int_equal(notes_write_command(writer, 99, 12345678901), 0);
	assert_int_equal(notes_write_wall_step(writer, 500, -7), 0);
	read_back(&written);
	ASSERT_NEXT(&written, CAPTURE_NOTE_ARGUMENTS, 999, 77, 3, "000000007ffc1000\0sh\0-c");
	ASSERT_NEXT(&written, CAPTURE_NOTE_ENVIRONMENT, 999, 77, 1, "000000007ffc1000");
	ASSERT_NEXT(&written, CAPTURE_NOTE_PROBED, 999, 78, 3, "000000007ffc1000\0sh\0-c");
	ASSERT_NEXT(&written, CAPTURE_NOTE_CWD, 999, 77, 1, "000000007ffc1000\0/a b");
	ASSERT_NEXT(&written, CAPTURE_NOTE_EXE, 999, 77, 1, "000000007ffc1000\0/c");
	ASSERT_NEXT(&written, CAPTURE_NOTE_SESSION, 999, 77, 1, "000000007ffc1000\0007 0 ");
	ASSERT_NEXT(&written, CAPTURE_NOTE_EXIT_PATHS, 1, 0, 3,
		    "0 00000000000000ab\0"
		    "0 ffffffff81000010\0"
		    "1 00000000000000cd");
	ASSERT_NEXT(&written, CAPTURE_NOTE_COMMAND, 1, 0, 1, "99 12345678901");
	ASSERT_NEXT(&written, CAPTURE_NOTE_WALL_STEP, 500, 0, 1, "-7");
	done_writing(&written);
}

static void test_strings_that_are_too_long_are_not_written(void **state)
{
	char *many = calloc(1, CAPTURE_NOTE_MAX);
	const struct string_list arguments = {{many, CAPTURE_NOTE_MAX}, CAPTURE_NOTE_MAX};
	const struct completion completion = {1000, 77, 0, &arguments, ARGV_PROC, NULL};
	struct written written = start_writing();

	(void)state;
	assert_non_null(many);
	assert_int_equal(notes_write_exec(written.writer, &completion), 0);
	read_back(&written);
	done_writing(&written);
	free(many);
}

static void test_writing_a_selection(void **state)
{
	const struct selection_command none = {0}, command = {.pid = 1234, .of_host = true};
	struct request request = {
		.events = EVENT_BIT(EVENT_FORK) | EVENT_BIT(EVENT_EXIT),
		.follow = true,
	};
	struct written written = start_writing();

	(void)state;
	assert_int_equal(pid_list_parse("7,5,4194304", &request.pids), 0);
	assert_int_equal(selection_write(written.writer, &request, &none), 0);
	request.follow = false;
	assert_int_equal(selection_write(written.writer, &request, &none), 0);
	request.tids = request.pids;
	request.pids = (struct pid_list){0};
	assert_int_equal(selection_write(written.writer, &request, &none), 0);
	request_done(&request);
	request = (struct request){.events = EVENT_BIT(EVENT_EXEC)};
	assert_int_equal(selection_write(written.writer, &request, &command), 0);
	read_back(&written);
	ASSERT_NEXT(&written, CAPTURE_NOTE_SELECTION, 0, 0, 4,
		    "event fork\0event exit\0pids 5,7,4194304\0follow");
	ASSERT_NEXT(&written, CAPTURE_NOTE_SELECTION, 0, 0, 3,
		    "event fork\0event exit\0processes 5,7,4194304");
	ASSERT_NEXT(&written, CAPTURE_NOTE_SELECTION, 0, 0, 3,
		    "event fork\0event exit\0pids 5,7,4194304");
	ASSERT_NEXT(&written, CAPTURE_NOTE_SELECTION, 0, 0, 3,
		    "event exec\0command 1234\0host-pids");
	done_writing(&written);
}

/* Bytes and records take one allocation each. */
static void test_without_memory(void **state)
{
	const struct request request = {.events = EVENT_BIT(EVENT_FORK) | EVENT_BIT(EVENT_EXIT)};
	const struct selection_command none = {0};
	struct written written = start_writing();

	(void)state;
	for (int left = 0; left < 3; left++) {
		reallocs_left = left;
		int code = selection_write(written.writer, &request, &none);
		reallocs_left = -1;
		assert_int_equal(code, left < 2 ? -ENOMEM : 0);
	}
	read_back(&written);
	ASSERT_NEXT(&written, CAPTURE_NOTE_SELECTION, 0, 0, 2, "event fork\0event exit");
	done_writing(&written);
}

/* The item of process PID in NOTE. */
static struct note_item item_of(const struct capture_note *note, int32_t pid)
{
	struct text left = {note->bytes, note->size};
	struct note_item item, found = {0};
	uint32_t count = 0;

	for (; note_next(note->kind, &left, &item) > 0; count++) {
		if (item.ids.pid == (uint64_t)pid)
			found = item;
	}
	assert_int_equal(left.length, 0);
	assert_int_equal(count, note->count);
	assert_int_equal(found.ids.pid, pid);
	return found;
}

/* The joined note at AT. */
static struct capture_note next_long_note(struct written *written, struct capture_note_joint *joint)
{
	struct capture_note note = {0};
	int code = 0;

	while (code == 0) {
		const char *bytes = written->bytes + written->at;
		const struct perf_event_header header = record_header(bytes, false);
		struct capture_note_part part;

		assert_true(capture_note_parse(bytes, &header, false, &part));
		written->at += header.size;
		code = capture_note_join(joint, &part, &note);
	}
	assert_int_equal(code, 1);
	return note;
}

/* Of the real /proc: this test is in it. */
static void test_writing_old_processes(void **state)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct written written = start_writing();
	struct capture_note_joint joint = {0};

	(void)state;
	assert_true(proc_fd >= 0);
	assert_int_equal(notes_write_old_processes(written.writer, proc_fd), 0);
	read_back(&written);
	struct capture_note note = next_long_note(&written, &joint);
	assert_int_equal(note.kind, CAPTURE_NOTE_OLD_IDS);
	struct note_item item = item_of(&note, getpid());
	assert_int_equal(item.ids.uid, getuid());
	assert_int_equal(item.ids.egid, getegid());
	note = next_long_note(&written, &joint);
	assert_int_equal(note.kind, CAPTURE_NOTE_OLD_ARGUMENTS);
	item = item_of(&note, getpid());
	assert_true(item.string.length > strlen("/test_notes"));
	assert_true(item.strings.count > 0);
	assert_int_equal(item.program.complete, 1);
	done_writing(&written);
	capture_note_joint_done(&joint);
	close(proc_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit_paths),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_statuses_from_anew),
		cmocka_unit_test(test_malformed_statuses),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_malformed_usage),
		cmocka_unit_test(test_what_proc_showed_at_an_exec),
		cmocka_unit_test(test_malformed_exit_paths),
		cmocka_unit_test(test_too_many_addresses),
		cmocka_unit_test(test_malformed_arguments),
		cmocka_unit_test(test_ids_of_old_processes),
		cmocka_unit_test(test_programs_of_old_processes),
		cmocka_unit_test(test_malformed_programs),
		cmocka_unit_test(test_wall_steps),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_strings_that_are_too_long_are_not_written),
		cmocka_unit_test(test_writing_a_selection),
		cmocka_unit_test(test_without_memory),
		cmocka_unit_test(test_writing_old_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
