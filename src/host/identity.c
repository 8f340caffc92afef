/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/files.h"

bool host_boot_id(int proc_fd, char id[BOOT_ID_SIZE])
{
	if (file_read_at(proc_fd, "sys/kernel/random/boot_id", id, BOOT_ID_SIZE) <= 0)
		return false;
	id[strcspn(id, "\n")] = '\0';
	return id[0] != '\0';
}

void host_identity_of_this_host(struct host_identity *identity)
{
	struct utsname name;

	*identity = (struct host_identity){.name = ""};
	if (uname(&name) == 0)
		snprintf(identity->name, sizeof(identity->name), "%.64s", name.nodename);
	int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc_fd < 0)
		return;
	host_boot_id(proc_fd, identity->boot_id);
	close(proc_fd);
}
