/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/argv_probed.h"

#include "exec/stack.h"

bool argv_probed_take(const struct user_stack *stack, uint64_t start, struct text strings,
		      struct arguments *arguments)
{
	struct stack_tables tables;
	uint64_t expected;

	stack_tables_find(stack, &tables);
	if (!stack_area_start(stack, &tables, STACK_ARGV, &expected) || start != expected ||
	    !stack_confirms(stack, &tables, STACK_ARGV, strings))
		return false;
	*arguments = (struct arguments){
		.argc = tables.argc,
		.known = {.bytes = strings, .count = (uint32_t)tables.argc},
		.complete = true,
		.source = ARGV_PROBE,
	};
	return true;
}
