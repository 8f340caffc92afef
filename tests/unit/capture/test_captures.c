/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real captures: each under fixtures/captures holds, event for event and field for field, what
 * perf script printed of it; and stays readable in any state of damage.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/read/capture.h"
#include "decode/decoder.h"
#include "support_capture.h"
#include "task/task_table.h"

#define CAPTURES "fixtures/captures"
#define EVENT "sched:sched_process_"

/* ---- the files ---- */

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name);

	return length > strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

typedef void check_capture(const char *path);

static size_t for_captures_in(const char *directory, check_capture *check)
{
	struct dirent **entries;
	size_t done = 0;
	int count = scandir(directory, &entries, is_visible, alphasort);

	for (int i = 0; i < count; i++) {
		char path[2048];

		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		if (ends_with(path, ".data") || ends_with(path, ".pipe")) {
			check(path);
			done++;
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return done;
}

static void for_captures(check_capture *check)
{
	struct dirent **entries;
	size_t done = 0;
	int count = scandir(CAPTURES, &entries, is_visible, alphasort);

	if (count <= 0)
		fail_msg("nothing in " CAPTURES ": tests run from the top of the tree");
	for (int i = 0; i < count; i++) {
		char path[1024];

		snprintf(path, sizeof(path), CAPTURES "/%s", entries[i]->d_name);
		done += for_captures_in(path, check);
		free(entries[i]);
	}
	free(entries);
	assert_int_equal(done, 15);
}

/* ---- what we make of one ---- */

struct replayed {
	struct capture *source;
	struct format *formats[TRACEPOINT_COUNT];
	struct decoder *decoder;
	struct task_table *tasks;
};

static void open_replayed(struct replayed *replayed, int fd)
{
	const struct format *formats[TRACEPOINT_COUNT] = {NULL};
	struct error err;

	assert_int_equal(capture_open(fd, -1, &replayed->source, &err), 0);
	for (size_t i = 0; i < TRACEPOINTS_SHOWN; i++) {
		assert_int_equal(capture_format(replayed->source, tracepoint_types[i]->system,
						tracepoint_types[i]->name, &replayed->formats[i],
						&err),
				 0);
		formats[i] = replayed->formats[i];
		assert_int_equal(capture_tracepoint(replayed->source, formats[i]->id),
				 CAPTURE_RECORDED);
	}
	assert_int_equal(decoder_new(formats, &replayed->decoder, &err), 0);
	replayed->tasks = task_table_new();
	assert_non_null(replayed->tasks);
}

static void close_replayed(struct replayed *replayed)
{
	task_table_free(replayed->tasks);
	decoder_free(replayed->decoder);
	for (size_t i = 0; i < TRACEPOINTS_SHOWN; i++)
		format_free(replayed->formats[i]);
	capture_free(replayed->source);
}

static void next_record(struct capture *source, struct record *record)
{
	struct error err;
	int code;

	while ((code = capture_next(source, record, &err)) == 0)
		assert_int_equal(capture_wait(source, -1, -1, &err), 0);
	assert_int_equal(code, 1);
}

/* The next fork, exec or exit. */
static void next_event(struct replayed *replayed, struct record *record, struct event *event)
{
	const struct task *task;
	int decoded;

	do {
		next_record(replayed->source, record);
		decoded = decoder_decode(replayed->decoder, record, event);
		assert_true(decoded >= 0);
		if (decoded > 0)
			assert_int_equal(task_table_apply(replayed->tasks, event, &task), 0);
	} while (decoded == 0 || event->type > EVENT_EXIT);
}

/* ---- what perf script makes of it ---- */

/* As perf prints the fields. */
static void put_fields(char *out, size_t size, const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		snprintf(out, size, "fork: comm=%.*s pid=%d child_comm=%.*s child_pid=%d",
			 (int)event->fork.parent_comm.length, event->fork.parent_comm.bytes,
			 event->fork.parent_tid, (int)event->fork.child_comm.length,
			 event->fork.child_comm.bytes, event->fork.child_tid);
		break;
	case EVENT_EXEC:
		snprintf(out, size, "exec: filename=%.*s pid=%d old_pid=%d",
			 (int)event->exec.filename.length, event->exec.filename.bytes,
			 event->exec.pid, event->exec.old_pid);
		break;
	default:
		snprintf(out, size, "exit: comm=%.*s pid=%d prio=%d", (int)event->exit.comm.length,
			 event->exit.comm.bytes, event->exit.pid, event->exit.prio);
	}
}

/* What stands before the event's name: "   comm  PID/TID [CPU]  SECONDS.FRACTION: ". */
static void assert_head(const char *head, const struct record *record, const struct event *event)
{
	struct text comm = event_comm(event); /* perf knows it from COMM records */
	char name[64], seconds[32], expected[32];
	int pid, tid, fraction_digits;
	unsigned int cpu;

	head += strspn(head, " ");
	assert_true(strlen(head) > comm.length);
	snprintf(name, sizeof(name), "%.*s", (int)comm.length, head);
	assert_text(comm, name);
	head += comm.length;
	if (sscanf(head, " %d/%d [%u] %31[0-9.]:", &pid, &tid, &cpu, seconds) == 4)
		assert_int_equal(record->pid, pid);
	else
		assert_int_equal(sscanf(head, " %d [%u] %31[0-9.]:", &tid, &cpu, seconds), 3);
	assert_int_equal(record->tid, tid);
	assert_int_equal(record->cpu, cpu);
	fraction_digits = (int)strlen(strchr(seconds, '.') + 1);
	assert_true(fraction_digits == 6 || fraction_digits == 9);
	snprintf(expected, sizeof(expected), "%" PRIu64 ".%0*" PRIu64, record->time_ns / 1000000000,
		 fraction_digits, record->time_ns % 1000000000 / (fraction_digits == 6 ? 1000 : 1));
	assert_string_equal(seconds, expected);
}

static void assert_line(char *line, const struct record *record, const struct event *event)
{
	char *name = strstr(line, EVENT);
	char *group_dead = strstr(line, " group_dead=");
	char fields[512];

	/* That one is not decoded. */
	if (group_dead)
		*group_dead = '\0';
	put_fields(fields, sizeof(fields), event);
	assert_string_equal(name + strlen(EVENT), fields);
	assert_head(line, record, event);
}

static void compare(const char *path, int fd)
{
	struct replayed replayed;
	struct record record;
	struct error err;
	char script[512];
	size_t length, events = 0;
	char *rest;

	snprintf(script, sizeof(script), "%.*s.script", (int)(strrchr(path, '.') - path), path);
	char *text = load_file(script, &length);
	open_replayed(&replayed, fd);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct event event;

		if (!strstr(line, EVENT))
			continue;
		next_event(&replayed, &record, &event);
		assert_line(line, &record, &event);
		events++;
	}
	assert_true(events >= 31);
	/* What is left are no events of ours. */
	int code;
	while ((code = capture_next(replayed.source, &record, &err)) != -ENODATA) {
		struct event event;

		assert_true(code >= 0);
		if (code > 0 && decoder_decode(replayed.decoder, &record, &event) > 0)
			assert_int_equal(event.type, EVENT_COMM);
	}
	struct capture_stats stats;
	capture_stats(replayed.source, &stats);
	assert_string_equal(stats.cut, "");
	assert_int_equal(stats.malformed, 0);
	close_replayed(&replayed);
	free(text);
}

