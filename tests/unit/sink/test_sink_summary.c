/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The summary against golden files, and that it stays within its bounds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/program_totals.h"
#include "support_story.h"
#include "support_story_memory.h"

static void check(struct story *story, struct sink_context context, const char *name)
{
	story_check(story, sink_summary_new, context, name);
	free(story);
}

static void test_a_build(void **state)
{
	(void)state;
	check(story_of_a_build(), (struct sink_context){0}, "summary-build.txt");
}

static void test_usage(void **state)
{
	(void)state;
	check(story_of_usage(), (struct sink_context){.usage = true}, "summary-usage.txt");
}

static void test_awkward_names(void **state)
{
	(void)state;
	check(story_of_awkward_names(), (struct sink_context){.width = 40},
	      "summary-awkward-40.txt");
}

static void test_threads(void **state)
{
	(void)state;
	check(story_of_threads(), (struct sink_context){0}, "summary-threads.txt");
}

static void test_deaths(void **state)
{
	(void)state;
	check(story_of_deaths(), (struct sink_context){.color = true}, "summary-deaths-color.txt");
}

static void test_orphans(void **state)
{
	(void)state;
	check(story_of_orphans(), (struct sink_context){0}, "summary-orphans.txt");
}

/* Who was there before is at work, and waits for children; its program has no run. */
static void test_older_processes(void **state)
{
	(void)state;
	check(story_of_a_server(), (struct sink_context){0}, "summary-server.txt");
}

/* The longest steps of a path, those that are too short for a line, and what the rest took. */
static void test_a_long_path(void **state)
{
	struct story *story = story_new();

	(void)state;
	story_older(story, 1, "init");
	story_fork(story, 0, 1, 100, FORK_KIND_PROCESS);
	story_exec(story, 0, 100, "/bin/sh", ARGV("/bin/sh\0a script"));
	for (int32_t i = 0; i < 40; i++) {
		const int64_t us = 10 + i * 1000;

		story_fork(story, us, 100, 101, FORK_KIND_VFORK);
		story_exec(story, us, 101, "/bin/step",
			   i == 39 ? ARGV("./\0") : ARGV("/bin/step\0x"));
		story_exit(story, us + (i < 3 ? 50 : 200 + 10 * i), 101, 0);
	}
	story_fork(story, 40100, 100, 102, FORK_KIND_VFORK);
	story_exit(story, 40900, 102, 0);
	story_exit(story, 41000, 100, 0);
	check(story, (struct sink_context){.width = 80}, "summary-path.txt");
}

static void test_losses(void **state)
{
	(void)state;
	check(story_of_losses(), (struct sink_context){0}, "summary-losses.txt");
}

static void test_nothing_known(void **state)
{
	struct story *story = story_of_threads();

	(void)state;
	story_forget_facts(story);
	check(story, (struct sink_context){0}, "summary-unknown.txt");
}

