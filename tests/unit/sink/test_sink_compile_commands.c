/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compilation database of compiler runs: which ones have entries, and how they look.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sink/key_set.h"
#include "sink/sink.h"
#include "support_memory.h"
#include "support_sink.h"
#include "support_story.h"

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_realloc(void *old, size_t size)
{
	return may_allocate() ? __real_realloc(old, size) : NULL;
}

/* PID runs ARGV, of COUNT words, in /src. */
static struct facts *run(struct story *story, int32_t parent, int32_t pid, const char *program,
			 struct text argv, uint32_t count)
{
	int64_t now = 100 * (int64_t)story->count;

	story_fork(story, now, parent, pid, FORK_KIND_PROCESS);
	struct facts *facts = story_exec(story, now + 10, pid, program, argv);
	facts->arguments = (struct arguments){
		.argc = count, .known = {argv, count}, .complete = true, .source = ARGV_STACK};
	facts->at_exec.cwd = (struct text)TEXT("/src");
	return facts;
}

#define RUN(story, parent, pid, program, words, count) \
	run((story), (parent), (pid), (program), ARGV(words), (count))

static struct story *story_of_compilers(void)
{
	struct story *story = story_new();

	story_older(story, 1, "make");
	RUN(story, 1, 10, "/usr/bin/gcc", "gcc\0-Wall\0-c\0a.c\0-o\0obj/a.o", 6);
	/* What it runs itself */
	RUN(story, 10, 11, "/usr/lib/gcc/cc1", "cc1\0a.c", 2);
	RUN(story, 10, 12, "/usr/bin/gcc", "gcc\0-c\0inner.c", 3);
	story_exit(story, 5000, 12, 0);
	story_exit(story, 5000, 10, 0);
	/* The same file with the same output, and with another one */
	RUN(story, 1, 13, "/usr/bin/gcc", "gcc\0-c\0./x/../a.c\0-o\0/src/obj//a.o", 5);
	RUN(story, 1, 14, "/usr/bin/gcc", "gcc\0-c\0a.c\0-o\0b.o", 5);
	RUN(story, 1, 15, "/usr/bin/gcc", "gcc\0-c\0a.c", 3);
	/* Several sources at once, paths beyond the root, a program by a relative path */
	RUN(story, 1, 16, "../bin/arm-gcc-12", "arm-gcc-12\0x.c\0../../../y.cc\0-o\0p", 5);
	/* A wrapper, what it runs as a child, and then in its own place */
	RUN(story, 1, 17, "/usr/bin/ccache", "ccache\0gcc\0-c\0w.c", 4);
	RUN(story, 17, 18, "/usr/bin/gcc", "gcc\0-E\0w.c", 3);
	RUN(story, 17, 19, "/usr/bin/gcc", "gcc\0-c\0w.c\0-o\0tmp.o", 5);
	struct facts *facts = story_exec(story, 9000, 17, "/usr/bin/gcc", ARGV("gcc\0-c\0v.c"));
	facts->arguments.known.count = 3;
	facts->arguments.complete = true;
	facts->at_exec.cwd = (struct text)TEXT("/src");
	RUN(story, 1, 20, "/usr/bin/ccache", "ccache\0./gcc\0-c\0u.c", 4);
	/* No compiler, no compilation, awkward names */
	RUN(story, 1, 21, "/bin/sh", "sh\0-c\0s.c", 3);
	RUN(story, 1, 22, "/usr/bin/gcc", "gcc\0--version", 2);
	RUN(story, 1, 23, "/usr/bin/clang", "clang\0-c\0-DS=\"\\\n\"\0it's ü.c", 4);
	/* The first compiler's pid again */
	RUN(story, 1, 10, "/bin/sh", "sh", 1);
	RUN(story, 10, 24, "/usr/bin/cc", "cc\0-c\0again.c", 3);
	return story;
}

static void test_entries(void **state)
{
	struct story *story = story_of_compilers();

	(void)state;
	story_check(story, sink_compile_commands_new, (struct sink_context){0},
		    "compile-commands.json");
	free(story);
}

static void assert_shown(struct story *story, const char *expected)
{
	char *shown = story_show(story, sink_compile_commands_new, (struct sink_context){0});

	assert_string_equal(shown, expected);
	free(shown);
	free(story);
}

static void test_nothing(void **state)
{
	struct story *story = story_of_threads();

	(void)state;
	assert_shown(story_new(), "[]\n");
	assert_shown(story_of_losses(), "[]\n");
	story_forget_facts(story);
	assert_shown(story, "[]\n");
}

