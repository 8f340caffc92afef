/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps cgroup ids, as samples carry them, to paths. perf does not report removed cgroups, so only
 * the newest CGROUP_NAMES_MAX are kept.
 */
#ifndef PXT_TASK_CGROUP_NAMES_H
#define PXT_TASK_CGROUP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

#define CGROUP_NAMES_MAX 65536U

/* All zero has none. */
struct cgroup_names {
	bool root_proven; /* the root's id in a sample means that the task is in the root */
	struct cgroup_name *by_id;
	const struct cgroup_name
		*found; /* the last one that was, NULL: none: it is often the next */
};

void cgroup_names_done(struct cgroup_names *names);

/* Map ID to a copy of PATH from now on. Returns 0 or -ENOMEM. */
int cgroup_names_set(struct cgroup_names *names, uint64_t id, struct text path) MUST_CHECK;

/*
 * Return the path of ID, an id from a sample, borrowed until that id is set again; NULL bytes: not
 * known. Until the root's cgroup.subtree_control is written for the first time the kernel has no
 * perf_event controller below the root, and every sample carries the root's id. So the root's id
 * counts as not known unless `root_proven`, which asking for another known id sets.
 */
struct text cgroup_names_find(struct cgroup_names *names, uint64_t id);

#endif
