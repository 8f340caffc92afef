/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/terminal.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "event/facts.h"
#include "filter/filter_options.h"
#include "run/output_file.h"
#include "sink/raw.h"
#include "sink/sinks.h"
#include "source/notice.h"

void session_done(struct session *session)
{
	raw_free(session->raw);
	sink_free(session->redacted);
	sink_free(session->shortened);
	sink_free(session->both);
	sink_free(session->summary);
	out_buffer_free(session->summary_output);
	sink_free(session->sink);
	out_buffer_free(session->output);
	task_table_free(session->tasks);
	if (session->made_output)
		output_file_remove(session->request->output, session->output_fd);
	if (session->output_fd >= 0)
		close(session->output_fd);
}

static int open_file(struct session *session, const char *path, struct error *err)
{
	/* Arguments and environments are for nobody else's eyes. */
	const mode_t mode = session->request->needs ? OUTPUT_PRIVATE : OUTPUT_SHARED;
	int fd = output_file_make(path, O_WRONLY, mode);

	session->made_output = fd >= 0;
	if (fd == -EEXIST)
		fd = output_file_open(path, O_WRONLY, mode, err);
	else if (fd < 0)
		error_set(err, fd, "cannot write %.200s: %s", path, strerror(-fd));
	session->output_fd = fd < 0 ? -1 : fd;
	return fd < 0 ? fd : 0;
}

int session_open_output(struct session *session, struct error *err)
{
	const char *path = session->request->output;
	int code = path ? open_file(session, path, err) : 0;

	if (code < 0)
		return code;
	const int fd = path ? session->output_fd : STDOUT_FILENO;
	if (session->request->sink->shows & SINK_FOR_FILES && isatty(fd)) {
		error_set(err, -EINVAL, "-F %s is nothing for a terminal",
			  session->request->sink->name);
		error_remedy(err, "-o FILE");
		return -EINVAL;
	}
	session->output = out_buffer_new(fd);
	return session->output ? 0 : error_no_memory(err);
}

void session_keep_output(struct session *session)
{
	session->made_output = false;
	/* A failure shows when there is something to write. */
	if (session->output_fd >= 0 && output_file_truncate(session->output_fd) < 0)
		return;
}

/* ---- the pipeline ---- */

static unsigned int left_out(const struct request *request)
{
	unsigned int shown = request->events;

	if (filter_options_want_exits(&request->filter))
		shown &= EVENT_BIT(EVENT_EXIT);
	return EVENT_SHOWABLE & ~shown;
}

static struct sink_context make_context(const struct session *session, int fd,
					struct out_buffer *buffer)
{
	const struct source_info *info = &session->source->info;

	return (struct sink_context){
		.output = buffer,
		.host = info->host,
		.boot_id = info->boot_id,
		.wall_clock = session->request->wall_clock,
		.wall_offset_known = info->wall_offset_known,
		.wall_offset_ns = info->wall_offset_ns,
		.wall_steps = &session->wall_steps,
		.no_copies = session->request->no_copies,
		.environment = session->request->environment != NULL,
		.cwd = session->request->cwd,
		.exe = session->request->exe,
		.session = session->request->session,
		.units = session->request->units,
		.usage = session->request->usage,
		.left_out = left_out(session->request),
		.no_threads = session->request->filter.no_threads,
		.width = session->request->wide ? 0 : terminal_width(fd),
		.color = terminal_wants_color(fd, session->request->color),
	};
}

/* -S beside lines: on standard error, where it is in nobody's way. */
static bool add_summary(struct session *session)
{
	session->summary_output = out_buffer_new(STDERR_FILENO);
	if (!session->summary_output)
		return false;
	const struct sink_context context =
		make_context(session, STDERR_FILENO, session->summary_output);
	session->summary = sink_type_find("summary")->make(&context);
	if (session->summary)
		session->both = sink_tee_new(session->sink, session->summary);
	return session->both != NULL;
}

/* The first one, which passes on to the others. */
static struct sink *first_sink(const struct session *session)
{
	if (session->redacted)
		return session->redacted;
	if (session->shortened)
		return session->shortened;
	return session->both ? session->both : session->sink;
}

/* Arguments are masked and then cut for all sinks. */
static bool add_fronts(struct session *session)
{
	const struct request *request = session->request;

	if (request->max_arg_bytes > 0) {
		session->shortened =
			sink_short_arguments_new(first_sink(session), request->max_arg_bytes);
		if (!session->shortened)
			return false;
	}
	if (request->redact)
		session->redacted = sink_redact_new(first_sink(session), request->redact_regex);
	return !request->redact || session->redacted;
}

static int make_sinks(struct session *session, struct error *err)
{
	const struct request *request = session->request;
	int fd = session->output_fd >= 0 ? session->output_fd : STDOUT_FILENO;
	const struct sink_context context = make_context(session, fd, session->output);

	if (!session->sink)
		session->sink = request->sink->make(&context);
	if (request->raw)
		session->raw =
			raw_new(session->output, session->source->info.formats, TRACEPOINT_COUNT);
	if (!session->sink || (request->raw && !session->raw) ||
	    (request->summary && !add_summary(session)) || !add_fronts(session))
		return error_no_memory(err);
	return 0;
}

static struct pipeline make_pipeline(struct session *session)
{
	const struct request *request = session->request;

