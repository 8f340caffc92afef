/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls perf_event_open(2) with the attributes of live tracing, and drops those that the kernel
 * does not know.
 */
#ifndef PXT_PERF_PERF_EVENT_H
#define PXT_PERF_PERF_EVENT_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/*
 * The fields of every sample. They are the same for all events of a ring, so that all samples begin
 * alike and all other records end in the same trailer (sample_id_all). The fields of struct
 * perf_event_extra come behind RAW, except the call chain.
 */
#define PERF_EVENT_SAMPLE_TYPE                                                                     \
	((uint64_t)PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | \
	 PERF_SAMPLE_RAW)

/* linux/perf_event.h of Linux 6.0; the installed headers may be older. */
#define PERF_EVENT_FORMAT_LOST (1U << 4)

/* Additional fields of a tracepoint's samples. */
struct perf_event_extra {
	uint64_t regs_user; /* PERF_SAMPLE_REGS_USER: a bit per register; 0: none */
	/* PERF_SAMPLE_STACK_USER: bytes, a multiple of 8; only with regs_user. 0: none */
	uint32_t stack_user;
	bool cgroup;    /* PERF_SAMPLE_CGROUP */
	bool callchain; /* PERF_SAMPLE_CALLCHAIN: the kernel's; it comes before the raw data */
};

/* Features that older kernels lack. All are tried first, and dropped in this order at EINVAL. */
enum perf_feature {
	PERF_FEATURE_READ_LOST, /* 6.0: read(2) returns how many events each fd lost */
	PERF_FEATURE_CGROUP,    /* 5.7: cgroup ids in samples, and PERF_RECORD_CGROUP */
	PERF_FEATURE_CLOCKID,   /* 4.1: timestamps of CLOCK_MONOTONIC */
	PERF_FEATURE_COMM_EXEC, /* 3.16: COMM records distinguish exec and prctl(PR_SET_NAME) */
	PERF_FEATURES
};

/* All features as bits (1 << feature): the initial set. */
#define PERF_FEATURES_ALL ((1U << PERF_FEATURES) - 1U)

/* Returns what a trace without FEATURE cannot do, as a sentence for the user. */
const char *perf_feature_consequence(enum perf_feature feature);

/* The event that owns a ring: a dummy that counts nothing. */
struct ring_owner {
	int32_t command;    /* see `command` in struct cpu_ring_plan */
	uint32_t watermark; /* bytes that wake the reader */
	bool comm;          /* PERF_RECORD_COMM at each exec and rename */
	bool cgroup;        /* PERF_RECORD_CGROUP for each new cgroup */
};

/* Return the attributes of the events that are opened below, with FEATURES. */
struct perf_event_attr perf_event_tracepoint_attr(uint16_t id, const struct perf_event_extra *extra,
						  unsigned int features);
struct perf_event_attr perf_event_ring_owner_attr(const struct ring_owner *owner,
						  unsigned int features);

/*
 * Open tracepoint ID on CPU for all tasks, disabled. Bits of *FEATURES that the kernel does not
 * know are cleared. Returns the fd (close-on-exec) or a negative errno.
 */
int perf_event_open_tracepoint(uint16_t id, const struct perf_event_extra *extra, int cpu,
			       unsigned int *features) MUST_CHECK;

/*
 * Open OWNER on CPU. With `comm` the kernel also writes PERF_RECORD_FORK and _EXIT, unasked
 * (kernel/events/core.c, perf_event_task_match()). As these belong to an event of their own, losses
 * of them are counted apart from those of the tracepoints.
 */
int perf_event_open_ring_owner(const struct ring_owner *owner, int cpu,
			       unsigned int *features) MUST_CHECK;

/* Read how many records FD lost (with PERF_FEATURE_READ_LOST). Returns 0 or a negative errno. */
int perf_event_read_lost(int fd, uint64_t *lost) MUST_CHECK;

/* Make the system call. Returns the fd or a negative errno. */
int perf_event_open_raw(struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			unsigned long flags) MUST_CHECK;

#endif
