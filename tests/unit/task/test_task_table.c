/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is who: descent, reused ids, lost events, execs out of threads, and EXEC's comm.
 */
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>

#include "event/comm.h"
#include "support.h"
#include "task/task.h"
#include "task/task_table.h"

static struct task_table *table;

static int set_up(void **state)
{
	(void)state;
	table = task_table_new();
	return table ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	task_table_free(table);
	return 0;
}

/* ---- events ---- */

static struct text text_of(const char *string)
{
	return (struct text){string, strlen(string)};
}

/* Returns the event's subject. */
static const struct task *apply(struct event *event)
{
	const struct task *task = NULL;

	assert_int_equal(task_table_apply(table, event, &task), 0);
	return task;
}

static const struct task *apply_fork(int32_t tgid, int32_t parent, int32_t child)
{
	struct event event = {
		.type = EVENT_FORK,
		.sample_pid = tgid,
		.sample_tid = parent,
		.fork = {.parent_tid = parent, .child_tid = child},
	};

	return apply(&event);
}

static void apply_new_task(int32_t parent, int32_t child)
{
	assert_null(apply(&(struct event){
		.type = EVENT_NEW_TASK,
		.current_tid = parent,
		.new_task = {.pid = child},
	}));
}

static void apply_child(int32_t tgid, int32_t tid)
{
	assert_null(apply(&(struct event){
		.type = EVENT_CHILD,
		.child = {.pid = tgid, .tid = tid},
	}));
}

static const struct task *apply_exit(int32_t tgid, int32_t tid)
{
	struct event event = {
		.type = EVENT_EXIT,
		.sample_pid = tgid,
		.sample_tid = tid,
		.exit = {.pid = tid},
	};

	return apply(&event);
}

static void apply_comm(int32_t tid, const char *comm)
{
	char copy[64];
	struct event event = {
		.type = EVENT_COMM,
		.sample_pid = tid,
		.sample_tid = tid,
		.comm = {.tid = tid, .is_exec = true, .comm = {copy, strlen(comm)}},
	};

	/* The record is gone once the next one is read: what is kept must be a copy. */
	memcpy(copy, comm, strlen(comm));
	assert_null(apply(&event));
	memset(copy, '#', sizeof(copy));
}

static struct event exec_event(int32_t pid, int32_t old_pid, const char *filename)
{
	return (struct event){
		.type = EVENT_EXEC,
		.sample_pid = pid,
		.sample_tid = pid,
		.exec = {.pid = pid, .old_pid = old_pid, .filename = text_of(filename)},
	};
}

static const struct task *apply_exec(int32_t pid, int32_t old_pid)
{
	struct event event = exec_event(pid, old_pid, "/bin/sh");

	return apply(&event);
}

/* Exec FILENAME in PID and fail unless the new name is COMM. */
static void assert_exec_comm(int32_t pid, const char *filename, const char *comm)
{
	struct event event = exec_event(pid, pid, filename);

	assert_non_null(apply(&event));
	assert_text(event.exec.comm, comm);
}

static void add(int32_t tid, bool followed)
{
	assert_int_equal(task_table_add(table, tid, followed), 0);
}

static void assert_followed(int32_t tid, bool followed)
{
	const struct task *task = task_table_find(table, tid);

	assert_non_null(task);
	assert_int_equal(task->tid, tid);
	assert_int_equal(task->followed, followed);
}

static void assert_subject(const struct task *task, int32_t tid, bool followed)
{
	assert_non_null(task);
	assert_int_equal(task->tid, tid);
	assert_int_equal(task->followed, followed);
}

/* ---- tests ---- */

static void test_an_empty_table_knows_nobody(void **state)
{
	(void)state;
	assert_null(task_table_find(table, 0));
	assert_null(task_table_find(table, 1));
	assert_null(task_table_find(table, -1));
	assert_int_equal(task_table_followed(table), 0);
	task_table_free(NULL);
}

static void test_added_tasks_are_found(void **state)
{
	(void)state;
	add(10, false);
	add(11, true);
	assert_followed(10, false);
	assert_followed(11, true);
	assert_null(task_table_find(table, 12));
	assert_int_equal(task_table_followed(table), 1);
}

