/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/message_events.h"

#include <stdbool.h>
#include <stddef.h>

struct event message_event(const struct proc_message *message, enum event_type type)
{
	return (struct event){
		.type = type,
		.cpu = message->cpu,
		.time_ns = message->time_ns,
		.sample_pid = message->tgid,
		.sample_tid = message->tid,
		.current_tid = message->tid,
	};
}

int message_fork(struct names *names, const struct proc_message *message, int32_t parent_tgid,
		 int32_t parent_tid, struct event *child, struct event *fork)
{
	*child = message_event(message, EVENT_CHILD);
	child->child.pid = message->tgid;
	child->child.tid = message->tid;
	*fork = message_event(message, EVENT_FORK);
	fork->sample_pid = parent_tgid;
	fork->sample_tid = parent_tid;
	fork->fork.parent_tid = parent_tid;
	fork->fork.child_tid = message->tid;
	fork->fork.parent_comm = names_of(names, parent_tid);
	int code = names_set(names, message->tid, message->tgid, fork->fork.parent_comm);
	fork->fork.child_comm = names_of(names, message->tid);
	return code;
}

/* Its process stands for the thread that made it. */
int message_fork_by_process(struct names *names, const struct proc_message *message,
			    struct event *child, struct event *fork)
{
	const bool is_thread = message->tid != message->tgid;

	return message_fork(names, message, is_thread ? message->tgid : message->parent_tgid,
			    is_thread ? message->tgid : message->parent_tid, child, fork);
}

int message_exec(struct names *names, const struct proc_message *message, struct text comm,
		 struct text filename, struct event *event)
{
	const int32_t pid = message->tgid;

	*event = message_event(message, EVENT_EXEC);
	event->sample_tid = pid;
	event->exec.pid = pid;
	event->exec.filename = filename;
	/* Of a thread that execs, the exit of the old leader came before. */
	event->exec.old_pid = names_thread_of(names, pid);
	if (event->exec.old_pid != pid)
		names_forget(names, event->exec.old_pid);
	int code = names_set(names, pid, pid, comm);
	event->exec.comm = names_of(names, pid);
	return code;
}

struct exec_image message_image(const struct proc_view *view)
{
	struct exec_image image = {.arguments.argc = -1};

	if (!view || !view->has_program)
		return image;
	image.arguments = view->program.arguments;
	image.arguments.source = ARGV_PROC;
	if (image.arguments.complete)
		image.arguments.argc = image.arguments.known.count;
	return image;
}

void message_exit(const struct names *names, const struct proc_message *message,
		  struct event *event)
{
	*event = message_event(message, EVENT_EXIT);
	event->exit.pid = message->tid;
	event->exit.prio = EVENT_NO_PRIO;
	event->exit.comm = names_of(names, message->tid);
	event->exit.has_status = true;
	event->exit.status = message->status;
}

int message_comm(struct names *names, const struct proc_message *message, struct text comm,
		 struct event *event)
{
	*event = message_event(message, EVENT_COMM);
	event->comm.tid = message->tid;
	event->comm.comm = comm;
	return names_set(names, message->tid, message->tgid, comm);
}