static void check_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	compare(path, fd);
	close(fd);
}

static void test_captures_are_what_perf_script_says(void **state)
{
	(void)state;
	for_captures(check_file);
}

static bool is_pipe_mode(const char *path)
{
	return ends_with(path, ".pipe") || ends_with(path, "/pipe.data");
}

static void check_stream(const char *path)
{
	struct bytes bytes = {0};

	if (!is_pipe_mode(path))
		return;
	bytes.data = (unsigned char *)load_file(path, &bytes.size);
	int fd = open_bytes(&bytes, CAPTURE_STREAM);
	compare(path, fd);
	close(fd);
	bytes_free(&bytes);
}

static void test_streams_are_the_same(void **state)
{
	(void)state;
	for_captures(check_stream);
}

/* ---- what else they tell ---- */

static void check_description(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_s390x = strstr(path, "s390x") != NULL;
	struct capture *source;
	struct error err;
	char names[512];

	assert_true(fd >= 0);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	assert_int_equal(capture_machine(source).big_endian, is_s390x);
	assert_int_equal(capture_machine(source).long_size, 8);
	capture_event_names(source, names, sizeof(names));
	assert_ptr_equal(strstr(names, "sched:sched_process_fork, sched:sched_process_exec, "
				       "sched:sched_process_exit"),
			 names);
	assert_null(strstr(names, "dummy"));
	const struct tracing_data *tracing = capture_tracing_data(source);
	assert_non_null(tracing);
	assert_non_null(tracing_data_find(tracing, "sched", "sched_process_exec"));
	assert_null(tracing_data_find(tracing, "sched", "sched_process"));
	capture_free(source);
	close(fd);
}

