/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The critical path, against known times and against the walk back in time that defines it; and
 * what is kept of long ones.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/critical_path.h"
#include "sink/path_steps.h"
#include "support.h"
#include "support_memory.h"

#define PIDS 1000

/* A trace: its processes by pid. */
struct trace {
	struct critical_path path;
	struct path_process *running[PIDS];
	struct program_totals *names[PIDS]; /* "1", "2"… */
	struct programs programs;
};

static struct trace *trace_new(void)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	assert_non_null(trace);
	return trace;
}

static void trace_free(struct trace *trace)
{
	for (int pid = 0; pid < PIDS; pid++) {
		if (trace->running[pid])
			path_process_forget(trace->running[pid]);
	}
	critical_path_done(&trace->path);
	programs_done(&trace->programs);
	free(trace);
}

/* PARENT 0: none. */
static void begin(struct trace *trace, int pid, int parent, uint64_t ns)
{
	char name[16];
	struct text text = {name, (size_t)snprintf(name, sizeof(name), "%d", pid)};

	trace->running[pid] = path_process_new(sizeof(struct path_process),
					       parent > 0 ? trace->running[parent] : NULL, ns);
	assert_non_null(trace->running[pid]);
	trace->running[pid]->program = programs_get(&trace->programs, PROGRAM_RUN, text);
}

static void end(struct trace *trace, int pid, uint64_t ns)
{
	assert_int_equal(
		path_process_end(&trace->path, trace->running[pid], &facts_unknown.arguments, ns),
		0);
	trace->running[pid] = NULL;
}

/* "1 0-100 (2 10-20, 3 20-90)" */
static char *put_chain(char *out, const struct path_step *step)
{
	if (step->previous)
		out = stpcpy(put_chain(out, step->previous), ", ");
	out += sprintf(out, "%.*s %d-%d", (int)step->program->name.length,
		       step->program->name.bytes, (int)step->from_ns, (int)step->to_ns);
	if (!step->within.last)
		return out;
	out += sprintf(out, " (");
	out = put_chain(out, step->within.last);
	return out + sprintf(out, ")");
}

static void check_path(struct trace *trace, const char *expected)
{
	char text[2000] = "";

	assert_int_equal(critical_path_finish(&trace->path), 0);
	if (trace->path.last.last)
		put_chain(text, trace->path.last.last);
	assert_string_equal(text, expected);
	trace_free(trace);
}

static void test_no_ends(void **state)
{
	struct trace *trace = trace_new();

	(void)state;
	begin(trace, 1, 0, 0);
	check_path(trace, "");
}

/* Two jobs at a time: what started before the last one's end was not waited for. */
static void test_jobs_overlap(void **state)
{
	struct trace *trace = trace_new();

	(void)state;
	begin(trace, 1, 0, 0);
	begin(trace, 2, 1, 10);
	begin(trace, 3, 1, 11);
	end(trace, 2, 30);
	begin(trace, 4, 1, 31);
	end(trace, 3, 50);
	begin(trace, 5, 1, 50);
	end(trace, 4, 60);
	end(trace, 5, 90);
	end(trace, 1, 100);
	check_path(trace, "1 0-100 (3 11-50, 5 50-90)");
}

/* What a job that ends meanwhile waited for is forgotten for the parent, not for another job. */
static void test_the_path_of_a_running_job_stays(void **state)
{
	struct trace *trace = trace_new();

	(void)state;
	begin(trace, 1, 0, 0);
	begin(trace, 2, 1, 1);
	begin(trace, 3, 1, 2);
	end(trace, 3, 3);
	begin(trace, 4, 1, 4);
	end(trace, 2, 20);
	end(trace, 4, 30);
	end(trace, 1, 31);
	check_path(trace, "1 0-31 (3 2-3, 4 4-30)");
}

static void test_children_of_children(void **state)
{
	struct trace *trace = trace_new();

	(void)state;
	begin(trace, 1, 0, 0);
	begin(trace, 2, 1, 10);
	begin(trace, 3, 2, 12);
	end(trace, 3, 20);
	begin(trace, 4, 2, 25);
	end(trace, 4, 35);
	end(trace, 2, 40);
	end(trace, 1, 40);
	check_path(trace, "1 0-40 (2 10-40 (3 12-20, 4 25-35))");
}

