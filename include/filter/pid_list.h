/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pids of -p: parsed, searched, and as filters of tracepoints in the kernel.
 */
#ifndef PXT_FILTER_PID_LIST_H
#define PXT_FILTER_PID_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct pid_list {
	int32_t *pids; /* ascending, each once; owned */
	size_t count;
};

/*
 * Parse "PID[,PID]…" (decimal, 1 to 2^22, the kernel's PID_MAX_LIMIT). Returns 0 with LIST filled
 * (free it with pid_list_done()), -EINVAL or -ENOMEM.
 */
int pid_list_parse(const char *text, struct pid_list *list) MUST_CHECK;
void pid_list_done(struct pid_list *list);
bool pid_list_has(const struct pid_list *list, int32_t pid);

/* Parse one PID. Returns 0 or -EINVAL. */
int pid_parse(const char *text, int32_t *pid) MUST_CHECK;

/*
 * Make the kernel's filter expression (Documentation/trace/events.rst) that passes those events of
 * a tracepoint in which one of FIELDS, ended by NULL, is one of the pids. Returns 0 with
 * *EXPRESSION (caller frees); -E2BIG where the kernel takes none so long (under a page); -ENOMEM.
 */
int pid_list_kernel_filter(const struct pid_list *list, const char *const fields[],
			   char **expression) MUST_CHECK;

#endif
