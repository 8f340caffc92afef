/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The environment variables of --env, and picking them out of an environment.
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
	char *names; /* one after the other, each ended by a NUL; ours */
	size_t count;
};

/*
 * Parse "NAME[,NAME]…" or "all". Returns 0 (free with env_selection_done()), -EINVAL where a name
 * is empty or has a '=', -ENOMEM.
 */
int env_selection_parse(const char *text, struct env_selection *selection) MUST_CHECK;
void env_selection_done(struct env_selection *selection);

/*
 * Copy the variables that are asked for out of STRINGS, all that the environment consists of, to
 * BUFFER in place of what it held, in the environment's own order and as often as they are there. A
 * string without '=' is no variable. ENVIRONMENT is known then, and borrows from BUFFER. Returns 0
 * or -ENOMEM.
 */
int env_selection_take(const struct env_selection *selection, const struct string_list *strings,
		       struct buffer *buffer, struct environment *environment) MUST_CHECK;

#endif
