/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the facts of an event out of what is kept of its task.
 */
#ifndef PXT_TASK_DESCRIBE_H
#define PXT_TASK_DESCRIBE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/facts.h"
#include "task/cgroup_names.h"
#include "task/thread.h"

/* Deeper trees are told up to here, with a gap behind. */
#define ANCESTRY_MAX 256

/* Whom an event happened to. All borrowed. */
struct subject {
	const struct thread *thread; /* of a fork, the one that forks; NULL: nobody that is known */
	int32_t tid;
	const struct thread *child; /* FORK */
	enum known last;            /* EXIT */
	uint64_t losses;            /* EXIT: how often events were lost until then */
	uint64_t previous_exec_ns;  /* of its process, before this event; 0: none was seen */
	struct text failed_exec;    /* EXIT: see facts.h, as far as its status does not deny it */
};

/*
 * Fill FACTS for EVENT, which happened to SUBJECT; ANCESTRY is where its ancestors go. It refers to
 * all of these.
 */
void describe(const struct subject *subject, const struct event *event,
	      struct cgroup_names *cgroups, struct ancestor ancestry[ANCESTRY_MAX],
	      struct facts *facts);

#endif