static void test_adding_again_can_only_begin_to_follow(void **state)
{
	(void)state;
	add(10, false);
	add(10, true);
	assert_followed(10, true);
	assert_int_equal(task_table_followed(table), 1);
	add(10, false);
	assert_followed(10, true);
	add(10, true);
	assert_int_equal(task_table_followed(table), 1);
}

static void test_children_inherit(void **state)
{
	(void)state;
	add(10, true);
	add(20, false);
	assert_subject(apply_fork(10, 10, 11), 11, true);
	assert_subject(apply_fork(11, 11, 12), 12, true);
	assert_subject(apply_fork(20, 20, 21), 21, false);
	assert_followed(12, true);
	assert_followed(21, false);
	assert_int_equal(task_table_followed(table), 3);
}

/* -p: a thread is announced before its FORK; a new process is none of those asked for. */
static void test_threads_alone_inherit(void **state)
{
	struct event fork = {.type = EVENT_FORK,
			     .sample_pid = 10,
			     .sample_tid = 10,
			     .fork = {.parent_tid = 10, .child_tid = 12}};

	(void)state;
	task_table_follow_threads_only(table);
	add(10, true);
	apply_child(10, 11);
	assert_subject(apply_fork(10, 10, 11), 11, true);
	const struct task *child = apply(&fork);
	assert_subject(child, 12, false);
	assert_true(task_table_is_followed(table, &fork, child));
	fork.fork.parent_tid = fork.sample_pid = fork.sample_tid = 12;
	fork.fork.child_tid = 13;
	child = apply(&fork);
	assert_false(task_table_is_followed(table, &fork, child));
	assert_int_equal(task_table_followed(table), 2);
}

static void test_a_child_of_nobody_known_is_not_followed(void **state)
{
	(void)state;
	add(10, true);
	assert_subject(apply_fork(98, 99, 100), 100, false);
	assert_int_equal(task_table_followed(table), 1);
}

static void test_children_outlive_their_parent(void **state)
{
	(void)state;
	add(10, true);
	apply_fork(10, 10, 11);
	apply_exit(10, 10);
	assert_int_equal(task_table_followed(table), 1);
	assert_subject(apply_fork(11, 11, 12), 12, true);
	assert_null(task_table_find(table, 10));
}

static void test_exit_shows_the_task_once_more(void **state)
{
	(void)state;
	add(10, true);
	add(11, false);
	assert_subject(apply_exit(10, 10), 10, true);
	assert_subject(apply_exit(11, 11), 11, false);
	apply_fork(1, 1, 2);
	assert_null(task_table_find(table, 10));
	assert_null(task_table_find(table, 11));
	assert_int_equal(task_table_followed(table), 0);
}

static void test_exit_of_a_stranger(void **state)
{
	(void)state;
	const struct task *task = apply_exit(77, 77);

	if (task)
		assert_subject(task, 77, false);
	apply_fork(1, 1, 2);
	assert_null(task_table_find(table, 77));
	assert_int_equal(task_table_followed(table), 0);
}

static void test_a_reused_id_is_another_task(void **state)
{
	(void)state;
	add(10, true);
	apply_fork(10, 10, 11);
	apply_exit(11, 11);
	assert_subject(apply_fork(99, 99, 11), 11, false);
	assert_followed(11, false);
	apply_exit(11, 11);
	assert_subject(apply_fork(10, 10, 11), 11, true);
	assert_int_equal(task_table_followed(table), 2);
}

/* io_uring's threads: the leader may be gone before them. */
static void test_a_thread_without_a_fork_is_followed(void **state)
{
	(void)state;
	add(10, true);
	apply_new_task(10, 11);
	apply_new_task(20, 21);
	assert_followed(11, true);
	assert_followed(21, false);
	apply_exit(10, 10);
	assert_subject(apply_exit(10, 11), 11, true);
	assert_int_equal(task_table_followed(table), 0);
	/* An idle task is nobody's. */
	apply_new_task(0, 0);
	assert_null(task_table_find(table, 0));
}

static void test_the_sideband_tells_of_threads_without_a_fork(void **state)
{
	(void)state;
	add(10, true);
	apply_child(10, 11);
	apply_child(12, 12);
	apply_child(0, 0);
	assert_followed(11, true);
	assert_followed(12, false);
	apply_exit(10, 10);
	assert_subject(apply_exit(10, 11), 11, true);
}

