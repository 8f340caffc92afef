/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A provider that reads arguments and environment from /proc/PID/cmdline and environ (proc(5))
 * while the process lives.
 *
 * By then they may belong to another exec or be overwritten (setproctitle(3)). They are taken only
 * if the addresses of stack and strings in /proc/PID/stat, read after them, equal those of the
 * dump: with address space randomisation these identify the exec. Where that is off (for the
 * process by personality(2), or by kernel.randomize_va_space) nothing is taken. The strings must
 * also agree with every pointer and every byte of the dump.
 *
 * Not detected: a program that has overwritten bytes of its arguments without changing the length
 * of any.
 */
#ifndef PXT_EXEC_ARGV_PROC_H
#define PXT_EXEC_ARGV_PROC_H

#include "exec/argv_provider.h"
#include "exec/env_selection.h"

/*
 * PROC_FD is a directory fd of /proc, SELECTION the variables to take (NULL: none); both borrowed.
 * Returns NULL without memory.
 *
 * The addresses are visible only with the permission to read another process by ptrace(2); without
 * it nothing is completed.
 */
struct argv_provider *argv_proc_new(int proc_fd, const struct env_selection *selection);

#endif
