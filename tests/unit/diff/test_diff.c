/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two stories of a build, compared: what is collected of each, and the reports against golden
 * files; and the command on captures of perf.
 */
#include "diff/diff.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "diff/collection.h"
#include "diff/findings.h"
#include "diff/report.h"
#include "sink/out_buffer.h"
#include "support_memory.h"
#include "support_story.h"

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_realloc(void *old, size_t size)
{
	return may_allocate() ? __real_realloc(old, size) : NULL;
}

/* ---- stories ---- */

#define TEXT_OF(literal)                     \
	(struct text)                        \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

/* A negative CODE is a signal. */
static void compile(struct story *story, int64_t us, int32_t pid, struct text argv, int32_t code)
{
	story_fork(story, us, 100, pid, FORK_KIND_VFORK);
	story_exec(story, us + 10, pid, "/usr/bin/gcc", argv);
	if (code < 0)
		story_kill(story, us + 300000, pid, -code, 100);
	else
		story_exit(story, us + 300000, pid, code);
}

static void run(struct story *story, int64_t us, int32_t pid, const char *file, struct text argv)
{
	story_fork(story, us, 100, pid, FORK_KIND_PROCESS);
	story_exec(story, us + 10, pid, file, argv);
	story_exit(story, us + 100, pid, 0);
}

/* A story's words are counted by nobody else. */
static struct story *story_counted(struct story *story)
{
	for (size_t i = 0; i < story->count; i++)
		story->facts[i].arguments.known.count = UINT32_MAX;
	return story;
}

static struct story *story_begin(struct text directory, struct text words)
{
	struct story *story = story_new();

	story_older(story, 50, "sh");
	story_fork(story, 0, 50, 100, FORK_KIND_PROCESS);
	story_exec(story, 10, 100, "/usr/bin/make", words)->at_exec.cwd = directory;
	return story;
}

static struct story *story_a(void)
{
	struct story *story = story_begin(TEXT_OF("/home/a"), ARGV("make\0-j2"));

	compile(story, 1000, 120, ARGV("gcc\0-O2\0-c\0/home/a/x.c\0-o\0x.o"), 0);
	compile(story, 1100, 121, ARGV("gcc\0-O2\0-c\0/home/a/y.c\0-o\0y.o"), 0);
	compile(story, 1200, 122, ARGV("gcc\0-O2\0-c\0/home/a/z.c\0-o\0z.o"), 0);
	run(story, 400000, 123, "/usr/bin/as", ARGV("as\0-o\0x.o\0/tmp/ccAbCdEf.s"));
	run(story, 410000, 124, "/bin/rm", ARGV("rm\0-f\0out.123\0out.124"));
	run(story, 420000, 125, "/bin/sleep", ARGV("sleep\0001"));
	run(story, 430000, 126, "/bin/sleep", ARGV("sleep\0001"));
	run(story, 440000, 127, "/bin/touch", ARGV("touch\0only\0here's \033"));
	story_exit(story, 500000, 100, 0);
	return story_counted(story);
}

static struct story *story_b(void)
{
	struct story *story = story_begin(TEXT_OF("/home/b"), ARGV("make\0-j2"));

	compile(story, 1000, 220, ARGV("gcc\0-O3\0-c\0/home/b/z.c\0-o\0z.o"), -SIGSEGV);
	compile(story, 1100, 221, ARGV("gcc\0-O3\0-c\0/home/b/y.c\0-o\0y.o"), 1);
	compile(story, 1200, 222, ARGV("gcc\0-O3\0-c\0/home/b/x.c\0-o\0x.o"), 0);
	run(story, 400000, 223, "/usr/bin/as", ARGV("as\0-o\0x.o\0/tmp/ccUvWxYz.s"));
	run(story, 410000, 224, "/bin/rm", ARGV("rm\0-f\0out.223\0out.224"));
	story_fork(story, 420000, 100, 225, FORK_KIND_PROCESS);
	story_exec(story, 420010, 225, "/bin/sleep", ARGV("sleep\0001"));
	story_kill(story, 900000, 225, SIGTERM, 100);
	run(story, 430000, 226, "/bin/sleep", ARGV("sleep\0001"));
	run(story, 430000, 227, "/bin/sleep", ARGV("sleep\0001"));
	story_lost(story, 450000, 0, 7);
	story_exit(story, 1500000, 100, 2);
	return story_counted(story);
}

/* ---- comparing ---- */

struct comparison {
	struct collection sides[SIDES];
	struct findings findings;
};

static int collect(struct collection *collection, const struct story *story)
{
	struct sink *sink = collection_sink_new(collection);
	int code = sink ? 0 : -ENOMEM;

	for (size_t i = 0; code == 0 && i < story->count; i++)
		code = story_give(story, sink, i);
	sink_free(sink);
	return code;
}

static int compare(struct comparison *comparison, const struct story *const stories[SIDES])
{
	struct commands *const sets[SIDES] = {&comparison->sides[SIDE_A].commands,
					      &comparison->sides[SIDE_B].commands};
	int code = 0;

	for (unsigned int side = 0; code == 0 && side < SIDES; side++)
		code = collect(&comparison->sides[side], stories[side]);
	return code == 0 ? findings_make(&comparison->findings, sets) : code;
}

