/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the records that the recorder adds to the kernel's, for events opened with
 * PERF_EVENT_SAMPLE_TYPE and sample_id_all.
 */
#ifndef PXT_CAPTURE_WRITE_WRITE_RECORDS_H
#define PXT_CAPTURE_WRITE_WRITE_RECORDS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
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

/* Returns a record of LOST events on CPU, with TIME_NS, and ID of any event of the capture. */
struct capture_lost capture_lost_record(uint64_t id, uint32_t cpu, uint64_t time_ns, uint64_t lost);

/*
 * Returns the record that ends a round: no record behind it is older than the newest one before the
 * previous end of a round.
 */
struct perf_event_header capture_finished_round(void);

/* The input of capture_initial_records(). All borrowed. */
struct capture_beginning {
	int proc_fd;         /* directory fd of /proc */
	bool descent;        /* write parents of tasks, too */
	bool kernel;         /* write the address of the kernel's text, for call chains */
	int cgroup_fd;       /* see host/cgroups.h; -1: write no cgroups */
	const int32_t *pids; /* the processes that are recorded */
	size_t pid_count;    /* 0: all */
};

/*
 * Append the records before the first event: a note with the boot id, a THREAD_MAP with the pids,
 * an MMAP of the kernel's text (unless kptr_restrict hides its address), a CGROUP for each cgroup,
 * a COMM and a FORK for each task. There is no FINISHED_INIT: perf before 5.16 stops at records
 * that it does not know. Returns 0 with RECORDS, or a negative errno; the caller frees RECORDS in
 * either case.
 */
int capture_initial_records(const struct capture_beginning *beginning,
			    struct buffer *records) MUST_CHECK;

#endif
