/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sched:sched_process_fork, _exec and _exit: the events that lines show.
 */
#include <errno.h>

#include "decode/tracepoint.h"
#include "event/event.h"
#include "event/facts.h"

enum { PARENT_PID, CHILD_PID, PARENT_COMM, CHILD_COMM };

static int decode_fork(const struct field *fields, const struct record *record, struct event *event)
{
	event->type = EVENT_FORK;
	if (tracepoint_int(&fields[PARENT_PID], record, &event->fork.parent_tid) < 0 ||
	    tracepoint_int(&fields[CHILD_PID], record, &event->fork.child_tid) < 0 ||
	    tracepoint_text(&fields[PARENT_COMM], record, &event->fork.parent_comm) < 0 ||
	    tracepoint_text(&fields[CHILD_COMM], record, &event->fork.child_comm) < 0)
		return -EBADMSG;
	return 1;
}

const struct tracepoint_type tracepoint_fork = {
	.system = "sched",
	.name = "sched_process_fork",
	.fields = {[PARENT_PID] = {"parent_pid", TRACEPOINT_NUMBER, false},
		   [CHILD_PID] = {"child_pid", TRACEPOINT_NUMBER, false},
		   [PARENT_COMM] = {"parent_comm", TRACEPOINT_TEXT, false},
		   [CHILD_COMM] = {"child_comm", TRACEPOINT_TEXT, false}},
	.decode = decode_fork,
	.pid_fields = {"parent_pid", "child_pid"},
};

enum { EXEC_PID, EXEC_OLD_PID, EXEC_FILENAME };

static int decode_exec(const struct field *fields, const struct record *record, struct event *event)
{
	event->type = EVENT_EXEC;
	event->exec.comm = (struct text){0};
	event->exec.stack.bytes = NULL;
	event->exec.image = NULL;
	if (tracepoint_int(&fields[EXEC_PID], record, &event->exec.pid) < 0 ||
	    tracepoint_int(&fields[EXEC_OLD_PID], record, &event->exec.old_pid) < 0 ||
	    tracepoint_text(&fields[EXEC_FILENAME], record, &event->exec.filename) < 0)
		return -EBADMSG;
	return 1;
}

const struct tracepoint_type tracepoint_exec = {
	.system = "sched",
	.name = "sched_process_exec",
	.fields = {[EXEC_PID] = {"pid", TRACEPOINT_NUMBER, false},
		   [EXEC_OLD_PID] = {"old_pid", TRACEPOINT_NUMBER, false},
		   [EXEC_FILENAME] = {"filename", TRACEPOINT_TEXT, false}},
	.decode = decode_exec,
	.pid_fields = {"pid"},
};

enum { EXIT_PID, EXIT_PRIO, EXIT_COMM, EXIT_GROUP_DEAD };

static int decode_group_dead(const struct field *field, const struct record *record,
			     struct event *event)
{
	int64_t dead;

	event->exit.last = KNOWN_NOT;
	if (field->size == 0)
		return 1;
	if (tracepoint_number(field, record, &dead) < 0)
		return -EBADMSG;
	event->exit.last = dead ? KNOWN_YES : KNOWN_NO;
	return 1;
}

static int decode_exit(const struct field *fields, const struct record *record, struct event *event)
{
	event->type = EVENT_EXIT;
	event->exit.call.known = false;
	event->exit.has_status = event->exit.told_last = false;
	event->exit.usage = NULL;
	if (tracepoint_int(&fields[EXIT_PID], record, &event->exit.pid) < 0 ||
	    tracepoint_int(&fields[EXIT_PRIO], record, &event->exit.prio) < 0 ||
	    tracepoint_text(&fields[EXIT_COMM], record, &event->exit.comm) < 0)
		return -EBADMSG;
	return decode_group_dead(&fields[EXIT_GROUP_DEAD], record, event);
}

const struct tracepoint_type tracepoint_exit = {
	.system = "sched",
	.name = "sched_process_exit",
	.fields = {[EXIT_PID] = {"pid", TRACEPOINT_NUMBER, false},
		   [EXIT_PRIO] = {"prio", TRACEPOINT_NUMBER, false},
		   [EXIT_COMM] = {"comm", TRACEPOINT_TEXT, false},
		   /* Linux 6.16 and newer. */
		   [EXIT_GROUP_DEAD] = {"group_dead", TRACEPOINT_NUMBER, true}},
	.decode = decode_exit,
	.pid_fields = {"pid"},
};