/* Announced, and then forked by another: the first one's EXIT was lost. */
static void test_an_announcement_is_of_one_parent(void **state)
{
	(void)state;
	add(10, true);
	apply_new_task(10, 11);
	assert_subject(apply_fork(10, 10, 11), 11, true);
	apply_new_task(10, 12);
	assert_subject(apply_fork(20, 20, 12), 12, false);
	apply_new_task(10, 13);
	apply_new_task(20, 13);
	assert_followed(13, false);
}

static void test_a_lost_exit_ends_with_the_next_fork(void **state)
{
	(void)state;
	add(10, true);
	apply_fork(10, 10, 11);
	assert_int_equal(task_table_followed(table), 2);
	assert_subject(apply_fork(99, 99, 11), 11, false);
	assert_int_equal(task_table_followed(table), 1);
	assert_subject(apply_fork(10, 10, 11), 11, true);
	assert_int_equal(task_table_followed(table), 2);
	assert_subject(apply_fork(10, 10, 11), 11, true);
	assert_int_equal(task_table_followed(table), 2);
}

/* A task that was followed but is gone unseen: its id comes back as its own child. */
static void test_a_child_with_the_id_of_its_parent(void **state)
{
	(void)state;
	add(10, true);
	const struct task *task = apply_fork(10, 10, 10);

	assert_non_null(task);
	assert_int_equal(task->tid, 10);
	assert_true(task_table_followed(table) <= 1);
	apply_exit(10, 10);
	apply_fork(1, 1, 2);
	assert_int_equal(task_table_followed(table), 0);
}

static void test_an_unknown_thread_of_a_followed_process(void **state)
{
	(void)state;
	add(100, true);
	assert_subject(apply_fork(100, 105, 106), 106, true);
	assert_subject(apply_exit(100, 107), 107, true);
	apply_fork(1, 1, 2);
	assert_followed(106, true);
	assert_int_equal(task_table_followed(table), 2);
}

static void test_an_unknown_thread_of_another_process(void **state)
{
	(void)state;
	add(100, false);
	assert_subject(apply_fork(100, 105, 106), 106, false);
	assert_subject(apply_fork(0, 105, 108), 108, false);
	assert_int_equal(task_table_followed(table), 0);
}

static void test_exec_shows_the_task(void **state)
{
	(void)state;
	add(10, true);
	assert_subject(apply_exec(10, 10), 10, true);
	assert_subject(apply_exec(20, 20), 20, false);
	assert_followed(10, true);
	assert_int_equal(task_table_followed(table), 1);
}

/* A thread that execs becomes the leader: EXIT of the old leader, then EXEC with its id. */
static void test_a_thread_that_execs_takes_the_leaders_id(void **state)
{
	(void)state;
	add(100, true);
	apply_fork(100, 100, 101);
	assert_int_equal(task_table_followed(table), 2);
	assert_subject(apply_exit(100, 100), 100, true);
	assert_subject(apply_exec(100, 101), 100, true);
	assert_followed(100, true);
	assert_null(task_table_find(table, 101));
	assert_int_equal(task_table_followed(table), 1);
	assert_subject(apply_fork(100, 100, 102), 102, true);
}

static void test_a_stranger_thread_that_execs(void **state)
{
	(void)state;
	add(100, false);
	apply_fork(100, 100, 101);
	apply_exit(100, 100);
	assert_subject(apply_exec(100, 101), 100, false);
	assert_null(task_table_find(table, 101));
	assert_int_equal(task_table_followed(table), 0);
}

static void test_only_the_thread_is_followed_and_execs(void **state)
{
	(void)state;
	add(100, false);
	add(101, true);
	apply_exit(100, 100);
	assert_subject(apply_exec(100, 101), 100, true);
	assert_null(task_table_find(table, 101));
	assert_int_equal(task_table_followed(table), 1);
	apply_exit(100, 100);
	assert_int_equal(task_table_followed(table), 0);
}

static void test_a_thread_execs_and_the_leaders_exit_is_lost(void **state)
{
	(void)state;
	add(100, true);
	apply_fork(100, 100, 101);
	assert_subject(apply_exec(100, 101), 100, true);
	assert_null(task_table_find(table, 101));
	assert_int_equal(task_table_followed(table), 1);
}

