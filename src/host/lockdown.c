/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/lockdown.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "host/detached_mount.h"

/* "none [integrity] confidentiality" in the file at PATH: the one in brackets is in force. */
static enum lockdown lockdown_at(int dir_fd, const char *path)
{
	char line[128];

	if (file_read_at(dir_fd, path, line, sizeof(line)) <= 0)
		return LOCKDOWN_UNKNOWN;
	if (strstr(line, "[confidentiality]"))
		return LOCKDOWN_CONFIDENTIALITY;
	if (strstr(line, "[integrity]"))
		return LOCKDOWN_INTEGRITY;
	return strstr(line, "[none]") ? LOCKDOWN_NONE : LOCKDOWN_UNKNOWN;
}

enum lockdown lockdown_below(int root_fd)
{
	return lockdown_at(root_fd, "sys/kernel/security/lockdown");
}

static enum lockdown look_into_securityfs(void)
{
	int mount_fd = detached_mount("securityfs");

	if (mount_fd < 0)
		return LOCKDOWN_UNKNOWN;
	enum lockdown lockdown = lockdown_at(mount_fd, "lockdown");
	close(mount_fd);
	return lockdown;
}

enum lockdown lockdown_of_this_host(void)
{
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	enum lockdown lockdown = LOCKDOWN_UNKNOWN;

	if (root_fd >= 0) {
		lockdown = lockdown_below(root_fd);
		close(root_fd);
	}
	return lockdown == LOCKDOWN_UNKNOWN ? look_into_securityfs() : lockdown;
}
