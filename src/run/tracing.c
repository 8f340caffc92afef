/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/stop.h"
#include "filter/pid_list.h"
#include "host/proc.h"
#include "run/caller.h"
#include "run/closer.h"
#include "run/signals.h"
#include "run/user.h"
#include "run/wall_watch.h"
#include "source/notice.h"
#include "task/proc_tasks.h"

/* After a SIGTERM or SIGHUP, COMMAND has this long to end too and show how. */
#define GRACE_MS 10000U
/* After an interrupt, so long nothing is said of a COMMAND that goes on. */
#define REMINDER_MS 1000U

double tracing_seconds(const struct tracing *tracing)
{
	return (double)(clock_now_ns(CLOCK_MONOTONIC) - tracing->started_ns) / (double)NS_PER_S;
}

/* ---- opening ---- */

static int check_process(int proc_fd, int32_t pid, struct error *err)
{
	struct proc_group group;

	/* Its first thread may have ended before the others. */
	if (proc_read_group(proc_fd, pid, &group) < 0 ||
	    (!proc_is_alive(proc_fd, pid) && group.threads < 2))
		return error_set(err, -ESRCH, "-p %d: no such process", pid);
	if (group.tgid == pid)
		return 0;
	error_set(err, -EINVAL, "-p %d: that is a thread of process %d", pid, group.tgid);
	error_remedy(err, "-t %d, or -p %d", pid, group.tgid);
	return -EINVAL;
}

static int check_pids(const struct tracing *tracing, struct error *err)
{
	const struct pid_list *pids = &tracing->request->pids;
	const struct pid_list *tids = &tracing->request->tids;
	int code = 0;

	if ((pids->count > 0 || tids->count > 0) && !tracing->host.initial_pid_ns)
		return error_set(err, -EINVAL,
				 "%s takes ids of the host, which this pid namespace does not "
				 "show; run it outside of the container",
				 pids->count > 0 ? "-p" : "-t");
	for (size_t i = 0; code == 0 && i < pids->count; i++)
		code = check_process(tracing->proc_fd, pids->pids[i], err);
	for (size_t i = 0; code == 0 && i < tids->count; i++) {
		if (!proc_is_alive(tracing->proc_fd, tids->pids[i]))
			code = error_set(err, -ESRCH, "-t %d: no such task", tids->pids[i]);
	}
	return code;
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

static int watch(const struct tracing *tracing, int fd)
{
	struct epoll_event readable = {.events = EPOLLIN};

	return epoll_ctl(tracing->wake_fd, EPOLL_CTL_ADD, fd, &readable);
}

static int open_wake(struct tracing *tracing, struct error *err)
{
	tracing->wake_fd = epoll_create1(EPOLL_CLOEXEC);
	if (tracing->wake_fd < 0 || watch(tracing, tracing->signal_fd) < 0 ||
	    (tracing->wall_fd >= 0 && watch(tracing, tracing->wall_fd) < 0))
		return error_set(err, -errno, "cannot wait for signals: %s", strerror(errno));
	return 0;
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
		.closer_fd = -1,
		.signal_fd = -1,
		.wall_fd = -1,
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
	tracing->signal_fd = signals_install(tracing->request->command != NULL);
	if (tracing->signal_fd < 0)
		return error_set(err, tracing->signal_fd, "cannot catch signals: %s",
				 strerror(-tracing->signal_fd));
	if (recording || tracing->request->wall_clock)
		tracing->wall_fd = wall_alarm_open();
	return open_wake(tracing, err);
}

void tracing_leave_events(struct tracing *tracing)
{
	/*
	 * In a container PID 1 may be a program that never awaits whom it did not start. The argv
	 * probe cannot be removed while a child has it open.
	 */
	if (tracing->host.initial_pid_ns && tracing->request->probe_bytes == 0)
		tracing->closer_fd = closer_start();
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
	if (tracing->wall_fd >= 0)
		close(tracing->wall_fd);
	if (tracing->signal_fd >= 0)
		close(tracing->signal_fd);
	if (tracing->wake_fd >= 0)
		close(tracing->wake_fd);
	if (tracing->closer_fd >= 0)
		close(tracing->closer_fd);
}

/* ---- running ---- */

void tracing_begin(struct tracing *tracing)
{
	tracing->started_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (tracing->request->duration_ns > 0)
		tracing->deadline_ns = tracing->started_ns + tracing->request->duration_ns;
}

static int enter_listed(const struct pid_list *list, struct task_table *tasks)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < list->count; i++)
		code = task_table_add(tasks, list->pids[i], true);
	return code;
}

/* Only of what was asked for: all else may still have its EXIT to come. */
static bool is_alive_or_not_listed(void *context, int32_t tid)
{
	const struct tracing *tracing = context;
	const struct request *request = tracing->request;
	bool listed = pid_list_has(&request->pids, tid) || pid_list_has(&request->tids, tid);

	return !listed || proc_is_alive(tracing->proc_fd, tid);
}

