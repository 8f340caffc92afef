/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exits with 5 while a thread of its own lives that the kernel made: the one that polls an io_uring
 * (IORING_SETUP_SQPOLL), which no fork shows. Exits with 77 where there is no such thread to be
 * had.
 */
#include <dirent.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXIT_CODE 5
#define SKIPPED 77

static int count_tasks(void)
{
	DIR *dir = opendir("/proc/self/task");
	int count = 0;

	if (!dir)
		return -1;
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

int main(void)
{
	struct io_uring_params params = {.flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1000};

	if (syscall(SYS_io_uring_setup, 8, &params) < 0) {
		perror("io_uring_setup");
		return SKIPPED;
	}
	while (count_tasks() == 1)
		sched_yield();
	return count_tasks() == 2 ? EXIT_CODE : SKIPPED;
}
