/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the parser: the options so far, and what only the rules between them need.
 */
#ifndef PXT_CLI_PARSE_H
#define PXT_CLI_PARSE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/error.h"
#include "cli/options.h"

struct parse {
	struct options options;
	enum mode mode; /* that the first argument names; options.mode may become help or version */
	bool stream;
	bool format_given; /* -F */
	bool extended;     /* -x */
};

/*
 * Take OPTION, a short option's letter or an enum long_option, with its argument TEXT ("" where it
 * takes none). Returns 0, -EINVAL or -ENOMEM with ERR filled.
 */
int option_apply(struct parse *parse, int option, const char *text, struct error *err) MUST_CHECK;

/*
 * Put a copy of TEXT, the argument of OPTION, in place of what *OWNER was. Returns 0, -EINVAL (TEXT
 * is empty) or -ENOMEM with ERR filled.
 */
int option_take_text(char **owner, const char *text, const char *option,
		     struct error *err) MUST_CHECK;

/*
 * Once all options are taken: refuse those that do not go together, and fill in what follows from
 * them. Returns 0 or -EINVAL with ERR filled.
 */
int options_combine(struct parse *parse, struct error *err) MUST_CHECK;

#endif