static void test_exec_takes_the_name_of_comm(void **state)
{
	(void)state;
	add(10, false);
	apply_comm(10, "from comm");
	assert_exec_comm(10, "/usr/bin/other", "from comm");
	assert_exec_comm(10, "/usr/bin/other", "other");
	apply_comm(10, "first");
	apply_comm(10, "second");
	assert_exec_comm(10, "/usr/bin/other", "second");
	apply_comm(10, "");
	assert_exec_comm(10, "/usr/bin/other", "");
	apply_comm(11, "of 11");
	assert_exec_comm(10, "/usr/bin/other", "other");
	assert_exec_comm(11, "/usr/bin/other", "of 11");
}

static void assert_name(int32_t pid, const char *filename, const char *comm)
{
	struct event event = exec_event(pid, pid, filename);

	assert_null(apply(&event));
	assert_text(event.exec.comm, comm);
}

static void test_names_without_tasks(void **state)
{
	(void)state;
	task_table_keep_names_only(table);
	assert_null(apply_fork(10, 10, 20));
	assert_null(task_table_find(table, 20));
	apply_new_task(10, 21);
	assert_null(task_table_find(table, 21));
	apply_comm(20, "from comm");
	assert_name(20, "/usr/bin/other", "from comm");
	assert_name(20, "/usr/bin/other", "other");
	/* Its EXEC did not come: the next task with this id has another name. */
	apply_comm(20, "gone");
	assert_null(apply_exit(20, 20));
	assert_name(20, "/usr/bin/other", "other");
	assert_null(task_table_find(table, 20));
}

static void test_comm_of_a_task_not_seen_before(void **state)
{
	(void)state;
	apply_comm(10, "new here");
	assert_int_equal(task_table_followed(table), 0);
	assert_exec_comm(10, "/bin/x", "new here");
}

static void test_comm_is_matched_in_the_openers_namespace(void **state)
{
	struct event event = exec_event(5010, 5010, "/bin/file");

	(void)state;
	apply_comm(10, "inside");
	event.sample_pid = event.sample_tid = 10;
	assert_subject(apply(&event), 5010, false);
	assert_text(event.exec.comm, "inside");
}

static void test_tasks_outside_of_the_namespace_share_no_name(void **state)
{
	struct event event = exec_event(5010, 5010, "/bin/file");

	(void)state;
	apply_comm(0, "of whom?");
	event.sample_pid = event.sample_tid = 0;
	apply(&event);
	assert_text(event.exec.comm, "file");
}

static void test_exec_without_comm_takes_the_file_name(void **state)
{
	(void)state;
	assert_exec_comm(10, "/usr/bin/ls", "ls");
	assert_exec_comm(10, "relative", "relative");
	assert_exec_comm(10, "./a/b", "b");
	assert_exec_comm(10, "/usr/lib/a-very-long-program-name", "a-very-long-pro");
	assert_exec_comm(10, "/bin/fifteen-letters", "fifteen-letters");
	assert_exec_comm(10, "/bin/sixteen--letters", "sixteen--letter");
	assert_exec_comm(10, "", "");
	assert_exec_comm(10, "/", "");
	assert_exec_comm(10, "/ends/in/", "");
}

static void test_a_name_dies_with_its_task(void **state)
{
	(void)state;
	add(10, false);
	apply_comm(10, "old name");
	apply_exit(10, 10);
	apply_fork(1, 1, 10);
	assert_exec_comm(10, "/bin/new", "new");
}

static void test_a_name_of_16_bytes_is_not_overrun(void **state)
{
	struct event event = exec_event(10, 10, "/bin/x");

	(void)state;
	apply_comm(10, "0123456789abcdefghijklmnopqrstuvwxyz");
	apply(&event);
	assert_true(event.exec.comm.length <= TASK_COMM_SIZE);
	assert_memory_equal(event.exec.comm.bytes, "0123456789abcdef", event.exec.comm.length);
}

static void test_the_name_follows_a_thread_that_execs(void **state)
{
	struct event event = exec_event(100, 101, "/bin/x");

	(void)state;
	add(100, true);
	apply_fork(100, 100, 101);
	apply_exit(100, 100);
	apply_comm(100, "new image");
	assert_subject(apply(&event), 100, true);
	assert_text(event.exec.comm, "new image");
}

