/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "decode/decoder.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "event/facts.h"
#include "exec/argv_kept.h"
#include "exec/argv_provider.h"
#include "exec/at_exec_kept.h"
#include "exec/env_selection.h"
#include "exec/image.h"
#include "host/identity.h"
#include "host/perf_clock.h"
#include "perf/perf_event.h"
#include "perf/ring_stream.h"
#include "probe/argv_probe.h"
#include "source/at_exec_reader.h"
#include "source/completer.h"
#include "source/exit_authority.h"
#include "source/exit_statuses.h"
#include "source/host_info.h"
#include "source/perf_probe.h"
#include "source/perf_setup.h"
#include "source/request.h"
#include "source/source.h"
#include "source/tracepoints.h"

/* Sleeps while an exit waits for its status, ms, where none comes. */
#define HELD_MS 10

/* The same while an exec waits for the argv probe, and for how long in all, ns. */
#define PROBE_HELD_MS 1
#define PROBE_HELD_NS (50 * NS_PER_MS)

struct perf_source {
	struct source source;
	struct perf_setup setup;
	struct host_identity identity;
	struct ring_stream *stream;
	struct decoder *decoder;
	struct env_selection environment; /* --env */
	struct completer *completer;      /* NULL: no arguments are wanted */
	struct at_exec_reader at_exec_reader;
	struct at_exec_kept *at_exec; /* of execs that are still to come; NULL: not wanted */
	struct argv_provider *completed;
	struct image_maker images;
	struct exit_authority *authority; /* NULL: exit statuses are not wanted, or not told us */
	struct exit_statuses *statuses;   /* NULL as well then */
	struct event held; /* an exit that waits for its status, an exec for the probe; is_held */
	bool is_held;
	uint64_t probe_until_ns; /* an exec waits no longer */
	struct record record;    /* the last one */
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
			  completion->arguments, completion->source, completion->environment) < 0)
		return;
}

static void keep_at_exec(void *context, const struct exec_text *text)
{
	const struct perf_source *perf = context;

	/* Where memory is short, it is not known. */
	if (at_exec_kept_add(perf->at_exec, text->fact, text->pid, text->pointer, text->text) < 0)
		return;
}

static void preview(void *context, const struct perf_event_header *record)
{
	const struct perf_source *perf = context;

	/* The program may change it soon. */
	at_exec_reader_look(&perf->at_exec_reader, record);
	completer_look(perf->completer, record);
}

/* Execs are completed when they are first seen, and given out when their turn comes. */
static int complete_execs(struct perf_source *perf, int proc_fd, struct error *err)
{
	const struct env_selection *selection = perf->images.selection;
	const struct argv_probe *probe = perf->setup.probe;

	perf->completed = argv_kept_new(selection);
	perf->completer = completer_new(perf->decoder, proc_fd, selection, keep_completion, perf);
	if (!perf->completed || !perf->completer ||
	    ring_stream_set_preview(perf->stream, preview, perf) < 0)
		return error_no_memory(err);
	if (probe && completer_set_probe(perf->completer, argv_probe_layout(probe),
					 argv_probe_chunks(probe)) < 0)
		return error_no_memory(err);
	perf->images.provider = perf->completed;
	return 0;
}

static int read_at_exec(struct perf_source *perf, unsigned int needs, int proc_fd,
			struct error *err)
{
	perf->at_exec_reader = (struct at_exec_reader){
		.decoder = perf->decoder,
		.told = keep_at_exec,
		.context = perf,
	};
	at_exec_reader_open(&perf->at_exec_reader, needs, proc_fd);
	perf->images.at_exec = perf->at_exec = at_exec_kept_new();
	return perf->at_exec ? 0 : error_no_memory(err);
}

/* ---- exit statuses ---- */

static void collect_statuses(const struct perf_source *perf)
{
	struct told_exit told;

	while (exit_authority_next(perf->authority, &told))
		exit_statuses_add(perf->statuses, &told);
	if (exit_authority_overran(perf->authority))
		exit_statuses_drop(perf->statuses, perf_clock_now_ns());
}

/* What is in the rings has been looked at. */
static void on_refreshed(void *context)
{
	const struct perf_source *perf = context;

	if (perf->authority)
		collect_statuses(perf);
	if (perf->completer)
		completer_end_round(perf->completer);
}

/* The kernel itself tells those who may ask; for others registers have to do. */
static int open_statuses(struct perf_source *perf, const struct request *request, struct error *err)
{
	if (!(request->needs & NEED_STATUS) || exit_authority_open(request, &perf->authority) < 0)
		return 0;
	perf->statuses = exit_statuses_new();
	return perf->statuses ? 0 : error_no_memory(err);
}

/* Whether EVENT has to be held back, for its status may still come. */
static bool awaits_status(const struct perf_source *perf, const struct event *event)
{
	return event->type == EVENT_EXIT && perf->authority && !event->exit.has_status &&
	       exit_authority_is_late(perf->authority) &&
	       perf_clock_now_ns() < event->time_ns + EXIT_STATUS_LATE_NS;
}

/* The same of an exec, and the samples of the probe. */
static bool awaits_probe(const struct perf_source *perf, const struct event *event)
{
	return event->type == EVENT_EXEC && perf->completer &&
	       completer_awaits(perf->completer, event->sample_tid) &&
	       perf_clock_now_ns() < perf->probe_until_ns;
}

