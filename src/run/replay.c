/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "decode/decoder.h"
#include "decode/format.h"
#include "decode/format_dir.h"
#include "decode/registers.h"
#include "decode/shipped.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "event/facts.h"
#include "exec/argv_kept.h"
#include "exec/argv_provider.h"
#include "perf/record.h"
#include "perf/sample_extra.h"
#include "run/descendants.h"
#include "run/notice.h"
#include "run/pipeline.h"
#include "run/progress.h"
#include "run/selection.h"
#include "run/session.h"
#include "run/signals.h"
#include "source/capture.h"
#include "source/source.h"
#include "task/task_table.h"

/* Signals and progress are looked at once in so many records. */
#define LOOK_EVERY 4096U

struct replay {
	struct request request;    /* as given, and as `recorded` where not given */
	struct selection recorded; /* what the recorder was asked for */
	struct session session;
	struct argv_provider
		*completed;           /* what the recorder completed; NULL: no facts are wanted */
	struct exit_paths exit_paths; /* what the recorder knew of them */
	struct format *formats[TRACEPOINT_COUNT]; /* NULL: not recorded */
	struct error misread[TRACEPOINT_COUNT];   /* why a format is not understood, or "" */
	enum capture_recorded coverage[TRACEPOINT_COUNT];
	struct progress progress;
	int capture_fd;
	int wake_fd;
	uint64_t records, samples;
	uint64_t first_ns, last_ns; /* of the samples, 0: none yet */
};

static const char *capture_name(const struct request *request)
{
	return strcmp(request->capture, "-") == 0 ? "standard input" : request->capture;
}

/* Put the capture's name before what ERR says of it. */
static int name_capture(const struct replay *replay, int code, struct error *err)
{
	const struct error of = *err;

	error_set(err, code, "%.200s: %s", capture_name(&replay->request), of.what);
	if (of.remedy[0] != '\0')
		error_remedy(err, "%s", of.remedy);
	return code;
}

/* ---- formats ---- */

/* Those that the lines are made of; with facts, those that feed the task table too. */
static unsigned int wanted_tracepoints(const struct replay *replay)
{
	return replay->request.facts ? TRACEPOINT_COUNT : TRACEPOINTS_SHOWN;
}

/* Whether events can be decoded by FORMAT of TRACEPOINT. */
static int check_format(const struct format *format, unsigned int tracepoint, struct error *err)
{
	struct decoder *decoder = NULL;
	int code = decoder_new_of(&tracepoint_types[tracepoint], 1, &format, &decoder, err);

	decoder_free(decoder);
	return code;
}

/*
 * TRACEPOINT's format was read with CODE. That it is not there is no failure: the tracepoint was
 * not recorded then. One that is not understood hides no others.
 */
static int settle_format(struct replay *replay, unsigned int tracepoint, int code,
			 struct error *err)
{
	struct format **format = &replay->formats[tracepoint];

	if (code == 0)
		code = check_format(*format, tracepoint, err);
	if (code == -EBADMSG) {
		replay->misread[tracepoint] = *err;
		format_free(*format);
		*format = NULL;
	}
	if (code != -ENOENT && code != -EBADMSG)
		return code;
	*err = (struct error){0};
	return 0;
}

static int read_own_formats(struct replay *replay, struct error *err)
{
	for (unsigned int i = 0; i < wanted_tracepoints(replay); i++) {
		int code = capture_format(replay->session.source, tracepoint_types[i]->system,
					  tracepoint_types[i]->name, &replay->formats[i], err);
		code = settle_format(replay, i, code, err);
		if (code < 0)
			return code;
	}
	return 0;
}

static int read_dir_formats(struct replay *replay, const struct format_dir *dir, struct error *err)
{
	const struct machine machine = capture_machine(replay->session.source);

	for (unsigned int i = 0; i < wanted_tracepoints(replay); i++) {
		int code =
			format_dir_read(dir, tracepoint_types[i]->system, tracepoint_types[i]->name,
					&machine, &replay->formats[i], err);
		code = settle_format(replay, i, code, err);
		if (code < 0)
			return code;
	}
	return 0;
}

