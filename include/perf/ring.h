/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads one perf ring buffer: the records between data_tail (ours) and data_head (the kernel's).
 *
 * It works on any memory; the caller maps the ring. Records are read in place; only one that
 * crosses the end of the ring is copied, to a buffer of the ring's own. Protocol:
 * perf_event_open(2), "MMAP layout"; memory order: kernel/events/ring_buffer.c,
 * perf_output_put_handle().
 */
#ifndef PXT_PERF_RING_H
#define PXT_PERF_RING_H

#include <linux/perf_event.h>
#include <stdbool.h>
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
	uint64_t released;      /* data_tail as last stored */
	uint32_t current;       /* bytes of the record that ring_peek() returned; 0: none */
	unsigned char *wrapped; /* RING_RECORD_MAX bytes for a record that crosses the end; ours */
};

/*
 * Read from CONTROL and the SIZE bytes at DATA (both borrowed until ring_done()), starting at
 * data_tail. Returns 0, -EINVAL where SIZE is no power of two, -ENOMEM.
 */
int ring_init(struct ring *ring, struct perf_event_mmap_page *control, const void *data,
	      uint64_t size) MUST_CHECK;

void ring_done(struct ring *ring);

/* Load data_head (acquire): records up to there become visible to ring_peek(). */
void ring_refresh(struct ring *ring);

/* Returns whether records have become visible since ring_refresh(). */
bool ring_has_news(const struct ring *ring);

/*
 * Return the next record without consuming it. Returns 1 with *HEADER, borrowed until
 * ring_advance(); 0 where no record is visible; -EBADMSG where a size is impossible: nothing more
 * can be read from the ring then.
 */
int ring_peek(struct ring *ring, const struct perf_event_header **header) MUST_CHECK;

/* Consume the record that ring_peek() returned. Gives space back to the kernel now and then. */
void ring_advance(struct ring *ring);

/* Consume it too, but keep its space, and its bytes readable, until ring_release(). */
void ring_skip(struct ring *ring);

/*
 * Return the bytes that were skipped and not released: one piece, or two where they cross the end
 * of the ring. Returns the number of PIECES, which are borrowed until ring_release().
 */
int ring_skipped(const struct ring *ring, struct iovec pieces[2]);

/* Give all consumed space back to the kernel (store data_tail, release). */
void ring_release(struct ring *ring);

#endif
