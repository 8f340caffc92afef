/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf_event_open(2) with the attributes that live tracing uses, and what to do where a kernel does
 * not know one of them.
 */
#ifndef PXT_PERF_PERF_EVENT_H
#define PXT_PERF_PERF_EVENT_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/*
 * In every sample: IDENTIFIER, TID, TIME, CPU, RAW. The same for all events of a ring, so that all
 * samples begin alike and records of other types end in the same trailer (sample_id_all). What
 * struct perf_event_extra adds comes behind RAW, but for the call chain.
 */
#define PERF_EVENT_SAMPLE_TYPE                                                                     \
	((uint64_t)PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | \
	 PERF_SAMPLE_RAW)

/* linux/perf_event.h of Linux 6.0; the installed headers may be older. */
#define PERF_EVENT_FORMAT_LOST (1U << 4)

/* What a tracepoint's samples carry besides. */
struct perf_event_extra {
	uint64_t regs_user;  /* PERF_SAMPLE_REGS_USER: a bit per register; 0: none */
	uint32_t stack_user; /* PERF_SAMPLE_STACK_USER: bytes, a multiple of 8, with regs_user only;
				0 */
	bool cgroup;         /* PERF_SAMPLE_CGROUP */
	bool callchain;      /* PERF_SAMPLE_CALLCHAIN: the kernel's; it comes before the raw data */
};

/* What not every kernel knows. All are asked for first and dropped, in this order, at EINVAL. */
enum perf_feature {
	PERF_FEATURE_READ_LOST, /* 6.0: read(2) tells how many events each fd lost */
	PERF_FEATURE_CGROUP,    /* 5.7: cgroup ids in samples, and PERF_RECORD_CGROUP */
	PERF_FEATURE_CLOCKID,   /* 4.1: timestamps of CLOCK_MONOTONIC */
	PERF_FEATURE_COMM_EXEC, /* 3.16: COMM records tell exec from prctl(PR_SET_NAME) */
	PERF_FEATURES
};

/* The features still in use, as bits (1 << feature). Start with PERF_FEATURES_ALL. */
#define PERF_FEATURES_ALL ((1U << PERF_FEATURES) - 1U)

/* What a trace without FEATURE cannot do, as a sentence for the user. */
const char *perf_feature_consequence(enum perf_feature feature);

/* The event that owns a ring. */
struct ring_owner {
	uint32_t watermark; /* wake the reader whenever so many bytes have gathered */
	bool comm;          /* PERF_RECORD_COMM at each exec and rename */
	bool cgroup;        /* PERF_RECORD_CGROUP for each cgroup that is made */
};

/* The attributes of what is opened below, with FEATURES. */
struct perf_event_attr perf_event_tracepoint_attr(uint16_t id, const struct perf_event_extra *extra,
						  unsigned int features);
struct perf_event_attr perf_event_ring_owner_attr(const struct ring_owner *owner,
						  unsigned int features);

/*
 * Open tracepoint ID on CPU for all tasks, disabled. *FEATURES loses the bits that the kernel turns
 * out not to know. Returns the fd (close-on-exec) or a negative errno.
 */
int perf_event_open_tracepoint(uint16_t id, const struct perf_event_extra *extra, int cpu,
			       unsigned int *features) MUST_CHECK;

/*
 * Open OWNER on CPU: a dummy that counts nothing. With `comm` the kernel writes PERF_RECORD_FORK
 * and _EXIT too, unasked (kernel/events/core.c, perf_event_task_match()). Being an event of its own
 * keeps what these records lose apart from what the tracepoints lose.
 */
int perf_event_open_ring_owner(const struct ring_owner *owner, int cpu,
			       unsigned int *features) MUST_CHECK;

/* How many records FD lost (with PERF_FEATURE_READ_LOST). 0 or a negative errno. */
int perf_event_read_lost(int fd, uint64_t *lost) MUST_CHECK;

/* The system call itself. Returns the fd or a negative errno. */
int perf_event_open_raw(struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			unsigned long flags) MUST_CHECK;

#endif
