/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of cgroups: the newest ones, each in a copy.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support.h"
#include "task/cgroup_names.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

/* So many allocations succeed; negative: all. */
static int allocations_left = -1;

void *__wrap_malloc(size_t size)
{
	if (allocations_left == 0)
		return NULL;
	if (allocations_left > 0)
		allocations_left--;
	return __real_malloc(size);
}

static struct cgroup_names names;

static int set_up(void **state)
{
	(void)state;
	names = (struct cgroup_names){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cgroup_names_done(&names);
	return 0;
}

static void set(uint64_t id, const char *path)
{
	assert_int_equal(cgroup_names_set(&names, id, (struct text){path, strlen(path)}), 0);
}

static void test_names_are_copies(void **state)
{
	char path[] = "/a/b";

	(void)state;
	set(1, path);
	set(UINT64_MAX, "");
	memset(path, '#', sizeof(path));
	assert_text(cgroup_names_find(&names, 1), "/a/b");
	assert_text(cgroup_names_find(&names, UINT64_MAX), "");
	assert_null(cgroup_names_find(&names, 2).bytes);
}

static void test_no_id_has_no_name(void **state)
{
	(void)state;
	set(0, "/nobody");
	assert_null(cgroup_names_find(&names, 0).bytes);
}

static void test_the_last_name_counts(void **state)
{
	(void)state;
	set(1, "/first");
	set(2, "/other");
	set(1, "/second");
	assert_text(cgroup_names_find(&names, 1), "/second");
	assert_text(cgroup_names_find(&names, 2), "/other");
}

static void test_the_oldest_are_forgotten(void **state)
{
	char path[32];

	(void)state;
	for (uint64_t id = 1; id <= CGROUP_NAMES_MAX; id++) {
		snprintf(path, sizeof(path), "/%u", (unsigned int)id);
		set(id, path);
	}
	assert_text(cgroup_names_find(&names, 1), "/1");
	/* Told again, it is a new one. */
	set(1, "/1 again");
	set(CGROUP_NAMES_MAX + 1, "/one more");
	assert_text(cgroup_names_find(&names, 1), "/1 again");
	assert_null(cgroup_names_find(&names, 2).bytes);
	assert_text(cgroup_names_find(&names, 3), "/3");
	assert_text(cgroup_names_find(&names, CGROUP_NAMES_MAX + 1), "/one more");
}

static void test_no_memory(void **state)
{
	int code = -ENOMEM;

	(void)state;
	for (int count = 0; code == -ENOMEM; count++) {
		allocations_left = count;
		code = cgroup_names_set(&names, 1, (struct text){"/a", 2});
		allocations_left = -1;
		assert_true(code == 0 || code == -ENOMEM);
		if (code < 0)
			assert_null(cgroup_names_find(&names, 1).bytes);
	}
	allocations_left = 0;
	assert_int_equal(cgroup_names_set(&names, 1, (struct text){"/b", 2}), -ENOMEM);
	allocations_left = -1;
	assert_text(cgroup_names_find(&names, 1), "/a");
}

#define names_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* Samples have the root's id for everybody until the kernel tells the groups apart. */
static void test_another_id_proves_the_root(void **state)
{
	(void)state;
	set(1, "/");
	set(5, "/a");
	assert_null(cgroup_names_find(&names, 1).bytes);
	assert_text(cgroup_names_find(&names, 5), "/a");
	assert_text(cgroup_names_find(&names, 1), "/");
}

static void test_the_root_is_proven(void **state)
{
	(void)state;
	set(1, "/");
	names.root_proven = true;
	assert_text(cgroup_names_find(&names, 1), "/");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		names_test(test_names_are_copies),
		names_test(test_no_id_has_no_name),
		names_test(test_the_last_name_counts),
		names_test(test_the_oldest_are_forgotten),
		names_test(test_another_id_proves_the_root),
		names_test(test_the_root_is_proven),
		names_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
