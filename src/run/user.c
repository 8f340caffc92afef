/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

/* ---- --run-as ---- */

static const struct passwd *look_up(const char *name)
{
	uint64_t uid;

	/* The last one is the kernel's "no user" (INVALID_UID). */
	if (number_parse(name, 0, UINT32_MAX - 1, &uid) == 0)
		return getpwuid((uid_t)uid);
	return getpwnam(name);
}

static int take_groups(struct user *user)
{
	int count = 0;

	/* It fails and tells how many there are. */
	getgrouplist(user->name, user->gid, NULL, &count);
	user->groups = calloc((size_t)count + 1, sizeof(*user->groups));
	if (!user->groups)
		return -ENOMEM;
	if (getgrouplist(user->name, user->gid, user->groups, &count) < 0)
		return -EAGAIN;
	user->group_count = (size_t)count;
	return 0;
}

static int take_account(struct user *user, const struct passwd *account, struct error *err)
{
	user->uid = account->pw_uid;
	user->gid = account->pw_gid;
	user->name = strdup(account->pw_name);
	user->home = strdup(account->pw_dir);
	int code = user->name && user->home ? take_groups(user) : -ENOMEM;
	return code < 0 ? error_set(err, code, "--run-as %.80s: cannot read its groups: %s",
				    account->pw_name, strerror(-code))
			: 0;
}

int user_find(const char *name, struct user **user, struct error *err)
{
	if (geteuid() != 0) {
		error_set(err, -EPERM, "--run-as: only root may run COMMAND as another user");
		error_remedy(err, "sudo perf_exec_trace ...");
		return -EPERM;
	}
	errno = 0;
	const struct passwd *account = look_up(name);
	if (!account && errno == ENOMEM)
		return error_no_memory(err);
	if (!account)
		return error_set(err, -EINVAL, "--run-as: there is no user '%.80s' on this host",
				 name);
	struct user *found = calloc(1, sizeof(*found));
	if (!found)
		return error_no_memory(err);
	int code = take_account(found, account, err);
	if (code < 0) {
		user_free(found);
		return code;
	}
	*user = found;
	return 0;
}

void user_free(struct user *user)
{
	if (!user)
		return;
	free(user->groups);
	free(user->name);
	free(user->home);
	free(user->environment);
	buffer_done(&user->environment_text);
	free(user);
}

/* ---- for good ---- */

static int set_environment(const struct user *user)
{
	if (user->environment) {
		environ = user->environment;
		return 0;
	}
	return setenv("HOME", user->home, 1) < 0 || setenv("USER", user->name, 1) < 0 ||
			       setenv("LOGNAME", user->name, 1) < 0
		       ? -errno
		       : 0;
}

int user_become(const struct user *user)
{
	/* All three ids of each, so that there is no way back. */
	if (setgroups(user->group_count, user->groups) < 0 ||
	    setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return -errno;
	return set_environment(user);
}

/* ---- for a while ---- */

int user_files_begin(const struct user *user, struct error *err)
{
	if (!user)
		return 0;
	if (setgroups(user->group_count, user->groups) < 0 || setegid(user->gid) < 0 ||
	    seteuid(user->uid) < 0) {
		int code = -errno;

		user_files_end(user);
		return error_set(err, code, "cannot open files as user %u: %s",
				 (unsigned int)user->uid, strerror(-code));
	}
	return 0;
}

void user_files_end(const struct user *user)
{
	if (!user)
		return;
	/* To be what the saved ids are is always allowed (credentials(7)). */
	if (seteuid(0) < 0 || setegid(0) < 0)
		abort();
	/* What root may do does not depend on groups. */
	setgroups(0, NULL);
}
