/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the current directory of a process that has just execed from /proc/PID/cwd.
 */
#ifndef PXT_EXEC_CWD_PROC_H
#define PXT_EXEC_CWD_PROC_H

#include <linux/limits.h>
#include <stdint.h>

#include "base/text.h"

/*
 * Read it into PATH, through PROC_FD, a directory fd of /proc. Returns it, borrowed from PATH, if
 * it is proven that process PID still ran what the exec started that left its stack pointer at
 * POINTER; else NULL. A program may have changed it since the exec.
 */
struct text cwd_proc_read(int proc_fd, int32_t pid, uint64_t pointer, char path[PATH_MAX]);

#endif
