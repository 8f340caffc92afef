/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening one CPU's ring on a kernel of this test's own, which can refuse any step: then nothing
 * may stay open, mapped or allocated.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "perf/cpu_ring.h"
#include "perf/perf_event.h"
#include "perf/ring_room.h"
#include "support.h"

/* ---- the kernel ---- */

#define FDS_MAX 1024
#define EVERY_TIME (-1)

/* A step that fails: the NTHth (from 1) with ERROR, or EVERY_TIME; 0: never. */
struct failure {
	int nth, error, seen;
};

static struct {
	unsigned int known; /* 1 << enum perf_feature */
	size_t largest_map; /* bytes; above, mmap fails with EPERM. 0: no limit */
	struct failure open, ioctl, mmap, malloc;
	struct {
		struct perf_event_attr attr;
		int cpu, output_fd;
		bool open, enabled;
		char filter[64];
		uint64_t lost;
		bool read_fails;
	} events[FDS_MAX]; /* by fd */
	size_t maps, mapped_bytes;
	int enables;
} kernel;

static bool fails(struct failure *failure)
{
	failure->seen++;
	if (failure->nth != EVERY_TIME && failure->nth != failure->seen)
		return false;
	errno = failure->error;
	return true;
}

static bool is_event(int fd)
{
	return fd >= 0 && fd < FDS_MAX && kernel.events[fd].open;
}

static unsigned int asked_for(const struct perf_event_attr *attr)
{
	return (attr->read_format & PERF_EVENT_FORMAT_LOST ? 1U << PERF_FEATURE_READ_LOST : 0) |
	       (attr->cgroup ? 1U << PERF_FEATURE_CGROUP : 0) |
	       (attr->use_clockid ? 1U << PERF_FEATURE_CLOCKID : 0) |
	       (attr->comm_exec ? 1U << PERF_FEATURE_COMM_EXEC : 0);
}

long __wrap_syscall(long number, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *at, size_t size);
int __wrap_munmap(void *at, size_t size);
int __real_close(int fd);
int __wrap_close(int fd);
ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

long __wrap_syscall(long number, ...)
{
	va_list arguments;

	assert_int_equal(number, SYS_perf_event_open);
	va_start(arguments, number);
	const struct perf_event_attr *attr = va_arg(arguments, const struct perf_event_attr *);
	(void)va_arg(arguments, int);
	int cpu = va_arg(arguments, int);
	va_end(arguments);
	if (asked_for(attr) & ~kernel.known) {
		errno = EINVAL;
		return -1;
	}
	if (fails(&kernel.open))
		return -1;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0 && fd < FDS_MAX);
	memset(&kernel.events[fd], 0, sizeof(kernel.events[fd]));
	kernel.events[fd].attr = *attr;
	kernel.events[fd].cpu = cpu;
	kernel.events[fd].open = true;
	kernel.events[fd].enabled = !attr->disabled;
	return fd;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;

	va_start(arguments, request);
	uintptr_t argument = va_arg(arguments, uintptr_t);
	va_end(arguments);
	assert_true(is_event(fd));
	if (fails(&kernel.ioctl))
		return -1;
	switch (request) {
	case PERF_EVENT_IOC_SET_FILTER:
		/* A second filter for the same event is EEXIST. */
		assert_string_equal(kernel.events[fd].filter, "");
		snprintf(kernel.events[fd].filter, sizeof(kernel.events[fd].filter), "%s",
			 (const char *)argument);
		return 0;
	case PERF_EVENT_IOC_SET_OUTPUT:
		kernel.events[fd].output_fd = (int)argument;
		assert_true(is_event((int)argument));
		return 0;
	case PERF_EVENT_IOC_ENABLE:
	case PERF_EVENT_IOC_DISABLE:
		kernel.enables += request == PERF_EVENT_IOC_ENABLE;
		kernel.events[fd].enabled = request == PERF_EVENT_IOC_ENABLE;
		return 0;
	default:
		fail_msg("ioctl %lx", request);
		return -1;
	}
}

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (!is_event(fd))
		return __real_mmap(at, size, protection, flags, fd, offset);
	if (fails(&kernel.mmap))
		return MAP_FAILED;
	if (kernel.largest_map && size > kernel.largest_map) {
		errno = EPERM;
		return MAP_FAILED;
	}
	assert_int_equal(flags & MAP_SHARED, MAP_SHARED);
	assert_int_equal(protection, PROT_READ | PROT_WRITE);
	struct perf_event_mmap_page *control =
		__real_mmap(NULL, size, protection, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(control, MAP_FAILED);
	control->data_offset = (uint64_t)sysconf(_SC_PAGESIZE);
	control->data_size = size - control->data_offset;
	kernel.maps++;
	kernel.mapped_bytes += size;
	return control;
}

