/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the name of the host and the id of its boot.
 */
#ifndef PXT_HOST_IDENTITY_H
#define PXT_HOST_IDENTITY_H

#include <stdbool.h>

#define HOST_NAME_SIZE 65
#define BOOT_ID_SIZE 37

struct host_identity {
	char name[HOST_NAME_SIZE];  /* uname(2), nodename; "" where it has none */
	char boot_id[BOOT_ID_SIZE]; /* /proc/sys/kernel/random/boot_id; "": unreadable */
};

/*
 * Read the id of the boot from PROC_FD, a directory fd of /proc, without a newline. False, with ID
 * "", where /proc does not tell it.
 */
bool host_boot_id(int proc_fd, char id[BOOT_ID_SIZE]);

void host_identity_of_this_host(struct host_identity *identity);

#endif
