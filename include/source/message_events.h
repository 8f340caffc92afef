/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes events of what the process connector and perf's sideband tell of tasks, with the names of
 * live tasks that neither tells. Texts of the events are borrowed from NAMES and the arguments.
 */
#ifndef PXT_SOURCE_MESSAGE_EVENTS_H
#define PXT_SOURCE_MESSAGE_EVENTS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/event.h"
#include "event/facts.h"
#include "netlink/proc_message.h"
#include "source/message_queue.h"
#include "source/names.h"

/* The fields of an event of TYPE that do not depend on it, by MESSAGE. */
struct event message_event(const struct proc_message *message, enum event_type type);

/*
 * The child that MESSAGE tells of was born to thread PARENT_TID of process PARENT_TGID: it has the
 * name of that, and becomes two events. Returns 0 or -ENOMEM.
 */
int message_fork(struct names *names, const struct proc_message *message, int32_t parent_tgid,
		 int32_t parent_tid, struct event *child, struct event *fork) MUST_CHECK;

/* The same where MESSAGE, of the connector, does not tell which thread made a thread. */
int message_fork_by_process(struct names *names, const struct proc_message *message,
			    struct event *child, struct event *fork) MUST_CHECK;

/*
 * MESSAGE's process has executed a program that is named COMM and comes from FILENAME (NULL bytes:
 * not known). Returns 0 or -ENOMEM.
 */
int message_exec(struct names *names, const struct proc_message *message, struct text comm,
		 struct text filename, struct event *event) MUST_CHECK;

/* The arguments that VIEW (NULL: none) shows, borrowed from it. */
struct exec_image message_image(const struct proc_view *view);

/* MESSAGE's task has ended. It stays named. */
void message_exit(const struct names *names, const struct proc_message *message,
		  struct event *event);

/* MESSAGE's task got the name COMM. Returns 0 or -ENOMEM. */
int message_comm(struct names *names, const struct proc_message *message, struct text comm,
		 struct event *event) MUST_CHECK;

#endif
