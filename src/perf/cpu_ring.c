/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/cpu_ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "perf/perf_event.h"
#include "perf/ring_room.h"

/* Wake the reader at half a ring: rarely, with the other half to fill until it runs. */
#define WATERMARK_FRACTION 2

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int map_once(struct cpu_ring *ring, uint32_t pages)
{
	size_t size = ((size_t)pages + 1) * page_size();
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->owner_fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	int code = ring_init(&ring->ring, map, (unsigned char *)map + page_size(),
			     (uint64_t)pages * page_size());
	if (code < 0) {
		munmap(map, size);
		return code;
	}
	ring->map = map;
	ring->map_size = size;
	return 0;
}

static struct ring_owner owner_of(const struct cpu_ring_plan *plan)
{
	uint32_t half = (uint32_t)(plan->pages * page_size() / WATERMARK_FRACTION);
	bool is_early = plan->watermark > 0 && plan->watermark < half;

	return (struct ring_owner){
		.command = plan->command,
		.watermark = plan->at_once ? 1
			     : is_early    ? plan->watermark
					   : half,
		.comm = plan->comm,
		.cgroup = plan->cgroup,
	};
}

struct perf_event_attr cpu_ring_attr(const struct cpu_ring_plan *plan, size_t index)
{
	const struct ring_owner owner = owner_of(plan);

	if (index < plan->tracepoint_count)
		return perf_event_tracepoint_attr(plan->tracepoints[index].id,
						  &plan->tracepoints[index].extra, plan->features);
	return perf_event_ring_owner_attr(&owner, plan->features);
}

static int open_owner(struct cpu_ring_plan *plan, struct cpu_ring *ring)
{
	const struct ring_owner owner = owner_of(plan);

	ring->owner_fd = perf_event_open_ring_owner(&owner, ring->cpu, &plan->features);
	return ring->owner_fd < 0 ? ring->owner_fd : 0;
}

static int map_ring(const struct cpu_ring_plan *plan, struct cpu_ring *ring, struct error *err)
{
	int code = map_once(ring, plan->pages);

	if (code == -EPERM) {
		error_set(err, code,
			  "cannot map a ring of %u pages per CPU: over the limits "
			  "kernel.perf_event_mlock_kb and RLIMIT_MEMLOCK",
			  plan->pages);
		error_remedy(err, "%s, or sudo sysctl kernel.perf_event_mlock_kb=%zu",
			     plan->may_shrink ? "a higher ulimit -l" : "a smaller -m",
			     (plan->pages + 1) * page_size() / 1024);
	} else if (code < 0) {
		error_set(err, code, "cannot map a ring of %u pages on CPU %d: %s", plan->pages,
			  ring->cpu, strerror(-code));
		error_remedy(err, "a smaller -m");
	}
	return code;
}

/* The watermark is part of the event, so a smaller ring takes a new event. */
static int open_and_map(struct cpu_ring_plan *plan, struct cpu_ring *ring, struct error *err)
{
	for (;;) {
		int code = open_owner(plan, ring);
		if (code < 0)
			return error_set(err, code, "cannot open a perf event on CPU %d: %s",
					 ring->cpu, strerror(-code));
		code = map_ring(plan, ring, err);
		if ((code != -EPERM && code != -ENOMEM) || !plan->may_shrink ||
		    !ring_room_shrink(plan))
			return code;
		close(ring->owner_fd);
		ring->owner_fd = -1;
	}
}

/* Let FD, an event called NAME, write what passes FILTER to the ring. */
static int direct(const struct cpu_ring *ring, int fd, const char *name, const char *filter,
		  struct error *err)
{
	if (filter && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter) < 0)
		return error_set(err, -errno, "the kernel refuses the filter '%.80s' for %s: %s",
				 filter, name, strerror(errno));
	if (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ring->owner_fd) < 0)
		return error_set(err, -errno, "cannot send tracepoint %s to the ring of CPU %d: %s",
				 name, ring->cpu, strerror(errno));
	return 0;
}

static int add_tracepoint(struct cpu_ring_plan *plan, size_t index, struct cpu_ring *ring,
			  struct error *err)
{
	const char *name = plan->tracepoints[index].name;
	int fd = perf_event_open_tracepoint(plan->tracepoints[index].id,
					    &plan->tracepoints[index].extra, ring->cpu,
					    &plan->features);

	if (fd < 0)
		return error_set(err, fd, "cannot open tracepoint %s on CPU %d: %s", name,
				 ring->cpu, strerror(-fd));
	ring->tracepoint_fds[ring->tracepoint_count++] = fd;
	return direct(ring, fd, name, plan->tracepoints[index].filter, err);
}

static int add_probe(struct cpu_ring_plan *plan, struct cpu_ring *ring, struct error *err)
{
	const struct perf_event_extra none = {0};

	if (plan->probe.id == 0)
		return 0;
	int fd = perf_event_open_tracepoint(plan->probe.id, &none, ring->cpu, &plan->features);
	if (fd < 0)
		return error_set(err, fd, "cannot open the argv probe on CPU %d: %s", ring->cpu,
				 strerror(-fd));
	ring->probe_fd = fd;
	return direct(ring, fd, "the argv probe", plan->probe.filter, err);
}

