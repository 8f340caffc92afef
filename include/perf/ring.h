/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads one perf ring buffer: records between data_tail (ours) and data_head (the kernel's).
 *
 * Works over plain memory: who maps the ring is not its business. Records are read in place; only
 * one that crosses the end of the ring is copied, into a buffer of the ring's own.
 * The protocol: perf_event_open(2), "MMAP layout"; memory order: kernel/events/ring_buffer.c,
 * perf_output_put_handle().
 */
#ifndef PXT_PERF_RING_H
#define PXT_PERF_RING_H

#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/compiler.h"

/* perf_event_header.size is 16 bits wide. */
#define RING_RECORD_MAX 65536U

struct ring {
	struct perf_event_mmap_page *control;
	const unsigned char *data;
	uint64_t size;          /* bytes of data, a power of two */
	uint64_t head;          /* data_head as last read */
	uint64_t tail;          /* the next record to read; up to `size` bytes behind head */
	uint64_t released;      /* data_tail as last told to the kernel */
	uint32_t current;       /* size of the record that ring_peek() showed, 0: none */
	unsigned char *wrapped; /* RING_RECORD_MAX bytes for a record that crosses the end; ours */
};

/*
 * Read from CONTROL and the SIZE bytes at DATA (both borrowed until ring_done()), starting at
 * data_tail. Returns 0, -EINVAL where SIZE is no power of two, -ENOMEM.
 */
int ring_init(struct ring *ring, struct perf_event_mmap_page *control, const void *data,
	      uint64_t size) MUST_CHECK;

void ring_done(struct ring *ring);

/* Read data_head anew (acquire): records up to there become visible to ring_peek(). */
void ring_refresh(struct ring *ring);

/*
 * Show the next record without using it up. Returns 1 with *HEADER, which is borrowed until
 * ring_advance(); 0 where none is visible; -EBADMSG where the ring holds an impossible size: then
 * nothing more can be read from it.
 */
int ring_peek(struct ring *ring, const struct perf_event_header **header) MUST_CHECK;

/* Use up the record that ring_peek() showed; hands its room back to the kernel now and then. */
void ring_advance(struct ring *ring);

/* The same, but its room stays ours, and its bytes readable, until ring_release(). */
void ring_skip(struct ring *ring);

/*
 * Show the bytes that were skipped and not released, in one piece or in two where they cross the
 * end of the ring. Returns how many pieces; borrowed until ring_release().
 */
int ring_skipped(const struct ring *ring, struct iovec pieces[2]);

/* Hand all used room back to the kernel (store data_tail, release). */
void ring_release(struct ring *ring);

#endif
