/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the kernel's lockdown mode (kernel_lockdown(7)).
 */
#ifndef PXT_HOST_LOCKDOWN_H
#define PXT_HOST_LOCKDOWN_H

enum lockdown { LOCKDOWN_UNKNOWN, LOCKDOWN_NONE, LOCKDOWN_INTEGRITY, LOCKDOWN_CONFIDENTIALITY };

/* Read it from securityfs, mounted at its usual place below ROOT_FD. */
enum lockdown lockdown_below(int root_fd);

/* Read it on this host. Where securityfs is not mounted, it is mounted detached for the moment. */
enum lockdown lockdown_of_this_host(void);

#endif
