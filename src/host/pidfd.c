/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* PIDFD_THREAD and PIDFD_INFO_EXIT; the installed headers may be older. */
#define OF_THREAD O_EXCL
#define INFO_EXIT (1U << 3)

int pidfd_open_task(int32_t tid, bool is_thread)
{
	long fd = syscall(SYS_pidfd_open, tid, is_thread ? OF_THREAD : 0);

	return fd < 0 ? -errno : (int)fd;
}

int pidfd_exit_status(int fd, uint32_t *status)
{
	struct pidfd_exit_info info = {.mask = INFO_EXIT};

	if (ioctl(fd, PIDFD_REQUEST_INFO, &info) < 0)
		return -errno;
	if (!(info.mask & INFO_EXIT))
		return 0;
	*status = (uint32_t)info.exit_code;
	return 1;
}

/* The request that an older kernel does not know fails only where the task is gone. */
int pidfd_probe(void)
{
	uint32_t status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(0);
	int fd = pidfd_open_task((int32_t)pid, false);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (fd < 0)
		return fd;
	int code = pidfd_exit_status(fd, &status);
	close(fd);
	return code > 0 ? 0 : code < 0 ? code : -EOPNOTSUPP;
}
