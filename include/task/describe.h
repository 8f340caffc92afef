/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fills the facts of an event from the state kept of its task.
 */
#ifndef PXT_TASK_DESCRIBE_H
#define PXT_TASK_DESCRIBE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/facts.h"
#include "task/ancestries.h"
#include "task/cgroup_names.h"
#include "task/thread.h"

/* The task that an event happened to, and what only the keeper knows of it. All borrowed. */
struct subject {
	const struct thread *thread; /* FORK: the one that forks; NULL: not known */
	int32_t tid;
	const struct thread *child; /* FORK */
	enum known last;            /* EXIT */
	uint64_t losses;            /* EXIT: how often events had been lost */
	uint64_t previous_exec_ns;  /* its process's last exec before this event; 0: none seen */
	struct text failed_exec;    /* EXIT: see facts.h; used unless the status contradicts it */
};

/* Fill FACTS for EVENT, which happened to SUBJECT. FACTS borrows from all arguments. */
void describe(const struct subject *subject, const struct event *event,
	      struct cgroup_names *cgroups, struct ancestries *ancestries, struct facts *facts);

#endif
