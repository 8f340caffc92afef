/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/format_set.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "base/printable.h"
#include "capture/read/capture.h"
#include "decode/format_dir.h"
#include "decode/shipped.h"

/* No kernel has nearly as many events. */
#define ENTRIES_MAX 100000U

static const char *const lifecycle[] = {
	"raw_syscalls:sys_enter",   "sched:sched_prepare_exec",      "sched:sched_process_exec",
	"sched:sched_process_exit", "sched:sched_process_fork",      "signal:signal_deliver",
	"signal:signal_generate",   "syscalls:sys_enter_execve",     "syscalls:sys_enter_execveat",
	"syscalls:sys_enter_exit",  "syscalls:sys_enter_exit_group", "task:task_newtask",
	"task:task_rename",
};

bool format_entry_matches(const struct format_entry *entry, const char *pattern)
{
	char full[2 * NAME_MAX + 2];

	if (!pattern)
		return true;
	if (!strchr(pattern, ':'))
		return fnmatch(pattern, entry->name, 0) == 0;
	snprintf(full, sizeof(full), "%s:%s", entry->system, entry->name);
	return fnmatch(pattern, full, 0) == 0;
}

/* ---- entries ---- */

static int compare_entries(const void *a, const void *b)
{
	const struct format_entry *one = a;
	const struct format_entry *other = b;
	int order = strcmp(one->system, other->system);

	return order ? order : strcmp(one->name, other->name);
}

static void free_entry(const struct format_entry *entry)
{
	format_free(entry->format);
	free(entry->system);
	free(entry->name);
	free(entry->why);
}

static int add_entry(struct format_set *set, const char *system, const char *name,
		     struct format_entry **added)
{
	const struct format_entry entry = {.system = strdup(system), .name = strdup(name)};

	if (!entry.system || !entry.name ||
	    ARRAY_GROW(set->entries, set->count, set->capacity) < 0) {
		free_entry(&entry);
		return -ENOMEM;
	}
	*added = &set->entries[set->count];
	set->entries[set->count++] = entry;
	return 0;
}

/* Reading the format of ENTRY ended with CODE. 0 or -ENOMEM. */
static int keep_failure(struct format_entry *entry, int code, const struct error *why)
{
	if (code < 0 && code != -ENOMEM)
		entry->why = strdup(why->what);
	return code < 0 && !entry->why ? -ENOMEM : 0;
}

/* The kernel's own names are C identifiers; others would not be safe to print either. */
static bool is_name(const char *name)
{
	for (const char *c = name; *c; c++) {
		if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
			return false;
	}
	return *name != '\0';
}

/* ---- a directory ---- */

static int add_event(const struct format_dir *dir, const char *system, const char *name,
		     struct format_set *set)
{
	char path[sizeof(dir->path) + 2 * NAME_MAX + sizeof("/events///format")];
	struct format_entry *entry;
	struct error why = {0};

	snprintf(path, sizeof(path), "%s/events/%s/%s/format", dir->path, system, name);
	if (!is_name(system) || !is_name(name) || access(path, F_OK) < 0)
		return 0;
	if (set->count >= ENTRIES_MAX)
		return -E2BIG;
	int code = add_entry(set, system, name, &entry);
	if (code < 0 || !format_entry_matches(entry, set->pattern))
		return code;
	code = format_dir_read(dir, system, name, &set->machine, &entry->format, &why);
	return keep_failure(entry, code, &why);
}

/* ENTRY is events/ at level 0, a system at 1, an event at 2. */
static int visit(FTS *tree, FTSENT *entry, const struct format_dir *dir, struct format_set *set)
{
	if (entry->fts_level == 0 && entry->fts_info != FTS_D && entry->fts_info != FTS_DP)
		return entry->fts_errno ? -entry->fts_errno : -ENOTDIR;
	if (entry->fts_level < 2 || entry->fts_info != FTS_D)
		return 0;
	fts_set(tree, entry, FTS_SKIP);
	return add_event(dir, entry->fts_parent->fts_name, entry->fts_name, set);
}

