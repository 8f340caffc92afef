/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/completer.h"

#include <stdlib.h>

#include "event/event.h"
#include "exec/argv_proc.h"
#include "exec/argv_provider.h"
#include "exec/image.h"
#include "perf/perf_event.h"
#include "perf/record.h"

struct completer {
	const struct decoder *decoder;
	struct record_layout layout;
	struct argv_provider *proc;
	struct image_maker images;
	completer_told *told;
	void *context;
};

struct completer *completer_new(const struct decoder *decoder, int proc_fd,
				const struct env_selection *selection, completer_told *told,
				void *context)
{
	struct completer *completer = calloc(1, sizeof(*completer));

	if (!completer)
		return NULL;
	completer->decoder = decoder;
	completer->proc = argv_proc_new(proc_fd, selection);
	if (!completer->proc) {
		free(completer);
		return NULL;
	}
	completer->images.selection = selection;
	completer->images.provider = completer->proc;
	completer->told = told;
	completer->context = context;
	record_layout_init(&completer->layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	return completer;
}

void completer_free(struct completer *completer)
{
	if (!completer)
		return;
	image_maker_done(&completer->images);
	argv_provider_free(completer->proc);
	free(completer);
}

static void tell(const struct completer *completer, const struct event *event)
{
	const struct exec_image *image = &completer->images.image;
	unsigned int completed = completer->images.completed;
	const struct completion completion = {
		.time_ns = event->time_ns,
		.pid = event->sample_tid,
		.pointer = event->exec.stack.pointer,
		.arguments = completed & ARGV_WANT_ARGUMENTS ? &image->arguments.known : NULL,
		.environment =
			completed & ARGV_WANT_ENVIRONMENT ? &image->environment.entries : NULL,
	};

	if (completed)
		completer->told(completer->context, &completion);
}

void completer_look(struct completer *completer, const struct perf_event_header *header)
{
	struct record record;
	struct event event;

	if (header->type != PERF_RECORD_SAMPLE ||
	    record_parse(header, &completer->layout, &record) < 0 ||
	    decoder_decode(completer->decoder, &record, &event) <= 0 || event.type != EVENT_EXEC)
		return;
	/* Where memory is short, the exec is told of as its stack has it. */
	if (image_make(&completer->images, &event) == 0)
		tell(completer, &event);
}
