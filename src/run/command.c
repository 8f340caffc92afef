/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/perf_clock.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* In the child: exec once a byte comes, exit when the tracer goes away or the exec fails. */
static _Noreturn void hold_and_exec(int hold_fd, int error_fd, char *const argv[])
{
	char go;
	ssize_t got;

	do
		got = read(hold_fd, &go, sizeof(go));
	while (got < 0 && errno == EINTR);
	if (got == (ssize_t)sizeof(go)) {
		execvp(argv[0], argv);
		int why = errno;
		if (write(error_fd, &why, sizeof(why)) < 0)
			_exit(COMMAND_CANNOT_RUN);
	}
	_exit(COMMAND_NOT_FOUND);
}

static int fork_held(struct command *command, const int hold[2], const int error[2],
		     char *const argv[], bool stdout_to_stderr)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(hold[1]);
		close(error[0]);
		if (stdout_to_stderr && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
			_exit(COMMAND_CANNOT_RUN);
		hold_and_exec(hold[0], error[1], argv);
	}
	close(hold[0]);
	close(error[1]);
	*command = (struct command){.pid = pid,
				    .forked_ns = perf_clock_now_ns(),
				    .hold_fd = hold[1],
				    .error_fd = error[0]};
	return 0;
}

int command_start(struct command *command, char *const argv[], bool stdout_to_stderr,
		  struct error *err)
{
	int hold[2], error[2];

	if (pipe2(hold, O_CLOEXEC) < 0)
		return error_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(error, O_CLOEXEC) < 0) {
		int code = -errno;

		close(hold[0]);
		close(hold[1]);
		return error_set(err, code, "cannot make a pipe: %s", strerror(-code));
	}
	int code = fork_held(command, hold, error, argv, stdout_to_stderr);
	if (code < 0) {
		for (int i = 0; i < 2; i++) {
			close(hold[i]);
			close(error[i]);
		}
		return error_set(err, code, "cannot fork: %s", strerror(-code));
	}
	return 0;
}

/* Nothing comes where the exec succeeds: that closes the pipe. */
static int read_exec_error(int fd)
{
	int why;
	ssize_t got;

	do
		got = read(fd, &why, sizeof(why));
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(why) ? -why : 0;
}

int command_release(struct command *command, const char *name, struct error *err)
{
	const char go = 1;

	/* Where the child was killed meanwhile, EPIPE: its end tells. */
	if (write(command->hold_fd, &go, sizeof(go)) < 0 && errno != EPIPE)
		return error_set(err, -errno, "cannot start '%.80s': %s", name, strerror(errno));
	int code = read_exec_error(command->error_fd);
	if (code < 0) {
		while (!command_has_ended(command, true))
			;
		command->status = code == -ENOENT ? COMMAND_NOT_FOUND : COMMAND_CANNOT_RUN;
		return error_set(err, code, "cannot run '%.80s': %s", name, strerror(-code));
	}
	return 0;
}

bool command_has_ended(struct command *command, bool wait)
{
	int status;
	pid_t got;

	if (command->ended || command->pid == 0)
		return command->ended;
	got = waitpid(command->pid, &status, wait ? 0 : WNOHANG);
	if (got == 0 || (got < 0 && errno == EINTR))
		return false;
	command->ended = true;
	if (got > 0)
		command->status =
			WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

void command_done(struct command *command)
{
	if (command->pid == 0)
		return;
	close_fd(&command->hold_fd);
	close_fd(&command->error_fd);
}
