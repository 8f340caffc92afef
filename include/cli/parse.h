/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parser's state, and the steps of parsing: one option at a time, then all together.
 */
#ifndef PXT_CLI_PARSE_H
#define PXT_CLI_PARSE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/error.h"
#include "cli/options.h"
#include "cli/typed.h"

struct parse {
	struct options options;
	enum mode mode; /* of the first argument; options.mode may become help or version */
	bool stream;
	bool format_given; /* -F */
	bool events_given; /* -e */
	bool failed_execs; /* --failed-execs: beside those of -e */
	bool extended;     /* -x */
	bool argv_probe;   /* --argv-probe */
	struct typed typed;
};

/*
 * Apply OPTION, a letter or an enum long_option, with its argument TEXT ("" if it takes none).
 * Returns 0, or -EINVAL or -ENOMEM with ERR filled.
 */
int option_apply(struct parse *parse, int option, const char *text, struct error *err) MUST_CHECK;

/*
 * Replace *OWNER, which is freed, by a copy of TEXT, the argument of OPTION. Returns 0, or -EINVAL
 * (TEXT is empty) or -ENOMEM with ERR filled.
 */
int option_take_text(char **owner, const char *text, const char *option,
		     struct error *err) MUST_CHECK;

/*
 * Check that the options go together, and derive sink, facts and limits from them. Called once,
 * after the last option. Returns 0, or -EINVAL with ERR filled.
 */
int options_combine(struct parse *parse, struct error *err) MUST_CHECK;

#endif
