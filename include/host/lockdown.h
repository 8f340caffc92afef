/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel lockdown (kernel_lockdown(7)): "integrity" lets perf trace, "confidentiality" does not.
 */
#ifndef PXT_HOST_LOCKDOWN_H
#define PXT_HOST_LOCKDOWN_H

enum lockdown { LOCKDOWN_UNKNOWN, LOCKDOWN_NONE, LOCKDOWN_INTEGRITY, LOCKDOWN_CONFIDENTIALITY };

/*
 * Returns the lockdown in force, by the tree at ROOT_FD (a directory fd of "/" or of a fake one):
 * from securityfs, or, where that is not mounted, from the kernel's command line.
 */
enum lockdown lockdown_read(int root_fd);

/* lockdown_read() of the host that we run on. */
enum lockdown lockdown_of_this_host(void);

#endif
