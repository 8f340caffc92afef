/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds members of this kernel's structures, in what it tells of its types (btf.h).
 */
#ifndef PXT_PROBE_KERNEL_TYPES_H
#define PXT_PROBE_KERNEL_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

/* A member of 8 bytes. */
struct wanted_member {
	const char *structure, *member;
	uint32_t *offset; /* filled, in bytes */
};

/*
 * Find the COUNT members at WANTED, which are of WHAT, for messages. Returns 0, or a negative errno
 * with ERR filled.
 */
int kernel_types_find(const struct wanted_member *wanted, size_t count, const char *what,
		      struct error *err) MUST_CHECK;

#endif
