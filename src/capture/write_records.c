/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/write_records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/perf_file.h"
#include "task/comm.h"
#include "task/proc.h"

/* What ends all records but samples: no task, no time, no event. */
struct trailer {
	uint32_t pid, tid;
	uint64_t time_ns;
	uint32_t cpu, reserved;
	uint64_t id;
};

struct fork_record {
	struct perf_event_header header;
	uint32_t pid, ppid;
	uint32_t tid, ptid;
	uint64_t time_ns;
	struct trailer trailer;
};

struct comm_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	char comm[TASK_COMM_SIZE];
	struct trailer trailer;
};

struct thread_map_entry {
	uint64_t pid;
	char comm[16];
};

struct capture_lost capture_lost_record(uint64_t id, uint32_t cpu, uint64_t time_ns, uint64_t lost)
{
	return (struct capture_lost){
		.header = {.type = PERF_RECORD_LOST, .size = sizeof(struct capture_lost)},
		.event_id = id,
		.lost = lost,
		.time_ns = time_ns,
		.cpu = cpu,
		.id = id,
	};
}

static struct perf_event_header bare_record(enum perf_file_record type)
{
	return (struct perf_event_header){
		.type = type,
		.size = sizeof(struct perf_event_header),
	};
}

struct perf_event_header capture_finished_round(void)
{
	return bare_record(PERF_FILE_RECORD_FINISHED_ROUND);
}

/* As perf has it: a thread's parent is its leader, whoever made it. */
static void put_fork(FILE *out, const struct proc_task *task)
{
	int32_t parent = task->tid == task->pid ? task->ppid : task->pid;
	const struct fork_record record = {
		.header = {.type = PERF_RECORD_FORK, .size = sizeof(record)},
		.pid = (uint32_t)task->pid,
		.ppid = (uint32_t)parent,
		.tid = (uint32_t)task->tid,
		.ptid = (uint32_t)parent,
	};

	fwrite(&record, sizeof(record), 1, out);
}

static void put_comm(FILE *out, const struct proc_task *task)
{
	struct comm_record record = {
		.header = {.type = PERF_RECORD_COMM, .size = sizeof(record)},
		.pid = (uint32_t)task->pid,
		.tid = (uint32_t)task->tid,
	};

	memcpy(record.comm, task->comm, strnlen(task->comm, sizeof(record.comm) - 1));
	fwrite(&record, sizeof(record), 1, out);
}

static void put_comm_only(void *out, const struct proc_task *task)
{
	put_comm(out, task);
}

static void put_fork_and_comm(void *out, const struct proc_task *task)
{
	put_fork(out, task);
	put_comm(out, task);
}

/* As many as fit into one record; perf's own for "all" is -1. */
static void put_thread_map(FILE *out, const int32_t *pids, size_t count)
{
	const size_t fixed = sizeof(struct perf_event_header) + sizeof(uint64_t);
	const size_t most = (UINT16_MAX - fixed) / sizeof(struct thread_map_entry);
	uint64_t entries = count == 0 ? 1 : count < most ? count : most;
	struct perf_event_header header = {
		.type = PERF_FILE_RECORD_THREAD_MAP,
		.size = (uint16_t)(fixed + entries * sizeof(struct thread_map_entry)),
	};

	fwrite(&header, sizeof(header), 1, out);
	fwrite(&entries, sizeof(entries), 1, out);
	for (uint64_t i = 0; i < entries; i++) {
		const struct thread_map_entry entry = {
			.pid = count == 0 ? UINT64_MAX : (uint64_t)pids[i],
		};

		fwrite(&entry, sizeof(entry), 1, out);
	}
}

int capture_initial_records(int proc_fd, bool descent, const int32_t *pids, size_t pid_count,
			    char **records, size_t *size)
{
	const struct perf_event_header end = bare_record(PERF_FILE_RECORD_FINISHED_INIT);
	char *made = NULL;
	size_t made_size = 0;
	FILE *out = open_memstream(&made, &made_size);

	if (!out)
		return -ENOMEM;
	put_thread_map(out, pids, pid_count);
	int code = proc_visit(proc_fd, descent ? put_fork_and_comm : put_comm_only, out);
	fwrite(&end, sizeof(end), 1, out);
	if (fclose(out) != 0 && code == 0)
		code = -ENOMEM;
	if (code < 0) {
		free(made);
		return code;
	}
	*records = made;
	*size = made_size;
	return 0;
}
