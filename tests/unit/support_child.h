/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes that do to themselves what cannot be undone.
 */
#ifndef PXT_TESTS_SUPPORT_CHILD_H
#define PXT_TESTS_SUPPORT_CHILD_H

#include <stdbool.h>
#include <stdint.h>

struct child_end {
	int status;     /* exit status, or 128 and the signal */
	char said[512]; /* on standard error */
};

/* Run ACT(CONTEXT) in a child, which then exits with status 0. */
struct child_end child_run(void (*act)(void *context), void *context);

/* In a child: where CONDITION is false, say so and exit with status 99. */
#define CHILD_CHECK(condition) child_check((condition), #condition, __FILE__, __LINE__)
void child_check(bool holds, const char *condition, const char *file, int line);

/* Fail unless END is of a child that found all right. */
void assert_child_fine(const struct child_end *end);

/* The number in base BASE behind NAME ("CapEff:") in /proc/self/status. */
uint64_t own_status(const char *name, int base);

#endif