static void comparison_done(struct comparison *comparison)
{
	findings_done(&comparison->findings);
	for (unsigned int side = 0; side < SIDES; side++)
		collection_done(&comparison->sides[side]);
}

static struct report report_of(const struct comparison *comparison)
{
	return (struct report){
		.findings = &comparison->findings,
		.names = {"a.data", "b\033.data"},
		.normalisers = {&comparison->sides[SIDE_A].normaliser,
				&comparison->sides[SIDE_B].normaliser},
	};
}

static char *text_of_report(const struct report *report, struct sink_context context)
{
	int fd = memfd_create("report", MFD_CLOEXEC);
	char path[32];
	size_t length;

	context.output = out_buffer_new(fd);
	assert_non_null(context.output);
	assert_int_equal(report_text(report, &context), 0);
	out_buffer_free(context.output);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	char *text = load_file(path, &length);
	close(fd);
	return text;
}

static char *json_of_report(const struct report *report)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	report_json(report, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* TEXT is freed. With UPDATE_GOLDEN the file is written instead: read what git diff says then. */
static void assert_is_file(char *text, const char *name)
{
	char path[64];
	size_t length;

	snprintf(path, sizeof(path), "fixtures/golden/%s", name);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(text, file);
		fclose(file);
	}
	char *expected = load_file(path, &length);
	assert_string_equal(text, expected);
	free(expected);
	free(text);
}

static struct comparison *compared(struct story *a, struct story *b)
{
	struct comparison *comparison = calloc(1, sizeof(*comparison));

	assert_non_null(comparison);
	assert_int_equal(compare(comparison, (const struct story *const[]){a, b}), 0);
	free(a);
	free(b);
	return comparison;
}

static void assert_report(struct comparison *comparison, struct sink_context context,
			  const char *name)
{
	const struct report report = report_of(comparison);

	assert_is_file(text_of_report(&report, context), name);
	comparison_done(comparison);
	free(comparison);
}

/* ---- tests ---- */

static void test_report(void **state)
{
	(void)state;
	assert_report(compared(story_a(), story_b()), (struct sink_context){0}, "diff.txt");
	assert_report(compared(story_a(), story_b()),
		      (struct sink_context){.width = 40, .color = true}, "diff-40-color.txt");
}

static void test_json(void **state)
{
	struct comparison *comparison = compared(story_a(), story_b());
	const struct report report = report_of(comparison);

	(void)state;
	assert_is_file(json_of_report(&report), "diff.json");
	comparison_done(comparison);
	free(comparison);
}

/* The same build twice, whatever directories and pids. */
static void test_no_difference(void **state)
{
	(void)state;
	assert_report(compared(story_a(), story_a()), (struct sink_context){0}, "diff-none.txt");
}

/* Of whom it ran after, a number is no pid, but in names. */
static void test_pids(void **state)
{
	struct collection collection = {0};
	struct story *story = story_begin((struct text){0}, ARGV("make"));
	static const char expected[] = "kill\000110\0x.<PID>\0<PID>\0<PID>\0<PID>\000999";

	(void)state;
	run(story, 100, 110, "/bin/ls", ARGV("ls"));
	run(story, 300, 111, "/bin/kill", ARGV("kill\000110\0x.110\000111\000100\000500\000999"));
	/* Older than the trace. */
	for (size_t i = 0; i < story->count; i++) {
		story->ancestors[i][3] = (struct ancestor){.pid = 500, .from_proc = true};
		story->facts[i].ancestor_count = STORY_ANCESTORS;
	}
	assert_int_equal(collect(&collection, story_counted(story)), 0);
	const struct ran_command *command = collection.commands.by_key;
	while (command->hh.next)
		command = command->hh.next;
	assert_int_equal(command->line.argv.length, sizeof(expected));
	assert_memory_equal(command->line.argv.bytes, expected, sizeof(expected));
	collection_done(&collection);
	free(story);
}

/* The first execs do not tell it, and their names are temporary ones besides. */
static void test_directory_known_late(void **state)
{
	static const char *const names[] = {"/tmp/tmp.ABCDEFGHIJ/w", "/var/w"};
	struct story *stories[SIDES];

	(void)state;
	for (unsigned int side = 0; side < SIDES; side++) {
		const char *name = names[side];
		static char words[SIDES][64];
		int length = snprintf(words[side], sizeof(words[side]), "make%c-C%c%s", 0, 0, name);
		struct story *story = story_begin((struct text){0},
						  (struct text){words[side], (size_t)length + 1});

		run(story, 100, 110, "/bin/ls", (struct text){words[side], (size_t)length + 1});
		story_fork(story, 300, 100, 111, FORK_KIND_PROCESS);
		story_exec(story, 310, 111, "/bin/sh", ARGV("sh"))->at_exec.cwd =
			(struct text){name, strlen(name)};
		story_exit(story, 400, 111, 0);
		story_exit(story, 500, 100, 0);
		stories[side] = story_counted(story);
	}
	struct comparison *comparison = compared(stories[SIDE_A], stories[SIDE_B]);
	assert_false(findings_differ(&comparison->findings));
	const struct ran_command *make = comparison->sides[SIDE_A].commands.by_key;
	assert_int_equal(make->endings[0].runs, 1);
	assert_memory_equal(make->line.argv.bytes, "make\0-C\0<DIR>", 14);
	comparison_done(comparison);
	free(comparison);
}

