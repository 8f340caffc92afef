/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/cpu_list.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

/* Every other CPU of 8192, one by one, takes 20 KiB. */
#define TEXT_MAX 65536

/* Read one number below CPU_LIST_MAX and step over it; -1 where there is none. */
static int take_number(const char **text)
{
	int number = -1;

	for (; isdigit((unsigned char)**text); (*text)++) {
		number = (number < 0 ? 0 : number * 10) + (**text - '0');
		if (number >= CPU_LIST_MAX)
			return -1;
	}
	return number;
}

/* Read "3" or "0-3" and step over it. Ranges ascend and do not touch what came before. */
static bool take_range(const char **text, int after, int *first, int *last)
{
	*first = *last = take_number(text);
	if (**text == '-') {
		(*text)++;
		*last = take_number(text);
	}
	return *first > after && *last >= *first;
}

/* Write the CPUs to CPUS where it is not NULL. Returns their number, or -1. */
static int parse(const char *text, int *cpus)
{
	int count = 0;
	int first, last = -1;

	/* A mask without any CPU is an empty line. */
	if (strcmp(text, "\n") == 0 || !*text)
		return 0;
	do {
		if (!take_range(&text, last, &first, &last))
			return -1;
		for (int cpu = first; cpu <= last; cpu++, count++) {
			if (cpus)
				cpus[count] = cpu;
		}
	} while (*text == ',' && text++);
	return strcmp(text, "\n") == 0 || !*text ? count : -1;
}

int cpu_list_parse(const char *text, struct cpu_list *list)
{
	int count = parse(text, NULL);

	if (count < 0)
		return -EINVAL;
	/* One more: an empty list has an address too. */
	int *cpus = malloc(((size_t)count + 1) * sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	parse(text, cpus);
	*list = (struct cpu_list){.cpus = cpus, .count = (size_t)count};
	return 0;
}

int cpu_list_read(const char *path, struct cpu_list *list)
{
	char *text = malloc(TEXT_MAX);

	if (!text)
		return -ENOMEM;
	ssize_t length = file_read_at(AT_FDCWD, path, text, TEXT_MAX);
	int code = length < 0 ? (int)length : -EINVAL;
	/* Neither cut nor with a NUL inside. */
	if (length >= 0 && length < TEXT_MAX - 1 && strlen(text) == (size_t)length)
		code = cpu_list_parse(text, list);
	free(text);
	return code;
}

void cpu_list_done(struct cpu_list *list)
{
	free(list->cpus);
	*list = (struct cpu_list){0};
}

static int compare_cpus(const void *a, const void *b)
{
	const int *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

bool cpu_list_has(const struct cpu_list *list, int cpu)
{
	return list->count > 0 &&
	       bsearch(&cpu, list->cpus, list->count, sizeof(*list->cpus), compare_cpus) != NULL;
}
