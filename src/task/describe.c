/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/describe.h"

#include "task/exit_evidence.h"
#include "task/process.h"
#include "task/program.h"
#include "task/shared_comm.h"
#include "task/usage_sum.h"

/* Its task may be a thread of the process that forked it: then that one's parent and age are its.
 */
static bool is_perhaps_a_thread(const struct process *process)
{
	return process->pid < 0;
}

static void describe_process(const struct process *process, struct facts *facts)
{
	facts->tgid = process->pid;
	facts->from_proc = process->from_proc;
	facts->name = shared_comm_text(process->comm);
	if (process->parent && !is_perhaps_a_thread(process))
		facts->ppid = process->parent->pid;
	else if (process->parent_known && !process->parent)
		facts->ppid = 0;
	if (process->program)
		facts->credentials = process->program->credentials;
}

static void describe_program(const struct program *program, struct facts *facts)
{
	if (!program)
		return;
	facts->filename = program->filename;
	facts->arguments = program->arguments;
}

static int64_t since(uint64_t then_ns, uint64_t now_ns)
{
	return then_ns != 0 && now_ns >= then_ns ? (int64_t)(now_ns - then_ns) : -1;
}

static void describe_times(const struct subject *subject, const struct event *event,
			   struct facts *facts)
{
	if (!is_perhaps_a_thread(subject->thread->process))
		facts->age_ns = since(subject->thread->process->start_ns, event->time_ns);
	facts->since_exec_ns = since(subject->previous_exec_ns, event->time_ns);
}

static void describe_fork(const struct subject *subject, const struct event *event,
			  struct facts *facts)
{
	const struct thread *child = subject->child;
	const struct process *process = subject->thread->process;

	describe_program(process_program_at(process, event->time_ns), facts);
	facts->kind = thread_kind(child);
	/* Without the flags a process may be a vfork. */
	if (facts->kind == FORK_KIND_UNKNOWN && thread_is_of_parent(child) == KNOWN_YES)
		facts->kind = FORK_KIND_THREAD;
	facts->has_clone_flags = child->has_flags;
	facts->clone_flags = child->clone_flags;
	facts->clone_flags_complete = child->flags_complete;
	facts->child_tgid = child->process->pid;
}

/*
 * Of the process that ends with a task that used LAST. A sum is whole where no task can have gone
 * unseen since its fork.
 */
static struct usage usage_of(const struct process *process, const struct task_usage *last,
			     uint64_t losses)
{
	struct task_usage sum = *last;

	if (last->is_only)
		return usage_sum_of_process(&sum);
	if (process->from_proc || process->usage_is_partial || process->losses != losses)
		return USAGE_UNKNOWN;
	if (process->usage)
		usage_sum_add(&sum, process->usage);
	return usage_sum_of_process(&sum);
}

static void describe_exit(const struct subject *subject, const struct event *event,
			  struct facts *facts)
{
	const struct process *process = subject->thread->process;

	describe_program(process_program_at(process, event->time_ns), facts);
	describe_times(subject, event, facts);
	facts->last = subject->last;
	if (subject->last == KNOWN_YES) {
		facts->handled = exit_evidence_last_handled(&process->evidence, event->time_ns);
		facts->status = process->status_is_told
					? exit_evidence_told(&process->evidence,
							     process->told_status, subject->losses)
					: exit_evidence_decide(&process->evidence,
							       process->losses == subject->losses,
							       subject->losses);
		if (event->exit.usage)
			facts->usage = usage_of(process, event->exit.usage, subject->losses);
	}
	/* A process that left by itself ran the program: its EXEC was not recorded. */
	if (!facts->status.known || facts->status.signal != 0)
		facts->failed_exec = subject->failed_exec;
}

void describe(const struct subject *subject, const struct event *event,
	      struct cgroup_names *cgroups, struct ancestries *ancestries, struct facts *facts)
{
	*facts = facts_unknown;
	facts->tid = subject->tid;
	facts->cgroup = cgroup_names_find(cgroups, event->cgroup_id);
	if (!subject->thread || !subject->thread->process)
		return;
	describe_process(subject->thread->process, facts);
	if (!is_perhaps_a_thread(subject->thread->process))
		ancestries_find(ancestries, subject->thread->process, facts);
	switch (event->type) {
	case EVENT_FORK:
		describe_fork(subject, event, facts);
		break;
	case EVENT_EXEC:
		describe_program(process_program_at(subject->thread->process, UINT64_MAX), facts);
		describe_times(subject, event, facts);
		if (event->exec.image) {
			facts->environment = event->exec.image->environment;
			facts->at_exec = event->exec.image->at_exec;
		}
		break;
	case EVENT_EXEC_FAILED:
		describe_program(process_program_at(subject->thread->process, event->time_ns),
				 facts);
		describe_times(subject, event, facts);
		break;
	default:
		describe_exit(subject, event, facts);
		break;
	}
}
