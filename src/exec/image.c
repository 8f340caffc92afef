/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/image.h"

#include "base/buffer.h"
#include "exec/stack.h"

/* What IMAGE lacks of what is wanted (ARGV_WANT_*). */
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
	stack_tables_find(stack, &tables);
	stack_arguments(stack, &tables, &made->arguments);
	stack_credentials(stack, &tables, &made->credentials);
	if (maker->selection)
		code = stack_environment(stack, &tables, maker->selection, &maker->environment,
					 &made->environment);
	unsigned int wants = missing(maker, made);
	maker->completed = 0;
	/* Whoever has execed is its process's leader, and its tid is the process's id. */
	if (code < 0 || !maker->provider || !stack->bytes || wants == 0)
		return code;
	code = argv_provider_complete(maker->provider, event->sample_tid, stack, wants,
				      &made->arguments, &made->environment);
	maker->completed = wants & ~missing(maker, made);
	return code;
}

void image_maker_done(struct image_maker *maker)
{
	buffer_done(&maker->environment);
}
