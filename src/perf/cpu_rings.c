/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/cpu_rings.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "host/cpu_list.h"
#include "host/cpu_watch.h"
#include "host/limits.h"
#include "perf/ring_room.h"

/*
 * The longest sleeps: with nothing waiting, and with records that are younger than the horizon. A
 * lone event that reaches no watermark takes no longer than both together.
 */
#define IDLE_MS 40
#define PENDING_MS 20

/*
 * With an early watermark the first event wakes us at once, and those of the next moments wait for
 * this long: so few wake-ups cost the traced host next to nothing.
 */
#define PAUSE_MS 1

/* The list of online CPUs is read no more often. */
#define HOTPLUG_NS 100000000ULL

struct cpu_rings {
	struct cpu_rings_options options;
	struct cpu_ring **rings;
	size_t count, capacity;
	struct pollfd *polls; /* one per ring, the caller's fd, and cpu_watch_fd */
	int cpu_watch_fd;     /* -1: not to be had here */
	uint64_t looked_ns;   /* when the list of online CPUs was last read */
	bool woken;           /* a ring ended the last wait, by its early watermark */
	struct cpu_list
		told; /* of a COMMAND's rings: the CPUs online when the list was last read */
};

/* ---- opening and closing CPUs ---- */

static int reserve_ring(struct cpu_rings *rings)
{
	if (ARRAY_GROW(rings->rings, rings->count, rings->capacity) < 0)
		return -ENOMEM;
	struct pollfd *polls = realloc(rings->polls, (rings->capacity + 2) * sizeof(*polls));
	if (!polls)
		return -ENOMEM;
	rings->polls = polls;
	return 0;
}

static int open_cpu(struct cpu_rings *rings, int cpu, struct error *err)
{
	const struct cpu_rings_options *options = &rings->options;
	struct cpu_ring *ring;

	if (reserve_ring(rings) < 0)
		return error_no_memory(err);
	int code = cpu_ring_open(&rings->options.plan, cpu, &ring, err);
	if (code < 0)
		return code;
	code = options->opened ? options->opened(options->ring_context, ring, &options->plan, err)
			       : 0;
	if (code < 0) {
		cpu_ring_close(ring);
		return code;
	}
	rings->rings[rings->count++] = ring;
	return 0;
}

static void close_cpu(struct cpu_rings *rings, size_t index)
{
	struct cpu_ring *ring = rings->rings[index];

	if (rings->options.closing)
		rings->options.closing(rings->options.ring_context, ring);
	cpu_ring_close(ring);
	rings->rings[index] = rings->rings[--rings->count];
}

static void close_cpus(struct cpu_rings *rings)
{
	while (rings->count > 0)
		close_cpu(rings, rings->count - 1);
}

/* The ring of a CPU that has not gone offline since it was opened; NULL: none. */
static struct cpu_ring *ring_of_cpu(const struct cpu_rings *rings, int cpu)
{
	for (size_t i = 0; i < rings->count; i++) {
		if (rings->rings[i]->cpu == cpu && !rings->rings[i]->leaving)
			return rings->rings[i];
	}
	return NULL;
}

/* The CPU went offline since the list was read: no failure. */
static void forget_offline(struct error *err)
{
	*err = (struct error){0};
}

static int open_online(struct cpu_rings *rings, const struct cpu_list *online, struct error *err)
{
	const size_t files_per_cpu = rings->options.plan.tracepoint_count + 1;

	if (limits_want_files(online->count * files_per_cpu) < 0) {
		error_set(err, -EMFILE,
			  "%zu CPUs need %zu open files, more than RLIMIT_NOFILE allows",
			  online->count, online->count * files_per_cpu);
		error_remedy(err, "ulimit -n %zu", online->count * files_per_cpu + 64);
		return -EMFILE;
	}
	for (size_t i = 0; i < online->count; i++) {
		int code = open_cpu(rings, online->cpus[i], err);

		if (code == -ENODEV)
			forget_offline(err);
		else if (code < 0)
			return code;
	}
	return 0;
}

/*
 * The kernel grants memory for all rings together, so that the first may have taken what the others
 * need. Returns whether they are to be opened anew, smaller.
 */