int __wrap_munmap(void *at, size_t size)
{
	kernel.maps--;
	kernel.mapped_bytes -= size;
	int result = __real_munmap(at, size);

	/* Whoever looks at errno only after cleaning up gets a wrong answer. */
	errno = EXDEV;
	return result;
}

int __wrap_close(int fd)
{
	assert_true(is_event(fd));
	kernel.events[fd].open = false;
	int result = __real_close(fd);

	errno = EXDEV;
	return result;
}

ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
	if (!is_event(fd))
		return __real_read(fd, bytes, size);
	uint64_t counts[2] = {1000, kernel.events[fd].lost};

	errno = EIO;
	if (kernel.events[fd].read_fails)
		return -1;
	assert_true(kernel.events[fd].attr.read_format == PERF_EVENT_FORMAT_LOST);
	assert_true(size >= sizeof(counts));
	memcpy(bytes, counts, sizeof(counts));
	return sizeof(counts);
}

void *__wrap_malloc(size_t size)
{
	return fails(&kernel.malloc) ? NULL : __real_malloc(size);
}

/* ---- helpers ---- */

static int open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static int fds_before;

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.known = PERF_FEATURES_ALL;
	fds_before = open_fds();
	return 0;
}

static void assert_nothing_is_left(void)
{
	assert_int_equal(kernel.maps, 0);
	assert_int_equal(kernel.mapped_bytes, 0);
	assert_int_equal(open_fds(), fds_before);
}

static int tear_down(void **state)
{
	(void)state;
	assert_nothing_is_left();
	return 0;
}

static struct cpu_ring_plan make_plan(void)
{
	return (struct cpu_ring_plan){
		.tracepoints = {{"sched", "sched_process_fork", "parent_pid == 1", 366, false, {0}},
				{"sched", "sched_process_exec", NULL, 365, false, {0}},
				{"sched", "sched_process_exit", "pid == 1", 369, false, {0}}},
		.tracepoint_count = 3,
		.comm = true,
		.pages = 64,
		.features = PERF_FEATURES_ALL,
	};
}

static struct cpu_ring *open_with(struct cpu_ring_plan *plan)
{
	struct cpu_ring *ring = NULL;
	struct error err;

	if (cpu_ring_open(plan, 5, &ring, &err))
		fail_msg("%s", err.what);
	assert_non_null(ring);
	return ring;
}

/* Returns the code of an open that must fail, with everything cleaned up behind it. */
static int refused(struct cpu_ring_plan *plan)
{
	struct cpu_ring *ring = NULL;
	struct error err = {.what = ""};
	int code = cpu_ring_open(plan, 5, &ring, &err);

	assert_true(code < 0);
	assert_null(ring);
	if (code != -ENODEV)
		assert_string_not_equal(err.what, "");
	assert_null(strchr(err.what, '\n'));
	assert_nothing_is_left();
	return code;
}

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* ---- tests ---- */

static void assert_tracepoint(const struct cpu_ring *ring, size_t index, uint16_t id,
			      const char *filter)
{
	int fd = ring->tracepoint_fds[index];

	assert_true(is_event(fd));
	assert_int_equal(kernel.events[fd].attr.type, PERF_TYPE_TRACEPOINT);
	assert_int_equal(kernel.events[fd].attr.config, id);
	assert_int_equal(kernel.events[fd].cpu, 5);
	assert_int_equal(kernel.events[fd].output_fd, ring->owner_fd);
	assert_string_equal(kernel.events[fd].filter, filter);
	assert_false(kernel.events[fd].enabled);
}

