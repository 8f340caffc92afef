/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/proc.h"
#include "run/caller.h"
#include "run/signals.h"
#include "run/user.h"
#include "source/notice.h"
#include "task/proc_tasks.h"

/* After an interrupt, COMMAND has this long to end too and show how. */
#define GRACE_MS 1000U

double tracing_seconds(const struct tracing *tracing)
{
	return (double)(clock_now_ns(CLOCK_MONOTONIC) - tracing->started_ns) / (double)NS_PER_S;
}

/* ---- opening ---- */

static int check_pids(const struct tracing *tracing, struct error *err)
{
	const struct pid_list *pids = &tracing->request->pids;

	if (pids->count > 0 && !tracing->host.initial_pid_ns)
		return error_set(
			err, -EINVAL,
			"-p takes pids of the host, which this pid namespace does not show; "
			"run it outside of the container");
	for (size_t i = 0; i < pids->count; i++) {
		if (!proc_is_alive(tracing->proc_fd, pids->pids[i]))
			return error_set(err, -ESRCH, "-p %d: no such process", pids->pids[i]);
	}
	return 0;
}

static int find_users(struct tracing *tracing, struct error *err)
{
	const struct request *request = tracing->request;
	const struct caller caller = {request->caller_pid, request->caller_fd};
	int code = 0;

	if (caller.pid > 0)
		code = caller_find(&caller, tracing->proc_fd, &tracing->caller, &tracing->caller_fd,
				   err);
	if (code == 0 && request->run_as)
		code = user_find(request->run_as, &tracing->run_as, err);
	return code;
}

/* COMMAND comes before the signal handlers: it is to have what we were given. */
static int start_command(struct tracing *tracing, bool recording, struct error *err)
{
	const struct request *request = tracing->request;

	if (!request->command)
		return 0;
	/* Where a recording goes to standard output, COMMAND's goes elsewhere. */
	bool divert = recording && request->output && strcmp(request->output, "-") == 0;
	const struct command_plan plan = {
		.argv = request->command,
		.user = tracing->run_as ? tracing->run_as : tracing->caller,
		.stdout_to_stderr = divert,
	};
	return command_start(&tracing->command, &plan, err);
}

int tracing_open(struct tracing *tracing, const struct request *request, bool recording,
		 struct error *err)
{
	*tracing = (struct tracing){
		.request = request,
		.command = {.hold_fd = -1, .error_fd = -1},
		.caller_fd = -1,
		.proc_fd = -1,
		.wake_fd = -1,
	};
	tracing->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tracing->proc_fd < 0)
		return error_set(err, -errno, "cannot open /proc: %s", strerror(errno));
	host_state_of_this_host(&tracing->host);
	int code = check_pids(tracing, err);
	if (code == 0)
		code = find_users(tracing, err);
	if (code == 0)
		code = start_command(tracing, recording, err);
	if (code < 0)
		return code;
	tracing->wake_fd = signals_install();
	if (tracing->wake_fd < 0)
		return error_set(err, tracing->wake_fd, "cannot catch signals: %s",
				 strerror(-tracing->wake_fd));
	return 0;
}

void tracing_close(struct tracing *tracing)
{
	command_done(&tracing->command);
	user_free(tracing->run_as);
	user_free(tracing->caller);
	if (tracing->caller_fd >= 0)
		close(tracing->caller_fd);
	if (tracing->proc_fd >= 0)
		close(tracing->proc_fd);
	if (tracing->wake_fd >= 0)
		close(tracing->wake_fd);
}

/* ---- running ---- */

void tracing_begin(struct tracing *tracing)
{
	tracing->started_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (tracing->request->duration_s > 0)
		tracing->deadline_ns =
			tracing->started_ns + tracing->request->duration_s * NS_PER_S;
}

int tracing_enter_roots(const struct tracing *tracing, struct task_table *tasks, struct error *err)
{
	const struct pid_list *pids = &tracing->request->pids;
	const int32_t command = (int32_t)tracing->command.pid;
	int code = 0;

	if (command && tracing->host.initial_pid_ns)
		code = task_table_add(tasks, command, true);
	for (size_t i = 0; code == 0 && i < pids->count; i++) {
		if (proc_is_alive(tracing->proc_fd, pids->pids[i]))
			code = task_table_add(tasks, pids->pids[i], true);
	}
	if (code == 0 && tracing->request->follow)
		code = proc_tasks_enter(tracing->proc_fd, tasks);
	return code < 0 ? error_set(err, code, "cannot read /proc: %s", strerror(-code)) : 0;
}

int tracing_release_command(struct tracing *tracing, struct error *err)
{
	if (!tracing->request->command)
		return 0;
	return command_release(&tracing->command, tracing->request->command[0], err);
}

/* Interrupted: COMMAND gets the signal too, unless the terminal gave it that already. */
static void pass_on(const struct tracing *tracing, int signal, bool from_process)
{
	if (tracing->command.pid > 0 && !tracing->command.ended && from_process)
		kill(tracing->command.pid, signal);
}

static void on_stop_signal(struct tracing *tracing, int signal, bool from_process)
{
	uint64_t grace_end = clock_now_ns(CLOCK_MONOTONIC) + GRACE_MS * NS_PER_MS;

	if (tracing->command.pid == 0) {
		tracing->stopped = true;
		return;
	}
	pass_on(tracing, signal, from_process);
	if (tracing->deadline_ns == 0 || tracing->deadline_ns > grace_end)
		tracing->deadline_ns = grace_end;
}

void tracing_look_around(struct tracing *tracing)
{
	bool from_process;

	signals_clear_wake(tracing->wake_fd);
	int signal = signals_stop(&from_process);

	if (signal != 0 && tracing->handled_signal == 0) {
		tracing->handled_signal = signal;
		on_stop_signal(tracing, signal, from_process);
	}
	if (command_has_ended(&tracing->command, false))
		tracing->stopped = true;
	if (tracing->deadline_ns != 0 && clock_now_ns(CLOCK_MONOTONIC) >= tracing->deadline_ns)
		tracing->stopped = true;
}

int tracing_remaining_ms(const struct tracing *tracing)
{
	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);

	if (tracing->deadline_ns == 0)
		return -1;
	uint64_t left = tracing->deadline_ns > now ? tracing->deadline_ns - now : 0;
	uint64_t ms = left / NS_PER_MS + 1;
	return ms < 1000 ? (int)ms : 1000;
}

void tracing_wait_for_command(struct tracing *tracing, bool quietly)
{
	bool from_process;

	if (tracing->command.pid == 0 || command_has_ended(&tracing->command, false))
		return;
	if (!quietly && signals_stop(&from_process) == 0)
		notice(tracing->request, "the trace is over; waiting for '%.80s' (pid %d)",
		       tracing->request->command[0], (int)tracing->command.pid);
	while (signals_stop(&from_process) == 0) {
		if (command_has_ended(&tracing->command, true))
			return;
	}
	/* While the output was stuck, nobody looked around. */
	if (tracing->handled_signal == 0)
		pass_on(tracing, signals_stop(&from_process), from_process);
}