static bool want_even_rings(const struct cpu_rings *rings, struct cpu_ring_plan *plan)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (!plan->may_shrink || rings->count == 0)
		return false;
	uint64_t first = rings->rings[0]->ring.size / page;

	if (rings->options.plan.pages == first)
		return false;
	while (plan->pages >= first) {
		if (!ring_room_shrink(plan))
			return false;
	}
	return true;
}

static int open_evenly(struct cpu_rings *rings, const struct cpu_list *online, struct error *err)
{
	struct cpu_ring_plan plan = rings->options.plan;

	for (;;) {
		int code = open_online(rings, online, err);

		if (!want_even_rings(rings, &plan))
			return code;
		close_cpus(rings);
		*err = (struct error){0};
		plan.features = rings->options.plan.features;
		rings->options.plan = plan;
	}
}

static int open_all(struct cpu_rings *rings, struct error *err)
{
	struct cpu_list online;
	int code = cpu_list_read(rings->options.sysfs_online, &online);

	if (code < 0)
		return error_set(err, code, "cannot read the online CPUs from %s: %s",
				 rings->options.sysfs_online, strerror(-code));
	code = open_evenly(rings, &online, err);
	cpu_list_done(&online);
	if (code == 0 && rings->count == 0)
		return error_set(err, -ENODEV, "no CPU in %s could be opened",
				 rings->options.sysfs_online);
	return code;
}

/* ---- hotplug ---- */

static void notice(const struct cpu_rings *rings, int cpu, int online)
{
	if (rings->options.notice)
		rings->options.notice(rings->options.notice_context, cpu, online);
}

/* The events of a CPU that went offline stay off even when it comes back: they are done for. */
static void leave_cpu(struct cpu_rings *rings, int cpu)
{
	struct cpu_ring *ring = ring_of_cpu(rings, cpu);

	if (!ring)
		return;
	ring->leaving = true;
	notice(rings, cpu, 0);
}

static void leave_offline(struct cpu_rings *rings, const struct cpu_list *online)
{
	for (size_t i = 0; i < rings->count; i++) {
		if (!cpu_list_has(online, rings->rings[i]->cpu))
			leave_cpu(rings, rings->rings[i]->cpu);
	}
}

static int enter_online(struct cpu_rings *rings, const struct cpu_list *online, struct error *err)
{
	for (size_t i = 0; i < online->count; i++) {
		int cpu = online->cpus[i];

		if (ring_of_cpu(rings, cpu))
			continue;
		int code = open_cpu(rings, cpu, err);
		if (code == -ENODEV) {
			forget_offline(err);
			continue;
		}
		if (code < 0)
			return code;
		code = cpu_ring_enable(rings->rings[rings->count - 1]);
		if (code < 0)
			return error_set(err, code, "cannot enable the events of CPU %d: %s", cpu,
					 strerror(-code));
		notice(rings, cpu, 1);
	}
	return 0;
}

/*
 * The events of a COMMAND follow its tasks, so a ring outlives the time that its CPU is offline;
 * tasks that run already would have no event on a CPU that is new.
 */
static void tell_new_cpus(struct cpu_rings *rings, struct cpu_list *online)
{
	for (size_t i = 0; i < online->count; i++) {
		if (!ring_of_cpu(rings, online->cpus[i]) &&
		    !cpu_list_has(&rings->told, online->cpus[i]))
			notice(rings, online->cpus[i], 1);
	}
	cpu_list_done(&rings->told);
	rings->told = *online;
}

static int follow_list(struct cpu_rings *rings, const struct cpu_list *online, struct error *err)
{
	leave_offline(rings, online);
	return enter_online(rings, online, err);
}

