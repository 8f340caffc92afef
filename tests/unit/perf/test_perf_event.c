/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked of perf_event_open(2), and what happens where a kernel does not know all of it. The
 * kernel is this test's own: syscall() and read() are replaced.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "perf/perf_event.h"
#include "perf/sample_extra.h"
#include "support.h"

#define FAKE_FD 12345
#define CALLS_MAX 32

/* The system calls seen, and how they are answered. */
static struct {
	unsigned int known; /* 1 << enum perf_feature */
	int refusal;        /* errno of an attr that is understood, 0: it is opened */
	int calls;
	struct perf_event_attr attrs[CALLS_MAX];
	int pid, cpu, group_fd;
	unsigned long flags;
} kernel;

static const struct perf_event_extra no_extra = {0};
static const struct perf_event_extra all_extra = {
	.regs_user = 0x80, .stack_user = 16384, .cgroup = true};

static int open_owner(int cpu, uint32_t watermark, bool comm, unsigned int *features)
{
	const struct ring_owner owner = {.watermark = watermark, .comm = comm, .cgroup = true};

	return perf_event_open_ring_owner(&owner, cpu, features);
}

static unsigned int asked_for(const struct perf_event_attr *attr)
{
	return (attr->read_format & PERF_EVENT_FORMAT_LOST ? 1U << PERF_FEATURE_READ_LOST : 0) |
	       (attr->cgroup || attr->sample_type & SAMPLE_EXTRA_CGROUP ? 1U << PERF_FEATURE_CGROUP
									: 0) |
	       (attr->use_clockid ? 1U << PERF_FEATURE_CLOCKID : 0) |
	       (attr->comm_exec ? 1U << PERF_FEATURE_COMM_EXEC : 0);
}

static long answer(const struct perf_event_attr *attr)
{
	assert_true(kernel.calls < CALLS_MAX);
	kernel.attrs[kernel.calls++] = *attr;
	errno = EINVAL;
	if (asked_for(attr) & ~kernel.known)
		return -1;
	errno = kernel.refusal;
	return kernel.refusal ? -1 : FAKE_FD;
}

long __wrap_syscall(long number, ...);

long __wrap_syscall(long number, ...)
{
	va_list arguments;

	assert_int_equal(number, SYS_perf_event_open);
	va_start(arguments, number);
	const struct perf_event_attr *attr = va_arg(arguments, const struct perf_event_attr *);
	kernel.pid = va_arg(arguments, int);
	kernel.cpu = va_arg(arguments, int);
	kernel.group_fd = va_arg(arguments, int);
	kernel.flags = va_arg(arguments, unsigned long);
	va_end(arguments);
	return answer(attr);
}

/* What read() gives for FAKE_FD: as many u64s as read_format asks for, or an error. */
static struct {
	uint64_t values[2];
	ssize_t size;
	int error;
} counts;

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);

ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
	if (fd != FAKE_FD)
		return __real_read(fd, bytes, size);
	if (counts.error) {
		errno = counts.error;
		return -1;
	}
	assert_true(size >= (size_t)counts.size);
	memcpy(bytes, counts.values, (size_t)counts.size);
	return counts.size;
}

static int reset(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	memset(&counts, 0, sizeof(counts));
	kernel.known = PERF_FEATURES_ALL;
	return 0;
}

static const struct perf_event_attr *last_attr(void)
{
	assert_true(kernel.calls > 0);
	return &kernel.attrs[kernel.calls - 1];
}

/* What all events of a ring have in common: else the kernel refuses to let them share it. */
static void assert_ring_attr(const struct perf_event_attr *attr)
{
	assert_int_equal(attr->sample_type, PERF_EVENT_SAMPLE_TYPE);
	assert_int_equal(attr->disabled, 1);
	assert_int_equal(attr->sample_id_all, 1);
	assert_int_equal(attr->inherit, 0);
	assert_int_equal(attr->use_clockid, 1);
	assert_int_equal(attr->clockid, CLOCK_MONOTONIC);
	/* Larger ones are E2BIG on kernels that are still about. */
	assert_true(attr->size >= PERF_ATTR_SIZE_VER0 && attr->size <= 112);
	assert_int_equal(kernel.pid, -1);
	assert_int_equal(kernel.cpu, 5);
	assert_int_equal(kernel.group_fd, -1);
	assert_int_equal(kernel.flags, PERF_FLAG_FD_CLOEXEC);
}

static void test_tracepoint(void **state)
{
	unsigned int features = PERF_FEATURES_ALL;

	(void)state;
	assert_int_equal(perf_event_open_tracepoint(366, &no_extra, 5, &features), FAKE_FD);
	assert_int_equal(kernel.calls, 1);
	assert_int_equal(features, PERF_FEATURES_ALL);
	assert_int_equal(last_attr()->type, PERF_TYPE_TRACEPOINT);
	assert_int_equal(last_attr()->config, 366);
	assert_int_equal(last_attr()->sample_period, 1);
	assert_int_equal(last_attr()->freq, 0);
	assert_int_equal(last_attr()->read_format, PERF_EVENT_FORMAT_LOST);
	assert_ring_attr(last_attr());
}

