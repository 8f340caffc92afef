/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace of -F perfetto: what is in it against golden files, well-formed whatever happens, and
 * in bounded memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/perfetto/names.h"
#include "support_perfetto.h"
#include "support_sink.h"
#include "support_story.h"

/* ---- one allocation that fails ---- */

void *__real_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);

/* The allocation with the number `failing` fails, and no other one does. */
static int allocations, failing;

static bool may_allocate(void)
{
	return ++allocations != failing;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
	return may_allocate() ? __real_realloc(old, size) : NULL;
}

/* ---- golden traces ---- */

static char *trace_of(const struct story *story, struct sink_context context)
{
	size_t length;
	char *bytes = story_bytes(story, sink_perfetto_new, context, &length);
	char *text = perfetto_text(bytes, length);

	free(bytes);
	return text;
}

static void check(struct story *story, struct sink_context context, const char *name)
{
	char *text = trace_of(story, context);
	char path[128];
	size_t length;

	snprintf(path, sizeof(path), "fixtures/golden/%s", name);
	if (getenv("UPDATE_GOLDEN"))
		save_file(path, text, strlen(text));
	char *expected = load_file(path, &length);
	assert_string_equal(text, expected);
	free(expected);
	free(text);
	free(story);
}

static void test_stories(void **state)
{
	struct sink_context all = full_context;

	(void)state;
	all.cwd = all.exe = all.session = all.units = all.usage = true;
	check(story_of_a_build(), (struct sink_context){0}, "perfetto-build.txt");
	check(story_of_awkward_names(), (struct sink_context){0}, "perfetto-awkward.txt");
	check(story_of_threads(), (struct sink_context){0}, "perfetto-threads.txt");
	check(story_of_deaths(), (struct sink_context){0}, "perfetto-deaths.txt");
	check(story_of_orphans(), (struct sink_context){0}, "perfetto-orphans.txt");
	check(story_of_losses(), (struct sink_context){0}, "perfetto-losses.txt");
	check(story_of_usage(), all, "perfetto-usage.txt");
	check(story_of_a_server(), all, "perfetto-server.txt");
}

static void test_without_facts(void **state)
{
	struct story *story = story_of_a_build();

	(void)state;
	story_forget_facts(story);
	check(story, (struct sink_context){.left_out = EVENT_BIT(EVENT_EXIT)},
	      "perfetto-no-facts.txt");
}

static void test_nothing_happened(void **state)
{
	(void)state;
	check(story_new(), (struct sink_context){0}, "perfetto-empty.txt");
}

/* ---- what the stories do not have ---- */

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		print_error("no %s in\n%s", part, text);
	assert_non_null(strstr(text, part));
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		count++;
	return count;
}

/* A thread that calls exec goes on as its process, and a thread whose end was lost ends once. */
static void test_threads_end(void **state)
{
	struct story *story = story_new();

	(void)state;
	story_older(story, 1, "sh");
	story_fork(story, 0, 1, 10, FORK_KIND_PROCESS);
	story_fork(story, 1, 10, 11, FORK_KIND_THREAD);
	story_fork(story, 2, 10, 12, FORK_KIND_THREAD);
	story_fork(story, 3, 10, 12, FORK_KIND_THREAD);
	story_exec(story, 4, 10, "/bin/new", ARGV("new"));
	story->events[story->count - 1].exec.old_pid = 11;
	char *text = trace_of(story, (struct sink_context){0});
	assert_int_equal(count_of(text, "category_iids \"thread\""), 3);
	assert_int_equal(count_of(text, "name \"Threads\""), 3);
	assert_has(text, "timestamp 5000000004000 track_event {type 2 track_uuid 4}");
	assert_has(text, "timestamp 5000000003000 track_event {type 2 track_uuid 6}");
	free(text);
	free(story);
}