static void test_no_events(void **state)
{
	(void)state;
	check(story_new(), (struct sink_context){0}, "summary-empty.txt");
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_realloc(void *old, size_t size)
{
	return may_allocate() ? __real_realloc(old, size) : NULL;
}

/* More programs than a table shows, each slower and rarer than the one before; a failing one. */
static void test_many_programs(void **state)
{
	static char names[30][16];
	struct story *story = story_new();

	(void)state;
	story_older(story, 1, "init");
	for (int32_t i = 0; i < 30; i++) {
		snprintf(names[i], sizeof(names[i]), "/bin/p%02d", i);
		for (int32_t run = 0; run < 1 + (30 - i) / 8; run++) {
			int64_t us = i * 1000000 + run * 1000;

			story_fork(story, us, 1, 100 + i, FORK_KIND_PROCESS);
			story_exec(story, us + 10, 100 + i, names[i], ARGV("p"));
			story_exit(story, us + 10 + i * 7, 100 + i, i == 7 ? run * 3 : 0);
		}
	}
	story_check(story, sink_summary_new, (struct sink_context){0}, "summary-many.txt");
	/* Beside each other, in columns of 80; one has a name that is too long for its column. */
	for (size_t i = 0; i < story->count; i++) {
		const int32_t pid = story->facts[i].tgid;
		struct usage usage = {1000 * pid, 500 * pid, (200 - pid) << 20, -1, -1};

		story->facts[i].usage = usage;
		if (pid == 100 && story->events[i].type == EVENT_EXEC)
			story->events[i].exec.filename =
				(struct text){"/opt/a-name-of-18-letters", 25};
	}
	check(story, (struct sink_context){.usage = true}, "summary-many-usage.txt");
}

/* The last failure of each program, on a terminal that is too narrow for it. */
static void test_examples(void **state)
{
	struct story *story = story_new();

	(void)state;
	story_older(story, 1, "make");
	for (int32_t pid = 20; pid < 22; pid++) {
		story_fork(story, pid * 100, 1, pid, FORK_KIND_VFORK);
		story_exec(story, pid * 100 + 10, pid, "/usr/bin/cc",
			   pid == 20 ? ARGV("cc\0first.c")
				     : ARGV("cc\0-Wall\0-I/usr/include/of/much\0-c\0second.c"));
		story_exit(story, pid * 100 + 20, pid, 1);
	}
	/* Not a failure, though it comes last. */
	story_fork(story, 3000, 1, 22, FORK_KIND_VFORK);
	story_exec(story, 3010, 22, "/usr/bin/cc", ARGV("cc\0third.c"));
	story_exit(story, 3020, 22, 0);
	/* More arguments are not known. */
	story_fork(story, 4000, 1, 23, FORK_KIND_VFORK);
	story_exec(story, 4010, 23, "/bin/ls", ARGV("ls\0-l"));
	story_exit(story, 4020, 23, 2)->arguments.complete = false;
	/* Neither arguments nor parent are. */
	struct facts *facts = story_exit(story, 5000, 1, 3);
	facts->arguments = (struct arguments){.argc = -1};
	facts->ppid = -1;
	story_check(story, sink_summary_new, (struct sink_context){.width = 50},
		    "summary-examples-50.txt");
	check(story, (struct sink_context){0}, "summary-examples.txt");
}

/* What is kept of the arguments ends between two of them, and says that there are more. */
static void test_bounds_of_examples(void **state)
{
	static char argv[EXAMPLE_BYTES + 100];
	struct programs programs = {0};
	struct program_totals *program =
		programs_get(&programs, PROGRAM_RUN, (struct text){"cc", 2});
	struct facts facts = {
		.status.code = 1,
		.arguments = {.known = {{argv, EXAMPLE_BYTES}, 2},
			      .complete = true,
			      .source = ARGV_STACK},
	};
	const struct program_failure *last = &program->last;

	(void)state;
	allocations_left = 1;
	assert_int_equal(program_totals_add_failure(program, &facts), -ENOMEM);
	allocations_left = -1;
	memset(argv, 'x', sizeof(argv));
	argv[99] = argv[EXAMPLE_BYTES - 1] = argv[sizeof(argv) - 1] = '\0';
	assert_int_equal(program_totals_add_failure(program, &facts), 0);
	assert_int_equal(last->argv.size, EXAMPLE_BYTES);
	assert_true(last->complete);
	facts.arguments.known.bytes.length = sizeof(argv);
	argv[EXAMPLE_BYTES - 1] = 'x';
	assert_int_equal(program_totals_add_failure(program, &facts), 0);
	assert_int_equal(last->argv.size, 100);
	assert_false(last->complete);
	argv[99] = 'x';
	assert_int_equal(program_totals_add_failure(program, &facts), 0);
	assert_int_equal(last->argv.size, EXAMPLE_BYTES);
	assert_false(last->complete);
	facts.arguments = (struct arguments){.argc = -1};
	assert_int_equal(program_totals_add_failure(program, &facts), 0);
	assert_int_equal(last->argv.size, 0);
	assert_true(last->complete);
	programs_done(&programs);
}

/* Only the events that pass, as the pipeline has it. */
static void check_left_out(struct story *story, struct sink_context context, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < story->count; i++) {
		if (sink_gets(&context, story->events[i].type))
			story->events[kept++] = story->events[i];
	}
	story->count = kept;
	check(story, context, name);
}

