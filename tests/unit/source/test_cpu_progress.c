/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far each CPU has been read: CPUs that are behind, that leave, and that there cannot be.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "source/cpu_progress.h"
#include "support.h"

void *__wrap_realloc(void *old, size_t size);
void *__real_realloc(void *old, size_t size);

static bool fails;

void *__wrap_realloc(void *old, size_t size)
{
	return fails ? NULL : __real_realloc(old, size);
}

static void see(struct cpu_progress *progress, uint32_t cpu, uint64_t time_ns)
{
	assert_int_equal(cpu_progress_see(progress, cpu, time_ns), 0);
}

static void test_horizon(void **state)
{
	struct cpu_progress progress = {0};

	(void)state;
	assert_int_equal(cpu_progress_horizon(&progress), 0);
	see(&progress, 2, 500);
	assert_int_equal(cpu_progress_horizon(&progress), 500);
	see(&progress, 0, 300);
	assert_int_equal(cpu_progress_horizon(&progress), 300);
	see(&progress, 0, 900);
	assert_int_equal(cpu_progress_horizon(&progress), 500);
	/* One that is behind by a second has left: nobody waits for it. */
	see(&progress, 0, 500 + CPU_PROGRESS_BEHIND_NS - 1);
	assert_int_equal(cpu_progress_horizon(&progress), 500);
	see(&progress, 0, 500 + CPU_PROGRESS_BEHIND_NS);
	assert_int_equal(cpu_progress_horizon(&progress), 500 + CPU_PROGRESS_BEHIND_NS);
	cpu_progress_done(&progress);
	assert_int_equal(cpu_progress_horizon(&progress), 0);
}

static void test_all(void **state)
{
	int cpus[] = {0, 3};
	const struct cpu_list online = {.cpus = cpus, .count = ARRAY_SIZE(cpus)};
	struct cpu_progress progress = {0};

	(void)state;
	assert_false(cpu_progress_has_all(&progress, &online));
	see(&progress, 3, 1);
	assert_false(cpu_progress_has_all(&progress, &online));
	see(&progress, 0, 1);
	assert_true(cpu_progress_has_all(&progress, &online));
	cpu_progress_done(&progress);
}

static void test_failures(void **state)
{
	struct cpu_progress progress = {0};

	(void)state;
	assert_int_equal(cpu_progress_see(&progress, CPU_LIST_MAX, 1), -EBADMSG);
	assert_int_equal(cpu_progress_see(&progress, UINT32_MAX, 1), -EBADMSG);
	see(&progress, 1, 7);
	fails = true;
	assert_int_equal(cpu_progress_see(&progress, 2, 9), -ENOMEM);
	fails = false;
	assert_int_equal(cpu_progress_horizon(&progress), 7);
	see(&progress, CPU_LIST_MAX - 1, 8);
	cpu_progress_done(&progress);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_horizon),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
