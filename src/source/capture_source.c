/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/error.h"
#include "capture/read/capture.h"
#include "decode/decoder.h"
#include "decode/exit_paths.h"
#include "decode/registers.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "event/facts.h"
#include "exec/argv_kept.h"
#include "exec/argv_provider.h"
#include "exec/at_exec_kept.h"
#include "exec/env_selection.h"
#include "exec/image.h"
#include "perf/record.h"
#include "perf/sample_extra.h"
#include "source/capture_formats.h"
#include "source/decode_notes.h"
#include "source/exit_statuses.h"
#include "source/notice.h"
#include "source/request.h"
#include "source/source.h"

struct capture_source {
	struct source source;
	const struct request *request;
	int fd; /* -1: standard input */
	struct capture *capture;
	struct capture_formats formats;
	struct decoder *decoder;
	struct env_selection environment; /* --env */
	struct image_maker images;
	struct argv_provider
		*completed;             /* what the recorder completed; NULL: no facts are wanted */
	struct at_exec_kept *at_exec;   /* of /proc; NULL: not wanted */
	struct exit_paths exit_paths;   /* what the recorder knew of them */
	struct exit_statuses *statuses; /* what it was told; NULL as `completed` */
	uint64_t statuses_lost;
	struct record record; /* the last one */
	uint64_t undecoded;
};

static struct capture_source *file_of(struct source *source)
{
	return (struct capture_source *)source;
}

/* ---- opening ---- */

/* Put the capture's name before what ERR says of it. */
static int name_capture(const struct request *request, int code, struct error *err)
{
	const struct error of = *err;

	error_set(err, code, "%.200s: %s", request_capture_name(request), of.what);
	if (of.remedy[0] != '\0')
		error_remedy(err, "%s", of.remedy);
	return code;
}

static int open_capture(struct capture_source *file, int wake_fd, struct error *err)
{
	const char *path = file->request->capture;

	if (strcmp(path, "-") != 0) {
		file->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (file->fd < 0)
			return error_set(err, -errno, "cannot open %.200s: %s", path,
					 strerror(errno));
	}
	int code =
		capture_open(file->fd >= 0 ? file->fd : STDIN_FILENO, wake_fd, &file->capture, err);
	if (code == 0) {
		file->formats.request = file->request;
		file->formats.capture = file->capture;
		code = capture_formats_read(&file->formats, err);
	}
	return code < 0 ? name_capture(file->request, code, err) : 0;
}

/* To empty the capture would take away what is being read. */
static int refuse_own_capture(const struct capture_source *file, struct error *err)
{
	const char *path = file->request->output;
	struct stat output;

	if (!path || stat(path, &output) < 0 || !capture_reads(file->capture, &output))
		return 0;
	return error_set(err, -EINVAL, "-o %.200s is the capture itself", path);
}

/* ---- facts ---- */

static void set_extra(struct capture_source *file)
{
	const char *arch = capture_origin(file->capture)->arch;
	const struct registers *registers = arch ? registers_of_machine(arch) : NULL;
	struct sample_extra_layout layout;

	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (tracepoint_is_shown(i) && file->formats.formats[i] &&
		    capture_tracepoint_extra(file->capture, file->formats.formats[i]->id, &layout))
			decoder_set_extra(file->decoder, (enum tracepoint)i, &layout, registers);
	}
}

/* What the samples of TRACEPOINT carry behind their raw data (PERF_SAMPLE_*), as far as it is
 * known. */
static uint64_t sample_type_of(const struct capture_source *file, enum tracepoint tracepoint)
{
	const struct format *format = file->formats.formats[tracepoint];
	struct sample_extra_layout layout;

	return format && capture_tracepoint_extra(file->capture, format->id, &layout)
		       ? layout.sample_type
		       : 0;
}

