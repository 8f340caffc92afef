/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "trace/notice.h"

void session_done(struct session *session)
{
	raw_free(session->raw);
	sink_free(session->sink);
	writer_free(session->writer);
	decoder_free(session->decoder);
	task_table_free(session->tasks);
	if (session->output_fd >= 0)
		close(session->output_fd);
	if (session->made_output)
		unlink(session->options->output);
}

static int open_file(struct session *session, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	session->made_output = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	session->output_fd = fd;
	return fd < 0 ? -errno : 0;
}

int session_open_output(struct session *session, struct error *err)
{
	const char *path = session->options->output;
	int code = path ? open_file(session, path) : 0;

	if (code < 0)
		return error_set(err, code, "cannot write %.200s: %s", path, strerror(-code));
	session->writer = writer_new(path ? session->output_fd : STDOUT_FILENO);
	const struct sink_context context = {.writer = session->writer};
	session->sink = session->writer ? sink_pipe_new(&context) : NULL;
	return session->sink ? 0 : error_set(err, -ENOMEM, "out of memory");
}

void session_keep_output(struct session *session)
{
	session->made_output = false;
	/* EINVAL: a pipe or a device, which holds nothing. */
	if (session->output_fd >= 0 && ftruncate(session->output_fd, 0) < 0)
		return;
}

int session_make_pipeline(struct session *session,
			  const struct format *const formats[TRACEPOINT_COUNT], struct error *err)
{
	const struct options *options = session->options;
	int code = decoder_new(formats, &session->decoder, err);

	if (code < 0)
		return code;
	session->tasks = task_table_new();
	if (options->raw)
		session->raw = raw_new(session->writer, formats, TRACEPOINT_COUNT);
	if (!session->tasks || (options->raw && !session->raw))
		return error_set(err, -ENOMEM, "out of memory");
	session->pipeline = (struct pipeline){
		.decoder = session->decoder,
		.tasks = session->tasks,
		.sink = session->sink,
		.raw = session->raw,
		.filter =
			{
				.events = options->events,
				.pids = options->pids.count > 0 ? &options->pids : NULL,
				.followed_only = options->follow || options->command,
			},
		.max_events = options->max_events,
	};
	return 0;
}

int session_output_failed(struct session *session, int code, struct error *err)
{
	const char *path = session->options->output;

	if (code == -EPIPE) {
		session->reader_gone = true;
		return 0;
	}
	return error_set(err, code, "cannot write %.200s: %s", path ? path : "standard output",
			 strerror(-code));
}

int session_feed(struct session *session, const struct record *record, struct error *err)
{
	int verdict = pipeline_feed(&session->pipeline, record);

	if (verdict == PIPELINE_CAPPED)
		return -ENODATA;
	if (verdict == PIPELINE_ALONE)
		source_stop(session->source);
	if (verdict < 0) {
		int code = session_output_failed(session, verdict, err);

		return code < 0 ? code : -ENODATA;
	}
	return 0;
}

int session_flush(struct session *session, struct error *err)
{
	int code = writer_flush(session->writer);

	return code < 0 ? session_output_failed(session, code, err) : 0;
}

int session_finish_output(struct session *session, struct error *err)
{
	int code = session->reader_gone ? 0 : writer_flush(session->writer);

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

	source_stats(session->source, &stats);
	notice(session->options,
	       "%" PRIu64 " events (%" PRIu64 " fork, %" PRIu64 " exec, %" PRIu64 " exit), %" PRIu64
	       " lost, %" PRIu64 " late, %.3f s",
	       pipeline_shown(pipeline), pipeline->shown[EVENT_FORK], pipeline->shown[EVENT_EXEC],
	       pipeline->shown[EVENT_EXIT], stats.lost, stats.late, seconds);
	if (pipeline->malformed > 0)
		notice(session->options, "%" PRIu64 " records could not be decoded",
		       pipeline->malformed);
}