/* Threads of a process whose first one has ended are found by its id, too. */
static int enter_asked_for(struct tracing *tracing, struct task_table *tasks)
{
	const struct request *request = tracing->request;
	int code = enter_listed(&request->pids, tasks);

	if (code == 0)
		code = enter_listed(&request->tids, tasks);
	if (code == 0 && request->pids.count > 0)
		code = proc_tasks_enter(tracing->proc_fd, tasks, request->follow);
	task_table_prune(tasks, is_alive_or_not_listed, tracing);
	return code;
}

int tracing_enter_roots(struct tracing *tracing, struct task_table *tasks, struct error *err)
{
	const int32_t command = (int32_t)tracing->command.pid;
	int code = 0;

	if (command && tracing->host.initial_pid_ns)
		code = task_table_add(tasks, command, true);
	if (code == 0 && !tracing->request->command)
		code = enter_asked_for(tracing, tasks);
	return code < 0 ? error_set(err, code, "cannot read /proc: %s", strerror(-code)) : 0;
}

int tracing_release_command(struct tracing *tracing, struct error *err)
{
	if (!tracing->request->command)
		return 0;
	return command_release(&tracing->command, tracing->request->command[0], err);
}

/* ---- signals ---- */

static uint64_t in_ms(uint64_t ms)
{
	return clock_now_ns(CLOCK_MONOTONIC) + ms * NS_PER_MS;
}

static bool is_past(uint64_t time_ns)
{
	return time_ns != 0 && clock_now_ns(CLOCK_MONOTONIC) >= time_ns;
}

static bool command_runs(struct tracing *tracing)
{
	return tracing->command.pid != 0 && !command_has_ended(&tracing->command, false);
}

/* COMMAND gets the signal too, unless the terminal gave it that already. */
static void handle_signal(struct tracing *tracing, const struct stop_signals *stops)
{
	tracing->signals_handled = stops->count;
	if (!command_runs(tracing)) {
		tracing->stopped = true;
		return;
	}
	if (stops->from_process)
		kill(tracing->command.pid, stops->last);
	if (stops->last == SIGINT)
		tracing->reminder_ns = in_ms(REMINDER_MS);
	else
		tracing->grace_end_ns = in_ms(GRACE_MS);
}

/* Whether signals ask to go on without COMMAND. */
static bool is_command_left(const struct tracing *tracing)
{
	return tracing->signals_handled > 1 || is_past(tracing->grace_end_ns);
}

static void remind(struct tracing *tracing)
{
	if (!is_past(tracing->reminder_ns))
		return;
	tracing->reminder_ns = 0;
	if (command_runs(tracing) && !is_command_left(tracing))
		notice(tracing->request,
		       "'%.80s' (pid %d) has not ended yet; a second Ctrl-C ends the trace",
		       tracing->request->command[0], (int)tracing->command.pid);
}

void tracing_look_around(struct tracing *tracing)
{
	signals_clear_wake(tracing->signal_fd);
	if (tracing->wall_fd >= 0)
		wall_alarm_clear(tracing->wall_fd);
	const struct stop_signals stops = signals_stops();

	if (stops.count > tracing->signals_handled)
		handle_signal(tracing, &stops);
	remind(tracing);
	if (command_has_ended(&tracing->command, false) || is_command_left(tracing) ||
	    is_past(tracing->deadline_ns))
		tracing->stopped = true;
	if (tracing->stopped && stops.count > 0)
		stop_ask(STOP_DUE);
}

int tracing_remaining_ms(const struct tracing *tracing)
{
	const uint64_t times[] = {tracing->deadline_ns, tracing->reminder_ns,
				  tracing->grace_end_ns};
	const uint64_t now = clock_now_ns(CLOCK_MONOTONIC);
	int remaining = -1;

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		uint64_t ms = times[i] > now ? (times[i] - now) / NS_PER_MS + 1 : 1;

		if (times[i] != 0 && (remaining < 0 || ms < (uint64_t)remaining))
			remaining = ms < 1000 ? (int)ms : 1000;
	}
	return remaining;
}

/* ---- the end of COMMAND ---- */

/* Until it has ended, or signals leave it. */
static void wait_for_command(struct tracing *tracing, unsigned int signals)
{
	struct pollfd wake = {.fd = tracing->wake_fd, .events = POLLIN};

	tracing->deadline_ns = 0;
	tracing_look_around(tracing);
	while (command_runs(tracing) && !is_command_left(tracing) &&
	       tracing->signals_handled < signals) {
		poll(&wake, 1, tracing_remaining_ms(tracing));
		tracing_look_around(tracing);
	}
}

int tracing_end_command(struct tracing *tracing, bool quietly)
{
	if (!quietly && command_runs(tracing) && signals_stops().count == 0)
		notice(tracing->request, "the trace is over; waiting for '%.80s' (pid %d)",
		       tracing->request->command[0], (int)tracing->command.pid);
	wait_for_command(tracing, UINT_MAX);
	if (!command_runs(tracing))
		return tracing->command.status;
	notice(tracing->request, "'%.80s' (pid %d) still runs", tracing->request->command[0],
	       (int)tracing->command.pid);
	return 128 + signals_stops().last;
}

void tracing_abandon_command(struct tracing *tracing)
{
	wait_for_command(tracing, 1);
}