static int open_all(struct cpu_ring_plan *plan, struct cpu_ring *ring, struct error *err)
{
	int code = open_and_map(plan, ring, err);

	for (size_t i = 0; code == 0 && i < plan->tracepoint_count; i++)
		code = add_tracepoint(plan, i, ring, err);
	return code == 0 ? add_probe(plan, ring, err) : code;
}

/* Without it the reader looks by itself now and then. */
static void add_alarm(struct cpu_ring_plan *plan, struct cpu_ring *ring)
{
	struct alarm_tracepoint tracepoints[CPU_RING_TRACEPOINTS];
	size_t count = 0;

	for (size_t i = 0; i < plan->tracepoint_count; i++) {
		if (plan->tracepoints[i].wakes)
			tracepoints[count++] = (struct alarm_tracepoint){
				plan->tracepoints[i].id, plan->tracepoints[i].filter};
	}
	plan->alarm = alarm_open(&ring->alarm, tracepoints, count, ring->cpu) == 0;
}

int cpu_ring_open(struct cpu_ring_plan *plan, int cpu, struct cpu_ring **opened, struct error *err)
{
	struct cpu_ring *ring = malloc(sizeof(*ring));

	if (!ring)
		return error_no_memory(err);
	*ring = (struct cpu_ring){.cpu = cpu, .owner_fd = -1, .probe_fd = -1};
	int code = open_all(plan, ring, err);
	if (code < 0) {
		cpu_ring_close(ring);
		return code;
	}
	if (plan->alarm)
		add_alarm(plan, ring);
	ring->can_read_lost = (plan->features & (1U << PERF_FEATURE_READ_LOST)) != 0;
	*opened = ring;
	return 0;
}

void cpu_ring_unmap(struct cpu_ring *ring)
{
	alarm_close(&ring->alarm);
	ring_done(&ring->scout);
	ring_done(&ring->ring);
	if (ring->map)
		munmap(ring->map, ring->map_size);
	ring->map = NULL;
}

void cpu_ring_close(struct cpu_ring *ring)
{
	if (!ring)
		return;
	for (size_t i = 0; i < ring->tracepoint_count; i++)
		close(ring->tracepoint_fds[i]);
	if (ring->probe_fd >= 0)
		close(ring->probe_fd);
	cpu_ring_unmap(ring);
	if (ring->owner_fd >= 0)
		close(ring->owner_fd);
	free(ring);
}

int cpu_ring_add_scout(struct cpu_ring *ring)
{
	return ring_init(&ring->scout, ring->map, (unsigned char *)ring->map + page_size(),
			 ring->ring.size);
}

int cpu_ring_enable(const struct cpu_ring *ring)
{
	int code = alarm_enable(&ring->alarm);

	if (code < 0)
		return code;
	/* The owner first: the COMM record of an exec comes before the exec's own. */
	if (ioctl(ring->owner_fd, PERF_EVENT_IOC_ENABLE, 0) < 0)
		return -errno;
	for (size_t i = 0; i < ring->tracepoint_count; i++) {
		if (ioctl(ring->tracepoint_fds[i], PERF_EVENT_IOC_ENABLE, 0) < 0)
			return -errno;
	}
	if (ring->probe_fd >= 0 && ioctl(ring->probe_fd, PERF_EVENT_IOC_ENABLE, 0) < 0)
		return -errno;
	return 0;
}

void cpu_ring_disable(const struct cpu_ring *ring)
{
	for (size_t i = 0; i < ring->tracepoint_count; i++)
		ioctl(ring->tracepoint_fds[i], PERF_EVENT_IOC_DISABLE, 0);
	if (ring->probe_fd >= 0)
		ioctl(ring->probe_fd, PERF_EVENT_IOC_DISABLE, 0);
	ioctl(ring->owner_fd, PERF_EVENT_IOC_DISABLE, 0);
}

int cpu_ring_read_ids(struct cpu_ring *ring)
{
	for (size_t i = 0; i <= ring->tracepoint_count; i++) {
		int fd = i < ring->tracepoint_count ? ring->tracepoint_fds[i] : ring->owner_fd;

		if (ioctl(fd, PERF_EVENT_IOC_ID, &ring->ids[i]) < 0)
			return -errno;
	}
	if (ring->probe_fd >= 0 && ioctl(ring->probe_fd, PERF_EVENT_IOC_ID, &ring->probe_id) < 0)
		return -errno;
	return 0;
}

static uint64_t lost_of(int fd)
{
	uint64_t lost;

	return perf_event_read_lost(fd, &lost) == 0 ? lost : 0;
}

static uint64_t lost_in_all(const struct cpu_ring *ring)
{
	uint64_t total = 0;

	if (ring->tracepoint_count == 0)
		return lost_of(ring->owner_fd);
	for (size_t i = 0; i < ring->tracepoint_count; i++)
		total += lost_of(ring->tracepoint_fds[i]);
	return total;
}

uint64_t cpu_ring_newly_lost(struct cpu_ring *ring, uint64_t recorded)
{
	ring->lost_records += recorded;
	uint64_t total = ring->can_read_lost ? lost_in_all(ring) : ring->lost_records;
	uint64_t newly = total > ring->lost_told ? total - ring->lost_told : 0;

	ring->lost_told += newly;
	return newly;
}
