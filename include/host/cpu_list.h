/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses CPU lists of sysfs: "0-3,5,8-11\n" (Documentation/admin-guide/cputopology.rst).
 */
#ifndef PXT_HOST_CPU_LIST_H
#define PXT_HOST_CPU_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

/* Larger than any kernel's NR_CPUS (8192); limits the memory that a broken list takes. */
#define CPU_LIST_MAX 65536

struct cpu_list {
	int *cpus; /* ascending; ours */
	size_t count;
};

/* Parse TEXT. Returns 0 (free with cpu_list_done()), -EINVAL, -ENOMEM. */
int cpu_list_parse(const char *text, struct cpu_list *list) MUST_CHECK;

/* Parse the file at PATH. Returns as cpu_list_parse(), or the negative errno of reading it. */
int cpu_list_read(const char *path, struct cpu_list *list) MUST_CHECK;

void cpu_list_done(struct cpu_list *list);

bool cpu_list_has(const struct cpu_list *list, int cpu);

#endif
