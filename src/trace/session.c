/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/diagnose.h"
#include "source/live.h"
#include "source/perf_event.h"
#include "task/proc.h"
#include "trace/signals.h"

#define NS_PER_S 1000000000ULL
#define NS_PER_MS 1000000ULL

/* After an interrupt, COMMAND has this long to end too and show how. */
#define GRACE_MS 1000U

uint64_t session_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

double session_seconds(const struct session *session)
{
	return (double)(session_now_ns() - session->started_ns) / (double)NS_PER_S;
}

/* ---- notices: standard error, one line each ---- */

void session_notice(const struct options *options, const char *format, ...)
{
	va_list args;

	if (options->quiet)
		return;
	va_start(args, format);
	fputs("perf_exec_trace: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

static void notice_cpu(void *context, int cpu, int online)
{
	const struct session *session = context;

	session_notice(session->options,
		       online ? "CPU %d came online: traced from now on" : "CPU %d went offline",
		       cpu);
}

static void notice_shortcomings(const struct session *session, const struct cpu_ring_plan *wanted)
{
	const struct cpu_ring_plan *got = &session->plan;

	for (unsigned int i = 0; i < PERF_FEATURES; i++) {
		if (!(got->features & (1U << i)))
			session_notice(session->options, "%s",
				       perf_feature_consequence((enum perf_feature)i));
	}
	if (got->pages < wanted->pages)
		session_notice(session->options,
			       "ring buffers of %u pages per CPU, not %u: over "
			       "kernel.perf_event_mlock_kb and RLIMIT_MEMLOCK",
			       got->pages, wanted->pages);
}

static void notice_opened(const struct session *session)
{
	static const char *const origins[] = {
		[FORMAT_DIR_MOUNTED] = "",
		[FORMAT_DIR_PRIVATE] = " (tracefs, mounted for this process alone)",
		[FORMAT_DIR_GIVEN] = " (--formats)",
	};
	const struct format_dir *dir = &session->tracepoints.dir;
	const struct cpu_ring_plan *plan = &session->plan;

	if (!session->options->verbose)
		return;
	session_notice(session->options, "formats from %s%s", dir->path, origins[dir->origin]);
	for (size_t i = 0; i < plan->tracepoint_count; i++)
		session_notice(session->options, "sched:%s is event %u%s%s",
			       plan->tracepoints[i].name, plan->tracepoints[i].id,
			       plan->tracepoints[i].filter ? ", filter " : "",
			       plan->tracepoints[i].filter ? plan->tracepoints[i].filter : "");
	session_notice(session->options, "ring buffers of %u pages per CPU", plan->pages);
}

/* ---- opening ---- */

static void gather_facts(struct host_facts *facts)
{
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	host_facts_gather(root_fd, perf_syscall_probe(), facts);
	if (root_fd >= 0)
		close(root_fd);
}

static int check_pids(const struct session *session, struct error *err)
{
	const struct pid_list *pids = &session->options->pids;

	if (pids->count > 0 && !session->facts.initial_pid_ns)
		return error_set(
			err, -EINVAL,
			"-p takes pids of the host, which this pid namespace does not show; "
			"run it outside of the container");
	for (size_t i = 0; i < pids->count; i++) {
		if (!proc_is_alive(session->proc_fd, pids->pids[i]))
			return error_set(err, -ESRCH, "-p %d: no such process", pids->pids[i]);
	}
	return 0;
}

static int open_source(struct session *session, bool recording, struct error *err)
{
	const struct options *options = session->options;
	uint32_t good = LIVE_RING_SIZE / (uint32_t)sysconf(_SC_PAGESIZE);
	struct live_options live = {
		.plan =
			{
				.pages = options->mmap_pages ? options->mmap_pages : good,
				.may_shrink = options->mmap_pages == 0,
				.features = PERF_FEATURES_ALL,
			},
		.sysfs_online = LIVE_ONLINE_CPUS,
		.notice = notice_cpu,
		.notice_context = session,
	};

	tracepoints_plan(&session->tracepoints, &live.plan);
	live.plan.comm |= recording;
	const struct cpu_ring_plan wanted = live.plan;
	int code = live_open(&live, &session->source, err);
	if (code < 0)
		return code;
	session->plan = live.plan;
	notice_opened(session);
	notice_shortcomings(session, &wanted);
	return 0;
}

static int open_tracing(struct session *session, bool recording, struct error *err)
{
	int code = tracepoints_init(&session->tracepoints, session->options, err);

	if (code < 0)
		return session->options->formats ? code
						 : diagnose_tracefs(&session->facts, code, err);
	code = open_source(session, recording, err);
	return code < 0 ? diagnose_refusal(&session->facts, code, err) : 0;
}

/* COMMAND comes before the signal handlers: it is to have what we were given. */
static int start_command(struct session *session, bool recording, struct error *err)
{
	const struct options *options = session->options;

	if (!options->command)
		return 0;
	/* Where a recording goes to standard output, COMMAND's goes elsewhere. */
	bool divert = recording && options->output && strcmp(options->output, "-") == 0;
	return command_start(&session->command, options->command, divert, err);
}

int session_open(struct session *session, const struct options *options, bool recording,
		 struct error *err)
{
	*session = (struct session){
		.options = options,
		.tracepoints.dir.fd = -1,
		.command = {.hold_fd = -1, .error_fd = -1},
		.proc_fd = -1,
		.wake_fd = -1,
	};
	session->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (session->proc_fd < 0)
		return error_set(err, -errno, "cannot open /proc: %s", strerror(errno));
	gather_facts(&session->facts);
	int code = check_pids(session, err);
	if (code == 0)
		code = start_command(session, recording, err);
	if (code < 0)
		return code;
	session->wake_fd = signals_install();
	if (session->wake_fd < 0)
		return error_set(err, session->wake_fd, "cannot catch signals: %s",
				 strerror(-session->wake_fd));
	return open_tracing(session, recording, err);
}

void session_close(struct session *session)
{
	command_done(&session->command);
	source_free(session->source);
	tracepoints_done(&session->tracepoints);
	if (session->proc_fd >= 0)
		close(session->proc_fd);
	if (session->wake_fd >= 0)
		close(session->wake_fd);
}

/* ---- running ---- */

int session_begin(struct session *session, struct error *err)
{
	int code = live_enable(session->source, err);

	if (code < 0)
		return code;
	session->started_ns = session_now_ns();
	if (session->options->duration_s > 0)
		session->deadline_ns =
			session->started_ns + session->options->duration_s * NS_PER_S;
	return 0;
}

int session_enter_pids(const struct session *session, struct task_table *tasks, struct error *err)
{
	const struct pid_list *pids = &session->options->pids;
	int code = 0;

	for (size_t i = 0; code == 0 && i < pids->count; i++) {
		if (proc_is_alive(session->proc_fd, pids->pids[i]))
			code = task_table_add(tasks, pids->pids[i], true);
	}
	if (code == 0 && session->options->follow)
		code = proc_scan(session->proc_fd, tasks);
	return code < 0 ? error_set(err, code, "cannot read /proc: %s", strerror(-code)) : 0;
}

int session_release_command(struct session *session, struct error *err)
{
	if (!session->options->command)
		return 0;
	return command_release(&session->command, session->options->command[0], err);
}

void session_stop(struct session *session)
{
	source_stop(session->source);
	session->stopped = true;
}

/* Interrupted: COMMAND gets the signal too, unless the terminal gave it that already. */
static void pass_on(const struct session *session, int signal, bool from_process)
{
	if (session->command.pid > 0 && !session->command.ended && from_process)
		kill(session->command.pid, signal);
}

static void on_stop_signal(struct session *session, int signal, bool from_process)
{
	uint64_t grace_end = session_now_ns() + GRACE_MS * NS_PER_MS;

	if (session->command.pid == 0) {
		session_stop(session);
		return;
	}
	pass_on(session, signal, from_process);
	if (session->deadline_ns == 0 || session->deadline_ns > grace_end)
		session->deadline_ns = grace_end;
}

void session_look_around(struct session *session)
{
	bool from_process;
	int signal = signals_stop(&from_process);

	if (signal != 0 && session->handled_signal == 0) {
		session->handled_signal = signal;
		on_stop_signal(session, signal, from_process);
	}
	if (command_has_ended(&session->command, false))
		session_stop(session);
	if (session->deadline_ns != 0 && session_now_ns() >= session->deadline_ns)
		session_stop(session);
}

static int remaining_ms(const struct session *session)
{
	uint64_t now = session_now_ns();

	if (session->deadline_ns == 0)
		return -1;
	uint64_t left = session->deadline_ns > now ? session->deadline_ns - now : 0;
	uint64_t ms = left / NS_PER_MS + 1;
	return ms < 1000 ? (int)ms : 1000;
}

int session_wait(struct session *session, struct error *err)
{
	int code = source_wait(session->source, session->wake_fd, remaining_ms(session), err);

	signals_clear_wake(session->wake_fd);
	return code;
}

void session_wait_for_command(struct session *session, bool quietly)
{
	bool from_process;
	int signal = signals_stop(&from_process);

	if (session->command.pid == 0 || signal != 0 || command_has_ended(&session->command, false))
		return;
	if (!quietly)
		session_notice(session->options, "the trace is over; waiting for '%.80s' (pid %d)",
			       session->options->command[0], (int)session->command.pid);
	while (!command_has_ended(&session->command, true)) {
		signal = signals_stop(&from_process);
		if (signal != 0) {
			pass_on(session, signal, from_process);
			return;
		}
	}
}
