/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments that are cut before any sink sees them, and every view of such.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "event/facts.h"
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

/* A sink that keeps the arguments of the last event, and fails with `code`. */
struct keeper {
	struct sink sink;
	const struct event *event;
	const struct facts *facts;
	struct string_list known;
	char argv[256];
	uint64_t idle_ns;
	int code;
};

static int keep(struct sink *sink, const struct event *event)
{
	struct keeper *keeper = (struct keeper *)sink;

	keeper->event = event;
	keeper->facts = event->facts;
	if (event->facts) {
		keeper->known = event->facts->arguments.known;
		assert_true(keeper->known.bytes.length <= sizeof(keeper->argv));
		memcpy(keeper->argv, keeper->known.bytes.bytes, keeper->known.bytes.length);
	}
	return keeper->code;
}

static int keep_time(struct sink *sink, uint64_t now_ns)
{
	((struct keeper *)sink)->idle_ns = now_ns;
	return 1;
}

static const struct sink_ops keeper_ops = {.event = keep, .running = keep, .idle = keep_time};

/* ARGV is shown as EXPECTED where no argument has more than LIMIT bytes. */
static void assert_shown(size_t limit, struct text argv, uint32_t count, struct text expected)
{
	struct keeper keeper = {.sink.ops = &keeper_ops};
	const struct facts facts = {.tgid = 7, .arguments.known = {argv, count}};
	const struct event event = {.type = EVENT_EXEC, .facts = &facts, .exec.pid = 7};
	struct sink *sink = sink_short_arguments_new(&keeper.sink, limit);

	assert_non_null(sink);
	assert_int_equal(sink_event(sink, &event), 0);
	assert_int_equal(keeper.known.count, count);
	assert_int_equal(keeper.known.bytes.length, expected.length);
	assert_memory_equal(keeper.argv, expected.bytes, expected.length);
	keeper.known = (struct string_list){0};
	assert_int_equal(sink_running(sink, &event), 0);
	assert_int_equal(keeper.known.bytes.length, expected.length);
	/* The event itself is left as it was. */
	assert_ptr_equal(facts.arguments.known.bytes.bytes, argv.bytes);
	sink_free(sink);
}

static void test_only_longer_ones_are_cut(void **state)
{
	(void)state;
	assert_shown(4, ARGV("cc\0-c\0abcd"), 3, ARGV("cc\0-c\0abcd"));
	assert_shown(4, ARGV("cc\0abcde\0abcd"), 3, ARGV("cc\0abcd…(5 bytes)\0abcd"));
	assert_shown(1, ARGV("cc\0\0d"), 3, ARGV("c…(2 bytes)\0\0d"));
	/* No NUL behind the last one. */
	assert_shown(2, (struct text){"a\0bcd", 5}, 2, ARGV("a\0bc…(3 bytes)"));
}

static void test_no_character_is_cut(void **state)
{
	(void)state;
	assert_shown(3, ARGV("aäöü"), 1, ARGV("aä…(7 bytes)"));
	assert_shown(4, ARGV("aäöü"), 1, ARGV("aä…(7 bytes)"));
	assert_shown(5, ARGV("aäöü"), 1, ARGV("aäö…(7 bytes)"));
	for (size_t limit = 1; limit < 4; limit++)
		assert_shown(limit, ARGV("😀"), 1, ARGV("…(4 bytes)"));
	assert_shown(4, ARGV("😀"), 1, ARGV("😀"));
	/* What is not UTF-8 has no characters. */
	assert_shown(2,
		     ARGV("\xe2\x82"
			  "abc"),
		     1, ARGV("\xe2\x82…(5 bytes)"));
	assert_shown(3, ARGV("\x80\x80\x80\x80\x80"), 1, ARGV("\x80\x80\x80…(5 bytes)"));
}

