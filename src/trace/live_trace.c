/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/live_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/diagnose.h"
#include "host/facts.h"
#include "source/live.h"
#include "source/perf_event.h"
#include "task/proc.h"
#include "trace/command.h"
#include "trace/notice.h"
#include "trace/session.h"
#include "trace/signals.h"
#include "trace/tracepoints.h"

#define NS_PER_S 1000000000ULL
#define NS_PER_MS 1000000ULL

/* After an interrupt, COMMAND has this long to end too and show how. */
#define GRACE_MS 1000U

struct live_trace {
	const struct options *options;
	struct host_facts facts;
	struct tracepoints tracepoints;
	struct command command;
	struct session session;
	int proc_fd;
	int wake_fd;
	uint64_t started_ns;
	uint64_t deadline_ns;  /* 0: none */
	uint64_t lost_handled; /* pipeline.lost_seen as of the last look at /proc */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* ---- notices ---- */

static void notice_cpu(void *context, int cpu, int online)
{
	const struct live_trace *trace = context;

	notice(trace->options,
	       online ? "CPU %d came online: traced from now on" : "CPU %d went offline", cpu);
}

static void notice_shortcomings(const struct live_trace *trace, const struct cpu_ring_plan *wanted,
				const struct cpu_ring_plan *got)
{
	for (unsigned int i = 0; i < PERF_FEATURES; i++) {
		if (!(got->features & (1U << i)))
			notice(trace->options, "%s",
			       perf_feature_consequence((enum perf_feature)i));
	}
	if (got->pages < wanted->pages)
		notice(trace->options,
		       "ring buffers of %u pages per CPU, not %u: over kernel.perf_event_mlock_kb "
		       "and RLIMIT_MEMLOCK",
		       got->pages, wanted->pages);
}

static void notice_opened(const struct live_trace *trace, const struct cpu_ring_plan *plan)
{
	static const char *const origins[] = {
		[FORMAT_DIR_MOUNTED] = "",
		[FORMAT_DIR_PRIVATE] = " (tracefs, mounted for this process alone)",
		[FORMAT_DIR_GIVEN] = " (--formats)",
	};

	if (!trace->options->verbose)
		return;
	notice(trace->options, "formats from %s%s", trace->tracepoints.dir.path,
	       origins[trace->tracepoints.dir.origin]);
	for (size_t i = 0; i < plan->tracepoint_count; i++)
		notice(trace->options, "sched:%s is event %u%s%s", plan->tracepoints[i].name,
		       plan->tracepoints[i].id, plan->tracepoints[i].filter ? ", filter " : "",
		       plan->tracepoints[i].filter ? plan->tracepoints[i].filter : "");
	notice(trace->options, "ring buffers of %u pages per CPU", plan->pages);
}

/* ---- setting up ---- */

static void gather_facts(struct host_facts *facts)
{
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	host_facts_gather(root_fd, perf_syscall_probe(), facts);
	if (root_fd >= 0)
		close(root_fd);
}

static int check_pids(const struct live_trace *trace, struct error *err)
{
	const struct pid_list *pids = &trace->options->pids;

	if (pids->count > 0 && !trace->facts.initial_pid_ns)
		return error_set(
			err, -EINVAL,
			"-p takes pids of the host, which this pid namespace does not show; "
			"run it outside of the container");
	for (size_t i = 0; i < pids->count; i++) {
		if (!proc_is_alive(trace->proc_fd, pids->pids[i]))
			return error_set(err, -ESRCH, "-p %d: no such process", pids->pids[i]);
	}
	return 0;
}

static int open_source(struct live_trace *trace, struct error *err)
{
	const struct options *options = trace->options;
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
		.notice_context = trace,
	};

	tracepoints_plan(&trace->tracepoints, &live.plan);
	const struct cpu_ring_plan wanted = live.plan;
	int code = live_open(&live, &trace->session.source, err);
	if (code < 0)
		return code;
	notice_opened(trace, &live.plan);
	notice_shortcomings(trace, &wanted, &live.plan);
	return 0;
}

