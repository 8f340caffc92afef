/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events from perf's records of COMMAND and from messages of the process connector: their order,
 * execs, exits that are none, what waits for what, losses. Records are bytes in rings of this
 * test's own; messages, clock and /proc are scripted. Times are ms after the start.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/files.h"
#include "event/event.h"
#include "event/facts.h"
#include "host/cpu_list.h"
#include "host/perf_clock.h"
#include "host/state.h"
#include "netlink/proc_connector.h"
#include "perf/cpu_ring.h"
#include "perf/perf_event.h"
#include "source/request.h"
#include "source/source.h"
#include "support.h"
#include "support_memory.h"
#include "task/proc_program.h"

#define CPUS 2
#define PROC_FD 77777
#define COMMAND 100
#define START_NS NS_PER_S
#define MESSAGES_MAX 16

/* ---- the kernel ---- */

static struct {
	struct fake_ring fakes[CPUS];
	struct cpu_ring_plan plan; /* of the last ring that was opened */
	size_t rings;
	int ring_code; /* what opening a ring comes to */
	int opened_enabled, cpus_online;
	uint64_t unread_loss; /* that no LOST tells of */
	int connector_code;   /* what listening comes to */
	int connectors, connector_fd, next_code;
	struct proc_message messages[MESSAGES_MAX];
	size_t count, read;
	uint64_t overruns, now_ns;
	int views;
	bool has_program;
	int pidfd_code;     /* what pidfds come to */
	int opened_pidfds;  /* all in all */
	int told[4];        /* of the N-th that was opened: its wait status, -1: not yet */
	int command_status; /* as its parent knows it */
	int exiting, hides; /* what /proc says of any task */
	int looks;          /* at /proc for that */
} kernel;

static char said[1024];

int __wrap_cpu_ring_open(struct cpu_ring_plan *plan, int cpu, struct cpu_ring **opened,
			 struct error *err);
void __wrap_cpu_ring_close(struct cpu_ring *ring);
int __wrap_cpu_ring_add_scout(struct cpu_ring *ring);
int __wrap_cpu_ring_enable(const struct cpu_ring *ring);
void __wrap_cpu_ring_disable(const struct cpu_ring *ring);
uint64_t __wrap_cpu_ring_newly_lost(struct cpu_ring *ring, uint64_t recorded);
int __wrap_cpu_list_read(const char *path, struct cpu_list *list);
int __wrap_proc_connector_open(const struct proc_connector_options *options,
			       struct proc_connector **opened, struct error *err);
void __wrap_proc_connector_close(struct proc_connector *connector);
int __wrap_proc_connector_fd(const struct proc_connector *connector);
int __wrap_proc_connector_next(struct proc_connector *connector, struct proc_message *message);
struct netlink_counts __wrap_proc_connector_counts(struct proc_connector *connector);
uint64_t __wrap_perf_clock_now_ns(void);
bool __wrap_perf_clock_wall_offset(int64_t *offset_ns);
int __wrap_proc_program_read(int proc_fd, int32_t pid, struct proc_program *program);
int __wrap_pidfd_probe(void);
int __wrap_pidfd_open_task(int32_t tid, bool is_thread);
int __wrap_pidfd_exit_status(int fd, uint32_t *status);
int __wrap_limits_want_files(size_t files);
int __wrap_proc_is_exiting(int proc_fd, int32_t tid);
bool __wrap_proc_hides_tasks(int proc_fd);
ssize_t __real_file_read_at(int dir_fd, const char *path, char *text, size_t size);
ssize_t __wrap_file_read_at(int dir_fd, const char *path, char *text, size_t size);
void __wrap_say_args(const char *format, va_list args) PRINTF_LIKE(1, 0);

int __wrap_cpu_ring_open(struct cpu_ring_plan *plan, int cpu, struct cpu_ring **opened,
			 struct error *err)
{
	struct cpu_ring *ring;

	assert_in_range(cpu, 0, CPUS - 1);
	if (kernel.ring_code < 0)
		return error_set(err, kernel.ring_code, "no ring");
	ring = calloc(1, sizeof(*ring));
	if (!ring)
		return error_no_memory(err);
	ring->cpu = cpu;
	ring->owner_fd = ring->probe_fd = -1;
	const struct fake_ring *fake = &kernel.fakes[cpu];
	if (ring_init(&ring->ring, fake->control, fake->data, fake->size) < 0) {
		free(ring);
		return error_no_memory(err);
	}
	kernel.plan = *plan;
	kernel.rings++;
	*opened = ring;
	return 0;
}

void __wrap_cpu_ring_close(struct cpu_ring *ring)
{
	if (!ring)
		return;
	kernel.rings--;
	ring_done(&ring->ring);
	ring_done(&ring->scout);
	free(ring);
}

int __wrap_cpu_ring_add_scout(struct cpu_ring *ring)
{
	const struct fake_ring *fake = &kernel.fakes[ring->cpu];

	return ring_init(&ring->scout, fake->control, fake->data, fake->size);
}

int __wrap_cpu_ring_enable(const struct cpu_ring *ring)
{
	(void)ring;
	kernel.opened_enabled++;
	return 0;
}

void __wrap_cpu_ring_disable(const struct cpu_ring *ring)
{
	(void)ring;
	kernel.opened_enabled--;
}

uint64_t __wrap_cpu_ring_newly_lost(struct cpu_ring *ring, uint64_t recorded)
{
	uint64_t lost = ring->cpu == 0 ? kernel.unread_loss : 0;

	if (recorded)
		return recorded;
	kernel.unread_loss -= lost;
	return lost;
}

int __wrap_cpu_list_read(const char *path, struct cpu_list *list)
{
	static const int all[] = {0, 1, 2};

	(void)path;
	list->count = (size_t)kernel.cpus_online;
	list->cpus = __real_malloc(sizeof(all));
	if (!list->cpus)
		return -ENOMEM;
	memcpy(list->cpus, all, sizeof(all));
	return 0;
}

int __wrap_proc_connector_open(const struct proc_connector_options *options,
			       struct proc_connector **opened, struct error *err)
{
	assert_int_equal(options->kinds, 0);
	if (kernel.connector_code < 0)
		return error_set(err, kernel.connector_code, "nobody tells");
	kernel.connectors++;
	*opened = (struct proc_connector *)(void *)&kernel;
	return 0;
}

void __wrap_proc_connector_close(struct proc_connector *connector)
{
	assert_ptr_equal(connector, &kernel);
	kernel.connectors--;
}

