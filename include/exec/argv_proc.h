/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments and environment out of /proc/PID/cmdline and environ (proc(5)), while the process
 * lives.
 *
 * They may be of another exec by then, or overwritten (setproctitle(3)). They count only where
 * what /proc/PID/stat says *after* they were read, of where stack and strings are, is what the dump
 * says, which address space randomisation makes a fingerprint of that exec; where that is off (for
 * this process, personality(2), or for all, kernel.randomize_va_space), nothing counts. They also
 * have to agree with every pointer and every byte of the dump.
 *
 * One thing goes unseen: a program that has overwritten bytes of its own arguments by then, and
 * left the length of each as it was.
 */
#ifndef PXT_EXEC_ARGV_PROC_H
#define PXT_EXEC_ARGV_PROC_H

#include "exec/argv_provider.h"
#include "exec/env_selection.h"

/*
 * PROC_FD: a directory fd of /proc, borrowed. SELECTION: what to take of environments, borrowed;
 * NULL: never asked for. Returns NULL without memory.
 *
 * To see where the strings are needs what ptrace(2) needs to read another process: without that
 * nothing is completed.
 */
struct argv_provider *argv_proc_new(int proc_fd, const struct env_selection *selection);

#endif
