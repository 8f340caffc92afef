/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Learning how exits look, on a kernel of this test's own: the children are real, what is seen of
 * their ends is not.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perf/perf_event.h"
#include "source/exit_probe.h"
#include "support.h"

#define EXIT_ID 311
#define PROBE_CODE 0xa5
#define MAP_PAGES 16
#define ON_EVERY_WAY 0x1000
#define ON_WAY 0x2000 /* and the number of the child */
#define OF_STRANGERS 0x3000

/* ---- the kernel ---- */

static struct {
	bool refuses, without_registers, strangers_only;
	unsigned int opened;
	pid_t child;
} kernel;

pid_t __real_fork(void);
pid_t __wrap_fork(void);
int __wrap_perf_event_open_raw(struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			       unsigned long flags);

pid_t __wrap_fork(void)
{
	kernel.child = __real_fork();
	return kernel.child;
}

struct words {
	uint64_t items[64];
	size_t count;
};

static void add(struct words *words, uint64_t word)
{
	words->items[words->count++] = word;
}

/* IDENTIFIER, TID, TIME, CPU, CALLCHAIN, RAW, REGS_USER. */
static void make_exit(struct words *words, const struct perf_event_attr *attr, pid_t tid,
		      uint64_t address)
{
	const uint32_t ids[2] = {(uint32_t)tid, (uint32_t)tid};
	const uint32_t raw[2] = {sizeof(uint32_t), 0};
	uint64_t pair;

	*words = (struct words){.count = 1};
	add(words, EXIT_ID);
	memcpy(&pair, ids, sizeof(pair));
	add(words, pair);
	add(words, 1);
	add(words, 0);
	add(words, 2);
	add(words, ON_EVERY_WAY);
	add(words, address);
	memcpy(&pair, raw, sizeof(pair));
	add(words, pair);
	add(words, kernel.without_registers ? PERF_SAMPLE_REGS_ABI_NONE : PERF_SAMPLE_REGS_ABI_64);
	for (uint64_t rest = attr->sample_regs_user; rest && !kernel.without_registers;
	     rest &= rest - 1)
		add(words, PROBE_CODE);
	const struct perf_event_header header = {
		.type = PERF_RECORD_SAMPLE, .size = (uint16_t)(words->count * sizeof(uint64_t))};
	memcpy(words->items, &header, sizeof(header));
}

static void write_exit(unsigned char *map, const struct perf_event_attr *attr, pid_t tid,
		       uint64_t address)
{
	struct perf_event_mmap_page *control = (struct perf_event_mmap_page *)map;
	struct words words;

	make_exit(&words, attr, tid, address);
	memcpy(map + sysconf(_SC_PAGESIZE) + control->data_head, words.items,
	       words.count * sizeof(uint64_t));
	control->data_head += words.count * sizeof(uint64_t);
}

/* A ring in which the child's exit is between two others of its CPU. */
static void write_ring(unsigned char *map, const struct perf_event_attr *attr)
{
	write_exit(map, attr, kernel.child + 1, OF_STRANGERS);
	if (!kernel.strangers_only)
		write_exit(map, attr, kernel.child, ON_WAY + kernel.opened);
	write_exit(map, attr, kernel.child + 1, OF_STRANGERS);
}

int __wrap_perf_event_open_raw(struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			       unsigned long flags)
{
	const size_t size = MAP_PAGES * (size_t)sysconf(_SC_PAGESIZE);

	(void)flags;
	assert_int_equal(group_fd, -1);
	assert_int_equal(attr->config, EXIT_ID);
	if (kernel.refuses)
		return -EACCES;
	int fd = memfd_create("ring", MFD_CLOEXEC);
	assert_true(fd >= 0);
	/* What only holds the tracepoint has no ring. */
	if (pid == 0)
		return fd;
	assert_int_equal(pid, -1);
	assert_true(cpu >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	unsigned char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	write_ring(map, attr);
	munmap(map, size);
	kernel.opened++;
	return fd;
}

/* ---- tests ---- */

static void probe(struct exit_paths *paths)
{
	const struct registers *registers = registers_of_this_machine();

	if (!registers || !registers_at_exit(registers))
		skip();
	kernel.opened = 0;
	int hold_fd = exit_probe(EXIT_ID, registers, paths);
	assert_int_equal(hold_fd >= 0, !kernel.refuses);
	if (hold_fd >= 0)
		close(hold_fd);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static enum exit_path path_of(const struct exit_paths *paths, uint64_t address)
{
	return exit_paths_find(paths, &(struct exit_chain){.addresses = &address, .count = 1});
}

static void test_learns_from_its_children_alone(void **state)
{
	struct exit_paths paths;

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	probe(&paths);
	assert_true(paths.known);
	assert_int_equal(path_of(&paths, ON_WAY), EXIT_PATH_GROUP);
	assert_int_equal(path_of(&paths, ON_WAY + 1), EXIT_PATH_THREAD);
	assert_int_equal(path_of(&paths, ON_WAY + kernel.opened - 1), EXIT_PATH_OTHER);
	assert_int_equal(path_of(&paths, ON_EVERY_WAY), EXIT_PATH_OTHER);
	assert_int_equal(path_of(&paths, OF_STRANGERS), EXIT_PATH_OTHER);
}

static void test_nothing_is_known_without_the_childs_own_exit(void **state)
{
	struct exit_paths paths;

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.strangers_only = true;
	probe(&paths);
	assert_false(paths.known);
}

static void test_nothing_is_known_without_registers(void **state)
{
	struct exit_paths paths;

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.without_registers = true;
	probe(&paths);
	assert_false(paths.known);
}

static void test_nothing_is_known_where_the_kernel_refuses(void **state)
{
	struct exit_paths paths;

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.refuses = true;
	probe(&paths);
	assert_false(paths.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learns_from_its_children_alone),
		cmocka_unit_test(test_nothing_is_known_without_the_childs_own_exit),
		cmocka_unit_test(test_nothing_is_known_without_registers),
		cmocka_unit_test(test_nothing_is_known_where_the_kernel_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
