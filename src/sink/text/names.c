/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/names.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/put.h"
#include "base/text.h"

struct flag_name {
	char name[23]; /* copied as a whole: CLONE_FLAGS_ROOM has room for it */
	uint8_t length;
};

#define FLAG(name)                     \
	{                              \
		name, sizeof(name) - 1 \
	}

/* linux/sched.h, by bit. */
static const struct flag_name clone_flags[] = {
	[7] = FLAG("CLONE_NEWTIME"),
	[8] = FLAG("CLONE_VM"),
	[9] = FLAG("CLONE_FS"),
	[10] = FLAG("CLONE_FILES"),
	[11] = FLAG("CLONE_SIGHAND"),
	[12] = FLAG("CLONE_PIDFD"),
	[13] = FLAG("CLONE_PTRACE"),
	[14] = FLAG("CLONE_VFORK"),
	[15] = FLAG("CLONE_PARENT"),
	[16] = FLAG("CLONE_THREAD"),
	[17] = FLAG("CLONE_NEWNS"),
	[18] = FLAG("CLONE_SYSVSEM"),
	[19] = FLAG("CLONE_SETTLS"),
	[20] = FLAG("CLONE_PARENT_SETTID"),
	[21] = FLAG("CLONE_CHILD_CLEARTID"),
	[22] = FLAG("CLONE_DETACHED"),
	[23] = FLAG("CLONE_UNTRACED"),
	[24] = FLAG("CLONE_CHILD_SETTID"),
	[25] = FLAG("CLONE_NEWCGROUP"),
	[26] = FLAG("CLONE_NEWUTS"),
	[27] = FLAG("CLONE_NEWIPC"),
	[28] = FLAG("CLONE_NEWUSER"),
	[29] = FLAG("CLONE_NEWPID"),
	[30] = FLAG("CLONE_NEWNET"),
	[31] = FLAG("CLONE_IO"),
	[32] = FLAG("CLONE_CLEAR_SIGHAND"),
	[33] = FLAG("CLONE_INTO_CGROUP"),
};

/* Take the lowest flag that has a name off FLAGS; NULL where those left have none. */
static const struct flag_name *next_clone_flag(uint64_t *flags)
{
	for (uint64_t left = *flags; left != 0; left &= left - 1) {
		unsigned int bit = (unsigned int)__builtin_ctzll(left);

		if (bit < ARRAY_SIZE(clone_flags) && clone_flags[bit].length > 0) {
			*flags &= ~(UINT64_C(1) << bit);
			return &clone_flags[bit];
		}
	}
	return NULL;
}

char *clone_flags_put(char *out, uint64_t flags, const char *separator)
{
	const struct text between = {separator, strlen(separator)};
	const struct flag_name *flag;
	const char *start = out;

	while ((flag = next_clone_flag(&flags)) != NULL) {
		if (out > start)
			out = put_bytes(out, between);
		memcpy(out, flag->name, sizeof(flag->name));
		out += flag->length;
	}
	if (flags != 0)
		out += sprintf(out, "%s0x%" PRIx64, out > start ? separator : "", flags);
	return out;
}

char *clone_flags_put_again(char *out, struct clone_flags_text *last, uint64_t flags,
			    const char *separator)
{
	if (last->flags != flags || last->length == 0) {
		last->flags = flags;
		last->length = (size_t)(clone_flags_put(last->text, flags, separator) - last->text);
	}
	return put_bytes(out, (struct text){last->text, last->length});
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
		[ARGV_NONE] = "none",   [ARGV_STACK] = "stack",           [ARGV_PROC] = "proc",
		[ARGV_PROBE] = "probe", [ARGV_PROC_START] = "proc_start",
	};

	return names[source];
}
