/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/lockdown.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

/* The parameter is read early, and what it sets cannot be taken back: no other one counts. */
static enum lockdown read_command_line(int root_fd)
{
	char line[4096];

	if (file_read_at(root_fd, "proc/cmdline", line, sizeof(line)) <= 0)
		return LOCKDOWN_UNKNOWN;
	if (strstr(line, "lockdown=confidentiality"))
		return LOCKDOWN_CONFIDENTIALITY;
	return LOCKDOWN_UNKNOWN;
}

enum lockdown lockdown_read(int root_fd)
{
	char line[128];

	/* "none [integrity] confidentiality": the one in brackets is in force. */
	if (file_read_at(root_fd, "sys/kernel/security/lockdown", line, sizeof(line)) <= 0)
		return read_command_line(root_fd);
	if (strstr(line, "[confidentiality]"))
		return LOCKDOWN_CONFIDENTIALITY;
	if (strstr(line, "[integrity]"))
		return LOCKDOWN_INTEGRITY;
	return strstr(line, "[none]") ? LOCKDOWN_NONE : LOCKDOWN_UNKNOWN;
}

enum lockdown lockdown_of_this_host(void)
{
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root_fd < 0)
		return LOCKDOWN_UNKNOWN;
	enum lockdown lockdown = lockdown_read(root_fd);
	close(root_fd);
	return lockdown;
}
