/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/perf_live.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "host/cpu_list.h"
#include "host/cpu_watch.h"
#include "host/limits.h"
#include "host/perf_clock.h"
#include "perf/merge.h"
#include "perf/perf_event.h"
#include "perf/record.h"
#include "perf/ring.h"
#include "perf/ring_room.h"

/*
 * How far the horizon stays behind the clock. A CPU takes an event's time before it makes the
 * record visible; microseconds pass in between, more where a hypervisor parks the CPU.
 */
#define SLACK_NS 2000000ULL

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

struct live {
	struct source source;
	struct live_options options;
	struct merge *merge;
	struct cpu_ring **rings;
	size_t ring_count, ring_capacity, poll_capacity;
	struct pollfd *polls; /* one per ring, the caller's fd, and cpu_watch_fd */
	int cpu_watch_fd;     /* -1: not to be had here */
	uint64_t looked_ns;   /* when the list of online CPUs was last read */
	uint64_t horizon;     /* of this round, ns */
	bool in_round;
	bool stopped;
	bool woken;            /* a ring ended the last wait, by its early watermark */
	live_preview *preview; /* NULL: none */
	void *preview_context;
	uint64_t lost;      /* given out in LOST records so far */
	uint64_t newest_ns; /* of all records given out */
};

static struct live *live_of(struct source *source)
{
	return (struct live *)source;
}

/* ---- opening and closing CPUs ---- */

static int reserve_ring(struct live *live)
{
	int code = ARRAY_GROW(live->rings, live->ring_count, live->ring_capacity);

	return code < 0 ? code : ARRAY_GROW(live->polls, live->ring_count + 2, live->poll_capacity);
}

/* Where an event's samples begin otherwise than those of the others. Returns 0 or a negative errno.
 */
static int tell_other_layout(struct live *live, struct cpu_ring *ring)
{
	const struct cpu_ring_plan *plan = &live->options.plan;

	for (size_t i = 0; i < plan->tracepoint_count; i++) {
		if (!plan->tracepoints[i].extra.callchain)
			continue;
		int code = cpu_ring_read_ids(ring);
		if (code < 0)
			return code;
		merge_set_other(live->merge, &ring->ring, ring->ids[i],
				cpu_ring_attr(plan, i).sample_type);
	}
	return 0;
}

static int open_cpu(struct live *live, int cpu, struct error *err)
{
	struct cpu_ring *ring;

	if (reserve_ring(live) < 0)
		return error_no_memory(err);
	int code = cpu_ring_open(&live->options.plan, cpu, &ring, err);
	if (code < 0)
		return code;
	code = merge_add(live->merge, &ring->ring, ring);
	if (code < 0) {
		cpu_ring_close(ring);
		return error_no_memory(err);
	}
	live->rings[live->ring_count++] = ring;
	code = tell_other_layout(live, ring);
	if (code < 0)
		return error_set(err, code, "cannot tell the events of CPU %d apart: %s", cpu,
				 strerror(-code));
	if (live->preview && cpu_ring_add_scout(ring) < 0)
		return error_no_memory(err);
	return 0;
}

static void close_cpu(struct live *live, size_t index)
{
	struct cpu_ring *ring = live->rings[index];

	merge_remove(live->merge, &ring->ring);
	cpu_ring_close(ring);
	live->rings[index] = live->rings[--live->ring_count];
}

static void close_cpus(struct live *live)
{
	while (live->ring_count > 0)
		close_cpu(live, live->ring_count - 1);
}

/* The ring of a CPU that has not gone offline since it was opened; NULL: none. */
static struct cpu_ring *ring_of_cpu(const struct live *live, int cpu)
{
	for (size_t i = 0; i < live->ring_count; i++) {
		if (live->rings[i]->cpu == cpu && !live->rings[i]->leaving)
			return live->rings[i];
	}
	return NULL;
}

/* The CPU went offline since the list was read: no failure. */
static void forget_offline(struct error *err)
{
	*err = (struct error){0};
}

