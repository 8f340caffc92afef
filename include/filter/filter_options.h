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

#include "base/compiler.h"
#include "base/error.h"

struct filter_options {
	bool has_uid;
	uint32_t uid; /* -u: the real uid, of a FORK that of the process that forks */
	/*
	 * -P: the parent by facts.h: who forked the process, whoever adopted it; of a new process's
	 * FORK the process that forks. 0: any.
	 */
	int32_t ppid;
	/*
	 * -n: an extended regular expression on argv[0], or on comm (EXEC: the new one; FORK: that
	 * of the task that forks); NULL: any; ours.
	 */
	regex_t *name;
	char *cgroup;    /* -c: a path as facts.h has it, and all below; NULL: any; ours */
	bool no_threads; /* processes as a whole: no thread's FORK, no EXIT but the last */
	bool failed;     /* only last EXITs of processes, by a signal or with a code other than 0 */
};

void filter_options_done(struct filter_options *options);

/*
 * Parse the argument of -u (name or number), -P, -n, -c into OPTIONS, in place of what was there.
 * Return 0, -EINVAL with ERR saying what is wrong, -ENOMEM with ERR filled.
 */
int filter_options_parse_user(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;
int filter_options_parse_ppid(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;
int filter_options_parse_name(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;

/* TEXT and MUST_EXIST as cgroup_path_resolve() takes them; captures have cgroups of other hosts. */
int filter_options_parse_cgroup(struct filter_options *options, const char *text, bool must_exist,
				struct error *err) MUST_CHECK;

/* FACT_BIT()s of all facts that these filters look at; 0: none is set. */
unsigned int filter_options_facts(const struct filter_options *options);

#endif
