/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which task's status a pidfd is taken for, how many are open, and that all of them are closed.
 * The kernel is scripted; times are ns.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/limits.h"
#include "host/perf_clock.h"
#include "host/pidfd.h"
#include "perf/perf_event.h"
#include "perf/record.h"
#include "source/exit_pidfds.h"
#include "support.h"
#include "support_memory.h"

static struct {
	int probe_code, open_code, status_code;
	size_t files; /* that the limit grants */
	int open, opened;
	bool is_thread; /* as asked last */
	uint64_t now_ns;
} kernel;

int __wrap_pidfd_probe(void);
int __wrap_pidfd_open_task(int32_t tid, bool is_thread);
int __wrap_pidfd_exit_status(int fd, uint32_t *status);
int __wrap_limits_want_files(size_t files);
uint64_t __wrap_perf_clock_now_ns(void);
int __real_close(int fd);
int __wrap_close(int fd);

int __wrap_pidfd_probe(void)
{
	return kernel.probe_code;
}

int __wrap_pidfd_open_task(int32_t tid, bool is_thread)
{
	(void)tid;
	kernel.is_thread = is_thread;
	if (kernel.open_code < 0)
		return kernel.open_code;
	kernel.open++;
	kernel.opened++;
	return eventfd(0, EFD_CLOEXEC);
}

int __wrap_pidfd_exit_status(int fd, uint32_t *status)
{
	assert_true(fd >= 0);
	if (kernel.status_code > 0)
		*status = 0x700;
	return kernel.status_code;
}

int __wrap_limits_want_files(size_t files)
{
	return files <= kernel.files ? 0 : -EMFILE;
}

uint64_t __wrap_perf_clock_now_ns(void)
{
	return kernel.now_ns;
}

int __wrap_close(int fd)
{
	kernel.open--;
	return __real_close(fd);
}

static struct exit_pidfds *pidfds;
static uint32_t status;

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.files = 1000000;
	kernel.status_code = 1;
	kernel.now_ns = 100;
	return exit_pidfds_open(&pidfds);
}

static int tear_down(void **state)
{
	(void)state;
	exit_pidfds_free(pidfds);
	pidfds = NULL;
	return kernel.open;
}

static void preview(uint32_t type, uint32_t pid, uint32_t tid, uint64_t time_ns, uint32_t size)
{
	const struct sample trailer = {.time_ns = time_ns};
	const struct record_fork body = {pid, 1, tid, 1, time_ns};
	unsigned char bytes[128];

	make_record(bytes, type, 0, &body, size, PERF_EVENT_SAMPLE_TYPE, &trailer);
	exit_pidfds_preview(pidfds, (const struct perf_event_header *)(void *)bytes);
}

static void test_a_fork_is_opened_and_told(void **state)
{
	(void)state;
	preview(PERF_RECORD_FORK, 7, 7, 90, sizeof(struct record_fork));
	assert_true(exit_pidfds_has(pidfds, 7));
	assert_false(kernel.is_thread);
	kernel.status_code = 0;
	assert_int_equal(exit_pidfds_take(pidfds, 7, 150, &status), 0);
	kernel.status_code = 1;
	assert_int_equal(exit_pidfds_take(pidfds, 7, 150, &status), 1);
	assert_int_equal(status, 0x700);
	assert_int_equal(kernel.open, 0);
	assert_int_equal(exit_pidfds_take(pidfds, 7, 150, &status), -ESRCH);
}

static void test_other_records_are_passed_over(void **state)
{
	(void)state;
	preview(PERF_RECORD_EXIT, 7, 7, 90, sizeof(struct record_fork));
	preview(PERF_RECORD_FORK, 7, 7, 90, 8);
	assert_int_equal(kernel.opened, 0);
	preview(PERF_RECORD_FORK, 7, 8, 90, sizeof(struct record_fork));
	assert_true(kernel.is_thread);
	exit_pidfds_close(pidfds, 7);
	exit_pidfds_close(pidfds, 8);
	assert_int_equal(kernel.open, 0);
}

