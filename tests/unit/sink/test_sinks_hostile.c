/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever events and facts say, the sinks for people write lines of UTF-8 in which there is
 * nothing that a terminal obeys.
 */
#include <stdlib.h>
#include <string.h>

#include "sink/text/escape.h"
#include "support_perfetto.h"
#include "support_story.h"

#define ROUNDS 300
#define TEXT_SIZE 64U
#define ARGV_SIZE 400U

static sink_maker *const sinks[] = {sink_table_new, sink_tree_new, sink_summary_new};

/* Texts that live as long as their story. */
struct texts {
	char bytes[STORY_EVENTS][6][TEXT_SIZE];
	char argv[STORY_EVENTS][ARGV_SIZE];
	struct ancestor ancestors[STORY_EVENTS][2];
};

static struct random random_state = {4711};

static uint64_t below(uint64_t limit)
{
	return random_below(&random_state, limit);
}

/* Bytes of any value, or some that are nearly a sequence that a terminal obeys. */
static struct text make_text(char *bytes, size_t size)
{
	static const char nasty[] =
		"\033[2J\n\r\xc2\x9b\xe2\x80\xae\xe2\x80\xa8\x7f|\\'\xf0\x9f\x98\x80";
	size_t length = below(size + 1);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)(below(2) ? below(256)
					   : (unsigned char)nasty[below(sizeof(nasty) - 1)]);
	return below(8) ? (struct text){bytes, length} : (struct text){NULL, 0};
}

/* Mostly one of a few, so that they meet. */
static int32_t make_id(void)
{
	return below(8) ? (int32_t)below(20) - 1 : (int32_t)below(UINT32_MAX);
}

static int64_t make_span(void)
{
	return (int64_t)(below(UINT64_MAX) >> below(64)) - 1;
}

static void make_facts(struct facts *facts, struct texts *texts, size_t i)
{
	*facts = (struct facts){
		.tgid = make_id(),
		.tid = make_id(),
		.ppid = make_id(),
		.child_tgid = make_id(),
		.kind = (enum fork_kind)below(4),
		.filename = make_text(texts->bytes[i][3], TEXT_SIZE),
		.arguments = {.argc = (int64_t)below(9) - 1,
			      .complete = below(2),
			      .source = (enum argv_source)below(ARGV_PROC_START + 1)},
		.credentials = {.known = below(2), .uid = (uint32_t)make_id(), .euid = 5},
		.last = (enum known)below(3),
		.status = {.known = below(2),
			   .code = make_id(),
			   .signal = make_id(),
			   .core = (enum known)below(3),
			   .oom = (enum known)below(3),
			   .killer_pid = make_id(),
			   .killer_comm = make_text(texts->bytes[i][4], TEXT_SIZE)},
		.age_ns = make_span(),
		.since_exec_ns = make_span(),
		.ancestry = texts->ancestors[i],
		.ancestor_count = below(3),
	};
	facts->arguments.known.bytes = make_text(texts->argv[i], ARGV_SIZE);
	facts->arguments.known.count = (uint32_t)below(3);
	for (size_t j = 0; j < 2; j++)
		texts->ancestors[i][j] = (struct ancestor){
			.pid = make_id(), .comm = make_text(texts->bytes[i][5], TEXT_SIZE)};
}

static void make_event(struct event *event, struct texts *texts, size_t i)
{
	struct text first = make_text(texts->bytes[i][0], TEXT_SIZE);
	struct text second = make_text(texts->bytes[i][1], TEXT_SIZE);

	*event = (struct event){
		.type = (enum event_type)below(EVENT_TYPES),
		.time_ns = below(UINT64_MAX) >> below(64),
		.cpu = (uint32_t)below(UINT32_MAX),
	};
	if (event->type == EVENT_FORK) {
		event->fork.parent_tid = make_id();
		event->fork.child_tid = make_id();
		event->fork.parent_comm = first;
		event->fork.child_comm = second;
	} else if (event->type == EVENT_EXEC) {
		event->exec.pid = make_id();
		event->exec.comm = first;
		event->exec.filename = second;
	} else if (event->type == EVENT_EXIT) {
		event->exit.pid = make_id();
		event->exit.comm = first;
	} else if (event->type == EVENT_LOST) {
		event->lost.count = below(UINT64_MAX) >> below(64);
	} else if (event->type == EVENT_TRUNCATED) {
		event->truncated.reason = "events";
	}
}

static struct story *make_story(struct texts *texts)
{
	struct story *story = story_new();

	story->count = below(STORY_EVENTS);
	for (size_t i = 0; i < story->count; i++) {
		make_event(&story->events[i], texts, i);
		make_facts(&story->facts[i], texts, i);
		if (below(4))
			story->events[i].facts = &story->facts[i];
	}
	return story;
}

/* The length of the SGR sequence at AT; 0: there is none. */
static size_t sgr_length(const char *at)
{
	size_t digits;

	if (at[0] != '\033' || at[1] != '[')
		return 0;
	digits = strspn(at + 2, "0123456789;");
	return at[2 + digits] == 'm' ? 3 + digits : 0;
}

/* Nothing in LENGTH bytes at AT would have to be escaped. */
static void check_plain(const char *at, size_t length)
{
	char *escaped = malloc(ESCAPE_GROWTH * length + 1);

	assert_non_null(escaped);
	const char *end = escape_text(escaped, (struct text){at, length});
	assert_int_equal(end - escaped, length);
	assert_memory_equal(escaped, at, length);
	free(escaped);
}

/* The length of what stands at AT, which has to be harmless; | and \ are for a person to see. */
static size_t check_part(const char *at, bool color)
{
	size_t length = strcspn(at, "|\\\n\033");

	if (length > 0) {
		check_plain(at, length);
		return length;
	}
	if (*at != '\033')
		return 1;
	assert_true(color);
	assert_true(sgr_length(at) > 0);
	return sgr_length(at);
}

static void check_output(const struct story *story, sink_maker *new_sink)
{
	struct sink_context context = {
		.width = below(2) ? (unsigned int)below(150) : 0,
		.color = below(2),
		.wall_clock = below(2),
		.wall_offset_known = true,
		.wall_offset_ns = make_span(),
	};
	char *lines = story_show(story, new_sink, context);

	for (const char *at = lines; *at;)
		at += check_part(at, context.color);
	free(lines);
}

/* It can be read, and its texts are harmless. */
static void check_perfetto(const struct story *story)
{
	const struct sink_context context = {.usage = true,
					     .cwd = true,
					     .exe = true,
					     .session = true,
					     .units = true,
					     .environment = true};
	size_t length;
	char *bytes = story_bytes(story, sink_perfetto_new, context, &length);

	free(perfetto_text(bytes, length));
	free(bytes);
}

static void test_any_events(void **state)
{
	struct texts *texts = calloc(1, sizeof(*texts));

	(void)state;
	assert_non_null(texts);
	for (int i = 0; i < ROUNDS; i++) {
		struct story *story = make_story(texts);

		for (size_t j = 0; j < ARRAY_SIZE(sinks); j++)
			check_output(story, sinks[j]);
		/* Nothing of it is in the clear; test_sink_html.c looks inside. */
		free(story_show(story, sink_html_new, (struct sink_context){0}));
		check_perfetto(story);
		free(story);
	}
	free(texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