static int add_directory(const struct format_dir *dir, struct format_set *set, struct error *err)
{
	char path[sizeof(dir->path) + sizeof("/events")];
	char *const roots[] = {path, NULL};
	FTSENT *entry;

	snprintf(path, sizeof(path), "%s/events", dir->path);
	FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	int code = tree ? 0 : -errno;
	while (code == 0 && (entry = fts_read(tree)))
		code = visit(tree, entry, dir, set);
	if (tree)
		fts_close(tree);
	return code < 0 ? error_set(err, code, "cannot read %s: %s", path, strerror(-code)) : 0;
}

/* ---- a capture ---- */

static int add_recorded(const struct tracing_event *event, struct format_set *set)
{
	char system[NAME_MAX + 1], name[NAME_MAX + 1];
	struct format_entry *entry;
	struct error why = {0};

	snprintf(system, sizeof(system), "%.*s", (int)event->system.length, event->system.bytes);
	snprintf(name, sizeof(name), "%.*s", (int)event->name.length, event->name.bytes);
	if (!is_name(system) || !is_name(name))
		return 0;
	int code = add_entry(set, system, name, &entry);
	if (code < 0 || !format_entry_matches(entry, set->pattern))
		return code;
	code = format_parse(system, event->format.bytes, event->format.length, &set->machine,
			    &entry->format, &why);
	if (code < 0)
		error_set(&why, code, "%.100s, %s:%s: %.200s", set->name, system, name, why.what);
	return keep_failure(entry, code, &why);
}

static int add_all_recorded(const struct capture *source, struct format_set *set, struct error *err)
{
	const struct tracing_data *data = capture_tracing_data(source);
	int code = 0;

	set->scope = FORMAT_SET_RECORDED;
	set->machine = capture_machine(source);
	if (!data || data->event_count == 0)
		return error_set(err, -ENOENT, "%.200s brings no formats", set->name);
	for (size_t i = 0; code == 0 && i < data->event_count; i++)
		code = add_recorded(&data->events[i], set);
	return code < 0 ? error_no_memory(err) : 0;
}

/* PATH is for messages. */
static int load_stream(int fd, const char *path, struct format_set *set, struct error *err)
{
	struct capture *source;
	struct error why = {0};
	int code = capture_open(fd, -1, &source, &why);

	if (code < 0) {
		error_set(err, code, "%.200s: %s", path, why.what);
		error_remedy(err, "%s", why.remedy);
		return code;
	}
	code = add_all_recorded(source, set, err);
	capture_free(source);
	return code;
}

static int load_capture(const char *path, struct format_set *set, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_set(err, -errno, "cannot open %.200s: %s", path, strerror(errno));
	int code = load_stream(fd, path, set, err);
	close(fd);
	return code;
}

/* ---- what kernel it is ---- */

/* Read the file NAME below DIRECTORY, cut to SIZE; "" where it cannot be read. */
static void read_small(const char *directory, const char *name, char *text, size_t size)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (file_read_at(AT_FDCWD, path, text, size) < 0)
		return;
}

/* `commit` in the head of a ring-buffer page is a long: trace-cmd and perf go by it too. */
static uint8_t long_size_of(const struct format_dir *dir)
{
	char text[1024];
	unsigned int size = 0;

	read_small(dir->path, "events/header_page", text, sizeof(text));
	const char *commit = strstr(text, " commit;");
	const char *declared = commit ? strstr(commit, "size:") : NULL;
	if (declared && sscanf(declared, "size:%2u;", &size) == 1 && size == 4)
		return 4;
	return 8;
}

/* "Linux HOST 6.1.0-50-cloud-amd64 #1 SMP … x86_64 GNU/Linux" to release and machine. */
static void describe_uname(char *text, char *kernel, size_t size)
{
	const char *release = "";
	const char *machine = "";
	char *rest = text;

	for (char *word; (word = strsep(&rest, " \t\n"));) {
		if (!*release && isdigit((unsigned char)*word))
			release = word;
		else if (*word && strcmp(word, "GNU/Linux") != 0)
			machine = word;
	}
	snprintf(kernel, size, "%s%s%s", release, *release && *machine ? " " : "",
		 *release ? machine : "");
	for (char *c = kernel; *c; c++) {
		if (!isgraph((unsigned char)*c) && *c != ' ')
			*c = '?';
	}
}

