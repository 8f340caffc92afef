/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/cwd_reader.h"

#include "event/event.h"
#include "exec/cwd_proc.h"
#include "perf/perf_event.h"
#include "perf/record.h"

static void read_cwd(const struct cwd_reader *reader, const struct record *record, uint64_t pointer)
{
	char path[PATH_MAX];
	const struct exec_cwd cwd = {
		.time_ns = record->time_ns,
		.pid = record->tid,
		.pointer = pointer,
		.cwd = cwd_proc_read(reader->proc_fd, record->tid, pointer, path),
	};

	if (cwd.cwd.bytes)
		reader->told(reader->context, &cwd);
}

void cwd_reader_look(const struct cwd_reader *reader, const struct perf_event_header *header)
{
	struct record_layout layout;
	struct user_stack stack;
	struct record record;

	if (header->type != PERF_RECORD_SAMPLE)
		return;
	record_layout_init(&layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	if (record_parse(header, &layout, &record) == 0 &&
	    decoder_exec_stack(reader->decoder, &record, &stack))
		read_cwd(reader, &record, stack.pointer);
}