static void notice_missing_facts(const struct capture_source *file)
{
	const uint64_t stack = PERF_SAMPLE_STACK_USER | PERF_SAMPLE_REGS_USER;
	const uint64_t at_exec = sample_type_of(file, TRACEPOINT_EXEC);
	const uint64_t at_exit = sample_type_of(file, TRACEPOINT_EXIT);
	const struct {
		unsigned int need;
		bool recorded;
		const char *name;
	} facts[] = {
		{NEED_ARGUMENTS, (at_exec & stack) == stack, "arguments and users"},
		{NEED_TASKS, file->formats.formats[TRACEPOINT_NEW_TASK] != NULL, "clone flags"},
		{NEED_STATUS,
		 at_exit & PERF_SAMPLE_REGS_USER || file->formats.formats[TRACEPOINT_EXIT_GROUP] ||
			 capture_origin(file->capture)->tells_statuses,
		 "exit statuses"},
		{NEED_CGROUP, (at_exec & SAMPLE_EXTRA_CGROUP) != 0, "cgroups"},
	};
	char names[128] = "";

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		size_t used = strlen(names);

		if (file->request->needs & facts[i].need && !facts[i].recorded)
			snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
				 facts[i].name);
	}
	if (names[0] != '\0')
		notice(file->request, "not recorded, and so not known: %s (record -x takes them)",
		       names);
	if (file->request->needs & NEED_USAGE && !capture_origin(file->capture)->tells_usage)
		notice(file->request, "not recorded, and so not known: CPU time, memory and I/O "
				      "(record -x --usage takes them)");
}

/* Have the capture give out all that facts are made of. */
static void want_facts(struct capture_source *file)
{
	set_extra(file);
	notice_missing_facts(file);
	capture_want(file->capture, PERF_RECORD_FORK);
	capture_want(file->capture, RECORD_CGROUP);
	capture_want(file->capture, RECORD_NOTE);
	decoder_want_facts(file->decoder);
	decoder_set_exit_paths(file->decoder, &file->exit_paths);
}

static int set_up(struct capture_source *file, int wake_fd, struct error *err)
{
	const struct request *request = file->request;
	int code = image_maker_init(&file->images, request->environment, &file->environment, err);

	if (code == 0)
		code = open_capture(file, wake_fd, err);
	if (code == 0)
		code = refuse_own_capture(file, err);
	if (code == 0)
		code = decoder_new((const struct format *const *)file->formats.formats,
				   &file->decoder, err);
	if (code < 0 || !request->needs)
		return code;
	file->completed = argv_kept_new(file->images.selection);
	file->images.provider = file->completed;
	file->statuses = exit_statuses_new();
	if (request->needs & NEEDS_AT_EXEC)
		file->images.at_exec = file->at_exec = at_exec_kept_new();
	return file->completed && file->statuses &&
			       (!(request->needs & NEEDS_AT_EXEC) || file->at_exec)
		       ? 0
		       : error_no_memory(err);
}

static void fill_info(struct capture_source *file)
{
	struct source_info *info = &file->source.info;
	const struct origin *origin = capture_origin(file->capture);

	info->host = origin->hostname;
	info->boot_id = origin->boot_id;
	info->wall_offset_known = origin->has_wall_offset;
	info->wall_offset_ns = origin->wall_offset_ns;
	info->has_execs = file->formats.formats[TRACEPOINT_EXEC] != NULL;
	info->formats = (const struct format *const *)file->formats.formats;
	info->origin = origin;
}

static void file_free(struct source *source)
{
	struct capture_source *file = file_of(source);

	capture_free(file->capture);
	capture_formats_done(&file->formats);
	argv_provider_free(file->completed);
	at_exec_kept_free(file->at_exec);
	exit_statuses_free(file->statuses);
	image_maker_done(&file->images);
	env_selection_done(&file->environment);
	decoder_free(file->decoder);
	if (file->fd >= 0)
		close(file->fd);
	free(file);
}

/* ---- starting ---- */

static void notice_capture(const struct capture_source *file)
{
	const struct machine machine = capture_machine(file->capture);
	char names[400];

	if (!file->request->verbose)
		return;
	capture_event_names(file->capture, names, sizeof(names));
	notice(file->request, "recorded on a %u-bit %s-endian machine: %s", 8U * machine.long_size,
	       machine.big_endian ? "big" : "little", names);
}

