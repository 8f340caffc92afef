/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges arguments that the kernel's probe copied (probe/argv_sample.h).
 */
#ifndef PXT_EXEC_ARGV_PROBED_H
#define PXT_EXEC_ARGV_PROBED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "event/event.h"
#include "event/facts.h"

/*
 * Take STRINGS, copied from START on, as the ARGUMENTS of the exec whose dump is STACK; borrowed.
 * Returns false, with ARGUMENTS unchanged, where they are not proven to be all of them: by their
 * address, their number, the pointer to each, their end, and every byte that is in the dump. Bytes
 * that the probe could not read are zero, and make more strings than there are.
 */
bool argv_probed_take(const struct user_stack *stack, uint64_t start, struct text strings,
		      struct arguments *arguments);

#endif