/* 101, a thread of 100, has its id from COMM on; an EXEC does not come. */
static void assert_dies_in_exec(void)
{
	assert_subject(apply_exit(100, 100), 100, true);
	assert_followed(101, true);
	apply_comm(100, "new image");
	assert_null(task_table_find(table, 101));
	assert_followed(100, true);
	assert_subject(apply_exit(100, 100), 100, true);
	assert_int_equal(task_table_followed(table), 0);
}

static void test_a_thread_dies_in_its_exec(void **state)
{
	struct event thread = {
		.type = EVENT_NEW_TASK,
		.sample_pid = 100,
		.sample_tid = 100,
		.current_tid = 100,
		.new_task = {.pid = 101, .clone_flags = CLONE_THREAD},
	};

	(void)state;
	add(100, true);
	assert_null(apply(&thread));
	apply_fork(100, 100, 101);
	assert_dies_in_exec();
}

static void test_a_thread_of_the_sideband_dies_in_its_exec(void **state)
{
	(void)state;
	add(100, true);
	apply_child(100, 101);
	apply_fork(100, 100, 101);
	assert_dies_in_exec();
}

static void test_an_older_thread_dies_in_its_exec(void **state)
{
	(void)state;
	assert_int_equal(task_table_add_thread(table, 100, 100, true), 0);
	assert_int_equal(task_table_add_thread(table, 100, 102, true), 0);
	assert_int_equal(task_table_add_thread(table, 100, 101, true), 0);
	assert_int_equal(task_table_add_thread(table, 100, 103, true), 0);
	assert_subject(apply_exit(100, 102), 102, true);
	assert_subject(apply_exit(100, 103), 103, true);
	assert_dies_in_exec();
}

/* Its leader is known: COMM is that one's own. */
static void test_threads_of_others_stay(void **state)
{
	(void)state;
	assert_int_equal(task_table_add_thread(table, 100, 100, true), 0);
	assert_int_equal(task_table_add_thread(table, 100, 101, true), 0);
	assert_int_equal(task_table_add_thread(table, 200, 201, true), 0);
	apply_comm(100, "new image");
	apply_comm(300, "new image");
	assert_followed(101, true);
	assert_followed(201, true);
}

static bool is_even(void *context, int32_t tid)
{
	++*(int *)context;
	return tid % 2 == 0;
}

static void test_pruned_tasks_are_forgotten(void **state)
{
	int asked = 0;

	(void)state;
	for (int32_t tid = 1; tid <= 1000; tid++)
		add(tid, tid <= 10);
	task_table_prune(table, is_even, &asked);
	assert_int_equal(asked, 1000);
	for (int32_t tid = 2; tid <= 1000; tid += 2) {
		assert_followed(tid, tid <= 10);
		assert_null(task_table_find(table, tid - 1));
	}
	assert_int_equal(task_table_followed(table), 5);
	assert_subject(apply_fork(2, 2, 1), 1, true);
	assert_int_equal(task_table_followed(table), 6);
}

static void test_loss_has_no_subject(void **state)
{
	struct event lost = {.type = EVENT_LOST, .lost = {5}};
	struct event truncated = {.type = EVENT_TRUNCATED, .truncated = {"events", 1}};

	(void)state;
	add(10, true);
	assert_null(apply(&lost));
	assert_null(apply(&truncated));
	assert_followed(10, true);
}

static void test_many_tasks(void **state)
{
	(void)state;
	for (int32_t tid = 1; tid <= 100000; tid++)
		add(tid, tid % 2);
	assert_int_equal(task_table_followed(table), 50000);
	for (int32_t tid = 1; tid <= 100000; tid += 7)
		assert_followed(tid, tid % 2);
	for (int32_t tid = 1; tid <= 100000; tid++)
		assert_subject(apply_exit(tid, tid), tid, tid % 2);
	assert_int_equal(task_table_followed(table), 0);
	apply_fork(200000, 200000, 200001);
	assert_null(task_table_find(table, 1));
	assert_null(task_table_find(table, 100000));
}

/* ---- against a model: an array of tasks, each alive or not, followed or not ---- */

#define MODEL_TASKS 64

struct model {
	bool alive[MODEL_TASKS];
	bool followed[MODEL_TASKS];
};

static size_t model_followed(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < MODEL_TASKS; i++)
		count += model->alive[i] && model->followed[i];
	return count;
}

