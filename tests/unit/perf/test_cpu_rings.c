/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the reader of all rings sleeps: with alarms and without, for how long, and that no event
 * comes unheard. The kernel and its clock are this test's own.
 */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "perf/alarm.h"
#include "perf/cpu_ring.h"
#include "perf/cpu_rings.h"
#include "support.h"

#define CPUS 2
#define RING_SIZE 4096
#define SLEEPS 8
#define NEVER (-1)

/* Descriptors, of which only the watch's is open: the rings close it. */
#define CALLER_FD 900
#define WATCH_FD 901
#define OWNER_FD 910
#define ALARM_FD 920

static struct {
	struct fake_ring rings[CPUS];
	bool has_alarm[CPUS], armed[CPUS], rang[CPUS], full[CPUS];
	bool event_at_arm; /* an event comes just before an alarm is armed */
	int event_in_ms;   /* an event comes in the next sleeps that are so long; NEVER */
	bool fills;        /* it wakes by the ring's watermark */
	bool cpu_news;     /* the kernel tells of a CPU */
	bool watches_cpus;
	uint64_t now_ns;
	struct {
		int ms;
		bool alarms, rings;
	} slept[SLEEPS];
	size_t sleeps;
} kernel;

static char list_path[64];
static int list_fd;
static unsigned int lists_followed; /* CPUs that were found to have come */

int __wrap_cpu_ring_open(struct cpu_ring_plan *plan, int cpu, struct cpu_ring **opened,
			 struct error *err);
void __wrap_cpu_ring_close(struct cpu_ring *ring);
int __wrap_cpu_ring_enable(const struct cpu_ring *ring);
void __wrap_alarm_arm(const struct alarm *alarm);
void __wrap_alarm_disarm(const struct alarm *alarm);
int __wrap_cpu_watch_open(void);
int __wrap_cpu_watch_next_offline(int fd);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_poll(struct pollfd *polls, nfds_t count, int timeout_ms);

int __wrap_cpu_ring_open(struct cpu_ring_plan *plan, int cpu, struct cpu_ring **opened,
			 struct error *err)
{
	static struct perf_event_mmap_page page;
	struct cpu_ring *ring = calloc(1, sizeof(*ring));

	(void)plan;
	(void)err;
	assert_non_null(ring);
	assert_in_range(cpu, 0, CPUS - 1);
	ring->cpu = cpu;
	ring->owner_fd = OWNER_FD + cpu;
	ring->alarm.fds[0] = ALARM_FD + cpu;
	ring->alarm.page = kernel.has_alarm[cpu] ? &page : NULL;
	const struct fake_ring *fake = &kernel.rings[cpu];
	assert_int_equal(ring_init(&ring->ring, fake->control, fake->data, fake->size), 0);
	*opened = ring;
	return 0;
}

void __wrap_cpu_ring_close(struct cpu_ring *ring)
{
	if (!ring)
		return;
	ring_done(&ring->ring);
	free(ring);
}

int __wrap_cpu_ring_enable(const struct cpu_ring *ring)
{
	(void)ring;
	return 0;
}

static void happen(size_t cpu)
{
	const struct perf_event_header record = {.type = PERF_RECORD_SAMPLE, .size = 8};

	assert_true(fake_ring_write(&kernel.rings[cpu], &record, sizeof(record)));
	kernel.rang[cpu] |= kernel.armed[cpu];
	kernel.armed[cpu] = false;
	kernel.full[cpu] |= kernel.fills;
}

void __wrap_alarm_arm(const struct alarm *alarm)
{
	const size_t cpu = (size_t)(alarm->fds[0] - ALARM_FD);

	if (kernel.event_at_arm)
		happen(cpu);
	kernel.event_at_arm = false;
	kernel.armed[cpu] = true;
}

void __wrap_alarm_disarm(const struct alarm *alarm)
{
	kernel.armed[alarm->fds[0] - ALARM_FD] = false;
}

int __wrap_cpu_watch_open(void)
{
	return kernel.watches_cpus ? fcntl(list_fd, F_DUPFD_CLOEXEC, WATCH_FD) : -1;
}

int __wrap_cpu_watch_next_offline(int fd)
{
	assert_int_equal(fd, WATCH_FD);
	return -1;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	time->tv_sec = (time_t)(kernel.now_ns / NS_PER_S);
	time->tv_nsec = (long)(kernel.now_ns % NS_PER_S);
	return 0;
}

/* Whether FD is readable, which it is once. */
static bool is_ready(int fd)
{
	bool *ready = fd == WATCH_FD                    ? &kernel.cpu_news
		      : fd >= ALARM_FD                  ? &kernel.rang[fd - ALARM_FD]
		      : fd >= OWNER_FD && fd < ALARM_FD ? &kernel.full[fd - OWNER_FD]
							: NULL;
	const bool is = ready && *ready;

	if (is)
		*ready = false;
	return is;
}

