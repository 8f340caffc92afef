/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/perf_setup.h"

#include <errno.h>
#include <unistd.h>

#include "decode/format_dir.h"
#include "decode/tracepoint.h"
#include "event/facts.h"
#include "host/cgroups.h"
#include "host/diagnose.h"
#include "perf/perf_event.h"
#include "perf/ring_room.h"
#include "probe/argv_definition.h"
#include "probe/argv_probe.h"
#include "probe/path_probe.h"
#include "source/notice.h"

/*
 * With facts there are more and larger records, above all user stacks, each of which takes as much
 * of a ring as was asked for, used or not.
 */
#define RING_SIZE_WITH_FACTS RING_ROOM_STACKS_LEAST

/*
 * Of a user stack, where only small rings are granted: there more execs count for more than more of
 * each, which /proc has too.
 */
#define STACK_IN_SMALL_RINGS 2048U

/* ---- notices ---- */

static void notice_cpu(void *context, int cpu, int online)
{
	const struct request *request = context;

	notice(request, online ? "CPU %d came online: traced from now on" : "CPU %d went offline",
	       cpu);
}

static uint32_t stack_at_exec(const struct perf_setup *setup, const struct cpu_ring_plan *plan)
{
	const size_t exec = tracepoints_opened_at(&setup->tracepoints, TRACEPOINT_EXEC);

	return setup->tracepoints.formats[TRACEPOINT_EXEC]
		       ? plan->tracepoints[exec].extra.stack_user
		       : 0;
}

/* Execs that the ring has no room for: those of names longer than is common. */
static void notice_room(const struct perf_setup *setup)
{
	const struct cpu_ring_plan *plan = &setup->rings.plan;
	const size_t exec = tracepoints_opened_at(&setup->tracepoints, TRACEPOINT_EXEC);

	if (!setup->tracepoints.formats[TRACEPOINT_EXEC])
		return;
	uint32_t room = ring_room(&plan->tracepoints[exec].extra, RING_ROOM_LONGEST_NAME);

	if (!ring_room_is_in(room, plan->pages))
		notice(setup->request,
		       "-m %u: an exec of a very long file name is too large for the ring and "
		       "counts as lost; -m %u holds any",
		       plan->pages, ring_room_pages(room));
}

/* Of a ring that is as large as it need be. */
static uint32_t pages_that_do(const struct perf_setup *setup)
{
	const uint32_t most = RING_SIZE_WITH_FACTS / (uint32_t)sysconf(_SC_PAGESIZE);

	return setup->wanted.pages < most ? setup->wanted.pages : most;
}

static void notice_shortcomings(const struct perf_setup *setup)
{
	const struct cpu_ring_plan *wanted = &setup->wanted;
	const struct cpu_ring_plan *got = &setup->rings.plan;

	for (unsigned int i = 0; i < PERF_FEATURES; i++) {
		if (!(got->features & (1U << i)))
			notice(setup->request, "%s",
			       perf_feature_consequence((enum perf_feature)i));
	}
	if (wanted->may_shrink && got->pages < pages_that_do(setup))
		notice(setup->request,
		       "ring buffers of %u pages per CPU, not %u: over "
		       "kernel.perf_event_mlock_kb and RLIMIT_MEMLOCK",
		       got->pages, pages_that_do(setup));
	if (stack_at_exec(setup, got) < stack_at_exec(setup, wanted))
		notice(setup->request,
		       "%u bytes of arguments per exec from its stack, not %u, since rings of %u "
		       "pages hold few execs; /proc has the rest of those that live long enough",
		       stack_at_exec(setup, got), stack_at_exec(setup, wanted), got->pages);
	notice_room(setup);
}

static void notice_exit_status(const struct perf_setup *setup)
{
	const struct tracepoints *tracepoints = &setup->tracepoints;

	if (!(tracepoints->needs & NEED_STATUS) || tracepoints->status_is_told)
		return;
	if (tracepoints->exit_paths.known) {
		if (setup->request->verbose)
			notice(setup->request, "exit statuses from registers and call chains");
	} else if (tracepoints->formats[TRACEPOINT_EXIT_GROUP]) {
		notice(setup->request,
		       "exit statuses from the system calls: this kernel shows no registers at an "
		       "exit; every task takes the kernel's slow path meanwhile");
	} else {
		notice(setup->request,
		       "this kernel shows neither registers at an exit nor system calls: of exit "
		       "statuses only signals are known");
	}
}

/* -c selects by what samples tell. */
static void notice_cgroups(const struct perf_setup *setup)
{
	static const char *const wrong[] = {
		[CGROUPS_NOT_MOUNTED] =
			"cgroup2 is not mounted here, or this is a cgroup namespace",
		[CGROUPS_OF_V1] = "perf_event is a cgroup controller of version 1 here",
		[CGROUPS_ROOT_ONLY] = ("to this kernel's samples all may be in the root cgroup, as "
				       "long as the root's cgroup.subtree_control is empty"),
	};
	enum cgroups_told told = cgroups_of_this_host();

	if (setup->request->filter.cgroup && told != CGROUPS_TOLD)
		notice(setup->request, "-c may select nothing: %s", wrong[told]);
}

