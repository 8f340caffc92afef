/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filters of the command line beyond -p and -e, each checked when it is parsed. All of them
 * have to pass.
 */
#ifndef PXT_FILTER_FILTER_OPTIONS_H
#define PXT_FILTER_FILTER_OPTIONS_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "error.h"

struct filter_options {
	bool has_uid;
	uint32_t uid;  /* -u: the real uid */
	int32_t ppid;  /* -P: who forked the process; 0: any */
	regex_t *name; /* -n: an extended regular expression on comm or argv[0]; NULL: any; ours */
	char *cgroup;  /* -c: a path as facts.h has it, and all below; NULL: any; ours */
	bool no_threads; /* processes as a whole: no thread's fork, no exit but the last */
	bool failed; /* only the last exits of processes, with a code that is not 0 or by a signal
		      */
};

void filter_options_done(struct filter_options *options);

/*
 * Parse the argument of -u (name or number), -P, -n, -c. Return 0, -EINVAL with ERR saying what is
 * wrong, -ENOMEM.
 */
int filter_options_parse_user(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;
int filter_options_parse_ppid(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;
int filter_options_parse_name(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;

/* TEXT: "/system.slice", with or without the first "/", or below the mount point of cgroup2. */
int filter_options_parse_cgroup(struct filter_options *options, const char *text,
				struct error *err) MUST_CHECK;

/* FACT_BIT()s of all facts that these filters look at. */
unsigned int filter_options_facts(const struct filter_options *options);

#endif
