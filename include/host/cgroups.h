/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists the control groups of the host (cgroups(7), version 2) by the ids of PERF_SAMPLE_CGROUP and
 * PERF_RECORD_CGROUP.
 */
#ifndef PXT_HOST_CGROUPS_H
#define PXT_HOST_CGROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* Deeper groups are not visited. */
#define CGROUPS_DEPTH_MAX 64

/*
 * Open the mount point of the whole hierarchy, by proc/self/mountinfo below ROOT_FD (a directory fd
 * of "/" or of a fake one). Returns a descriptor (close it), or -ENOENT where it is not mounted, or
 * only a part of it, as in a cgroup namespace: paths there are not the kernel's.
 */
int cgroups_open_mount(int root_fd) MUST_CHECK;

/* cgroups_open_mount() of the running host. */
int cgroups_open_this_host(void) MUST_CHECK;

/*
 * Returns whether perf's cgroup ids are of version 2, by proc/cgroups below ROOT_FD. They are not
 * where the controller perf_event is mounted as a version 1 hierarchy, or disabled.
 */
bool cgroups_perf_is_v2(int root_fd);

/* The cgroup information that samples carry on a host. */
enum cgroups_told {
	CGROUPS_NOT_MOUNTED, /* ids without paths: no cgroup2 mount, or a cgroup namespace */
	CGROUPS_OF_V1,       /* none: perf's ids are of version 1 */
	CGROUPS_ROOT_ONLY,   /* maybe the root's id for all tasks: cgroups_root_is_proven() */
	CGROUPS_TOLD,        /* the id of each task's group */
};
enum cgroups_told cgroups_of_this_host(void);

/*
 * Returns whether samples surely distinguish the root group under MOUNT_FD from those below: its
 * cgroup.subtree_control names a controller, or its cgroup.stat (Linux 6.13) counts perf_event in
 * more groups than the root. They may do so without either.
 */
bool cgroups_root_is_proven(int mount_fd);

/* Called for a group. PATH is from the root of the hierarchy, any bytes; the root itself is "/". */
typedef void cgroup_visit(void *context, uint64_t id, const char *path);

/*
 * Call VISIT for every group under MOUNT_FD, parents first. Groups that are made or removed
 * meanwhile may be missed. Returns 0 or a negative errno.
 */
int cgroups_visit(int mount_fd, cgroup_visit *visit, void *context) MUST_CHECK;

#endif
