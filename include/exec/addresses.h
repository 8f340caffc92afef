/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses the addresses of a process's stack, arguments and environment from /proc/PID/stat.
 */
#ifndef PXT_EXEC_ADDRESSES_H
#define PXT_EXEC_ADDRESSES_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* All 0 without the permission to see them. The ends are exclusive. */
struct addresses {
	uint64_t start_stack; /* the stack pointer at the end of the exec */
	uint64_t arg_start, arg_end;
	uint64_t env_start, env_end;
};

/* Parse the file's LENGTH bytes at TEXT. Returns 0, or -EBADMSG with ADDRESSES unchanged. */
int addresses_parse(const char *text, size_t length, struct addresses *addresses) MUST_CHECK;

#endif
