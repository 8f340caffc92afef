/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/filter_options.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "event/facts.h"
#include "filter/cgroup_path.h"
#include "filter/pid_list.h"
#include "filter/regex_option.h"
#include "host/mountinfo.h"

void filter_options_done(struct filter_options *options)
{
	regex_option_free(options->name);
	regex_option_free(options->args);
	free(options->cgroup);
	*options = (struct filter_options){0};
}

/* ---- -u ---- */

static int parse_uid(const char *text, uint32_t *uid, struct error *err)
{
	uint64_t value;

	/* The last one is the kernel's "no user" (INVALID_UID). */
	if (number_parse(text, 0, UINT32_MAX - 1, &value) < 0)
		return error_set(err, -EINVAL, "-u takes a user id below %u, not '%.40s'",
				 UINT32_MAX, text);
	*uid = (uint32_t)value;
	return 0;
}

static int find_user(const char *name, uint32_t *uid, struct error *err)
{
	errno = 0;
	const struct passwd *user = getpwnam(name);
	if (!user && errno == ENOMEM)
		return error_no_memory(err);
	if (!user)
		return error_set(err, -EINVAL, "-u: there is no user '%.80s' on this host", name);
	*uid = user->pw_uid;
	return 0;
}

int filter_options_parse_user(struct filter_options *options, const char *text, struct error *err)
{
	if (text[0] == '\0')
		return error_set(err, -EINVAL, "-u takes the name or id of a user");
	bool is_number = text[strspn(text, "0123456789")] == '\0';
	int code = is_number ? parse_uid(text, &options->uid, err)
			     : find_user(text, &options->uid, err);

	if (code == 0)
		options->has_uid = true;
	return code;
}

/* ---- the others ---- */

int filter_options_parse_ppid(struct filter_options *options, const char *text, struct error *err)
{
	if (pid_parse(text, &options->ppid) < 0)
		return error_set(err, -EINVAL, "-P takes a process id, not '%.40s'", text);
	return 0;
}

int filter_options_parse_name(struct filter_options *options, const char *text, struct error *err)
{
	return regex_option_parse(&options->name, text, REG_NOSUB, "-n", "names", err);
}

int filter_options_parse_args(struct filter_options *options, const char *text, struct error *err)
{
	return regex_option_parse(&options->args, text, REG_NOSUB, "--args", "arguments", err);
}

int filter_options_parse_cgroup(struct filter_options *options, const char *text, bool must_exist,
				struct error *err)
{
	char *cgroup;
	int code = cgroup_path_resolve(text, MOUNTINFO, must_exist, &cgroup, err);

	if (code < 0)
		return code;
	free(options->cgroup);
	options->cgroup = cgroup;
	return 0;
}

/* ---- what they look at ---- */

bool filter_options_want_exits(const struct filter_options *options)
{
	return options->failed || options->exits.is_set;
}

unsigned int filter_options_needs(const struct filter_options *options)
{
	unsigned int needs = 0;

	if (options->has_uid || options->name || options->args)
		needs |= NEED_ARGUMENTS;
	if (options->cgroup)
		needs |= NEED_CGROUP;
	if (filter_options_want_exits(options))
		needs |= NEED_STATUS;
	/* Parents, and which exit is a process's last: all that looks at facts needs the tasks. */
	if (needs != 0 || options->ppid != 0 || options->no_threads)
		needs |= NEED_TASKS;
	return needs;
}