/* Of a pid that a compiler had nothing is seen but the exec of another program. */
static void test_pids_are_used_again(void **state)
{
	struct story *story = story_new();

	(void)state;
	story_older(story, 1, "make");
	RUN(story, 1, 10, "/usr/bin/gcc", "gcc\0--version", 2);
	story_exec(story, 1000, 10, "/bin/sh", ARGV("sh"));
	RUN(story, 10, 11, "/usr/bin/gcc", "gcc\0-c\0b.c", 3);
	assert_shown(story, "[\n{\"directory\":\"/src\",\"arguments\":[\"/usr/bin/gcc\",\"-c\","
			    "\"b.c\"],\"file\":\"/src/b.c\"}\n]\n");
}

static void test_what_is_left_out_is_counted(void **state)
{
	struct story *story = story_new();
	struct output output =
		output_to_memory(sink_compile_commands_new, &(struct sink_context){0});
	char text[400];
	size_t length;

	(void)state;
	story_older(story, 1, "make");
	assert_false(output.sink->ops->remark(output.sink, text, sizeof(text)));
	RUN(story, 1, 10, "/usr/bin/gcc", "gcc\0-c\0a.c", 3)->arguments.complete = false;
	RUN(story, 1, 11, "/usr/bin/gcc", "gcc\0-c\0b.c", 3)->at_exec.cwd = (struct text){0};
	RUN(story, 1, 12, "/usr/bin/gcc", "gcc\0-c\0c.c", 3)->at_exec.cwd = (struct text){0};
	RUN(story, 1, 13, "/usr/bin/gcc", "gcc\0-c\0\xff.c", 3);
	/* It compiles nothing: no matter where. */
	RUN(story, 1, 14, "/usr/bin/gcc", "gcc\0-E\0c.c", 3)->at_exec.cwd = (struct text){0};
	for (size_t i = 0; i < story->count; i++)
		assert_int_equal(sink_event(output.sink, &story->events[i]), 0);
	char *shown = output_flushed(&output, &length);
	assert_string_equal(shown, "[]\n");
	assert_true(output.sink->ops->remark(output.sink, text, sizeof(text)));
	assert_string_equal(
		text, "compiler runs left out: the arguments of 1 are not known whole (try: "
		      "--arg-bytes 61440 or --argv-probe), the directory of 2 is not known (it was "
		      "over too soon, or the capture is without --cwd), 1 are not UTF-8");
	free(shown);
	output_close(&output);
	free(story);
}

/* Every allocation fails once; what has been written before is whole. */
static void test_no_memory(void **state)
{
	struct story *story = story_of_compilers();
	int code = -ENOMEM;

	(void)state;
	for (int allowed = 1; code == -ENOMEM; allowed++) {
		struct output output =
			output_to_memory(sink_compile_commands_new, &(struct sink_context){0});

		code = 0;
		allocations_left = allowed;
		for (size_t i = 0; code == 0 && i < story->count; i++)
			code = sink_event(output.sink, &story->events[i]);
		allocations_left = -1;
		assert_true(code == 0 || code == -ENOMEM);
		assert_true(code == 0 || allowed < 200);
		output_close(&output);
	}
	allocations_left = 1;
	assert_null(sink_compile_commands_new(&(struct sink_context){0}));
	allocations_left = -1;
	free(story);
}

static void test_full_disk(void **state)
{
	struct story *story = story_of_compilers();

	(void)state;
	story_check_full_disk(story, sink_compile_commands_new);
	free(story);
}

static void test_key_set(void **state)
{
	struct key_set set = {0};

	(void)state;
	assert_false(key_set_has(&set, 7));
	key_set_remove(&set, 7);
	allocations_left = 1;
	assert_int_equal(key_set_add(&set, 7), -ENOMEM);
	allocations_left = -1;
	assert_int_equal(key_set_add(&set, 7), 1);
	assert_int_equal(key_set_add(&set, 7), 0);
	assert_int_equal(key_set_add(&set, UINT64_MAX), 1);
	assert_true(key_set_has(&set, 7));
	key_set_remove(&set, 7);
	assert_false(key_set_has(&set, 7));
	assert_true(key_set_has(&set, UINT64_MAX));
	key_set_done(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_pids_are_used_again),
		cmocka_unit_test(test_what_is_left_out_is_counted),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_key_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