/* The tracer is stopped: its path goes up from the last end. */
static void test_parents_still_run(void **state)
{
	struct trace *trace = trace_new();

	(void)state;
	begin(trace, 1, 0, 0);
	begin(trace, 2, 1, 10);
	end(trace, 2, 15);
	begin(trace, 3, 1, 20);
	begin(trace, 4, 3, 25);
	end(trace, 4, 35);
	begin(trace, 5, 1, 36);
	check_path(trace, "1 0-35 (2 10-15, 3 20-35 (4 25-35))");
}

/* A daemon ends last: before it there is what its parent did until it forked. */
static void test_parents_have_ended(void **state)
{
	struct trace *trace = trace_new();

	(void)state;
	begin(trace, 1, 0, 0);
	begin(trace, 2, 1, 10);
	begin(trace, 3, 2, 12);
	end(trace, 3, 14);
	begin(trace, 4, 2, 15);
	end(trace, 2, 16);
	begin(trace, 5, 1, 20);
	end(trace, 5, 25);
	end(trace, 4, 90);
	check_path(trace, "1 0-90 (2 10-15 (3 12-14), 4 15-90)");
}

/* Nobody waited for what was adopted. */
static void test_adopted_ones_are_not_waited_for(void **state)
{
	struct trace *trace = trace_new();

	(void)state;
	begin(trace, 1, 0, 0);
	begin(trace, 2, 1, 10);
	begin(trace, 3, 2, 12);
	end(trace, 2, 16);
	end(trace, 3, 80);
	end(trace, 1, 90);
	check_path(trace, "1 0-90 (2 10-16)");
}

/* Nor for an end that was not seen, nor for what took no time. */
static void test_ends_that_do_not_count(void **state)
{
	struct trace *trace = trace_new();

	(void)state;
	begin(trace, 1, 0, 0);
	begin(trace, 2, 1, 10);
	path_process_forget(trace->running[2]);
	trace->running[2] = NULL;
	begin(trace, 3, 1, 20);
	end(trace, 3, 30);
	begin(trace, 4, 0, 90);
	end(trace, 4, 90);
	begin(trace, 5, 0, 5);
	end(trace, 5, 20); /* a late event */
	check_path(trace, "1 0-30 (3 20-30)");
}

/* ---- the definition ---- */

struct life {
	int parent;
	uint64_t from, to;
	bool on_path;
};

static int last_child(const struct life *lives, int count, int pid, uint64_t until)
{
	int last = 0;

	for (int i = 1; i < count; i++) {
		if (lives[i].parent == pid && lives[i].to <= until && !lives[i].on_path &&
		    (last == 0 || lives[i].to > lives[last].to))
			last = i;
	}
	return last;
}

/* As the page has it: back in time from the end of pid 1. Returns how many are on the path. */
static int walk_back(struct life *lives, int count)
{
	uint64_t time = lives[1].to;
	int pid = 1, on_path = 1;

	lives[1].on_path = true;
	while (pid > 0) {
		int child = last_child(lives, count, pid, time);

		time = child > 0 ? lives[child].to : lives[pid].from;
		on_path += child > 0;
		lives[child].on_path = true;
		pid = child > 0 ? child : lives[pid].parent;
	}
	return on_path;
}

static int by_length(const void *a, const void *b)
{
	const uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

	return (first < second) - (first > second);
}

static size_t lengths_of(const struct path_step *step, uint64_t *lengths)
{
	size_t count = 0;

	for (; step; step = step->previous) {
		lengths[count++] = path_step_ns(step);
		count += lengths_of(step->within.last, lengths + count);
	}
	return count;
}

static void check_longest(const struct trace *trace, const struct life *lives, int count)
{
	uint64_t expected[PIDS], kept[PIDS];
	size_t on_path = 0, length = lengths_of(trace->path.last.last, kept);

	for (int i = 1; i < count; i++) {
		if (lives[i].on_path)
			expected[on_path++] = lives[i].to - lives[i].from;
	}
	qsort(expected, on_path, sizeof(*expected), by_length);
	qsort(kept, length, sizeof(*kept), by_length);
	for (size_t i = 0; i < on_path && i < PATH_LONGEST; i++)
		assert_int_equal(kept[i], expected[i]);
}

