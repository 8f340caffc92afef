/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/exit_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perf/perf_event.h"
#include "perf/record.h"
#include "perf/ring.h"
#include "perf/sample_extra.h"

/* Not what a register holds by chance. */
#define PROBE_CODE 0xa5
/* A power of two: others exit on the child's CPU meanwhile. */
#define PROBE_PAGES 8

/* ---- ways to end ---- */

static void end_by_exit_group(void)
{
	syscall(SYS_exit_group, PROBE_CODE);
}

static void end_by_exit(void)
{
	syscall(SYS_exit, PROBE_CODE);
}

static void end_by_signal(void)
{
	kill(getpid(), SIGKILL);
}

#ifdef __x86_64__
static void on_refusal(int signal_number)
{
	(void)signal_number;
	end_by_signal();
}

/*
 * A kernel without 32-bit calls (CONFIG_IA32_EMULATION, ia32_emulation=0) answers with SIGSEGV, of
 * which it logs what nobody handles (unhandled_signal() in kernel/signal.c), and a seccomp filter
 * may kill, which is logged always: so there it is not tried.
 */
static void call_32(long number)
{
	signal(SIGSEGV, on_refusal);
	signal(SIGSYS, on_refusal);
	if (prctl(PR_GET_SECCOMP) != 0)
		end_by_signal();
	__asm__ volatile("int $0x80" : : "a"(number), "b"(PROBE_CODE) : "memory");
}

/* arch/x86/entry/syscalls/syscall_32.tbl. */
static void end_by_exit_group_32(void)
{
	call_32(252);
}

static void end_by_exit_32(void)
{
	call_32(1);
}
#else
#define end_by_exit_group_32 NULL
#define end_by_exit_32 NULL
#endif

#define END_KILLED EXIT_PATHS
#define ENDS (EXIT_PATHS + 1)

/* NULL: not to be had on this machine. */
static void (*const ends[ENDS])(void) = {
	[EXIT_PATH_GROUP] = end_by_exit_group,
	[EXIT_PATH_THREAD] = end_by_exit,
	[EXIT_PATH_GROUP_32] = end_by_exit_group_32,
	[EXIT_PATH_THREAD_32] = end_by_exit_32,
	[END_KILLED] = end_by_signal,
};

/* ---- a child ---- */

/* A child that ends once its pipe is closed. */
struct probe_child {
	pid_t pid;
	int cpu; /* on which it runs */
	int hold_fd;
};

/* Where that fails, its end is not seen. */
static void stay_on(int cpu)
{
	cpu_set_t *cpus = CPU_ALLOC((size_t)cpu + 1);
	size_t size = CPU_ALLOC_SIZE((size_t)cpu + 1);

	if (!cpus)
		return;
	CPU_ZERO_S(size, cpus);
	CPU_SET_S((size_t)cpu, size, cpus);
	sched_setaffinity(0, size, cpus);
	CPU_FREE(cpus);
}

static _Noreturn void wait_and_end(int cpu, const int pipe_fds[2], void (*end)(void))
{
	char byte;

	close(pipe_fds[1]);
	stay_on(cpu);
	if (read(pipe_fds[0], &byte, 1) == 0)
		end();
	_exit(1);
}

static int start_child(void (*end)(void), struct probe_child *child)
{
	int pipe_fds[2], cpu = sched_getcpu();

	if (cpu < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	pid_t pid = fork();
	if (pid == 0)
		wait_and_end(cpu, pipe_fds, end);
	close(pipe_fds[0]);
	if (pid < 0) {
		close(pipe_fds[1]);
		return -EAGAIN;
	}
	*child = (struct probe_child){pid, cpu, pipe_fds[1]};
	return 0;
}

static void end_child(const struct probe_child *child)
{
	close(child->hold_fd);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* ---- what its exit shows ---- */

struct sighting {
	bool has_code; /* in the registers */
	uint64_t addresses[EXIT_CHAIN_MAX];
	size_t count;
};

static void look_at_record(const struct perf_event_header *bytes, pid_t child,
			   const struct perf_event_attr *attr, const struct registers *registers,
			   struct sighting *sighting)
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
	    record.tid != child ||
	    sample_extra_parse(&extra_layout, record_extra(&record), record.extra_size, &extra) < 0)
		return;
	const struct exit_call call =
		registers_exit_call(registers, &extra_layout, &extra, EXIT_PATH_GROUP);
	sighting->has_code = call.known && call.code == PROBE_CODE;
	sighting->count = record.body_size / sizeof(uint64_t);
	if (sighting->count > EXIT_CHAIN_MAX)
		sighting->count = EXIT_CHAIN_MAX;
	if (sighting->count > 0)
		memcpy(sighting->addresses, record.body, sighting->count * sizeof(uint64_t));
}

