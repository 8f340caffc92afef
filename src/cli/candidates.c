/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/candidates.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/printable.h"
#include "cli/syntax.h"
#include "decode/shipped.h"
#include "event/event_names.h"
#include "formats/format_set.h"
#include "host/cgroups.h"
#include "host/proc.h"
#include "sink/sinks.h"
#include "source/sources.h"

/* ---- one candidate ---- */

/* Neither empty nor with control characters. */
static bool is_a_word(const char *name)
{
	if (*name == '\0')
		return false;
	for (; *name; name++) {
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	}
	return true;
}

/* Whether NAME is in the list in front of what is typed, which ends with a comma. */
static bool is_listed(const struct partial_word *typed, const char *name)
{
	const char *at = typed->word + typed->list, *end = typed->word + typed->before;
	size_t length = strlen(name);

	while (at < end) {
		size_t part = strcspn(at, ",");

		if (part == length && memcmp(at, name, length) == 0)
			return true;
		at += part + 1;
	}
	return false;
}

void offer(const struct partial_word *typed, const char *name, const char *about)
{
	const char *start = typed->word + typed->before;

	if (strncmp(name, start, strlen(start)) != 0 || !is_a_word(name) || is_listed(typed, name))
		return;
	fprintf(typed->out, "%.*s%s\t%s\n", (int)typed->before, typed->word, name, about);
}

/* ---- names that we know ---- */

static void offer_all(const struct partial_word *typed, const char *const names[])
{
	for (; *names; names++)
		offer(typed, *names, "");
}

static void offer_events(const struct partial_word *typed)
{
	for (size_t i = 0; i < EVENT_NAMES; i++)
		offer(typed, event_names[i], "");
}

static void offer_when(const struct partial_word *typed)
{
	offer_all(typed, (const char *const[]){"auto", "always", "never", NULL});
}

static void offer_report_formats(const struct partial_word *typed)
{
	offer_all(typed, (const char *const[]){"text", "json", NULL});
}

static void offer_sinks(const struct partial_word *typed)
{
	for (size_t i = 0; i < sink_type_count; i++) {
		if (!sink_types[i].option)
			offer(typed, sink_types[i].name, "");
	}
}

static void offer_backends(const struct partial_word *typed)
{
	offer(typed, "auto", "");
	for (size_t i = 0; source_types[i]; i++)
		offer(typed, source_types[i]->name, "");
}

/* ---- what this host has ---- */

static void offer_task(const struct partial_word *typed, int32_t id, const char *comm)
{
	char number[16], name[64];

	snprintf(number, sizeof(number), "%d", (int)id);
	printable(name, sizeof(name), comm);
	offer(typed, number, name);
}

static void visit_process(void *context, const struct proc_task *task)
{
	const struct partial_word *typed = context;

	if (task->pid == task->tid)
		offer_task(typed, task->pid, task->comm);
}

static void visit_task(void *context, const struct proc_task *task)
{
	const struct partial_word *typed = context;

	offer_task(typed, task->tid, task->comm);
}

static void offer_tasks_that(const struct partial_word *typed,
			     void (*visit)(void *context, const struct proc_task *task))
{
	struct partial_word copy = *typed;
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (proc_fd < 0)
		return;
	/* A failure leaves fewer candidates. */
	(void)!proc_visit(proc_fd, visit, &copy);
	close(proc_fd);
}

static void offer_processes(const struct partial_word *typed)
{
	offer_tasks_that(typed, visit_process);
}

static void offer_tasks(const struct partial_word *typed)
{
	offer_tasks_that(typed, visit_task);
}

static void offer_users(const struct partial_word *typed)
{
	const struct passwd *user;

	setpwent();
	while ((user = getpwent()))
		offer(typed, user->pw_name, "");
	endpwent();
}

/* -c takes paths with their first slash or without. */
static void visit_cgroup(void *context, uint64_t id, const char *path)
{
	const struct partial_word *typed = context;

	(void)id;
	offer(typed, typed->word[typed->before] == '/' ? path : path + 1, "");
}