static int make_pipeline(struct live_trace *trace, struct error *err)
{
	const struct format *formats[TRACEPOINT_COUNT];

	for (size_t i = 0; i < TRACEPOINT_COUNT; i++)
		formats[i] = trace->tracepoints.formats[i];
	int code = session_make_pipeline(&trace->session, formats, err);
	trace->session.pipeline.command_pid = trace->command.pid;
	trace->session.pipeline.ends_alone = trace->options->pids.count > 0;
	trace->session.pipeline.foreign_sample_ids = !trace->facts.initial_pid_ns;
	return code;
}

static int open_everything(struct live_trace *trace, struct error *err)
{
	int code = tracepoints_init(&trace->tracepoints, trace->options, err);

	if (code < 0)
		return trace->options->formats ? code : diagnose_tracefs(&trace->facts, code, err);
	code = open_source(trace, err);
	if (code < 0)
		return diagnose_refusal(&trace->facts, code, err);
	/* Only now, so that a trace that cannot begin leaves an old file alone. */
	code = session_open_output(&trace->session, err);
	return code == 0 ? make_pipeline(trace, err) : code;
}

/* COMMAND comes before the signal handlers: it is to have what we were given. */
static int set_up(struct live_trace *trace, struct error *err)
{
	trace->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (trace->proc_fd < 0)
		return error_set(err, -errno, "cannot open /proc: %s", strerror(errno));
	gather_facts(&trace->facts);
	int code = check_pids(trace, err);
	if (code == 0 && trace->options->command)
		code = command_start(&trace->command, trace->options->command, err);
	if (code < 0)
		return code;
	trace->wake_fd = signals_install();
	if (trace->wake_fd < 0)
		return error_set(err, trace->wake_fd, "cannot catch signals: %s",
				 strerror(-trace->wake_fd));
	return open_everything(trace, err);
}

/* ---- whom to follow ---- */

static int enter_pids(struct live_trace *trace)
{
	const struct pid_list *pids = &trace->options->pids;
	int code = 0;

	for (size_t i = 0; code == 0 && i < pids->count; i++) {
		if (proc_is_alive(trace->proc_fd, pids->pids[i]))
			code = task_table_add(trace->session.tasks, pids->pids[i], true);
	}
	if (code == 0 && trace->options->follow)
		code = proc_scan(trace->proc_fd, trace->session.tasks);
	return code;
}

/* Events are let in first: what forks while /proc is read is then seen twice, not missed. */
static int begin(struct live_trace *trace, struct error *err)
{
	const struct options *options = trace->options;
	int code = live_enable(trace->session.source, err);

	if (code < 0)
		return code;
	trace->started_ns = now_ns();
	if (options->duration_s > 0)
		trace->deadline_ns = trace->started_ns + options->duration_s * NS_PER_S;
	code = enter_pids(trace);
	if (code < 0)
		return error_set(err, code, "cannot read /proc: %s", strerror(-code));
	if (options->command)
		code = command_release(&trace->command, options->command[0], err);
	return code;
}

/* ---- the loop ---- */

/* Interrupted: COMMAND gets the signal too, unless the terminal gave it that already. */
static void pass_on(struct live_trace *trace, int signal, bool from_process)
{
	if (trace->command.pid > 0 && !trace->command.ended && from_process)
		kill(trace->command.pid, signal);
}

static void on_stop_signal(struct live_trace *trace, int signal, bool from_process)
{
	uint64_t grace_end = now_ns() + GRACE_MS * NS_PER_MS;

	if (trace->command.pid == 0) {
		source_stop(trace->session.source);
		return;
	}
	pass_on(trace, signal, from_process);
	if (trace->deadline_ns == 0 || trace->deadline_ns > grace_end)
		trace->deadline_ns = grace_end;
}

static void look_around(struct live_trace *trace, int *handled_signal)
{
	bool from_process;
	int signal = signals_stop(&from_process);

	if (signal != 0 && *handled_signal == 0) {
		*handled_signal = signal;
		on_stop_signal(trace, signal, from_process);
	}
	if (command_has_ended(&trace->command, false))
		source_stop(trace->session.source);
	if (trace->deadline_ns != 0 && now_ns() >= trace->deadline_ns)
		source_stop(trace->session.source);
}

/*
 * Events were lost, and with them perhaps the forks of descendants and the exits of those waited
 * for: /proc knows better. Only when nothing is left to read, so that no event of the past
 * contradicts what /proc says now.
 */
