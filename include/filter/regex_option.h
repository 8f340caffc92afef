/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regular expressions that users type.
 */
#ifndef PXT_FILTER_REGEX_OPTION_H
#define PXT_FILTER_REGEX_OPTION_H

#include <regex.h>

#include "base/compiler.h"
#include "base/error.h"

/*
 * Replace *OWNER, which is freed, by the extended regular expression TEXT, the argument of OPTION,
 * for WHAT; FLAGS are those of regcomp(3). Returns 0, or -EINVAL or -ENOMEM with ERR filled and
 * *OWNER unchanged.
 */
int regex_option_parse(regex_t **owner, const char *text, int flags, const char *option,
		       const char *what, struct error *err) MUST_CHECK;

/* Free REGEX, which may be NULL. */
void regex_option_free(regex_t *regex);

#endif