static void notice_opened(const struct perf_setup *setup)
{
	static const char *const origins[] = {
		[FORMAT_DIR_MOUNTED] = "",
		[FORMAT_DIR_PRIVATE] = " (tracefs, mounted for this process alone)",
		[FORMAT_DIR_GIVEN] = " (--formats)",
	};
	const struct format_dir *dir = &setup->tracepoints.dir;
	const struct cpu_ring_plan *plan = &setup->rings.plan;

	if (!setup->request->verbose)
		return;
	notice(setup->request, "formats from %s%s", dir->path, origins[dir->origin]);
	for (size_t i = 0; i < plan->tracepoint_count; i++)
		notice(setup->request, "%s:%s is event %u%s%s", plan->tracepoints[i].system,
		       plan->tracepoints[i].name, plan->tracepoints[i].id,
		       plan->tracepoints[i].filter ? ", filter " : "",
		       plan->tracepoints[i].filter ? plan->tracepoints[i].filter : "");
	if (plan->probe.id)
		notice(setup->request, "the argv probe is event %u, filter %s", plan->probe.id,
		       plan->probe.filter);
	notice(setup->request, "ring buffers of %u pages per CPU", plan->pages);
}

/* ---- planning and opening ---- */

static uint64_t good_ring_size(const struct request *request)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (request->needs & NEED_ARGUMENTS)
		return ring_room_with_stacks((uint64_t)sysconf(_SC_PHYS_PAGES) * page,
					     (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	return request->needs ? RING_SIZE_WITH_FACTS : PERF_RING_SIZE;
}

static void plan_rings(struct perf_setup *setup, unsigned int use)
{
	const struct request *request = setup->request;
	bool has_stacks = (request->needs & NEED_ARGUMENTS) != 0;
	uint32_t good = (uint32_t)(good_ring_size(request) / (uint64_t)sysconf(_SC_PAGESIZE));

	setup->wanted = (struct cpu_ring_plan){
		.pages = request->mmap_pages ? request->mmap_pages : good,
		.may_shrink = request->mmap_pages == 0,
		.small_stack = request->arg_bytes_may_shrink ? STACK_IN_SMALL_RINGS : 0,
		.features = PERF_FEATURES_ALL,
		/* An exec, and no other event, is so large. */
		.watermark = has_stacks ? request->arg_bytes / 2 : 0,
		.alarm = true,
	};
	tracepoints_plan(&setup->tracepoints, &setup->wanted);
	if (setup->probe) {
		setup->wanted.probe.id = argv_probe_layout(setup->probe)->id;
		setup->wanted.probe.filter = ARGV_FILTER;
	}
	setup->wanted.comm |= (use & PERF_SETUP_RECORDING) != 0;
	setup->rings = (struct cpu_rings_options){
		.plan = setup->wanted,
		.sysfs_online = CPU_RINGS_ONLINE,
		.notice = notice_cpu,
		.notice_context = (void *)(uintptr_t)request,
	};
}

static int open_path_probe(struct perf_setup *setup, struct error *err)
{
	int code = path_probe_new(setup->probe, &setup->path_probe, err);

	if (code < 0)
		return code;
	setup->tracepoints.formats[TRACEPOINT_PROBED_PATH] =
		path_probe_take_format(setup->path_probe);
	return 0;
}

static int open_probes(struct perf_setup *setup, struct error *err)
{
	int code = argv_probe_new(setup->request->probe_bytes, setup->state, &setup->probe, err);

	if (code == 0 && tracepoints_lack_paths(&setup->tracepoints)) {
		code = open_path_probe(setup, err);
		if (code < 0) {
			argv_probe_free(setup->probe);
			setup->probe = NULL;
		}
	}
	return code;
}

int perf_setup_init(struct perf_setup *setup, const struct request *request,
		    const struct host_state *state, unsigned int use, struct error *err)
{
	static const struct tracepoints none = {.dir.fd = -1, .hold_fd = -1};

	*setup = (struct perf_setup){.request = request, .state = state, .tracepoints = none};
	int code = tracepoints_init(&setup->tracepoints, request,
				    (use & PERF_SETUP_STATUS_IS_TOLD) != 0, err);
	if (code < 0)
		return request->formats || code == -EOPNOTSUPP ? code
							       : diagnose_tracefs(state, code, err);
	if (request->probe_bytes > 0)
		code = open_probes(setup, err);
	if (code < 0) {
		tracepoints_done(&setup->tracepoints);
		setup->tracepoints = none;
		return code;
	}
	plan_rings(setup, use);
	return 0;
}

void perf_setup_done(struct perf_setup *setup)
{
	path_probe_free(setup->path_probe);
	argv_probe_free(setup->probe);
	tracepoints_done(&setup->tracepoints);
}

int perf_setup_opened(const struct perf_setup *setup, int code, struct error *err)
{
	if (code < 0)
		return diagnose_refusal(setup->state, code, err);
	notice_opened(setup);
	notice_exit_status(setup);
	notice_cgroups(setup);
	notice_shortcomings(setup);
	return 0;
}