static void test_all_is_opened(void **state)
{
	struct cpu_ring_plan plan = make_plan();
	struct cpu_ring *ring = open_with(&plan);

	(void)state;
	assert_int_equal(ring->cpu, 5);
	assert_true(is_event(ring->owner_fd));
	assert_int_equal(kernel.events[ring->owner_fd].cpu, 5);
	assert_int_equal(kernel.events[ring->owner_fd].attr.comm, 1);
	assert_false(kernel.events[ring->owner_fd].enabled);
	assert_int_equal(ring->tracepoint_count, 3);
	assert_tracepoint(ring, 0, 366, "parent_pid == 1");
	assert_tracepoint(ring, 1, 365, "");
	assert_tracepoint(ring, 2, 369, "pid == 1");
	assert_int_equal(ring->map_size, 65 * page_size());
	assert_int_equal(kernel.maps, 1);
	assert_int_equal(kernel.mapped_bytes, ring->map_size);
	assert_int_equal(ring->ring.size, 64 * page_size());
	assert_true(ring->can_read_lost);
	assert_int_equal(kernel.enables, 0);
	assert_int_equal(plan.pages, 64);
	assert_int_equal(plan.features, PERF_FEATURES_ALL);
	cpu_ring_close(ring);
	cpu_ring_close(NULL);
}

static void test_only_what_is_planned_is_opened(void **state)
{
	struct cpu_ring_plan plan = make_plan();

	(void)state;
	plan.comm = false;
	for (plan.tracepoint_count = 0; plan.tracepoint_count <= 3; plan.tracepoint_count++) {
		struct cpu_ring *ring = open_with(&plan);

		assert_int_equal(ring->tracepoint_count, plan.tracepoint_count);
		assert_int_equal(kernel.events[ring->owner_fd].attr.comm, 0);
		assert_int_equal(open_fds(), fds_before + 1 + (int)plan.tracepoint_count);
		cpu_ring_close(ring);
	}
}

static void test_the_map_is_the_ring(void **state)
{
	struct cpu_ring_plan plan = make_plan();
	struct cpu_ring *ring = open_with(&plan);
	struct perf_event_mmap_page *control = ring->map;
	struct perf_event_header record = {.type = PERF_RECORD_LOST, .size = sizeof(record)};
	const struct perf_event_header *header;

	(void)state;
	memcpy((unsigned char *)ring->map + page_size(), &record, sizeof(record));
	control->data_head = sizeof(record);
	ring_refresh(&ring->ring);
	assert_int_equal(ring_peek(&ring->ring, &header), 1);
	assert_int_equal(header->type, PERF_RECORD_LOST);
	ring_advance(&ring->ring);
	ring_release(&ring->ring);
	assert_int_equal(control->data_tail, sizeof(record));
	cpu_ring_close(ring);
}

/* Two readers of one ring, of which only the first hands room back. */
static void test_memory_is_given_back_before_events_are_closed(void **state)
{
	struct cpu_ring_plan plan = make_plan();

	(void)state;
	struct cpu_ring *ring = open_with(&plan);
	const int open_before = open_fds();

	assert_int_equal(cpu_ring_add_scout(ring), 0);
	cpu_ring_unmap(ring);
	assert_int_equal(kernel.maps, 0);
	assert_int_equal(open_fds(), open_before);
	cpu_ring_close(ring);
	assert_nothing_is_left();
}

static void test_a_scout_reads_ahead(void **state)
{
	struct cpu_ring_plan plan = make_plan();
	struct cpu_ring *ring = open_with(&plan);
	struct perf_event_mmap_page *control = ring->map;
	struct perf_event_header record = {.type = PERF_RECORD_LOST, .size = sizeof(record)};
	const struct perf_event_header *header;

	(void)state;
	kernel.malloc = (struct failure){.nth = 1, .error = ENOMEM};
	assert_int_equal(cpu_ring_add_scout(ring), -ENOMEM);
	kernel.malloc = (struct failure){0};
	assert_int_equal(cpu_ring_add_scout(ring), 0);
	memcpy((unsigned char *)ring->map + page_size(), &record, sizeof(record));
	control->data_head = sizeof(record);
	ring_refresh(&ring->scout);
	assert_int_equal(ring_peek(&ring->scout, &header), 1);
	assert_int_equal(header->type, PERF_RECORD_LOST);
	ring_skip(&ring->scout);
	assert_int_equal(ring_peek(&ring->scout, &header), 0);
	assert_int_equal(control->data_tail, 0);
	ring_refresh(&ring->ring);
	assert_int_equal(ring_peek(&ring->ring, &header), 1);
	cpu_ring_close(ring);
}

