/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the program that a process executes from /proc (proc_pid_cmdline(5), proc_pid_exe(5)). A
 * process may have overwritten its arguments with a title (setproctitle(3)); that is not detected.
 */
#ifndef PXT_TASK_PROC_PROGRAM_H
#define PXT_TASK_PROC_PROGRAM_H

#include <limits.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/facts.h"

/* The most bytes of arguments that are read. */
#define PROC_ARGUMENTS_MAX 4096U

struct proc_program {
	struct text filename;       /* the file's present name, in `path`; NULL: not known */
	struct arguments arguments; /* in `bytes` */
	uint64_t time_ns;           /* when it was read, by perf's clock (host/perf_clock.h) */
	char path[PATH_MAX];
	char bytes[PROC_ARGUMENTS_MAX + 2]; /* one more to detect that it is cut, and a NUL */
};

/*
 * Read PROGRAM of process PID under PROC_FD (a directory fd of /proc). Returns 0; -ESRCH where the
 * process is gone or has no arguments (a kernel thread, or a process that is about to end); or
 * another negative errno.
 */
int proc_program_read(int proc_fd, int32_t pid, struct proc_program *program) MUST_CHECK;

#endif
