/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "host/account.h"

int sandbox_user_find(const char *name, struct sandbox_user *user, struct error *err)
{
	const struct passwd *entry = account_find(name);

	if (!entry)
		return error_set(err, -ENOENT, "no user '%.80s'%s%s", name, errno ? ": " : "",
				 errno ? strerror(errno) : "");
	if (entry->pw_uid == 0)
		return error_set(err, -EPERM, "'%.80s' is root, whose privileges are to be dropped",
				 name);
	*user = (struct sandbox_user){entry->pw_uid, entry->pw_gid};
	return 0;
}

int sandbox_user_become(const struct sandbox_user *user)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setgroups(0, NULL) < 0 ||
	    setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return -errno;
	return prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0 ? -errno : 0;
}
