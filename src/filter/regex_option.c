/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/regex_option.h"

#include <errno.h>
#include <stdlib.h>

void regex_option_free(regex_t *regex)
{
	if (regex)
		regfree(regex);
	free(regex);
}

static int compile(regex_t *regex, const char *text, int flags, const char *option,
		   struct error *err)
{
	char why[120];
	int code = regcomp(regex, text, REG_EXTENDED | flags);

	if (code == REG_ESPACE)
		return error_no_memory(err);
	if (code == 0)
		return 0;
	regerror(code, regex, why, sizeof(why));
	return error_set(err, -EINVAL, "%s: '%.80s' is no regular expression: %s", option, text,
			 why);
}

int regex_option_parse(regex_t **owner, const char *text, int flags, const char *option,
		       const char *what, struct error *err)
{
	if (text[0] == '\0')
		return error_set(err, -EINVAL, "%s takes a regular expression for %s, not ''",
				 option, what);
	regex_t *regex = malloc(sizeof(*regex));
	if (!regex)
		return error_no_memory(err);
	int code = compile(regex, text, flags, option, err);
	if (code < 0) {
		free(regex);
		return code;
	}
	regex_option_free(*owner);
	*owner = regex;
	return 0;
}
