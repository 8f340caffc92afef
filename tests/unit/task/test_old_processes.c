/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the task table gives out of the processes that are older than the trace, and in which order.
 */
#include <errno.h>
#include <string.h>

#include "support.h"
#include "support_memory.h"
#include "task/task_table.h"

#define ATTACHED_NS UINT64_C(5000)
#define VISITS_MAX 16

void *__real_realloc(void *bytes, size_t size);
void *__wrap_realloc(void *bytes, size_t size);

void *__wrap_realloc(void *bytes, size_t size)
{
	return may_allocate() ? __real_realloc(bytes, size) : NULL;
}

static struct task_table *table;

static int set_up(void **state)
{
	(void)state;
	table = task_table_new();
	return table && task_table_keep_facts(table) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	task_table_free(table);
	return 0;
}

static struct text text_of(const char *string)
{
	return (struct text){string, strlen(string)};
}

static void add(int32_t tgid, int32_t tid, int32_t ppid, const char *comm, bool followed)
{
	const struct old_task task = {
		.tid = tid, .tgid = tgid, .ppid = ppid, .comm = text_of(comm)};

	assert_int_equal(task_table_add_old(table, &task), 0);
	assert_int_equal(task_table_add_thread(table, tgid, tid, followed), 0);
}

/* What was visited, and how. */
struct visits {
	int32_t pids[VISITS_MAX], ppids[VISITS_MAX];
	char comms[VISITS_MAX][16];
	size_t ancestors[VISITS_MAX];
	struct arguments arguments[VISITS_MAX];
	size_t count;
	int code; /* to return */
};

static int visit(void *context, const struct event *event)
{
	struct visits *visits = context;
	const size_t at = visits->count++;

	assert_true(at < VISITS_MAX);
	assert_int_equal(event->type, EVENT_EXEC);
	assert_int_equal(event->time_ns, ATTACHED_NS);
	assert_true(event->facts->from_proc);
	assert_int_equal(event->facts->tgid, event->exec.pid);
	assert_int_equal(event->facts->age_ns, -1);
	visits->pids[at] = event->exec.pid;
	visits->ppids[at] = event->facts->ppid;
	memcpy(visits->comms[at], event->exec.comm.bytes, event->exec.comm.length);
	visits->ancestors[at] = event->facts->ancestor_count;
	visits->arguments[at] = event->facts->arguments;
	return visits->code;
}

static struct visits visit_all(void)
{
	struct visits visits = {0};

	assert_int_equal(task_table_visit_old(table, ATTACHED_NS, visit, &visits), 0);
	return visits;
}

static void assert_pids(const struct visits *visits, const int32_t *pids, size_t count)
{
	assert_int_equal(visits->count, count);
	assert_memory_equal(visits->pids, pids, count * sizeof(*pids));
}

/* Pids have wrapped around: children come before their parents. */
static void test_parents_come_first(void **state)
{
	static const int32_t pids[] = {50, 300, 120, 110, 130, 310};

	(void)state;
	add(1, 1, 0, "init", false);
	add(310, 310, 300, "cache", true);
	add(110, 110, 120, "cgi", true);
	add(120, 120, 300, "worker", true);
	add(130, 130, 120, "cgi", true);
	add(700, 700, 310, "stranger", false);
	add(300, 300, 1, "master", true);
	add(50, 50, 1, "cron", true);
	task_table_link_old(table);
	struct visits visits = visit_all();
	assert_pids(&visits, pids, ARRAY_SIZE(pids));
	assert_int_equal(visits.ppids[1], 1);
	assert_int_equal(visits.ppids[3], 120);
	assert_string_equal(visits.comms[1], "master");
	assert_int_equal(visits.ancestors[3], 3);
}

static void test_threads_are_one_process(void **state)
{
	static const int32_t pids[] = {300};

	(void)state;
	add(300, 302, 1, "pool", true);
	add(300, 300, 1, "master", true);
	add(300, 301, 1, "pool", true);
	task_table_link_old(table);
	struct visits visits = visit_all();
	assert_pids(&visits, pids, ARRAY_SIZE(pids));
	assert_string_equal(visits.comms[0], "master");
}

/* Of a process whose first thread has ended, /proc shows the others. */
static void test_a_process_without_its_leader(void **state)
{
	static const int32_t pids[] = {500, 600};

	(void)state;
	add(500, 502, 1, "second", true);
	add(500, 501, 1, "first", true);
	add(600, 600, 500, "child", true);
	task_table_link_old(table);
	struct visits visits = visit_all();
	assert_pids(&visits, pids, ARRAY_SIZE(pids));
	assert_string_equal(visits.comms[0], "first");
}

/* /proc was read after the time of the event. */
static void test_the_program_is_known(void **state)
{
	static const char argv[] = "server\0-x";
	const struct arguments arguments = {
		.argc = -1,
		.known = {{argv, sizeof(argv)}, 2},
		.source = ARGV_PROC_START,
	};

	(void)state;
	add(300, 300, 1, "server", true);
	task_table_link_old(table);
	assert_int_equal(task_table_set_old_program(table, 300, text_of("/bin/server"), &arguments,
						    ATTACHED_NS + 1),
			 0);
	struct visits visits = visit_all();
	assert_int_equal(visits.arguments[0].known.count, 2);
	assert_int_equal(visits.arguments[0].source, ARGV_PROC_START);
}

static void test_nobody(void **state)
{
	(void)state;
	struct visits visits = visit_all();
	assert_int_equal(visits.count, 0);
	/* Of one that only has an id nothing is known; one with a date is of the trace. */
	assert_int_equal(task_table_add(table, 7, true), 0);
	add(8, 8, 1, "command", true);
	task_table_date_old(table, 8, 4000);
	visits = visit_all();
	assert_int_equal(visits.count, 0);
}

static void test_failures(void **state)
{
	struct visits visits = {.code = -EPIPE};

	(void)state;
	add(300, 300, 1, "master", true);
	add(301, 301, 300, "worker", true);
	task_table_link_old(table);
	assert_int_equal(task_table_visit_old(table, ATTACHED_NS, visit, &visits), -EPIPE);
	assert_int_equal(visits.count, 1);
	allocations_left = 0;
	int code = task_table_visit_old(table, ATTACHED_NS, visit, &visits);
	allocations_left = -1;
	assert_int_equal(code, -ENOMEM);
	assert_int_equal(visits.count, 1);
}

#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TABLE(test_parents_come_first),
		WITH_TABLE(test_threads_are_one_process),
		WITH_TABLE(test_a_process_without_its_leader),
		WITH_TABLE(test_the_program_is_known),
		WITH_TABLE(test_nobody),
		WITH_TABLE(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