/* Names beyond the bounds are written where they are used, and a life has one for all of them. */
static void test_too_many_names(void **state)
{
	static char names[NAMES_MAX + 8][24];
	struct output output = output_to_memory(sink_perfetto_new, &(struct sink_context){0});
	struct story *story = story_new();
	size_t length;

	(void)state;
	story_older(story, 1, "sh");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(names[i], sizeof(names[i]), "/bin/program%zu", i);
		story->count = 0;
		story_fork(story, (int64_t)i, 1, 10, FORK_KIND_PROCESS);
		story_exec(story, (int64_t)i, 10, names[i], ARGV("x"));
		story_exit(story, (int64_t)i, 10, 0);
		for (size_t j = 0; j < story->count; j++)
			assert_int_equal(story_give(story, output.sink, j), 0);
	}
	story->count = 0;
	story_older(story, 2, "unheard-of");
	story_fork(story, 1000000, 2, 11, FORK_KIND_PROCESS);
	assert_int_equal(story_give(story, output.sink, 0), 0);
	char *bytes = output_flushed(&output, &length);
	char *text = perfetto_text(bytes, length);
	assert_has(text, "category_iids \"process\" name_iid \"(other)\" flow_ids 8211 "
			 "debug_annotations {name_iid \"pid\" int_value 11}");
	assert_has(text, "category_iids \"exec\" name_iid \"program0\"");
	assert_has(text, "category_iids \"process\" name_iid \"program0\"");
	assert_has(text, "category_iids \"exec\" name \"program4102\"");
	assert_has(text, "category_iids \"process\" name_iid \"(other)\"");
	free(text);
	free(bytes);
	output_close(&output);
	free(story);
}

static void test_hostile_names(void **state)
{
	static char argv[100000], file[NAME_BYTES + 3] = "/";
	struct story *story = story_new();

	(void)state;
	memset(argv, 'a', sizeof(argv) - 1);
	memcpy(argv, "-\0\xff\xe2\x80\xae\"'\\\n\0", 11);
	memset(file + 1, 'n', sizeof(file) - 1);
	file[sizeof(file) - 1] = '\0';
	story_older(story, 1, "\x80\n\x1b[2J");
	story_fork(story, 0, 1, 10, FORK_KIND_PROCESS);
	story_exec(story, 10, 10, "/bin/<b>\033]0;x\007", (struct text){argv, sizeof(argv)});
	story_exec(story, 15, 10, file, ARGV("long"));
	story_exit(story, 20, 10, 0);
	char *text = trace_of(story, (struct sink_context){0});
	assert_has(text, "category_iids \"exec\" name \"nnnn");
	assert_has(text, "$'\\377\\342\\200\\256\"\\'\\\\\\n' aaaa");
	assert_has(text, "name \"<b>\\x1b]0;x\\x07\"");
	assert_has(text, "name \"\\x80\\x0a\\x1b[2J\"");
	free(text);
	free(story);
}

/* What only options show is not there without them. */
static void test_options(void **state)
{
	static const char *const names[] = {"user_ns", "cwd",      "exe",  "session",
					    "tty",     "loginuid", "unit", "env"};
	static const struct text cwd = TEXT("/srv"), exe = TEXT("/bin/b"), tty = TEXT("pts/3"),
				 cgroup = TEXT("/system.slice/a.service"), variable = TEXT("A=b\0");
	const struct sink_context all = {.usage = true,
					 .cwd = true,
					 .exe = true,
					 .session = true,
					 .units = true,
					 .environment = true};
	struct story *story = story_new();

	(void)state;
	struct facts *facts = story_exec(story, 0, 10, "/bin/a", ARGV("a"));
	facts->at_exec = (struct at_exec){cwd, exe, {true, 5, tty, 1000}};
	facts->cgroup = cgroup;
	facts->environment = (struct environment){true, {variable, 1}};
	facts = story_exit(story, 1, 10, 0);
	facts->usage = (struct usage){1, 2, 3, 4, 5};
	char *without = trace_of(story, (struct sink_context){0}), *with = trace_of(story, all);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char part[64];

		snprintf(part, sizeof(part), "name_iid \"%s\"", names[i]);
		assert_has(with, part);
		assert_null(strstr(without, part));
	}
	free(with);
	free(without);
	free(story);
}

