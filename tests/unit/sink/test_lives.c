/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lives of a trace: found by pid, numbered by birth, ended once, whatever the order of pids.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/lives.h"
#include "support_story.h"

/* ---- one allocation that fails ---- */

void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);

/* The allocation with the number `failing` fails, and no other one does. */
static int allocations, failing;

void *__wrap_malloc(size_t size)
{
	return ++allocations != failing ? __real_malloc(size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
	return ++allocations != failing ? __real_realloc(old, size) : NULL;
}

/* ---- the table ---- */

#define PIDS 5000

/* Each pid that should be there is, with what was kept for it, and no other one. */
static void check_table(const struct lives *lives, const bool lives_here[PIDS])
{
	uint32_t count = 0;

	for (int32_t pid = 0; pid < PIDS; pid++) {
		const struct life *life = lives_find(lives, pid);

		assert_int_equal(life != NULL, lives_here[pid]);
		if (life)
			assert_int_equal(life->name, pid + 1);
		count += life != NULL;
	}
	assert_int_equal(lives_count(lives), count);
}

static void test_table(void **state)
{
	static bool lives_here[PIDS];
	struct lives lives = {0};

	(void)state;
	srand(1);
	check_table(&lives, lives_here);
	for (int step = 0; step < 20000; step++) {
		const int32_t pid = rand() % PIDS;
		struct life *life =
			lives_here[pid] ? lives_find(&lives, pid) : lives_add(&lives, pid);

		assert_non_null(life);
		if (lives_here[pid])
			lives_remove(&lives, life);
		else
			life->name = (uint32_t)pid + 1;
		lives_here[pid] = !lives_here[pid];
		if (step % 1000 == 0)
			check_table(&lives, lives_here);
	}
	check_table(&lives, lives_here);
	lives_done(&lives);
}

static void test_any_pid(void **state)
{
	static const int32_t pids[] = {INT32_MIN, -1, 0, 1, INT32_MAX};
	struct lives lives = {0};
	const struct life *left;

	(void)state;
	assert_int_equal(lives_take(&lives, &left), 0);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		assert_non_null(lives_add(&lives, pids[i]));
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		assert_int_equal(lives_find(&lives, pids[i])->pid, pids[i]);
	lives_remove(&lives, lives_add(&lives, 7));
	assert_int_equal(lives_take(&lives, &left), ARRAY_SIZE(pids));
	assert_int_equal(lives_count(&lives), 0);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		assert_null(lives_find(&lives, pids[i]));
	lives_done(&lives);
}

/* ---- births and ends ---- */

struct log {
	char text[4096];
	size_t length;
	int code;
};

static int log_born(void *sink, struct life *life, const struct birth *birth)
{
	struct log *log = sink;

	log->length += (size_t)snprintf(log->text + log->length, sizeof(log->text) - log->length,
					"+%d:%d(%d)/%d ", life->row, life->pid, birth->parent,
					(int)birth->kind);
	return log->code;
}

static int log_ended(void *sink, const struct life *life, const struct end *end)
{
	struct log *log = sink;

	log->length += (size_t)snprintf(log->text + log->length, sizeof(log->text) - log->length,
					"-%d:%d%s ", life->row, life->pid,
					end->kind == END_UNSEEN ? "?" : "");
	return log->code;
}

static const struct lives_ops log_ops = {.born = log_born, .ended = log_ended};

static int give(const struct story *story, struct lives *lives)
{
	int code = 0;

	for (size_t i = 0; i < story->count && code == 0; i++) {
		struct event event = story->events[i];
		struct life *life;

		event.facts = &story->facts[i];
		if (event.type == EVENT_FORK)
			code = lives_fork(lives, &event);
		else if (event.type == EVENT_EXEC)
			code = lives_exec(lives, &event, &life);
		else
			code = lives_exit(lives, &event);
	}
	return code;
}

static struct story *make_story(void)
{
	struct story *story = story_new();

	story_older(story, 1, "sh");
	story_exec(story, 1, 1, "/bin/sh", ARGV("sh")); /* a stranger */
	story_fork(story, 2, 1, 10, FORK_KIND_VFORK);
	story_fork(story, 3, 10, 11, FORK_KIND_THREAD);
	story_thread_exit(story, 4, 11);
	story_fork(story, 5, 1, 10, FORK_KIND_PROCESS); /* the exit of the first 10 was lost */
	story_fork(story, 6, 1, 12, FORK_KIND_PROCESS);
	story_exit(story, 7, 10, 0);
	story_fork(story, 8, 12, 9, FORK_KIND_UNKNOWN);
	return story;
}

static void test_births_and_ends(void **state)
{
	struct log log = {0};
	struct lives lives = {.ops = &log_ops, .sink = &log};
	struct story *story = make_story();
	const struct life *left;

	(void)state;
	assert_int_equal(give(story, &lives), 0);
	assert_string_equal(log.text, "+0:1(-1)/3 +1:10(0)/1 -1:10? +2:10(0)/0 +3:12(0)/0 -2:10 "
				      "+4:9(3)/0 ");
	assert_int_equal(lives_count(&lives), 3);
	assert_int_equal(lives_take(&lives, &left), 3);
	assert_int_equal(left[0].row, 0);
	assert_int_equal(left[1].row, 3);
	assert_int_equal(left[2].row, 4);
	assert_int_equal(left[1].pid, 12);
	lives_done(&lives);
	free(story);
}

static void test_failures(void **state)
{
	struct log log = {.code = -ENOSPC};
	struct lives lives = {.ops = &log_ops, .sink = &log};
	struct story *story = make_story();

	(void)state;
	assert_int_equal(give(story, &lives), -ENOSPC);
	lives_done(&lives);
	log.code = 0;
	for (int number = 1; number <= 2; number++) {
		lives = (struct lives){.ops = &log_ops, .sink = &log};
		allocations = 0;
		failing = number;
		assert_int_equal(give(story, &lives), -ENOMEM);
		failing = 0;
		assert_int_equal(lives_count(&lives), 0);
		lives_done(&lives);
	}
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_any_pid),
		cmocka_unit_test(test_births_and_ends),
		cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
