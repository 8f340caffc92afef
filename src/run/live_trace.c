/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/live_trace.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "event/facts.h"
#include "host/perf_clock.h"
#include "run/confine.h"
#include "run/old_tasks.h"
#include "run/pipeline.h"
#include "run/session.h"
#include "run/sweep.h"
#include "run/tracing.h"
#include "run/user.h"
#include "run/wall_watch.h"
#include "sandbox/syscalls.h"
#include "sink/text/wall_steps.h"
#include "source/notice.h"
#include "source/source.h"
#include "source/sources.h"
#include "task/proc_tasks.h"
#include "task/task_table.h"

/* A source gives out what was so long ago, ns. */
#define LATENESS_NS (100 * NS_PER_MS)

struct live_trace {
	struct tracing tracing;
	struct session session;
	struct wall_watch wall;
	uint64_t attached_ns;  /* before the first event, by the events' clock */
	uint64_t lost_handled; /* pipeline.lost_seen as of the last look at /proc */
	struct sweep sweep;
};

/* ---- setting up ---- */

static int open_source(struct live_trace *trace, struct error *err)
{
	const struct source_host host = {
		.wake_fd = trace->tracing.wake_fd,
		.proc_fd = trace->tracing.proc_fd,
		.state = &trace->tracing.host,
		.command_pid = (int32_t)trace->tracing.command.pid,
		.command_status = &trace->tracing.command.wait_status,
	};
	int code = sources_open(trace->tracing.request, &host, &trace->session.source, err);

	if (code < 0)
		return code;
	trace->wall = (struct wall_watch){
		.known = trace->session.source->info.wall_offset_known,
		.offset_ns = trace->session.source->info.wall_offset_ns,
	};
	return 0;
}

static int make_pipeline(struct live_trace *trace, struct error *err)
{
	const struct tracing *tracing = &trace->tracing;
	struct pipeline *pipeline = &trace->session.pipeline;
	int code = session_make_pipeline(&trace->session, err);

	/* Elsewhere the events have its pid, by which it is followed before its EXEC. */
	if (!tracing->host.initial_pid_ns)
		pipeline->command_pid = tracing->command.pid;
	pipeline->ends_alone = tracing->request->pids.count > 0 || tracing->request->tids.count > 0;
	return code;
}

static int open_output(struct live_trace *trace, struct error *err)
{
	const struct user *caller = trace->tracing.caller;
	int code = user_files_begin(caller, err);

	if (code < 0)
		return code;
	code = session_open_output(&trace->session, err);
	user_files_end(caller);
	return code;
}

static int set_up(struct live_trace *trace, const struct request *request, struct error *err)
{
	int code = tracing_open(&trace->tracing, request, false, err);

	if (code == 0)
		code = open_source(trace, err);
	if (code == 0)
		code = open_output(trace, err);
	return code == 0 ? make_pipeline(trace, err) : code;
}

static int enter_tasks(struct live_trace *trace, struct error *err)
{
	struct task_table *tasks = trace->session.tasks;
	const unsigned int needs = trace->tracing.request->needs;
	int code = 0;

	/* In another pid namespace /proc has other ids than the events. */
	if (needs && trace->tracing.host.initial_pid_ns)
		code = old_tasks_enter(trace->tracing.proc_fd, tasks, needs & NEED_ARGUMENTS);
	if (code < 0)
		return error_set(err, code, "cannot read /proc: %s", strerror(-code));
	/* We have forked it. */
	if (needs && trace->tracing.command.pid)
		task_table_date_old(tasks, (int32_t)trace->tracing.command.pid,
				    trace->tracing.command.forked_ns);
	if (needs & NEED_CGROUP)
		code = old_cgroups_enter(tasks);
	if (code < 0)
		return error_no_memory(err);
	return tracing_enter_roots(&trace->tracing, tasks, err);
}

/* Events are let in first: what forks while /proc is read is then seen twice, not missed. */
static int begin(struct live_trace *trace, struct error *err)
{
	trace->attached_ns = perf_clock_now_ns();
	int code = source_start(trace->session.source, trace->tracing.request, err);

	if (code < 0)
		return code;
	tracing_begin(&trace->tracing);
	code = enter_tasks(trace, err);
	return code == 0 ? tracing_release_command(&trace->tracing, err) : code;
}

/* ---- the loop ---- */

/* Events were lost, and with them perhaps the forks of descendants: /proc knows those alive. */
static int make_up_for_forks(const struct live_trace *trace)
{
	const struct session *session = &trace->session;

	return session->pipeline.filter.followed_only
		       ? proc_tasks_enter(trace->tracing.proc_fd, session->tasks,
					  session->request->follow || session->request->command)
		       : 0;
}

/* Only when nothing is left to read, so that no event of the past contradicts what /proc says now.
 */
static int make_up_for_loss(struct live_trace *trace)
{
	struct tracing *tracing = &trace->tracing;
	const struct pipeline *pipeline = &trace->session.pipeline;
	int code = 0;

	if (!tracing->host.initial_pid_ns)
		return 0;
	if (pipeline->lost_seen != trace->lost_handled) {
		trace->lost_handled = pipeline->lost_seen;
		sweep_begin(&trace->sweep);
		code = make_up_for_forks(trace);
	}
	if (sweep_go_on(&trace->sweep, tracing->proc_fd, trace->session.tasks,
			clock_now_ns(CLOCK_MONOTONIC)) &&
	    pipeline->ends_alone && !pipeline_waits_for_any(pipeline))
		tracing->stopped = true;
	return code;
}

