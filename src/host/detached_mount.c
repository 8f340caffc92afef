/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/detached_mount.h"

#include <errno.h>
#include <linux/mount.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

int detached_mount(const char *type)
{
	long context = syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);

	if (context < 0)
		return -errno;
	long mount = syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (mount == 0)
		mount = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	int code = mount < 0 ? -errno : (int)mount;
	close((int)context);
	return code;
}
