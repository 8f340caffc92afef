/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/at_work.h"

static void advance(struct at_work *work, uint64_t time_ns)
{
	if (time_ns <= work->time_ns)
		return;
	work->process_ns += (double)work->now * (double)(time_ns - work->time_ns);
	work->time_ns = time_ns;
}

void at_work_begin(struct at_work *work, uint32_t *parent_children, uint64_t time_ns)
{
	advance(work, time_ns);
	/* The parent is not at work any more. */
	if (parent_children && (*parent_children)++ == 0)
		return;
	if (++work->now <= work->peak)
		return;
	work->peak = work->now;
	work->peak_ns = work->time_ns;
}

void at_work_end(struct at_work *work, uint32_t children, uint32_t *parent_children,
		 uint64_t time_ns)
{
	advance(work, time_ns);
	work->now -= children == 0;
	work->now += parent_children && --*parent_children == 0;
}

double at_work_average(struct at_work *work, uint64_t first_ns, uint64_t last_ns)
{
	advance(work, last_ns);
	return last_ns > first_ns ? work->process_ns / (double)(last_ns - first_ns) : 0;
}
