/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/files.h"

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

void host_identity_of_this_host(struct host_identity *identity)
{
	struct utsname name;

	*identity = (struct host_identity){.name = ""};
	if (uname(&name) == 0)
		snprintf(identity->name, sizeof(identity->name), "%.64s", name.nodename);
	if (file_read_at(AT_FDCWD, BOOT_ID_PATH, identity->boot_id, BOOT_ID_SIZE) > 0)
		identity->boot_id[strcspn(identity->boot_id, "\n")] = '\0';
}
