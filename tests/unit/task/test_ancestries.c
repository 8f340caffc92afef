/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chains of parents that are kept: for whom one is found again, and after what it is made anew.
 */
#include <string.h>

#include "support.h"
#include "task/ancestries.h"

static struct process_pool pool;
static struct ancestries ancestries;

static struct shared_comm *comm_of(const char *name)
{
	struct shared_comm *comm = NULL;

	assert_int_equal(
		shared_comm_set(&comm, (struct text){name, strlen(name)}, NULL, &pool.comms), 0);
	return comm;
}

static struct process *fork_as(struct process *parent, int32_t pid, const char *name)
{
	struct shared_comm *comm = comm_of(name);
	struct process *child = process_fork(parent, comm, pid, 100);

	shared_comm_release(comm);
	assert_non_null(child);
	child->threads = 1;
	return child;
}

static void set_parent(struct process *process, struct process *parent, const char *name)
{
	struct shared_comm *comm = comm_of(name);

	process_set_parent(process, parent, comm);
	shared_comm_release(comm);
}

/* init (1), shell (10), and 20, which shell forked. */
static struct family {
	struct process *init, *shell, *child;
} family;

static int setup(void **state)
{
	(void)state;
	process_pool_init(&pool);
	ancestries = (struct ancestries){0};
	family.init = process_new_old(&pool, 1);
	family.shell = process_new_old(&pool, 10);
	process_set_parent(family.init, NULL, NULL);
	set_parent(family.shell, family.init, "init");
	family.shell->threads = 1;
	family.child = fork_as(family.shell, 20, "shell");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	process_release(family.child);
	process_release(family.shell);
	process_release(family.init);
	process_pool_done(&pool);
	return 0;
}

/* Fails unless what is kept is what there is; returns its id. */
static uint64_t id_of(const struct process *process)
{
	struct ancestor expected[8];
	struct facts facts = {0};
	bool complete;
	size_t count = process_ancestry(process, expected, 8, &complete);

	ancestries_find(&ancestries, process, &facts);
	assert_int_equal(facts.ancestor_count, count);
	assert_int_equal(facts.ancestry_complete, complete);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(facts.ancestry[i].pid, expected[i].pid);
		assert_int_equal(facts.ancestry[i].from_proc, expected[i].from_proc);
		assert_int_equal(facts.ancestry[i].comm.length, expected[i].comm.length);
		assert_memory_equal(facts.ancestry[i].comm.bytes, expected[i].comm.bytes,
				    expected[i].comm.length);
	}
	return facts.ancestry_id;
}

static void test_siblings_share_one(void **state)
{
	uint64_t id;

	(void)state;
	id_of(family.child);
	id = id_of(family.child);
	assert_int_not_equal(id, 0);
	struct process *sibling = fork_as(family.shell, 21, "shell");
	process_release(family.child);
	family.child = sibling;
	assert_int_equal(id_of(sibling), id);
}

static void test_those_without_parents_have_none(void **state)
{
	(void)state;
	assert_int_equal(id_of(family.init), 0);
	struct process *unknown = process_new_old(&pool, 5);
	assert_int_equal(id_of(unknown), 0);
	process_release(unknown);
}

/* After a rename or an exec. */
static void test_another_name_at_the_fork(void **state)
{
	uint64_t id;

	(void)state;
	id_of(family.child);
	id = id_of(family.child);
	struct process *sibling = fork_as(family.shell, 21, "shel");
	assert_int_not_equal(id_of(sibling), id);
	assert_int_not_equal(id_of(family.child), id_of(sibling));
	process_release(sibling);
}

static void test_a_parent_with_the_same_pid(void **state)
{
	uint64_t id;

	(void)state;
	id_of(family.child);
	id = id_of(family.child);
	process_release(family.child);
	process_release(family.shell);
	/* The memory may be the same, too. */
	family.shell = process_new_old(&pool, 10);
	set_parent(family.shell, family.init, "init");
	family.child = fork_as(family.shell, 20, "shell");
	assert_int_not_equal(id_of(family.child), id);
}

/* The chain of a grandchild, whose parent is as it was. */
static void check_change(void (*change)(void))
{
	struct process *grandchild = fork_as(family.child, 30, "child");
	uint64_t id;

	id_of(grandchild);
	id = id_of(grandchild);
	assert_int_equal(id_of(grandchild), id);
	change();
	assert_int_not_equal(id_of(grandchild), id);
	process_release(grandchild);
}

static void exec_shows_pid(void)
{
	process_set_pid(family.shell, 11);
}

static void set_other_parent(void)
{
	process_set_parent(family.shell, NULL, NULL);
}

static void set_other_name(void)
{
	set_parent(family.shell, family.init, "INIT");
}

static void date_shell(void)
{
	process_date(family.shell, 50);
}

static void test_changes_of_an_ancestor(void **state)
{
	static void (*const changes[])(void) = {exec_shows_pid, set_other_name, date_shell,
						set_other_parent};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		check_change(changes[i]);
}

static void test_the_same_pid_changes_nothing(void **state)
{
	uint64_t id;

	(void)state;
	id_of(family.child);
	id = id_of(family.child);
	process_set_pid(family.shell, 10);
	assert_int_equal(id_of(family.child), id);
}

/* A fork by the last one of a chain of ended ones cuts off its beginning. */
static void test_a_chain_is_cut(void **state)
{
	enum { LENGTH = PROCESS_ENDED_MAX + 3 };
	struct process *chain[LENGTH] = {fork_as(family.shell, 100, "shell")};
	unsigned int cuts = 0;

	(void)state;
	for (int i = 1; i < LENGTH; i++) {
		struct facts before = {0}, after = {0};

		ancestries_find(&ancestries, chain[i - 1], &before);
		chain[i] = fork_as(chain[i - 1], 100 + i, "relay");
		ancestries_find(&ancestries, chain[i - 1], &after);
		cuts += before.ancestry_complete && !after.ancestry_complete;
		chain[i - 1]->threads = 0;
	}
	assert_int_equal(cuts, 1);
	for (int i = 0; i < LENGTH; i++)
		process_release(chain[i]);
}

static void test_more_families_than_are_kept(void **state)
{
	enum { COUNT = 3 * ANCESTRIES_MAX };
	struct process *parents[COUNT], *children[COUNT];

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		parents[i] = fork_as(family.shell, 100 + i, "shell");
		children[i] = fork_as(parents[i], 1000 + i, "parent");
	}
	for (int i = 0; i < 3 * COUNT; i++)
		id_of(children[(i * 7) % COUNT]);
	for (int i = 0; i < COUNT; i++) {
		process_release(parents[i]);
		process_release(children[i]);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_siblings_share_one),       TEST(test_those_without_parents_have_none),
		TEST(test_another_name_at_the_fork), TEST(test_a_parent_with_the_same_pid),
		TEST(test_changes_of_an_ancestor),   TEST(test_the_same_pid_changes_nothing),
		TEST(test_a_chain_is_cut),           TEST(test_more_families_than_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
