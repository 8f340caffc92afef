/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The argv probe: an event of ours in the kernel whose samples have the arguments of every exec
 * (argv_definition.h), however short the program lives.
 */
#ifndef PXT_PROBE_ARGV_PROBE_H
#define PXT_PROBE_ARGV_PROBE_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "host/state.h"
#include "probe/argv_definition.h"
#include "probe/argv_sample.h"
#include "probe/own_events.h"

struct argv_probe;

/* The bytes of arguments that a probe may copy. */
#define ARGV_PROBE_BYTES_MIN ARGV_CHUNK_BYTES
#define ARGV_PROBE_BYTES_MAX (ARGV_CHUNK_BYTES * ARGV_CHUNKS_MAX)

/*
 * Define a probe that copies BYTES of arguments, and try it. Returns 0 with *PROBE
 * (argv_probe_free()), or a negative errno with ERR filled: this kernel or these privileges do not
 * allow it, or it did not copy what it should.
 */
int argv_probe_new(uint32_t bytes, const struct host_state *host, struct argv_probe **probe,
		   struct error *err) MUST_CHECK;

/* Remove the definition. All events that were opened with the probe's id are closed before. */
void argv_probe_free(struct argv_probe *probe);

/* Returns the group of its event, for other events of ours; borrowed. */
const struct own_events *argv_probe_events(const struct argv_probe *probe);

/* The layout of its samples, with the id to open; borrowed. */
const struct argv_layout *argv_probe_layout(const struct argv_probe *probe);

/* The number of chunks that it copies. */
unsigned int argv_probe_chunks(const struct argv_probe *probe);

#endif