static void assert_enabled(const struct cpu_ring *ring, bool enabled)
{
	assert_int_equal(kernel.events[ring->owner_fd].enabled, enabled);
	for (size_t i = 0; i < ring->tracepoint_count; i++)
		assert_int_equal(kernel.events[ring->tracepoint_fds[i]].enabled, enabled);
}

static void test_enable_and_disable(void **state)
{
	struct cpu_ring_plan plan = make_plan();
	struct cpu_ring *ring = open_with(&plan);

	(void)state;
	assert_enabled(ring, false);
	assert_int_equal(cpu_ring_enable(ring), 0);
	assert_enabled(ring, true);
	cpu_ring_disable(ring);
	assert_enabled(ring, false);
	for (int nth = 1; nth <= 4; nth++) {
		kernel.ioctl = (struct failure){.nth = nth, .error = ENXIO};
		assert_int_equal(cpu_ring_enable(ring), -ENXIO);
	}
	cpu_ring_close(ring);
}

static void test_an_older_kernel(void **state)
{
	(void)state;
	for (unsigned int fewer = 0; fewer <= PERF_FEATURES; fewer++) {
		struct cpu_ring_plan plan = make_plan();

		plan.cgroup = true;
		kernel.known = PERF_FEATURES_ALL << fewer & PERF_FEATURES_ALL;
		struct cpu_ring *ring = open_with(&plan);

		assert_int_equal(plan.features, kernel.known);
		assert_int_equal(ring->can_read_lost, fewer == 0);
		assert_int_equal(kernel.events[ring->tracepoint_fds[0]].attr.use_clockid,
				 kernel.events[ring->owner_fd].attr.use_clockid);
		cpu_ring_close(ring);
	}
}

static void test_an_offline_cpu(void **state)
{
	(void)state;
	for (int nth = 1; nth <= 4; nth++) {
		struct cpu_ring_plan plan = make_plan();

		kernel.open = (struct failure){.nth = nth, .error = ENODEV};
		assert_int_equal(refused(&plan), -ENODEV);
	}
}

static struct cpu_ring_plan make_plan_with_probe(void)
{
	struct cpu_ring_plan plan = make_plan();

	plan.probe.id = 1393;
	plan.probe.filter = "chunk < 7";
	return plan;
}

/* It is opened, let in and closed with the others, and its losses are not theirs. */
static void test_a_probe(void **state)
{
	struct cpu_ring_plan plan = make_plan_with_probe();
	struct cpu_ring *ring = open_with(&plan);
	const int fd = ring->probe_fd;

	(void)state;
	assert_int_equal(ring->tracepoint_count, 3);
	assert_true(is_event(fd));
	assert_int_equal(kernel.events[fd].attr.config, 1393);
	assert_int_equal(kernel.events[fd].attr.sample_type, PERF_EVENT_SAMPLE_TYPE);
	assert_int_equal(kernel.events[fd].cpu, 5);
	assert_int_equal(kernel.events[fd].output_fd, ring->owner_fd);
	assert_string_equal(kernel.events[fd].filter, "chunk < 7");
	assert_false(kernel.events[fd].enabled);
	assert_int_equal(cpu_ring_enable(ring), 0);
	assert_true(kernel.events[fd].enabled);
	kernel.events[fd].lost = 5;
	assert_int_equal(cpu_ring_newly_lost(ring, 0), 0);
	cpu_ring_disable(ring);
	assert_false(kernel.events[fd].enabled);
	cpu_ring_close(ring);
	assert_false(is_event(fd));
	plan = make_plan();
	ring = open_with(&plan);
	assert_int_equal(ring->probe_fd, -1);
	cpu_ring_close(ring);
}

