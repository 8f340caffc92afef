/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resolves the argument of -c to the path of a cgroup in the cgroup v2 hierarchy.
 */
#ifndef PXT_FILTER_CGROUP_PATH_H
#define PXT_FILTER_CGROUP_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"

/*
 * Resolve TEXT: a path in the hierarchy, with or without its first slash, or a path below one of
 * the cgroup2 mount points in MOUNTINFO (a file such as /proc/self/mountinfo,
 * proc_pid_mountinfo(5)). If a mount shows only a part of the hierarchy, the root of that part is
 * prepended.
 *
 * With MUST_EXIST the cgroup must exist in one of the mounts; without, any path is valid, also on a
 * host without cgroup2. Returns 0 with *PATH as in facts.h (absolute, no "//", no ".", no slash at
 * the end; the caller frees it); -EINVAL where there is no such cgroup, -ENOMEM, both with ERR
 * filled.
 */
int cgroup_path_resolve(const char *text, const char *mountinfo, bool must_exist, char **path,
			struct error *err) MUST_CHECK;

/* Returns whether PATH, of LENGTH bytes, is the cgroup TOP, a path as above, or below it. */
bool cgroup_path_is_below(const char *path, size_t length, const char *top);

#endif
