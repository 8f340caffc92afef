/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/perf_event.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "perf/sample_extra.h"

static const char *const consequences[PERF_FEATURES] = {
	[PERF_FEATURE_READ_LOST] = "this kernel (before 6.0) has no per-event loss counts: losses "
				   "are those that its LOST "
				   "records tell, and one at the very end may go unseen",
	[PERF_FEATURE_CGROUP] = "this kernel (before 5.7) does not tell cgroups",
	[PERF_FEATURE_CLOCKID] = "this kernel (before 4.1) cannot stamp events with "
				 "CLOCK_MONOTONIC: times are of perf's "
				 "own clock, and events of different CPUs may come out of order",
	[PERF_FEATURE_COMM_EXEC] = "this kernel (before 3.16) does not mark the renames that an "
				   "exec makes: EXEC's comm is "
				   "taken from the file name",
};

const char *perf_feature_consequence(enum perf_feature feature)
{
	return consequences[feature];
}

int perf_event_open_raw(struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			unsigned long flags)
{
	long fd = syscall(SYS_perf_event_open, attr, pid, cpu, group_fd, flags);

	return fd < 0 ? -errno : (int)fd;
}

static void apply_features(struct perf_event_attr *attr, unsigned int features)
{
	attr->read_format = features & (1U << PERF_FEATURE_READ_LOST) ? PERF_EVENT_FORMAT_LOST : 0;
	attr->use_clockid = (features & (1U << PERF_FEATURE_CLOCKID)) != 0;
	attr->clockid = attr->use_clockid ? CLOCK_MONOTONIC : 0;
	if (!(features & (1U << PERF_FEATURE_CGROUP))) {
		attr->sample_type &= ~SAMPLE_EXTRA_CGROUP;
		attr->cgroup = 0;
	}
	attr->comm_exec = attr->comm && (features & (1U << PERF_FEATURE_COMM_EXEC)) != 0;
}

/* A kernel answers EINVAL to an attribute bit that it does not know: try without, one by one. */
static int open_with_features(struct perf_event_attr *attr, int pid, int cpu,
			      unsigned int *features)
{
	unsigned int trying = *features;
	enum perf_feature next = 0;

	for (;;) {
		apply_features(attr, trying);
		int fd = perf_event_open_raw(attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
		if (fd >= 0)
			*features = trying;
		if (fd != -EINVAL)
			return fd;
		while (next < PERF_FEATURES && !(trying & (1U << next)))
			next++;
		if (next == PERF_FEATURES)
			return fd;
		trying &= ~(1U << next);
	}
}

/* All fields in use lie within the first version of the structure that has clockid (Linux 4.1). */
static struct perf_event_attr basic_attr(void)
{
	return (struct perf_event_attr){
		.size = PERF_ATTR_SIZE_VER3,
		.sample_type = PERF_EVENT_SAMPLE_TYPE,
		.sample_period = 1,
		.sample_id_all = 1,
		.disabled = 1,
	};
}

struct perf_event_attr perf_event_tracepoint_attr(uint16_t id, const struct perf_event_extra *extra,
						  unsigned int features)
{
	struct perf_event_attr attr = basic_attr();

	attr.type = PERF_TYPE_TRACEPOINT;
	attr.config = id;
	if (extra->regs_user) {
		attr.sample_type |= PERF_SAMPLE_REGS_USER;
		attr.sample_regs_user = extra->regs_user;
	}
	if (extra->stack_user) {
		attr.sample_type |= PERF_SAMPLE_STACK_USER;
		attr.sample_stack_user = extra->stack_user;
	}
	if (extra->callchain) {
		attr.sample_type |= PERF_SAMPLE_CALLCHAIN;
		attr.exclude_callchain_user = 1;
	}
	if (extra->cgroup)
		attr.sample_type |= SAMPLE_EXTRA_CGROUP;
	apply_features(&attr, features);
	return attr;
}

/* What users without privileges may have of their own tasks: the kernel has to be excluded. */
static void want_sideband(struct perf_event_attr *attr)
{
	attr->inherit = 1;
	attr->exclude_kernel = 1;
	attr->exclude_hv = 1;
	attr->task = 1;
	attr->comm = 1;
	/* Without `mmap` there are no records for `mmap2` (perf_event_mmap()). */
	attr->mmap = 1;
	attr->mmap2 = 1;
}

struct perf_event_attr perf_event_ring_owner_attr(const struct ring_owner *owner,
						  unsigned int features)
{
	struct perf_event_attr attr = basic_attr();

	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = PERF_COUNT_SW_DUMMY;
	attr.comm = owner->comm;
	attr.cgroup = owner->cgroup;
	attr.watermark = 1;
	attr.wakeup_watermark = owner->watermark;
	if (owner->command)
		want_sideband(&attr);
	apply_features(&attr, features);
	return attr;
}

int perf_event_open_tracepoint(uint16_t id, const struct perf_event_extra *extra, int cpu,
			       unsigned int *features)
{
	struct perf_event_attr attr = perf_event_tracepoint_attr(id, extra, *features);

	return open_with_features(&attr, -1, cpu, features);
}

int perf_event_open_ring_owner(const struct ring_owner *owner, int cpu, unsigned int *features)
{
	struct perf_event_attr attr = perf_event_ring_owner_attr(owner, *features);

	return open_with_features(&attr, owner->command ? owner->command : -1, cpu, features);
}

int perf_event_read_lost(int fd, uint64_t *lost)
{
	struct {
		uint64_t value, lost;
	} counts;
	ssize_t got = read(fd, &counts, sizeof(counts));

	if (got < 0)
		return -errno;
	if (got != (ssize_t)sizeof(counts))
		return -EIO;
	*lost = counts.lost;
	return 0;
}
