/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/tty_name.h"

#include <linux/limits.h>
#include <linux/major.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* /sys/dev/char/MAJOR:MINOR links to the device's directory, in whose name '!' stands for '/'. */
static const char *find_device(int sys_fd, unsigned int major, unsigned int minor,
			       char link[PATH_MAX])
{
	char path[48];

	snprintf(path, sizeof(path), "dev/char/%u:%u", major, minor);
	ssize_t length = readlinkat(sys_fd, path, link, PATH_MAX - 1);
	if (length <= 0)
		return NULL;
	link[length] = '\0';
	char *name = strrchr(link, '/');
	if (!name || strlen(name + 1) == 0 || strlen(name + 1) >= TTY_NAME_ROOM)
		return NULL;
	for (char *mark = name; (mark = strchr(mark, '!'));)
		*mark = '/';
	return name + 1;
}

void tty_name(int sys_fd, uint32_t tty_nr, char name[TTY_NAME_ROOM])
{
	/* new_encode_dev() of the kernel's linux/kdev_t.h. */
	const unsigned int major = tty_nr >> 8 & 0xfff,
			   minor = (tty_nr & 0xff) | (tty_nr >> 12 & 0xfff00);
	char link[PATH_MAX];
	const char *device;

	name[0] = '\0';
	if (tty_nr == 0)
		return;
	/* These are files of devpts, and not in /sys. */
	if (major == UNIX98_PTY_SLAVE_MAJOR)
		snprintf(name, TTY_NAME_ROOM, "pts/%u", minor);
	else if ((device = find_device(sys_fd, major, minor, link)))
		snprintf(name, TTY_NAME_ROOM, "%s", device);
	else
		snprintf(name, TTY_NAME_ROOM, "%u:%u", major, minor);
}
