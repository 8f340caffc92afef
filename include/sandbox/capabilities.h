/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives up capabilities (capabilities(7)) of this process.
 */
#ifndef PXT_SANDBOX_CAPABILITIES_H
#define PXT_SANDBOX_CAPABILITIES_H

#include <stdint.h>

#include "base/compiler.h"

/* CAPABILITY of linux/capability.h in a set of them. */
#define CAPABILITY_BIT(capability) (UINT64_C(1) << (capability))

/*
 * Empty the bounding set, so that no exec gives any capability back. Takes CAP_SETPCAP. Returns 0
 * or a negative errno.
 */
int capabilities_empty_bounding_set(void) MUST_CHECK;

/*
 * Make effective and permitted what of KEEP is permitted now; empty inheritable and ambient.
 * Returns 0 with *KEPT, or a negative errno.
 */
int capabilities_keep(uint64_t keep, uint64_t *kept) MUST_CHECK;

#endif
