/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes what this kernel shows at an exit: whether the user registers hold the exit code, and
 * which kernel addresses in the call chain tell how a task left. Versions do not tell: some kernels
 * give no registers there (6.12.69 and later ones of that series), some machines have overwritten
 * them (s390x), and addresses differ with each boot. So children exit in all these ways while they
 * are traced.
 */
#ifndef PXT_SOURCE_EXIT_PROBE_H
#define PXT_SOURCE_EXIT_PROBE_H

#include <stdint.h>

#include "base/compiler.h"
#include "decode/exit_paths.h"
#include "decode/registers.h"

/*
 * Learn PATHS, with REGISTERS (NULL: not known) in samples of sched_process_exit, whose id is
 * EXIT_ID. They are not known then where call chains do not tell them, or where the registers do
 * not hold the code on both of the first ones. Takes some milliseconds.
 *
 * Returns a descriptor to be closed once the tracepoint is open elsewhere, -1 where there is none:
 * the kernel takes tens of milliseconds to let go of a tracepoint that nobody has open any more.
 */
int exit_probe(uint16_t exit_id, const struct registers *registers,
	       struct exit_paths *paths) MUST_CHECK;

#endif
