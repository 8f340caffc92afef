/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trying the argv probe, on a kernel of this test's own: the child is real, what the probe shows of
 * it is not.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perf/perf_event.h"
#include "probe/argv_definition.h"
#include "probe/argv_trial.h"
#include "support_probe.h"

#define CHUNKS 2U
#define MAP_PAGES 33
#define SIZE (CHUNKS * ARGV_CHUNK_BYTES)

/* ---- the kernel ---- */

static struct {
	int refuses; /* the errno of perf_event_open */
	bool ioctl_fails;
	const char *order; /* what it shows: z a zero chunk, c a chunk; a digit each behind it */
	size_t damaged;    /* 1 + the byte of the arguments that is wrong; 0: none */
	size_t dirty;      /* 1 + the byte of zeros that is none; 0: none */
	uint64_t size;     /* of the arguments, as it says */
} kernel;

int __wrap_perf_event_open_raw(struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			       unsigned long flags);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	assert_true(fd >= 0);
	assert_int_equal(request, PERF_EVENT_IOC_ENABLE);
	errno = EPERM;
	return kernel.ioctl_fails ? -1 : 0;
}

/* The arguments that the child is known to run with. */
static void fill(unsigned char arguments[SIZE])
{
	memcpy(arguments, "sh\0-c\0:\0", 9);
	for (size_t i = 9; i < SIZE - 1; i++)
		arguments[i] = (unsigned char)('!' + i / 8 * 7 % 93);
	arguments[SIZE - 1] = '\0';
	if (kernel.damaged > 0)
		arguments[kernel.damaged - 1] ^= 1;
}

static void write_chunk(unsigned char *map, int32_t tid, bool zeros, unsigned int chunk)
{
	struct perf_event_mmap_page *control = (struct perf_event_mmap_page *)(void *)map;
	unsigned char arguments[SIZE];
	struct probe_record record;

	fill(arguments);
	probe_record_load(&record, zeros ? "zeros" : "true");
	if (zeros) {
		probe_record_set(&record, tid, ARGV_ZEROS + chunk, 0, 0);
		if (kernel.dirty > 0)
			probe_record_bytes(&record)[kernel.dirty - 1] = 1;
	} else {
		probe_record_set(&record, tid, chunk, 0x1000, 0x1000 + kernel.size);
		memcpy(probe_record_bytes(&record), arguments + chunk * ARGV_CHUNK_BYTES,
		       ARGV_CHUNK_BYTES);
	}
	memcpy(map + sysconf(_SC_PAGESIZE) + control->data_head, record.bytes,
	       sizeof(record.bytes));
	control->data_head += sizeof(record.bytes);
}

int __wrap_perf_event_open_raw(struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			       unsigned long flags)
{
	const size_t size = MAP_PAGES * (size_t)sysconf(_SC_PAGESIZE);

	(void)flags;
	assert_int_equal(group_fd, -1);
	assert_int_equal(cpu, -1);
	assert_true(pid > 0);
	assert_int_equal(attr->config, probe_layout().id);
	if (kernel.refuses)
		return -kernel.refuses;
	int fd = memfd_create("ring", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	unsigned char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	for (const char *at = kernel.order; *at; at += 2)
		write_chunk(map, pid, at[0] == 'z', (unsigned int)(at[1] - '0'));
	munmap(map, size);
	return fd;
}

/* ---- tests ---- */

static int trial(const char *order)
{
	const struct argv_layout layout = probe_layout();
	struct error err = {0};

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		skip(); /* the samples are of x86-64 */
	kernel.order = order;
	int code = argv_trial(&layout, CHUNKS, &err);
	assert_int_equal(code < 0, err.what[0] != '\0');
	/* The child is gone. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return code;
}

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.size = SIZE;
	return 0;
}

static void test_right(void **state)
{
	(void)state;
	assert_int_equal(trial("z1c1z0c0"), 0);
}

/* With the zeros behind their chunk, words that cannot be read are of others. */
static void test_other_orders(void **state)
{
	static const char *const others[] = {"c1z1c0z0", "z0c0z1c1", "z0c1z1c0",   "z1z0c1c0",
					     "z1c1c0",   "z1c1z0",   "z1c1z0c0c0", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_int_equal(trial(others[i]), -EPROTO);
}

static void test_wrong_bytes(void **state)
{
	static const size_t places[] = {1, 9, 513, ARGV_CHUNK_BYTES, ARGV_CHUNK_BYTES + 1, SIZE};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		kernel.damaged = places[i];
		assert_int_equal(trial("z1c1z0c0"), -EPROTO);
	}
	kernel.damaged = 0;
	kernel.dirty = ARGV_CHUNK_BYTES;
	assert_int_equal(trial("z1c1z0c0"), -EPROTO);
	kernel.dirty = 0;
	kernel.size--;
	assert_int_equal(trial("z1c1z0c0"), -EPROTO);
}

static void test_refusals(void **state)
{
	(void)state;
	kernel.refuses = EACCES;
	assert_int_equal(trial("z1c1z0c0"), -EACCES);
	kernel.refuses = 0;
	kernel.ioctl_fails = true;
	assert_int_equal(trial("z1c1z0c0"), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_right, set_up),
		cmocka_unit_test_setup(test_other_orders, set_up),
		cmocka_unit_test_setup(test_wrong_bytes, set_up),
		cmocka_unit_test_setup(test_refusals, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
