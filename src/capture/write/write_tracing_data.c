/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "capture/write/write_head.h"
#include "decode/format.h"
#include "decode/format_dir.h"

/*
 * events/header_page and events/header_event of tracefs, for directories of formats without them.
 * They describe ring buffer pages, which perf.data files do not contain, but readers require them.
 */
static const char standard_header_page[] =
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
	"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
	"\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";
static const char standard_header_event[] = "# compressed entry header\n"
					    "\ttype_len    :    5 bits\n"
					    "\ttime_delta  :   27 bits\n"
					    "\tarray       :   32 bits\n";

static void put_u32(struct buffer *out, uint32_t value)
{
	buffer_put(out, &value, sizeof(value));
}

static void put_sized(struct buffer *out, const char *text, size_t size)
{
	const uint64_t length = size;

	buffer_put(out, &length, sizeof(length));
	buffer_put(out, text, size);
}

static void put_intro(struct buffer *out)
{
	const struct machine machine = machine_native();
	const uint8_t big_endian = machine.big_endian;

	buffer_put(out, "\x17\x08\x44tracing0.6", sizeof("\x17\x08\x44tracing0.6"));
	buffer_put(out, &big_endian, sizeof(big_endian));
	buffer_put(out, &machine.long_size, sizeof(machine.long_size));
	put_u32(out, (uint32_t)sysconf(_SC_PAGESIZE));
}

/* Write NAME ("header_page") with its NUL, and the contents of that file. */
static void put_header_file(struct buffer *out, const struct format_dir *dir, const char *name,
			    const char *standard)
{
	struct error unread;
	char path[32];
	char *text;
	size_t size;

	snprintf(path, sizeof(path), "events/%s", name);
	int code = format_dir_read_text(dir, path, &text, &size, &unread);
	buffer_put(out, name, strlen(name) + 1);
	if (code == 0 && size > 0)
		put_sized(out, text, size);
	else
		put_sized(out, standard, strlen(standard));
	if (code == 0)
		free(text);
}

/* Write the format of NAME, "SYSTEM:EVENT". */
static int put_format(struct buffer *out, const struct format_dir *dir, const char *name,
		      struct error *err)
{
	const char *event = strchr(name, ':') + 1;
	int system_length = (int)(event - name) - 1;
	char path[160];
	char *text;
	size_t size;

	snprintf(path, sizeof(path), "events/%.*s/%s/format", system_length, name, event);
	int code = format_dir_read_text(dir, path, &text, &size, err);
	if (code < 0)
		return code;
	put_sized(out, text, size);
	free(text);
	return 0;
}

/* Returns the system of a tracepoint, as in "SYSTEM:EVENT"; of other events, NULL. */
static struct text system_of(const struct recorded_event *event)
{
	if (event->attr.type != PERF_TYPE_TRACEPOINT)
		return (struct text){NULL, 0};
	return (struct text){event->name, strcspn(event->name, ":")};
}

static bool is_of(const struct recorded_event *event, struct text system)
{
	struct text of = system_of(event);

	return of.bytes && of.length == system.length &&
	       memcmp(of.bytes, system.bytes, system.length) == 0;
}

/* Returns how many of the COUNT EVENTS are tracepoints of SYSTEM. */
static uint32_t count_of(const struct recorded_event *events, size_t count, struct text system)
{
	uint32_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += is_of(&events[i], system);
	return found;
}

/* Write the system of the event at INDEX with all its formats, unless an earlier event did. */
static int put_system(struct buffer *out, const struct format_dir *dir,
		      const struct recorded_event *events, size_t event_count, size_t index,
		      struct error *err)
{
	const struct text system = system_of(&events[index]);
	int code = 0;

	if (!system.bytes || count_of(events, index, system) > 0)
		return 0;
	buffer_put(out, system.bytes, system.length);
	buffer_put(out, "", 1);
	put_u32(out, count_of(events, event_count, system));
	for (size_t i = index; code == 0 && i < event_count; i++) {
		if (is_of(&events[i], system))
			code = put_format(out, dir, events[i].name, err);
	}
	return code;
}

static uint32_t count_systems(const struct recorded_event *events, size_t event_count)
{
	uint32_t systems = 0;

	for (size_t i = 0; i < event_count; i++) {
		const struct text system = system_of(&events[i]);

		systems += system.bytes && count_of(events, i, system) == 0;
	}
	return systems;
}

static int put_formats(struct buffer *out, const struct format_dir *dir,
		       const struct recorded_event *events, size_t event_count, struct error *err)
{
	int code = 0;

	put_u32(out, 0); /* formats of system "ftrace" */
	put_u32(out, count_systems(events, event_count));
	for (size_t i = 0; code == 0 && i < event_count; i++)
		code = put_system(out, dir, events, event_count, i, err);
	return code;
}

int tracing_data_make(const struct format_dir *dir, const struct recorded_event *events,
		      size_t event_count, struct buffer *out, struct error *err)
{
	const uint64_t no_saved_cmdlines = 0;

	put_intro(out);
	put_header_file(out, dir, "header_page", standard_header_page);
	put_header_file(out, dir, "header_event", standard_header_event);
	int code = put_formats(out, dir, events, event_count, err);
	put_u32(out, 0); /* kallsyms */
	put_u32(out, 0); /* printk formats */
	buffer_put(out, &no_saved_cmdlines, sizeof(no_saved_cmdlines));
	return code == 0 && out->failed ? error_no_memory(err) : code;
}
