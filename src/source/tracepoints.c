/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/tracepoints.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/format.h"
#include "decode/registers.h"
#include "decode/shipped.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "event/facts.h"
#include "filter/pid_list.h"
#include "host/cgroups.h"
#include "perf/perf_event.h"
#include "source/exit_probe.h"

#define SHOWN (TRACEPOINT_BIT(TRACEPOINTS_SHOWN) - 1U)

static unsigned int needed_for_lines(const struct request *request)
{
	/* Descent is known from forks and exits, and from execs of threads that take a leader's id.
	 */
	if (request->needs)
		return SHOWN;
	/* Threads: of which process they are, and those that have no FORK. */
	if (request_follows_tasks(request))
		return SHOWN | TRACEPOINT_BIT(TRACEPOINT_NEW_TASK);
	/* Without exits nobody would know that the last of the tasks is gone. */
	if (request->tids.count > 0)
		return request->events | TRACEPOINT_BIT(TRACEPOINT_EXIT);
	return request->events;
}

static unsigned int needed_for_facts(unsigned int needs)
{
	unsigned int needed = 0;

	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (tracepoint_types[i]->needs & needs)
			needed |= TRACEPOINT_BIT(i);
	}
	return needed;
}

static unsigned int needed_for_exit_calls(void)
{
	unsigned int needed = 0;

	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (tracepoint_types[i]->exit_call)
			needed |= TRACEPOINT_BIT(i);
	}
	return needed;
}

static unsigned int needed_for_failed_execs(const struct request *request)
{
	unsigned int needed = 0;

	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (tracepoint_types[i]->exec_call)
			needed |= TRACEPOINT_BIT(i);
	}
	return request->events & EVENT_BIT(EVENT_EXEC_FAILED) ? needed : 0;
}

/* The formats of NEEDED, of which kernels may lack those that no line is made of. */
static int read_formats(struct tracepoints *tracepoints, unsigned int needed, struct error *err)
{
	const struct machine machine = machine_native();

	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (!(needed & TRACEPOINT_BIT(i)))
			continue;
		int code = format_dir_read(&tracepoints->dir, tracepoint_types[i]->system,
					   tracepoint_types[i]->name, &machine,
					   &tracepoints->formats[i], err);
		if (code < 0 && !(code == -ENOENT && i >= TRACEPOINTS_SHOWN))
			return code;
		if (code < 0)
			*err = (struct error){0};
	}
	return 0;
}

static int filter_tids(struct tracepoints *tracepoints, const struct pid_list *tids,
		       struct error *err)
{
	for (unsigned int i = 0; i < TRACEPOINTS_SHOWN; i++) {
		if (!tracepoints->formats[i])
			continue;
		int code = pid_list_kernel_filter(tids, tracepoint_types[i]->pid_fields,
						  &tracepoints->filters[i]);
		/* So many tids that the kernel takes no such filter: ours does it all. */
		if (code < 0 && code != -E2BIG)
			return error_no_memory(err);
	}
	return 0;
}

/* The filters of the table's rows. */
static int add_own_filters(struct tracepoints *tracepoints, struct error *err)
{
	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		const struct tracepoint_type *type = tracepoint_types[i];
		bool for_facts = (type->needs & tracepoints->needs) != 0;
		const char *filter =
			type->lines_filter && !for_facts ? type->lines_filter : type->filter;

		if (!filter || !tracepoints->formats[i])
			continue;
		tracepoints->filters[i] = strdup(filter);
		if (!tracepoints->filters[i])
			return error_no_memory(err);
	}
	return 0;
}

/*
 * Where registers and call chain of an exit do not tell its code, the system calls do, which puts
 * every task on the kernel's slow path through system calls.
 */
static int find_exit_status(struct tracepoints *tracepoints, struct error *err)
{
	const struct format *exit = tracepoints->formats[TRACEPOINT_EXIT];

	tracepoints->hold_fd =
		exit_probe(exit->id, tracepoints->registers, &tracepoints->exit_paths);
	if (tracepoints->exit_paths.known)
		return 0;
	return read_formats(tracepoints, needed_for_exit_calls(), err);
}

bool tracepoints_lack_paths(const struct tracepoints *tracepoints)
{
	const struct format *execve = tracepoints->formats[TRACEPOINT_EXECVE];

	return execve && !format_find(execve, TRACEPOINT_EXEC_PATH);
}

/* Without the path nobody would know what failed. A probe is of tracefs. */
static int check_failed_execs(const struct tracepoints *tracepoints, const struct request *request,
			      struct error *err)
{
	const struct format *execve = tracepoints->formats[TRACEPOINT_EXECVE];

	if (!(request->events & EVENT_BIT(EVENT_EXEC_FAILED)) ||
	    (execve && format_find(execve, TRACEPOINT_EXEC_PATH)) ||
	    (execve && request->probe_bytes > 0 && !request->formats))
		return 0;
	error_set(err, -EOPNOTSUPP,
		  execve ? "--failed-execs: this kernel's sys_enter_execve does not tell the path"
			 : "--failed-execs: this kernel does not trace system calls "
			   "(CONFIG_FTRACE_SYSCALLS)");
	error_remedy(err,
		     execve ? "--argv-probe as well, for root; a kernel from Linux 6.19 on; or "
			      "--failed for the exits that follow"
			    : "a kernel from Linux 6.19 on, or --failed for the exits that follow");
	return -EOPNOTSUPP;
}

