/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes and what they keep of their parents: for how long, and how many.
 */
#include <string.h>

#include "support.h"
#include "task/process.h"

static struct process_pool pool;
static struct shared_comm *name;

static int make_pool(void **state)
{
	(void)state;
	process_pool_init(&pool);
	return shared_comm_set(&name, (struct text){"parent", 6}, NULL, &pool.comms);
}

static int free_pool(void **state)
{
	(void)state;
	/* Nobody else holds it any more. */
	assert_int_equal(name->references, 1);
	shared_comm_release(name);
	process_pool_done(&pool);
	return 0;
}

/* A child of PARENT, which is alive then. */
static struct process *fork_from(struct process *parent, int32_t pid)
{
	struct process *child = process_fork(parent, name, pid, 100 + (uint64_t)pid);

	assert_non_null(child);
	child->threads = 1;
	return child;
}

static struct process *new_old(int32_t pid)
{
	struct process *process = process_new_old(&pool, pid);

	assert_non_null(process);
	process->threads = 1;
	return process;
}

static void test_an_old_one_says_so(void **state)
{
	struct process *process = new_old(7);

	(void)state;
	assert_int_equal(process->pid, 7);
	assert_true(process->from_proc);
	assert_false(process->parent_known);
	assert_null(process->parent);
	assert_int_equal(process->start_ns, 0);
	process_release(process);
	process_release(NULL);
}

static void test_a_fork_knows_where_it_is_from(void **state)
{
	struct process *parent = new_old(7);

	(void)state;
	parent->program = program_new((struct text){"/bin/a", 6}, NULL);
	struct process *child = fork_from(parent, 8);
	assert_int_equal(child->pid, 8);
	assert_int_equal(child->start_ns, 108);
	assert_false(child->from_proc);
	assert_true(child->parent_known);
	assert_ptr_equal(child->parent, parent);
	assert_ptr_equal(child->program, parent->program);
	assert_text(shared_comm_text(child->parent_comm), "parent");
	/* Whoever forked it may be gone: it is kept. */
	process_release(parent);
	assert_int_equal(child->parent->pid, 7);
	process_release(child);
}

static void test_ancestry_is_as_it_was(void **state)
{
	struct ancestor ancestry[4];
	struct process *root = new_old(1);
	bool complete;

	(void)state;
	process_set_parent(root, NULL, NULL);
	struct process *middle = fork_from(root, 20);
	struct process *child = fork_from(middle, 30);
	process_release(middle);
	assert_int_equal(process_ancestry(child, ancestry, 4, &complete), 2);
	assert_true(complete);
	assert_int_equal(ancestry[0].pid, 20);
	assert_false(ancestry[0].from_proc);
	assert_int_equal(ancestry[1].pid, 1);
	assert_true(ancestry[1].from_proc);
	assert_text(ancestry[1].comm, "parent");
	assert_int_equal(process_ancestry(root, ancestry, 4, &complete), 0);
	assert_true(complete);
	assert_int_equal(process_ancestry(child, ancestry, 1, &complete), 1);
	assert_false(complete);
	process_release(root);
	process_release(child);
}

static void test_an_unknown_parent_is_a_gap(void **state)
{
	struct ancestor ancestry[4];
	struct process *old = new_old(5);
	struct process *child = fork_from(old, 6);
	bool complete = true;

	(void)state;
	assert_int_equal(process_ancestry(child, ancestry, 4, &complete), 1);
	assert_false(complete);
	process_release(old);
	process_release(child);
}

static void test_parents_can_be_told_later(void **state)
{
	struct process *first = new_old(5), *second = new_old(6), *child = new_old(7);

	(void)state;
	process_set_parent(child, first, name);
	assert_ptr_equal(child->parent, first);
	process_set_parent(child, second, name);
	assert_ptr_equal(child->parent, second);
	assert_ptr_equal(child->parent_comm, name);
	assert_int_equal(first->references, 1);
	process_release(first);
	process_release(second);
	process_release(child);
}

static void test_nobody_descends_from_itself(void **state)
{
	struct process *first = new_old(5), *second = new_old(6);

	(void)state;
	process_set_parent(first, first, name);
	assert_null(first->parent);
	assert_false(first->parent_known);
	process_set_parent(second, first, name);
	process_set_parent(first, second, name);
	assert_null(first->parent);
	assert_false(first->parent_known);
	process_release(first);
	process_release(second);
}

/* Each forks the next one and ends. Returns the last; *COUNT: how many it still knows of. */
static struct process *relay(unsigned int length, size_t *count, bool *complete)
{
	static struct ancestor ancestry[4 * PROCESS_ENDED_MAX];
	struct process *process = new_old(1);

