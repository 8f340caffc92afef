/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/pid_set.h"

#include <errno.h>
#include <stdlib.h>

#define WORD_BITS 64U

static bool is_pid(int32_t pid)
{
	return pid > 0 && (uint32_t)pid < PID_SET_LIMIT;
}

int pid_set_add(struct pid_set *set, int32_t pid)
{
	if (!is_pid(pid))
		return 0;
	if (!set->words)
		set->words = calloc(PID_SET_LIMIT / WORD_BITS, sizeof(*set->words));
	if (!set->words)
		return -ENOMEM;
	set->words[(uint32_t)pid / WORD_BITS] |= 1ULL << (uint32_t)pid % WORD_BITS;
	return 0;
}

void pid_set_remove(struct pid_set *set, int32_t pid)
{
	if (set->words && is_pid(pid))
		set->words[(uint32_t)pid / WORD_BITS] &= ~(1ULL << (uint32_t)pid % WORD_BITS);
}

bool pid_set_has(const struct pid_set *set, uint64_t number)
{
	return set->words && number < PID_SET_LIMIT &&
	       set->words[number / WORD_BITS] >> number % WORD_BITS & 1;
}

void pid_set_done(struct pid_set *set)
{
	free(set->words);
	*set = (struct pid_set){0};
}