static void look_at_ring(void *map, size_t page, pid_t child, const struct perf_event_attr *attr,
			 const struct registers *registers, struct sighting *sighting)
{
	const struct perf_event_header *record;
	struct ring ring;

	if (ring_init(&ring, map, (unsigned char *)map + page, PROBE_PAGES * page) < 0)
		return;
	ring_refresh(&ring);
	while (ring_peek(&ring, &record) > 0) {
		look_at_record(record, child, attr, registers, sighting);
		ring_advance(&ring);
	}
	ring_done(&ring);
}

/* FD is the event on CHILD's CPU. */
static void watch_child(int fd, const struct probe_child *child, const struct perf_event_attr *attr,
			const struct registers *registers, struct sighting *sighting)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t size = (1 + PROBE_PAGES) * page;
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map != MAP_FAILED)
		ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	end_child(child);
	if (map == MAP_FAILED)
		return;
	look_at_ring(map, page, child->pid, attr, registers, sighting);
	munmap(map, size);
}

/*
 * Of a CPU, not of the child: do_exit() may close a task's own events before its tracepoint, as
 * Debian's 6.1.176 and 6.12.107 do.
 */
static void see_end(void (*end)(void), const struct perf_event_attr *attr,
		    const struct registers *registers, struct sighting *sighting)
{
	struct perf_event_attr copy = *attr;
	struct probe_child child = {0};

	*sighting = (struct sighting){0};
	if (!end || start_child(end, &child) < 0)
		return;
	int fd = perf_event_open_raw(&copy, -1, child.cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0) {
		end_child(&child);
		return;
	}
	watch_child(fd, &child, attr, registers, sighting);
	close(fd);
}

static struct exit_chain chain_of(const struct sighting *sighting)
{
	return (struct exit_chain){.addresses = sighting->addresses, .count = sighting->count};
}

/* An event of our own process that stays off. */
static int hold_tracepoint(uint16_t exit_id)
{
	const struct perf_event_extra extra = {0};
	struct perf_event_attr attr = perf_event_tracepoint_attr(exit_id, &extra, 0);
	int fd = perf_event_open_raw(&attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -1 : fd;
}

static void see_all_ends(uint16_t exit_id, const struct registers *registers,
			 struct exit_paths *paths)
{
	const struct perf_event_extra extra = {
		.regs_user = registers_at_exit(registers),
		.callchain = true,
	};
	const struct perf_event_attr attr = perf_event_tracepoint_attr(exit_id, &extra, 0);
	struct sighting sightings[ENDS];
	struct exit_chain chains[ENDS];

	for (unsigned int i = 0; i < ENDS; i++) {
		see_end(ends[i], &attr, registers, &sightings[i]);
		chains[i] = chain_of(&sightings[i]);
	}
	if (sightings[EXIT_PATH_GROUP].has_code && sightings[EXIT_PATH_THREAD].has_code)
		exit_paths_learn(paths, chains, &chains[END_KILLED]);
}

int exit_probe(uint16_t exit_id, const struct registers *registers, struct exit_paths *paths)
{
	int hold_fd = hold_tracepoint(exit_id);

	*paths = (struct exit_paths){0};
	if (registers_at_exit(registers) != 0)
		see_all_ends(exit_id, registers, paths);
	return hold_fd;
}