static void test_tracepoint_with_all_there_is(void **state)
{
	unsigned int features = PERF_FEATURES_ALL;

	(void)state;
	assert_int_equal(perf_event_open_tracepoint(366, &all_extra, 5, &features), FAKE_FD);
	assert_int_equal(last_attr()->sample_type, PERF_EVENT_SAMPLE_TYPE | PERF_SAMPLE_REGS_USER |
							   PERF_SAMPLE_STACK_USER |
							   SAMPLE_EXTRA_CGROUP);
	assert_int_equal(last_attr()->sample_regs_user, 0x80);
	assert_int_equal(last_attr()->sample_stack_user, 16384);
	assert_true(last_attr()->size >= PERF_ATTR_SIZE_VER3 && last_attr()->size <= 112);
}

static void test_ring_owner(void **state)
{
	unsigned int features = PERF_FEATURES_ALL;

	(void)state;
	assert_int_equal(open_owner(5, 32768, true, &features), FAKE_FD);
	assert_int_equal(kernel.calls, 1);
	assert_int_equal(features, PERF_FEATURES_ALL);
	assert_int_equal(last_attr()->type, PERF_TYPE_SOFTWARE);
	assert_int_equal(last_attr()->config, PERF_COUNT_SW_DUMMY);
	assert_int_equal(last_attr()->watermark, 1);
	assert_int_equal(last_attr()->wakeup_watermark, 32768);
	assert_int_equal(last_attr()->comm, 1);
	assert_int_equal(last_attr()->comm_exec, 1);
	assert_ring_attr(last_attr());
}

static void test_ring_owner_without_comm(void **state)
{
	unsigned int features = PERF_FEATURES_ALL;

	(void)state;
	assert_int_equal(open_owner(5, 4096, false, &features), FAKE_FD);
	assert_int_equal(last_attr()->comm, 0);
	assert_int_equal(last_attr()->comm_exec, 0);
	assert_int_equal(last_attr()->mmap, 0);
	assert_ring_attr(last_attr());
}

static void test_ring_owner_of_a_command(void **state)
{
	const struct ring_owner owner = {.command = 77, .watermark = 4096};
	unsigned int features = PERF_FEATURES_ALL;

	(void)state;
	assert_int_equal(perf_event_open_ring_owner(&owner, 5, &features), FAKE_FD);
	assert_int_equal(kernel.pid, 77);
	assert_int_equal(kernel.cpu, 5);
	const struct perf_event_attr *attr = last_attr();
	assert_true(attr->inherit && attr->exclude_kernel && attr->exclude_hv);
	assert_true(attr->task && attr->comm && attr->comm_exec && attr->mmap && attr->mmap2);
	assert_true(attr->disabled && attr->sample_id_all && !attr->cgroup);
}

/* A kernel that lacks the first FEWER features: they are dropped one by one, in order. */
static void check_old_kernel(unsigned int fewer, bool comm)
{
	unsigned int features = PERF_FEATURES_ALL;

	reset(NULL);
	kernel.known = PERF_FEATURES_ALL << fewer & PERF_FEATURES_ALL;
	assert_int_equal(open_owner(5, 4096, comm, &features), FAKE_FD);
	assert_true(kernel.calls <= 1 + (int)fewer);
	for (int call = 0; call < kernel.calls; call++) {
		unsigned int left = PERF_FEATURES_ALL << call & PERF_FEATURES_ALL;

		if (!comm)
			left &= ~(1U << PERF_FEATURE_COMM_EXEC);
		assert_int_equal(asked_for(&kernel.attrs[call]), left);
		assert_int_equal(kernel.attrs[call].comm, comm);
		if (!kernel.attrs[call].use_clockid)
			assert_int_equal(kernel.attrs[call].clockid, 0);
	}
	/* Without COMM nothing is learnt about the last one. */
	if (!comm)
		features &= ~(1U << PERF_FEATURE_COMM_EXEC);
	assert_int_equal(features, kernel.known & (comm ? ~0U : ~(1U << PERF_FEATURE_COMM_EXEC)));
}

static void test_features_are_dropped_in_order(void **state)
{
	(void)state;
	for (unsigned int fewer = 0; fewer <= PERF_FEATURES; fewer++) {
		check_old_kernel(fewer, true);
		check_old_kernel(fewer, false);
	}
}

static void test_tracepoints_drop_features_too(void **state)
{
	unsigned int features = PERF_FEATURES_ALL;

	(void)state;
	kernel.known = 1U << PERF_FEATURE_CLOCKID | 1U << PERF_FEATURE_COMM_EXEC;
	assert_int_equal(perf_event_open_tracepoint(1, &all_extra, 5, &features), FAKE_FD);
	assert_int_equal(kernel.calls, 3);
	assert_int_equal(features, kernel.known);
	assert_int_equal(last_attr()->sample_type & SAMPLE_EXTRA_CGROUP, 0);
	assert_int_equal(last_attr()->read_format & PERF_EVENT_FORMAT_LOST, 0);
	assert_int_equal(last_attr()->use_clockid, 1);
}