/* Its turn has come, and EVENT, an exec, has no samples of the probe yet. */
static void look_for_probe(struct perf_source *perf, const struct event *event)
{
	if (event->type != EVENT_EXEC || !perf->completer ||
	    !completer_awaits(perf->completer, event->sample_tid))
		return;
	ring_stream_look_ahead(perf->stream);
	completer_end_round(perf->completer);
	perf->probe_until_ns = perf_clock_now_ns() + PROBE_HELD_NS;
}

static int make_image(struct perf_source *perf, struct event *event)
{
	if (event->type != EVENT_EXEC || !perf->setup.request->needs)
		return 0;
	if (perf->completer)
		completer_give_up(perf->completer, event->sample_tid);
	return image_make(&perf->images, event);
}

/*
 * 1, or 0 where EVENT is held back: its texts stay in the ring until the next record. -ENOMEM with
 * ERR filled.
 */
static int give(struct perf_source *perf, struct event *event, struct error *err)
{
	perf->is_held = awaits_status(perf, event) || awaits_probe(perf, event);
	if (perf->is_held) {
		perf->held = *event;
		return 0;
	}
	return make_image(perf, event) < 0 ? error_no_memory(err) : 1;
}

static int give_held(struct perf_source *perf, struct event *event, struct error *err)
{
	*event = perf->held;
	if (event->type == EVENT_EXEC) {
		ring_stream_look_ahead(perf->stream);
		completer_end_round(perf->completer);
	} else {
		collect_statuses(perf);
		exit_statuses_apply(perf->statuses, event);
	}
	return give(perf, event, err);
}

/* No record is given out meanwhile. */
static int wait_for_held(const struct perf_source *perf, int wake_fd, int timeout_ms,
			 struct error *err)
{
	struct pollfd polls[] = {
		{.fd = wake_fd, .events = POLLIN},
		{.fd = perf->authority ? exit_authority_fd(perf->authority) : -1, .events = POLLIN},
	};
	const int most_ms = perf->held.type == EVENT_EXEC ? PROBE_HELD_MS : HELD_MS;

	if (timeout_ms < 0 || timeout_ms > most_ms)
		timeout_ms = most_ms;
	if (poll(polls, ARRAY_SIZE(polls), timeout_ms) < 0 && errno != EINTR)
		return error_set(err, -errno, "cannot wait for what an event lacks: %s",
				 strerror(errno));
	return 0;
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
	info->opens_events = true;
	info->reads_processes = perf->completer != NULL;
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
	if (code == 0)
		ring_stream_set_refreshed(perf->stream, on_refreshed, perf);
	if (code == 0)
		code = make_decoder(perf, request, err);
	if (code == 0 && request->needs & NEED_ARGUMENTS)
		code = complete_execs(perf, host->proc_fd, err);
	if (code == 0 && request->needs & NEEDS_AT_EXEC)
		code = read_at_exec(perf, request->needs, host->proc_fd, err);
	return code;
}

static void perf_free(struct source *source)
{
	struct perf_source *perf = perf_of(source);

	ring_stream_free(perf->stream);
	completer_free(perf->completer);
	argv_provider_free(perf->completed);
	at_exec_reader_close(&perf->at_exec_reader);
	at_exec_kept_free(perf->at_exec);
	image_maker_done(&perf->images);
	env_selection_done(&perf->environment);
	decoder_free(perf->decoder);
	exit_statuses_free(perf->statuses);
	exit_authority_close(perf->authority);
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
	if (perf->authority) {
		collect_statuses(perf);
		exit_statuses_drop(perf->statuses, 0);
	}
	return code;
}

/* Returns whether `record` is an event. */
static bool decode(struct perf_source *perf, struct event *event)
{
	int code = decoder_decode(perf->decoder, &perf->record, event);

	if (code < 0)
		perf->undecoded++;
	if (code > 0 && perf->statuses)
		exit_statuses_apply(perf->statuses, event);
	return code > 0;
}

static int perf_next(struct source *source, struct event *event, struct error *err)
{
	struct perf_source *perf = perf_of(source);
	int code;

	if (perf->is_held)
		return give_held(perf, event, err);
	while ((code = ring_stream_next(perf->stream, &perf->record, err)) > 0 &&
	       !decode(perf, event))
		;
	if (code <= 0)
		return code;
	look_for_probe(perf, event);
	return give(perf, event, err);
}

static int perf_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	const struct perf_source *perf = perf_of(source);

	if (perf->is_held)
		return wait_for_held(perf, wake_fd, timeout_ms, err);
	return ring_stream_wait(perf->stream, wake_fd, timeout_ms, err);
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
	stats->statuses_lost = perf->authority ? exit_authority_lost(perf->authority) : 0;
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
	int code = open_statuses(perf, request, err);
	if (code == 0)
		code = perf_setup_init(&perf->setup, request, host->state,
				       perf->authority ? PERF_SETUP_STATUS_IS_TOLD : 0, err);
	if (code < 0) {
		exit_authority_close(perf->authority);
		exit_statuses_free(perf->statuses);
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
	.events = EVENT_SHOWABLE | EVENT_BIT(EVENT_EXEC_FAILED),
	.serves = NEEDS_ALL | NEED_USAGE | NEEDS_AT_EXEC,
	.has_users = true,
	.has_records = true,
	.has_rings = true,
	.probe = perf_probe,
	.open = perf_open,
};