int __wrap_proc_connector_fd(const struct proc_connector *connector)
{
	assert_ptr_equal(connector, &kernel);
	return kernel.connector_fd;
}

int __wrap_proc_connector_next(struct proc_connector *connector, struct proc_message *message)
{
	assert_ptr_equal(connector, &kernel);
	if (kernel.read == kernel.count)
		return kernel.next_code;
	*message = kernel.messages[kernel.read++];
	return 1;
}

struct netlink_counts __wrap_proc_connector_counts(struct proc_connector *connector)
{
	assert_ptr_equal(connector, &kernel);
	return (struct netlink_counts){.overruns = kernel.overruns};
}

uint64_t __wrap_perf_clock_now_ns(void)
{
	return kernel.now_ns;
}

bool __wrap_perf_clock_wall_offset(int64_t *offset_ns)
{
	*offset_ns = 0;
	return true;
}

int __wrap_proc_program_read(int proc_fd, int32_t pid, struct proc_program *program)
{
	assert_int_equal(proc_fd, PROC_FD);
	kernel.views++;
	if (!kernel.has_program)
		return -ESRCH;
	snprintf(program->path, sizeof(program->path), "/proc-says/%d", pid);
	memcpy(program->bytes, "a\0b", 4);
	program->filename = (struct text){program->path, strlen(program->path)};
	program->arguments = (struct arguments){
		.argc = -1,
		.known = {{program->bytes, 4}, 2},
		.complete = true,
		.source = ARGV_PROC_START,
	};
	return 0;
}

ssize_t __wrap_file_read_at(int dir_fd, const char *path, char *text, size_t size)
{
	if (dir_fd != PROC_FD)
		return __real_file_read_at(dir_fd, path, text, size);
	return snprintf(text, size, "proc-comm\n");
}

int __wrap_pidfd_probe(void)
{
	return kernel.pidfd_code;
}

/* A descriptor that counts which one it is. */
int __wrap_pidfd_open_task(int32_t tid, bool is_thread)
{
	assert_int_equal(is_thread, tid == COMMAND + 1);
	return eventfd((unsigned int)kernel.opened_pidfds++, EFD_CLOEXEC | EFD_NONBLOCK);
}

int __wrap_pidfd_exit_status(int fd, uint32_t *status)
{
	uint64_t which = 0;

	/* Empty where it is the first. */
	if (read(fd, &which, sizeof(which)) == (ssize_t)sizeof(which))
		assert_int_equal(write(fd, &which, sizeof(which)), sizeof(which));
	assert_in_range(which, 0, ARRAY_SIZE(kernel.told) - 1);
	if (kernel.told[which] < 0)
		return 0;
	*status = (uint32_t)kernel.told[which];
	return 1;
}

int __wrap_limits_want_files(size_t files)
{
	(void)files;
	return 0;
}

int __wrap_proc_is_exiting(int proc_fd, int32_t tid)
{
	(void)tid;
	assert_int_equal(proc_fd, PROC_FD);
	kernel.looks++;
	return kernel.exiting;
}

bool __wrap_proc_hides_tasks(int proc_fd)
{
	assert_int_equal(proc_fd, PROC_FD);
	return kernel.hides;
}

void __wrap_say_args(const char *format, va_list args)
{
	size_t used = strlen(said);

	vsnprintf(said + used, sizeof(said) - used, format, args);
	used = strlen(said);
	snprintf(said + used, sizeof(said) - used, "\n");
}

/* ---- the source ---- */

static struct request request;
static struct host_state state_of_host;
static struct source *source;
static struct event event;
static struct error err;

static uint64_t at(uint64_t ms)
{
	return START_NS + ms * NS_PER_MS;
}

static int open_source(void)
{
	const struct source_host host = {
		.wake_fd = kernel.connector_fd,
		.proc_fd = PROC_FD,
		.state = &state_of_host,
		.command_pid = COMMAND,
		.command_status = &kernel.command_status,
	};
	/* epoll takes each descriptor once. */
	int own = dup(kernel.connector_fd);
	struct source_host used = host;

	used.wake_fd = own;
	int code = sideband_source_type.open(&request, &used, &source, &err);
	close(own);
	return code;
}

static void reset_kernel(void)
{
	memset(&kernel, 0, sizeof(kernel));
	for (size_t i = 0; i < CPUS; i++)
		fake_ring_new(&kernel.fakes[i], 64 * (uint64_t)sysconf(_SC_PAGESIZE), 0);
	kernel.cpus_online = CPUS;
	kernel.connector_fd = eventfd(0, EFD_CLOEXEC);
	kernel.now_ns = START_NS;
	kernel.pidfd_code = -ENOTTY;
	kernel.command_status = -1;
	memset(kernel.told, 0xff, sizeof(kernel.told));
	kernel.exiting = 1;
	request = (struct request){.needs = NEEDS_ALL};
	state_of_host = (struct host_state){.perf_syscall = PERF_SYSCALL_ALLOWED};
	source = NULL;
	err = (struct error){0};
	said[0] = '\0';
}

static int set_up(void **state)
{
	(void)state;
	reset_kernel();
	return open_source() < 0 ? -1 : source_start(source, &request, &err);
}

static int set_up_plain(void **state)
{
	(void)state;
	reset_kernel();
	request.needs = 0;
	return open_source() < 0 ? -1 : source_start(source, &request, &err);
}

static int set_up_alone(void **state)
{
	(void)state;
	reset_kernel();
	kernel.connector_code = -EPERM;
	return open_source() < 0 ? -1 : source_start(source, &request, &err);
}

static int set_up_pidfds(void **state)
{
	(void)state;
	reset_kernel();
	kernel.connector_code = -EPERM;
	kernel.pidfd_code = 0;
	return open_source() < 0 ? -1 : source_start(source, &request, &err);
}

static void release_kernel(void)
{
	assert_int_equal(kernel.rings, 0);
	assert_int_equal(kernel.connectors, 0);
	close(kernel.connector_fd);
	for (size_t i = 0; i < CPUS; i++)
		fake_ring_free(&kernel.fakes[i]);
}

static int tear_down(void **state)
{
	(void)state;
	source_free(source);
	release_kernel();
	return 0;
}

/* ---- records and messages ---- */

static void write_record(size_t cpu, uint32_t type, uint16_t misc, const void *body, size_t size,
			 uint64_t ms)
{
	const struct sample trailer = {.time_ns = at(ms), .cpu = (uint32_t)cpu};
	unsigned char bytes[512];
	uint16_t length =
		make_record(bytes, type, misc, body, size, PERF_EVENT_SAMPLE_TYPE, &trailer);

	assert_true(fake_ring_write(&kernel.fakes[cpu], bytes, length));
}