static void notice_unknown(const struct capture_source *file, const struct request *request)
{
	uint64_t lacks = capture_lacks(file->capture);

	if (lacks & PERF_SAMPLE_TIME)
		notice(request, "the capture tells no times: events come in its order%s",
		       request->duration_ns > 0 ? ", and -d ends nothing" : "");
	if (lacks & PERF_SAMPLE_CPU)
		notice(request, "the capture does not tell on which CPU events were");
}

static int file_start(struct source *source, const struct request *request, struct error *err)
{
	struct capture_source *file = file_of(source);

	(void)err;
	notice_capture(file);
	capture_formats_select(&file->formats, request);
	notice_unknown(file, request);
	source->info.has_times = !(capture_lacks(file->capture) & PERF_SAMPLE_TIME);
	/* Where task_newtask was not recorded, they tell of threads that the kernel made. */
	if (request_follows_tasks(request)) {
		capture_want(file->capture, PERF_RECORD_FORK);
		decoder_want_births(file->decoder);
	}
	if (request->needs)
		want_facts(file);
	return 0;
}

/* ---- events ---- */

static int take_note(struct capture_source *file, const struct event *event)
{
	const struct decode_notes notes = {
		.execs = file->completed,
		.at_exec = file->at_exec,
		.paths = &file->exit_paths,
		.statuses = file->statuses,
		.statuses_lost = &file->statuses_lost,
		.wants_usage = (file->request->needs & NEED_USAGE) != 0,
	};

	return decode_notes_take(event, &notes) < 0 ? -ENOMEM : 1;
}

/* Complete EVENT, decoded from `record`: 1, or -ENOMEM. */
static int take_facts(struct capture_source *file, struct event *event)
{
	if (event->type == EVENT_NOTE)
		return take_note(file, event);
	exit_statuses_apply(file->statuses, event);
	if (event->type == EVENT_EXEC)
		return image_make(&file->images, event) < 0 ? -ENOMEM : 1;
	return 1;
}

/* 1 with the event of `record`, 0 where it is none, -ENOMEM. */
static int decode(struct capture_source *file, struct event *event)
{
	int code = decoder_decode(file->decoder, &file->record, event);

	file->undecoded += code < 0;
	if (code <= 0)
		return 0;
	return file->request->needs ? take_facts(file, event) : 1;
}

static int file_next(struct source *source, struct event *event, struct error *err)
{
	struct capture_source *file = file_of(source);
	int code;

	while ((code = capture_next(file->capture, &file->record, err)) > 0) {
		code = decode(file, event);
		if (code < 0)
			error_no_memory(err);
		if (code != 0)
			break;
	}
	return code;
}

static int file_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	return capture_wait(file_of(source)->capture, wake_fd, timeout_ms, err);
}

static void file_stop(struct source *source)
{
	capture_stop(file_of(source)->capture);
}

static void file_stats(struct source *source, struct source_stats *stats)
{
	const struct capture_source *file = file_of(source);

	capture_stats(file->capture, &stats->capture);
	stats->lost = stats->capture.lost;
	stats->late = stats->capture.late;
	stats->undecoded = file->undecoded;
	stats->statuses_lost = file->statuses_lost;
}

static const struct capture_task *file_tasks(const struct source *source, size_t *count)
{
	return capture_tasks(((const struct capture_source *)source)->capture, count);
}

static const struct source_ops file_ops = {
	.start = file_start,
	.next = file_next,
	.wait = file_wait,
	.stop = file_stop,
	.stats = file_stats,
	.tasks = file_tasks,
	.free = file_free,
};

static int file_open(const struct request *request, const struct source_host *host,
		     struct source **source, struct error *err)
{
	struct capture_source *file = calloc(1, sizeof(*file));

	if (!file)
		return error_no_memory(err);
	file->source.ops = &file_ops;
	file->request = request;
	file->fd = -1;
	int code = set_up(file, host->wake_fd, err);
	if (code < 0) {
		file_free(&file->source);
		return code;
	}
	fill_info(file);
	*source = &file->source;
	return 0;
}

const struct source_type capture_source_type = {
	.name = "capture",
	.events = EVENT_SHOWABLE | EVENT_BIT(EVENT_EXEC_FAILED),
	.serves = NEEDS_ALL | NEED_USAGE | NEED_CWD,
	.has_users = true,
	.has_records = true,
	.open = file_open,
};
