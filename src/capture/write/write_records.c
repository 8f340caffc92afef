/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/write/write_records.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/files.h"
#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "capture/perf_file.h"
#include "event/comm.h"
#include "host/cgroups.h"
#include "host/identity.h"
#include "host/proc.h"
#include "perf/record.h"

/* sample_id of all records but samples, here without task, time and event. */
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

struct perf_event_header capture_finished_round(void)
{
	return (struct perf_event_header){
		.type = PERF_FILE_RECORD_FINISHED_ROUND,
		.size = sizeof(struct perf_event_header),
	};
}

/* As perf does: the parent of a thread is its leader, even if another thread created it. */
static void put_fork(struct buffer *out, const struct proc_task *task)
{
	int32_t parent = task->tid == task->pid ? task->ppid : task->pid;
	const struct fork_record record = {
		.header = {.type = PERF_RECORD_FORK, .size = sizeof(record)},
		.pid = (uint32_t)task->pid,
		.ppid = (uint32_t)parent,
		.tid = (uint32_t)task->tid,
		.ptid = (uint32_t)parent,
	};

	buffer_put(out, &record, sizeof(record));
}

static void put_comm(struct buffer *out, const struct proc_task *task)
{
	struct comm_record record = {
		.header = {.type = PERF_RECORD_COMM, .size = sizeof(record)},
		.pid = (uint32_t)task->pid,
		.tid = (uint32_t)task->tid,
	};

	memcpy(record.comm, task->comm, strnlen(task->comm, sizeof(record.comm) - 1));
	buffer_put(out, &record, sizeof(record));
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

/* Write as many pids as fit into one record; or -1, perf's number for all. */
static void put_thread_map(struct buffer *out, const int32_t *pids, size_t count)
{
	const size_t fixed = sizeof(struct perf_event_header) + sizeof(uint64_t);
	const size_t most = (UINT16_MAX - fixed) / sizeof(struct thread_map_entry);
	uint64_t entries = count == 0 ? 1 : count < most ? count : most;
	struct perf_event_header header = {
		.type = PERF_FILE_RECORD_THREAD_MAP,
		.size = (uint16_t)(fixed + entries * sizeof(struct thread_map_entry)),
	};

	buffer_put(out, &header, sizeof(header));
	buffer_put(out, &entries, sizeof(entries));
	for (uint64_t i = 0; i < entries; i++) {
		const struct thread_map_entry entry = {
			.pid = count == 0 ? UINT64_MAX : (uint64_t)pids[i],
		};

		buffer_put(out, &entry, sizeof(entry));
	}
}

static void put_cgroup(void *context, uint64_t id, const char *path)
{
	static const char zeros[sizeof(uint64_t)];
	const struct trailer trailer = {0};
	size_t length = strlen(path), padding = sizeof(zeros) - length % sizeof(zeros);
	size_t size = sizeof(struct perf_event_header) + sizeof(id) + length + padding;
	const struct perf_event_header header = {
		.type = RECORD_CGROUP,
		.size = (uint16_t)(size + sizeof(trailer)),
	};
	struct buffer *out = context;

	buffer_put(out, &header, sizeof(header));
	buffer_put(out, &id, sizeof(id));
	buffer_put(out, path, length);
	buffer_put(out, zeros, padding);
	buffer_put(out, &trailer, sizeof(trailer));
}

/* perf's name of the kernel's text. */
#define KERNEL_NAME "[kernel.kallsyms]_text"

struct mmap_record {
	struct perf_event_header header;
	int32_t pid, tid;
	uint64_t start, size, symbol;
	char name[24];
	struct trailer trailer;
};

/* Find START and END of the kernel's text; 0: hidden by kptr_restrict, or not found. */
static void find_text(FILE *kallsyms, uint64_t *start, uint64_t *end)
{
	char line[512], name[64];
	uint64_t address;

	*start = *end = 0;
	while (*end == 0 && fgets(line, sizeof(line), kallsyms)) {
		if (sscanf(line, "%" SCNx64 " %*c %63s", &address, name) != 2)
			continue;
		if (strcmp(name, "_text") == 0)
			*start = address;
		else if (strcmp(name, "_etext") == 0)
			*end = address;
	}
}

/* As perf does: without it perf finds no symbols of kernel addresses. */
static void put_kernel(struct buffer *out, int proc_fd)
{
	uint64_t start, end;
	FILE *kallsyms = file_open_at(proc_fd, "kallsyms");

	if (!kallsyms)
		return;
	find_text(kallsyms, &start, &end);
	fclose(kallsyms);
	if (start == 0 || end <= start)
		return;
	const struct mmap_record record = {
		.header = {PERF_RECORD_MMAP, PERF_RECORD_MISC_KERNEL, sizeof(record)},
		.pid = -1,
		.start = start,
		.size = end - start,
		.symbol = start,
		.name = KERNEL_NAME,
	};
	buffer_put(out, &record, sizeof(record));
}

/* Nothing is written if /proc has no boot id. */
static int put_boot_id(struct buffer *out, int proc_fd)
{
	char id[BOOT_ID_SIZE];

	if (!host_boot_id(proc_fd, id))
		return 0;
	return capture_note_make(&(struct capture_note){.kind = CAPTURE_NOTE_BOOT_ID,
							.bytes = id,
							.size = (uint32_t)strlen(id)},
				 out);
}

static int put_root_proof(struct buffer *out)
{
	return capture_note_make(
		&(struct capture_note){.kind = CAPTURE_NOTE_ROOT_CGROUP, .bytes = ""}, out);
}

int capture_initial_records(const struct capture_beginning *beginning, struct buffer *out)
{
	int code = put_boot_id(out, beginning->proc_fd);

	put_thread_map(out, beginning->pids, beginning->pid_count);
	if (beginning->kernel)
		put_kernel(out, beginning->proc_fd);
	if (code == 0 && beginning->cgroup_fd >= 0)
		code = cgroups_visit(beginning->cgroup_fd, put_cgroup, out);
	if (code == 0 && beginning->cgroup_fd >= 0 && cgroups_root_is_proven(beginning->cgroup_fd))
		code = put_root_proof(out);
	if (code == 0)
		code = proc_visit(beginning->proc_fd,
				  beginning->descent ? put_fork_and_comm : put_comm_only, out);
	return code == 0 && out->failed ? -ENOMEM : code;
}
