/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resources that a task has used by its exit, by the kernel's taskstats (netlink/exit_stats.h).
 */
#ifndef PXT_EVENT_USAGE_H
#define PXT_EVENT_USAGE_H

#include <stdbool.h>
#include <stdint.h>

struct task_usage {
	bool known;
	bool is_only;                /* no other task was ever in its process: this is all of it */
	bool has_bytes;              /* the kernel counts `read_bytes` and `written_bytes` */
	uint64_t user_us, system_us; /* may be in ticks */
	uint64_t run_ns;             /* both together, up to the last tick; 0: not told */
	uint64_t max_rss_kib;        /* of the memory of its process; 0: not told */
	uint64_t read_bytes, written_bytes; /* from and to storage */
};

#endif
