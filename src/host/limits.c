/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/limits.h"

#include <dirent.h>
#include <errno.h>
#include <sys/resource.h>

/* Taken to be open where /proc does not tell. */
#define FILES_ASSUMED 32

/* How many files this process has open. */
static size_t open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	if (!dir)
		return FILES_ASSUMED;
	while (readdir(dir))
		count++;
	closedir(dir);
	/* Less ".", ".." and the directory itself. */
	return count < 3 ? 0 : count - 3;
}

int limits_want_files(size_t files)
{
	struct rlimit limit;
	rlim_t wanted;

	if (__builtin_add_overflow((rlim_t)files, (rlim_t)open_files(), &wanted))
		return -EMFILE;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return 0;

	/* Above the hard limit only with CAP_SYS_RESOURCE, and never above fs.nr_open. */
	struct rlimit raised = {wanted, wanted > limit.rlim_max ? wanted : limit.rlim_max};
	if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
		return 0;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	return -EMFILE;
}
