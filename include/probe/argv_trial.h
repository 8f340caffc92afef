/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries the argv probe: runs a program of known arguments and looks at what the probe copies.
 */
#ifndef PXT_PROBE_ARGV_TRIAL_H
#define PXT_PROBE_ARGV_TRIAL_H

#include "base/compiler.h"
#include "base/error.h"
#include "probe/argv_sample.h"

/*
 * Run a program whose arguments fill CHUNKS of LAYOUT, some ms. Returns 0 where the probe copied
 * zeros and then the arguments, byte by byte, for each chunk, the last one first; -EPROTO with ERR
 * filled where it did anything else; another negative errno with ERR filled where there was nothing
 * to look at.
 */
int argv_trial(const struct argv_layout *layout, unsigned int chunks, struct error *err) MUST_CHECK;

#endif
