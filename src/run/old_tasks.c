/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/old_tasks.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/cgroups.h"
#include "host/proc.h"
#include "task/proc_program.h"

struct entering {
	struct task_table *table;
	int proc_fd;
	bool with_programs;
	int code; /* the first failure */
};

static int identify(struct task_table *table, int32_t pid, const struct proc_ids *ids)
{
	const struct credentials credentials = {
		.known = true,
		.uid = ids->uid,
		.euid = ids->euid,
		.gid = ids->gid,
		.egid = ids->egid,
	};

	return task_table_identify_old(table, pid, &credentials);
}

/* Who PID is and what it executes. It may be gone by now. */
static int enter_program(const struct entering *entering, int32_t pid)
{
	struct proc_ids ids;
	struct proc_program program;
	int code = 0;

	if (proc_read_ids(entering->proc_fd, pid, &ids) == 0)
		code = identify(entering->table, pid, &ids);
	if (code < 0)
		return code;
	if (proc_program_read(entering->proc_fd, pid, &program) < 0)
		return 0;
	return task_table_set_old_program(entering->table, pid, program.filename,
					  &program.arguments, program.time_ns);
}

static void enter_task(void *context, const struct proc_task *task)
{
	struct entering *entering = context;
	const struct old_task old = {
		.tid = task->tid,
		.tgid = task->pid,
		.ppid = task->ppid,
		.comm = {task->comm, strlen(task->comm)},
		.is_exiting = task->is_exiting,
	};

	if (entering->code == 0)
		entering->code = task_table_add_old(entering->table, &old);
	if (entering->code == 0 && entering->with_programs && task->tid == task->pid)
		entering->code = enter_program(entering, task->pid);
}

int old_tasks_enter(int proc_fd, struct task_table *table, bool with_programs)
{
	struct entering entering = {
		.table = table,
		.proc_fd = proc_fd,
		.with_programs = with_programs,
	};
	int code = proc_visit(proc_fd, enter_task, &entering);

	if (code < 0 || entering.code < 0)
		return code < 0 ? code : entering.code;
	task_table_link_old(table);
	return 0;
}

static void enter_cgroup(void *context, uint64_t id, const char *path)
{
	struct entering *entering = context;

	if (entering->code == 0)
		entering->code = task_table_name_cgroup(entering->table, id,
							(struct text){path, strlen(path)});
}

int old_cgroups_enter(struct task_table *table)
{
	struct entering entering = {.table = table};
	int mount_fd = cgroups_open_this_host();

	if (mount_fd < 0)
		return 0;
	/* What cannot be read of it stays unknown. */
	int code = cgroups_visit(mount_fd, enter_cgroup, &entering);
	if (cgroups_root_is_proven(mount_fd))
		task_table_prove_root_cgroup(table);
	close(mount_fd);
	return code == -ENOMEM ? code : entering.code;
}