static void test_a_probe_refused(void **state)
{
	struct cpu_ring_plan plan = make_plan_with_probe();

	(void)state;
	plan.features = 0;
	kernel.open = (struct failure){.nth = 5, .error = EACCES};
	assert_int_equal(refused(&plan), -EACCES);
	/* Behind those of the tracepoints: its filter, its output. */
	for (int nth = 6; nth <= 7; nth++) {
		plan = make_plan_with_probe();
		kernel.ioctl = (struct failure){.nth = nth, .error = EINVAL};
		assert_int_equal(refused(&plan), -EINVAL);
	}
	/* And that it is let in, as the fifth event. */
	plan = make_plan_with_probe();
	kernel.ioctl = (struct failure){0};
	struct cpu_ring *ring = open_with(&plan);
	kernel.ioctl = (struct failure){.nth = 5, .error = EBUSY};
	assert_int_equal(cpu_ring_enable(ring), -EBUSY);
	cpu_ring_close(ring);
}

static void test_every_open_refused(void **state)
{
	static const int errors[] = {EACCES, EPERM, ENOSYS, EMFILE, ENOENT, E2BIG, EINVAL, ENOMEM};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		for (int nth = 1; nth <= 4; nth++) {
			struct cpu_ring_plan plan = make_plan();

			plan.features = 0;
			kernel.open = (struct failure){.nth = nth, .error = errors[i]};
			assert_int_equal(refused(&plan), -errors[i]);
		}
	}
}

static void test_every_ioctl_refused(void **state)
{
	static const int errors[] = {EINVAL, EBUSY, EEXIST, ENOMEM};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		/* Three SET_OUTPUT and two SET_FILTER. */
		for (int nth = 1; nth <= 5; nth++) {
			struct cpu_ring_plan plan = make_plan();

			kernel.ioctl = (struct failure){.nth = nth, .error = errors[i]};
			assert_int_equal(refused(&plan), -errors[i]);
		}
	}
	kernel.ioctl = (struct failure){.nth = 6, .error = EINVAL};
	struct cpu_ring_plan plan = make_plan();
	cpu_ring_close(open_with(&plan));
}

static void test_a_map_refused(void **state)
{
	static const int errors[] = {EPERM, EINVAL, ENODEV, EAGAIN, ENOMEM};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct cpu_ring_plan plan = make_plan();

		kernel.mmap = (struct failure){.nth = EVERY_TIME, .error = errors[i]};
		assert_int_equal(refused(&plan), -errors[i]);
		assert_int_equal(plan.pages, 64);
		assert_int_equal(kernel.mmap.seen, 1);
	}
}

/* The kernel grants maps of up to PAGES pages of data. */
static void check_shrinking(uint32_t pages)
{
	struct cpu_ring_plan plan = make_plan();

	set_up(NULL);
	plan.may_shrink = true;
	kernel.largest_map = (pages + 1) * page_size();
	struct cpu_ring *ring = open_with(&plan);

	assert_int_equal(plan.pages, pages);
	assert_int_equal(ring->ring.size, pages * page_size());
	assert_int_equal(ring->map_size, (pages + 1) * page_size());
	assert_int_equal(kernel.maps, 1);
	/* A reader that is to be woken later than when the ring is full sleeps for ever. */
	assert_true(kernel.events[ring->owner_fd].attr.wakeup_watermark < ring->ring.size);
	assert_int_equal(open_fds(), fds_before + 4);

	struct cpu_ring *next = open_with(&plan);
	assert_int_equal(next->ring.size, pages * page_size());
	cpu_ring_close(next);
	cpu_ring_close(ring);
	assert_nothing_is_left();
}

static void test_the_ring_shrinks_to_what_is_granted(void **state)
{
	(void)state;
	/* Below, an exec of the longest file name has no room in a ring. */
	const uint32_t smallest = 2U * RING_ROOM_LONGEST_NAME / (uint32_t)page_size();

	for (uint32_t pages = 64; pages > 0 && pages >= smallest; pages /= 2)
		check_shrinking(pages);
}

