/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A user that COMMAND is to run as, in place of ours.
 */
#ifndef PXT_RUN_USER_H
#define PXT_RUN_USER_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/error.h"

struct user {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t group_count;
	char *name, *home;              /* of --run-as; NULL: `environment` has them */
	char **environment;             /* NULL: ours, with HOME, USER and LOGNAME for `name` */
	struct buffer environment_text; /* the strings of `environment` */
};

/*
 * Look up NAME, a name or a number. Returns 0 with *USER (free with user_free()); -EPERM where we
 * are not root, -EINVAL where there is no such user, -ENOMEM; ERR is filled then.
 */
int user_find(const char *name, struct user **user, struct error *err) MUST_CHECK;

void user_free(struct user *user);

/*
 * In the child that becomes COMMAND: become USER for good, with its groups and environment. Returns
 * 0 or a negative errno.
 */
int user_become(const struct user *user) MUST_CHECK;

/*
 * Open and remove files as USER from here to user_files_end(): our effective ids are USER's. NULL
 * is nobody else, and nothing changes. Returns 0 or a negative errno with ERR filled.
 */
int user_files_begin(const struct user *user, struct error *err) MUST_CHECK;

/* Be root again, after a user_files_begin() that succeeded. */
void user_files_end(const struct user *user);

#endif
