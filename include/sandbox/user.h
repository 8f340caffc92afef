/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes this process another user's.
 */
#ifndef PXT_SANDBOX_USER_H
#define PXT_SANDBOX_USER_H

#include <sys/types.h>

#include "base/compiler.h"
#include "base/error.h"

struct sandbox_user {
	uid_t uid;
	gid_t gid;
};

/* The kernel's stand-in for ids that it cannot map: DEFAULT_OVERFLOWUID of linux/highuid.h. */
#define USER_NOBODY ((struct sandbox_user){65534, 65534})

/*
 * Find the user NAME, or of the uid that NAME is, with the group that the user logs in with. Reads
 * the system's user database, whose modules open files and sockets. Returns 0, -ENOENT, or -EPERM
 * for root, which is what nobody has to become.
 */
int sandbox_user_find(const char *name, struct sandbox_user *user, struct error *err) MUST_CHECK;

/*
 * Become USER for good, with its group and no other. Permitted capabilities stay, effective ones
 * may not. Takes CAP_SETUID and CAP_SETGID. Returns 0 or a negative errno.
 */
int sandbox_user_become(const struct sandbox_user *user) MUST_CHECK;

#endif
