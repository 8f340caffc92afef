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
#include "event/event.h"

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
 * Make the filter expression (Documentation/trace/events.rst) for the tracepoint of TYPE
 * (EVENT_FORK, EVENT_EXEC or EVENT_EXIT) that passes only events with one of the pids. Returns 0
 * with *EXPRESSION, which the caller frees; -E2BIG if it is too long for the kernel, which takes
 * less than a page; -ENOMEM.
 */
int pid_list_kernel_filter(const struct pid_list *list, enum event_type type,
			   char **expression) MUST_CHECK;

#endif
