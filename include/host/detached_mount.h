/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mount that is attached nowhere: reachable through its descriptor only, seen by nobody else.
 */
#ifndef PXT_HOST_DETACHED_MOUNT_H
#define PXT_HOST_DETACHED_MOUNT_H

#include "base/compiler.h"

/*
 * Mount a file system of TYPE. Returns the descriptor or a negative errno: -ENOSYS before Linux
 * 5.2, -EPERM without CAP_SYS_ADMIN in the initial namespaces.
 */
int detached_mount(const char *type) MUST_CHECK;

#endif