/* Where exits are filtered out, nobody knows who still runs. */
static void test_lives_left(void **state)
{
	struct story *story = story_new();

	(void)state;
	story_exec(story, 0, 10, "/bin/a", ARGV("a"));
	char *all = trace_of(story, (struct sink_context){0});
	char *some = trace_of(story, (struct sink_context){.left_out = EVENT_BIT(EVENT_EXIT)});
	assert_has(all, "name_iid \"end\" string_value \"still running\"");
	assert_has(some, "name_iid \"end\" string_value \"left out\"");
	free(some);
	free(all);
	free(story);
}

/* ---- the wall clock ---- */

/* The clocks in the trace of events at TIMES ms, when the wall clock was stepped by STEPS ms. */
static char *clocks_of(const int64_t times[], size_t count, const struct wall_steps *steps)
{
	struct story *story = story_new();

	story_older(story, 1, "sh");
	for (size_t i = 0; i < count; i++)
		story_fork(story, times[i] * 1000, 1, (int32_t)i + 10, FORK_KIND_PROCESS);
	char *text = trace_of(story, (struct sink_context){
					     .wall_offset_known = true,
					     .wall_offset_ns = 1000,
					     .wall_steps = steps,
				     });
	free(story);
	return text;
}

static void test_wall_clock(void **state)
{
	static const int64_t times[] = {0, 5, 10, 15, 30};
	struct wall_steps steps = {0};

	(void)state;
	char *text = clocks_of(times, ARRAY_SIZE(times), NULL);
	assert_int_equal(count_of(text, "clock_snapshot"), 1);
	assert_has(text, "clock_snapshot {clocks {clock_id 3 timestamp 5000000000000} "
			 "clocks {clock_id 1 timestamp 5000000001000} primary_trace_clock 3}");
	free(text);
	/* Back by 10 ms after 5 ms: it goes on once it is past where it was. */
	wall_steps_add(&steps, UINT64_C(5000005000000), 1000 - 10000000);
	text = clocks_of(times, ARRAY_SIZE(times), &steps);
	assert_int_equal(count_of(text, "clock_snapshot"), 2);
	assert_has(text, "clock_snapshot {clocks {clock_id 3 timestamp 5000015000000} ");
	free(text);
}

/* ---- failures ---- */

/* Whether the trace of STORY is written where the allocation NUMBER fails; else it is -ENOMEM. */
static bool is_written(const struct story *story, int number)
{
	struct output output = output_to_memory(sink_pipe_new, &(struct sink_context){0});
	int code = -ENOMEM;

	allocations = 0;
	failing = number;
	struct sink *sink = sink_perfetto_new(&(struct sink_context){.output = output.buffer});
	for (size_t i = 0; sink && i < story->count; i++) {
		code = story_give(story, sink, i);
		if (code < 0)
			break;
	}
	if (sink && code == 0)
		code = sink_finish(sink);
	failing = 0;
	sink_free(sink);
	output_close(&output);
	assert_true(code == 0 || code == -ENOMEM);
	return code == 0;
}

/* Wherever memory runs out it says so, and leaves nothing out. */
static void test_out_of_memory(void **state)
{
	struct story *story = story_of_threads();
	int number = 1;

	(void)state;
	story_exec(story, 1000000, 1, "/bin/more", ARGV("more\0than\0the\0buffer"));
	for (; !is_written(story, number); number++)
		assert_true(allocations >= number);
	assert_true(allocations < number);
	assert_true(number > 8);
	free(story);
}

static void test_full_disk(void **state)
{
	struct story *story = story_of_a_build();

	(void)state;
	story_check_full_disk(story, sink_perfetto_new);
	free(story);
}

/* ---- memory ---- */

static void test_memory_is_bounded(void **state)
{
	(void)state;
	story_check_memory_of_lives(sink_perfetto_new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),          cmocka_unit_test(test_without_facts),
		cmocka_unit_test(test_nothing_happened), cmocka_unit_test(test_threads_end),
		cmocka_unit_test(test_too_many_names),   cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_options),          cmocka_unit_test(test_lives_left),
		cmocka_unit_test(test_wall_clock),       cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_full_disk),        cmocka_unit_test(test_memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
