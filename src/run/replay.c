/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "capture/read/capture.h"
#include "event/event.h"
#include "event/facts.h"
#include "perf/record.h"
#include "run/confine.h"
#include "run/descendants.h"
#include "run/pipeline.h"
#include "run/progress.h"
#include "run/selection.h"
#include "run/session.h"
#include "run/signals.h"
#include "sink/sink.h"
#include "source/notice.h"
#include "source/source.h"
#include "task/task_table.h"

/* Signals and progress are looked at once in so many records. */
#define LOOK_EVERY 4096U

struct replay {
	struct request request;    /* as given, and as `recorded` where not given */
	struct selection recorded; /* what the recorder was asked for */
	struct session session;
	struct progress progress;
	int wake_fd;
	uint64_t events;
	bool has_samples;
	uint64_t first_ns, last_ns; /* of the samples, 0: none yet */
};

/* ---- what the recorder was asked for ---- */

/* Whatever the recorder was called, it says that it is ours. */
static bool is_ours(const struct origin *origin)
{
	static const char ours[] = "perf_exec_trace ";

	return origin->recorder && strncmp(origin->recorder, ours, sizeof(ours) - 1) == 0;
}

/* 1 with what the recorder was asked for; 0: it is not told, or another's capture. */
static int find_selection(const struct replay *replay, struct selection *selection,
			  struct error *err)
{
	const struct origin *origin = replay->session.source->info.origin;
	int code = 0;

	if (origin->selection)
		code = selection_parse(origin->selection, origin->selection_size, selection, err);
	else if (!is_ours(origin))
		return 0;
	else if (origin->command_line)
		code = selection_parse_argv(&replay->request, origin->command_line,
					    origin->first_pid, selection, err);
	else
		code = error_set(err, -EBADMSG, "the capture does not tell it");
	return code < 0 ? code : 1;
}

/*
 * `record -- COMMAND` and `record -p PIDS` take in the whole host. What they were asked for is
 * what is shown, unless other pids are named.
 */
static int adopt_selection(struct replay *replay, struct error *err)
{
	struct request *request = &replay->request;
	struct error why = {0};

	if (request->all || request->pids.count > 0 || request->tids.count > 0)
		return 0;
	int code = find_selection(replay, &replay->recorded, &why);
	if (code == -ENOMEM)
		return error_no_memory(err);
	if (code < 0)
		notice(request,
		       "what the recorder was asked for is not understood (%s): showing all "
		       "that it took in",
		       why.what);
	if (code <= 0)
		return 0;
	request->events &= replay->recorded.events;
	request->pids = replay->recorded.pids;
	request->tids = replay->recorded.tids;
	request->follow = replay->recorded.follow;
	/* That there is one is all that matters; its words are not in the note. */
	request->command = replay->recorded.command.pid ? request->argv : NULL;
	return 0;
}

/* ---- setting up ---- */

static int open_source(struct replay *replay, const struct request *given, struct error *err)
{
	const struct source_host host = {.wake_fd = replay->wake_fd, .proc_fd = -1};
	int code = capture_source_type.open(given, &host, &replay->session.source, err);

	if (code == 0)
		code = adopt_selection(replay, err);
	return code == 0 ? source_start(replay->session.source, &replay->request, err) : code;
}

static int make_pipeline(struct replay *replay, struct error *err)
{
	struct session *session = &replay->session;
	int code = session_make_pipeline(session, err);

	session->pipeline.wall_steps = &session->wall_steps;
	if (replay->request.pids.count > 0)
		session->pipeline.pids_to_come = &replay->request.pids;
	if (!replay->recorded.command.of_host)
		session->pipeline.command_pid = replay->recorded.command.pid;
	return code;
}

static int set_up(struct replay *replay, const struct request *given, struct error *err)
{
	replay->wake_fd = signals_install(false);
	if (replay->wake_fd < 0)
		return error_set(err, replay->wake_fd, "cannot catch signals: %s",
				 strerror(-replay->wake_fd));
	int code = open_source(replay, given, err);
	if (code == 0)
		code = session_open_output(&replay->session, err);
	return code == 0 ? make_pipeline(replay, err) : code;
}

/* ---- whom to follow ---- */

/* init and kthreadd, which alone have no parent. */
#define PARENTLESS_MAX 2

