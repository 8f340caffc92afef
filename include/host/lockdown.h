/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's lockdown (kernel_lockdown(7)).
 */
#ifndef PXT_HOST_LOCKDOWN_H
#define PXT_HOST_LOCKDOWN_H

enum lockdown { LOCKDOWN_UNKNOWN, LOCKDOWN_NONE, LOCKDOWN_INTEGRITY, LOCKDOWN_CONFIDENTIALITY };

/* As securityfs, mounted at its usual place below ROOT_FD, has it. */
enum lockdown lockdown_below(int root_fd);

/* Of this host; where securityfs is not mounted, it is for the moment, for nobody else to see. */
enum lockdown lockdown_of_this_host(void);

#endif
