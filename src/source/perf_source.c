/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "decode/decoder.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "event/facts.h"
#include "exec/argv_kept.h"
#include "exec/argv_provider.h"
#include "exec/env_selection.h"
#include "exec/image.h"
#include "host/identity.h"
#include "perf/perf_event.h"
#include "perf/ring_stream.h"
#include "source/completer.h"
#include "source/exit_statuses.h"
#include "source/host_info.h"
#include "source/notice.h"
#include "source/perf_setup.h"
#include "source/request.h"
#include "source/source.h"
#include "source/tracepoints.h"

struct perf_source {
	struct source source;
	struct perf_setup setup;
	struct host_identity identity;
	struct ring_stream *stream;
	struct decoder *decoder;
	struct env_selection environment; /* --env */
	struct completer *completer;      /* NULL: no arguments are wanted */
	struct argv_provider *completed;
	struct image_maker images;
	struct exit_statuses *statuses; /* NULL: not wanted, or not told to us */
	struct record record;           /* the last one */
	uint64_t undecoded;
};

static struct perf_source *perf_of(struct source *source)
{
	return (struct perf_source *)source;
}

/* ---- completing execs ---- */

static void keep_completion(void *context, const struct completion *completion)
{
	struct perf_source *perf = context;

	/* Where memory is short, the exec is shown as its stack has it. */
	if (argv_kept_add(perf->completed, completion->pid, completion->pointer,
			  completion->arguments, completion->environment) < 0)
		return;
}

static void preview(void *context, const struct perf_event_header *record)
{
	const struct perf_source *perf = context;

	completer_look(perf->completer, record);
}

/* Execs are completed when they are first seen, and given out when their turn comes. */
static int complete_execs(struct perf_source *perf, int proc_fd, struct error *err)
{
	const struct env_selection *selection = perf->images.selection;

	perf->completed = argv_kept_new(selection);
	perf->completer = completer_new(perf->decoder, proc_fd, selection, keep_completion, perf);
	if (!perf->completed || !perf->completer ||
	    ring_stream_set_preview(perf->stream, preview, perf) < 0)
		return error_no_memory(err);
	perf->images.provider = perf->completed;
	return 0;
}

/* ---- exit statuses ---- */

static void collect_statuses(void *context)
{
	struct perf_source *perf = context;

	exit_statuses_collect(perf->statuses);
}

/* The kernel itself tells those who may ask; for others registers have to do. */
static void open_statuses(struct perf_source *perf, const struct request *request)
{
	struct error why;

	if (!(request->needs & NEED_STATUS) || exit_statuses_open(&perf->statuses, &why) == 0 ||
	    !request->verbose)
		return;
	notice(request, "no exit statuses from the kernel itself: %s", why.what);
}

static void take_status(struct perf_source *perf, struct event *event)
{
	if (event->type == EVENT_LOST)
		exit_statuses_drop(perf->statuses);
	if (event->type == EVENT_EXIT)
		event->exit.has_status = exit_statuses_take(perf->statuses, event->exit.pid,
							    event->sample_pid, &event->exit.status);
}

/* ---- opening ---- */

static const struct format *const *formats_of(const struct perf_source *perf)
{
	return (const struct format *const *)perf->setup.tracepoints.formats;
}

static void fill_info(struct perf_source *perf, const struct host_state *state)
{
	struct source_info *info = &perf->source.info;

	host_info_fill(info, &perf->identity);
	info->wall_offset_known =
		(perf->setup.rings.plan.features & (1U << PERF_FEATURE_CLOCKID)) != 0;
	info->foreign_ids = !state->initial_pid_ns;
	info->has_execs = perf->setup.tracepoints.formats[TRACEPOINT_EXEC] != NULL;
	info->formats = formats_of(perf);
}

static int make_decoder(struct perf_source *perf, const struct request *request, struct error *err)
{
	const struct perf_setup *setup = &perf->setup;

	int code = decoder_new(formats_of(perf), &perf->decoder, err);

	if (code < 0)
		return code;
	/* Descent: the kernel makes threads without a FORK. */
	if (request_follows_tasks(request))
		decoder_want_births(perf->decoder);
	if (request->needs)
		decoder_want_facts(perf->decoder);
	tracepoints_set_extra(&setup->tracepoints, &setup->rings.plan, perf->decoder);
	return 0;
}

