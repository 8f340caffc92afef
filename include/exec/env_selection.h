/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The environment variables that --env selects.
 */
#ifndef PXT_EXEC_ENV_SELECTION_H
#define PXT_EXEC_ENV_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "event/facts.h"

struct env_selection {
	bool all;
	char *names; /* NUL-terminated, one after the other; owned */
	size_t count;
};

/*
 * Parse "NAME[,NAME]…" or "all". Returns 0 (free SELECTION with env_selection_done()), -EINVAL if a
 * name is empty or has a '=', or -ENOMEM.
 */
int env_selection_parse(const char *text, struct env_selection *selection) MUST_CHECK;
void env_selection_done(struct env_selection *selection);

/*
 * Copy the selected variables from STRINGS, a complete environment, to BUFFER in place of its
 * contents, in their order and including duplicates. A string without '=' is no variable. Returns 0
 * with ENVIRONMENT known and borrowing from BUFFER, or -ENOMEM.
 */
int env_selection_take(const struct env_selection *selection, const struct string_list *strings,
		       struct buffer *buffer, struct environment *environment) MUST_CHECK;

#endif
