/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/exit_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/perf_event.h"
#include "source/record.h"
#include "source/ring.h"
#include "source/sample_extra.h"

/* Not what a register holds by chance. */
#define PROBE_CODE 0xa5

/* A child that exits once its pipe is closed. */
struct probe_child {
	pid_t pid;
	int hold_fd;
};

static int start_child(struct probe_child *child)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid_t pid = fork();
	if (pid == 0) {
		char byte;

		close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 0 ? PROBE_CODE : 1);
	}
	close(ends[0]);
	if (pid < 0) {
		close(ends[1]);
		return -EAGAIN;
	}
	*child = (struct probe_child){pid, ends[1]};
	return 0;
}

static void end_child(const struct probe_child *child)
{
	close(child->hold_fd);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* The exit code that the record at BYTES tells of, -1 where it tells none. */
static int code_in_record(const struct perf_event_header *bytes, const struct perf_event_attr *attr,
			  const struct registers *registers)
{
	const struct sample_extra_layout extra_layout = {
		.sample_type = attr->sample_type,
		.regs_user = attr->sample_regs_user,
	};
	struct record_layout layout;
	struct record record;
	struct sample_extra extra;

	record_layout_init(&layout, attr->sample_type, 0, true, false);
	if (bytes->type != PERF_RECORD_SAMPLE || record_parse(bytes, &layout, &record) < 0 ||
	    sample_extra_parse(&extra_layout, record_extra(&record), record.extra_size, &extra) < 0)
		return -1;
	const struct exit_call call = registers_exit_call(registers, &extra_layout, &extra);
	return call.known ? call.code : -1;
}

static bool ring_has_code(void *map, size_t page, const struct perf_event_attr *attr,
			  const struct registers *registers)
{
	const struct perf_event_header *record;
	struct ring ring;
	bool found = false;

	if (ring_init(&ring, map, (unsigned char *)map + page, page) < 0)
		return false;
	ring_refresh(&ring);
	while (!found && ring_peek(&ring, &record) > 0) {
		found = code_in_record(record, attr, registers) == PROBE_CODE;
		ring_advance(&ring);
	}
	ring_done(&ring);
	return found;
}

/* FD is the event on CHILD. */
static bool watch_child(int fd, const struct probe_child *child, const struct perf_event_attr *attr,
			const struct registers *registers)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED) {
		end_child(child);
		return false;
	}
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	end_child(child);
	bool found = ring_has_code(map, page, attr, registers);
	munmap(map, 2 * page);
	return found;
}

bool exit_probe(uint16_t exit_id, const struct registers *registers)
{
	const struct perf_event_extra extra = {.regs_user = registers_at_exit(registers)};
	struct perf_event_attr attr = perf_event_tracepoint_attr(exit_id, &extra, 0);
	struct probe_child child = {0};

	if (!extra.regs_user || start_child(&child) < 0)
		return false;
	int fd = perf_event_open_raw(&attr, child.pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0) {
		end_child(&child);
		return false;
	}
	bool found = watch_child(fd, &child, &attr, registers);
	close(fd);
	return found;
}
