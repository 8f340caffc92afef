/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/pid_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

/* PID_MAX_LIMIT of include/linux/threads.h on 64-bit kernels. */
#define PID_LIMIT (4U * 1024 * 1024)

/* ftrace_profile_set_filter() takes less than a page (kernel/events/core.c, strndup_user()). */
#define FILTER_MAX 4096U

static int compare_pids(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;

	return (left > right) - (left < right);
}

static void sort_unique(struct pid_list *list)
{
	size_t kept = 0;

	qsort(list->pids, list->count, sizeof(*list->pids), compare_pids);
	for (size_t i = 0; i < list->count; i++) {
		if (i == 0 || list->pids[i] != list->pids[kept - 1])
			list->pids[kept++] = list->pids[i];
	}
	list->count = kept;
}

int pid_parse(const char *text, int32_t *pid)
{
	uint64_t number;

	if (number_parse(text, 1, PID_LIMIT, &number) < 0)
		return -EINVAL;
	*pid = (int32_t)number;
	return 0;
}

static int parse_all(const char *text, struct pid_list *list)
{
	for (;;) {
		uint64_t pid;

		if (number_take(&text, 1, PID_LIMIT, &pid) < 0)
			return -EINVAL;
		list->pids[list->count++] = (int32_t)pid;
		if (*text == '\0')
			return 0;
		if (*text++ != ',')
			return -EINVAL;
	}
}

int pid_list_parse(const char *text, struct pid_list *list)
{
	/* At least one character and a comma a pid. */
	struct pid_list parsed = {.pids = calloc(strlen(text) / 2 + 1, sizeof(*parsed.pids))};

	if (!parsed.pids)
		return -ENOMEM;
	int code = parse_all(text, &parsed);
	if (code < 0) {
		pid_list_done(&parsed);
		return code;
	}
	sort_unique(&parsed);
	*list = parsed;
	return 0;
}

void pid_list_done(struct pid_list *list)
{
	free(list->pids);
	*list = (struct pid_list){0};
}

bool pid_list_has(const struct pid_list *list, int32_t pid)
{
	return list->count > 0 &&
	       bsearch(&pid, list->pids, list->count, sizeof(*list->pids), compare_pids) != NULL;
}

int pid_list_kernel_filter(const struct pid_list *list, const char *const fields[],
			   char **expression)
{
	const char *between = "";
	char *made = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&made, &length);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		for (const char *const *field = fields; *field; field++) {
			fprintf(out, "%s%s == %d", between, *field, list->pids[i]);
			between = " || ";
		}
	}
	int code = fclose(out) != 0 ? -ENOMEM : 0;
	if (code == 0 && length >= FILTER_MAX)
		code = -E2BIG;
	if (code < 0) {
		free(made);
		return code;
	}
	*expression = made;
	return 0;
}