	process_set_parent(process, NULL, NULL);
	for (unsigned int i = 0; i < length; i++) {
		struct process *child = fork_from(process, (int32_t)i + 2);

		process->threads = 0;
		process_release(process);
		process = child;
	}
	*count = process_ancestry(process, ancestry, 4 * PROCESS_ENDED_MAX, complete);
	return process;
}

static void test_who_forks_and_ends_for_ever_fills_no_memory(void **state)
{
	bool complete;
	size_t count;

	(void)state;
	process_release(relay(PROCESS_ENDED_MAX, &count, &complete));
	assert_int_equal(count, PROCESS_ENDED_MAX);
	assert_true(complete);
	for (unsigned int length = PROCESS_ENDED_MAX + 2; length < 100000; length *= 10) {
		process_release(relay(length, &count, &complete));
		/* The parent was alive when it forked the last one. */
		assert_int_equal(count, PROCESS_ENDED_MAX + 1);
		assert_false(complete);
	}
}

/* Those who live are never cut off. */
static void test_a_deep_tree_that_lives_stays_whole(void **state)
{
	enum { DEPTH = 3 * PROCESS_ENDED_MAX };
	static struct ancestor ancestry[DEPTH + 1];
	struct process *processes[DEPTH] = {new_old(1)};
	bool complete;

	(void)state;
	process_set_parent(processes[0], NULL, NULL);
	for (int i = 1; i < DEPTH; i++)
		processes[i] = fork_from(processes[i - 1], i + 1);
	assert_int_equal(process_ancestry(processes[DEPTH - 1], ancestry, DEPTH + 1, &complete),
			 DEPTH - 1);
	assert_true(complete);
	for (int i = 0; i < DEPTH; i++)
		process_release(processes[i]);
}

/* A capture may claim any depth: letting go of it takes no stack. */
static void test_letting_go_of_a_long_chain(void **state)
{
	struct process *process = new_old(1);

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		struct process *child = fork_from(process, 2);

		process_release(process);
		process = child;
	}
	struct process *other = new_old(3);
	/* Whether it would be circular takes too long to find out. */
	process_set_parent(other, process, name);
	assert_null(other->parent);
	process_release(other);
	process_release(process);
}

/* Those that it forked have shared its program until then. */
static void test_credentials_are_its_own(void **state)
{
	const struct credentials first = {.known = true, .uid = 1};
	const struct credentials second = {.known = true, .uid = 2};
	struct process *parent = new_old(7);

	(void)state;
	assert_int_equal(process_identify(parent, &first), 0);
	assert_null(parent->program->filename.bytes);
	assert_int_equal(parent->program->arguments.argc, -1);
	struct process *child = fork_from(parent, 8);
	assert_ptr_equal(child->program, parent->program);
	assert_int_equal(process_identify(parent, &second), 0);
	assert_int_equal(child->program->credentials.uid, 1);
	assert_int_equal(parent->program->credentials.uid, 2);
	process_release(parent);
	process_release(child);
}

/* Its credentials are known all the same. */
static void test_a_program_that_is_not_known(void **state)
{
	const struct credentials ids = {.known = true, .uid = 1};
	struct process *parent = new_old(7);

	(void)state;
	process_set_program(parent, program_new((struct text){"/bin/a", 6}, NULL));
	assert_int_equal(process_identify(parent, &ids), 0);
	assert_text(process_program_at(parent, 0)->filename, "/bin/a");
	/* A fork before it was seen. */
	parent->program->since_ns = 200;
	struct process *early = fork_from(parent, 8);
	assert_null(process_program_at(early, 1000));
	assert_int_equal(early->program->credentials.uid, 1);
	process_give_up_program(parent);
	struct process *late = process_fork(parent, name, 9, 300);
	assert_non_null(late);
	assert_null(process_program_at(parent, 1000));
	assert_null(process_program_at(late, 1000));
	assert_int_equal(late->program->credentials.uid, 1);
	process_release(parent);
	process_release(early);
	process_release(late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_old_one_says_so),
		cmocka_unit_test(test_a_fork_knows_where_it_is_from),
		cmocka_unit_test(test_ancestry_is_as_it_was),
		cmocka_unit_test(test_an_unknown_parent_is_a_gap),
		cmocka_unit_test(test_parents_can_be_told_later),
		cmocka_unit_test(test_nobody_descends_from_itself),
		cmocka_unit_test(test_who_forks_and_ends_for_ever_fills_no_memory),
		cmocka_unit_test(test_a_deep_tree_that_lives_stays_whole),
		cmocka_unit_test(test_letting_go_of_a_long_chain),
		cmocka_unit_test(test_credentials_are_its_own),
		cmocka_unit_test(test_a_program_that_is_not_known),
	};

	return cmocka_run_group_tests(tests, make_pool, free_pool);
}
