/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * task:task_newtask: the flags of a fork, and kernel-made threads, which have no fork.
 */
#include <errno.h>

#include "decode/tracepoint.h"
#include "event/event.h"
#include "event/facts.h"

enum { COMMON_PID, PID, CLONE_FLAGS };

static int decode_new_task(const struct field *fields, const struct record *record,
			   struct event *event)
{
	int64_t flags;

	if (tracepoint_int(&fields[COMMON_PID], record, &event->current_tid) < 0 ||
	    tracepoint_int(&fields[PID], record, &event->new_task.pid) < 0 ||
	    tracepoint_number(&fields[CLONE_FLAGS], record, &flags) < 0)
		return -EBADMSG;
	event->type = EVENT_NEW_TASK;
	event->new_task.clone_flags = (uint64_t)flags;
	/* An unsigned long before Linux 6.18: 32-bit kernels cut off CLONE_INTO_CGROUP and above.
	 */
	event->new_task.flags_complete = fields[CLONE_FLAGS].size == sizeof(uint64_t);
	if (!event->new_task.flags_complete)
		event->new_task.clone_flags &= UINT32_MAX;
	return 1;
}

/*
 * CLONE_UNTRACED of linux/sched.h, which the kernel sets for the threads that it makes, since they
 * have no FORK; and CLONE_THREAD, since one that execs gets the id of its process, which its FORK
 * does not tell. For processes the FORK is enough.
 */
#define THREADS "clone_flags & 0x810000"

const struct tracepoint_type tracepoint_new_task = {
	.system = "task",
	.name = "task_newtask",
	.fields = {[COMMON_PID] = {"common_pid", TRACEPOINT_NUMBER, false},
		   [PID] = {"pid", TRACEPOINT_NUMBER, false},
		   [CLONE_FLAGS] = {"clone_flags", TRACEPOINT_NUMBER, false}},
	.decode = decode_new_task,
	.facts = FACT_BIT(FACT_TASKS),
	.lines_filter = THREADS,
};
