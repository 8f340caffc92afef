/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of `check` that follow from the state of the host, without trying anything.
 */
#ifndef PXT_CLI_CHECK_STATE_H
#define PXT_CLI_CHECK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cli/check_advice.h"
#include "decode/format_dir.h"
#include "host/cgroups.h"
#include "host/state.h"

/* The state of the host, and what the rows above leave for those below. */
struct check {
	struct host_state host;
	size_t cpus;           /* online; 0: not known */
	uint64_t ring_kb;      /* one ring as requested, with its control page */
	uint64_t memlock_kb;   /* RLIMIT_MEMLOCK, UINT64_MAX: no limit */
	uint64_t files;        /* RLIMIT_NOFILE */
	uint64_t files_wanted; /* of these, what tracing opens on all CPUs */
	bool files_suffice;    /* what limits_want_files() found */
	enum cgroups_told cgroups;
	const char *formats_dir; /* --formats; NULL: tracefs */
	struct format_dir dir;
	int formats;             /* 0: all formats were read; else the negative errno */
	uint16_t exit_id;        /* of the tracepoint of exits, where they were */
	bool has_exec_calls;     /* execve has a tracepoint */
	bool tells_failed_execs; /* with the path */
	enum {
		PATH_PROBE_UNTRIED,
		PATH_PROBE_FAILS,
		PATH_PROBE_WORKS
	} path_probe;                  /* tells it too */
	struct error path_probe_error; /* why it fails */
	struct check_sum sum;          /* of the rows so far */
};

/* Fill FOUND with what was found and the remedy, if any. Returns an enum verdict. */
typedef int check_look(struct check *check, struct error *found);

check_look check_paranoid;
check_look check_capabilities;
check_look check_seccomp;
check_look check_lockdown;
check_look check_ring_memory;
check_look check_open_files;
check_look check_pid_namespace;
check_look check_cgroups;

#endif
