/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/argv_probe.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "decode/format.h"
#include "decode/format_dir.h"
#include "probe/argv_trial.h"
#include "probe/kernel_types.h"
#include "probe/own_names.h"

struct argv_probe {
	struct own_events events;
	unsigned int chunks;
	struct argv_layout layout;
};

static int find_offsets(struct argv_offsets *offsets, struct error *err)
{
	const struct wanted_member wanted[] = {
		{"task_struct", "mm", &offsets->mm},
		{"mm_struct", "arg_start", &offsets->arg_start},
		{"mm_struct", "arg_end", &offsets->arg_end},
	};

	return kernel_types_find(wanted, ARRAY_SIZE(wanted), "the arguments of a task", err);
}

static int define_text(const struct argv_probe *probe, const char *text, struct error *err)
{
	return own_events_define(&probe->events, text, "proc_exec_connector", err);
}

static int define_chunk(const struct argv_probe *probe, const struct argv_offsets *offsets,
			unsigned int chunk, struct error *err)
{
	char text[ARGV_DEFINITION_SIZE];

	argv_define(probe->events.group, offsets, chunk, text);
	return define_text(probe, text, err);
}

static int define_zeros(const struct argv_probe *probe, unsigned int chunk, struct error *err)
{
	char text[ARGV_DEFINITION_SIZE];
	int code = -ENOENT;

	for (unsigned int i = 0; code == -ENOENT && i < ARGV_ZERO_SOURCES; i++) {
		argv_define_zeros(probe->events.group, chunk, i, text);
		code = define_text(probe, text, err);
	}
	return code;
}

/* What was defined last runs first: the zeros right before their chunk. */
static int define_all(const struct argv_probe *probe, const struct argv_offsets *offsets,
		      struct error *err)
{
	int code = 0;

	for (unsigned int i = 0; code == 0 && i < probe->chunks; i++) {
		code = define_chunk(probe, offsets, i, err);
		if (code == 0)
			code = define_zeros(probe, i, err);
	}
	return code;
}

static int read_layout(const struct format_dir *dir, struct argv_probe *probe, struct error *err)
{
	struct format *format;
	int code = own_events_read_format(&probe->events, dir, ARGV_EVENT, &format, err);

	if (code < 0)
		return code;
	code = argv_layout_init(&probe->layout, format);
	format_free(format);
	return code < 0 ? error_set(err, code,
				    "the argv probe has other fields than it was defined "
				    "with")
			: 0;
}

static int define(const struct format_dir *dir, struct argv_probe *probe, struct error *err)
{
	struct argv_offsets offsets;
	int code = find_offsets(&offsets, err);

	if (code < 0)
		return code;
	code = define_all(probe, &offsets, err);
	if (code == 0)
		code = read_layout(dir, probe, err);
	if (code == 0)
		code = argv_trial(&probe->layout, probe->chunks, err);
	if (code < 0)
		own_events_remove(&probe->events, ARGV_EVENT);
	return code;
}

/*
 * User and kernel addresses are the same numbers there, and kernel probes take arrays from kernel
 * memory alone (traceprobe_parse_probe_arg_body(), kernel/trace/trace_probe.c).
 */
#ifdef __s390x__
#define COPIES_USER_ARRAYS false
#else
#define COPIES_USER_ARRAYS true
#endif

/* Fill MADE, whose `chunks` are set. */
static int open_probe(struct argv_probe *made, const struct host_state *host, struct error *err)
{
	struct format_dir dir;

	if (!COPIES_USER_ARRAYS)
		return error_set(err, -EOPNOTSUPP,
				 "kernel probes cannot copy a program's memory on s390x");
	int code = own_events_open(&made->events, &dir, host, err);

	if (code < 0)
		return code;
	code = define(&dir, made, err);
	if (code < 0)
		own_events_close(&made->events);
	format_dir_close(&dir);
	return code;
}

int argv_probe_new(uint32_t bytes, const struct host_state *host, struct argv_probe **probe,
		   struct error *err)
{
	struct argv_probe *made = calloc(1, sizeof(*made));

	if (!made)
		return error_no_memory(err);
	made->chunks = (bytes + ARGV_CHUNK_BYTES - 1) / ARGV_CHUNK_BYTES;
	int code = open_probe(made, host, err);
	if (code < 0) {
		free(made);
		return code;
	}
	*probe = made;
	return 0;
}

void argv_probe_free(struct argv_probe *probe)
{
	if (!probe)
		return;
	own_events_remove(&probe->events, ARGV_EVENT);
	own_events_close(&probe->events);
	free(probe);
}

const struct own_events *argv_probe_events(const struct argv_probe *probe)
{
	return &probe->events;
}

const struct argv_layout *argv_probe_layout(const struct argv_probe *probe)
{
	return &probe->layout;
}

unsigned int argv_probe_chunks(const struct argv_probe *probe)
{
	return probe->chunks;
}
