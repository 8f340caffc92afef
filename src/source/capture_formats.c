/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/capture_formats.h"

#include <errno.h>

#include "decode/decoder.h"
#include "decode/format_dir.h"
#include "decode/shipped.h"
#include "event/event.h"
#include "source/notice.h"

/* Those that the lines are made of; with facts, those that feed the task table too. */
static unsigned int wanted_tracepoints(const struct capture_formats *formats)
{
	return formats->request->needs ? TRACEPOINT_COUNT : TRACEPOINTS_SHOWN;
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
static int settle_format(struct capture_formats *formats, unsigned int tracepoint, int code,
			 struct error *err)
{
	struct format **format = &formats->formats[tracepoint];

	if (code == 0)
		code = check_format(*format, tracepoint, err);
	if (code == -EBADMSG) {
		formats->misread[tracepoint] = *err;
		format_free(*format);
		*format = NULL;
	}
	if (code != -ENOENT && code != -EBADMSG)
		return code;
	*err = (struct error){0};
	return 0;
}

static int read_own_formats(struct capture_formats *formats, struct error *err)
{
	for (unsigned int i = 0; i < wanted_tracepoints(formats); i++) {
		int code = capture_format(formats->capture, tracepoint_types[i]->system,
					  tracepoint_types[i]->name, &formats->formats[i], err);
		code = settle_format(formats, i, code, err);
		if (code < 0)
			return code;
	}
	return 0;
}

static int read_dir_formats(struct capture_formats *formats, const struct format_dir *dir,
			    struct error *err)
{
	const struct machine machine = capture_machine(formats->capture);

	for (unsigned int i = 0; i < wanted_tracepoints(formats); i++) {
		int code =
			format_dir_read(dir, tracepoint_types[i]->system, tracepoint_types[i]->name,
					&machine, &formats->formats[i], err);
		code = settle_format(formats, i, code, err);
		if (code < 0)
			return code;
	}
	return 0;
}

static int read_given_formats(struct capture_formats *formats, struct error *err)
{
	struct format_dir dir;
	int code = shipped_open_dir(&dir, formats->request->formats, err);

	if (code < 0)
		return code;
	code = read_dir_formats(formats, &dir, err);
	format_dir_close(&dir);
	return code;
}

/* Forget the formats of what was not recorded. Returns how many are left that are shown. */
static size_t keep_recorded(struct capture_formats *formats)
{
	size_t kept = 0;

	for (size_t i = 0; i < TRACEPOINT_COUNT; i++) {
		if (!formats->formats[i])
			continue;
		formats->coverage[i] =
			capture_tracepoint(formats->capture, formats->formats[i]->id);
		if (formats->coverage[i] == CAPTURE_RECORDED) {
			kept += i < TRACEPOINTS_SHOWN;
			continue;
		}
		format_free(formats->formats[i]);
		formats->formats[i] = NULL;
	}
	return kept;
}

/*
 * perf writes the formats last, so what is cut short has none. This host's will do if it is this
 * host's capture, for which the ids speak.
 */
static int read_host_formats(struct capture_formats *formats, struct error *err)
{
	struct format_dir dir;
	struct error ignored;

	int code = format_dir_open_tracefs(&dir, &ignored);
	if (code == 0) {
		code = read_dir_formats(formats, &dir, &ignored);
		format_dir_close(&dir);
	}
	if (code == 0 && keep_recorded(formats) > 0) {
		notice(formats->request, "the capture brings no formats: taking this host's");
		return 0;
	}
	error_set(err, -ENOENT, "it brings no formats%s, and this host's are not those of it",
		  code < 0 ? ", this host's cannot be read" : "");
	error_remedy(err, "--formats DIR, with those of the kernel that it was recorded on");
	return -ENOENT;
}

static int refuse_without_events(const struct capture_formats *formats, struct error *err)
{
	const struct capture *capture = formats->capture;
	static const char *const but[] = {
		[CAPTURE_NOT_RECORDED] = "has no forks, execs or exits, but",
		[CAPTURE_COUNTED] = "only counts, as perf stat record does:",
		[CAPTURE_BARE] = "has events without their data (PERF_SAMPLE_RAW):",
		[CAPTURE_RECORDED] = "has no forks, execs or exits, but",
	};
	char names[160];

	for (size_t i = 0; i < TRACEPOINTS_SHOWN; i++) {
		if (formats->misread[i].what[0] != '\0') {
			*err = formats->misread[i];
			return -EBADMSG;
		}
	}
	capture_event_names(capture, names, sizeof(names));
	error_set(err, -ENOENT, "it %s %s",
		  but[capture_tracepoint(capture, CAPTURE_ANY_TRACEPOINT)],
		  names[0] != '\0' ? names : "no event at all");
	error_remedy(err, "perf record -a -e 'sched:sched_process_*'");
	return -ENOENT;
}

int capture_formats_read(struct capture_formats *formats, struct error *err)
{
	struct capture *capture = formats->capture;
	int code = formats->request->formats ? read_given_formats(formats, err)
					     : read_own_formats(formats, err);

	if (code < 0)
		return code;
	if (keep_recorded(formats) > 0)
		return 0;
	if (!formats->request->formats && !capture_tracing_data(capture) &&
	    capture_tracepoint(capture, CAPTURE_ANY_TRACEPOINT) == CAPTURE_RECORDED)
		return read_host_formats(formats, err);
	return refuse_without_events(formats, err);
}

/* What there is of a tracepoint whose events cannot be shown. */
static const char *const shortfalls[] = {
	[CAPTURE_NOT_RECORDED] = "was not recorded",
	[CAPTURE_COUNTED] = "was only counted, not recorded",
	[CAPTURE_BARE] = "was recorded without its data (PERF_SAMPLE_RAW)",
};

static void notice_unshown(const struct capture_formats *formats, const struct request *request,
			   unsigned int tracepoint)
{
	const char *misread = formats->misread[tracepoint].what;

	if (misread[0] != '\0')
		notice(request, "%s: left out", misread);
	else if (tracepoint < TRACEPOINTS_SHOWN &&
		 (request_follows_tasks(request) || request->events & EVENT_BIT(tracepoint)))
		notice(request, "sched:%s %s", tracepoint_types[tracepoint]->name,
		       shortfalls[formats->coverage[tracepoint]]);
}

void capture_formats_select(const struct capture_formats *formats, const struct request *request)
{
	uint16_t ids[TRACEPOINT_COUNT];
	size_t count = 0;

	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (formats->formats[i])
			ids[count++] = formats->formats[i]->id;
		else
			notice_unshown(formats, request, i);
	}
	capture_select(formats->capture, ids, count);
}

void capture_formats_done(struct capture_formats *formats)
{
	for (size_t i = 0; i < TRACEPOINT_COUNT; i++)
		format_free(formats->formats[i]);
}