static int read_given_formats(struct replay *replay, struct error *err)
{
	struct format_dir dir;
	int code = shipped_open_dir(&dir, replay->request.formats, err);

	if (code < 0)
		return code;
	code = read_dir_formats(replay, &dir, err);
	format_dir_close(&dir);
	return code;
}

/* Forget the formats of what was not recorded. Returns how many are left that are shown. */
static size_t keep_recorded(struct replay *replay)
{
	size_t kept = 0;

	for (size_t i = 0; i < TRACEPOINT_COUNT; i++) {
		if (!replay->formats[i])
			continue;
		replay->coverage[i] =
			capture_tracepoint(replay->session.source, replay->formats[i]->id);
		if (replay->coverage[i] == CAPTURE_RECORDED) {
			kept += i < TRACEPOINTS_SHOWN;
			continue;
		}
		format_free(replay->formats[i]);
		replay->formats[i] = NULL;
	}
	return kept;
}

/*
 * perf writes the formats last, so what is cut short has none. This host's will do if it is this
 * host's capture, for which the ids speak.
 */
static int read_host_formats(struct replay *replay, struct error *err)
{
	struct format_dir dir;
	struct error ignored;

	int code = format_dir_open_tracefs(&dir, &ignored);
	if (code == 0) {
		code = read_dir_formats(replay, &dir, &ignored);
		format_dir_close(&dir);
	}
	if (code == 0 && keep_recorded(replay) > 0) {
		notice(&replay->request, "the capture brings no formats: taking this host's");
		return 0;
	}
	error_set(err, -ENOENT, "it brings no formats%s, and this host's are not those of it",
		  code < 0 ? ", this host's cannot be read" : "");
	error_remedy(err, "--formats DIR, with those of the kernel that it was recorded on");
	return -ENOENT;
}

static int refuse_without_events(const struct replay *replay, struct error *err)
{
	const struct source *source = replay->session.source;
	static const char *const but[] = {
		[CAPTURE_NOT_RECORDED] = "has no forks, execs or exits, but",
		[CAPTURE_COUNTED] = "only counts, as perf stat record does:",
		[CAPTURE_BARE] = "has events without their data (PERF_SAMPLE_RAW):",
		[CAPTURE_RECORDED] = "has no forks, execs or exits, but",
	};
	char names[160];

	for (size_t i = 0; i < TRACEPOINTS_SHOWN; i++) {
		if (replay->misread[i].what[0] != '\0') {
			*err = replay->misread[i];
			return -EBADMSG;
		}
	}
	capture_event_names(source, names, sizeof(names));
	error_set(err, -ENOENT, "it %s %s", but[capture_tracepoint(source, CAPTURE_ANY_TRACEPOINT)],
		  names[0] != '\0' ? names : "no event at all");
	error_remedy(err, "perf record -a -e 'sched:sched_process_*'");
	return -ENOENT;
}

static int read_formats(struct replay *replay, struct error *err)
{
	struct source *source = replay->session.source;
	int code = replay->request.formats ? read_given_formats(replay, err)
					   : read_own_formats(replay, err);

	if (code < 0)
		return code;
	if (keep_recorded(replay) > 0)
		return 0;
	if (!replay->request.formats && !capture_tracing_data(source) &&
	    capture_tracepoint(source, CAPTURE_ANY_TRACEPOINT) == CAPTURE_RECORDED)
		return read_host_formats(replay, err);
	return refuse_without_events(replay, err);
}

/* What there is of a tracepoint whose events cannot be shown. */
static const char *const shortfalls[] = {
	[CAPTURE_NOT_RECORDED] = "was not recorded",
	[CAPTURE_COUNTED] = "was only counted, not recorded",
	[CAPTURE_BARE] = "was recorded without its data (PERF_SAMPLE_RAW)",
};

