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

/* What the child tells where it could not exec. Without padding: all of it is written. */
struct failure {
	int code; /* a negative errno */
	int of_user;
};

static struct failure become_and_exec(const struct command_plan *plan)
{
	int code = plan->user ? user_become(plan->user) : 0;

	if (code < 0)
		return (struct failure){code, true};
	execvp(plan->argv[0], plan->argv);
	return (struct failure){-errno, false};
}

/* In the child: exec once a byte comes, exit when the tracer goes away or the exec fails. */
static _Noreturn void hold_and_exec(int hold_fd, int error_fd, const struct command_plan *plan)
{
	char go;
	ssize_t got;

	do
		got = read(hold_fd, &go, sizeof(go));
	while (got < 0 && errno == EINTR);
	if (got == (ssize_t)sizeof(go)) {
		const struct failure failure = become_and_exec(plan);
		if (write(error_fd, &failure, sizeof(failure)) < 0)
			_exit(COMMAND_CANNOT_RUN);
	}
	_exit(COMMAND_NOT_FOUND);
}

static int fork_held(struct command *command, const int hold[2], const int error[2],
		     const struct command_plan *plan)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(hold[1]);
		close(error[0]);
		if (plan->stdout_to_stderr && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
			_exit(COMMAND_CANNOT_RUN);
		hold_and_exec(hold[0], error[1], plan);
	}
	close(hold[0]);
	close(error[1]);
	*command = (struct command){.pid = pid,
				    .forked_ns = perf_clock_now_ns(),
				    .hold_fd = hold[1],
				    .error_fd = error[0],
				    .wait_status = -1};
	return 0;
}

int command_start(struct command *command, const struct command_plan *plan, struct error *err)
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
	int code = fork_held(command, hold, error, plan);
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
static struct failure read_failure(int fd)
{
	struct failure failure;
	ssize_t got;

	do
		got = read(fd, &failure, sizeof(failure));
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(failure) ? failure : (struct failure){0};
}

static int explain(struct failure failure, const char *name, struct error *err)
{
	const char *why = strerror(-failure.code);

	if (failure.of_user)
		return error_set(err, failure.code, "cannot run '%.80s' as another user: %s", name,
				 why);
	return error_set(err, failure.code, "cannot run '%.80s': %s", name, why);
}

int command_release(struct command *command, const char *name, struct error *err)
{
	const char go = 1;

	/* Where the child was killed meanwhile, EPIPE: its end tells. */
	if (write(command->hold_fd, &go, sizeof(go)) < 0 && errno != EPIPE)
		return error_set(err, -errno, "cannot start '%.80s': %s", name, strerror(errno));
	const struct failure failure = read_failure(command->error_fd);
	if (failure.code == 0)
		return 0;
	while (!command_has_ended(command, true))
		;
	command->status = failure.code == -ENOENT ? COMMAND_NOT_FOUND : COMMAND_CANNOT_RUN;
	return explain(failure, name, err);
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
	if (got > 0) {
		command->wait_status = status;
		command->status =
			WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
	return true;
}

void command_done(struct command *command)
{
	if (command->pid == 0)
		return;
	close_fd(&command->hold_fd);
	close_fd(&command->error_fd);
}