	return (struct pipeline){
		.tasks = session->tasks,
		.sink = first_sink(session),
		.counted = session->sink,
		.raw = session->raw,
		.wants_facts = request->needs != 0,
		.foreign_sample_ids = session->source->info.foreign_ids,
		.filter =
			{
				.events = request->events,
				.tids = request->tids.count > 0 ? &request->tids : NULL,
				.born = request->follow ? NULL : &request->pids,
				.followed_only = request_follows_tasks(request) &&
						 !session->source->info.is_of_command,
				.more = filter_options_needs(&request->filter) ? &request->filter
									       : NULL,
			},
		.max_events = request->max_events,
	};
}

/* Of what is asked for by its status the line has none. */
static void notice_plain_lines(const struct request *request)
{
	if (filter_options_want_exits(&request->filter) && !(request->sink->needs & NEED_STATUS))
		notice(request, "plain lines do not tell how a process ended; -x does, and so do "
				"-F json, table and tree");
}

int session_make_pipeline(struct session *session, struct error *err)
{
	const bool wants_facts = session->request->needs != 0;

	session->tasks = task_table_new();
	if (!session->tasks || (wants_facts && task_table_keep_facts(session->tasks) < 0))
		return error_no_memory(err);
	if (session->request->pids.count > 0 && !session->request->follow)
		task_table_follow_threads_only(session->tasks);
	if (wants_facts && session->source->info.has_execs)
		task_table_expect_execs(session->tasks);
	int code = make_sinks(session, err);
	if (code < 0)
		return code;
	session->pipeline = make_pipeline(session);
	notice_plain_lines(session->request);
	if (!wants_facts && !session->pipeline.filter.followed_only &&
	    !session->pipeline.filter.tids)
		task_table_keep_names_only(session->tasks);
	return 0;
}

int session_output_failed(struct session *session, int code, struct error *err)
{
	const char *path = session->request->output;

	if (code == -EPIPE) {
		session->reader_gone = true;
		return 0;
	}
	if (!path)
		path = "standard output";
	if (code == -ETIME)
		return error_set(err, code,
				 "the reader of %.200s is stuck: %zu bytes, and events behind "
				 "them, were not delivered",
				 path, out_buffer_undelivered(session->output));
	return error_set(err, code, "cannot write %.200s: %s", path, strerror(-code));
}

static int show_running(void *context, const struct event *event)
{
	return pipeline_show_running(context, event);
}

int session_show_running(struct session *session, uint64_t time_ns, struct error *err)
{
	int code = session->sink->ops->running
			   ? task_table_visit_old(session->tasks, time_ns, show_running,
						  &session->pipeline)
			   : 0;

	return code < 0 ? session_output_failed(session, code, err) : 0;
}

/* Settle VERDICT, the pipeline's. Returns what session_idle() does. */
static int settle(struct session *session, int verdict, struct error *err)
{
	if (verdict == PIPELINE_CAPPED)
		return -ENODATA;
	if (verdict == PIPELINE_ALONE)
		source_stop(session->source);
	if (verdict < 0) {
		int code = session_output_failed(session, verdict, err);

		return code < 0 ? code : -ENODATA;
	}
	return verdict == PIPELINE_WAITS;
}

int session_feed(struct session *session, struct event *event, struct error *err)
{
	int verdict = pipeline_feed(&session->pipeline, event);

	return verdict == PIPELINE_GO_ON ? 0 : settle(session, verdict, err);
}

int session_idle(struct session *session, uint64_t now_ns, struct error *err)
{
	return settle(session, pipeline_idle(&session->pipeline, now_ns), err);
}

int session_flush(struct session *session, struct error *err)
{
	int code = out_buffer_flush(session->output);

	return code < 0 ? session_output_failed(session, code, err) : 0;
}

int session_finish_output(struct session *session, struct error *err)
{
	int code = session->reader_gone ? 0 : sink_finish(session->sink);

	if (code == 0 && !session->reader_gone)
		code = out_buffer_flush(session->output);

	if (code == 0 && session->output_fd >= 0) {
		/* Where a full disk or a quota shows late, as on NFS. */
		code = close(session->output_fd) < 0 ? -errno : 0;
		session->output_fd = -1;
	}
	return code < 0 ? session_output_failed(session, code, err) : 0;
}

void session_print_summary(const struct session *session, double seconds)
{
	const struct pipeline *pipeline = &session->pipeline;
	struct source_stats stats;
	char span[32], failed[48] = "", remark[400];

	/* Nobody can be told where standard error does not take it. */
	if (session->summary && sink_finish(session->summary) == 0 &&
	    out_buffer_flush(session->summary_output) < 0)
		return;

	snprintf(span, sizeof(span), seconds < 0 ? "?" : "%.3f", seconds);
	if (pipeline->shown[EVENT_EXEC_FAILED] > 0)
		snprintf(failed, sizeof(failed), ", %" PRIu64 " failed exec",
			 pipeline->shown[EVENT_EXEC_FAILED]);
	source_stats(session->source, &stats);
	notice(session->request,
	       "%" PRIu64 " events (%" PRIu64 " fork, %" PRIu64 " exec, %" PRIu64
	       " exit%s), %" PRIu64 " lost, %" PRIu64 " late, %s s",
	       pipeline_shown(pipeline), pipeline->shown[EVENT_FORK], pipeline->shown[EVENT_EXEC],
	       pipeline->shown[EVENT_EXIT], failed, stats.lost, stats.late, span);
	notice_statuses_lost(session->request, stats.statuses_lost);
	if (session->sink->ops->remark &&
	    session->sink->ops->remark(session->sink, remark, sizeof(remark)))
		notice(session->request, "%s", remark);
	if (stats.undecoded > 0)
		notice(session->request, "%" PRIu64 " records could not be decoded",
		       stats.undecoded);
}