/* The same event and the same facts, where nothing is to be cut. */
static void test_others_are_not_copied(void **state)
{
	struct keeper keeper = {.sink.ops = &keeper_ops};
	const struct facts facts = {.arguments.known = {ARGV("cc\0-c\0abcd"), 3}};
	const struct event exec = {.type = EVENT_EXEC, .facts = &facts};
	const struct event lost = {.type = EVENT_LOST};
	struct sink *sink = sink_short_arguments_new(&keeper.sink, 4);

	(void)state;
	allocations_left = 1;
	assert_int_equal(sink_event(sink, &exec), 0);
	allocations_left = -1;
	assert_ptr_equal(keeper.event, &exec);
	assert_ptr_equal(keeper.facts, &facts);
	assert_int_equal(sink_event(sink, &lost), 0);
	assert_ptr_equal(keeper.event, &lost);
	keeper.code = -EIO;
	assert_int_equal(sink_event(sink, &lost), -EIO);
	assert_int_equal(sink_finish(sink), 0);
	assert_int_equal(sink_idle(sink, 7), 1);
	assert_int_equal(keeper.idle_ns, 7);
	sink_free(sink);
}

static void test_no_memory(void **state)
{
	struct keeper keeper = {.sink.ops = &keeper_ops};
	const struct facts facts = {.arguments.known = {ARGV("cc\0abcde"), 2}};
	const struct event event = {.type = EVENT_EXEC, .facts = &facts};

	(void)state;
	allocations_left = 1;
	assert_null(sink_short_arguments_new(&keeper.sink, 4));
	allocations_left = -1;
	struct sink *sink = sink_short_arguments_new(&keeper.sink, 4);
	allocations_left = 1;
	assert_int_equal(sink_event(sink, &event), -ENOMEM);
	assert_null(keeper.event);
	/* Memory is there again, and so are the arguments. */
	allocations_left = -1;
	assert_int_equal(sink_event(sink, &event), 0);
	assert_string_equal(keeper.argv + 3, "abcd…(5 bytes)");
	keeper.code = -EPIPE;
	assert_int_equal(sink_event(sink, &event), -EPIPE);
	sink_free(sink);
}

/* STORY in one view, with arguments of 6 bytes at most. The caller frees. */
static char *show_shortened(const struct story *story, sink_maker *new, size_t *length)
{
	const struct sink_context context = {0};
	struct output output = output_to_memory(new, &context);
	struct sink *sink = sink_short_arguments_new(output.sink, 6);

	assert_non_null(sink);
	for (size_t i = 0; i < story->count; i++)
		assert_int_equal(sink_event(sink, &story->events[i]), 0);
	sink_free(sink);
	char *text = output_flushed(&output, length);
	output_close(&output);
	return text;
}

static void test_every_view(void **state)
{
	static const char path[] = "fixtures/golden/short-arguments.txt";
	sink_maker *const views[] = {sink_extended_new, sink_json_new, sink_table_new,
				     sink_tree_new, sink_summary_new};
	struct story *story = story_new();
	char all[8192];
	size_t size = 0, length;

	(void)state;
	story_older(story, 1, "init");
	story_fork(story, 0, 1, 20, FORK_KIND_VFORK);
	struct facts *facts =
		story_exec(story, 100, 20, "/usr/bin/cc", ARGV("cc\0-DNAME=äöü\0-c\0it's long.c"));
	facts->arguments.known.count = 4;
	facts = story_exit(story, 900, 20, 1);
	facts->arguments.known.count = 4;
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		char *text = show_shortened(story, views[i], &length);

		assert_true(size + length <= sizeof(all));
		memcpy(all + size, text, length);
		size += length;
		free(text);
	}
	free(story);
	if (getenv("UPDATE_GOLDEN"))
		save_file(path, all, size);
	char *expected = load_file(path, &length);
	assert_int_equal(size, length);
	assert_memory_equal(all, expected, size);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_longer_ones_are_cut),
		cmocka_unit_test(test_no_character_is_cut),
		cmocka_unit_test(test_others_are_not_copied),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_every_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