static int open_online(struct live *live, const struct cpu_list *online, struct error *err)
{
	const size_t files_per_cpu = live->options.plan.tracepoint_count + 1;

	if (limits_want_files(online->count * files_per_cpu) < 0) {
		error_set(err, -EMFILE,
			  "%zu CPUs need %zu open files, more than RLIMIT_NOFILE allows",
			  online->count, online->count * files_per_cpu);
		error_remedy(err, "ulimit -n %zu", online->count * files_per_cpu + 64);
		return -EMFILE;
	}
	for (size_t i = 0; i < online->count; i++) {
		int code = open_cpu(live, online->cpus[i], err);

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
static bool want_even_rings(const struct live *live, struct cpu_ring_plan *plan)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (!plan->may_shrink || live->ring_count == 0)
		return false;
	uint64_t first = live->rings[0]->ring.size / page;

	if (live->options.plan.pages == first)
		return false;
	while (plan->pages >= first) {
		if (!ring_room_shrink(plan))
			return false;
	}
	return true;
}

static int open_evenly(struct live *live, const struct cpu_list *online, struct error *err)
{
	struct cpu_ring_plan plan = live->options.plan;

	for (;;) {
		int code = open_online(live, online, err);

		if (!want_even_rings(live, &plan))
			return code;
		close_cpus(live);
		*err = (struct error){0};
		plan.features = live->options.plan.features;
		live->options.plan = plan;
	}
}

static int open_all(struct live *live, struct error *err)
{
	struct cpu_list online;
	int code = cpu_list_read(live->options.sysfs_online, &online);

	if (code < 0)
		return error_set(err, code, "cannot read the online CPUs from %s: %s",
				 live->options.sysfs_online, strerror(-code));
	code = open_evenly(live, &online, err);
	cpu_list_done(&online);
	if (code == 0 && live->ring_count == 0)
		return error_set(err, -ENODEV, "no CPU in %s could be opened",
				 live->options.sysfs_online);
	return code;
}

/* ---- hotplug ---- */

static void notice(const struct live *live, int cpu, int online)
{
	if (live->options.notice)
		live->options.notice(live->options.notice_context, cpu, online);
}

/* The events of a CPU that went offline stay off even when it comes back: they are done for. */
static void leave_cpu(struct live *live, int cpu)
{
	struct cpu_ring *ring = ring_of_cpu(live, cpu);

	if (!ring)
		return;
	ring->leaving = true;
	notice(live, cpu, 0);
}

static void leave_offline(struct live *live, const struct cpu_list *online)
{
	for (size_t i = 0; i < live->ring_count; i++) {
		if (!cpu_list_has(online, live->rings[i]->cpu))
			leave_cpu(live, live->rings[i]->cpu);
	}
}

static int enter_online(struct live *live, const struct cpu_list *online, struct error *err)
{
	for (size_t i = 0; i < online->count; i++) {
		int cpu = online->cpus[i];

		if (ring_of_cpu(live, cpu))
			continue;
		int code = open_cpu(live, cpu, err);
		if (code == -ENODEV) {
			forget_offline(err);
			continue;
		}
		if (code < 0)
			return code;
		code = cpu_ring_enable(live->rings[live->ring_count - 1]);
		if (code < 0)
			return error_set(err, code, "cannot enable the events of CPU %d: %s", cpu,
					 strerror(-code));
		notice(live, cpu, 1);
	}
	return 0;
}

static int follow_hotplug(struct live *live, struct error *err)
{
	struct cpu_list online;
	int cpu;

	/* Before the list is read, so that what was heard cannot be older than what the list says.
	 */
	while (live->cpu_watch_fd >= 0 && (cpu = cpu_watch_next_offline(live->cpu_watch_fd)) >= 0)
		leave_cpu(live, cpu);

	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);
	if (now - live->looked_ns < HOTPLUG_NS)
		return 0;
	live->looked_ns = now;
	/* Without the list (sysfs gone) the CPUs stay as they are. */
	if (cpu_list_read(live->options.sysfs_online, &online) < 0)
		return 0;
	leave_offline(live, &online);
	int code = enter_online(live, &online, err);
	cpu_list_done(&online);
	return code;
}

