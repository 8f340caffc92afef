/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <unistd.h>

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

static void read_boot_id(char boot_id[BOOT_ID_SIZE])
{
	int fd = open(BOOT_ID_PATH, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, boot_id, BOOT_ID_SIZE - 1);

	boot_id[got > 0 ? got : 0] = '\0';
	boot_id[strcspn(boot_id, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

void host_identity_of_this_host(struct host_identity *identity)
{
	struct utsname name;

	*identity = (struct host_identity){.name = ""};
	if (uname(&name) == 0)
		snprintf(identity->name, sizeof(identity->name), "%.64s", name.nodename);
	read_boot_id(identity->boot_id);
}