static void write_task(size_t cpu, uint32_t type, uint64_t ms, const uint32_t ids[4])
{
	const struct record_fork body = {ids[0], ids[1], ids[2], ids[3], at(ms)};

	write_record(cpu, type, 0, &body, sizeof(body), ms);
}

/* Thread PTID of process PPID makes thread TID of process PID. */
static void write_fork(size_t cpu, uint64_t ms, uint32_t ppid, uint32_t ptid, uint32_t pid,
		       uint32_t tid)
{
	write_task(cpu, PERF_RECORD_FORK, ms, (const uint32_t[]){pid, ppid, tid, ptid});
}

static void write_exit(size_t cpu, uint64_t ms, uint32_t pid, uint32_t tid)
{
	write_task(cpu, PERF_RECORD_EXIT, ms, (const uint32_t[]){pid, 1, tid, 1});
}

static void write_comm(size_t cpu, uint64_t ms, uint32_t pid, uint32_t tid, const char *comm,
		       bool is_exec)
{
	struct {
		uint32_t ids[2];
		char comm[16];
	} body = {{pid, tid}, ""};

	snprintf(body.comm, sizeof(body.comm), "%s", comm);
	write_record(cpu, PERF_RECORD_COMM, is_exec ? PERF_RECORD_MISC_COMM_EXEC : 0, &body,
		     sizeof(body), ms);
}

static void write_mmap2(size_t cpu, uint64_t ms, uint32_t pid, const char *path)
{
	unsigned char body[256] = {0};
	const struct record_mmap2 head = {.pid = pid, .tid = pid};

	memcpy(body, &head, sizeof(head));
	snprintf((char *)body + offsetof(struct record_mmap2, path), 100, "%s", path);
	write_record(cpu, PERF_RECORD_MMAP2, 0, body, sizeof(head) + 64, ms);
}

static void write_exec(size_t cpu, uint64_t ms, uint32_t pid, const char *comm, const char *path)
{
	write_comm(cpu, ms, pid, pid, comm, true);
	write_mmap2(cpu, ms, pid, path);
}

static void write_lost(size_t cpu, uint64_t ms, uint64_t count)
{
	const struct record_lost body = {.lost = count};

	write_record(cpu, PERF_RECORD_LOST, 0, &body, sizeof(body), ms);
}

static struct proc_message *tell(enum proc_kind kind, uint64_t ms, int32_t tgid, int32_t tid)
{
	struct proc_message *message = &kernel.messages[kernel.count++];

	assert_true(kernel.count <= MESSAGES_MAX);
	*message = (struct proc_message){
		.kind = kind,
		.time_ns = at(ms),
		.tgid = tgid,
		.tid = tid,
	};
	return message;
}

static void tell_fork(uint64_t ms, int32_t tgid, int32_t tid, int32_t parent)
{
	struct proc_message *message = tell(PROC_FORK, ms, tgid, tid);

	message->parent_tgid = parent;
	message->parent_tid = parent;
}

static void tell_exit(uint64_t ms, int32_t tgid, int32_t tid, uint32_t status)
{
	tell(PROC_EXIT, ms, tgid, tid)->status = status;
}

static void expect(enum event_type type, uint64_t ms)
{
	int code = source_next(source, &event, &err);

	if (code != 1 || event.type != type || event.time_ns != at(ms))
		fail_msg("code %d, type %d instead of %d, at %d us instead of %d us", code,
			 (int)event.type, (int)type, (int)((event.time_ns - START_NS) / 1000),
			 (int)ms * 1000);
}

static void expect_code(int code)
{
	assert_int_equal(source_next(source, &event, &err), code);
}

static void expect_exec(uint64_t ms, int32_t pid, const char *comm, const char *filename)
{
	expect(EVENT_EXEC, ms);
	assert_int_equal(event.exec.pid, pid);
	assert_int_equal(event.sample_tid, pid);
	assert_text(event.exec.comm, comm);
	if (filename)
		assert_text(event.exec.filename, filename);
	else
		assert_null(event.exec.filename.bytes);
}

static void expect_exit(uint64_t ms, int32_t tid, int64_t status)
{
	expect(EVENT_EXIT, ms);
	assert_int_equal(event.exit.pid, tid);
	assert_int_equal(event.exit.prio, EVENT_NO_PRIO);
	assert_int_equal(event.exit.has_status, status >= 0);
	if (status >= 0)
		assert_int_equal(event.exit.status, status);
}

static void expect_fork(uint64_t ms, int32_t parent, int32_t child)
{
	expect(EVENT_CHILD, ms);
	assert_int_equal(event.child.tid, child);
	expect(EVENT_FORK, ms);
	assert_int_equal(event.fork.parent_tid, parent);
	assert_int_equal(event.fork.child_tid, child);
}

/* ---- records ---- */

static void test_a_life_on_two_cpus(void **state)
{
	(void)state;
	write_exec(0, 1, COMMAND, "sh", "/bin/sh");
	write_mmap2(0, 1, COMMAND, "/lib/libc.so");
	write_fork(0, 2, COMMAND, COMMAND, 200, 200);
	write_exit(0, 6, 200, 200);
	write_comm(1, 3, 200, 200, "renamed", false);
	write_comm(1, 4, 200, 200, "true", true);
	write_mmap2(1, 5, 200, "/bin/true");
	kernel.now_ns = at(50);
	expect(EVENT_COMM, 1);
	assert_true(event.comm.is_exec);
	expect_exec(1, COMMAND, "sh", "/bin/sh");
	assert_int_equal(event.exec.old_pid, COMMAND);
	expect_fork(2, COMMAND, 200);
	assert_text(event.fork.parent_comm, "sh");
	assert_text(event.fork.child_comm, "sh");
	assert_int_equal(event.sample_pid, COMMAND);
	expect(EVENT_COMM, 3);
	assert_false(event.comm.is_exec);
	assert_int_equal(event.comm.tid, 200);
	assert_text(event.comm.comm, "renamed");
	expect(EVENT_COMM, 4);
	expect_exec(5, 200, "true", "/bin/true");
	assert_int_equal(event.cpu, 1);
	expect_exit(6, 200, -1);
	assert_text(event.exit.comm, "true");
	expect_code(0);
}

static void test_behind_the_horizon(void **state)
{
	(void)state;
	write_fork(0, 10, COMMAND, COMMAND, 200, 200);
	kernel.now_ns = at(12) - 1;
	expect_code(0);
	kernel.now_ns = at(12);
	expect_fork(10, COMMAND, 200);
	expect_code(0);
}