/* ---- records ---- */

/* Show what has become visible since the last time. What is malformed, the merge will meet. */
static void look_ahead(const struct live *live)
{
	const struct perf_event_header *record;

	for (size_t i = 0; live->preview && i < live->ring_count; i++) {
		const struct ring *ring = &live->rings[i]->ring;
		struct ring *scout = &live->rings[i]->scout;

		/* What the merge has used up by now may be written over. */
		if ((int64_t)(ring->tail - scout->tail) > 0)
			scout->tail = ring->tail;
		ring_refresh(scout);
		while (ring_peek(scout, &record) > 0) {
			live->preview(live->preview_context, record);
			ring_skip(scout);
		}
	}
}

static int start_round(struct live *live)
{
	look_ahead(live);

	bool ordered = !live->stopped && live->options.plan.features & (1U << PERF_FEATURE_CLOCKID);

	/* The clock before the heads: what is older than this is visible in them, but for the
	 * slack. */
	live->horizon = ordered ? perf_clock_now_ns() - SLACK_NS : MERGE_NO_HORIZON;
	live->in_round = true;
	return merge_refresh(live->merge);
}

/* Make RECORD a LOST of all that RING lost and nobody was told of. False where that is nothing. */
static bool make_lost(struct live *live, struct cpu_ring *ring, uint64_t recorded, uint64_t time_ns,
		      struct record *record)
{
	uint64_t lost = cpu_ring_newly_lost(ring, recorded);

	if (lost == 0)
		return false;
	live->lost += lost;
	*record = (struct record){
		.type = PERF_RECORD_LOST,
		.cpu = (uint32_t)ring->cpu,
		.time_ns = time_ns,
		.lost = lost,
	};
	return true;
}

/* Whether RECORD is for the caller; turns the kernel's LOST into ours. */
static bool is_wanted(struct live *live, struct cpu_ring *ring, struct record *record)
{
	if (record->time_ns > live->newest_ns)
		live->newest_ns = record->time_ns;
	if (record->type == PERF_RECORD_LOST)
		return make_lost(live, ring, record->lost, record->time_ns, record);
	return record->type == PERF_RECORD_SAMPLE || record->type == PERF_RECORD_COMM ||
	       record->type == RECORD_CGROUP;
}

/* All that was visible is read: close what has left, and at the end tell what was lost last. */
static int finish_round(struct live *live, struct record *record)
{
	live->in_round = false;
	for (size_t i = live->ring_count; i-- > 0;) {
		struct cpu_ring *ring = live->rings[i];

		if (!live->stopped && !ring->leaving)
			continue;
		if (make_lost(live, ring, 0, live->newest_ns, record))
			return 1;
		if (ring->leaving && ring->ring.tail == ring->ring.head)
			close_cpu(live, i);
	}
	return live->stopped ? -ENODATA : 0;
}

static int live_next(struct source *source, struct record *record, struct error *err)
{
	struct live *live = live_of(source);
	int code = live->in_round ? 0 : start_round(live);
	void *ring;

	while (code == 0) {
		code = merge_next(live->merge, live->horizon, record, &ring);
		if (code == 0)
			return finish_round(live, record);
		if (code > 0 && !is_wanted(live, ring, record))
			code = 0;
	}
	if (code < 0)
		error_set(err, code, "a perf ring holds a malformed record: %s", strerror(-code));
	return code;
}

static int shorter(int a, int b)
{
	if (a < 0)
		return b;
	return b >= 0 && b < a ? b : a;
}

/* For how long to sleep at most, in ms. */
static int patience(const struct live *live)
{
	if (live->woken)
		return PAUSE_MS;
	return merge_pending(live->merge) ? PENDING_MS : IDLE_MS;
}

