/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our events in tracefs: defines kernel probe events under names of ours (own_names.h), and removes
 * them.
 *
 * Their definitions are the host's: tools that list or clear dynamic events meet them. They are
 * removed at the end; those of a tool that was killed, by the next one that uses a probe.
 */
#ifndef PXT_PROBE_OWN_EVENTS_H
#define PXT_PROBE_OWN_EVENTS_H

#include "base/compiler.h"
#include "base/error.h"
#include "decode/format.h"
#include "decode/format_dir.h"
#include "host/state.h"
#include "probe/own_names.h"

struct own_events {
	int fd; /* of dynamic_events, opened while we may */
	char group[OWN_GROUP_SIZE];
};

/*
 * Open tracefs as DIR (format_dir_close()) and EVENTS in it (own_events_close()), and remove the
 * events of tools that are gone. Returns 0, or a negative errno with ERR filled: this host or these
 * privileges do not allow probes.
 */
int own_events_open(struct own_events *events, struct format_dir *dir,
		    const struct host_state *host, struct error *err) MUST_CHECK;

void own_events_close(const struct own_events *events);

/*
 * Define by TEXT, a probe on the kernel's function FUNCTION. Returns 0, or the kernel's negative
 * errno with ERR filled.
 */
int own_events_define(const struct own_events *events, const char *text, const char *function,
		      struct error *err) MUST_CHECK;

/* Read the format of the event NAME. Returns 0 with *FORMAT (format_free()), or as above. */
int own_events_read_format(const struct own_events *events, const struct format_dir *dir,
			   const char *name, struct format **format, struct error *err) MUST_CHECK;

/* Remove the event NAME with all its definitions. All that were opened by its id are closed before.
 */
void own_events_remove(const struct own_events *events, const char *name);

#endif