static void test_threads(void **state)
{
	(void)state;
	write_fork(0, 1, COMMAND, COMMAND, COMMAND, 101);
	write_fork(0, 2, COMMAND, 101, COMMAND, 102);
	/* One of them executes: the first thread ends, and another has its id. */
	write_exit(0, 3, COMMAND, COMMAND);
	write_exit(0, 4, COMMAND, 101);
	write_exec(0, 5, COMMAND, "new", "/bin/new");
	write_exit(0, 6, COMMAND, COMMAND);
	kernel.now_ns = at(50);
	kernel.command_status = 0x900;
	expect_fork(1, COMMAND, 101);
	assert_int_equal(event.sample_pid, COMMAND);
	expect_fork(2, 101, 102);
	assert_int_equal(event.sample_pid, COMMAND);
	expect_exit(3, COMMAND, -1);
	assert_int_equal(event.sample_pid, COMMAND);
	expect_exit(4, 101, -1);
	expect(EVENT_COMM, 5);
	expect_exec(5, COMMAND, "new", "/bin/new");
	assert_int_equal(event.exec.old_pid, 102);
	expect_exit(6, COMMAND, 0x900);
	assert_text(event.exit.comm, "new");
}

static void test_which_mapping_is_the_executable(void **state)
{
	static const struct {
		const char *first;
		bool is_file;
		const char *filename;
	} cases[] = {
		{"[stack]", false, NULL},   {"//anon", false, NULL},     {"[vdso]", false, NULL},
		{"//toolong", true, NULL},  {"//enomem", true, NULL},    {"/", true, NULL},
		{"/bin/x", true, "/bin/x"}, {"//anonymous", true, NULL},
	};

	(void)state;
	kernel.now_ns = at(50);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		write_comm(0, i, COMMAND, COMMAND, "x", true);
		write_mmap2(0, i, COMMAND, cases[i].first);
		write_mmap2(0, i, COMMAND, "/bin/then");
		expect(EVENT_COMM, i);
		expect_exec(i, COMMAND, "x", cases[i].is_file ? cases[i].filename : "/bin/then");
		expect_code(0);
	}
}

static void test_records_that_are_cut_short(void **state)
{
	static const uint32_t types[] = {PERF_RECORD_FORK, PERF_RECORD_EXIT, PERF_RECORD_COMM,
					 PERF_RECORD_MMAP2};
	static const uint64_t nothing;
	struct source_stats stats;

	(void)state;
	kernel.now_ns = at(50);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		write_record(0, types[i], 0, &nothing, 0, i);
	/* One without its NUL. */
	write_record(0, PERF_RECORD_COMM, 0, "\x64\0\0\0\x64\0\0\0eightlet", 16, 9);
	expect(EVENT_COMM, 9);
	assert_text(event.comm.comm, "eightlet");
	expect_code(0);
	source_stats(source, &stats);
	assert_int_equal(stats.undecoded, ARRAY_SIZE(types));
}

/* ---- losses ---- */

static void test_losses(void **state)
{
	struct source_stats stats;

	(void)state;
	write_exec(0, 1, COMMAND, "known", "/bin/known");
	write_comm(0, 2, COMMAND, COMMAND, "half", true);
	write_lost(0, 3, 7);
	/* Perhaps of a library. */
	write_mmap2(0, 4, COMMAND, "/lib/ld.so");
	write_exec(0, 5, COMMAND, "again", "/bin/again");
	kernel.now_ns = at(50);
	expect(EVENT_COMM, 1);
	expect_exec(1, COMMAND, "known", "/bin/known");
	expect(EVENT_COMM, 2);
	expect(EVENT_LOST, 3);
	assert_int_equal(event.lost.count, 7);
	assert_int_equal(event.cpu, 0);
	expect_exec(4, COMMAND, "half", NULL);
	expect(EVENT_COMM, 5);
	expect_exec(5, COMMAND, "again", "/bin/again");
	expect_code(0);
	kernel.unread_loss = 5;
	source_stop(source);
	expect(EVENT_LOST, 5);
	assert_int_equal(event.lost.count, 5);
	expect_code(-ENODATA);
	source_stats(source, &stats);
	assert_int_equal(stats.lost, 12);
}

/* ---- exits that are none ---- */

#define BLIND                                                                             \
	"a program that is setuid, setgid or not readable was executed: what it and its " \
	"descendants do from there on is not shown\n"

static void test_a_false_exit_is_no_exit(void **state)
{
	(void)state;
	said[0] = '\0';
	kernel.now_ns = at(50);
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	for (uint64_t ms = 2; ms < 4; ms++) {
		write_comm(0, ms, 198 + (uint32_t)ms, 198 + (uint32_t)ms, "sudo", true);
		write_exit(0, ms, 198 + (uint32_t)ms, 198 + (uint32_t)ms);
	}
	/* A thread of its own was there before. */
	write_exit(0, 5, COMMAND, COMMAND);
	kernel.command_status = 0;
	expect_fork(1, COMMAND, 200);
	expect(EVENT_COMM, 2);
	assert_string_equal(said, "");
	expect(EVENT_COMM, 3);
	expect_exit(5, COMMAND, 0);
	assert_int_equal(kernel.looks, 0);
	expect_code(0);
	assert_string_equal(said, BLIND);
	source_stop(source);
	expect_code(-ENODATA);
}

static void test_the_connector_tells_what_is_hidden(void **state)
{
	(void)state;
	said[0] = '\0';
	kernel.has_program = true;
	/* Perf has told of what was before. */
	tell_fork(1, 200, 200, COMMAND);
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	write_comm(0, 2, 200, 200, "sudo", true);
	write_exit(1, 3, 200, 200);
	tell(PROC_EXEC, 4, 200, 200);
	kernel.now_ns = at(4);
	expect_fork(1, COMMAND, 200);
	expect(EVENT_COMM, 2);
	expect_code(0);
	tell_fork(5, 201, 201, 200);
	tell_fork(6, 201, 202, 0);
	write_fork(0, 7, COMMAND, COMMAND, 300, 300);
	tell_fork(7, 300, 300, COMMAND);
	snprintf(tell(PROC_COMM, 8, 201, 201)->comm, 16, "renamed");
	tell(PROC_EXEC, 9, 201, 201);
	kernel.now_ns = at(9);
	expect_exec(4, 200, "sudo", "/proc-says/200");
	assert_int_equal(event.exec.image->arguments.argc, 2);
	expect_fork(5, 200, 201);
	assert_text(event.fork.parent_comm, "sudo");
	expect_fork(6, 201, 202);
	assert_int_equal(event.sample_pid, 201);
	expect_fork(7, COMMAND, 300);
	expect_code(0);
	/* Others of this host. */
	tell_fork(10, 901, 901, 900);
	tell(PROC_EXEC, 11, 901, 901);
	tell_exit(12, 901, 901, 0);
	tell_exit(13, 201, 202, 0);
	tell_exit(14, 201, 201, 9);
	tell_exit(15, 200, 200, 0x500);
	kernel.now_ns = at(60);
	expect(EVENT_COMM, 8);
	assert_text(event.comm.comm, "renamed");
	expect_exec(9, 201, "proc-comm", "/proc-says/201");
	/* One of others' execs, looked at just now, is before them. */
	expect_code(0);
	kernel.now_ns = at(70);
	expect_exit(13, 202, 0);
	expect_exit(14, 201, 9);
	assert_text(event.exit.comm, "proc-comm");
	expect_exit(15, 200, 0x500);
	expect_code(0);
	assert_string_equal(said, "");
}

