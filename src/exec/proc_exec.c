/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/proc_exec.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>

#include "base/files.h"

bool proc_exec_addresses(int proc_fd, int32_t pid, uint64_t pointer, struct addresses *addresses)
{
	char path[32], text[2048];

	snprintf(path, sizeof(path), "%d/stat", pid);
	ssize_t length = file_read_at(proc_fd, path, text, sizeof(text));
	return length > 0 && addresses_parse(text, (size_t)length, addresses) == 0 &&
	       addresses->start_stack == pointer;
}

bool proc_exec_is_random(int proc_fd, int32_t pid)
{
	char path[32], text[32];

	snprintf(path, sizeof(path), "%d/personality", pid);
	if (file_read_at(proc_fd, path, text, sizeof(text)) <= 0 ||
	    strtoul(text, NULL, 16) & ADDR_NO_RANDOMIZE)
		return false;
	return file_read_at(proc_fd, "sys/kernel/randomize_va_space", text, sizeof(text)) > 0 &&
	       strtoul(text, NULL, 10) > 0;
}
