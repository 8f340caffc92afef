/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/image.h"

#include <errno.h>

#include "base/buffer.h"
#include "exec/at_exec_kept.h"
#include "exec/stack.h"

int image_maker_init(struct image_maker *maker, const char *text, struct env_selection *selection,
		     struct error *err)
{
	if (!text)
		return 0;
	if (env_selection_parse(text, selection) < 0)
		return error_set(err, -EINVAL, "--env takes names, not '%.80s'", text);
	maker->selection = selection;
	return 0;
}

/* Returns the wanted parts that IMAGE lacks (ARGV_WANT_*). */
static unsigned int missing(const struct image_maker *maker, const struct exec_image *image)
{
	unsigned int wants = image->arguments.complete ? 0 : ARGV_WANT_ARGUMENTS;

	if (maker->selection && !image->environment.known)
		wants |= ARGV_WANT_ENVIRONMENT;
	return wants;
}

int image_make(struct image_maker *maker, struct event *event)
{
	const struct user_stack *stack = &event->exec.stack;
	struct exec_image *made = &maker->image;
	struct stack_tables tables;
	int code = 0;

	*made = (struct exec_image){.arguments.argc = -1};
	event->exec.image = made;
	if (maker->at_exec && stack->bytes)
		made->at_exec =
			at_exec_kept_take(maker->at_exec, event->sample_tid, stack->pointer);
	stack_tables_find(stack, &tables);
	stack_arguments(stack, &tables, &made->arguments);
	stack_credentials(stack, &tables, &made->credentials);
	if (maker->selection)
		code = stack_environment(stack, &tables, maker->selection, &maker->environment,
					 &made->environment);
	unsigned int wants = missing(maker, made);
	/* Whoever has execed is its process's leader, and its tid is the process's id. */
	if (code < 0 || !maker->provider || !stack->bytes || wants == 0)
		return code;
	return argv_provider_complete(maker->provider, event->sample_tid, stack, wants,
				      &made->arguments, &made->environment);
}

void image_maker_done(struct image_maker *maker)
{
	buffer_done(&maker->environment);
}