static void test_a_hidden_thread_executes(void **state)
{
	(void)state;
	write_comm(0, 1, COMMAND, COMMAND, "sudo", true);
	write_exit(0, 2, COMMAND, COMMAND);
	tell_fork(3, COMMAND, 101, 0);
	tell_exit(4, COMMAND, COMMAND, 0);
	tell(PROC_EXEC, 5, COMMAND, COMMAND);
	tell_exit(6, COMMAND, COMMAND, 0x300);
	/* It is gone, and so is its id. */
	tell_exit(7, COMMAND, 101, 0);
	kernel.now_ns = at(50);
	expect(EVENT_COMM, 1);
	expect_fork(3, COMMAND, 101);
	expect_exit(4, COMMAND, 0);
	expect_code(0);
	kernel.now_ns = at(60);
	expect(EVENT_EXEC, 5);
	assert_int_equal(event.exec.pid, COMMAND);
	assert_int_equal(event.exec.old_pid, 101);
	expect_exit(6, COMMAND, 0x300);
	expect_code(0);
}

static void test_an_id_that_is_used_again(void **state)
{
	(void)state;
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	write_comm(0, 2, 200, 200, "sudo", true);
	write_exit(0, 3, 200, 200);
	/* Its exit was not told. */
	write_fork(0, 4, COMMAND, COMMAND, 200, 200);
	tell_fork(5, 201, 201, 200);
	kernel.now_ns = at(50);
	expect_fork(1, COMMAND, 200);
	expect(EVENT_COMM, 2);
	expect_fork(4, COMMAND, 200);
	expect_code(0);
}

static void test_after_an_overrun_nobody_is_hidden(void **state)
{
	(void)state;
	said[0] = '\0';
	write_comm(0, 1, COMMAND, COMMAND, "sudo", true);
	write_exit(0, 2, COMMAND, COMMAND);
	kernel.now_ns = at(50);
	expect(EVENT_COMM, 1);
	expect_code(0);
	kernel.overruns++;
	tell_fork(51, 200, 200, COMMAND);
	kernel.now_ns = at(60);
	expect_code(0);
	assert_string_equal(said,
			    "messages of the process connector were lost: what setuid, setgid "
			    "and unreadable programs that run now do is not shown any more\n");
	write_comm(0, 61, COMMAND, COMMAND, "sudo", true);
	write_exit(0, 62, COMMAND, COMMAND);
	kernel.now_ns = at(70);
	expect(EVENT_COMM, 61);
	expect_code(0);
	said[0] = '\0';
	kernel.overruns++;
	expect_code(0);
	assert_string_equal(said, "");
}

/* ---- waiting ---- */

static void test_an_exit_waits_for_its_status(void **state)
{
	struct source_stats stats;

	(void)state;
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	write_exit(0, 2, 200, 200);
	write_fork(0, 3, COMMAND, COMMAND, 201, 201);
	kernel.now_ns = at(10);
	expect_fork(1, COMMAND, 200);
	expect_code(0);
	kernel.now_ns = at(109);
	expect_code(0);
	tell_exit(105, 200, 200, 0x700);
	tell_exit(105, 999, 999, 0);
	expect_exit(2, 200, 0x700);
	expect_fork(3, COMMAND, 201);
	expect_code(0);
	source_stats(source, &stats);
	assert_int_equal(stats.statuses_lost, 0);
}

static void test_not_for_ever(void **state)
{
	struct source_stats stats;

	(void)state;
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	write_exit(0, 2, 200, 200);
	write_exit(0, 3, COMMAND, COMMAND);
	kernel.now_ns = at(10);
	expect_fork(1, COMMAND, 200);
	expect_code(0);
	tell_exit(11, COMMAND, COMMAND, 0);
	kernel.now_ns = at(112) - 1;
	expect_code(0);
	kernel.now_ns = at(112);
	expect_exit(2, 200, -1);
	expect_exit(3, COMMAND, 0);
	/* Late is never. */
	tell_exit(108, 200, 200, 0x700);
	kernel.now_ns = at(120);
	expect_code(0);
	source_stats(source, &stats);
	assert_int_equal(stats.statuses_lost, 1);
}

static void test_nobody_wants_a_status(void **state)
{
	struct source_stats stats;

	(void)state;
	write_exec(0, 1, COMMAND, "sh", "/bin/sh");
	write_exit(0, 2, COMMAND, COMMAND);
	tell(PROC_EXEC, 1, COMMAND, COMMAND);
	kernel.now_ns = at(10);
	expect(EVENT_COMM, 1);
	expect_exec(1, COMMAND, "sh", "/bin/sh");
	expect_exit(2, COMMAND, -1);
	assert_int_equal(kernel.views, 0);
	source_stats(source, &stats);
	assert_int_equal(stats.statuses_lost, 0);
}

static void test_a_status_before_a_record_that_is_late(void **state)
{
	(void)state;
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	tell_exit(5, 200, 200, 0x100);
	tell_exit(5, COMMAND, COMMAND, 0x200);
	kernel.now_ns = at(10);
	expect_fork(1, COMMAND, 200);
	expect_code(0);
	write_exit(0, 4, 200, 200);
	/* That message was of another one, before. */
	write_exit(0, 6, COMMAND, COMMAND);
	expect_exit(4, 200, 0x100);
	expect_code(0);
	kernel.now_ns = at(200);
	expect_exit(6, COMMAND, -1);
}