static int follow_hotplug(struct cpu_rings *rings, struct error *err)
{
	struct cpu_list online;
	int cpu;

	/* Before the list is read, so that what was heard cannot be older than what the list says.
	 */
	while (rings->cpu_watch_fd >= 0 && (cpu = cpu_watch_next_offline(rings->cpu_watch_fd)) >= 0)
		leave_cpu(rings, cpu);

	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);
	if (now - rings->looked_ns < HOTPLUG_NS)
		return 0;
	rings->looked_ns = now;
	/* Without the list (sysfs gone) the CPUs stay as they are. */
	if (cpu_list_read(rings->options.sysfs_online, &online) < 0)
		return 0;
	if (rings->options.plan.command) {
		tell_new_cpus(rings, &online);
		return 0;
	}
	int code = follow_list(rings, &online, err);
	cpu_list_done(&online);
	return code;
}

/* ---- waiting ---- */

static int shorter(int a, int b)
{
	if (a < 0)
		return b;
	return b >= 0 && b < a ? b : a;
}

/* For how long to sleep at most, in ms. */
static int patience(const struct cpu_rings *rings, bool pending)
{
	if (rings->woken)
		return PAUSE_MS;
	return pending ? PENDING_MS : IDLE_MS;
}

int cpu_rings_wait(struct cpu_rings *rings, int wake_fd, int timeout_ms, bool pending,
		   struct error *err)
{
	nfds_t count = rings->count;
	bool pausing = rings->woken;

	for (nfds_t i = 0; i < count; i++)
		rings->polls[i] = (struct pollfd){
			.fd = pausing || rings->rings[i]->hung ? -1 : rings->rings[i]->owner_fd,
			.events = POLLIN,
		};
	rings->polls[count] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
	rings->polls[count + 1] = (struct pollfd){.fd = rings->cpu_watch_fd, .events = POLLIN};
	if (poll(rings->polls, count + 2, shorter(timeout_ms, patience(rings, pending))) < 0) {
		if (errno == EINTR)
			return 0;
		return error_set(err, -errno, "cannot wait for events: %s", strerror(errno));
	}
	rings->woken = false;
	for (nfds_t i = 0; i < count; i++) {
		rings->rings[i]->hung |= (rings->polls[i].revents & (POLLHUP | POLLERR)) != 0;
		rings->woken |=
			rings->options.plan.watermark > 0 && rings->polls[i].revents & POLLIN;
	}
	/* News of a CPU: the list has changed. */
	if (rings->polls[count + 1].revents)
		rings->looked_ns = 0;
	return follow_hotplug(rings, err);
}

/* ---- all of them ---- */

struct cpu_ring *cpu_rings_at(const struct cpu_rings *rings, size_t index)
{
	return index < rings->count ? rings->rings[index] : NULL;
}

void cpu_rings_close_left(struct cpu_rings *rings)
{
	for (size_t i = rings->count; i-- > 0;) {
		const struct cpu_ring *ring = rings->rings[i];

		if (ring->leaving && ring->ring.tail == ring->ring.head)
			close_cpu(rings, i);
	}
}

int cpu_rings_enable(struct cpu_rings *rings, struct error *err)
{
	for (size_t i = 0; i < rings->count; i++) {
		int code = cpu_ring_enable(rings->rings[i]);

		if (code < 0)
			return error_set(err, code, "cannot enable the events of CPU %d: %s",
					 rings->rings[i]->cpu, strerror(-code));
	}
	return 0;
}

void cpu_rings_disable(struct cpu_rings *rings)
{
	for (size_t i = 0; i < rings->count; i++)
		cpu_ring_disable(rings->rings[i]);
}

int cpu_rings_open(struct cpu_rings_options *options, struct cpu_rings **opened, struct error *err)
{
	struct cpu_rings *rings = calloc(1, sizeof(*rings));

	if (!rings)
		return error_no_memory(err);
	rings->options = *options;
	rings->cpu_watch_fd = options->plan.command ? -1 : cpu_watch_open();
	int code = open_all(rings, err);
	if (code < 0) {
		cpu_rings_free(rings);
		return code;
	}
	options->plan = rings->options.plan;
	*opened = rings;
	return 0;
}

void cpu_rings_free(struct cpu_rings *rings)
{
	if (!rings)
		return;
	close_cpus(rings);
	if (rings->cpu_watch_fd >= 0)
		close(rings->cpu_watch_fd);
	free(rings->rings);
	free(rings->polls);
	cpu_list_done(&rings->told);
	free(rings);
}
