/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support_host.h"

#include <fcntl.h>
#include <unistd.h>

#include "support.h"

struct host_state host_at(const char *path, int perf_errno)
{
	struct host_state host;
	int root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root_fd < 0)
		fail_msg("cannot open %s: tests run from the top of the tree", path);
	host_state_gather(root_fd, perf_errno, &host);
	close(root_fd);
	return host;
}
