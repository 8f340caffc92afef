/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/argv_trial.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perf/perf_event.h"
#include "perf/record.h"
#include "perf/ring.h"
#include "probe/argv_definition.h"

#define PROGRAM "/bin/sh"
/* Two samples a chunk, of some 3 KiB; a power of two. */
#define TRIAL_PAGES 32U

/* The arguments of the program, with an empty one, as they have to lie in its memory. */
#define FIRST_ARGUMENTS "sh\0-c\0:\0"

struct trial {
	const struct argv_layout *layout;
	unsigned int chunks;
	unsigned int seen; /* samples that were right, in their order */
	bool wrong;
	char arguments[ARGV_CHUNKS_MAX * ARGV_CHUNK_BYTES];
	size_t size; /* of these */
};

/* Different in every word, so that fields in another order are found. */
static void fill_arguments(struct trial *trial)
{
	static const char first[] = FIRST_ARGUMENTS;

	trial->size = (size_t)trial->chunks * ARGV_CHUNK_BYTES;
	memcpy(trial->arguments, first, sizeof(first));
	for (size_t i = sizeof(first); i < trial->size - 1; i++)
		trial->arguments[i] = (char)('!' + i / 8 * 7 % 93);
	trial->arguments[trial->size - 1] = '\0';
}

/* ---- the program ---- */

struct trial_child {
	pid_t pid;
	int hold_fd; /* it runs the program once this is closed */
};

/* Only what is safe between fork and exec. */
static _Noreturn void wait_and_run(const struct trial *trial, const int pipe_fds[2])
{
	static const char first[] = FIRST_ARGUMENTS;
	char *text = (char *)(uintptr_t)trial->arguments, *none[] = {NULL};
	char *argv[] = {text, text + 3, text + 6, text + 8, text + sizeof(first), NULL};
	char byte;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	close(pipe_fds[1]);
	if (read(pipe_fds[0], &byte, 1) == 0)
		execve(PROGRAM, argv, none);
	_exit(127);
}

static int start_child(const struct trial *trial, struct trial_child *child)
{
	int pipe_fds[2];

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	pid_t pid = fork();
	int code = pid < 0 ? -errno : 0;
	if (pid == 0)
		wait_and_run(trial, pipe_fds);
	close(pipe_fds[0]);
	if (code < 0)
		close(pipe_fds[1]);
	else
		*child = (struct trial_child){pid, pipe_fds[1]};
	return code;
}

static void let_run(const struct trial_child *child)
{
	close(child->hold_fd);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* ---- what the probe copied ---- */

static bool are_zeros(const struct argv_sample *sample)
{
	static const unsigned char zeros[ARGV_CHUNK_BYTES];

	return sample->start == 0 && sample->end == 0 &&
	       memcmp(sample->bytes, zeros, sizeof(zeros)) == 0;
}

static bool is_chunk(const struct trial *trial, const struct argv_sample *sample,
		     unsigned int chunk)
{
	return sample->end - sample->start == trial->size &&
	       memcmp(sample->bytes, trial->arguments + (size_t)chunk * ARGV_CHUNK_BYTES,
		      ARGV_CHUNK_BYTES) == 0;
}

/* Zeros of the last chunk, the last chunk, zeros of the one before it, ... */
static bool is_expected(const struct trial *trial, const struct argv_sample *sample)
{
	if (trial->seen >= 2 * trial->chunks)
		return false;
	const unsigned int chunk = trial->chunks - 1 - trial->seen / 2;
	if (trial->seen % 2 == 0)
		return sample->chunk == ARGV_ZEROS + chunk && are_zeros(sample);
	return sample->chunk == chunk && is_chunk(trial, sample, chunk);
}

static void look_at_record(struct trial *trial, const struct perf_event_header *bytes)
{
	struct record_layout layout;
	struct record record;
	struct argv_sample sample;

	record_layout_init(&layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	if (record_parse(bytes, &layout, &record) < 0 ||
	    !argv_sample_take(trial->layout, &record, &sample))
		return;
	if (is_expected(trial, &sample))
		trial->seen++;
	else
		trial->wrong = true;
}

static void look_at_ring(struct trial *trial, void *map, size_t page)
{
	const struct perf_event_header *record;
	struct ring ring;

	if (ring_init(&ring, map, (unsigned char *)map + page, TRIAL_PAGES * page) < 0)
		return;
	ring_refresh(&ring);
	while (ring_peek(&ring, &record) > 0) {
		look_at_record(trial, record);
		ring_advance(&ring);
	}
	ring_done(&ring);
}

/* FD is the probe's event of CHILD. */
static int watch(struct trial *trial, int fd, const struct trial_child *child)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t size = (1 + TRIAL_PAGES) * page;
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	int code = map == MAP_FAILED || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) < 0 ? -errno : 0;

	let_run(child);
	if (code == 0)
		look_at_ring(trial, map, page);
	if (map != MAP_FAILED)
		munmap(map, size);
	return code;
}

static int run(struct trial *trial)
{
	const struct perf_event_extra none = {0};
	struct perf_event_attr attr = perf_event_tracepoint_attr(trial->layout->id, &none, 0);
	struct trial_child child = {0};
	int code = start_child(trial, &child);

	if (code < 0)
		return code;
	int fd = perf_event_open_raw(&attr, child.pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0) {
		let_run(&child);
		return fd;
	}
	code = watch(trial, fd, &child);
	close(fd);
	return code;
}

int argv_trial(const struct argv_layout *layout, unsigned int chunks, struct error *err)
{
	struct trial trial = {.layout = layout, .chunks = chunks};

	fill_arguments(&trial);
	int code = run(&trial);
	if (code < 0)
		return error_set(err, code, "cannot try the argv probe: %s", strerror(-code));
	if (trial.wrong || trial.seen != 2 * chunks)
		return error_set(err, -EPROTO,
				 "the argv probe does not show the arguments of " PROGRAM
				 ", with which it was tried");
	return 0;
}
