/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of `check` that follow from what the host says of itself, without trying anything.
 */
#ifndef PXT_CLI_CHECK_STATE_H
#define PXT_CLI_CHECK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/check_table.h"
#include "host/cgroups.h"
#include "host/state.h"

struct check_facts {
	struct host_facts host;
	size_t cpus;            /* online */
	uint64_t ring_kb;       /* one ring as it is asked for, its control page included */
	uint64_t memlock_kb;    /* RLIMIT_MEMLOCK, UINT64_MAX: no limit */
	uint64_t files;         /* RLIMIT_NOFILE */
	uint64_t files_wanted;  /* of which tracing opens, all CPUs together */
	bool files_suffice;     /* as limits_want_files() found */
	bool formats_of_kernel; /* from tracefs, not from a directory that the user named */
	enum cgroups_told cgroups;
	int formats; /* 0: all were read; else the negative errno */
};

void check_paranoid(const struct check_facts *facts, struct check_row *row);
void check_capabilities(const struct check_facts *facts, struct check_row *row);
void check_seccomp(const struct check_facts *facts, struct check_row *row);
void check_lockdown(const struct check_facts *facts, struct check_row *row);
void check_ring_memory(const struct check_facts *facts, struct check_row *row);
void check_open_files(const struct check_facts *facts, struct check_row *row);
void check_pid_namespace(const struct check_facts *facts, struct check_row *row);
void check_cgroups(const struct check_facts *facts, struct check_row *row);

#endif
