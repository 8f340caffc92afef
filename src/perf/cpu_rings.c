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

/* The longest sleeps without an alarm: with nothing waiting, and with records that are younger than
 * the horizon.
 */
#define IDLE_MS 40
#define PENDING_MS 20

/* The longest sleep of one whom an alarm, or any record, wakes. */
#define ALARM_MS 1000

/*
 * Between an alarm and the look at the rings: as long as records are younger than the horizon, and
 * IDLE_MS where events come often, so that they cost little.
 */
#define ALARM_PAUSE_MS 2
#define OFTEN 8U
#define OFTEN_NS NS_PER_S

/*
 * With an early watermark the first event wakes us at once. Where the one before was so short ago,
 * those of the next moments wait for PAUSE_MS: so few wake-ups cost the traced host next to
 * nothing.
 */
#define PAUSE_MS 1
#define EARLY_OFTEN_NS (10 * NS_PER_MS)

/* The list of online CPUs is read no more often; rarely where the kernel tells of changes. */
#define HOTPLUG_MS 100
#define HOTPLUG_TOLD_MS 1000

struct cpu_rings {
	struct cpu_rings_options options;
	struct cpu_ring **rings;
	size_t count, capacity;
	struct pollfd *polls; /* the caller's fd, cpu_watch_fd, one per ring, one per alarm */
	int cpu_watch_fd;     /* -1: not to be had here */
	uint64_t looked_ns;   /* when the list of online CPUs was last read */
	bool cpus_changed;    /* as the kernel told */
	int delay_ms;         /* as cpu_rings_set_delay() */
	bool busy;         /* events come so steadily that we look by the clock, without alarms */
	bool woken;        /* an early watermark ended the last wait, soon after another one */
	uint64_t woken_ns; /* when an early watermark last did */
	uint64_t came_ns[OFTEN]; /* when sleeps last ended with events, the oldest at `came` */
	size_t came;
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

static struct cpu_ring *take_out(struct cpu_rings *rings, size_t index)
{
	struct cpu_ring *ring = rings->rings[index];