static void test_what_was_learnt_is_not_tried_again(void **state)
{
	unsigned int features = 0;

	(void)state;
	kernel.known = 0;
	assert_int_equal(perf_event_open_tracepoint(1, &no_extra, 5, &features), FAKE_FD);
	assert_int_equal(kernel.calls, 1);
	assert_int_equal(open_owner(5, 4096, true, &features), FAKE_FD);
	assert_int_equal(kernel.calls, 2);
	assert_int_equal(features, 0);
}

static void test_endless_einval_ends(void **state)
{
	unsigned int features = PERF_FEATURES_ALL;

	(void)state;
	kernel.refusal = EINVAL;
	assert_int_equal(perf_event_open_tracepoint(1, &no_extra, 5, &features), -EINVAL);
	assert_true(kernel.calls <= 1 + PERF_FEATURES);
	kernel.calls = 0;
	features = PERF_FEATURES_ALL;
	assert_int_equal(open_owner(5, 4096, true, &features), -EINVAL);
	assert_true(kernel.calls <= 1 + PERF_FEATURES);
	kernel.calls = 0;
	features = 0;
	assert_int_equal(open_owner(5, 4096, true, &features), -EINVAL);
	assert_int_equal(kernel.calls, 1);
}

static void test_other_errors_come_through(void **state)
{
	static const int errors[] = {EPERM,  EACCES, ENOENT, ENODEV, ENOSYS,    EMFILE,
				     ENFILE, E2BIG,  EBUSY,  ENOMEM, EOPNOTSUPP};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		unsigned int features = PERF_FEATURES_ALL;

		reset(NULL);
		kernel.refusal = errors[i];
		assert_int_equal(perf_event_open_tracepoint(1, &no_extra, 5, &features),
				 -errors[i]);
		assert_int_equal(kernel.calls, 1);
		assert_int_equal(open_owner(5, 4096, true, &features), -errors[i]);
		assert_int_equal(kernel.calls, 2);
		assert_int_equal(features, PERF_FEATURES_ALL);
	}
}

static void test_an_old_kernel_that_refuses_says_why(void **state)
{
	unsigned int features = PERF_FEATURES_ALL;

	(void)state;
	kernel.known = 0;
	kernel.refusal = EACCES;
	assert_int_equal(open_owner(5, 4096, true, &features), -EACCES);
	assert_true(kernel.calls <= 1 + PERF_FEATURES);
}

static void test_raw_call(void **state)
{
	struct perf_event_attr attr = {.type = 77, .size = sizeof(attr)};

	(void)state;
	assert_int_equal(perf_event_open_raw(&attr, 1, 2, 3, 8), FAKE_FD);
	assert_int_equal(last_attr()->type, 77);
	assert_int_equal(kernel.pid, 1);
	assert_int_equal(kernel.cpu, 2);
	assert_int_equal(kernel.group_fd, 3);
	assert_int_equal(kernel.flags, 8);
	kernel.refusal = ENOENT;
	assert_int_equal(perf_event_open_raw(&attr, -1, -1, -1, 0), -ENOENT);
}

static void test_read_lost(void **state)
{
	uint64_t lost = 99;

	(void)state;
	counts.values[0] = 1000;
	counts.values[1] = UINT64_MAX - 1;
	counts.size = sizeof(counts.values);
	assert_int_equal(perf_event_read_lost(FAKE_FD, &lost), 0);
	assert_int_equal(lost, UINT64_MAX - 1);
}

static void test_read_lost_fails(void **state)
{
	uint64_t lost = 99;

	(void)state;
	counts.error = ENOSPC;
	assert_int_equal(perf_event_read_lost(FAKE_FD, &lost), -ENOSPC);
	counts.error = 0;
	for (counts.size = 0; counts.size < (ssize_t)sizeof(counts.values); counts.size++)
		assert_true(perf_event_read_lost(FAKE_FD, &lost) < 0);
	assert_int_equal(lost, 99);
}

static void test_consequences(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PERF_FEATURES; i++) {
		const char *consequence = perf_feature_consequence((enum perf_feature)i);

		assert_non_null(consequence);
		assert_string_not_equal(consequence, "");
		assert_null(strchr(consequence, '\n'));
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(consequence,
						perf_feature_consequence((enum perf_feature)j));
	}
}

#define perf_test(test) cmocka_unit_test_setup(test, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		perf_test(test_tracepoint),
		perf_test(test_tracepoint_with_all_there_is),
		perf_test(test_ring_owner),
		perf_test(test_ring_owner_without_comm),
		perf_test(test_ring_owner_of_a_command),
		perf_test(test_features_are_dropped_in_order),
		perf_test(test_tracepoints_drop_features_too),
		perf_test(test_what_was_learnt_is_not_tried_again),
		perf_test(test_endless_einval_ends),
		perf_test(test_other_errors_come_through),
		perf_test(test_an_old_kernel_that_refuses_says_why),
		perf_test(test_raw_call),
		perf_test(test_read_lost),
		perf_test(test_read_lost_fails),
		perf_test(test_consequences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