static int look(struct pollfd *polls, nfds_t count)
{
	int ready = 0;

	for (nfds_t i = 0; i < count; i++) {
		polls[i].revents = polls[i].fd >= 0 && is_ready(polls[i].fd) ? POLLIN : 0;
		ready += polls[i].revents != 0;
	}
	return ready;
}

int __wrap_poll(struct pollfd *polls, nfds_t count, int timeout_ms)
{
	assert_true(kernel.sleeps < SLEEPS);
	kernel.slept[kernel.sleeps].ms = timeout_ms;
	for (nfds_t i = 0; i < count; i++) {
		kernel.slept[kernel.sleeps].alarms |= polls[i].fd >= ALARM_FD;
		kernel.slept[kernel.sleeps].rings |=
			polls[i].fd >= OWNER_FD && polls[i].fd < ALARM_FD;
	}
	kernel.sleeps++;

	int ready = look(polls, count);
	if (ready == 0 && kernel.event_in_ms >= 0 && kernel.event_in_ms < timeout_ms) {
		kernel.now_ns += (unsigned int)kernel.event_in_ms * NS_PER_MS;
		timeout_ms -= kernel.event_in_ms;
		happen(1);
		ready = look(polls, count);
	}
	if (ready == 0)
		kernel.now_ns += (unsigned int)timeout_ms * NS_PER_MS;
	return ready;
}

/* ---- one reader ---- */

static struct cpu_rings *rings;

static void notice(void *context, int cpu, int online)
{
	(void)context;
	(void)cpu;
	lists_followed += online != 0;
}

static void open_rings(struct cpu_ring_plan plan)
{
	struct cpu_rings_options options = {
		.plan = plan,
		.sysfs_online = list_path,
		.notice = notice,
	};
	struct error err;

	plan.pages = 1;
	assert_int_equal(cpu_rings_open(&options, &rings, &err), 0);
}

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.event_in_ms = NEVER;
	kernel.watches_cpus = true;
	kernel.now_ns = 100 * NS_PER_S;
	lists_followed = 0;
	for (size_t i = 0; i < CPUS; i++) {
		fake_ring_new(&kernel.rings[i], RING_SIZE, 0);
		kernel.has_alarm[i] = true;
	}
	list_fd = memfd_create("online", 0);
	if (list_fd < 0 || write(list_fd, "0-1\n", 4) != 4)
		return -1;
	snprintf(list_path, sizeof(list_path), "/proc/self/fd/%d", list_fd);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cpu_rings_free(rings);
	rings = NULL;
	close(list_fd);
	for (size_t i = 0; i < CPUS; i++)
		fake_ring_free(&kernel.rings[i]);
	return 0;
}

/* Read all that is there, as the callers of cpu_rings_wait() do before. Returns whether there was.
 */
static bool read_rings(void)
{
	const struct perf_event_header *record;
	struct cpu_ring *ring;
	bool any = false;

	for (size_t i = 0; (ring = cpu_rings_at(rings, i)); i++) {
		ring_refresh(&ring->ring);
		while (ring_peek(&ring->ring, &record) > 0) {
			ring_skip(&ring->ring);
			any = true;
		}
		ring_release(&ring->ring);
	}
	return any;
}

/* Returns whether there was something to read then. */
static bool wait_pending(bool pending)
{
	struct error err;

	kernel.sleeps = 0;
	memset(kernel.slept, 0, sizeof(kernel.slept));
	assert_int_equal(cpu_rings_wait(rings, CALLER_FD, -1, pending, &err), 0);
	for (size_t i = 0; i < CPUS; i++)
		assert_false(kernel.armed[i]);
	return read_rings();
}

static bool wait_once(void)
{
	return wait_pending(false);
}

static void expect_sleeps(size_t count, const int ms[], const bool alarms[])
{
	assert_int_equal(kernel.sleeps, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(kernel.slept[i].ms, ms[i]);
		assert_int_equal(kernel.slept[i].alarms, alarms[i]);
	}
}

#define EXPECT_ARMED(...) expect_sleeps(2, (const int[]){__VA_ARGS__}, (const bool[]){true, false})
#define EXPECT_ONE(ms, alarm) expect_sleeps(1, (const int[]){ms}, (const bool[]){alarm})

/* ---- tests ---- */

static void test_nothing_happens(void **state)
{
	(void)state;
	open_rings((struct cpu_ring_plan){.alarm = true});
	for (int i = 0; i < 3; i++) {
		assert_false(wait_once());
		EXPECT_ONE(1000, true);
	}
}

static void test_an_event_rings(void **state)
{
	(void)state;
	open_rings((struct cpu_ring_plan){.alarm = true});
	kernel.event_in_ms = 500;
	assert_true(wait_once());
	EXPECT_ARMED(1000, 2);
	kernel.event_in_ms = NEVER;
	assert_false(wait_once());
	EXPECT_ONE(1000, true);
}

/* Of an event that comes between the last look and the arming, no alarm tells. */
static void test_an_event_just_before_is_not_slept_over(void **state)
{
	(void)state;
	open_rings((struct cpu_ring_plan){.alarm = true});
	kernel.event_at_arm = true;
	assert_true(wait_once());
	EXPECT_ONE(2, false);
}

