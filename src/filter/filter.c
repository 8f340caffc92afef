/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/string_list.h"
#include "event/comm.h"
#include "event/facts.h"
#include "filter/cgroup_path.h"
#include "filter/exit_list.h"

static bool bears(const struct event *event, const struct pid_list *children)
{
	return event->type == EVENT_FORK && pid_list_has(children, event->fork.child_tid);
}

static bool takes_part(const struct pid_list *tids, const struct event *event)
{
	return pid_list_has(tids, event_task(event)) || bears(event, tids);
}

/* ---- filters that look at facts: none of them lets pass what is not known ---- */

static bool has_uid(const struct filter_options *options, const struct facts *facts)
{
	return !options->has_uid ||
	       (facts->credentials.known && facts->credentials.uid == options->uid);
}

/* A new process is the child of the one that forks; a new thread belongs to that one. */
static bool has_parent(const struct filter_options *options, const struct event *event,
		       const struct facts *facts)
{
	if (options->ppid == 0)
		return true;
	if (event->type != EVENT_FORK || event_fork_kind(event) == FORK_KIND_THREAD)
		return facts->ppid == options->ppid;
	return event_fork_kind(event) != FORK_KIND_UNKNOWN && facts->tgid == options->ppid;
}

static bool comm_matches(const regex_t *name, struct text comm)
{
	char copy[TASK_COMM_SIZE];
	size_t length = comm.length < sizeof(copy) ? comm.length : sizeof(copy) - 1;

	if (!comm.bytes)
		return false;
	memcpy(copy, comm.bytes, length);
	copy[length] = '\0';
	return regexec(name, copy, 0, NULL, 0) == 0;
}

static bool argv0_matches(const regex_t *name, const struct string_list *known)
{
	const char *argv0 = known->bytes.bytes;

	return known->count > 0 && argv0 && memchr(argv0, '\0', known->bytes.length) &&
	       regexec(name, argv0, 0, NULL, 0) == 0;
}

static bool has_name(const struct filter_options *options, const struct event *event,
		     const struct facts *facts)
{
	if (!options->name || comm_matches(options->name, event_comm(event)))
		return true;
	return event->type != EVENT_FORK && argv0_matches(options->name, &facts->arguments.known);
}

/* As far as they are known, joined by blanks. */
static int arguments_match(const regex_t *regex, const struct string_list *known)
{
	struct string_list left = *known;
	struct text argument;
	char *joined = malloc(left.bytes.length + 1), *end = joined;

	if (!joined)
		return -ENOMEM;
	while (string_list_next(&left, &argument)) {
		if (end > joined)
			*end++ = ' ';
		end = mempcpy(end, argument.bytes, argument.length);
	}
	*end = '\0';
	int matches = known->count > 0 && regexec(regex, joined, 0, NULL, 0) == 0;
	free(joined);
	return matches;
}

static bool is_in_cgroup(const struct filter_options *options, const struct facts *facts)
{
	return !options->cgroup ||
	       (facts->cgroup.bytes &&
		cgroup_path_is_below(facts->cgroup.bytes, facts->cgroup.length, options->cgroup));
}

/* If it is not known whether threads live on, the leader's exit stands for the process's. */
static bool is_of_process(const struct event *event, const struct facts *facts)
{
	switch (event->type) {
	case EVENT_FORK:
		return facts->kind != FORK_KIND_THREAD;
	case EVENT_EXIT:
		return facts->last == KNOWN_YES ||
		       (facts->last == KNOWN_NOT && facts->tgid == facts->tid);
	default:
		return true;
	}
}

static bool is_failure(const struct facts *facts)
{
	const struct exit_status *status = &facts->status;

	return status->known && (status->code != 0 || status->signal != 0);
}

static bool has_end(const struct filter_options *options, const struct event *event,
		    const struct facts *facts)
{
	if (!filter_options_want_exits(options))
		return true;
	return event->type == EVENT_EXIT && facts->last == KNOWN_YES &&
	       (!options->failed || is_failure(facts)) &&
	       (!options->exits.is_set || exit_list_has(&options->exits, &facts->status));
}

/* Not inlined: most traces have no such filter, and need no room for its copies. */
static NOINLINE int passes_all(const struct filter_options *options, const struct event *event)
{
	const struct facts *facts = event->facts;

	if (!facts || !has_uid(options, facts) || !has_parent(options, event, facts) ||
	    !has_name(options, event, facts) || !is_in_cgroup(options, facts) ||
	    (options->no_threads && !is_of_process(event, facts)) ||
	    !has_end(options, event, facts))
		return 0;
	return options->args ? arguments_match(options->args, &facts->arguments.known) : 1;
}

/* ---- the whole ---- */

static bool is_selected(const struct filter *filter, const struct event *event, bool is_followed)
{
	if (filter->followed_only)
		return is_followed || (filter->born && bears(event, filter->born));
	return !filter->tids || takes_part(filter->tids, event);
}

int filter_selects(const struct filter *filter, const struct event *event, bool is_followed)
{
	if (!is_selected(filter, event, is_followed))
		return 0;
	return filter->more ? passes_all(filter->more, event) : 1;
}