static void describe_directory(const struct format_dir *dir, struct format_set *set)
{
	char text[512];

	set->machine = (struct machine){.long_size = long_size_of(dir)};
	read_small(dir->path, "uname", text, sizeof(text));
	describe_uname(text, set->kernel, sizeof(set->kernel));
}

static void describe_host(struct format_set *set)
{
	struct utsname host;

	set->machine = machine_native();
	if (uname(&host) == 0)
		snprintf(set->kernel, sizeof(set->kernel), "%.62s %.62s", host.release,
			 host.machine);
}

/* ---- sources ---- */

static int load_live(struct format_set *set, struct error *err)
{
	struct format_dir dir;
	int code = format_dir_open_tracefs(&dir, err);

	if (code < 0)
		return code;
	describe_host(set);
	code = add_directory(&dir, set, err);
	if (code == -EACCES)
		error_remedy(err, "sudo perf_exec_trace formats ...");
	format_dir_close(&dir);
	return code;
}

static int load_directory(const char *path, struct format_set *set, struct error *err)
{
	struct format_dir dir;
	int code = format_dir_open(&dir, path, err);

	if (code == -ENOENT)
		return error_set(err, code, "%.200s holds no formats: it has no events/", path);
	if (code < 0)
		return code;
	describe_directory(&dir, set);
	code = add_directory(&dir, set, err);
	if (code == 0 && set->count == 0)
		code = error_set(err, -ENOENT, "%s/events holds no SYSTEM/EVENT/format", dir.path);
	format_dir_close(&dir);
	return code;
}

static void name_set(struct format_set *set, const char *name)
{
	printable(set->name, sizeof(set->name), name);
}

static int load_path(const char *source, struct format_set *set, struct error *err)
{
	char path[256];
	struct stat status;
	int found = shipped_locate(source, path, sizeof(path), err);

	if (found < 0)
		return found;
	if (found > 0)
		set->scope = FORMAT_SET_LIFECYCLE;
	name_set(set, found > 0 ? strrchr(path, '/') + 1 : source);
	if (stat(path, &status) < 0)
		return error_set(err, -errno, "%.200s: %s", path, strerror(errno));
	return S_ISDIR(status.st_mode) ? load_directory(path, set, err)
				       : load_capture(path, set, err);
}

static int load(const char *source, struct format_set *set, struct error *err)
{
	if (strcmp(source, "live") == 0) {
		name_set(set, source);
		return load_live(set, err);
	}
	if (strcmp(source, "-") == 0) {
		name_set(set, "standard input");
		return load_stream(STDIN_FILENO, source, set, err);
	}
	return load_path(source, set, err);
}

int format_set_load(const char *source, const char *pattern, struct format_set *set,
		    struct error *err)
{
	struct format_set loaded = {.scope = FORMAT_SET_ALL, .pattern = pattern};
	int code = load(source, &loaded, err);

	if (code < 0) {
		format_set_done(&loaded);
		return code;
	}
	if (loaded.count > 0)
		qsort(loaded.entries, loaded.count, sizeof(*loaded.entries), compare_entries);
	*set = loaded;
	return 0;
}

void format_set_done(struct format_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free_entry(&set->entries[i]);
	free(set->entries);
	*set = (struct format_set){0};
}

const struct format_entry *format_set_find(const struct format_set *set,
					   const struct format_entry *entry)
{
	if (set->count == 0)
		return NULL;
	return bsearch(entry, set->entries, set->count, sizeof(*entry), compare_entries);
}

static bool is_lifecycle(const struct format_entry *entry)
{
	for (size_t i = 0; i < ARRAY_SIZE(lifecycle); i++) {
		if (format_entry_matches(entry, lifecycle[i]))
			return true;
	}
	return false;
}

/* Of Android's kernels, for one, the system calls' tracepoints were not kept. */
static bool has_system(const struct format_set *set, const char *system)
{
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->entries[i].system, system) == 0)
			return true;
	}
	return false;
}

bool format_set_covers(const struct format_set *set, const struct format_entry *entry)
{
	switch (set->scope) {
	case FORMAT_SET_ALL:
		return true;
	case FORMAT_SET_LIFECYCLE:
		return is_lifecycle(entry) && has_system(set, entry->system);
	default:
		return false;
	}
}
