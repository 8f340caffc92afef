/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The path probe: an event of ours in the kernel whose samples have the path of every exec that
 * begins (path_definition.h), for kernels whose tracepoints do not tell it.
 */
#ifndef PXT_PROBE_PATH_PROBE_H
#define PXT_PROBE_PATH_PROBE_H

#include "base/compiler.h"
#include "base/error.h"
#include "decode/format.h"
#include "host/state.h"
#include "probe/argv_probe.h"

struct path_probe;

/*
 * Define a probe beside ARGV's, which is borrowed, and try it. A working argv probe shows that this
 * kernel's perf has room for samples as large as a path. Returns 0 with *PROBE (path_probe_free(),
 * before ARGV is freed), or a negative errno with ERR filled: this kernel does not allow it, or it
 * did not copy what it should.
 */
int path_probe_new(const struct argv_probe *argv, struct path_probe **probe,
		   struct error *err) MUST_CHECK;

/* Remove the definition. All events that were opened with the probe's id are closed before. */
void path_probe_free(struct path_probe *probe);

/* Move the format of its samples, those of TRACEPOINT_PROBED_PATH, to the caller (format_free()).
 */
struct format *path_probe_take_format(struct path_probe *probe);

#endif