static void notice_unshown(const struct replay *replay, unsigned int tracepoint)
{
	const char *misread = replay->misread[tracepoint].what;

	if (misread[0] != '\0')
		notice(&replay->request, "%s: left out", misread);
	else if (tracepoint < TRACEPOINTS_SHOWN &&
		 (replay->request.follow || replay->request.events & EVENT_BIT(tracepoint)))
		notice(&replay->request, "sched:%s %s", tracepoint_types[tracepoint]->name,
		       shortfalls[replay->coverage[tracepoint]]);
}

static void select_recorded(struct replay *replay)
{
	uint16_t ids[TRACEPOINT_COUNT];
	size_t count = 0;

	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (replay->formats[i])
			ids[count++] = replay->formats[i]->id;
		else
			notice_unshown(replay, i);
	}
	capture_select(replay->session.source, ids, count);
}

static void notice_unknown(const struct replay *replay)
{
	uint64_t lacks = capture_lacks(replay->session.source);

	if (lacks & PERF_SAMPLE_TIME)
		notice(&replay->request, "the capture tells no times: events come in its order%s",
		       replay->request.duration_s > 0 ? ", and -d ends nothing" : "");
	if (lacks & PERF_SAMPLE_CPU)
		notice(&replay->request, "the capture does not tell on which CPU events were");
}

/* ---- what the recorder was asked for ---- */

/* Whatever the recorder was called, it says that it is ours. */
static bool is_ours(const struct source *source)
{
	static const char ours[] = "perf_exec_trace ";
	const char *recorder = capture_recorder(source);

	return recorder && strncmp(recorder, ours, sizeof(ours) - 1) == 0;
}

/* 1 with what the recorder was asked for; 0: it is not told, or another's capture. */
static int find_selection(const struct request *request, const struct source *source,
			  struct selection *selection, struct error *err)
{
	size_t size;
	const char *note = capture_selection(source, &size);
	char *const *argv = capture_command_line(source);
	int code = 0;

	if (note)
		code = selection_parse(note, size, selection, err);
	else if (!is_ours(source))
		return 0;
	else if (argv)
		code = selection_parse_argv(request, argv, capture_first_pid(source), selection,
					    err);
	else
		code = error_set(err, -EBADMSG, "the capture does not tell it");
	return code < 0 ? code : 1;
}

/*
 * `record -- COMMAND` and `record -p PIDS -f` take in the whole host. What they were asked for is
 * what is shown, unless other pids are named.
 */
static int adopt_selection(struct replay *replay, struct error *err)
{
	struct request *request = &replay->request;
	struct error why = {0};

	if (request->all || request->pids.count > 0)
		return 0;
	int code = find_selection(request, replay->session.source, &replay->recorded, &why);
	if (code == -ENOMEM)
		return error_set(err, code, "out of memory");
	if (code < 0)
		notice(request,
		       "what the recorder was asked for is not understood (%s): showing all "
		       "that it took in",
		       why.what);
	if (code <= 0)
		return 0;
	request->events &= replay->recorded.events;
	request->pids = replay->recorded.pids;
	request->follow = replay->recorded.follow;
	/* That there is one is all that matters; its words are not in the note. */
	request->command = replay->recorded.command.pid ? request->argv : NULL;
	return 0;
}

/* ---- setting up ---- */

static int open_capture(struct replay *replay, struct error *err)
{
	const char *path = replay->request.capture;

	if (strcmp(path, "-") != 0) {
		replay->capture_fd = open(path, O_RDONLY | O_CLOEXEC);
		if (replay->capture_fd < 0)
			return error_set(err, -errno, "cannot open %.200s: %s", path,
					 strerror(errno));
	}
	int code = capture_open_interruptible(replay->capture_fd >= 0 ? replay->capture_fd
								      : STDIN_FILENO,
					      replay->wake_fd, &replay->session.source, err);
	if (code == 0)
		code = read_formats(replay, err);
	return code < 0 ? name_capture(replay, code, err) : 0;
}

