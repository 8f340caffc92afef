/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be known at an exit: whether the user registers hold the exit code, and by which kernel
 * addresses a call chain tells how a task left. No version says so: on some kernels perf gives out
 * no registers there (6.12.69 and later ones of that series), on some machines they have been
 * written over (s390x), and addresses differ with each boot. So children end in all these ways
 * while they are watched.
 */
#ifndef PXT_TRACE_EXIT_PROBE_H
#define PXT_TRACE_EXIT_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/exit_paths.h"
#include "decode/registers.h"

struct exit_knowledge {
	bool registers;          /* they hold the code */
	struct exit_paths paths; /* not known where call chains do not tell */
};

/*
 * Find out, with REGISTERS (NULL: not known) in samples of sched_process_exit, whose id is EXIT_ID.
 * Takes some milliseconds. Where anything fails, that much is not known.
 */
void exit_probe(uint16_t exit_id, const struct registers *registers,
		struct exit_knowledge *knowledge);

#endif