static struct cpu_ring_plan make_plan_of_stacks(uint32_t pages, uint32_t stack)
{
	struct cpu_ring_plan plan = make_plan();

	plan.may_shrink = true;
	plan.pages = pages;
	plan.watermark = stack / 2;
	plan.tracepoints[1].extra =
		(struct perf_event_extra){.regs_user = 0x80, .stack_user = stack};
	return plan;
}

/* As large as their samples may be, and no larger: the kernel drops what an empty ring lacks. */
static void test_a_shrunken_ring_holds_each_record(void **state)
{
	const uint32_t page = (uint32_t)page_size();

	(void)state;
	for (uint32_t granted = 32; granted >= 2; granted /= 2) {
		struct cpu_ring_plan plan = make_plan_of_stacks(64, 8 * page);

		set_up(NULL);
		kernel.largest_map = (granted + 1) * page_size();
		struct cpu_ring *ring = open_with(&plan);
		const struct perf_event_attr *attr = &kernel.events[ring->tracepoint_fds[1]].attr;

		assert_int_equal(plan.pages, granted);
		assert_int_equal(attr->sample_stack_user, plan.tracepoints[1].extra.stack_user);
		assert_true(attr->sample_stack_user + RING_ROOM_LONGEST_NAME < granted * page);
		assert_int_equal(attr->sample_stack_user % 8, 0);
		assert_int_equal(attr->sample_stack_user, granted > 8    ? 8 * page
							  : granted == 8 ? 4 * page
							  : granted == 4 ? 2 * page
									 : page / 2);
		assert_true(plan.watermark <= attr->sample_stack_user / 2);
		cpu_ring_close(ring);
	}
}

static void test_no_ring_is_too_small_for_a_record(void **state)
{
	struct cpu_ring_plan plan = make_plan_of_stacks(64, 32768);
	struct cpu_ring *ring = NULL;
	struct error err = {.what = ""};

	(void)state;
	kernel.largest_map = 2 * page_size();
	if (page_size() > RING_ROOM_LONGEST_NAME)
		skip();
	assert_int_equal(cpu_ring_open(&plan, 5, &ring, &err), -EPERM);
	assert_non_null(strstr(err.what, "RLIMIT_MEMLOCK"));
	assert_non_null(strstr(err.remedy, "ulimit -l"));
	assert_non_null(strstr(err.remedy, "kernel.perf_event_mlock_kb=12"));
}

static void test_shrinking_ends(void **state)
{
	static const int errors[] = {EPERM, ENOMEM};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct cpu_ring_plan plan = make_plan();

		plan.may_shrink = true;
		kernel.mmap = (struct failure){.nth = EVERY_TIME, .error = errors[i]};
		assert_int_equal(refused(&plan), -errors[i]);
		assert_true(kernel.mmap.seen <= 7);
	}
}

static void test_other_map_errors_do_not_shrink(void **state)
{
	static const int errors[] = {EINVAL, ENODEV, EBADF};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct cpu_ring_plan plan = make_plan();

		plan.may_shrink = true;
		kernel.mmap = (struct failure){.nth = EVERY_TIME, .error = errors[i]};
		assert_int_equal(refused(&plan), -errors[i]);
		assert_int_equal(kernel.mmap.seen, 1);
		assert_int_equal(plan.pages, 64);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	for (int may_shrink = 0; may_shrink < 2; may_shrink++) {
		for (int nth = 1; nth <= 2; nth++) {
			struct cpu_ring_plan plan = make_plan();
			struct cpu_ring *ring = NULL;
			struct error err;

			plan.may_shrink = may_shrink;
			kernel.malloc = (struct failure){.nth = nth, .error = ENOMEM};
			int code = cpu_ring_open(&plan, 5, &ring, &err);
			kernel.malloc = (struct failure){0};
			if (code == 0)
				cpu_ring_close(ring);
			else
				assert_int_equal(code, -ENOMEM);
			assert_nothing_is_left();
		}
	}
}

