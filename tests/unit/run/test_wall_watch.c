/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wall clock's steps, by clocks of this test's own, and the timer that tells of them. Nobody
 * sets the clock: tests/live/test_clocks.py has what follows from it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/wall_watch.h"
#include "sink/text/wall_steps.h"
#include "support.h"

static struct {
	int64_t wall_offset_ns;
	uint64_t passes_ns; /* between two readings of a clock */
	uint64_t passed_ns;
	int refuse_create, refuse_set; /* errno; 0: not */
	int fd;
} kernel;

int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_timerfd_create(int clock, int flags);
int __real_timerfd_create(int clock, int flags);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value,
			   struct itimerspec *old);
int __real_timerfd_settime(int fd, int flags, const struct itimerspec *value,
			   struct itimerspec *old);

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	kernel.passed_ns += kernel.passes_ns;
	const int64_t now = (int64_t)(100 * NS_PER_S + kernel.passed_ns) +
			    (clock == CLOCK_REALTIME ? kernel.wall_offset_ns : 0);

	time->tv_sec = (time_t)(now / (int64_t)NS_PER_S);
	time->tv_nsec = (long)(now % (int64_t)NS_PER_S);
	return 0;
}

int __wrap_timerfd_create(int clock, int flags)
{
	assert_int_equal(clock, CLOCK_REALTIME);
	errno = kernel.refuse_create;
	kernel.fd = errno ? -1 : __real_timerfd_create(clock, flags);
	return kernel.fd;
}

int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value,
			   struct itimerspec *old)
{
	assert_int_equal(flags, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	errno = kernel.refuse_set;
	return errno ? -1 : __real_timerfd_settime(fd, flags, value, old);
}

static int set_up(void **state)
{
	(void)state;
	kernel.wall_offset_ns = 0;
	kernel.passes_ns = kernel.passed_ns = 0;
	kernel.refuse_create = kernel.refuse_set = 0;
	return 0;
}

static bool is_readable(int fd)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	return poll(&polled, 1, 0) == 1;
}

static void test_steps(void **state)
{
	struct wall_watch watch = {0};
	uint64_t from_ns = 0;

	(void)state;
	assert_true(wall_watch_look(&watch, &from_ns));
	assert_int_equal(watch.offset_ns, 0);
	assert_false(wall_watch_look(&watch, &from_ns));
	kernel.wall_offset_ns = WALL_STEP_NS - 1;
	assert_false(wall_watch_look(&watch, &from_ns));
	kernel.wall_offset_ns = -WALL_STEP_NS;
	assert_true(wall_watch_look(&watch, &from_ns));
	assert_int_equal(watch.offset_ns, -WALL_STEP_NS);
	assert_int_equal(from_ns, 100 * NS_PER_S);
}

static void test_an_interrupted_look(void **state)
{
	struct wall_watch watch = {.known = true};
	uint64_t from_ns;

	(void)state;
	kernel.wall_offset_ns = 2 * WALL_STEP_NS;
	kernel.passes_ns = NS_PER_MS;
	assert_false(wall_watch_look(&watch, &from_ns));
	assert_true(watch.unsure);
	kernel.passes_ns = 0;
	assert_true(wall_watch_look(&watch, &from_ns));
	assert_false(watch.unsure);
	assert_int_equal(watch.offset_ns, 2 * WALL_STEP_NS);
}

static void test_a_clock_that_nobody_sets(void **state)
{
	int fd = wall_alarm_open();

	(void)state;
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_false(is_readable(fd));
	/* It does not block. */
	wall_alarm_clear(fd);
	close(fd);
}

static void test_an_alarm_that_rang_is_cleared(void **state)
{
	const struct itimerspec past = {.it_value.tv_nsec = 1};
	int fd = wall_alarm_open();

	(void)state;
	assert_int_equal(__real_timerfd_settime(fd, TFD_TIMER_ABSTIME, &past, NULL), 0);
	assert_true(is_readable(fd));
	wall_alarm_clear(fd);
	assert_false(is_readable(fd));
	close(fd);
}

static void test_kernels_that_refuse(void **state)
{
	(void)state;
	kernel.refuse_create = EMFILE;
	assert_int_equal(wall_alarm_open(), -EMFILE);
	kernel.refuse_create = 0;
	kernel.refuse_set = EINVAL;
	assert_int_equal(wall_alarm_open(), -EINVAL);
	assert_int_equal(fcntl(kernel.fd, F_GETFD), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_steps, set_up),
		cmocka_unit_test_setup(test_an_interrupted_look, set_up),
		cmocka_unit_test_setup(test_a_clock_that_nobody_sets, set_up),
		cmocka_unit_test_setup(test_an_alarm_that_rang_is_cleared, set_up),
		cmocka_unit_test_setup(test_kernels_that_refuse, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
