/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/tracepoints.h"

#include <errno.h>
#include <stdlib.h>

#include "event.h"
#include "filter/pid_list.h"
#include "formats/shipped.h"

static unsigned int needed_events(const struct options *options)
{
	/* Descent is known from forks and exits, and from execs of threads that take a leader's id.
	 */
	if (options->follow || options->command)
		return EVENT_SHOWABLE;
	/* Without exits nobody would know that the last of the pids is gone. */
	if (options->pids.count > 0)
		return options->events | EVENT_BIT(EVENT_EXIT);
	return options->events;
}

static int read_formats(struct tracepoints *tracepoints, unsigned int needed, struct error *err)
{
	const struct machine machine = machine_native();

	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (!(needed & EVENT_BIT(i)))
			continue;
		int code = format_dir_read(&tracepoints->dir, "sched", tracepoint_names[i],
					   &machine, &tracepoints->formats[i], err);
		if (code < 0)
			return code;
	}
	return 0;
}

static int make_filters(struct tracepoints *tracepoints, const struct pid_list *pids,
			struct error *err)
{
	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (!tracepoints->formats[i])
			continue;
		int code =
			pid_list_kernel_filter(pids, (enum event_type)i, &tracepoints->filters[i]);
		/* So many pids that the kernel takes no such filter: ours does it all. */
		if (code < 0 && code != -E2BIG)
			return error_set(err, code, "out of memory");
	}
	return 0;
}

int tracepoints_init(struct tracepoints *tracepoints, const struct options *options,
		     struct error *err)
{
	struct tracepoints made = {0};
	int code = options->formats ? shipped_open_dir(&made.dir, options->formats, err)
				    : format_dir_open_tracefs(&made.dir, err);

	if (code < 0)
		return code;
	code = read_formats(&made, needed_events(options), err);
	if (code == 0 && options->pids.count > 0 && !options->follow)
		code = make_filters(&made, &options->pids, err);
	if (code < 0) {
		tracepoints_done(&made);
		return code;
	}
	*tracepoints = made;
	return 0;
}

void tracepoints_done(struct tracepoints *tracepoints)
{
	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		format_free(tracepoints->formats[i]);
		free(tracepoints->filters[i]);
	}
	format_dir_close(&tracepoints->dir);
}

void tracepoints_plan(const struct tracepoints *tracepoints, struct cpu_ring_plan *plan)
{
	plan->tracepoint_count = 0;
	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (!tracepoints->formats[i])
			continue;
		plan->tracepoints[plan->tracepoint_count].name = tracepoint_names[i];
		plan->tracepoints[plan->tracepoint_count].id = tracepoints->formats[i]->id;
		plan->tracepoints[plan->tracepoint_count].filter = tracepoints->filters[i];
		plan->tracepoint_count++;
	}
	plan->comm = tracepoints->formats[EVENT_EXEC] != NULL;
}
