/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names are made once, and shared.
 */
#include <errno.h>
#include <string.h>

#include "support.h"
#include "task/shared_comm.h"

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static bool has_memory = true;

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return has_memory ? __real_aligned_alloc(alignment, size) : NULL;
}

static struct pool pool;

static int set_up(void **state)
{
	(void)state;
	pool = (struct pool){.size = sizeof(struct shared_comm)};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pool_done(&pool);
	return 0;
}

static int set(struct shared_comm **comm, const char *text, struct shared_comm *like)
{
	return shared_comm_set(comm, (struct text){text, strlen(text)}, like, &pool);
}

static void test_the_same_name_stays(void **state)
{
	struct shared_comm *comm = NULL;

	(void)state;
	assert_int_equal(set(&comm, "sh", NULL), 0);
	struct shared_comm *first = comm;
	assert_int_equal(set(&comm, "sh", NULL), 0);
	assert_ptr_equal(comm, first);
	assert_int_equal(comm->references, 1);
	assert_int_equal(set(&comm, "s", NULL), 0);
	assert_text(shared_comm_text(comm), "s");
	assert_int_equal(set(&comm, "sh", NULL), 0);
	assert_text(shared_comm_text(comm), "sh");
	shared_comm_release(comm);
	shared_comm_release(NULL);
}

static void test_a_likely_one_is_shared(void **state)
{
	struct shared_comm *parent = NULL, *child = NULL;

	(void)state;
	assert_int_equal(set(&parent, "sh", NULL), 0);
	assert_int_equal(set(&child, "sh", parent), 0);
	assert_ptr_equal(child, parent);
	assert_int_equal(parent->references, 2);
	assert_int_equal(set(&child, "cc1", parent), 0);
	assert_int_equal(parent->references, 1);
	assert_text(shared_comm_text(child), "cc1");
	shared_comm_share(&child, parent);
	assert_ptr_equal(child, parent);
	shared_comm_share(&child, child);
	assert_int_equal(parent->references, 2);
	shared_comm_share(&child, NULL);
	assert_null(child);
	shared_comm_release(parent);
}

static void test_an_empty_name_is_not_known(void **state)
{
	struct shared_comm *comm = NULL;

	(void)state;
	assert_null(shared_comm_text(NULL).bytes);
	assert_int_equal(set(&comm, "sh", NULL), 0);
	assert_int_equal(shared_comm_set(&comm, (struct text){0}, comm, &pool), 0);
	assert_null(comm);
}

static void test_a_long_one_is_cut(void **state)
{
	struct shared_comm *comm = NULL;

	(void)state;
	assert_int_equal(set(&comm, "0123456789abcdefghi", NULL), 0);
	assert_text(shared_comm_text(comm), "0123456789abcdef");
	struct shared_comm *first = comm;
	assert_int_equal(set(&comm, "0123456789abcdef", NULL), 0);
	assert_ptr_equal(comm, first);
	shared_comm_release(comm);
}

static void test_no_memory(void **state)
{
	struct shared_comm *comm = NULL, *other = NULL;

	(void)state;
	has_memory = false;
	int code = set(&comm, "sh", NULL);
	has_memory = true;
	assert_int_equal(code, -ENOMEM);
	assert_null(comm);
	assert_int_equal(set(&comm, "sh", NULL), 0);
	has_memory = false;
	while (set(&other, "bash", NULL) == 0)
		other = NULL;
	int same = set(&comm, "sh", NULL);
	code = set(&comm, "bash", NULL);
	has_memory = true;
	assert_int_equal(same, 0);
	assert_int_equal(code, -ENOMEM);
	assert_text(shared_comm_text(comm), "sh");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_the_same_name_stays),
		TEST(test_a_likely_one_is_shared),
		TEST(test_an_empty_name_is_not_known),
		TEST(test_a_long_one_is_cut),
		TEST(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