static void test_an_exec_waits_for_its_arguments(void **state)
{
	(void)state;
	kernel.has_program = true;
	write_exec(0, 1, COMMAND, "sh", "/bin/sh");
	kernel.now_ns = at(10);
	expect(EVENT_COMM, 1);
	expect_code(0);
	/* What is read at 20 is proven once all until then has been heard. */
	tell(PROC_EXEC, 2, COMMAND, COMMAND);
	kernel.now_ns = at(20);
	expect_code(0);
	kernel.now_ns = at(22);
	expect_exec(1, COMMAND, "sh", "/bin/sh");
	assert_int_equal(event.exec.image->arguments.argc, 2);
	assert_int_equal(event.exec.image->arguments.source, ARGV_PROC);
	expect_code(0);
	/* Another one between exec and look. */
	write_exec(0, 30, COMMAND, "a", "/bin/a");
	tell(PROC_EXEC, 31, COMMAND, COMMAND);
	write_exec(0, 32, COMMAND, "b", "/bin/b");
	tell(PROC_EXEC, 33, COMMAND, COMMAND);
	kernel.now_ns = at(50);
	expect(EVENT_COMM, 30);
	expect_code(0);
	kernel.now_ns = at(60);
	expect_exec(30, COMMAND, "a", "/bin/a");
	assert_int_equal(event.exec.image->arguments.argc, -1);
	expect(EVENT_COMM, 32);
	expect_exec(32, COMMAND, "b", "/bin/b");
	assert_int_equal(event.exec.image->arguments.argc, 2);
	expect_code(0);
}

static void test_older_messages_hold_back_records(void **state)
{
	(void)state;
	write_comm(0, 1, COMMAND, COMMAND, "sudo", true);
	write_exit(0, 2, COMMAND, COMMAND);
	write_fork(0, 9, 300, 300, 301, 301);
	tell(PROC_EXEC, 5, COMMAND, COMMAND);
	kernel.now_ns = at(20);
	/* Its view is younger than the horizon. */
	expect(EVENT_COMM, 1);
	expect_code(0);
	expect_code(0);
	kernel.now_ns = at(22);
	expect(EVENT_EXEC, 5);
	expect_fork(9, 300, 301);
	expect_code(0);
}

/* ---- exits whose COMM may be lost ---- */

/* A task that goes on, of which a record was lost before its EXIT. */
static void write_doubtful_exit(void)
{
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	write_lost(0, 2, 1);
	write_exit(0, 3, 200, 200);
	kernel.now_ns = at(10);
}

static void test_a_false_exit_after_a_loss(void **state)
{
	(void)state;
	said[0] = '\0';
	kernel.exiting = 0;
	write_doubtful_exit();
	expect_fork(1, COMMAND, 200);
	expect(EVENT_LOST, 2);
	expect_code(0);
	assert_string_equal(said, BLIND);
	assert_int_equal(kernel.looks, 1);
}

static void test_a_false_exit_of_whom_proc_hides(void **state)
{
	(void)state;
	kernel.exiting = -ESRCH;
	kernel.hides = true;
	write_doubtful_exit();
	expect_fork(1, COMMAND, 200);
	expect(EVENT_LOST, 2);
	expect_code(0);
}

static void test_a_true_exit_after_a_loss(void **state)
{
	(void)state;
	kernel.exiting = -ESRCH;
	write_doubtful_exit();
	expect_fork(1, COMMAND, 200);
	expect(EVENT_LOST, 2);
	expect_exit(3, 200, -1);
	expect_code(0);
	/* Its FORK was lost too. */
	write_exit(0, 4, 300, 300);
	expect_exit(4, 300, -1);
	assert_int_equal(kernel.looks, 2);
}

static void test_a_record_after_the_loss_leaves_no_doubt(void **state)
{
	(void)state;
	kernel.exiting = 0;
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	write_fork(0, 1, COMMAND, COMMAND, 201, 201);
	write_fork(0, 1, COMMAND, COMMAND, 202, 202);
	write_lost(0, 2, 1);
	write_mmap2(0, 3, 200, "/lib/libc.so");
	write_comm(0, 3, 201, 201, "renamed", false);
	write_exec(0, 3, 202, "x", "/bin/x");
	for (uint32_t tid = 200; tid < 203; tid++)
		write_exit(0, 4, tid, tid);
	kernel.now_ns = at(10);
	for (int32_t tid = 200; tid < 203; tid++)
		expect_fork(1, COMMAND, tid);
	expect(EVENT_LOST, 2);
	expect(EVENT_COMM, 3);
	expect(EVENT_COMM, 3);
	expect_exec(3, 202, "x", "/bin/x");
	for (int32_t tid = 200; tid < 203; tid++)
		expect_exit(4, tid, -1);
	assert_int_equal(kernel.looks, 0);
}

static void test_an_exit_whose_executable_is_lost(void **state)
{
	(void)state;
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	write_comm(0, 2, 200, 200, "new", true);
	write_lost(0, 3, 1);
	write_exit(0, 4, 200, 200);
	kernel.now_ns = at(10);
	expect_fork(1, COMMAND, 200);
	expect(EVENT_COMM, 2);
	expect(EVENT_LOST, 3);
	expect_exit(4, 200, -1);
	assert_text(event.exit.comm, "new");
}

static void test_the_connector_names_whose_comm_is_lost(void **state)
{
	(void)state;
	kernel.exiting = 0;
	kernel.has_program = true;
	write_exec(0, 1, COMMAND, "old", "/bin/old");
	tell(PROC_EXEC, 2, COMMAND, COMMAND);
	write_lost(0, 3, 1);
	write_exit(0, 4, COMMAND, COMMAND);
	tell(PROC_EXEC, 5, COMMAND, COMMAND);
	tell_exit(60, COMMAND, COMMAND, 0x300);
	kernel.now_ns = at(50);
	expect(EVENT_COMM, 1);
	expect_code(0);
	kernel.now_ns = at(100);
	expect_exec(1, COMMAND, "old", "/bin/old");
	expect(EVENT_LOST, 3);
	expect_exec(5, COMMAND, "proc-comm", "/proc-says/100");
	expect_exit(60, COMMAND, 0x300);
	expect_code(0);
}

/* ---- pidfds ---- */

