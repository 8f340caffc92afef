/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounts a file system detached: only its descriptor reaches it, and no other process sees it.
 */
#ifndef PXT_HOST_DETACHED_MOUNT_H
#define PXT_HOST_DETACHED_MOUNT_H

#include "base/compiler.h"

/*
 * Mount a file system of TYPE. Returns the descriptor (close it) or a negative errno: -ENOSYS
 * before Linux 5.2, -EPERM without CAP_SYS_ADMIN in the initial namespaces.
 */
int detached_mount(const char *type) MUST_CHECK;

#endif
