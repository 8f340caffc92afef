/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records that the recorder writes in addition to the kernel's, for events opened with
 * PERF_EVENT_SAMPLE_TYPE and sample_id_all.
 */
#ifndef PXT_CAPTURE_WRITE_WRITE_RECORDS_H
#define PXT_CAPTURE_WRITE_WRITE_RECORDS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* PERF_RECORD_LOST with its trailer. */
struct capture_lost {
	struct perf_event_header header;
	uint64_t event_id;
	uint64_t lost;
	uint32_t pid, tid;
	uint64_t time_ns;
	uint32_t cpu, reserved;
	uint64_t id;
};

/* LOST events on CPU, noticed at TIME_NS; ID is that of an event of the capture. */
struct capture_lost capture_lost_record(uint64_t id, uint32_t cpu, uint64_t time_ns, uint64_t lost);

/* "All that is older than what came before the previous one of these is written." */
struct perf_event_header capture_finished_round(void);

/* What there is when a capture begins. All borrowed. */
struct capture_beginning {
	int proc_fd;         /* directory fd of /proc */
	bool descent;        /* tell who is whose parent, too */
	bool kernel;         /* tell where the kernel's text is, for call chains */
	int cgroup_fd;       /* see host/cgroups.h; -1: tell of no cgroups */
	const int32_t *pids; /* that the capture is about */
	size_t pid_count;    /* 0: all */
};

/*
 * Make the records that precede the first event: a note with the boot's id, a THREAD_MAP with the
 * pids, a MMAP of the kernel's text (unless kptr_restrict hides where it is), a CGROUP for each
 * cgroup, a COMM and a FORK for each task. No FINISHED_INIT: perf before 5.16 stops at a record
 * that it does not know. Returns 0 with *RECORDS (caller frees), or a negative errno.
 */
int capture_initial_records(const struct capture_beginning *beginning, char **records,
			    size_t *size) MUST_CHECK;

#endif
