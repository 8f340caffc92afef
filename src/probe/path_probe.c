/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/path_probe.h"

#include <stdlib.h>

#include "base/compiler.h"
#include "decode/format_dir.h"
#include "probe/kernel_types.h"
#include "probe/own_events.h"
#include "probe/own_names.h"
#include "probe/path_definition.h"
#include "probe/path_trial.h"

struct path_probe {
	const struct own_events *events;
	struct format *format;
};

static int find_offsets(struct path_offsets *offsets, struct error *err)
{
	const struct wanted_member wanted[] = {
		{"filename", "name", &offsets->name},
		{"filename", "uptr", &offsets->uptr},
	};

	return kernel_types_find(wanted, ARRAY_SIZE(wanted), "the path of an exec", err);
}

static int read_and_try(struct path_probe *probe, struct error *err)
{
	struct format_dir dir;
	int code = format_dir_open_tracefs(&dir, err);

	if (code < 0)
		return code;
	code = own_events_read_format(probe->events, &dir, PATH_EVENT, &probe->format, err);
	format_dir_close(&dir);
	return code < 0 ? code : path_trial(probe->format, err);
}

static int define(struct path_probe *probe, struct error *err)
{
	char text[PATH_DEFINITION_SIZE];
	struct path_offsets offsets;
	int code = find_offsets(&offsets, err);

	if (code < 0)
		return code;
	path_define(probe->events->group, &offsets, text);
	code = own_events_define(probe->events, text, PATH_FUNCTION, err);
	if (code < 0)
		return code;
	code = read_and_try(probe, err);
	if (code < 0)
		own_events_remove(probe->events, PATH_EVENT);
	return code;
}

int path_probe_new(const struct argv_probe *argv, struct path_probe **probe, struct error *err)
{
	struct path_probe *made = calloc(1, sizeof(*made));

	if (!made)
		return error_no_memory(err);
	made->events = argv_probe_events(argv);
	int code = define(made, err);
	if (code < 0) {
		format_free(made->format);
		free(made);
		return code;
	}
	*probe = made;
	return 0;
}

void path_probe_free(struct path_probe *probe)
{
	if (!probe)
		return;
	own_events_remove(probe->events, PATH_EVENT);
	format_free(probe->format);
	free(probe);
}

struct format *path_probe_take_format(struct path_probe *probe)
{
	struct format *format = probe->format;

	probe->format = NULL;
	return format;
}