#define FORKS EVENT_BIT(EVENT_FORK)
#define EXECS EVENT_BIT(EVENT_EXEC)
#define EXITS EVENT_BIT(EVENT_EXIT)

/* What filters leave out is not known to be 0. */
static void test_what_is_left_out(void **state)
{
	(void)state;
	check_left_out(story_of_a_build(), (struct sink_context){.left_out = FORKS | EXECS},
		       "summary-exits.txt");
	check_left_out(story_of_a_build(), (struct sink_context){.left_out = FORKS | EXITS},
		       "summary-execs.txt");
	check_left_out(story_of_threads(), (struct sink_context){.left_out = EXECS | EXITS},
		       "summary-forks.txt");
	check_left_out(story_of_a_build(), (struct sink_context){.left_out = EXECS},
		       "summary-no-execs.txt");
	check_left_out(story_of_deaths(), (struct sink_context){.no_threads = true},
		       "summary-no-threads.txt");
}

static void test_unknown_kinds_left_out(void **state)
{
	struct story *story = story_of_threads();

	(void)state;
	story_forget_facts(story);
	check_left_out(story, (struct sink_context){.left_out = FORKS},
		       "summary-unknown-exits.txt");
	story = story_of_threads();
	story_forget_facts(story);
	check_left_out(story, (struct sink_context){.left_out = EXITS},
		       "summary-unknown-forks.txt");
}

/* Names without end become one row, and codes without end one status. */
static void test_bounds(void **state)
{
	struct programs programs = {0};
	struct program_totals *last = NULL;
	char name[300];

	(void)state;
	for (unsigned int i = 0; i < PROGRAMS_MAX + 10; i++) {
		memset(name, 'x', sizeof(name));
		memcpy(name, &i, sizeof(i));
		last = programs_get(&programs, PROGRAM_RUN,
				    (struct text){name, i % 2 ? sizeof(name) : sizeof(i)});
		assert_non_null(last);
	}
	assert_int_equal(last->kind, PROGRAM_OTHERS);
	for (int32_t code = 1; code < 256; code++)
		assert_int_equal(
			program_totals_add_failure(last, &(struct facts){.status.code = code}), 0);
	assert_int_equal(last->status_count, PROGRAM_STATUSES);
	assert_int_equal(last->failures, 255);
	assert_int_equal(last->other_failures, 255 - PROGRAM_STATUSES);
	programs_done(&programs);
}

static void test_no_line_is_wider_than_the_terminal(void **state)
{
	(void)state;
	story_check_widths(sink_summary_new);
}

static void test_a_full_disk_is_reported(void **state)
{
	struct story *story = story_of_a_build();

	(void)state;
	story_check_full_disk(story, sink_summary_new);
	free(story);
}

static void test_no_memory(void **state)
{
	struct story *story = story_of_a_build();

	(void)state;
	assert_true(story_count_allocations(story, sink_summary_new) > 10);
	free(story);
	story = story_of_a_server();
	assert_true(story_count_allocations(story, sink_summary_new) > 10);
	free(story);
}

/* They are in no total. */
static void test_failed_execs_are_not_counted(void **state)
{
	struct story *story = story_of_failed_execs();
	story_exec_failed(story, 1050, 90, "/bin/last", 2);
	char *with = story_show(story, sink_summary_new, (struct sink_context){0});
	size_t kept = 0;

	(void)state;
	for (size_t i = 0; i < story->count; i++) {
		if (story->events[i].type != EVENT_EXEC_FAILED)
			story->events[kept++] = story->events[i];
	}
	assert_true(kept < story->count);
	story->count = kept;
	char *without = story_show(story, sink_summary_new, (struct sink_context){0});
	assert_string_equal(with, without);
	free(without);
	free(with);
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failed_execs_are_not_counted),
		cmocka_unit_test(test_a_build),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_awkward_names),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_older_processes),
		cmocka_unit_test(test_a_long_path),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_no_events),
		cmocka_unit_test(test_many_programs),
		cmocka_unit_test(test_what_is_left_out),
		cmocka_unit_test(test_unknown_kinds_left_out),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_bounds_of_examples),
		cmocka_unit_test(test_no_line_is_wider_than_the_terminal),
		cmocka_unit_test(test_a_full_disk_is_reported),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
