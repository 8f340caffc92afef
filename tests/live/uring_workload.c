/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process for which the kernel makes threads: io_uring's own, which polls the queue, and workers,
 * which wait for a pipe. No system call of ours makes them, and one of them may be the last of the
 * process. It exits with 5; with 77 where there is no io_uring (io_uring_setup(2)).
 */
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READS 4U
#define NO_IO_URING 77

static struct io_uring_params params;
static char bytes[READS];

static void *map(int ring, size_t size, off_t what)
{
	void *mapped =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, what);

	if (mapped == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return mapped;
}

/* Reads of PIPE, which never come to anything: a worker has to wait in each. */
static void submit(int ring, int pipe_fd)
{
	unsigned char *queue = map(ring, params.sq_off.array + READS * sizeof(uint32_t),
				   (off_t)IORING_OFF_SQ_RING);
	struct io_uring_sqe *entries = map(ring, READS * sizeof(*entries), (off_t)IORING_OFF_SQES);
	uint32_t *indices = (uint32_t *)(void *)(queue + params.sq_off.array);

	for (uint32_t i = 0; i < READS; i++) {
		entries[i] = (struct io_uring_sqe){
			.opcode = IORING_OP_READ,
			.flags = IOSQE_ASYNC,
			.fd = pipe_fd,
			.addr = (uintptr_t)&bytes[i],
			.len = 1,
		};
		indices[i] = i;
	}
	__atomic_store_n((uint32_t *)(void *)(queue + params.sq_off.tail), READS, __ATOMIC_RELEASE);
	syscall(SYS_io_uring_enter, ring, READS, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0);
}

/* Its thread polls, and has handed the reads to a worker, once the queue is empty. */
static void wait_until_taken(int ring)
{
	const unsigned char *queue = map(ring, params.sq_off.array, (off_t)IORING_OFF_SQ_RING);
	const uint32_t *head = (const uint32_t *)(const void *)(queue + params.sq_off.head);

	while (__atomic_load_n(head, __ATOMIC_ACQUIRE) != READS)
		usleep(1000);
}

int main(void)
{
	int pipe_fds[2];

	params.flags = IORING_SETUP_SQPOLL;
	params.sq_thread_idle = 50;
	int ring = (int)syscall(SYS_io_uring_setup, READS, &params);
	if (ring < 0)
		return NO_IO_URING;
	if (pipe(pipe_fds) < 0)
		return 1;
	submit(ring, pipe_fds[0]);
	wait_until_taken(ring);
	/* Not exit(3): LeakSanitizer would make a thread of its own there. */
	_exit(5);
}