static int make_up_for_loss(struct live_trace *trace)
{
	int code = 0;

	if (trace->session.pipeline.lost_seen == trace->lost_handled ||
	    !trace->facts.initial_pid_ns)
		return 0;
	trace->lost_handled = trace->session.pipeline.lost_seen;
	if (trace->session.pipeline.filter.followed_only)
		code = proc_scan(trace->proc_fd, trace->session.tasks);
	if (code < 0 || !trace->session.pipeline.ends_alone)
		return code;
	proc_forget_dead(trace->proc_fd, trace->session.tasks);
	if (!pipeline_waits_for_any(&trace->session.pipeline))
		source_stop(trace->session.source);
	return 0;
}

static int remaining_ms(const struct live_trace *trace)
{
	uint64_t now = now_ns();

	if (trace->deadline_ns == 0)
		return -1;
	uint64_t left = trace->deadline_ns > now ? trace->deadline_ns - now : 0;
	uint64_t ms = left / NS_PER_MS + 1;
	return ms < 1000 ? (int)ms : 1000;
}

/* Nothing is ready: show what there is, then sleep until there is more. */
static int idle(struct live_trace *trace, struct error *err)
{
	int code = session_flush(&trace->session, err);

	if (code < 0 || trace->session.reader_gone)
		return code;
	code = make_up_for_loss(trace);
	if (code < 0)
		return error_set(err, code, "cannot read /proc: %s", strerror(-code));
	code = source_wait(trace->session.source, trace->wake_fd, remaining_ms(trace), err);
	signals_clear_wake(trace->wake_fd);
	return code;
}

/* Put through all that is ready. 0, -ENODATA at the end, or a negative errno. */
static int drain(struct live_trace *trace, struct error *err)
{
	struct record record;
	int code;

	while ((code = source_next(trace->session.source, &record, err)) > 0) {
		code = session_feed(&trace->session, &record, err);
		if (code < 0)
			return code;
	}
	return code;
}

static int run(struct live_trace *trace, struct error *err)
{
	int handled_signal = 0;
	int code = 0;

	while (code == 0 && !trace->session.reader_gone) {
		look_around(trace, &handled_signal);
		code = drain(trace, err);
		if (code == 0)
			code = idle(trace, err);
	}
	return code == -ENODATA ? 0 : code;
}

/* ---- the end ---- */

/* The trace is over; COMMAND goes on, and how it ends is still our exit status. */
static void wait_for_command(struct live_trace *trace)
{
	bool from_process;
	int signal = signals_stop(&from_process);

	if (trace->command.pid == 0 || signal != 0 || command_has_ended(&trace->command, false))
		return;
	if (!trace->session.reader_gone)
		notice(trace->options, "the trace is over; waiting for '%.80s' (pid %d)",
		       trace->options->command[0], (int)trace->command.pid);
	while (!command_has_ended(&trace->command, true)) {
		signal = signals_stop(&from_process);
		if (signal != 0) {
			pass_on(trace, signal, from_process);
			return;
		}
	}
}

static void tear_down(struct live_trace *trace)
{
	command_done(&trace->command);
	session_done(&trace->session);
	tracepoints_done(&trace->tracepoints);
	if (trace->proc_fd >= 0)
		close(trace->proc_fd);
	if (trace->wake_fd >= 0)
		close(trace->wake_fd);
}

static double elapsed_s(const struct live_trace *trace)
{
	return (double)(now_ns() - trace->started_ns) / (double)NS_PER_S;
}

static int trace_and_end(struct live_trace *trace, struct error *err)
{
	int code = run(trace, err);

	source_stop(trace->session.source);
	if (code == 0)
		code = session_finish_output(&trace->session, err);
	if (code == 0 && !trace->session.reader_gone)
		session_print_summary(&trace->session, elapsed_s(trace));
	wait_for_command(trace);
	return code < 0 ? 1 : trace->command.status;
}

int live_trace(const struct options *options, struct error *err)
{
	struct live_trace trace = {
		.options = options,
		.session = SESSION_NEW(options),
		.tracepoints.dir.fd = -1,
		.command = {.hold_fd = -1, .error_fd = -1},
		.proc_fd = -1,
		.wake_fd = -1,
	};
	int status = 1;

	if (set_up(&trace, err) == 0) {
		if (begin(&trace, err) == 0)
			status = trace_and_end(&trace, err);
		else if (trace.command.status != 0)
			status = trace.command.status;
	}
	tear_down(&trace);
	return status;
}