static void test_captures_describe_themselves(void **state)
{
	(void)state;
	for_captures(check_description);
}

/* The recorder was a child of a shell, which it found in /proc. */
static void test_tasks_that_were_there_before(void **state)
{
	int fd = open(CAPTURES "/amd64-6.1.0-50/p1.data", O_RDONLY | O_CLOEXEC);
	const struct capture_task *tasks;
	struct capture *source;
	struct record record;
	struct error err;
	size_t count;
	bool kthreadd = false, child = false;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	assert_int_equal(capture_next(source, &record, &err), 1);
	tasks = capture_tasks(source, &count);
	for (size_t i = 0; i < count; i++) {
		kthreadd |= tasks[i].tid == 2 && tasks[i].parent == 0;
		child |= tasks[i].tid == 3 && tasks[i].parent == 2;
	}
	assert_true(kthreadd && child);
	capture_free(source);
	close(fd);
}

/* ---- damage ---- */

static size_t count_records(const struct bytes *bytes, enum capture_kind kind, bool *cut)
{
	int fd = open_bytes(bytes, kind);
	struct capture *source;
	struct record record;
	struct error err;
	size_t count = 0;
	struct capture_stats stats;
	int code = capture_open(fd, -1, &source, &err);

	*cut = true;
	while (code >= 0 && (code = capture_next(source, &record, &err)) != -ENODATA) {
		assert_true(code >= 0);
		count += code > 0;
	}
	if (code == -ENODATA) {
		capture_stats(source, &stats);
		*cut = stats.cut[0] != '\0';
		capture_free(source);
	}
	close(fd);
	return count;
}

static void check_cuts(const char *path)
{
	const enum capture_kind kind = is_pipe_mode(path) ? CAPTURE_STREAM : CAPTURE_FILE;
	struct bytes bytes = {0};
	size_t whole, before = 0;
	bool cut;

	bytes.data = (unsigned char *)load_file(path, &bytes.size);
	size_t size = bytes.size;
	whole = count_records(&bytes, kind, &cut);
	assert_false(cut);
	for (size_t length = 0; length < size; length += length < 2000 ? 7 : 509) {
		bytes.size = length;
		size_t count = count_records(&bytes, kind, &cut);

		assert_in_range(count, before, whole);
		/* What follows the records of a file may be missing without a loss. */
		assert_true(cut || count == whole || kind == CAPTURE_STREAM);
		before = count;
	}
	bytes_free(&bytes);
}

static void test_real_captures_cut_short(void **state)
{
	(void)state;
	for_captures(check_cuts);
}

static void check_damage(const char *path)
{
	struct random random = {.state = 99};
	struct bytes bytes = {0};
	bool cut;

	bytes.data = (unsigned char *)load_file(path, &bytes.size);
	for (size_t at = 0; at < 900; at++) {
		unsigned char original = bytes.data[at];

		bytes.data[at] = (unsigned char)random_below(&random, 256);
		count_records(&bytes, CAPTURE_FILE, &cut);
		bytes.data[at] = original;
	}
	/* Sizes of records, for one, wherever they are. */
	for (int round = 0; round < 500; round++) {
		size_t at = random_below(&random, bytes.size);
		unsigned char original = bytes.data[at];

		bytes.data[at] = (unsigned char)random_below(&random, 256);
		count_records(&bytes, CAPTURE_FILE, &cut);
		bytes.data[at] = original;
	}
	bytes_free(&bytes);
}

