/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/at_exec_reader.h"

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "event/event.h"
#include "event/facts.h"
#include "perf/perf_event.h"
#include "perf/record.h"

void at_exec_reader_open(struct at_exec_reader *reader, unsigned int needs, int proc_fd)
{
	reader->needs = needs & NEEDS_AT_EXEC;
	if (!reader->needs)
		return;
	reader->dirs.proc_fd = proc_fd;
	reader->dirs.sys_fd = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void at_exec_reader_close(struct at_exec_reader *reader)
{
	if (reader->needs && reader->dirs.sys_fd >= 0)
		close(reader->dirs.sys_fd);
	reader->needs = 0;
}

static void read_process(const struct at_exec_reader *reader, const struct record *record,
			 uint64_t pointer)
{
	struct at_exec_reading reading;

	if (!at_exec_read(&reader->dirs, reader->needs, record->tid, pointer, &reading))
		return;
	for (uint32_t fact = 0; fact < AT_EXEC_FACTS; fact++) {
		const struct exec_text text = {
			.time_ns = record->time_ns,
			.pid = record->tid,
			.pointer = pointer,
			.fact = fact,
			.text = reading.texts[fact],
		};

		if (text.text.bytes)
			reader->told(reader->context, &text);
	}
}

void at_exec_reader_look(const struct at_exec_reader *reader,
			 const struct perf_event_header *header)
{
	struct record_layout layout;
	struct user_stack stack;
	struct record record;

	if (!reader->needs || header->type != PERF_RECORD_SAMPLE)
		return;
	record_layout_init(&layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	if (record_parse(header, &layout, &record) == 0 &&
	    decoder_exec_stack(reader->decoder, &record, &stack))
		read_process(reader, &record, stack.pointer);
}
