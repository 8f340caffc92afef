/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support_child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#define STATUS_WRONG 99

static size_t read_to_end(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	return length;
}

struct child_end child_run(void (*act)(void *context), void *context)
{
	struct child_end end;
	int fds[2], status;

	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		if (dup2(fds[1], STDERR_FILENO) < 0)
			_exit(STATUS_WRONG);
		close(fds[1]);
		act(context);
		_exit(0);
	}
	close(fds[1]);
	read_to_end(fds[0], end.said, sizeof(end.said));
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	end.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return end;
}

void child_check(bool holds, const char *condition, const char *file, int line)
{
	if (holds)
		return;
	dprintf(STDERR_FILENO, "%s:%d: not so: %s (errno %d)\n", file, line, condition, errno);
	_exit(STATUS_WRONG);
}

void assert_child_fine(const struct child_end *end)
{
	if (end->status != 0)
		fail_msg("the child ended with %d: %s", end->status, end->said);
}

uint64_t own_status(const char *name, int base)
{
	char text[4096];
	int fd = open("/proc/self/status", O_RDONLY);

	CHILD_CHECK(fd >= 0 && read_to_end(fd, text, sizeof(text)) > 0);
	close(fd);
	const char *line = strstr(text, name);
	CHILD_CHECK(line != NULL);
	return line ? strtoull(line + strlen(name), NULL, base) : 0;
}
