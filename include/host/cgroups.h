/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control groups that exist (cgroups(7), version 2), by the ids that PERF_SAMPLE_CGROUP and
 * PERF_RECORD_CGROUP have.
 */
#ifndef PXT_HOST_CGROUPS_H
#define PXT_HOST_CGROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* Groups further down than this are not visited. */
#define CGROUPS_DEPTH_MAX 64

/*
 * Open the mount point of the whole hierarchy, by proc/self/mountinfo of the tree at ROOT_FD (a
 * directory fd of "/", or of a fake one). Returns a descriptor (close it); -ENOENT where none is
 * mounted, or none but a part, as in a cgroup namespace: its paths would not be the kernel's.
 */
int cgroups_open_mount(int root_fd) MUST_CHECK;

/* cgroups_open_mount() of the host that we run on. */
int cgroups_open_this_host(void) MUST_CHECK;

/*
 * Returns whether perf's cgroups are those of version 2, by proc/cgroups of the tree at ROOT_FD:
 * not where perf_event is mounted as a hierarchy of version 1, whose ids are others, or disabled.
 */
bool cgroups_perf_is_v2(int root_fd);

/* What samples tell of cgroups on a host. */
enum cgroups_told {
	CGROUPS_NOT_MOUNTED, /* cgroup2 is not, or this is a cgroup namespace: ids have no paths */
	CGROUPS_OF_V1,       /* nothing: perf's are those of version 1 */
	CGROUPS_ROOT_ONLY,   /* all may seem to be in the root: cgroups_root_is_proven() */
	CGROUPS_TOLD,
};
enum cgroups_told cgroups_of_this_host(void);

/*
 * Returns whether samples tell tasks in the root of the hierarchy under MOUNT_FD from those below:
 * the root's cgroup.subtree_control names a controller, or cgroup.stat (Linux 6.13) counts
 * perf_event in more groups than the root. It may be so without either.
 */
bool cgroups_root_is_proven(int mount_fd);

/* Told of a group: PATH from the root of the hierarchy, any bytes, "/" for the root itself. */
typedef void cgroup_visit(void *context, uint64_t id, const char *path);

/*
 * Call VISIT for every group under MOUNT_FD, parents first. What comes and goes meanwhile may be
 * missed. Returns 0 or a negative errno.
 */
int cgroups_visit(int mount_fd, cgroup_visit *visit, void *context) MUST_CHECK;

#endif