static int add_filters(struct tracepoints *tracepoints, const struct request *request,
		       struct error *err)
{
	/* Facts need all events: a parent's and a sender's name are told by those of others. */
	if (request->tids.count > 0 && !request->needs)
		return filter_tids(tracepoints, &request->tids, err);
	return add_own_filters(tracepoints, err);
}

int tracepoints_init(struct tracepoints *tracepoints, const struct request *request,
		     bool status_is_told, struct error *err)
{
	struct tracepoints made = {
		.needs = request->needs,
		.arg_bytes = request->arg_bytes,
		.status_is_told = status_is_told,
		.hold_fd = -1,
	};

	/* Ids of version 1 would be taken for those of version 2. */
	if (request->needs & NEED_CGROUP && cgroups_of_this_host() == CGROUPS_OF_V1)
		made.needs &= ~NEED_CGROUP;
	int code = request->formats ? shipped_open_dir(&made.dir, request->formats, err)
				    : format_dir_open_tracefs(&made.dir, err);

	if (code < 0)
		return code;
	made.registers = registers_of_this_machine();
	code = read_formats(&made,
			    needed_for_lines(request) | needed_for_facts(request->needs) |
				    needed_for_failed_execs(request),
			    err);
	if (code == 0)
		code = check_failed_execs(&made, request, err);
	if (code == 0 && request->needs & NEED_STATUS && !status_is_told)
		code = find_exit_status(&made, err);
	if (code == 0)
		code = add_filters(&made, request, err);
	if (code < 0) {
		tracepoints_done(&made);
		return code;
	}
	*tracepoints = made;
	return 0;
}

void tracepoints_done(struct tracepoints *tracepoints)
{
	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		format_free(tracepoints->formats[i]);
		free(tracepoints->filters[i]);
	}
	format_dir_close(&tracepoints->dir);
	if (tracepoints->hold_fd >= 0)
		close(tracepoints->hold_fd);
}

struct perf_event_extra
tracepoints_extra_at_exec(unsigned int needs, const struct registers *registers, uint32_t arg_bytes)
{
	struct perf_event_extra extra = {.cgroup = (needs & NEED_CGROUP) != 0};

	if (needs & NEED_ARGUMENTS) {
		extra.regs_user = registers_at_exec(registers);
		extra.stack_user = extra.regs_user ? arg_bytes : 0;
	}
	return extra;
}

static struct perf_event_extra extra_of(const struct tracepoints *tracepoints,
					enum tracepoint tracepoint)
{
	unsigned int needs = tracepoints->needs;
	struct perf_event_extra extra = {0};

	if (tracepoint == TRACEPOINT_EXEC)
		return tracepoints_extra_at_exec(needs, tracepoints->registers,
						 tracepoints->arg_bytes);
	if (tracepoint_is_shown(tracepoint))
		extra.cgroup = (needs & NEED_CGROUP) != 0;
	if (tracepoint == TRACEPOINT_EXIT && tracepoints->exit_paths.known) {
		extra.regs_user = registers_at_exit(tracepoints->registers);
		extra.callchain = true;
	}
	return extra;
}

void tracepoints_plan(const struct tracepoints *tracepoints, struct cpu_ring_plan *plan)
{
	static_assert(TRACEPOINT_COUNT <= CPU_RING_TRACEPOINTS, "a plan has room for all");

	plan->tracepoint_count = 0;
	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (!tracepoints->formats[i])
			continue;
		plan->tracepoints[plan->tracepoint_count].system = tracepoints->formats[i]->system;
		plan->tracepoints[plan->tracepoint_count].name = tracepoints->formats[i]->name;
		plan->tracepoints[plan->tracepoint_count].id = tracepoints->formats[i]->id;
		plan->tracepoints[plan->tracepoint_count].filter = tracepoints->filters[i];
		plan->tracepoints[plan->tracepoint_count].wakes = i < TRACEPOINTS_SHOWN;
		plan->tracepoints[plan->tracepoint_count].extra =
			extra_of(tracepoints, (enum tracepoint)i);
		plan->tracepoint_count++;
	}
	plan->comm = tracepoints->formats[TRACEPOINT_EXEC] != NULL;
	plan->cgroup = (tracepoints->needs & NEED_CGROUP) != 0;
}

size_t tracepoints_opened_at(const struct tracepoints *tracepoints, enum tracepoint tracepoint)
{
	size_t index = 0;

	for (unsigned int i = 0; i < tracepoint; i++)
		index += tracepoints->formats[i] != NULL;
	return index;
}

void tracepoints_set_extra(const struct tracepoints *tracepoints, const struct cpu_ring_plan *plan,
			   struct decoder *decoder)
{
	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		const enum tracepoint tracepoint = (enum tracepoint)i;

		if (!tracepoint_is_shown(i) || !tracepoints->formats[i])
			continue;
		const struct perf_event_attr attr =
			cpu_ring_attr(plan, tracepoints_opened_at(tracepoints, tracepoint));
		const struct sample_extra_layout layout = {
			.sample_type = attr.sample_type,
			.regs_user = attr.sample_regs_user,
		};

		if (attr.sample_type != PERF_EVENT_SAMPLE_TYPE)
			decoder_set_extra(decoder, tracepoint, &layout, tracepoints->registers);
	}
	decoder_set_exit_paths(decoder, &tracepoints->exit_paths);
}
