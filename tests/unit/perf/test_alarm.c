/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Alarms: what the kernel is asked for, and how much room it finds. That they ring is for the live
 * tests (tests/live/test_alarm.py).
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "perf/alarm.h"
#include "perf/perf_event.h"
#include "support.h"

#define CPU 3

/* ---- the kernel ---- */

static struct {
	struct perf_event_attr attrs[ALARM_TRACEPOINTS + 1];
	size_t opened;
	size_t refuse_at; /* the event, from 1, that is refused with `refusal` */
	int refusal;
	unsigned long refused_request; /* an ioctl(2) that fails with EINVAL */
	unsigned int filters, outputs, enables;
	bool refuse_map;
	int maps, closes;
} kernel;

int __wrap_perf_event_open_raw(struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			       unsigned long flags);
int __wrap_ioctl(int fd, unsigned long request, void *argument);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
int __wrap_munmap(void *at, size_t size);
int __real_munmap(void *at, size_t size);
int __wrap_close(int fd);
int __real_close(int fd);

int __wrap_perf_event_open_raw(struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			       unsigned long flags)
{
	assert_int_equal(pid, -1);
	assert_int_equal(cpu, CPU);
	assert_int_equal(group_fd, -1);
	assert_int_equal(flags, PERF_FLAG_FD_CLOEXEC);
	kernel.attrs[kernel.opened++] = *attr;
	if (kernel.opened == kernel.refuse_at)
		return kernel.refusal;
	int fd = memfd_create("event", MFD_CLOEXEC);
	assert_int_equal(ftruncate(fd, 2 * sysconf(_SC_PAGESIZE)), 0);
	return fd;
}

int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
	(void)fd;
	(void)argument;
	kernel.filters += request == PERF_EVENT_IOC_SET_FILTER;
	kernel.outputs += request == PERF_EVENT_IOC_SET_OUTPUT;
	kernel.enables += request == PERF_EVENT_IOC_ENABLE;
	if (request != kernel.refused_request)
		return 0;
	errno = EINVAL;
	return -1;
}

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (kernel.refuse_map) {
		errno = EPERM;
		return MAP_FAILED;
	}
	kernel.maps++;
	return __real_mmap(at, size, protection, flags, fd, offset);
}

int __wrap_munmap(void *at, size_t size)
{
	kernel.maps--;
	return __real_munmap(at, size);
}

int __wrap_close(int fd)
{
	kernel.closes++;
	return __real_close(fd);
}

/* ---- tests ---- */

static const struct alarm_tracepoint tracepoints[] = {
	{11, "pid == 1"}, {12, NULL}, {13, "pid == 1"}, {14, NULL}};

static int open_three(struct alarm *alarm)
{
	return alarm_open(alarm, tracepoints, 3, CPU);
}

static int reset(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

static void test_what_is_opened(void **state)
{
	struct alarm alarm;

	(void)state;
	assert_int_equal(open_three(&alarm), 0);
	assert_int_equal(kernel.opened, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct perf_event_attr *attr = &kernel.attrs[i];

		assert_int_equal(attr->type, PERF_TYPE_TRACEPOINT);
		assert_int_equal(attr->config, tracepoints[i].id);
		assert_int_equal(attr->sample_type, 0);
		assert_int_equal(attr->wakeup_events, 1);
		assert_int_equal(attr->sample_period, 1);
		assert_true(attr->disabled && !attr->watermark);
	}
	assert_int_equal(kernel.filters, 2);
	assert_int_equal(kernel.outputs, 2);
	assert_int_equal(kernel.enables, 0);
	assert_int_equal(alarm_enable(&alarm), 0);
	assert_int_equal(kernel.enables, 3);
	alarm_close(&alarm);
	assert_int_equal(kernel.maps, 0);
	assert_int_equal(kernel.closes, 3);
	alarm_close(&alarm);
	assert_int_equal(kernel.closes, 3);
}

/* Bytes that the kernel finds free (perf_output_space(), kernel/events/ring_buffer.c). */
static uint64_t free_bytes(const struct alarm *alarm)
{
	const uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);

	return (alarm->page->data_tail - alarm->page->data_head - 1) & (size - 1);
}

static void test_room(void **state)
{
	static const uint64_t heads[] = {0, 8, 4088, 4096, 123456789 * 8ULL};
	struct alarm alarm;

	(void)state;
	assert_int_equal(open_three(&alarm), 0);
	assert_int_equal(free_bytes(&alarm), 0);
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		alarm.page->data_head = heads[i];
		alarm_arm(&alarm);
		/* PERF_RECORD_LOST takes 24 bytes, and a sample 8. */
		assert_int_equal(free_bytes(&alarm), 32);
		alarm.page->data_head += 32;
		assert_int_equal(free_bytes(&alarm), 0);
		alarm_disarm(&alarm);
		assert_int_equal(free_bytes(&alarm), 0);
	}
	alarm_close(&alarm);
}

static void assert_refused(int code)
{
	struct alarm alarm;

	assert_int_equal(open_three(&alarm), code);
	assert_null(alarm.page);
	assert_int_equal(alarm.count, 0);
	assert_int_equal(kernel.maps, 0);
	alarm_close(&alarm);
}

static void test_refusals(void **state)
{
	static const unsigned long requests[] = {PERF_EVENT_IOC_SET_FILTER,
						 PERF_EVENT_IOC_SET_OUTPUT};
	struct alarm alarm;

	for (size_t at = 1; at <= 3; at++) {
		kernel.refuse_at = at;
		kernel.refusal = -EMFILE;
		assert_refused(-EMFILE);
		assert_int_equal(kernel.closes, at - 1);
		reset(state);
	}
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		kernel.refused_request = requests[i];
		assert_refused(-EINVAL);
		reset(state);
	}
	kernel.refuse_map = true;
	assert_refused(-EPERM);
	reset(state);
	assert_int_equal(alarm_open(&alarm, tracepoints, 0, CPU), -EINVAL);
	assert_int_equal(alarm_open(&alarm, tracepoints, 4, CPU), -EINVAL);
	assert_int_equal(open_three(&alarm), 0);
	kernel.refused_request = PERF_EVENT_IOC_ENABLE;
	assert_int_equal(alarm_enable(&alarm), -EINVAL);
	alarm_close(&alarm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_what_is_opened, reset),
		cmocka_unit_test_setup(test_room, reset),
		cmocka_unit_test_setup(test_refusals, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