static void test_raw(void **state)
{
	struct comparison *comparison = calloc(1, sizeof(*comparison));
	struct story *a = story_a(), *b = story_a();

	(void)state;
	assert_non_null(comparison);
	b->events[2].time_ns += 1;
	comparison->sides[SIDE_A].normaliser.raw = comparison->sides[SIDE_B].normaliser.raw = true;
	assert_int_equal(compare(comparison, (const struct story *const[]){a, b}), 0);
	assert_false(findings_differ(&comparison->findings));
	free(a);
	free(b);
	assert_report(comparison, (struct sink_context){0}, "diff-raw.txt");
}

static void test_programs_only(void **state)
{
	struct story *b = story_b();

	(void)state;
	for (size_t i = 0; i < b->count; i++)
		b->facts[i].arguments = (struct arguments){.argc = -1};
	assert_report(compared(story_a(), b), (struct sink_context){0}, "diff-programs.txt");
}

/* More entries than are listed, and lines that end within any terminal. */
static void test_many(void **state)
{
	static char files[40][32];
	struct story *a = story_begin(TEXT_OF("/home/a"), ARGV("make"));

	(void)state;
	for (int32_t i = 0; i < 40; i++) {
		int length = snprintf(files[i], sizeof(files[i]), "p%d%cfile-%d", i, '\0', i);

		run(a, 1000 * i, 120 + i, "/bin/tool", (struct text){files[i], (size_t)length + 1});
	}
	assert_report(compared(story_counted(a),
			       story_counted(story_begin(TEXT_OF("/home/b"), ARGV("make")))),
		      (struct sink_context){0}, "diff-many.txt");
}

/* Every allocation fails once; nothing is lost or freed twice. */
static void test_memory_runs_out(void **state)
{
	struct story *a = story_a(), *b = story_b();
	int count = 0, code;

	(void)state;
	b->facts[3].arguments = (struct arguments){.argc = -1};
	a->facts[1].at_exec.cwd = (struct text){0};
	a->facts[6].at_exec.cwd = TEXT_OF("/home/a");
	do {
		struct comparison *comparison = __real_calloc(1, sizeof(*comparison));

		assert_non_null(comparison);
		allocations_left = ++count;
		code = compare(comparison, (const struct story *const[]){a, b});
		allocations_left = -1;
		assert_true(code == 0 || code == -ENOMEM);
		comparison_done(comparison);
		free(comparison);
	} while (code < 0);
	assert_in_range(count, 50, 5000);
	free(a);
	free(b);
}

/* ---- the command ---- */

static int run_diff(const char *a, const char *b, struct diff_options *options, FILE *out,
		    struct error *err)
{
	const struct request request = {.no_sandbox = true, .quiet = true};
	const char *const captures[] = {a, b, NULL};
	const struct diff_call call = {&request, options, captures, true};

	memset(err, 0, sizeof(*err));
	return diff_run(&call, out, err);
}

#define CAPTURES "fixtures/captures/amd64-6.1.0-50/"

static void test_captures(void **state)
{
	struct diff_options options = {0};
	struct error err;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	assert_int_equal(run_diff(CAPTURES "p1.data", CAPTURES "p1.data", &options, out, &err), 0);
	assert_string_equal(err.what, "");
	fflush(out);
	/* perf records no arguments. */
	assert_non_null(strstr(text, "\"programs_only\":true,\"changed\":[]"));
	assert_int_equal(run_diff(CAPTURES "p1.data", "fixtures/captures/amd64-6.18.44/file.data",
				  &options, out, &err),
			 1);
	assert_string_equal(err.what, "");
	fclose(out);
	free(text);
}

static void test_failures(void **state)
{
	struct diff_options options = {.directories = {strdup("/a"), strdup("/b")}};
	struct error err;

	(void)state;
	assert_int_equal(run_diff("/no such", CAPTURES "p1.data", &options, stdout, &err), 2);
	assert_string_equal(err.what, "cannot open /no such: No such file or directory");
	assert_int_equal(run_diff(CAPTURES "p1.data", "/no such", &options, stdout, &err), 2);
	assert_int_equal(run_diff(CAPTURES "p1.data", "Makefile", &options, stdout, &err), 2);
	assert_non_null(strstr(err.what, "Makefile"));
	diff_options_done(&options);
	assert_null(options.directories[SIDE_A]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_pids),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_no_difference),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_directory_known_late),
		cmocka_unit_test(test_programs_only),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_memory_runs_out),
		cmocka_unit_test(test_captures),
		cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