static void notice_capture(const struct replay *replay)
{
	const struct machine machine = capture_machine(replay->session.source);
	char names[400];

	if (!replay->request.verbose)
		return;
	capture_event_names(replay->session.source, names, sizeof(names));
	notice(&replay->request, "recorded on a %u-bit %s-endian machine: %s",
	       8U * machine.long_size, machine.big_endian ? "big" : "little", names);
}

/* To empty the capture would take away what is being read. */
static int refuse_own_capture(const struct replay *replay, struct error *err)
{
	struct stat output;

	if (replay->session.output_fd < 0 || fstat(replay->session.output_fd, &output) < 0 ||
	    !capture_reads(replay->session.source, &output))
		return 0;
	return error_set(err, -EINVAL, "-o %.200s is the capture itself", replay->request.output);
}

static void set_extra(struct replay *replay)
{
	struct source *source = replay->session.source;
	const char *arch = capture_arch(source);
	const struct registers *registers = arch ? registers_of_machine(arch) : NULL;
	struct sample_extra_layout layout;

	for (unsigned int i = 0; i < TRACEPOINTS_SHOWN; i++) {
		if (replay->formats[i] &&
		    capture_tracepoint_extra(source, replay->formats[i]->id, &layout))
			decoder_set_extra(replay->session.decoder, (enum tracepoint)i, &layout,
					  registers);
	}
}

/* What the samples of TRACEPOINT carry behind their raw data (PERF_SAMPLE_*), as far as it is
 * known. */
static uint64_t sample_type_of(const struct replay *replay, enum tracepoint tracepoint)
{
	const struct format *format = replay->formats[tracepoint];
	struct sample_extra_layout layout;

	return format && capture_tracepoint_extra(replay->session.source, format->id, &layout)
		       ? layout.sample_type
		       : 0;
}

static void notice_missing_facts(const struct replay *replay)
{
	const uint64_t stack = PERF_SAMPLE_STACK_USER | PERF_SAMPLE_REGS_USER;
	const uint64_t at_exec = sample_type_of(replay, TRACEPOINT_EXEC);
	const uint64_t at_exit = sample_type_of(replay, TRACEPOINT_EXIT);
	const struct {
		enum fact fact;
		bool recorded;
		const char *name;
	} facts[] = {
		{FACT_ARGUMENTS, (at_exec & stack) == stack, "arguments and users"},
		{FACT_TASKS, replay->formats[TRACEPOINT_NEW_TASK] != NULL, "clone flags"},
		{FACT_STATUS,
		 at_exit & PERF_SAMPLE_REGS_USER || replay->formats[TRACEPOINT_EXIT_GROUP],
		 "exit statuses"},
		{FACT_CGROUP, (at_exec & SAMPLE_EXTRA_CGROUP) != 0, "cgroups"},
	};
	char names[128] = "";

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		size_t used = strlen(names);

		if (replay->request.facts & FACT_BIT(facts[i].fact) && !facts[i].recorded)
			snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
				 facts[i].name);
	}
	if (names[0] != '\0')
		notice(&replay->request,
		       "not recorded, and so not known: %s (record -x takes them)", names);
}

/* Have the capture give out all that facts are made of. */
static int want_facts(struct replay *replay, struct error *err)
{
	struct session *session = &replay->session;

	set_extra(replay);
	notice_missing_facts(replay);
	capture_want(session->source, PERF_RECORD_FORK);
	capture_want(session->source, RECORD_CGROUP);
	capture_want(session->source, RECORD_NOTE);
	replay->completed = argv_kept_new(session->images.selection);
	if (!replay->completed)
		return error_set(err, -ENOMEM, "out of memory");
	session->images.provider = replay->completed;
	session->pipeline.notes.execs = replay->completed;
	session->pipeline.notes.exit_paths = &replay->exit_paths;
	session->pipeline.notes.wall_steps = &session->wall_steps;
	decoder_set_exit_paths(session->decoder, &replay->exit_paths);
	return 0;
}

