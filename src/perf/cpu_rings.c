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
#include "perf/alarm.h"
#include "perf/ring.h"
#include "perf/ring_room.h"

/*
 * The longest sleeps: with nothing waiting, and with records that are younger than the horizon. A
 * lone event that reaches no watermark takes no longer than both together.
 */
#define IDLE_MS 40
#define PENDING_MS 20

/* The longest sleep of one whom an alarm wakes. */
#define ALARM_MS 1000

/*
 * Between an alarm and the look at the rings: as long as records are younger than the horizon, and
 * longer where alarms come often, so that they cost little.
 */
#define ALARM_PAUSE_MS 2
#define ALARM_OFTEN 8U
#define ALARM_OFTEN_NS NS_PER_S

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
	struct pollfd *polls; /* the caller's fd, cpu_watch_fd, one per ring, one per alarm */
	int cpu_watch_fd;     /* -1: not to be had here */
	uint64_t looked_ns;   /* when the list of online CPUs was last read */
	bool woken;           /* a ring ended the last wait, by its early watermark */
	uint64_t rang_ns[ALARM_OFTEN]; /* when alarms rang last, the oldest at `rang` */
	size_t rang;
	struct cpu_list
		told; /* of a COMMAND's rings: the CPUs online when the list was last read */
};

/* ---- opening and closing CPUs ---- */

static int reserve_ring(struct cpu_rings *rings)
{
	if (ARRAY_GROW(rings->rings, rings->count, rings->capacity) < 0)
		return -ENOMEM;
	struct pollfd *polls = realloc(rings->polls, (2 * rings->capacity + 2) * sizeof(*polls));
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
	const struct cpu_ring_plan *plan = &rings->options.plan;
	const size_t files_per_cpu = plan->tracepoint_count + 1 + (plan->probe.id != 0);

	if (limits_want_files(online->count * (files_per_cpu + ALARM_TRACEPOINTS)) < 0)
		rings->options.plan.alarm = false;
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

/* ---- alarms ---- */

static bool has_news(const struct cpu_rings *rings)
{
	for (size_t i = 0; i < rings->count; i++) {
		if (ring_has_news(&rings->rings[i]->ring))
			return true;
	}
	return false;
}

static void disarm(const struct cpu_rings *rings)
{
	for (size_t i = 0; i < rings->count; i++)
		alarm_disarm(&rings->rings[i]->alarm);
}

/* Have the next event wake us. False where one is there already. */
static bool arm(const struct cpu_rings *rings)
{
	for (size_t i = 0; i < rings->count; i++)
		alarm_arm(&rings->rings[i]->alarm);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!has_news(rings))
		return true;
	disarm(rings);
	return false;
}

static bool can_arm(const struct cpu_rings *rings, bool pending)
{
	bool can = rings->options.plan.alarm && !pending && !rings->woken;

	/* A CPU that came online may have been refused one. */
	for (size_t i = 0; can && i < rings->count; i++)
		can = rings->rings[i]->alarm.page != NULL;
	return can;
}

static bool ring_often(const struct cpu_rings *rings, uint64_t now_ns)
{
	return now_ns - rings->rang_ns[rings->rang] < ALARM_OFTEN_NS;
}

static int alarm_pause(struct cpu_rings *rings)
{
	const uint64_t now = clock_now_ns(CLOCK_MONOTONIC);
	const bool often = ring_often(rings, now);

	rings->rang_ns[rings->rang] = now;
	rings->rang = (rings->rang + 1) % ALARM_OFTEN;
	return often ? IDLE_MS : ALARM_PAUSE_MS;
}

/* ---- sleeping ---- */

enum { POLL_CALLER, POLL_CPUS, POLL_RINGS };

/* For how long to sleep at most, in ms. */
static int patience(const struct cpu_rings *rings, bool pending, bool armed)
{
	if (armed)
		return rings->cpu_watch_fd >= 0 ? ALARM_MS : (int)(HOTPLUG_NS / NS_PER_MS);
	if (rings->woken)
		return PAUSE_MS;
	if (pending && rings->options.plan.alarm &&
	    !ring_often(rings, clock_now_ns(CLOCK_MONOTONIC)))
		return ALARM_PAUSE_MS + 1;
	return pending ? PENDING_MS : IDLE_MS;
}

static void fill_polls(const struct cpu_rings *rings, int wake_fd, bool armed)
{
	struct pollfd *polls = rings->polls;

	polls[POLL_CALLER] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
	polls[POLL_CPUS] = (struct pollfd){.fd = rings->cpu_watch_fd, .events = POLLIN};
	for (size_t i = 0; i < rings->count; i++) {
		const struct cpu_ring *ring = rings->rings[i];
		bool is_off = rings->woken || ring->hung;

		polls[POLL_RINGS + i] =
			(struct pollfd){.fd = is_off ? -1 : ring->owner_fd, .events = POLLIN};
		polls[POLL_RINGS + rings->count + i] = (struct pollfd){
			.fd = armed && !ring->hung ? ring->alarm.fds[0] : -1, .events = POLLIN};
	}
}

/* Returns whether nothing but alarms woke us. */
static bool look_at_polls(struct cpu_rings *rings)
{
	const struct pollfd *polls = rings->polls, *alarms = polls + POLL_RINGS + rings->count;
	bool rang = false, other = polls[POLL_CALLER].revents || polls[POLL_CPUS].revents;

	rings->woken = false;
	for (size_t i = 0; i < rings->count; i++) {
		const short events = polls[POLL_RINGS + i].revents;

		rings->rings[i]->hung |= (events & (POLLHUP | POLLERR)) != 0;
		rings->woken |= rings->options.plan.watermark > 0 && events & POLLIN;
		other |= events != 0;
		rang |= (alarms[i].revents & POLLIN) != 0;
	}
	/* News of a CPU: the list has changed. */
	if (polls[POLL_CPUS].revents)
		rings->looked_ns = 0;
	return rang && !other;
}

/* Returns 1 where an alarm alone has ended it, 0, or a negative errno with ERR filled. */
static int sleep_once(struct cpu_rings *rings, int wake_fd, int timeout_ms, bool armed,
		      struct error *err)
{
	fill_polls(rings, wake_fd, armed);
	int ready = poll(rings->polls, POLL_RINGS + 2 * rings->count, timeout_ms);
	const int code = ready < 0 ? -errno : 0;

	if (armed)
		disarm(rings);
	if (code == -EINTR)
		return 0;
	if (code < 0)
		return error_set(err, code, "cannot wait for events: %s", strerror(-code));
	return look_at_polls(rings);
}

int cpu_rings_wait(struct cpu_rings *rings, int wake_fd, int timeout_ms, bool pending,
		   struct error *err)
{
	const bool may_arm = can_arm(rings, pending);
	const bool armed = may_arm && arm(rings);
	int code = 0;

	/* What came just before an alarm was armed is read at once. */
	if (!may_arm || armed)
		code = sleep_once(rings, wake_fd,
				  shorter(timeout_ms, patience(rings, pending, armed)), armed, err);
	if (code > 0)
		code = sleep_once(rings, wake_fd, shorter(timeout_ms, alarm_pause(rings)), false,
				  err);
	return code < 0 ? code : follow_hotplug(rings, err);
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
