/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that /proc/PID shows a certain exec: its stack pointer is that of the exec's dump, and
 * stack pointers are random.
 *
 * PROC_FD is a directory fd of /proc. What is read of /proc/PID before the proof is of this exec,
 * if it is read after it.
 */
#ifndef PXT_EXEC_PROC_EXEC_H
#define PXT_EXEC_PROC_EXEC_H

#include <stdbool.h>
#include <stdint.h>

#include "exec/addresses.h"

/*
 * Read the ADDRESSES of process PID. Returns whether they are there, and those of the exec that
 * left the stack pointer at POINTER.
 */
bool proc_exec_addresses(int proc_fd, int32_t pid, uint64_t pointer, struct addresses *addresses);

/* Returns whether addresses tell one exec of PID from the next. */
bool proc_exec_is_random(int proc_fd, int32_t pid);

#endif
