/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The accounting record of one exit taken apart: the message of taskstats that has a struct
 * taskstats (linux/taskstats.h, Documentation/accounting/taskstats.rst).
 */
#ifndef PXT_NETLINK_EXIT_STATS_H
#define PXT_NETLINK_EXIT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/*
 * From here on each task has its own status. Before Linux 5.17 and its stable updates, which are
 * not to be told apart, those that are not their process's first have 0.
 */
#define EXIT_STATS_STATUS_OF_THREADS 11U

/* Pids are those of the initial namespace. A field that this kernel does not tell is 0. */
struct exit_stats {
	uint16_t version; /* of the kernel's struct taskstats */
	int32_t tid;
	int32_t tgid;    /* before version 12 only told with the last of several threads */
	uint32_t status; /* of this task, as wait(2) has it, 0x80 for a core dump; see above */
	bool is_last;    /* of its process; before version 12 as `tgid` */
	bool is_only;    /* its process never had another task; before version 12 not told */
	uint64_t utime_us, stime_us;      /* may be in ticks (CONFIG_TICK_CPU_ACCOUNTING) */
	uint64_t run_ns;                  /* that it ran, up to the last tick; 0: not told */
	uint64_t elapsed_us;              /* since the task was born */
	uint64_t start_s;                 /* when that was, seconds of CLOCK_REALTIME */
	uint64_t hiwater_rss_kb;          /* of the process's memory; 0 of kernel threads */
	uint64_t read_char, write_char;   /* bytes that went through read(2) and write(2) */
	uint64_t read_bytes, write_bytes; /* of those, from and to storage */
	uint64_t process_cpu_ns;          /* of all its threads, with the last of several */
};

/*
 * Take the datagram of SIZE bytes at BYTES apart, a message of FAMILY (see generic_family()).
 * Returns 0, or -EBADMSG with STATS untouched: it is cut short, or no exit of a task.
 */
int exit_stats_parse(const void *bytes, size_t size, uint16_t family,
		     struct exit_stats *stats) MUST_CHECK;

#endif
