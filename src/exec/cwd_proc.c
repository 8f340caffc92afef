/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/cwd_proc.h"

#include <stdio.h>
#include <unistd.h>

#include "exec/addresses.h"
#include "exec/proc_exec.h"

struct text cwd_proc_read(int proc_fd, int32_t pid, uint64_t pointer, char path[PATH_MAX])
{
	const struct text unknown = {NULL, 0};
	struct addresses addresses;
	char name[32];

	snprintf(name, sizeof(name), "%d/cwd", pid);
	ssize_t length = readlinkat(proc_fd, name, path, PATH_MAX);
	/* One that fills all of it may be longer. */
	if (length <= 0 || length == PATH_MAX ||
	    !proc_exec_addresses(proc_fd, pid, pointer, &addresses) ||
	    !proc_exec_is_random(proc_fd, pid))
		return unknown;
	return (struct text){path, (size_t)length};
}
