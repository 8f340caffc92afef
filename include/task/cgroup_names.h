/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The paths of cgroups by the ids that samples carry. perf does not tell when one is removed, so
 * only the newest ones are kept.
 */
#ifndef PXT_TASK_CGROUP_NAMES_H
#define PXT_TASK_CGROUP_NAMES_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

#define CGROUP_NAMES_MAX 65536U

struct cgroup_names;

/* Returns NULL without memory. */
struct cgroup_names *cgroup_names_new(void);
void cgroup_names_free(struct cgroup_names *names);

/* ID is called PATH from now on. Returns 0 or -ENOMEM. */
int cgroup_names_set(struct cgroup_names *names, uint64_t id, struct text path) MUST_CHECK;

/* The root's id is from now on the one of tasks that are in the root alone. */
void cgroup_names_prove_root(struct cgroup_names *names);

/*
 * The path of ID, which a sample has, borrowed until it is set anew; NULL bytes where it is not
 * known. Samples have the root's id for all tasks until the kernel has the perf_event controller in
 * the groups below, once somebody has written the root's cgroup.subtree_control: it is known for
 * the root's where that is proven, by another id in a sample before if by nothing else.
 */
struct text cgroup_names_find(struct cgroup_names *names, uint64_t id);

#endif