static int make_pipeline(struct replay *replay, struct error *err)
{
	struct source *source = replay->session.source;
	const struct format *formats[TRACEPOINT_COUNT];
	struct session_origin origin = {
		.host = capture_hostname(source),
		.boot_id = capture_boot_id(source),
	};

	origin.wall_offset_known = capture_wall_offset(source, &origin.wall_offset_ns);
	for (size_t i = 0; i < TRACEPOINT_COUNT; i++)
		formats[i] = replay->formats[i];
	int code = session_make_pipeline(&replay->session, formats, &origin, err);
	/* Where task_newtask was not recorded, they tell of threads that the kernel made. */
	if (code == 0 && (replay->request.follow || replay->request.command))
		capture_want(source, PERF_RECORD_FORK);
	return code == 0 && replay->request.facts ? want_facts(replay, err) : code;
}

static int set_up(struct replay *replay, struct error *err)
{
	replay->wake_fd = signals_install();
	if (replay->wake_fd < 0)
		return error_set(err, replay->wake_fd, "cannot catch signals: %s",
				 strerror(-replay->wake_fd));
	int code = open_capture(replay, err);
	if (code < 0)
		return code;
	code = adopt_selection(replay, err);
	if (code < 0)
		return code;
	notice_capture(replay);
	select_recorded(replay);
	notice_unknown(replay);
	code = session_open_output(&replay->session, err);
	if (code == 0)
		code = refuse_own_capture(replay, err);
	if (code < 0)
		return code;
	code = make_pipeline(replay, err);
	replay->session.pipeline.pids_to_come = replay->request.follow;
	if (!replay->recorded.command.of_host)
		replay->session.pipeline.command_pid = replay->recorded.command.pid;
	return code;
}

/* ---- whom to follow ---- */

/* init and kthreadd, which alone have no parent. */
#define PARENTLESS_MAX 2

/* As /proc showed them to the recorder. */
static int enter_old_tasks(struct replay *replay)
{
	struct task_table *table = replay->session.tasks;
	size_t count;
	const struct capture_task *tasks = capture_tasks(replay->session.source, &count);
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
	const struct capture_task *tasks = capture_tasks(replay->session.source, &count);
	const struct selection_command *command = &replay->recorded.command;
	int code = replay->request.facts ? enter_old_tasks(replay) : 0;

	if (code == 0 && command->pid && command->of_host)
		code = task_table_add(replay->session.tasks, command->pid, true);
	if (code == 0 && replay->request.follow)
		code = descendants_enter(replay->session.tasks, &replay->request.pids, tasks,
					 count);
	return code < 0 ? error_set(err, code, "out of memory") : 0;
}

/* ---- the loop ---- */

static void show_progress(struct replay *replay)
{
	uint64_t read, total;

	if (!progress_is_due(&replay->progress))
		return;
	capture_progress(replay->session.source, &read, &total);
	if (total > 0)
		progress_show(&replay->progress, "%3.0f %% of %" PRIu64 " MiB, %" PRIu64 " events",
			      100.0 * (double)read / (double)total, total >> 20,
			      pipeline_shown(&replay->session.pipeline));
	else
		progress_show(&replay->progress, "%" PRIu64 " MiB, %" PRIu64 " events", read >> 20,
			      pipeline_shown(&replay->session.pipeline));
}

static void look_around(struct replay *replay)
{
	bool from_process;

	if (signals_stop(&from_process) != 0)
		source_stop(replay->session.source);
	show_progress(replay);
}

/* Whether -d is over before RECORD. */
static bool is_over(struct replay *replay, const struct record *record)
{
	uint64_t duration_ns = replay->request.duration_s * NS_PER_S;

	if (record->type != PERF_RECORD_SAMPLE)
		return false;
	replay->samples++;
	if (replay->first_ns == 0)
		replay->first_ns = record->time_ns;
	if (duration_ns > 0 && record->time_ns > replay->first_ns &&
	    record->time_ns - replay->first_ns > duration_ns)
		return true;
	if (record->time_ns > replay->last_ns)
		replay->last_ns = record->time_ns;
	return false;
}