static int live_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	struct live *live = live_of(source);
	nfds_t count = live->ring_count;
	bool pausing = live->woken;

	for (nfds_t i = 0; i < count; i++)
		live->polls[i] = (struct pollfd){
			.fd = pausing || live->rings[i]->hung ? -1 : live->rings[i]->owner_fd,
			.events = POLLIN,
		};
	live->polls[count] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
	live->polls[count + 1] = (struct pollfd){.fd = live->cpu_watch_fd, .events = POLLIN};
	if (poll(live->polls, count + 2, shorter(timeout_ms, patience(live))) < 0) {
		if (errno == EINTR)
			return 0;
		return error_set(err, -errno, "cannot wait for events: %s", strerror(errno));
	}
	live->woken = false;
	for (nfds_t i = 0; i < count; i++) {
		live->rings[i]->hung |= (live->polls[i].revents & (POLLHUP | POLLERR)) != 0;
		live->woken |= live->options.plan.watermark > 0 && live->polls[i].revents & POLLIN;
	}
	/* News of a CPU: the list has changed. */
	if (live->polls[count + 1].revents)
		live->looked_ns = 0;
	return follow_hotplug(live, err);
}

static void live_stop(struct source *source)
{
	struct live *live = live_of(source);

	if (live->stopped)
		return;
	for (size_t i = 0; i < live->ring_count; i++)
		cpu_ring_disable(live->rings[i]);
	live->stopped = true;
	live->in_round = false;
}

static void live_stats(struct source *source, struct source_stats *stats)
{
	struct live *live = live_of(source);
	uint64_t lost = live->lost;

	for (size_t i = 0; i < live->ring_count; i++)
		lost += cpu_ring_newly_lost(live->rings[i], 0);
	live->lost = lost;
	*stats = (struct source_stats){.lost = lost, .late = merge_late(live->merge)};
}

static void live_free(struct source *source)
{
	struct live *live = live_of(source);

	close_cpus(live);
	if (live->cpu_watch_fd >= 0)
		close(live->cpu_watch_fd);
	merge_free(live->merge);
	free(live->rings);
	free(live->polls);
	free(live);
}

static const struct source_ops live_ops = {
	.next = live_next,
	.wait = live_wait,
	.stop = live_stop,
	.stats = live_stats,
	.free = live_free,
};

struct cpu_ring *live_ring(struct source *source, size_t index)
{
	struct live *live = live_of(source);

	return index < live->ring_count ? live->rings[index] : NULL;
}

void live_close_left(struct source *source)
{
	struct live *live = live_of(source);

	for (size_t i = live->ring_count; i-- > 0;) {
		const struct cpu_ring *ring = live->rings[i];

		if (ring->leaving && ring->ring.tail == ring->ring.head)
			close_cpu(live, i);
	}
}

int live_open(struct live_options *options, struct source **source, struct error *err)
{
	struct live *live = calloc(1, sizeof(*live));

	if (!live)
		return error_no_memory(err);
	live->source.ops = &live_ops;
	live->options = *options;
	live->cpu_watch_fd = cpu_watch_open();
	live->merge = merge_new(PERF_EVENT_SAMPLE_TYPE);
	int code = live->merge ? open_all(live, err) : error_no_memory(err);
	if (code < 0) {
		live_free(&live->source);
		return code;
	}
	options->plan = live->options.plan;
	*source = &live->source;
	return 0;
}

int live_set_preview(struct source *source, live_preview *preview, void *context)
{
	struct live *live = live_of(source);

	live->preview = preview;
	live->preview_context = context;
	for (size_t i = 0; i < live->ring_count; i++) {
		if (cpu_ring_add_scout(live->rings[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

int live_enable(struct source *source, struct error *err)
{
	struct live *live = live_of(source);

	for (size_t i = 0; i < live->ring_count; i++) {
		int code = cpu_ring_enable(live->rings[i]);

		if (code < 0)
			return error_set(err, code, "cannot enable the events of CPU %d: %s",
					 live->rings[i]->cpu, strerror(-code));
	}
	return 0;
}
