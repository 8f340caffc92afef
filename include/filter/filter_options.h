/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filters of the command line besides -p and -e, which look at facts. An event must pass all
 * that are set.
 */
#ifndef PXT_FILTER_FILTER_OPTIONS_H
#define PXT_FILTER_FILTER_OPTIONS_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "filter/exit_list.h"

struct filter_options {
	bool has_uid;
	uint32_t uid; /* -u: the real uid; FORK: of the process that forks */
	/*
	 * -P: `ppid` in facts.h: the process that forked this one, whichever adopted it. FORK of a
	 * process: the process that forks. 0: any.
	 */
	int32_t ppid;
	/*
	 * -n: an extended regular expression for argv[0] or comm (EXEC: the new one; FORK: of the
	 * task that forks); NULL: any; owned.
	 */
	regex_t *name;
	/*
	 * --args: an extended regular expression for the arguments as far as they are known, joined
	 * by blanks (FORK, EXIT: of the program that the process runs); NULL: any; owned.
	 */
	regex_t *args;
	char *cgroup;    /* -c: path as in facts.h; it and all below; NULL: any; owned */
	bool no_threads; /* only processes: no FORK of a thread, no EXIT but a process's last */
	bool failed;     /* only last EXITs of processes, by a signal or with a code other than 0 */
	struct exit_list exits; /* --exit: only last EXITs of processes with one of these */
};

/* Free what OPTIONS owns and unset all. */
void filter_options_done(struct filter_options *options);

/*
 * Parse TEXT, the argument of -u (name or number), -P, -n, --args or -c, and set it in OPTIONS in
 * place of an earlier one. They return 0, or -EINVAL or -ENOMEM with ERR filled and OPTIONS
 * unchanged.
 */
int filter_options_parse_user(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;
int filter_options_parse_ppid(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;
int filter_options_parse_name(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;
int filter_options_parse_args(struct filter_options *options, const char *text,
			      struct error *err) MUST_CHECK;

/* TEXT and MUST_EXIST are those of cgroup_path_resolve(); a capture may be of another host. */
int filter_options_parse_cgroup(struct filter_options *options, const char *text, bool must_exist,
				struct error *err) MUST_CHECK;

/* Returns whether OPTIONS let only EXITs pass that a process ends with. */
bool filter_options_want_exits(const struct filter_options *options);

/* Returns the NEED_ bits that the filters set need; 0: none is set. */
unsigned int filter_options_needs(const struct filter_options *options);

#endif
