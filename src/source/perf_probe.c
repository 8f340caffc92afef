/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/perf_probe.h"

#include <errno.h>
#include <string.h>

#include "host/cpu_list.h"
#include "host/diagnose.h"
#include "perf/cpu_ring.h"
#include "perf/cpu_rings.h"
#include "perf/perf_event.h"
#include "source/perf_setup.h"

/* Open and map PLAN on the first CPU that stays online meanwhile. Returns 0 with *CPU. */
static int open_on_one(struct cpu_ring_plan *plan, const struct cpu_list *online, int *cpu,
		       struct error *err)
{
	int code = error_set(err, -ENODEV, "no CPU in " CPU_RINGS_ONLINE " could be opened");

	for (size_t i = 0; code == -ENODEV && i < online->count; i++) {
		struct cpu_ring *ring = NULL;

		*cpu = online->cpus[i];
		code = cpu_ring_open(plan, *cpu, &ring, err);
		if (code == 0)
			cpu_ring_close(ring);
	}
	return code;
}

/* What of WANTED the kernel granted in GOT. Returns 0, or 1 where that is not all. */
static int judge(const struct cpu_ring_plan *wanted, const struct cpu_ring_plan *got, int cpu,
		 struct error *found)
{
	const unsigned int missing = wanted->features & ~got->features;

	if (missing)
		return error_set(
			found, 1, "works on CPU %d, but %s", cpu,
			perf_feature_consequence((enum perf_feature)__builtin_ctz(missing)));
	if (got->pages < wanted->pages)
		return error_set(found, 1, "works on CPU %d, with a ring of %u pages, not %u", cpu,
				 got->pages, wanted->pages);
	return error_set(found, 0, "works: %zu tracepoints and a ring opened on CPU %d",
			 got->tracepoint_count, cpu);
}

static int try_setup(struct perf_setup *setup, struct error *found)
{
	struct cpu_list online;
	int cpu = -1;
	int code = cpu_list_read(CPU_RINGS_ONLINE, &online);

	if (code < 0)
		return error_set(found, code, "cannot read " CPU_RINGS_ONLINE ": %s",
				 strerror(-code));
	code = open_on_one(&setup->rings.plan, &online, &cpu, found);
	cpu_list_done(&online);
	if (code < 0)
		return diagnose_refusal(setup->state, code, found);
	return judge(&setup->wanted, &setup->rings.plan, cpu, found);
}

int perf_probe(const struct request *request, const struct source_host *host, struct error *found)
{
	struct perf_setup setup;
	int code = perf_setup_init(&setup, request, host->state, PERF_SETUP_STATUS_IS_TOLD, found);

	if (code < 0)
		return code;
	code = try_setup(&setup, found);
	perf_setup_done(&setup);
	return code;
}