static void test_statuses_by_pidfds(void **state)
{
	(void)state;
	assert_string_equal(said, "exit statuses are from pidfds, where those could be opened in "
				  "time, and arguments are not known: nobody tells\n");
	assert_true(kernel.plan.at_once);
	assert_int_equal(kernel.opened_pidfds, 1);
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	kernel.now_ns = at(2);
	/* Its turn has not come. */
	expect_code(0);
	assert_int_equal(kernel.opened_pidfds, 2);
	write_exit(0, 4, 200, 200);
	write_fork(0, 5, COMMAND, COMMAND, 201, 201);
	kernel.now_ns = at(10);
	expect_fork(1, COMMAND, 200);
	/* Not reaped yet. */
	expect_code(0);
	assert_int_equal(source_wait(source, -1, 0, &err), 0);
	kernel.told[1] = 0x700;
	expect_exit(4, 200, 0x700);
	expect_fork(5, COMMAND, 201);
	/* That was reaped before we came. */
	write_exit(0, 6, 201, 201);
	kernel.now_ns = at(11);
	expect_exit(6, 201, -1);
	expect_code(0);
	struct source_stats stats;
	source_stats(source, &stats);
	assert_int_equal(stats.statuses_lost, 1);
}

static void test_a_zombie_is_not_waited_for_for_ever(void **state)
{
	struct source_stats stats;

	(void)state;
	write_fork(0, 1, COMMAND, COMMAND, 200, 200);
	kernel.now_ns = at(2);
	expect_code(0);
	write_exit(0, 4, 200, 200);
	kernel.now_ns = at(10);
	expect_fork(1, COMMAND, 200);
	expect_code(0);
	kernel.now_ns = at(112) - 1;
	expect_code(0);
	kernel.now_ns = at(112);
	expect_exit(4, 200, -1);
	source_stats(source, &stats);
	assert_int_equal(stats.statuses_lost, 1);
}

static void test_command_is_reaped_by_us(void **state)
{
	(void)state;
	write_exit(0, 1, COMMAND, COMMAND);
	kernel.now_ns = at(10);
	expect_code(0);
	kernel.command_status = 0x600;
	expect_exit(1, COMMAND, 0x600);
	expect_code(0);
}

static void test_command_is_known_where_no_pidfd_is(void **state)
{
	(void)state;
	write_exit(0, 1, COMMAND, COMMAND);
	kernel.now_ns = at(10);
	expect_code(0);
	kernel.command_status = 0x500;
	expect_exit(1, COMMAND, 0x500);
	assert_int_equal(kernel.opened_pidfds, 0);
}

static void test_command_is_known_where_its_message_is_lost(void **state)
{
	(void)state;
	write_exit(0, 1, COMMAND, COMMAND);
	kernel.command_status = 0x500;
	kernel.now_ns = at(10);
	expect_code(0);
	kernel.now_ns = at(112);
	expect_exit(1, COMMAND, 0x500);
}

static void test_a_first_thread_that_leaves_others(void **state)
{
	(void)state;
	write_fork(0, 1, COMMAND, COMMAND, COMMAND, 101);
	kernel.now_ns = at(2);
	expect_code(0);
	/* The process's status is not its own. */
	kernel.told[0] = 0x300;
	kernel.told[1] = 0x300;
	kernel.command_status = 0x300;
	write_exit(0, 3, COMMAND, COMMAND);
	write_exit(0, 4, COMMAND, 101);
	kernel.now_ns = at(10);
	expect_fork(1, COMMAND, 101);
	expect_exit(3, COMMAND, -1);
	expect_exit(4, 101, 0x300);
}

static void test_first_sight_is_an_exec(void **state)
{
	(void)state;
	/* Its FORK was lost. */
	write_exec(0, 1, 300, "x", "/bin/x");
	kernel.now_ns = at(3);
	expect(EVENT_COMM, 1);
	expect_exec(1, 300, "x", "/bin/x");
	assert_int_equal(kernel.opened_pidfds, 2);
	expect_code(0);
	kernel.told[1] = 0x400;
	write_exit(0, 4, 300, 300);
	kernel.now_ns = at(10);
	expect_exit(4, 300, 0x400);
}

static void test_nobody_wants_pidfds(void **state)
{
	(void)state;
	source_free(source);
	kernel.opened_pidfds = 0;
	said[0] = '\0';
	request.needs = NEED_TASKS;
	assert_int_equal(open_source(), 0);
	assert_int_equal(kernel.opened_pidfds, 0);
	assert_false(kernel.plan.at_once);
}

/* ---- the end ---- */

static void test_the_last_status_comes_after_the_stop(void **state)
{
	(void)state;
	write_exit(0, 1, COMMAND, COMMAND);
	kernel.now_ns = at(1);
	source_stop(source);
	assert_int_equal(kernel.opened_enabled, 0);
	source_stop(source);
	expect_code(0);
	assert_int_equal(source_wait(source, -1, 0, &err), 0);
	kernel.now_ns = at(2);
	tell_exit(2, COMMAND, COMMAND, 0x300);
	expect_exit(1, COMMAND, 0x300);
	expect_code(-ENODATA);
}

static void test_a_hidden_command_ends_last(void **state)
{
	(void)state;
	write_comm(0, 1, COMMAND, COMMAND, "sudo", true);
	write_exit(0, 2, COMMAND, COMMAND);
	kernel.now_ns = at(50);
	expect(EVENT_COMM, 1);
	source_stop(source);
	expect_code(0);
	kernel.now_ns = at(149);
	expect_code(0);
	tell_exit(51, COMMAND, COMMAND, 0x300);
	expect_exit(51, COMMAND, 0x300);
	expect_code(-ENODATA);
}

static void test_a_hidden_command_whose_end_is_not_told(void **state)
{
	(void)state;
	write_comm(0, 1, COMMAND, COMMAND, "sudo", true);
	write_exit(0, 2, COMMAND, COMMAND);
	kernel.now_ns = at(50);
	expect(EVENT_COMM, 1);
	source_stop(source);
	expect_code(0);
	kernel.now_ns = at(150);
	expect_code(-ENODATA);
}

static void test_the_connector_breaks(void **state)
{
	(void)state;
	kernel.next_code = -EIO;
	expect_code(-EIO);
	assert_string_equal(err.what, "cannot read the process connector: Input/output error");
}

/* ---- opening ---- */

static void test_what_is_opened(void **state)
{
	(void)state;
	assert_int_equal(kernel.plan.command, COMMAND);
	assert_int_equal(kernel.plan.pages, 64);
	assert_true(kernel.plan.may_shrink);
	assert_int_equal(kernel.plan.tracepoint_count, 0);
	assert_int_equal(kernel.opened_enabled, CPUS);
	assert_true(source->info.is_of_command);
	assert_true(source->info.has_execs);
	assert_false(source->info.foreign_ids);
	assert_string_equal(said, "");
	source_free(source);
	request.mmap_pages = 2;
	request.verbose = true;
	assert_int_equal(open_source(), 0);
	assert_int_equal(kernel.plan.pages, 2);
	assert_false(kernel.plan.may_shrink);
	assert_string_equal(said, "ring buffers of 2 pages per CPU, not more than 2\n"
				  "exit statuses from the process connector\n");
}

