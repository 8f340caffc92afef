/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resolves a cgroup as the user names it to its path in the cgroup v2 hierarchy.
 */
#ifndef PXT_FILTER_CGROUP_PATH_H
#define PXT_FILTER_CGROUP_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"

/*
 * TEXT is a path in the hierarchy, with or without its first slash, or one below a place where
 * cgroup2 is mounted by MOUNTINFO (a file such as /proc/self/mountinfo, proc_pid_mountinfo(5)).
 * A mount may show only a part of the hierarchy; its root is put in front.
 *
 * With MUST_EXIST the cgroup has to be there in one of the mounts, else any path will do, and so
 * will a host without cgroup2. Returns 0 with *PATH as facts.h has it: absolute, without "//", "."
 * and a slash at its end; the caller frees. -EINVAL with ERR filled where there is no such cgroup,
 * -ENOMEM with ERR filled.
 */
int cgroup_path_resolve(const char *text, const char *mountinfo, bool must_exist, char **path,
			struct error *err) MUST_CHECK;

/* Whether the LENGTH bytes at PATH are the cgroup TOP, a path as above, or one below it. */
bool cgroup_path_is_below(const char *path, size_t length, const char *top);

#endif