static int pick(uint32_t *seed, int below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (int)((*seed >> 16) % (uint32_t)below);
}

/* One of those that run, without running children where IS_LEAF. */
static int pick_running(const struct trace *trace, const struct life *lives, int count,
			bool is_leaf, uint32_t *seed)
{
	for (int i = pick(seed, count);; i = i % count + 1) {
		bool has_child = false;

		for (int child = 1; is_leaf && child < count; child++)
			has_child |= lives[child].parent == i && trace->running[child];
		if (i > 0 && i < count && trace->running[i] && !has_child)
			return i;
	}
}

/* So many processes at random, JOBS at a time about; all are waited for. */
static void check_random(uint32_t seed, int most, int jobs)
{
	struct trace *trace = trace_new();
	struct life lives[PIDS] = {0};
	int count = 2, running = 1;
	uint64_t time = 1;

	begin(trace, 1, 0, 0);
	while (running > 0) {
		const bool begins =
			count < most && (running == 1 || pick(&seed, 2 * jobs) >= running);
		int pid = pick_running(trace, lives, count, !begins, &seed);

		time += 1 + (uint64_t)pick(&seed, 100);
		if (begins) {
			lives[count] = (struct life){.parent = pid, .from = time};
			begin(trace, count++, pid, time);
			running++;
		} else {
			lives[pid].to = time;
			end(trace, pid, time);
			running--;
		}
	}
	assert_int_equal(critical_path_finish(&trace->path), 0);
	assert_int_equal(trace->path.last.count, walk_back(lives, count));
	assert_int_equal(trace->path.last.ns, time);
	check_longest(trace, lives, count);
	trace_free(trace);
}

static void test_it_is_the_walk_back(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 300; seed++)
		check_random(seed, 3 + (int)(seed % 40), 1 + (int)(seed % 8));
	for (uint32_t seed = 0; seed < 10; seed++)
		check_random(seed, PIDS - 1, 1 + (int)(seed % 5));
}

/* ---- bounds ---- */

/* Of many runs one after the other, those that took longest, however many are as long. */
static void test_many_short_ones(void **state)
{
	struct trace *trace = trace_new();
	uint64_t time = 0, kept[PIDS];

	(void)state;
	begin(trace, 1, 0, time);
	for (int i = 0; i < 100000; i++) {
		begin(trace, 2, 1, time);
		time += i % 1000 == 7 && i < 20000 ? 50 : 10;
		end(trace, 2, time);
		assert_true(lengths_of(trace->running[1]->within.last, kept) <= 4 * PATH_LONGEST);
	}
	end(trace, 1, time);
	assert_int_equal(trace->path.last.count, 100001);
	assert_int_equal(trace->path.last.ns, time);
	assert_int_equal(trace->path.last.last->within.ns, time);
	assert_int_equal(path_chain_prune(&trace->path.last), 0);
	assert_int_equal(lengths_of(trace->path.last.last, kept), PATH_LONGEST);
	for (int i = 1; i < (int)PATH_LONGEST; i++)
		assert_int_equal(kept[i], 50);
	trace_free(trace);
}

/* While a long job runs, others fill the path; in the end it counts from where that one began. */
static void test_others_do_not_push_out_what_a_job_needs(void **state)
{
	struct trace *trace = trace_new();
	uint64_t time = 0;

	(void)state;
	begin(trace, 1, 0, time);
	begin(trace, 2, 1, time);
	end(trace, 2, time += 3);
	begin(trace, 2, 1, time);
	end(trace, 2, time += 50);
	begin(trace, 3, 1, time);
	for (int i = 0; i < 1000; i++) {
		begin(trace, 4, 1, time);
		end(trace, 4, time += 10);
	}
	end(trace, 3, time + 1);
	end(trace, 1, time + 2);
	check_path(trace, "1 0-10055 (2 0-3, 2 3-53, 3 53-10054)");
}