static void model_step(struct model *model, size_t a, size_t b, uint64_t choice)
{
	int32_t tid = (int32_t)a + 1, other = (int32_t)b + 1;

	if (choice < 4 && model->alive[a] && a != b) {
		model->alive[b] = true;
		model->followed[b] = model->followed[a];
		assert_subject(apply_fork(tid, tid, other), other, model->followed[b]);
	} else if (choice < 6 && model->alive[a]) {
		assert_subject(apply_exit(tid, tid), tid, model->followed[a]);
		model->alive[a] = model->followed[a] = false;
	} else if (choice == 6 && model->alive[a]) {
		assert_subject(apply_exec(tid, tid), tid, model->followed[a]);
	} else if (choice == 7 && model->alive[a] && model->alive[b] && a != b) {
		bool followed = model->followed[b];

		apply_exit(tid, tid);
		assert_subject(apply_exec(tid, other), tid, followed);
		model->followed[a] = followed;
		model->alive[b] = model->followed[b] = false;
	} else if (choice == 8) {
		model->followed[a] = (model->alive[a] && model->followed[a]) || b % 2;
		model->alive[a] = true;
		add(tid, b % 2);
	}
}

static void test_agrees_with_a_model(void **state)
{
	struct random random = {.state = 17};
	struct model model = {.alive = {false}};

	(void)state;
	for (int round = 0; round < 200000; round++) {
		size_t a = (size_t)random_below(&random, MODEL_TASKS);
		size_t b = (size_t)random_below(&random, MODEL_TASKS);

		model_step(&model, a, b, random_below(&random, 9));
		assert_int_equal(task_table_followed(table), model_followed(&model));
	}
	/* A task that just exited may still be there: one more event, and it must be gone. */
	apply_fork(1000, 1000, 1001);
	for (size_t i = 0; i < MODEL_TASKS; i++) {
		if (model.alive[i])
			assert_followed((int32_t)i + 1, model.followed[i]);
		else
			assert_null(task_table_find(table, (int32_t)i + 1));
	}
}

#define table_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		table_test(test_an_empty_table_knows_nobody),
		table_test(test_added_tasks_are_found),
		table_test(test_adding_again_can_only_begin_to_follow),
		table_test(test_children_inherit),
		table_test(test_threads_alone_inherit),
		table_test(test_a_child_of_nobody_known_is_not_followed),
		table_test(test_children_outlive_their_parent),
		table_test(test_exit_shows_the_task_once_more),
		table_test(test_exit_of_a_stranger),
		table_test(test_a_reused_id_is_another_task),
		table_test(test_a_thread_without_a_fork_is_followed),
		table_test(test_the_sideband_tells_of_threads_without_a_fork),
		table_test(test_an_announcement_is_of_one_parent),
		table_test(test_a_lost_exit_ends_with_the_next_fork),
		table_test(test_a_child_with_the_id_of_its_parent),
		table_test(test_an_unknown_thread_of_a_followed_process),
		table_test(test_an_unknown_thread_of_another_process),
		table_test(test_exec_shows_the_task),
		table_test(test_a_thread_that_execs_takes_the_leaders_id),
		table_test(test_a_stranger_thread_that_execs),
		table_test(test_only_the_thread_is_followed_and_execs),
		table_test(test_a_thread_execs_and_the_leaders_exit_is_lost),
		table_test(test_exec_takes_the_name_of_comm),
		table_test(test_names_without_tasks),
		table_test(test_comm_of_a_task_not_seen_before),
		table_test(test_comm_is_matched_in_the_openers_namespace),
		table_test(test_tasks_outside_of_the_namespace_share_no_name),
		table_test(test_exec_without_comm_takes_the_file_name),
		table_test(test_a_name_dies_with_its_task),
		table_test(test_a_name_of_16_bytes_is_not_overrun),
		table_test(test_the_name_follows_a_thread_that_execs),
		table_test(test_a_thread_dies_in_its_exec),
		table_test(test_a_thread_of_the_sideband_dies_in_its_exec),
		table_test(test_an_older_thread_dies_in_its_exec),
		table_test(test_threads_of_others_stay),
		table_test(test_pruned_tasks_are_forgotten),
		table_test(test_loss_has_no_subject),
		table_test(test_many_tasks),
		table_test(test_agrees_with_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
