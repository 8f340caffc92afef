/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lockdown.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "detached_mount.h"

/* "none [integrity] confidentiality": the one in brackets is in force. Takes FD over. */
static enum lockdown read_and_close(int fd)
{
	char line[128];

	if (fd < 0)
		return LOCKDOWN_UNKNOWN;
	ssize_t got = read(fd, line, sizeof(line) - 1);
	close(fd);
	line[got > 0 ? got : 0] = '\0';
	if (strstr(line, "[confidentiality]"))
		return LOCKDOWN_CONFIDENTIALITY;
	if (strstr(line, "[integrity]"))
		return LOCKDOWN_INTEGRITY;
	return strstr(line, "[none]") ? LOCKDOWN_NONE : LOCKDOWN_UNKNOWN;
}

enum lockdown lockdown_below(int root_fd)
{
	return read_and_close(
		openat(root_fd, "sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC));
}

static enum lockdown look_into_securityfs(void)
{
	int mount_fd = detached_mount("securityfs");

	if (mount_fd < 0)
		return LOCKDOWN_UNKNOWN;
	enum lockdown lockdown = read_and_close(openat(mount_fd, "lockdown", O_RDONLY | O_CLOEXEC));
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
