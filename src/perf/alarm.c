/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/alarm.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "perf/perf_event.h"

/* A PERF_RECORD_LOST of what was dropped while disarmed, and a sample without contents. */
#define ROOM_ARMED 32U

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int open_event(struct alarm *alarm, const struct alarm_tracepoint *tracepoint, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = tracepoint->id,
		.sample_period = 1,
		.wakeup_events = 1,
		.disabled = 1,
	};
	int fd = perf_event_open_raw(&attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return fd;
	alarm->fds[alarm->count++] = fd;
	if (tracepoint->filter && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, tracepoint->filter) < 0)
		return -errno;
	return 0;
}

static int map_ring(struct alarm *alarm)
{
	void *map =
		mmap(NULL, 2 * page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, alarm->fds[0], 0);

	if (map == MAP_FAILED)
		return -errno;
	alarm->page = map;
	alarm_disarm(alarm);
	return 0;
}

int alarm_open(struct alarm *alarm, const struct alarm_tracepoint *tracepoints, size_t count,
	       int cpu)
{
	int code = count > 0 && count <= ALARM_TRACEPOINTS ? 0 : -EINVAL;

	*alarm = (struct alarm){0};
	for (size_t i = 0; code == 0 && i < count; i++)
		code = open_event(alarm, &tracepoints[i], cpu);
	if (code == 0)
		code = map_ring(alarm);
	for (size_t i = 1; code == 0 && i < count; i++)
		code = ioctl(alarm->fds[i], PERF_EVENT_IOC_SET_OUTPUT, alarm->fds[0]) < 0 ? -errno
											  : 0;
	if (code < 0)
		alarm_close(alarm);
	return code;
}

void alarm_close(struct alarm *alarm)
{
	if (alarm->page)
		munmap(alarm->page, 2 * page_size());
	while (alarm->count > 0)
		close(alarm->fds[--alarm->count]);
	alarm->page = NULL;
}

int alarm_enable(const struct alarm *alarm)
{
	for (size_t i = 0; i < alarm->count; i++) {
		if (ioctl(alarm->fds[i], PERF_EVENT_IOC_ENABLE, 0) < 0)
			return -errno;
	}
	return 0;
}

/* The kernel finds so many bytes free, and one less than it takes for any record where none is. */
static void leave_room(const struct alarm *alarm, uint64_t room)
{
	const uint64_t head = __atomic_load_n(&alarm->page->data_head, __ATOMIC_ACQUIRE);

	__atomic_store_n(&alarm->page->data_tail, head - page_size() + 1 + room, __ATOMIC_SEQ_CST);
}

void alarm_arm(const struct alarm *alarm)
{
	leave_room(alarm, ROOM_ARMED);
}

void alarm_disarm(const struct alarm *alarm)
{
	leave_room(alarm, 0);
}