static void test_where_events_come_often_the_clock_wakes(void **state)
{
	(void)state;
	open_rings((struct cpu_ring_plan){.alarm = true});
	kernel.event_in_ms = 1;
	for (int i = 0; i < 8; i++) {
		assert_true(wait_once());
		EXPECT_ARMED(1000, 2);
	}
	assert_true(wait_once());
	EXPECT_ONE(40, false);
	assert_true(wait_pending(true));
	EXPECT_ONE(20, false);
	/* The events end: one look in vain, and it sleeps again. */
	kernel.event_in_ms = NEVER;
	assert_false(wait_once());
	EXPECT_ONE(40, false);
	assert_false(wait_once());
	EXPECT_ONE(1000, true);
}

static void test_young_records_do_not_wait_long(void **state)
{
	(void)state;
	open_rings((struct cpu_ring_plan){.alarm = true});
	assert_false(wait_pending(true));
	EXPECT_ONE(3, false);
}

static void test_whoever_is_in_no_hurry(void **state)
{
	(void)state;
	open_rings((struct cpu_ring_plan){.alarm = true});
	cpu_rings_set_delay(rings, 250);
	kernel.event_in_ms = 100;
	assert_true(wait_once());
	EXPECT_ARMED(1000, 250);
	for (int i = 0; i < 3; i++) {
		assert_true(wait_once());
		EXPECT_ONE(250, false);
	}
	kernel.event_in_ms = NEVER;
	assert_false(wait_once());
	EXPECT_ONE(250, false);
	assert_false(wait_once());
	EXPECT_ONE(1000, true);
}

static void test_without_alarms(void **state)
{
	(void)state;
	kernel.has_alarm[1] = false;
	open_rings((struct cpu_ring_plan){.alarm = true});
	assert_false(wait_once());
	EXPECT_ONE(40, false);
	assert_false(wait_pending(true));
	EXPECT_ONE(20, false);
	cpu_rings_set_delay(rings, 250);
	assert_false(wait_once());
	EXPECT_ONE(250, false);
}

static void test_whom_any_record_wakes(void **state)
{
	(void)state;
	kernel.watches_cpus = false;
	open_rings((struct cpu_ring_plan){.command = 1, .at_once = true});
	assert_false(wait_once());
	EXPECT_ONE(1000, false);
}

/* The first one is read at once, of several in a row those of a moment together. */
static void test_early_watermarks(void **state)
{
	(void)state;
	open_rings((struct cpu_ring_plan){.alarm = true, .watermark = 8});
	kernel.fills = true;
	kernel.event_in_ms = 30;
	assert_true(wait_once());
	EXPECT_ONE(1000, true);
	assert_true(wait_once());
	EXPECT_ONE(1000, true);
	kernel.event_in_ms = 3;
	assert_true(wait_once());
	EXPECT_ONE(1000, true);
	assert_false(wait_once());
	EXPECT_ONE(1, false);
	assert_false(kernel.slept[0].rings);
}

static void set_list(const char *text)
{
	assert_int_equal(ftruncate(list_fd, 0), 0);
	assert_int_equal(pwrite(list_fd, text, strlen(text), 0), (ssize_t)strlen(text));
}

static void test_the_list_of_cpus_is_read_when_it_has_changed(void **state)
{
	(void)state;
	set_list("0\n");
	open_rings((struct cpu_ring_plan){.alarm = true});
	assert_false(wait_once());
	set_list("0-1\n");
	kernel.event_in_ms = 0;
	for (int i = 0; i < 4; i++)
		wait_pending(true);
	assert_int_equal(lists_followed, 0);
	kernel.cpu_news = true;
	wait_once();
	assert_int_equal(lists_followed, 1);
}

static void test_the_list_of_cpus_is_read_by_the_clock(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		kernel.watches_cpus = i == 0;
		lists_followed = 0;
		set_list("0\n");
		open_rings((struct cpu_ring_plan){.alarm = true});
		assert_false(wait_once());
		set_list("0-1\n");
		assert_false(wait_once());
		assert_int_equal(lists_followed, 1);
		EXPECT_ONE(i == 0 ? 1000 : 100, true);
		cpu_rings_free(rings);
		rings = NULL;
	}
}

#define rings_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		rings_test(test_nothing_happens),
		rings_test(test_an_event_rings),
		rings_test(test_an_event_just_before_is_not_slept_over),
		rings_test(test_where_events_come_often_the_clock_wakes),
		rings_test(test_young_records_do_not_wait_long),
		rings_test(test_whoever_is_in_no_hurry),
		rings_test(test_without_alarms),
		rings_test(test_whom_any_record_wakes),
		rings_test(test_early_watermarks),
		rings_test(test_the_list_of_cpus_is_read_when_it_has_changed),
		rings_test(test_the_list_of_cpus_is_read_by_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
