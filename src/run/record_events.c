/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/record_events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int read_ids(struct record_events *events, struct cpu_rings *rings)
{
	struct cpu_ring *ring;

	while (cpu_rings_at(rings, events->cpus))
		events->cpus++;
	events->ids = calloc(events->count * events->cpus, sizeof(*events->ids));
	if (!events->ids)
		return -ENOMEM;
	for (size_t cpu = 0; (ring = cpu_rings_at(rings, cpu)); cpu++) {
		int code = cpu_ring_read_ids(ring);

		if (code < 0)
			return code;
		for (size_t i = 0; i < events->count; i++) {
			events->ids[i * events->cpus + cpu] = ring->ids[i];
			events->first_ids[i] = ring->ids[i];
			if (ring->ids[i] > events->newest_id)
				events->newest_id = ring->ids[i];
		}
	}
	return 0;
}

static void describe(struct record_events *events, const struct cpu_ring_plan *plan, size_t index)
{
	bool is_tracepoint = index < plan->tracepoint_count;

	if (is_tracepoint)
		snprintf(events->names[index], RECORD_NAME_SIZE, "%s:%s",
			 plan->tracepoints[index].system, plan->tracepoints[index].name);
	else
		snprintf(events->names[index], RECORD_NAME_SIZE, "dummy");
	events->list[index] = (struct recorded_event){
		.attr = cpu_ring_attr(plan, index),
		.name = events->names[index],
		.ids = events->ids + index * events->cpus,
		.id_count = events->cpus,
	};
	/* It has no samples, so that costs nothing. Without it perf 5.10 reads none of the file. */
	if (!is_tracepoint)
		events->list[index].attr.sample_type |= PERF_SAMPLE_IP;
}

int record_events_init(struct record_events *events, struct cpu_rings *rings,
		       const struct cpu_ring_plan *plan)
{
	*events = (struct record_events){.count = plan->tracepoint_count + 1};
	int code = read_ids(events, rings);
	for (size_t i = 0; code == 0 && i < events->count; i++)
		describe(events, plan, i);
	return code;
}

void record_events_done(struct record_events *events)
{
	free(events->ids);
	events->ids = NULL;
}
