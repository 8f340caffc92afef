/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the user registers at an exit hold the exit code. No version says so: on some kernels
 * perf gives out none there (6.12.69 and later ones of that series), on some machines they have
 * been written over (s390x).
 */
#ifndef PXT_TRACE_EXIT_PROBE_H
#define PXT_TRACE_EXIT_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/registers.h"

/*
 * Let a child exit with a code that we know and look for it in its sample of sched_process_exit,
 * whose id is EXIT_ID. REGISTERS may be NULL. Takes about a millisecond; false where anything
 * fails.
 */
bool exit_probe(uint16_t exit_id, const struct registers *registers);

#endif