/* Put through all that is ready. 0, -ENODATA at the end, or a negative errno. */
static int drain(struct replay *replay, struct error *err)
{
	struct record record;
	int code;

	while ((code = source_next(replay->session.source, &record, err)) > 0) {
		if (replay->records++ == 0)
			code = enter_first(replay, err);
		if (code < 0)
			return code;
		if (is_over(replay, &record))
			return -ENODATA;
		code = session_feed(&replay->session, &record, err);
		if (code < 0)
			return code;
		if (replay->records % LOOK_EVERY == 0)
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
	argv_provider_free(replay->completed);
	selection_done(&replay->recorded);
	source_free(replay->session.source);
	for (size_t i = 0; i < TRACEPOINT_COUNT; i++)
		format_free(replay->formats[i]);
	if (replay->capture_fd >= 0)
		close(replay->capture_fd);
	if (replay->wake_fd >= 0)
		close(replay->wake_fd);
}

/* Negative: not known. */
static double seconds_of(const struct replay *replay)
{
	if (capture_lacks(replay->session.source) & PERF_SAMPLE_TIME)
		return -1;
	return (double)(replay->last_ns - replay->first_ns) / (double)NS_PER_S;
}

static void notice_doubts(const struct replay *replay)
{
	const struct source *source = replay->session.source;

	if (capture_malformed(source) > 0)
		notice(&replay->request,
		       "%" PRIu64 " records are not as the capture describes them",
		       capture_malformed(source));
	if (capture_hurried(source) > 0)
		notice(&replay->request,
		       "more than %u MiB at once were to be put in order: the oldest events came "
		       "before all had been read",
		       CAPTURE_KEPT_MIB);
	if (capture_follower(source) > 0)
		notice(&replay->request,
		       "another capture follows at byte %" PRIu64 ", and is not shown; try: "
		       "tail -c +%" PRIu64 " CAPTURE > ANOTHER, and that",
		       capture_follower(source), capture_follower(source) + 1);
}

/* The exit status: 1 where there was something to read, but no event of it could be. */
static int report(const struct replay *replay, struct error *err)
{
	const struct source *source = replay->session.source;
	uint64_t undecoded = replay->session.pipeline.malformed;
	bool damaged = capture_malformed(source) + undecoded > 0;
	/* Of a recorder that was killed before the first event nothing is missing. */
	bool nothing = replay->samples <= undecoded && (damaged || !capture_is_unfinished(source));
	char what[128];

	session_print_summary(&replay->session, seconds_of(replay));
	notice_doubts(replay);
	if (capture_is_cut(source, what, sizeof(what)))
		error_set(err, 0, "%.200s is not whole%s: %s", capture_name(&replay->request),
			  nothing ? ", and no event of it could be read" : "", what);
	else if (nothing && damaged)
		error_set(err, 0, "%.200s: no event of it could be read",
			  capture_name(&replay->request));
	else
		nothing = false;
	return nothing ? 1 : 0;
}

static int replay_and_end(struct replay *replay, struct error *err)
{
	session_keep_output(&replay->session);
	/* Where lines go to the same terminal, they are progress enough. */
	bool visible = replay->request.output || !isatty(STDOUT_FILENO);

	progress_start(&replay->progress,
		       visible && !replay->request.quiet && isatty(STDERR_FILENO));
	int code = run(replay, err);
	progress_clear(&replay->progress);
	if (code == 0)
		code = session_finish_output(&replay->session, err);
	if (code == 0 && !replay->session.reader_gone)
		return report(replay, err);
	return code < 0 ? 1 : 0;
}

int replay(const struct request *request, struct error *err)
{
	struct replay replay = {
		.request = *request,
		.session = SESSION_NEW(&replay.request),
		.capture_fd = -1,
		.wake_fd = -1,
	};
	int code = set_up(&replay, err);
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