static void offer_cgroups(const struct partial_word *typed)
{
	struct partial_word copy = *typed;
	int mount_fd = cgroups_open_this_host();

	if (mount_fd < 0)
		return;
	(void)!cgroups_visit(mount_fd, visit_cgroup, &copy);
	close(mount_fd);
}

static void offer_variables(const struct partial_word *typed)
{
	char name[256];

	offer(typed, "all", "");
	for (char **variable = environ; *variable; variable++) {
		size_t length = strcspn(*variable, "=");

		if (length == 0 || length >= sizeof(name))
			continue;
		memcpy(name, *variable, length);
		name[length] = '\0';
		offer(typed, name, "");
	}
}

/* ---- formats ---- */

static void offer_kernels(const struct partial_word *typed)
{
	struct shipped shipped;
	struct error err = {0};

	if (shipped_open(&shipped, &err) < 0)
		return;
	for (size_t i = 0; i < shipped.count; i++)
		offer(typed, shipped.names[i], "");
	shipped_done(&shipped);
}

void offer_sources(const struct partial_word *typed)
{
	offer(typed, "live", "this host");
	offer_kernels(typed);
	fputs(":files\n", typed->out);
}

static void offer_entry(const struct partial_word *typed, const struct format_entry *entry)
{
	char name[256];

	if (!strchr(typed->word, ':')) {
		offer(typed, entry->name, entry->system);
		return;
	}
	snprintf(name, sizeof(name), "%s:%s", entry->system, entry->name);
	offer(typed, name, "");
}

static int offer_tracepoints_of(const struct partial_word *typed, const char *source)
{
	struct format_set set;
	struct error err = {0};
	int code = format_set_load(source, "", &set, &err);

	if (code < 0)
		return code;
	for (size_t i = 0; i < set.count; i++)
		offer_entry(typed, &set.entries[i]);
	format_set_done(&set);
	return 0;
}

void offer_tracepoints(const struct partial_word *typed)
{
	struct shipped shipped;
	struct error err = {0};

	if (offer_tracepoints_of(typed, "live") == 0 || shipped_open(&shipped, &err) < 0)
		return;
	if (shipped.count > 0)
		(void)!offer_tracepoints_of(typed, shipped.names[0]);
	shipped_done(&shipped);
}

/* ---- arguments of options ---- */

static void offer_files(const struct partial_word *typed)
{
	fputs(":files\n", typed->out);
}

static void offer_directories_alone(const struct partial_word *typed)
{
	fputs(":directories\n", typed->out);
}

static void offer_directories(const struct partial_word *typed)
{
	offer_kernels(typed);
	offer_directories_alone(typed);
}

/* Numbers and regular expressions are not completed. */
static const struct kind {
	int option;   /* a letter or an enum long_option */
	bool is_list; /* several, with commas */
	void (*offer)(const struct partial_word *typed);
} kinds[] = {
	{'b', false, offer_backends},
	{'c', false, offer_cgroups},
	{'e', true, offer_events},
	{'F', false, offer_sinks},
	{'o', false, offer_files},
	{'p', true, offer_processes},
	{'P', false, offer_processes},
	{'t', true, offer_tasks},
	{'u', false, offer_users},
	{OPTION_COLOR, false, offer_when},
	{OPTION_DIR_A, false, offer_directories_alone},
	{OPTION_DIR_B, false, offer_directories_alone},
	{OPTION_ENV, true, offer_variables},
	{OPTION_FORMATS, false, offer_directories},
	{OPTION_REPORT, false, offer_report_formats},
	{OPTION_RUN_AS, false, offer_users},
	{OPTION_SANDBOX_USER, false, offer_users},
};

void offer_value(struct partial_word typed, int option)
{
	const char *comma = strrchr(typed.word + typed.before, ',');

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].option != option)
			continue;
		typed.list = typed.before;
		if (kinds[i].is_list && comma)
			typed.before = (size_t)(comma + 1 - typed.word);
		kinds[i].offer(&typed);
		return;
	}
}