static void test_what_may_be_another_task(void **state)
{
	(void)state;
	/* Opened long after the end. */
	kernel.now_ns = 100 + NS_PER_MS;
	exit_pidfds_add(pidfds, 7, false, 90);
	assert_int_equal(exit_pidfds_take(pidfds, 7, 99, &status), -ESRCH);
	assert_false(exit_pidfds_has(pidfds, 7));
	exit_pidfds_add(pidfds, 7, false, 90);
	assert_int_equal(exit_pidfds_take(pidfds, 7, 100, &status), 1);
	/* Born after it: that one is still to end. */
	exit_pidfds_add(pidfds, 8, false, 200);
	assert_int_equal(exit_pidfds_take(pidfds, 8, 199, &status), -ESRCH);
	assert_int_equal(exit_pidfds_take(pidfds, 8, kernel.now_ns, &status), 1);
}

static void test_an_id_that_is_used_again(void **state)
{
	(void)state;
	exit_pidfds_add(pidfds, 7, false, 90);
	exit_pidfds_add(pidfds, 7, false, 100);
	assert_int_equal(kernel.open, 1);
	assert_int_equal(exit_pidfds_take(pidfds, 7, 95, &status), -ESRCH);
	kernel.open_code = -ESRCH;
	exit_pidfds_add(pidfds, 7, false, 200);
	assert_false(exit_pidfds_has(pidfds, 7));
	assert_int_equal(kernel.open, 0);
}

static void test_a_kernel_that_has_forgotten(void **state)
{
	(void)state;
	exit_pidfds_add(pidfds, 7, false, 90);
	kernel.status_code = -ESRCH;
	assert_int_equal(exit_pidfds_take(pidfds, 7, 150, &status), -ESRCH);
	exit_pidfds_add(pidfds, 7, false, 90);
	kernel.status_code = -EIO;
	assert_int_equal(exit_pidfds_take(pidfds, 7, 150, &status), -ESRCH);
	assert_int_equal(kernel.open, 0);
}

static void test_the_limit(void **state)
{
	(void)state;
	exit_pidfds_free(pidfds);
	kernel.files = 64 + 64 + 5;
	assert_int_equal(exit_pidfds_open(&pidfds), 0);
	for (int32_t tid = 1; tid <= 100; tid++)
		exit_pidfds_add(pidfds, tid, false, 90);
	assert_int_equal(kernel.open, 64);
	assert_true(exit_pidfds_has(pidfds, 64));
	assert_false(exit_pidfds_has(pidfds, 65));
	exit_pidfds_close(pidfds, 1);
	exit_pidfds_add(pidfds, 65, false, 90);
	assert_true(exit_pidfds_has(pidfds, 65));
}

static void test_why_there_are_none(void **state)
{
	struct exit_pidfds *none = NULL;

	(void)state;
	kernel.files = 64;
	assert_int_equal(exit_pidfds_open(&none), -EMFILE);
	kernel.probe_code = -ENOTTY;
	assert_int_equal(exit_pidfds_open(&none), -ENOTTY);
	kernel.probe_code = 0;
	kernel.files = 1000;
	allocations_left = 0;
	assert_int_equal(exit_pidfds_open(&none), -ENOMEM);
	allocations_left = -1;
	assert_null(none);
	exit_pidfds_free(NULL);
}

static void test_without_memory_it_has_no_status(void **state)
{
	(void)state;
	for (int left = 0; left < 3; left++) {
		allocations_left = left;
		exit_pidfds_add(pidfds, 7, false, 90);
		allocations_left = -1;
		assert_int_equal(exit_pidfds_has(pidfds, 7), false);
		assert_int_equal(kernel.open, 0);
	}
	exit_pidfds_add(pidfds, 7, false, 90);
	assert_true(exit_pidfds_has(pidfds, 7));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_fork_is_opened_and_told),   TEST(other_records_are_passed_over),
		TEST(what_may_be_another_task),    TEST(an_id_that_is_used_again),
		TEST(a_kernel_that_has_forgotten), TEST(the_limit),
		TEST(why_there_are_none),          TEST(without_memory_it_has_no_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