static void test_loss_is_told_once(void **state)
{
	struct cpu_ring_plan plan = make_plan();
	struct cpu_ring *ring = open_with(&plan);

	(void)state;
	assert_int_equal(cpu_ring_newly_lost(ring, 0), 0);
	kernel.events[ring->tracepoint_fds[0]].lost = 5;
	kernel.events[ring->tracepoint_fds[2]].lost = 7;
	assert_int_equal(cpu_ring_newly_lost(ring, 0), 12);
	assert_int_equal(cpu_ring_newly_lost(ring, 0), 0);
	kernel.events[ring->tracepoint_fds[1]].lost = 1;
	assert_int_equal(cpu_ring_newly_lost(ring, 3), 1);
	/* What a LOST record says, and what the ring's owner lost (COMM and the like), is no more.
	 */
	assert_int_equal(cpu_ring_newly_lost(ring, 1000), 0);
	kernel.events[ring->owner_fd].lost = 50;
	assert_int_equal(cpu_ring_newly_lost(ring, 0), 0);
	cpu_ring_close(ring);
}

static void test_without_tracepoints_the_owner_loses(void **state)
{
	struct cpu_ring_plan plan = {.command = 77, .pages = 8, .features = PERF_FEATURES_ALL};
	struct cpu_ring *ring = open_with(&plan);

	(void)state;
	kernel.events[ring->owner_fd].lost = 50;
	assert_int_equal(cpu_ring_newly_lost(ring, 3), 50);
	assert_int_equal(cpu_ring_newly_lost(ring, 0), 0);
	cpu_ring_close(ring);
}

static void test_loss_that_cannot_be_read_comes_later(void **state)
{
	struct cpu_ring_plan plan = make_plan();
	struct cpu_ring *ring = open_with(&plan);
	uint64_t told = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		kernel.events[ring->tracepoint_fds[i]].lost = 10;
	told += cpu_ring_newly_lost(ring, 0);
	kernel.events[ring->tracepoint_fds[1]].read_fails = true;
	told += cpu_ring_newly_lost(ring, 0);
	kernel.events[ring->tracepoint_fds[1]].read_fails = false;
	kernel.events[ring->tracepoint_fds[1]].lost = 11;
	told += cpu_ring_newly_lost(ring, 0);
	assert_int_equal(told, 31);
	cpu_ring_close(ring);
}

static void test_old_kernels_have_lost_records_only(void **state)
{
	struct cpu_ring_plan plan = make_plan();

	(void)state;
	kernel.known &= ~(1U << PERF_FEATURE_READ_LOST);
	struct cpu_ring *ring = open_with(&plan);

	assert_false(ring->can_read_lost);
	assert_int_equal(cpu_ring_newly_lost(ring, 0), 0);
	assert_int_equal(cpu_ring_newly_lost(ring, 5), 5);
	assert_int_equal(cpu_ring_newly_lost(ring, 0), 0);
	assert_int_equal(cpu_ring_newly_lost(ring, 7), 7);
	cpu_ring_close(ring);
}

#define ring_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ring_test(test_all_is_opened),
		ring_test(test_only_what_is_planned_is_opened),
		ring_test(test_the_map_is_the_ring),
		ring_test(test_memory_is_given_back_before_events_are_closed),
		ring_test(test_a_scout_reads_ahead),
		ring_test(test_enable_and_disable),
		ring_test(test_an_older_kernel),
		ring_test(test_an_offline_cpu),
		ring_test(test_a_probe),
		ring_test(test_a_probe_refused),
		ring_test(test_every_open_refused),
		ring_test(test_every_ioctl_refused),
		ring_test(test_a_map_refused),
		ring_test(test_the_ring_shrinks_to_what_is_granted),
		ring_test(test_a_shrunken_ring_holds_each_record),
		ring_test(test_no_ring_is_too_small_for_a_record),
		ring_test(test_shrinking_ends),
		ring_test(test_other_map_errors_do_not_shrink),
		ring_test(test_no_memory),
		ring_test(test_loss_is_told_once),
		ring_test(test_without_tracepoints_the_owner_loses),
		ring_test(test_loss_that_cannot_be_read_comes_later),
		ring_test(test_old_kernels_have_lost_records_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