static void test_real_captures_damaged(void **state)
{
	(void)state;
	for_captures(check_damage);
}

/* ---- what they say of their hosts ---- */

/* As perf report --header-only shows it. */
static const struct origin_of {
	const char *path, *hostname, *arch;
	bool has_wall_offset;
	int64_t wall_offset_ns;
} origins[] = {
	{CAPTURES "/amd64-6.18.44/file.data", "vm", "x86_64", false, 0},
	{CAPTURES "/amd64-6.18.44/pipe.data", "vm", "x86_64", false, 0},
	{CAPTURES "/amd64-6.1.0-50/p2.data", "(none)", "x86_64", true,
	 INT64_C(1795373437214872000) - INT64_C(9802389100)},
	{CAPTURES "/amd64-7.3.4+deb13/p3.pipe", "(none)", "x86_64", false, 0},
	{CAPTURES "/arm64-6.12.107+deb13/p2.data", "(none)", "aarch64", true,
	 INT64_C(1795373474967770000) - INT64_C(9826601968)},
	{CAPTURES "/arm64-6.12.107+deb13/p3.pipe", "(none)", "aarch64", false, 0},
	{CAPTURES "/s390x-6.1.0-50/p2.data", "(none)", "s390x", true,
	 INT64_C(1795373742281538000) - INT64_C(9371078139)},
	{CAPTURES "/s390x-6.1.0-50/p3.pipe", "(none)", "s390x", false, 0},
};

static struct capture *open_capture(const char *path, int *fd)
{
	struct capture *source;
	struct error err;

	*fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(*fd >= 0);
	assert_int_equal(capture_open(*fd, -1, &source, &err), 0);
	return source;
}

static void test_hosts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(origins); i++) {
		int fd;
		struct capture *source = open_capture(origins[i].path, &fd);

		assert_string_equal(capture_origin(source)->hostname, origins[i].hostname);
		assert_string_equal(capture_origin(source)->arch, origins[i].arch);
		assert_null(capture_origin(source)->boot_id);
		assert_int_equal(capture_origin(source)->has_wall_offset,
				 origins[i].has_wall_offset);
		assert_int_equal(capture_origin(source)->wall_offset_ns, origins[i].wall_offset_ns);
		capture_free(source);
		close(fd);
	}
}

/* perf record --all-cgroups, on hosts that have only the root; its first tasks. */
static void check_cgroups_and_tasks(const char *path)
{
	struct record record;
	size_t count;
	int fd;

	if (!ends_with(path, "/p2.data"))
		return;
	struct capture *source = open_capture(path, &fd);
	capture_want(source, RECORD_CGROUP);
	next_record(source, &record);
	assert_int_equal(record.type, RECORD_CGROUP);
	assert_int_equal(record.time_ns, 0);
	assert_int_equal(load64(record.body, false), 1);
	assert_string_equal((const char *)record.body + sizeof(uint64_t), "/");
	const struct capture_task *tasks = capture_tasks(source, &count);
	assert_true(count > 2);
	assert_int_equal(tasks[0].tid, 1);
	assert_int_equal(tasks[0].tgid, 1);
	assert_int_equal(tasks[0].parent, 0);
	assert_string_equal(tasks[0].comm, "init");
	assert_int_equal(tasks[1].tgid, 2);
	assert_string_equal(tasks[1].comm, "kthreadd");
	assert_int_equal(tasks[2].parent, 2);
	capture_free(source);
	close(fd);
}

static void test_cgroups_and_tasks(void **state)
{
	(void)state;
	for_captures(check_cgroups_and_tasks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_captures_are_what_perf_script_says),
		cmocka_unit_test(test_streams_are_the_same),
		cmocka_unit_test(test_captures_describe_themselves),
		cmocka_unit_test(test_tasks_that_were_there_before),
		cmocka_unit_test(test_real_captures_cut_short),
		cmocka_unit_test(test_real_captures_damaged),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_cgroups_and_tasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
