/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The advice of `check`: what its rows come to, and what to do next.
 */
#ifndef PXT_CLI_CHECK_ADVICE_H
#define PXT_CLI_CHECK_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/check_row.h"
#include "host/state.h"
#include "source/source.h"

/* The result of all rows of `check`. All zero: there were none. */
struct check_sum {
	enum verdict worst;
	bool works;                      /* the best source does */
	const struct source_type *other; /* the best one besides that traces the host; NULL: none */
	const struct source_type *of_command; /* the best one besides for a COMMAND; NULL: none */
	struct check_row failure;             /* the first with a remedy; what "": there is none */
};

void check_sum_add(struct check_sum *sum, const struct check_row *row);

#define CHECK_WAYS_MAX 6

struct check_advice {
	const char *sum;
	struct check_way {
		char what[80];
		char command[sizeof(((struct error *)NULL)->remedy)]; /* to type or to write */
	} ways[CHECK_WAYS_MAX];
	size_t count;
};

/*
 * The capabilities of which the tool can make use, as setcap(8) takes them; in two clauses, so that
 * a narrow terminal can break the line. scripts/grant-caps gives the same.
 */
#define CHECK_CAPABILITIES \
	"\"cap_perfmon,cap_dac_read_search=ep cap_net_admin,cap_sys_ptrace,cap_ipc_lock=ep\""

/* FORMATS: 0, or the negative errno with which the format files could not be read. */
void check_advise(const struct check_sum *sum, const struct host_state *host, int formats,
		  struct check_advice *advice);

#endif