	if (rings->options.closing)
		rings->options.closing(rings->options.ring_context, ring);
	rings->rings[index] = rings->rings[--rings->count];
	return ring;
}

static void close_cpu(struct cpu_rings *rings, size_t index)
{
	cpu_ring_close(take_out(rings, index));
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

/*
 * The first ring, taken out of RINGS and without its memory: as long as its events are open, no
 * others of their tracepoints are the last, whose closing waits for tens of ms.
 */
static struct cpu_ring *hold_events(struct cpu_rings *rings)
{
	struct cpu_ring *ring = take_out(rings, 0);

	cpu_ring_unmap(ring);
	return ring;
}

static int open_evenly(struct cpu_rings *rings, const struct cpu_list *online, struct error *err)
{
	struct cpu_ring_plan plan = rings->options.plan;
	struct cpu_ring *held = NULL;

	for (;;) {
		int code = open_online(rings, online, err);

		cpu_ring_close(held);
		if (!want_even_rings(rings, &plan))
			return code;
		held = hold_events(rings);
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

/* How often to read the list of online CPUs. A COMMAND is only told of a new one. */
static unsigned int list_ms(const struct cpu_rings *rings)
{
	return rings->cpu_watch_fd >= 0 || rings->options.plan.command ? HOTPLUG_TOLD_MS
								       : HOTPLUG_MS;
}

static int follow_hotplug(struct cpu_rings *rings, struct error *err)
{
	struct cpu_list online;
	int cpu;

	/* Before the list is read, so that what was heard cannot be older than what the list says.
	 */
	while (rings->cpus_changed && (cpu = cpu_watch_next_offline(rings->cpu_watch_fd)) >= 0)
		leave_cpu(rings, cpu);

	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);
	if (!rings->cpus_changed && now - rings->looked_ns < list_ms(rings) * NS_PER_MS)
		return 0;
	rings->cpus_changed = false;
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

static bool can_arm(const struct cpu_rings *rings)
{
	bool can = rings->options.plan.alarm;

	/* A CPU that came online may have been refused one. */
	for (size_t i = 0; can && i < rings->count; i++)
		can = rings->rings[i]->alarm.page != NULL;
	return can;
}

static bool come_often(const struct cpu_rings *rings)
{
	return clock_now_ns(CLOCK_MONOTONIC) - rings->came_ns[rings->came] < OFTEN_NS;
}

static void note_events(struct cpu_rings *rings)
{
	rings->came_ns[rings->came] = clock_now_ns(CLOCK_MONOTONIC);
	rings->came = (rings->came + 1) % OFTEN;
}

/* How long records are left to gather once the first one is there, in ms. */
static int gathering_ms(const struct cpu_rings *rings)
{
	if (rings->delay_ms > 0)
		return rings->delay_ms;
	return can_arm(rings) && !come_often(rings) ? ALARM_PAUSE_MS : IDLE_MS;
}

/* ---- sleeping ---- */

enum { POLL_CALLER, POLL_CPUS, POLL_RINGS };

/* For how long to sleep at most without alarms, in ms. */
static int patience(const struct cpu_rings *rings, bool pending)
{
	const int gathering = gathering_ms(rings);

	if (rings->woken)
		return PAUSE_MS;
	if (pending && gathering < PENDING_MS)
		return gathering + 1;
	if (pending)
		return PENDING_MS;
	return rings->options.plan.at_once ? (int)list_ms(rings) : gathering;
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

static void note_early(struct cpu_rings *rings)
{
	const uint64_t now = clock_now_ns(CLOCK_MONOTONIC);

	rings->woken = now - rings->woken_ns < EARLY_OFTEN_NS;
	rings->woken_ns = now;
}

/* Returns whether nothing but alarms woke us. */
static bool look_at_polls(struct cpu_rings *rings)
{
	const struct pollfd *polls = rings->polls, *alarms = polls + POLL_RINGS + rings->count;
	bool rang = false, early = false;
	bool other = polls[POLL_CALLER].revents || polls[POLL_CPUS].revents;

	rings->woken = false;
	rings->cpus_changed |= polls[POLL_CPUS].revents != 0;
	for (size_t i = 0; i < rings->count; i++) {
		const short events = polls[POLL_RINGS + i].revents;

		rings->rings[i]->hung |= (events & (POLLHUP | POLLERR)) != 0;
		early |= rings->options.plan.watermark > 0 && events & POLLIN;
		other |= events != 0;
		rang |= (alarms[i].revents & POLLIN) != 0;
	}
	if (early)
		note_early(rings);
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

/* Sleep until an event comes. Returns as sleep_once(); 1 also where one came just before. */
static int sleep_armed(struct cpu_rings *rings, int wake_fd, int timeout_ms, struct error *err)
{
	const int longest = rings->cpu_watch_fd >= 0 ? ALARM_MS : HOTPLUG_MS;

	return arm(rings) ? sleep_once(rings, wake_fd, shorter(timeout_ms, longest), true, err) : 1;
}

int cpu_rings_wait(struct cpu_rings *rings, int wake_fd, int timeout_ms, bool pending,
		   struct error *err)
{
	const bool alarms = can_arm(rings), rests = alarms && !pending && !rings->woken;
	int code = 1;

	if (rests && !rings->busy)
		code = sleep_armed(rings, wake_fd, timeout_ms, err);
	if (code > 0)
		code = sleep_once(rings, wake_fd, shorter(timeout_ms, patience(rings, pending)),
				  false, err);
	if (code < 0)
		return code;
	/* Events that were there before the time was over are followed by more. */
	rings->busy = alarms && has_news(rings);
	if (rests && rings->busy)
		note_events(rings);
	rings->busy &= gathering_ms(rings) >= IDLE_MS;
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

void cpu_rings_set_delay(struct cpu_rings *rings, int delay_ms)
{
	rings->delay_ms = delay_ms;
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
