/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/completer.h"

#include <stdlib.h>

#include "event/event.h"
#include "exec/argv_proc.h"
#include "exec/argv_provider.h"
#include "exec/stack.h"
#include "perf/perf_event.h"
#include "perf/record.h"

struct completer {
	const struct decoder *decoder;
	const struct env_selection *selection;
	struct record_layout layout;
	struct argv_provider *proc;
	completer_told *told;
	void *context;
};

struct completer *completer_new(const struct decoder *decoder, int proc_fd,
				const struct env_selection *selection, completer_told *told,
				void *context)
{
	struct completer *completer = calloc(1, sizeof(*completer));

	if (!completer)
		return NULL;
	completer->decoder = decoder;
	completer->proc = argv_proc_new(proc_fd, selection);
	if (!completer->proc) {
		free(completer);
		return NULL;
	}
	completer->selection = selection;
	completer->told = told;
	completer->context = context;
	record_layout_init(&completer->layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	return completer;
}

void completer_free(struct completer *completer)
{
	if (!completer)
		return;
	argv_provider_free(completer->proc);
	free(completer);
}

/* What the dump lacks of what is wanted (ARGV_WANT_*). */
static unsigned int missing(const struct completer *completer, const struct user_stack *stack)
{
	struct stack_tables tables;
	unsigned int wants = 0;

	stack_tables_find(stack, &tables);
	if (!stack_has_arguments(stack, &tables))
		wants |= ARGV_WANT_ARGUMENTS;
	if (completer->selection && !stack_has_environment(stack, &tables))
		wants |= ARGV_WANT_ENVIRONMENT;
	return wants;
}

static void complete(const struct completer *completer, const struct record *record,
		     const struct user_stack *stack, unsigned int wants)
{
	struct arguments arguments = {.complete = false};
	struct environment environment = {.known = false};

	/* Where memory is short, the exec is told of as its stack has it. */
	if (argv_provider_complete(completer->proc, record->tid, stack, wants, &arguments,
				   &environment) < 0 ||
	    (!arguments.complete && !environment.known))
		return;
	const struct completion completion = {
		.time_ns = record->time_ns,
		.pid = record->tid,
		.pointer = stack->pointer,
		.arguments = arguments.complete ? &arguments.known : NULL,
		.environment = environment.known ? &environment.entries : NULL,
	};
	completer->told(completer->context, &completion);
}

void completer_look(struct completer *completer, const struct perf_event_header *header)
{
	struct record record;
	struct user_stack stack;

	if (header->type != PERF_RECORD_SAMPLE ||
	    record_parse(header, &completer->layout, &record) < 0 ||
	    !decoder_exec_stack(completer->decoder, &record, &stack))
		return;
	unsigned int wants = missing(completer, &stack);
	if (wants != 0)
		complete(completer, &record, &stack, wants);
}