/* Each forks the next one and ends: none is kept for ever. */
static void test_a_row_of_daemons(void **state)
{
	struct trace *trace = trace_new();
	uint64_t time = 0, kept[PIDS];
	int from = 1;

	(void)state;
	begin(trace, from, 0, time);
	for (int i = 0; i < 100000; i++, from = 3 - from) {
		begin(trace, 3 - from, from, time += 10);
		end(trace, from, time + 1);
		struct path_process *parent = trace->running[3 - from]->parent;
		assert_true(!parent->parent || parent->parent->runs);
		assert_true(lengths_of(parent->before.last, kept) <= 4 * PATH_LONGEST);
	}
	end(trace, from, time += 10);
	assert_int_equal(critical_path_finish(&trace->path), 0);
	assert_int_equal(trace->path.last.count, 100001);
	assert_int_equal(trace->path.last.ns, time);
	trace_free(trace);
}

/* What is kept of a command ends between two arguments, and says that there are more. */
static void test_bounds_of_arguments(void **state)
{
	static char argv[PATH_ARGV_BYTES + 100];
	struct trace *trace = trace_new();
	struct arguments arguments = {.known = {{argv, sizeof(argv)}, 3}, .complete = true};

	(void)state;
	memset(argv, 'x', sizeof(argv));
	argv[9] = argv[PATH_ARGV_BYTES - 1] = argv[sizeof(argv) - 1] = '\0';
	for (int pid = 1; pid < 3; pid++) {
		begin(trace, pid, 0, 0);
		assert_int_equal(
			path_process_end(&trace->path, trace->running[pid], &arguments, 10), 0);
		trace->running[pid] = NULL;
		const struct path_step *step = trace->path.last.last;
		assert_int_equal(step->argv_size, pid == 1 ? PATH_ARGV_BYTES : 10);
		assert_memory_equal(step->argv, argv, step->argv_size);
		assert_int_equal(step->complete, pid == 2);
		arguments.known.bytes.length = 10;
	}
	trace_free(trace);
}

/* ---- memory ---- */

/* 0, or -ENOMEM where one of the allocations fails. */
static int run_without_memory(struct critical_path *path, int allocations)
{
	const struct arguments *unknown = &facts_unknown.arguments;
	struct path_process *make = path_process_new(sizeof(*make), NULL, 0), *job = NULL;
	int code = 0;

	allocations_left = allocations;
	for (uint64_t i = 0; code == 0 && i < 5 * PATH_LONGEST; i++) {
		struct path_process *shell = path_process_new(sizeof(*shell), make, i * 10);

		job = shell ? path_process_new(sizeof(*job), shell, i * 10 + 1) : NULL;
		code = job ? 0 : -ENOMEM;
		if (shell && code == 0)
			code = path_process_end(path, shell, unknown, i * 10 + 2);
		else if (shell)
			path_process_forget(shell);
		if (job && code == 0)
			code = path_process_end(path, job, unknown, i * 10 + 3);
		else if (job)
			path_process_forget(job);
	}
	if (code == 0)
		code = critical_path_finish(path);
	if (code == 0)
		code = path_chain_prune(&path->last);
	allocations_left = -1;
	path_process_forget(make);
	critical_path_done(path);
	return code;
}

static void test_no_memory(void **state)
{
	struct critical_path path = {0};
	int allocations = 0, code;

	(void)state;
	while ((code = run_without_memory(&path, allocations)) < 0) {
		assert_int_equal(code, -ENOMEM);
		allocations++;
	}
	assert_true(allocations > 20 * (int)PATH_LONGEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_ends),
		cmocka_unit_test(test_jobs_overlap),
		cmocka_unit_test(test_the_path_of_a_running_job_stays),
		cmocka_unit_test(test_children_of_children),
		cmocka_unit_test(test_parents_still_run),
		cmocka_unit_test(test_parents_have_ended),
		cmocka_unit_test(test_adopted_ones_are_not_waited_for),
		cmocka_unit_test(test_ends_that_do_not_count),
		cmocka_unit_test(test_it_is_the_walk_back),
		cmocka_unit_test(test_many_short_ones),
		cmocka_unit_test(test_others_do_not_push_out_what_a_job_needs),
		cmocka_unit_test(test_a_row_of_daemons),
		cmocka_unit_test(test_bounds_of_arguments),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