static void test_a_new_cpu_is_told_of_once(void **state)
{
	(void)state;
	kernel.cpus_online = 3;
	assert_int_equal(source_wait(source, -1, 0, &err), 0);
	assert_string_equal(said, "CPU 2 came online: what happens on it is not shown\n");
	usleep(110000); /* The list is read no more often: HOTPLUG_NS of perf/cpu_rings.c. */
	assert_int_equal(source_wait(source, -1, 0, &err), 0);
	assert_string_equal(said, "CPU 2 came online: what happens on it is not shown\n");
	assert_int_equal(kernel.rings, CPUS);
}

static void test_without_the_connector(void **state)
{
	(void)state;
	assert_string_equal(said, "exit statuses and arguments are not known: nobody tells\n");
	source_free(source);
	said[0] = '\0';
	request.needs = 0;
	assert_int_equal(open_source(), 0);
	assert_string_equal(said, "");
}

static void test_why_it_is_refused(void **state)
{
	(void)state;
	reset_kernel();
	kernel.ring_code = -EACCES;
	state_of_host = (struct host_state){
		.has_paranoid = true,
		.paranoid = 3,
		.perf_syscall = PERF_SYSCALL_REFUSED,
	};
	assert_int_equal(open_source(), -EACCES);
	assert_string_equal(err.what, "kernel.perf_event_paranoid is 3; users may trace their own "
				      "commands at 2 and below");
	assert_string_equal(err.remedy, "sudo sysctl kernel.perf_event_paranoid=2");
	const struct source_host host = {.wake_fd = -1, .proc_fd = -1, .state = &state_of_host};
	err = (struct error){0};
	assert_int_equal(sideband_source_type.probe(&request, &host, &err), -EACCES);
	assert_string_equal(err.remedy, "sudo sysctl kernel.perf_event_paranoid=2");
	state_of_host.paranoid = 2;
	err = (struct error){0};
	assert_int_equal(open_source(), -EACCES);
	assert_non_null(strstr(err.what, "no ring: a security module"));
	kernel.ring_code = 0;
	assert_int_equal(sideband_source_type.probe(&request, &host, &err), 0);
	assert_int_equal(kernel.plan.command, getpid());
	release_kernel();
}

static int run_all(void)
{
	int code = open_source();

	if (code == 0)
		code = source_start(source, &request, &err);
	if (code < 0)
		return code;
	kernel.now_ns = at(200);
	while ((code = source_next(source, &event, &err)) > 0)
		continue;
	if (code == 0) {
		source_stop(source);
		kernel.now_ns = at(400);
		while ((code = source_next(source, &event, &err)) > 0)
			continue;
	}
	return code == -ENODATA ? 0 : code;
}

static void test_no_memory(void **state)
{
	int code = -ENOMEM, failures = 0, count = 1;
	bool ran_out;

	(void)state;
	do {
		reset_kernel();
		write_exec(0, 1, COMMAND, "sh", "/bin/sh");
		write_fork(0, 2, COMMAND, COMMAND, 200, 200);
		write_comm(0, 3, 200, 200, "x", false);
		write_comm(0, 4, 200, 200, "sudo", true);
		write_exit(0, 5, 200, 200);
		write_lost(0, 6, 1);
		tell_fork(6, 201, 201, 200);
		snprintf(tell(PROC_COMM, 7, 201, 201)->comm, 16, "renamed");
		tell(PROC_EXEC, 8, 201, 201);
		tell_exit(9, 201, 201, 0);
		write_exit(0, 10, COMMAND, COMMAND);
		allocations_left = count++;
		code = run_all();
		ran_out = allocations_left == 0;
		allocations_left = -1;
		if (code < 0)
			assert_string_equal(err.what, "out of memory");
		source_free(source);
		release_kernel();
		failures += code < 0;
		assert_true(ran_out || code == 0);
	} while (ran_out);
	assert_true(failures >= 20);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
#define PLAIN_TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up_plain, tear_down)
#define ALONE_TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up_alone, tear_down)
#define PIDFD_TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up_pidfds, tear_down)
	const struct CMUnitTest tests[] = {
		ALONE_TEST(a_life_on_two_cpus),
		TEST(behind_the_horizon),
		ALONE_TEST(threads),
		ALONE_TEST(which_mapping_is_the_executable),
		TEST(records_that_are_cut_short),
		ALONE_TEST(losses),
		ALONE_TEST(a_false_exit_is_no_exit),
		TEST(the_connector_tells_what_is_hidden),
		TEST(a_hidden_thread_executes),
		TEST(an_id_that_is_used_again),
		TEST(after_an_overrun_nobody_is_hidden),
		TEST(an_exit_waits_for_its_status),
		TEST(not_for_ever),
		PLAIN_TEST(nobody_wants_a_status),
		TEST(a_status_before_a_record_that_is_late),
		TEST(an_exec_waits_for_its_arguments),
		TEST(older_messages_hold_back_records),
		ALONE_TEST(a_false_exit_after_a_loss),
		ALONE_TEST(a_false_exit_of_whom_proc_hides),
		ALONE_TEST(a_true_exit_after_a_loss),
		ALONE_TEST(a_record_after_the_loss_leaves_no_doubt),
		ALONE_TEST(an_exit_whose_executable_is_lost),
		TEST(the_connector_names_whose_comm_is_lost),
		PIDFD_TEST(statuses_by_pidfds),
		PIDFD_TEST(a_zombie_is_not_waited_for_for_ever),
		PIDFD_TEST(command_is_reaped_by_us),
		ALONE_TEST(command_is_known_where_no_pidfd_is),
		TEST(command_is_known_where_its_message_is_lost),
		PIDFD_TEST(a_first_thread_that_leaves_others),
		PIDFD_TEST(first_sight_is_an_exec),
		PIDFD_TEST(nobody_wants_pidfds),
		TEST(the_last_status_comes_after_the_stop),
		TEST(a_hidden_command_ends_last),
		TEST(a_hidden_command_whose_end_is_not_told),
		TEST(the_connector_breaks),
		TEST(what_is_opened),
		TEST(a_new_cpu_is_told_of_once),
		ALONE_TEST(without_the_connector),
		cmocka_unit_test(test_why_it_is_refused),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
