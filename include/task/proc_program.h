/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program that a process executes, as /proc shows it (proc_pid_cmdline(5), proc_pid_exe(5)). A
 * process may have written a title over its arguments; nobody can tell.
 */
#ifndef PXT_TASK_PROC_PROGRAM_H
#define PXT_TASK_PROC_PROGRAM_H

#include <limits.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/facts.h"

/* Bytes of arguments that are read of a process. */
#define PROC_ARGUMENTS_MAX 4096U

struct proc_program {
	struct text filename; /* of the file as it is called now, in `path`; NULL: not known */
	struct arguments arguments; /* in `bytes` */
	uint64_t time_ns; /* by perf's clock (host/perf_clock.h): it executed this then; before,
			     maybe another */
	char path[PATH_MAX];
	char bytes[PROC_ARGUMENTS_MAX + 2]; /* one to see that there are more, and a NUL */
};

/*
 * Read PROGRAM of process PID under PROC_FD (a directory fd of /proc). Returns 0; -ESRCH where it
 * is gone or has no arguments: a kernel thread, or one that is about to end; or another negative
 * errno.
 */
int proc_program_read(int proc_fd, int32_t pid, struct proc_program *program) MUST_CHECK;

#endif