/* As /proc showed them to the recorder. */
static int enter_old_tasks(struct replay *replay)
{
	struct task_table *table = replay->session.tasks;
	size_t count;
	const struct capture_task *tasks = source_tasks(replay->session.source, &count);
	int code = 0;

	for (size_t i = 0; code == 0 && i < count; i++) {
		const struct old_task old = {
			.tid = tasks[i].tid,
			.tgid = tasks[i].tgid,
			.ppid = tasks[i].parent == 0 && tasks[i].tgid > PARENTLESS_MAX
					? -1
					: tasks[i].parent,
			.comm = {tasks[i].comm, strlen(tasks[i].comm)},
		};

		code = task_table_add_old(table, &old);
	}
	task_table_link_old(table);
	return code;
}

/* What was there before the first record. */
static int enter_first(struct replay *replay, struct error *err)
{
	size_t count;
	const struct capture_task *tasks = source_tasks(replay->session.source, &count);
	const struct selection_command *command = &replay->recorded.command;
	int code = replay->request.needs ? enter_old_tasks(replay) : 0;

	if (code == 0 && command->pid && command->of_host)
		code = task_table_add(replay->session.tasks, command->pid, true);
	if (code == 0 && replay->request.pids.count > 0)
		code = descendants_enter(replay->session.tasks, &replay->request.pids, tasks, count,
					 replay->request.follow);
	return code < 0 ? error_no_memory(err) : 0;
}

/* ---- the loop ---- */

static void show_progress(struct replay *replay)
{
	struct source_stats stats;
	uint64_t shown = pipeline_shown(&replay->session.pipeline);

	if (!progress_is_due(&replay->progress))
		return;
	source_stats(replay->session.source, &stats);
	uint64_t read = stats.capture.read, total = stats.capture.total;
	if (total > 0)
		progress_show(&replay->progress, "%3.0f %% of %" PRIu64 " MiB, %" PRIu64 " events",
			      100.0 * (double)read / (double)total, total >> 20, shown);
	else
		progress_show(&replay->progress, "%" PRIu64 " MiB, %" PRIu64 " events", read >> 20,
			      shown);
}

static void look_around(struct replay *replay)
{
	if (signals_stops().count > 0)
		source_stop(replay->session.source);
	show_progress(replay);
}

/* Whether -d is over before EVENT. */
static bool is_over(struct replay *replay, const struct event *event)
{
	const uint64_t duration_ns = replay->request.duration_ns;

	if (event->record->type != PERF_RECORD_SAMPLE)
		return false;
	replay->has_samples = true;
	if (replay->first_ns == 0)
		replay->first_ns = event->time_ns;
	if (duration_ns > 0 && event->time_ns > replay->first_ns &&
	    event->time_ns - replay->first_ns > duration_ns)
		return true;
	if (event->time_ns > replay->last_ns)
		replay->last_ns = event->time_ns;
	return false;
}

/* Put through all that is ready. 0, -ENODATA at the end, or a negative errno. */
static int drain(struct replay *replay, struct error *err)
{
	struct event event;
	int code;

	while ((code = source_next(replay->session.source, &event, err)) > 0) {
		if (replay->events++ == 0)
			code = enter_first(replay, err);
		if (code < 0)
			return code;
		if (is_over(replay, &event))
			return -ENODATA;
		code = session_feed(&replay->session, &event, err);
		if (code < 0)
			return code;
		if (replay->events % LOOK_EVERY == 0)
			look_around(replay);
	}
	return code;
}

static int run(struct replay *replay, struct error *err)
{
	int code = 0;

	while (code == 0 && !replay->session.reader_gone) {
		look_around(replay);
		code = drain(replay, err);
		if (code == 0)
			code = session_flush(&replay->session, err);
		if (code == 0 && !replay->session.reader_gone)
			code = source_wait(replay->session.source, replay->wake_fd, -1, err);
		signals_clear_wake(replay->wake_fd);
	}
	return code == -ENODATA ? 0 : code;
}

/* ---- the end ---- */

static void tear_down(struct replay *replay)
{
	session_done(&replay->session);
	selection_done(&replay->recorded);
	source_free(replay->session.source);
	if (replay->wake_fd >= 0)
		close(replay->wake_fd);
}

