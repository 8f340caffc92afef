/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/program.h"

#include <stdlib.h>
#include <string.h>

static struct text keep(char *at, struct text text)
{
	if (text.length > 0)
		memcpy(at, text.bytes, text.length);
	return (struct text){text.bytes ? at : NULL, text.length};
}

struct program *program_new(struct text filename, const struct arguments *arguments)
{
	const struct text argv = arguments ? arguments->known.bytes : (struct text){0};
	struct program *program = malloc(sizeof(*program) + filename.length + argv.length);

	if (!program)
		return NULL;
	*program = (struct program){
		.references = 1,
		.filename = keep(program->bytes, filename),
		.arguments = arguments ? *arguments : (struct arguments){.argc = -1},
	};
	program->arguments.known.bytes = keep(program->bytes + filename.length, argv);
	return program;
}

struct program *program_hold(struct program *program)
{
	if (program)
		program->references++;
	return program;
}

void program_release(struct program *program)
{
	if (program && --program->references == 0)
		free(program);
}
