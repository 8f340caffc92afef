/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of tasks, a bit each.
 */
#ifndef PXT_DIFF_PID_SET_H
#define PXT_DIFF_PID_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* PID_MAX_LIMIT of include/linux/threads.h: no pid is as high. */
#define PID_SET_LIMIT (1U << 22)

/* All 0 is an empty one. */
struct pid_set {
	uint64_t *words; /* NULL: none was added */
};

/* Add PID; those that cannot be are ignored. Returns 0 or -ENOMEM. */
int pid_set_add(struct pid_set *set, int32_t pid) MUST_CHECK;

void pid_set_remove(struct pid_set *set, int32_t pid);

bool pid_set_has(const struct pid_set *set, uint64_t number);

void pid_set_done(struct pid_set *set);

#endif