/* Negative: not known. */
static double seconds_of(const struct replay *replay)
{
	if (!replay->session.source->info.has_times)
		return -1;
	return (double)(replay->last_ns - replay->first_ns) / (double)NS_PER_S;
}

static void notice_doubts(const struct request *request, const struct capture_stats *stats)
{
	if (stats->malformed > 0)
		notice(request, "%" PRIu64 " records are not as the capture describes them",
		       stats->malformed);
	if (stats->hurried > 0)
		notice(request,
		       "more than %u MiB at once were to be put in order: the oldest events came "
		       "before all had been read",
		       CAPTURE_KEPT_MIB);
	if (stats->follower > 0)
		notice(request,
		       "another capture follows at byte %" PRIu64 ", and is not shown; try: "
		       "tail -c +%" PRIu64 " CAPTURE > ANOTHER, and that",
		       stats->follower, stats->follower + 1);
}

/*
 * Tell what was wrong with the capture. -EBADMSG where there was something to read, but no event of
 * it could be; else 0.
 */
static int report_doubts(const struct replay *replay, struct error *err)
{
	const char *name = request_capture_name(&replay->request);
	struct source_stats stats;

	source_stats(replay->session.source, &stats);
	notice_doubts(&replay->request, &stats.capture);
	bool damaged = stats.capture.malformed + stats.undecoded > 0;
	/* Of a recorder that was killed before the first event nothing is missing. */
	bool nothing = !replay->has_samples && (damaged || !stats.capture.unfinished);
	if (stats.capture.cut[0] != '\0')
		error_set(err, 0, "%.200s is not whole%s: %s", name,
			  nothing ? ", and no event of it could be read" : "", stats.capture.cut);
	else if (nothing && damaged)
		error_set(err, 0, "%.200s: no event of it could be read", name);
	else
		nothing = false;
	return nothing ? -EBADMSG : 0;
}

static int read_to_end(struct replay *replay, bool shows_lines, struct error *err)
{
	/* Where lines go to the same terminal, they are progress enough. */
	bool visible = !shows_lines || replay->request.output || !isatty(STDOUT_FILENO);

	progress_start(&replay->progress,
		       visible && !replay->request.quiet && isatty(STDERR_FILENO));
	int code = run(replay, err);
	progress_clear(&replay->progress);
	return code == 0 ? session_finish_output(&replay->session, err) : code;
}

static int replay_and_end(struct replay *replay, struct error *err)
{
	session_keep_output(&replay->session);
	if (confine_replay(&replay->request, err) < 0)
		return 1;
	int code = read_to_end(replay, true, err);
	if (code == 0 && !replay->session.reader_gone) {
		session_print_summary(&replay->session, seconds_of(replay));
		code = report_doubts(replay, err);
	}
	return code < 0 ? 1 : 0;
}

int replay(const struct request *request, struct error *err)
{
	struct replay replay = {
		.request = *request,
		.session = SESSION_NEW(&replay.request),
		.wake_fd = -1,
	};
	int code = set_up(&replay, request, err);
	int status = 1;

	if (code == 0) {
		status = replay_and_end(&replay, err);
	} else if (code == -EINTR) {
		/* Interrupted while it waited for the first bytes. */
		*err = (struct error){0};
		status = 0;
	}
	tear_down(&replay);
	return status;
}

/* ---- into a sink of the caller's ---- */

int replay_open(const struct request *request, struct sink *sink, struct replay **opened,
		struct error *err)
{
	struct replay *replay = malloc(sizeof(*replay));

	if (!replay) {
		sink_free(sink);
		return error_no_memory(err);
	}
	*replay = (struct replay){
		.request = *request,
		.session = SESSION_NEW(&replay->request),
		.wake_fd = -1,
	};
	replay->session.sink = sink;
	int code = set_up(replay, request, err);
	if (code < 0)
		replay_free(replay);
	else
		*opened = replay;
	return code;
}

int replay_read(struct replay *replay, struct error *err)
{
	signals_wake(replay->wake_fd);
	int code = read_to_end(replay, false, err);

	if (code == 0 && signals_stops().count > 0)
		return error_set(err, -EINTR, "interrupted");
	return code < 0 ? code : report_doubts(replay, err);
}

void replay_free(struct replay *replay)
{
	if (replay)
		tear_down(replay);
	free(replay);
}
