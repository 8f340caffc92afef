/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* include/uapi/linux/landlock.h of Linux 6.18; the installed one may be older. */
struct ruleset {
	uint64_t handled_fs, handled_net, scoped;
};

#define RIGHTS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define NET_BIND_AND_CONNECT_TCP UINT64_C(3)
#define SCOPE_ABSTRACT_UNIX_SOCKET UINT64_C(1)
#define SCOPE_SIGNAL UINT64_C(2)

/* How many rights to files there are by ABI, from 1 on. Each is one bit. */
static const unsigned int right_counts[] = {13, 14, 15, 15, 16};

#define ABI_NET 4
#define ABI_SCOPES 6

static struct ruleset all_of(int abi, const struct landlock_plan *plan)
{
	const int newest = (int)(sizeof(right_counts) / sizeof(right_counts[0]));
	const unsigned int rights = right_counts[(abi < newest ? abi : newest) - 1];

	return (struct ruleset){
		.handled_fs = (UINT64_C(1) << rights) - 1,
		.handled_net = abi >= ABI_NET ? NET_BIND_AND_CONNECT_TCP : 0,
		.scoped = abi < ABI_SCOPES
				  ? 0
				  : SCOPE_ABSTRACT_UNIX_SOCKET | (plan->signals ? 0 : SCOPE_SIGNAL),
	};
}

/* A kernel takes a larger ruleset than its own where the rest is 0. */
static int make_ruleset(const struct ruleset *ruleset)
{
	long fd = syscall(SYS_landlock_create_ruleset, ruleset, sizeof(*ruleset), 0);

	return fd < 0 ? -errno : (int)fd;
}

static int add_readable(int ruleset_fd, const char *path)
{
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = RIGHTS_READ,
		.parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC),
	};

	if (beneath.parent_fd < 0)
		return 0;
	long added =
		syscall(SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	int code = added < 0 ? -errno : 0;
	close(beneath.parent_fd);
	return code;
}

static int restrict_to(int ruleset_fd, const struct landlock_plan *plan)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < plan->readable_count; i++)
		code = add_readable(ruleset_fd, plan->readable[i]);
	if (code == 0 && syscall(SYS_landlock_restrict_self, ruleset_fd, 0) < 0)
		code = -errno;
	return code;
}

int landlock_restrict(const struct landlock_plan *plan)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 0)
		return -errno;
	const struct ruleset ruleset = all_of((int)abi, plan);
	int fd = make_ruleset(&ruleset);
	if (fd < 0)
		return fd;
	int code = restrict_to(fd, plan);
	close(fd);
	return code < 0 ? code : (int)abi;
}
