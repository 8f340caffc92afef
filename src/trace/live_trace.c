/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/live_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "sink/sink.h"
#include "sink/writer.h"
#include "task/proc.h"
#include "trace/pipeline.h"
#include "trace/tracing.h"

struct live_trace {
	struct tracing tracing;
	struct decoder *decoder;
	struct task_table *tasks;
	struct writer *writer;
	struct sink *sink;
	struct pipeline pipeline;
	int output_fd;
	uint64_t lost_handled; /* pipeline.lost_seen as of the last look at /proc */
	bool reader_gone;      /* nobody reads our output any more: end quietly */
};

static void print_summary(const struct live_trace *trace)
{
	const struct options *options = trace->tracing.options;
	const struct pipeline *pipeline = &trace->pipeline;
	struct source_stats stats;

	source_stats(trace->tracing.source, &stats);
	notice(options,
		       "%" PRIu64 " events (%" PRIu64 " fork, %" PRIu64 " exec, %" PRIu64
		       " exit), %" PRIu64 " lost, %" PRIu64 " late, %.3f s",
		       pipeline_shown(pipeline), pipeline->shown[EVENT_FORK],
		       pipeline->shown[EVENT_EXEC], pipeline->shown[EVENT_EXIT], stats.lost,
		       stats.late, tracing_seconds(&trace->tracing));
	if (pipeline->malformed > 0)
		notice(options, "%" PRIu64 " records could not be decoded",
			       pipeline->malformed);
}

/* ---- setting up ---- */

static int open_output(struct live_trace *trace, struct error *err)
{
	const char *path = trace->tracing.options->output;

	if (path) {
		trace->output_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (trace->output_fd < 0)
			return error_set(err, -errno, "cannot write %.200s: %s", path,
					 strerror(errno));
	}
	trace->writer = writer_new(path ? trace->output_fd : STDOUT_FILENO);
	trace->sink = trace->writer ? sink_pipe_new(trace->writer) : NULL;
	return trace->sink ? 0 : error_set(err, -ENOMEM, "out of memory");
}

static int make_pipeline(struct live_trace *trace, struct error *err)
{
	const struct tracing *tracing = &trace->tracing;
	const struct options *options = tracing->options;
	const struct format *formats[TRACEPOINT_COUNT];
	bool any_pid = options->pids.count == 0;

	for (size_t i = 0; i < TRACEPOINT_COUNT; i++)
		formats[i] = tracing->tracepoints.formats[i];
	int code = decoder_new(formats, &trace->decoder, err);
	if (code < 0)
		return code;
	trace->tasks = task_table_new();
	if (!trace->tasks)
		return error_set(err, -ENOMEM, "out of memory");
	trace->pipeline = (struct pipeline){
		.decoder = trace->decoder,
		.tasks = trace->tasks,
		.sink = trace->sink,
		.filter =
			{
				.events = options->events,
				.pids = any_pid ? NULL : &options->pids,
				.followed_only = options->follow || options->command,
			},
		.max_events = options->max_events,
		.command_pid = tracing->command.pid,
		.ends_alone = !any_pid,
		.foreign_sample_ids = !tracing->facts.initial_pid_ns,
	};
	return 0;
}

static int set_up(struct live_trace *trace, struct error *err)
{
	int code = tracing_open(&trace->tracing, trace->tracing.options, false, err);

	/* Only now, so that a trace that cannot begin leaves an old file alone. */
	if (code == 0)
		code = open_output(trace, err);
	return code == 0 ? make_pipeline(trace, err) : code;
}

/* Events are let in first: what forks while /proc is read is then seen twice, not missed. */
static int begin(struct live_trace *trace, struct error *err)
{
	int code = tracing_begin(&trace->tracing, err);

	if (code == 0)
		code = tracing_enter_pids(&trace->tracing, trace->tasks, err);
	return code == 0 ? tracing_release_command(&trace->tracing, err) : code;
}

/* ---- the loop ---- */

