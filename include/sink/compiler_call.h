/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the command line of a C or C++ compiler apart: gcc, clang and their kin, by cross and
 * versioned names, and with ccache and the like in front.
 */
#ifndef PXT_SINK_COMPILER_CALL_H
#define PXT_SINK_COMPILER_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/string_list.h"
#include "base/text.h"

enum program_role {
	PROGRAM_OTHER,
	PROGRAM_COMPILER, /* "/usr/bin/aarch64-linux-gnu-gcc-12" */
	PROGRAM_WRAPPER,  /* "ccache": it runs the compiler that its arguments name */
};

/* Returns what a program is, by the last part of its PATH. */
enum program_role program_role(struct text path);

/* An array of borrowed texts; all zero is an empty one. */
struct texts_list {
	struct text *texts;
	size_t count, capacity;
};

/* Begins as {0} and can be used again and again. Texts are borrowed from the arguments. */
struct compiler_call {
	bool wrapped;            /* behind a wrapper: `compiler` is as the wrapper was told */
	struct text compiler;    /* the argument that names it */
	struct texts_list flags; /* all others, but for the sources, the output, and what is only
				    about dependencies and linking */
	struct texts_list sources;
	struct text output; /* of -o; NULL: none */
	bool links;         /* neither -c nor -S is given */
};

/*
 * Take the complete ARGV of a compiler or wrapper apart. Returns 1 where it compiles, 0 where it
 * does not (preprocessing, dependencies, linking, questions such as --version), -ENOMEM.
 */
int compiler_call_parse(struct compiler_call *call, struct string_list argv) MUST_CHECK;

/* Free the memory. */
void compiler_call_done(struct compiler_call *call);

#endif
