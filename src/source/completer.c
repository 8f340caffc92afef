/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/completer.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"
#include "event/event.h"
#include "exec/argv_probed.h"
#include "exec/argv_proc.h"
#include "exec/argv_provider.h"
#include "exec/stack.h"
#include "perf/perf_event.h"
#include "perf/record.h"
#include "source/probed_execs.h"

/* An exec does not wait any longer for samples that were lost. */
#define ROUNDS_MAX 64U

struct completer {
	const struct decoder *decoder;
	const struct env_selection *selection;
	struct record_layout layout;
	struct argv_provider *proc;
	const struct argv_layout *probe; /* NULL: there is none */
	unsigned int chunks;             /* that it copies */
	struct probed_execs *execs;      /* that wait for it; NULL as well then */
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

int completer_set_probe(struct completer *completer, const struct argv_layout *layout,
			unsigned int chunks)
{
	completer->execs = calloc(1, sizeof(*completer->execs));
	if (!completer->execs)
		return -ENOMEM;
	completer->probe = layout;
	completer->chunks = chunks;
	return 0;
}

void completer_free(struct completer *completer)
{
	if (!completer)
		return;
	if (completer->execs)
		probed_execs_done(completer->execs);
	free(completer->execs);
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

/* Of the exec in RECORD that left STACK, ARGUMENTS and ENVIRONMENT have come, where complete. */
static void tell(const struct completer *completer, const struct record *record,
		 const struct user_stack *stack, const struct arguments *arguments,
		 const struct environment *environment)
{
	const struct completion completion = {
		.time_ns = record->time_ns,
		.pid = record->tid,
		.pointer = stack->pointer,
		.arguments = arguments->complete ? &arguments->known : NULL,
		.source = arguments->source,
		.environment = environment->known ? &environment->entries : NULL,
	};

	completer->told(completer->context, &completion);
}

/* Returns whether all arguments are known now. */
static bool ask_proc(const struct completer *completer, const struct record *record,
		     const struct user_stack *stack, unsigned int wants)
{
	struct arguments arguments = {.complete = false};
	struct environment environment = {.known = false};

	/* Where memory is short, the exec is told of as its stack has it. */
	if (argv_provider_complete(completer->proc, record->tid, stack, wants, &arguments,
				   &environment) < 0 ||
	    (!arguments.complete && !environment.known))
		return false;
	tell(completer, record, stack, &arguments, &environment);
	return arguments.complete;
}

/* ---- the probe ---- */

/* The sample of EXEC, which was one once. */
static bool read_exec(const struct completer *completer, const struct probed_exec *exec,
		      struct record *record, struct user_stack *stack)
{
	return record_parse(exec->record.bytes, &completer->layout, record) == 0 &&
	       decoder_exec_stack(completer->decoder, record, stack);
}

static bool ask_proc_for(const struct completer *completer, struct probed_exec *exec)
{
	struct record record;
	struct user_stack stack;

	exec->proc_was_asked = true;
	return read_exec(completer, exec, &record, &stack) &&
	       ask_proc(completer, &record, &stack, ARGV_WANT_ARGUMENTS);
}

/* All chunks of EXEC have come. */
static bool take_probed(const struct completer *completer, const struct probed_exec *exec)
{
	static const struct environment none = {.known = false};
	const struct text strings = {exec->strings.bytes, exec->strings.size};
	struct arguments arguments;
	struct record record;
	struct user_stack stack;

	if (!read_exec(completer, exec, &record, &stack) ||
	    !argv_probed_take(&stack, exec->start, strings, &arguments))
		return false;
	tell(completer, &record, &stack, &arguments, &none);
	return true;
}

/* /proc is asked last, and once, for it is the slowest. */
static void end_wait(const struct completer *completer, struct probed_exec *exec)
{
	if (!exec->proc_was_asked)
		ask_proc_for(completer, exec);
	probed_execs_end(completer->execs, exec);
}

static void take_sample(const struct completer *completer, struct probed_exec *exec,
			const struct argv_sample *sample)
{
	int got = probed_exec_add(exec, sample, completer->chunks);

	if (got == PROBED_WHOLE && take_probed(completer, exec))
		probed_execs_end(completer->execs, exec);
	else if (got != PROBED_PART)
		end_wait(completer, exec);
}

static void wait_for_probe(const struct completer *completer, const struct record *record,
			   const struct perf_event_header *header)
{
	struct probed_exec *place = probed_execs_place(completer->execs, record->tid);
	const struct argv_sample *early;

	/* Of the same task, it has been replaced by now. */
	if (place->tid != 0 && place->tid != record->tid)
		end_wait(completer, place);
	/* Where memory is short, the exec is told of as its stack has it. */
	if (probed_execs_begin(completer->execs, place, record->tid, record->time_ns, header) < 0)
		return;
	while (place->tid != 0 && (early = probed_execs_take_early(completer->execs, place)))
		take_sample(completer, place, early);
}

static void look_at_probe(const struct completer *completer, const struct record *record)
{
	struct probed_exec *exec = probed_execs_find(completer->execs, record->tid);
	struct argv_sample sample;
	bool is_later = exec && record->time_ns > exec->time_ns;

	if (!argv_sample_take(completer->probe, record, &sample)) {
		/* The probe is passed before the program's first instruction. */
		if (is_later)
			exec->has_moved_on = true;
		return;
	}
	if (sample.chunk >= completer->chunks)
		return;
	if (is_later)
		take_sample(completer, exec, &sample);
	else
		probed_execs_keep_early(completer->execs, record->tid, record->time_ns, &sample);
}

/* Once a round has ended in which nothing came. /proc is asked once. */
static bool ends_with_round(const struct completer *completer, struct probed_exec *exec)
{
	if (exec->tid == 0 || exec->rounds++ == 0)
		return false;
	if (exec->has_moved_on || exec->rounds > ROUNDS_MAX)
		return true;
	return !exec->proc_was_asked && ask_proc_for(completer, exec);
}

void completer_end_round(struct completer *completer)
{
	if (!completer_awaits_any(completer))
		return;
	for (size_t i = 0; i < PROBED_EXECS_MAX; i++) {
		struct probed_exec *exec = &completer->execs->items[i];

		if (ends_with_round(completer, exec))
			end_wait(completer, exec);
	}
}

bool completer_awaits_any(const struct completer *completer)
{
	return completer->execs && completer->execs->count > 0;
}

bool completer_awaits(const struct completer *completer, int32_t tid)
{
	return completer->execs && probed_execs_find(completer->execs, tid);
}

void completer_give_up(struct completer *completer, int32_t tid)
{
	struct probed_exec *exec =
		completer->execs ? probed_execs_find(completer->execs, tid) : NULL;

	if (exec)
		end_wait(completer, exec);
}

/* ---- records ---- */

static void look_at_exec(const struct completer *completer, const struct record *record,
			 const struct perf_event_header *header, const struct user_stack *stack)
{
	const unsigned int wants = missing(completer, stack);
	const bool waits = completer->execs && wants & ARGV_WANT_ARGUMENTS;

	if (completer->execs && !waits)
		probed_execs_saw(completer->execs, record->tid);
	if (wants == 0)
		return;
	/* The probe has no environment, for which /proc is asked at once, and then for both. */
	const bool asks = !waits || wants != ARGV_WANT_ARGUMENTS;
	const bool is_told = asks && ask_proc(completer, record, stack, wants);

	if (waits && !is_told)
		wait_for_probe(completer, record, header);
}

void completer_look(struct completer *completer, const struct perf_event_header *header)
{
	struct record record;
	struct user_stack stack;

	if (header->type != PERF_RECORD_SAMPLE ||
	    record_parse(header, &completer->layout, &record) < 0)
		return;
	if (decoder_exec_stack(completer->decoder, &record, &stack))
		look_at_exec(completer, &record, header, &stack);
	else if (completer->execs)
		look_at_probe(completer, &record);
}
