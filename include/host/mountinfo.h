/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mounts of our mount namespace, out of /proc/self/mountinfo (proc_pid_mountinfo(5)).
 */
#ifndef PXT_HOST_MOUNTINFO_H
#define PXT_HOST_MOUNTINFO_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/compiler.h"

#define MOUNTINFO "/proc/self/mountinfo"

/* One mount. Its texts are borrowed from the mounts that it was read from. */
struct mount {
	dev_t device;
	const char *root;  /* the directory of the file system that is mounted */
	const char *point; /* where it is mounted, from our root directory */
	const char *type;  /* of the file system: "cgroup2" */
};

struct mounts {
	struct buffer text;
	char *rest; /* the lines that were not read yet */
};

/*
 * Read the mountinfo file at PATH below DIR_FD (openat(2)). Returns 0 (free with mounts_done()) or
 * a negative errno.
 */
int mounts_open(struct mounts *mounts, int dir_fd, const char *path) MUST_CHECK;

/* Read the next mount of file system TYPE into MOUNT, in the order of mounting; false: none. */
bool mounts_next(struct mounts *mounts, const char *type, struct mount *mount) MUST_CHECK;

void mounts_done(struct mounts *mounts);

#endif
