/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/names.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/put.h"

/* linux/sched.h, by bit. */
static const char *const clone_flags[] = {
	[7] = "CLONE_NEWTIME",
	[8] = "CLONE_VM",
	[9] = "CLONE_FS",
	[10] = "CLONE_FILES",
	[11] = "CLONE_SIGHAND",
	[12] = "CLONE_PIDFD",
	[13] = "CLONE_PTRACE",
	[14] = "CLONE_VFORK",
	[15] = "CLONE_PARENT",
	[16] = "CLONE_THREAD",
	[17] = "CLONE_NEWNS",
	[18] = "CLONE_SYSVSEM",
	[19] = "CLONE_SETTLS",
	[20] = "CLONE_PARENT_SETTID",
	[21] = "CLONE_CHILD_CLEARTID",
	[22] = "CLONE_DETACHED",
	[23] = "CLONE_UNTRACED",
	[24] = "CLONE_CHILD_SETTID",
	[25] = "CLONE_NEWCGROUP",
	[26] = "CLONE_NEWUTS",
	[27] = "CLONE_NEWIPC",
	[28] = "CLONE_NEWUSER",
	[29] = "CLONE_NEWPID",
	[30] = "CLONE_NEWNET",
	[31] = "CLONE_IO",
	[32] = "CLONE_CLEAR_SIGHAND",
	[33] = "CLONE_INTO_CGROUP",
};

/* Take the lowest flag that has a name off FLAGS; NULL where those left have none. */
static const char *next_clone_flag(uint64_t *flags)
{
	for (uint64_t left = *flags; left != 0; left &= left - 1) {
		unsigned int bit = (unsigned int)__builtin_ctzll(left);

		if (bit < ARRAY_SIZE(clone_flags) && clone_flags[bit]) {
			*flags &= ~(UINT64_C(1) << bit);
			return clone_flags[bit];
		}
	}
	return NULL;
}

char *clone_flags_put(char *out, uint64_t flags, const char *separator)
{
	const char *start = out, *name;

	while ((name = next_clone_flag(&flags)) != NULL) {
		if (out > start)
			out = put_string(out, separator);
		out = put_string(out, name);
	}
	if (flags != 0)
		out += sprintf(out, "%s0x%" PRIx64, out > start ? separator : "", flags);
	return out;
}

const char *fork_kind_name(enum fork_kind kind)
{
	static const char *const names[] = {
		[FORK_KIND_PROCESS] = "process",
		[FORK_KIND_VFORK] = "vfork",
		[FORK_KIND_THREAD] = "thread",
	};

	return names[kind];
}

const char *signal_origin_name(enum signal_origin origin)
{
	static const char *const names[] = {
		[SENT_BY_PROCESS] = "process",
		[SENT_BY_KERNEL] = "kernel",
	};

	return names[origin];
}

const char *argv_source_name(enum argv_source source)
{
	static const char *const names[] = {
		[ARGV_NONE] = "none",
		[ARGV_STACK] = "stack",
		[ARGV_PROC] = "proc",
		[ARGV_PROC_START] = "proc_start",
	};

	return names[source];
}