static int output_failed(struct live_trace *trace, int code, struct error *err)
{
	const char *path = trace->tracing.options->output;

	if (code == -EPIPE) {
		trace->reader_gone = true;
		return 0;
	}
	return error_set(err, code, "cannot write %.200s: %s", path ? path : "standard output",
			 strerror(-code));
}

/*
 * Events were lost, and with them perhaps the forks of descendants and the exits of those waited
 * for: /proc knows better. Only when nothing is left to read, so that no event of the past
 * contradicts what /proc says now.
 */
static int make_up_for_loss(struct live_trace *trace)
{
	int code = 0;

	if (trace->pipeline.lost_seen == trace->lost_handled ||
	    !trace->tracing.facts.initial_pid_ns)
		return 0;
	trace->lost_handled = trace->pipeline.lost_seen;
	if (trace->pipeline.filter.followed_only)
		code = proc_scan(trace->tracing.proc_fd, trace->tasks);
	if (code < 0 || !trace->pipeline.ends_alone)
		return code;
	proc_forget_dead(trace->tracing.proc_fd, trace->tasks);
	if (!pipeline_waits_for_any(&trace->pipeline))
		tracing_stop(&trace->tracing);
	return 0;
}

/* Nothing is ready: show what there is, then sleep until there is more. */
static int idle(struct live_trace *trace, struct error *err)
{
	int code = writer_flush(trace->writer);

	if (code < 0)
		return output_failed(trace, code, err);
	code = make_up_for_loss(trace);
	if (code < 0)
		return error_set(err, code, "cannot read /proc: %s", strerror(-code));
	return tracing_wait(&trace->tracing, err);
}

/* Put through all that is ready. 0, -ENODATA at the end, or a negative errno. */
static int drain(struct live_trace *trace, struct error *err)
{
	struct record record;
	int code;

	while ((code = source_next(trace->tracing.source, &record, err)) > 0) {
		int verdict = pipeline_feed(&trace->pipeline, &record);

		if (verdict == PIPELINE_CAPPED)
			return -ENODATA;
		if (verdict == PIPELINE_ALONE)
			tracing_stop(&trace->tracing);
		if (verdict < 0) {
			code = output_failed(trace, verdict, err);
			return code < 0 ? code : -ENODATA;
		}
	}
	return code;
}

static int run(struct live_trace *trace, struct error *err)
{
	int code = 0;

	while (code == 0 && !trace->reader_gone) {
		tracing_look_around(&trace->tracing);
		code = drain(trace, err);
		if (code == 0)
			code = idle(trace, err);
	}
	return code == -ENODATA ? 0 : code;
}

/* ---- the end ---- */

static int finish_output(struct live_trace *trace, struct error *err)
{
	int code = trace->reader_gone ? 0 : writer_flush(trace->writer);

	if (code == 0 && trace->output_fd >= 0) {
		/* Where a full disk or a quota shows late, as on NFS. */
		code = close(trace->output_fd) < 0 ? -errno : 0;
		trace->output_fd = -1;
	}
	return code < 0 ? output_failed(trace, code, err) : 0;
}

static void tear_down(struct live_trace *trace)
{
	sink_free(trace->sink);
	writer_free(trace->writer);
	decoder_free(trace->decoder);
	task_table_free(trace->tasks);
	if (trace->output_fd >= 0)
		close(trace->output_fd);
	tracing_close(&trace->tracing);
}

static int trace_and_end(struct live_trace *trace, struct error *err)
{
	int code = run(trace, err);

	tracing_stop(&trace->tracing);
	if (code == 0)
		code = finish_output(trace, err);
	if (code == 0 && !trace->reader_gone)
		print_summary(trace);
	tracing_wait_for_command(&trace->tracing, trace->reader_gone);
	return code < 0 ? 1 : trace->tracing.command.status;
}

int live_trace(const struct options *options, struct error *err)
{
	struct live_trace trace = {.tracing.options = options, .output_fd = -1};
	int status = 1;

	if (set_up(&trace, err) == 0) {
		if (begin(&trace, err) == 0)
			status = trace_and_end(&trace, err);
		else if (trace.tracing.command.status != 0)
			status = trace.tracing.command.status;
	}
	tear_down(&trace);
	return status;
}
