/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds what looks like a secret in arguments (docs/redact.md): values of options and variables
 * called password, token and so on, passwords in URLs, tokens by their form. It errs towards
 * finding too much.
 */
#ifndef PXT_SINK_SECRETS_H
#define PXT_SINK_SECRETS_H

#include <regex.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/string_list.h"

/* Begins with `more` set and the rest 0. Its memory is kept from one use to the next. */
struct secrets {
	const regex_t *more; /* a secret, too: what its group 1, else all of it, matches; NULL */
	struct buffer marks; /* a byte for each byte of the arguments: not 0 in a secret */
	struct buffer copy;  /* an argument, for `more` */
};

/*
 * Mark the secrets in all bytes of ARGV, whatever its count. Returns 1 where there are any, 0 where
 * there are none, -ENOMEM; `marks` is as long as the bytes of ARGV then.
 */
int secrets_find(struct secrets *secrets, struct string_list argv) MUST_CHECK;

/* Free the memory. */
void secrets_done(struct secrets *secrets);

#endif