static int set_up(struct perf_source *perf, const struct request *request,
		  const struct source_host *host, struct error *err)
{
	int code = image_maker_init(&perf->images, request->environment, &perf->environment, err);

	if (code == 0)
		code = perf_setup_opened(&perf->setup,
					 ring_stream_open(&perf->setup.rings, &perf->stream, err),
					 err);
	if (code == 0 && perf->statuses)
		ring_stream_set_refreshed(perf->stream, collect_statuses, perf);
	if (code == 0)
		code = make_decoder(perf, request, err);
	if (code == 0 && request->needs & NEED_ARGUMENTS)
		code = complete_execs(perf, host->proc_fd, err);
	return code;
}

static void perf_free(struct source *source)
{
	struct perf_source *perf = perf_of(source);

	ring_stream_free(perf->stream);
	completer_free(perf->completer);
	argv_provider_free(perf->completed);
	image_maker_done(&perf->images);
	env_selection_done(&perf->environment);
	decoder_free(perf->decoder);
	exit_statuses_close(perf->statuses);
	perf_setup_done(&perf->setup);
	free(perf);
}

/* ---- running ---- */

static int perf_start(struct source *source, const struct request *request, struct error *err)
{
	struct perf_source *perf = perf_of(source);
	int code = ring_stream_enable(perf->stream, err);

	(void)request;
	/* Those of exits before that have no records. */
	if (perf->statuses) {
		exit_statuses_collect(perf->statuses);
		exit_statuses_drop(perf->statuses);
	}
	return code;
}

/* 1 with the event of `record`, 0 where it is none, -ENOMEM. */
static int decode(struct perf_source *perf, struct event *event)
{
	int code = decoder_decode(perf->decoder, &perf->record, event);

	if (code < 0)
		perf->undecoded++;
	if (code <= 0)
		return 0;
	if (perf->statuses)
		take_status(perf, event);
	if (event->type == EVENT_EXEC && perf->setup.request->needs &&
	    image_make(&perf->images, event) < 0)
		return -ENOMEM;
	return 1;
}

static int perf_next(struct source *source, struct event *event, struct error *err)
{
	struct perf_source *perf = perf_of(source);
	int code;

	while ((code = ring_stream_next(perf->stream, &perf->record, err)) > 0) {
		code = decode(perf, event);
		if (code < 0)
			error_no_memory(err);
		if (code != 0)
			break;
	}
	return code;
}

static int perf_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	return ring_stream_wait(perf_of(source)->stream, wake_fd, timeout_ms, err);
}

static void perf_stop(struct source *source)
{
	ring_stream_stop(perf_of(source)->stream);
}

static void perf_stats(struct source *source, struct source_stats *stats)
{
	const struct perf_source *perf = perf_of(source);

	stats->lost = ring_stream_lost(perf->stream);
	stats->late = ring_stream_late(perf->stream);
	stats->undecoded = perf->undecoded;
	stats->statuses_lost = perf->statuses ? exit_statuses_lost(perf->statuses) : 0;
}

static const struct source_ops perf_ops = {
	.start = perf_start,
	.next = perf_next,
	.wait = perf_wait,
	.stop = perf_stop,
	.stats = perf_stats,
	.free = perf_free,
};

static int perf_open(const struct request *request, const struct source_host *host,
		     struct source **source, struct error *err)
{
	struct perf_source *perf = calloc(1, sizeof(*perf));

	if (!perf)
		return error_no_memory(err);
	perf->source.ops = &perf_ops;
	open_statuses(perf, request);
	int code = perf_setup_init(&perf->setup, request, host->state,
				   perf->statuses ? PERF_SETUP_STATUS_IS_TOLD : 0, err);
	if (code < 0) {
		exit_statuses_close(perf->statuses);
		free(perf);
		return code;
	}
	code = set_up(perf, request, host, err);
	if (code < 0) {
		perf_free(&perf->source);
		return code;
	}
	fill_info(perf, host->state);
	*source = &perf->source;
	return 0;
}

const struct source_type perf_source_type = {
	.name = "perf",
	.events = EVENT_SHOWABLE,
	.serves = NEEDS_ALL,
	.has_users = true,
	.has_records = true,
	.open = perf_open,
};
