/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "host/state.h"
#include "sandbox/capabilities.h"
#include "sandbox/landlock.h"

/* ---- the parts ---- */

static int leave_root(const struct sandbox_plan *plan, struct error *err)
{
	const struct sandbox_user nobody = USER_NOBODY;

	if (!plan->user && geteuid() != 0)
		return 0;
	int code = sandbox_user_become(plan->user ? plan->user : &nobody);
	if (code == 0 || !plan->user)
		return code;
	return error_set(err, code, "cannot become the user %u: %s", plan->user->uid,
			 strerror(-code));
}

/* CAP_KILL: COMMAND has the user that this process had. */
static uint64_t capabilities_of(const struct sandbox_plan *plan)
{
	const uint64_t others =
		CAPABILITY_BIT(CAP_SYS_PTRACE) | CAPABILITY_BIT(CAP_DAC_READ_SEARCH);

	return plan->keep | (plan->reads_others ? others : 0) |
	       (plan->command > 0 ? CAPABILITY_BIT(CAP_KILL) : 0);
}

static int restrict_files(const struct sandbox_plan *plan, struct sandbox_in_force *in_force)
{
	static const char *const readable[] = {"/proc", "/sys"};
	const struct landlock_plan landlock = {
		.readable = readable,
		.readable_count = plan->mode == SANDBOX_REPLAY ? 0 : ARRAY_SIZE(readable),
		.signals = plan->command > 0,
	};

	if (plan->reads_others || HAS_SANITIZER)
		return -ECANCELED;
	int code = landlock_restrict(&landlock);
	if (code < 0)
		return code;
	in_force->landlock_abi = code;
	return 0;
}

static int restrict_syscalls(const struct sandbox_plan *plan, struct sandbox_in_force *in_force)
{
	if (HAS_SANITIZER)
		return -ECANCELED;
	int code = syscalls_restrict(plan->mode, plan->command);
	if (code < 0)
		return code;
	in_force->syscall_rules = code;
	return 0;
}

/* Sanitizers attach to this process, which a change of user forbids (prctl(2), PR_SET_DUMPABLE). */
static void let_sanitizers_look(void)
{
	if (HAS_SANITIZER)
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

/* Each takes what those behind it take away. */
int sandbox_enter(const struct sandbox_plan *plan, struct sandbox_in_force *in_force,
		  struct error *err)
{
	struct sandbox_in_force entered = {0};

	tzset();
	entered.codes[SANDBOX_BOUNDING_SET] = capabilities_empty_bounding_set();
	entered.codes[SANDBOX_USER] = leave_root(plan, err);
	if (plan->user && entered.codes[SANDBOX_USER] < 0)
		return entered.codes[SANDBOX_USER];
	entered.uid = geteuid();
	entered.codes[SANDBOX_CAPABILITIES] =
		capabilities_keep(capabilities_of(plan), &entered.capabilities);
	let_sanitizers_look();
	/* Linux has it since 3.5. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, -errno, "cannot give up new privileges: %s", strerror(errno));
	entered.codes[SANDBOX_LANDLOCK] = restrict_files(plan, &entered);
	entered.codes[SANDBOX_SYSCALLS] = restrict_syscalls(plan, &entered);
	*in_force = entered;
	return 0;
}

/* ---- trying ---- */

/* Less than PIPE_BUF bytes, so that it comes in one piece. */
struct outcome {
	int code;
	struct sandbox_in_force in_force;
	struct error err;
};

static _Noreturn void enter_and_tell(const struct sandbox_plan *plan, int fd)
{
	struct outcome outcome = {0};

	outcome.code = sandbox_enter(plan, &outcome.in_force, &outcome.err);
	_exit(write(fd, &outcome, sizeof(outcome)) < 0);
}

static int hear(int fd, struct outcome *outcome)
{
	ssize_t got;

	do
		got = read(fd, outcome, sizeof(*outcome));
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(*outcome) ? 0 : -EPROTO;
}

static int try_in_child(const struct sandbox_plan *plan, const int fds[2], struct outcome *outcome)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		enter_and_tell(plan, fds[1]);
	close(fds[1]);
	int code = hear(fds[0], outcome);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return code;
}

int sandbox_try(const struct sandbox_plan *plan, struct sandbox_in_force *in_force,
		struct error *err)
{
	struct outcome outcome;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	int code = try_in_child(plan, fds, &outcome);
	close(fds[0]);
	if (code < 0)
		return error_set(err, code, "cannot try the sandbox: %s", strerror(-code));
	if (outcome.code < 0)
		*err = outcome.err;
	else
		*in_force = outcome.in_force;
	return outcome.code;
}