/* What goes by the clock, and is not asked for by an event. */
#define CLOCK_MS 40

/* For how many ms to sleep at most; -1: as long as nothing happens. */
static int idle_ms(const struct live_trace *trace, bool sink_waits)
{
	const int remaining = tracing_remaining_ms(&trace->tracing);
	const bool watches_wall = trace->tracing.request->wall_clock && trace->tracing.wall_fd < 0;
	const bool by_clock = sink_waits || watches_wall || trace->sweep.rounds > 0;

	return by_clock && (remaining < 0 || remaining > CLOCK_MS) ? CLOCK_MS : remaining;
}

/* Nothing has been ready since SINCE_NS: show what there is, then sleep until there is more. */
static int idle(struct live_trace *trace, uint64_t since_ns, struct error *err)
{
	int waits = session_idle(&trace->session, since_ns - LATENESS_NS, err);
	int code = waits < 0 ? waits : session_flush(&trace->session, err);

	if (code < 0 || trace->session.reader_gone)
		return code;
	code = make_up_for_loss(trace);
	if (code < 0)
		return error_set(err, code, "cannot read /proc: %s", strerror(-code));
	return source_wait(trace->session.source, trace->tracing.wake_fd, idle_ms(trace, waits > 0),
			   err);
}

/*
 * Before the heads of a round are read: its events are older, and have the offset of the round
 * before.
 */
static void watch_wall(struct live_trace *trace)
{
	uint64_t from_ns;

	if (trace->tracing.request->wall_clock && trace->session.source->info.wall_offset_known &&
	    wall_watch_look(&trace->wall, &from_ns))
		wall_steps_add(&trace->session.wall_steps, from_ns, trace->wall.offset_ns);
}

/* Put through all that is ready. 0, -ENODATA at the end, or a negative errno. */
static int drain(struct live_trace *trace, struct error *err)
{
	struct event event;
	int code;

	while ((code = source_next(trace->session.source, &event, err)) > 0) {
		code = session_feed(&trace->session, &event, err);
		if (code < 0)
			return code;
	}
	return code;
}

static int run(struct live_trace *trace, struct error *err)
{
	int code = 0;

	while (code == 0 && !trace->session.reader_gone) {
		tracing_look_around(&trace->tracing);
		if (trace->tracing.stopped)
			source_stop(trace->session.source);
		watch_wall(trace);
		const uint64_t now_ns = perf_clock_now_ns();
		code = drain(trace, err);
		if (code == 0)
			code = idle(trace, now_ns, err);
	}
	return code == -ENODATA ? 0 : code;
}

/* ---- the end ---- */

static enum sandbox_mode sandbox_mode_of(const struct source_info *info)
{
	if (!info->opens_events)
		return SANDBOX_CONNECTOR;
	return info->is_of_command ? SANDBOX_SIDEBAND : SANDBOX_LIVE;
}

static int confine(const struct live_trace *trace, struct error *err)
{
	const struct source_info *info = &trace->session.source->info;

	if (info->runs_programs) {
		if (trace->tracing.request->verbose)
			notice(trace->tracing.request,
			       "no sandbox: this backend runs programs with all privileges");
		return 0;
	}
	return confine_tracing(&trace->tracing, sandbox_mode_of(info), info->reads_processes, err);
}

static int trace_and_end(struct live_trace *trace, struct error *err)
{
	session_keep_output(&trace->session);
	int code = confine(trace, err);

	if (code == 0 && trace->tracing.request->pids.count > 0)
		code = session_show_running(&trace->session, trace->attached_ns, err);
	if (code == 0)
		code = run(trace, err);

	source_stop(trace->session.source);
	if (code == 0)
		code = session_finish_output(&trace->session, err);
	if (code == 0 && !trace->session.reader_gone)
		session_print_summary(&trace->session, tracing_seconds(&trace->tracing));
	if (code == 0)
		return tracing_end_command(&trace->tracing, trace->session.reader_gone);
	tracing_abandon_command(&trace->tracing);
	return 1;
}

/* As the caller too, since an output that was made in vain is removed. */
static void end_session(struct live_trace *trace)
{
	const struct user *caller = trace->session.made_output ? trace->tracing.caller : NULL;
	struct error ignored;
	int code = user_files_begin(caller, &ignored);

	session_done(&trace->session);
	if (code == 0)
		user_files_end(caller);
}

static void close_source(struct live_trace *trace)
{
	struct source *source = trace->session.source;

	if (source && source->info.opens_events && !source->info.is_of_command)
		tracing_leave_events(&trace->tracing);
	source_free(source);
}

int live_trace(const struct request *request, struct error *err)
{
	struct live_trace trace = {.session = SESSION_NEW(request)};
	int status = 1;

	if (set_up(&trace, request, err) == 0) {
		if (begin(&trace, err) == 0)
			status = trace_and_end(&trace, err);
		else if (trace.tracing.command.status != 0)
			status = trace.tracing.command.status;
	}
	end_session(&trace);
	close_source(&trace);
	tracing_close(&trace.tracing);
	return status;
}
