/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says what of the sandbox is in force, for users to read.
 */
#ifndef PXT_SANDBOX_DESCRIBE_H
#define PXT_SANDBOX_DESCRIBE_H

#include <stddef.h>

#include "sandbox/sandbox.h"

const char *sandbox_part_name(enum sandbox_part part);

/* All parts of IN_FORCE into TEXT of SIZE bytes: "user, Landlock; not system calls: WHY". */
void sandbox_describe_all(const struct sandbox_in_force *in_force, char *text, size_t size);

/* Write to TEXT, of SIZE bytes, how PART is in force or why it is not. */
void sandbox_describe(const struct sandbox_in_force *in_force, enum sandbox_part part, char *text,
		      size_t size);

#endif
