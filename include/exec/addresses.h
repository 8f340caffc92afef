/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses of a process's stack, arguments and environment, parsed from /proc/PID/stat.
 */
#ifndef PXT_EXEC_ADDRESSES_H
#define PXT_EXEC_ADDRESSES_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* All 0 for who may not see them. They end where the next byte is none of theirs. */
struct addresses {
	uint64_t start_stack; /* the stack pointer, as the exec left it */
	uint64_t arg_start, arg_end;
	uint64_t env_start, env_end;
};

/* Returns 0, or -EBADMSG where LENGTH bytes at TEXT are no such line. ADDRESSES is untouched then.
 */
int addresses_parse(const char *text, size_t length, struct addresses *addresses) MUST_CHECK;

#endif
