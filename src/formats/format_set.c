/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/format_set.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "capture/read/capture.h"
#include "decode/format_dir.h"
#include "decode/shipped.h"

/* Far more than any kernel has: a directory that holds them is no kernel's. */
#define ENTRIES_MAX 100000U

static const char *const lifecycle[] = {
	"raw_syscalls:sys_enter",   "sched:sched_prepare_exec",      "sched:sched_process_exec",
	"sched:sched_process_exit", "sched:sched_process_fork",      "signal:signal_deliver",
	"signal:signal_generate",   "syscalls:sys_enter_execve",     "syscalls:sys_enter_execveat",
	"syscalls:sys_enter_exit",  "syscalls:sys_enter_exit_group", "task:task_newtask",
	"task:task_rename",
};

bool format_pattern_matches(const char *pattern, const char *system, const char *name)
{
	char full[2 * NAME_MAX + 2];

	if (!strchr(pattern, ':'))
		return fnmatch(pattern, name, 0) == 0;
	snprintf(full, sizeof(full), "%s:%s", system, name);
	return fnmatch(pattern, full, 0) == 0;
}

bool format_is_lifecycle(const char *system, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(lifecycle); i++) {
		if (format_pattern_matches(lifecycle[i], system, name))
			return true;
	}
	return false;
}

/* ---- entries ---- */

static int compare_entries(const void *a, const void *b)
{
	const struct format_entry *one = a;
	const struct format_entry *other = b;
	int order = strcmp(one->system, other->system);

	return order ? order : strcmp(one->name, other->name);
}

static void free_entry(struct format_entry *entry)
{
	format_free(entry->format);
	free(entry->system);
	free(entry->name);
	free(entry->why);
}

/* Takes FORMAT over, also where it fails. WHY goes with a FORMAT that is NULL. */
static int add_entry(struct format_set *set, const char *system, const char *name,
		     struct format *format, const char *why)
{
	struct format_entry entry = {
		.system = strdup(system),
		.name = strdup(name),
		.format = format,
		.why = format ? NULL : strdup(why),
	};
	bool whole = entry.system && entry.name && (format || entry.why);

	if (!whole || ARRAY_GROW(set->entries, set->count, set->capacity) < 0) {
		free_entry(&entry);
		return -ENOMEM;
	}
	set->entries[set->count++] = entry;
	return 0;
}

static bool is_wanted(const char *pattern, const char *system, const char *name)
{
	return !pattern || format_pattern_matches(pattern, system, name);
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

struct walk {
	const struct format_dir *dir;
	const char *pattern;
	struct format_set *set;
};

static int walk_event(struct walk *walk, const char *system, const char *name)
{
	char path[sizeof(walk->dir->path) + 2 * NAME_MAX + sizeof("/events///format")];
	struct format *format = NULL;
	struct error why = {0};

	snprintf(path, sizeof(path), "%s/events/%s/%s/format", walk->dir->path, system, name);
	if (!is_name(name) || !is_wanted(walk->pattern, system, name) || access(path, F_OK) < 0)
		return 0;
	if (walk->set->count >= ENTRIES_MAX)
		return -E2BIG;
	int code = format_dir_read(walk->dir, system, name, &walk->set->machine, &format, &why);
	if (code == -ENOMEM)
		return code;
	return add_entry(walk->set, system, name, format, why.what);
}

static int walk_system(struct walk *walk, const char *system)
{
	char path[sizeof(walk->dir->path) + NAME_MAX + sizeof("/events/")];
	int code = 0;

	snprintf(path, sizeof(path), "%s/events/%s", walk->dir->path, system);
	DIR *events = is_name(system) ? opendir(path) : NULL;
	/* A plain file between the systems, header_page for one. */
	if (!events)
		return 0;
	for (struct dirent *entry; code == 0 && (entry = readdir(events));)
		code = walk_event(walk, system, entry->d_name);
	closedir(events);
	return code;
}

static int walk_all(struct walk *walk, struct error *err)
{
	char path[sizeof(walk->dir->path) + sizeof("/events")];

	snprintf(path, sizeof(path), "%s/events", walk->dir->path);
	DIR *systems = opendir(path);
	if (!systems)
		return error_set(err, -errno, "cannot read %s: %s", path, strerror(errno));
	int code = 0;
	for (struct dirent *entry; code == 0 && (entry = readdir(systems));)
		code = walk_system(walk, entry->d_name);
	closedir(systems);
	return code < 0 ? error_set(err, code, "cannot read %s: %s", path, strerror(-code)) : 0;
}

/* ---- a capture ---- */

static int parse_recorded(const struct tracing_event *event, const char *system, const char *name,
			  struct format_set *set)
{
	struct format *format = NULL;
	struct error why = {0}, named = {0};
	int code = format_parse(system, event->format.bytes, event->format.length, &set->machine,
				&format, &why);

	if (code == -ENOMEM)
		return code;
	if (code < 0)
		error_set(&named, code, "%.100s, %s:%s: %.200s", set->name, system, name, why.what);
	return add_entry(set, system, name, format, named.what);
}

static int add_recorded(const struct tracing_event *event, const char *pattern,
			struct format_set *set)
{
	char system[NAME_MAX + 1], name[NAME_MAX + 1];

	snprintf(system, sizeof(system), "%.*s", (int)event->system.length, event->system.bytes);
	snprintf(name, sizeof(name), "%.*s", (int)event->name.length, event->name.bytes);
	if (!is_name(system) || !is_name(name) || !is_wanted(pattern, system, name))
		return 0;
	return parse_recorded(event, system, name, set);
}

static int add_all_recorded(const struct capture *source, const char *pattern,
			    struct format_set *set, struct error *err)
{
	const struct tracing_data *data = capture_tracing_data(source);
	int code = 0;

	if (!data || data->event_count == 0)
		return error_set(err, -ENOENT, "%.200s brings no formats", set->name);
	for (size_t i = 0; code == 0 && i < data->event_count; i++)
		code = add_recorded(&data->events[i], pattern, set);
	return code < 0 ? error_set(err, code, "out of memory") : 0;
}

static int load_capture(const char *path, const char *pattern, struct format_set *set,
			struct error *err)
{
	struct capture *source;
	struct error why = {0};
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_set(err, -errno, "cannot open %.200s: %s", path, strerror(errno));
	int code = capture_open(fd, &source, &why);
	if (code == 0) {
		set->scope = FORMAT_SET_RECORDED;
		set->machine = capture_machine(source);
		code = add_all_recorded(source, pattern, set, err);
		capture_free(source);
	} else {
		error_set(err, code, "%.200s: %s", path, why.what);
		error_remedy(err, "%s", why.remedy);
	}
	if (!is_stdin)
		close(fd);
	return code;
}

/* ---- what kernel it is ---- */

/* Read the file NAME below DIRECTORY, as far as it fits. "" where there is none. */
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

static int load_live(const char *pattern, struct format_set *set, struct error *err)
{
	struct format_dir dir;
	int code = format_dir_open_tracefs(&dir, err);

	if (code < 0)
		return code;
	struct walk walk = {.dir = &dir, .pattern = pattern, .set = set};
	describe_host(set);
	code = walk_all(&walk, err);
	if (code == -EACCES)
		error_remedy(err, "sudo perf_exec_trace formats ...");
	format_dir_close(&dir);
	return code;
}

static int load_directory(const char *path, const char *pattern, struct format_set *set,
			  struct error *err)
{
	struct format_dir dir;
	int code = format_dir_open(&dir, path, err);

	if (code == -ENOENT)
		return error_set(err, code, "%.200s holds no formats: it has no events/", path);
	if (code < 0)
		return code;
	struct walk walk = {.dir = &dir, .pattern = pattern, .set = set};
	describe_directory(&dir, set);
	code = walk_all(&walk, err);
	if (code == 0 && set->count == 0 && !pattern)
		code = error_set(err, -ENOENT, "%s/events holds no SYSTEM/EVENT/format", dir.path);
	format_dir_close(&dir);
	return code;
}

static int load_path(const char *path, const char *pattern, struct format_set *set,
		     struct error *err)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return error_set(err, -errno, "%.200s: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return load_directory(path, pattern, set, err);
	return load_capture(path, pattern, set, err);
}

static int name_set(struct format_set *set, const char *name, struct error *err)
{
	set->name = strdup(name);
	return set->name ? 0 : error_set(err, -ENOMEM, "out of memory");
}

static int load_named(const char *source, const char *pattern, struct format_set *set,
		      struct error *err)
{
	char path[256];
	int code = shipped_locate(source, path, sizeof(path), err);

	if (code < 0)
		return code;
	bool is_shipped = code > 0;
	set->scope = is_shipped ? FORMAT_SET_LIFECYCLE : FORMAT_SET_ALL;
	code = name_set(set, is_shipped ? strrchr(path, '/') + 1 : source, err);
	return code < 0 ? code : load_path(path, pattern, set, err);
}

static int load_any(const char *source, const char *pattern, struct format_set *set,
		    struct error *err)
{
	bool is_live = strcmp(source, "live") == 0;
	bool is_stdin = strcmp(source, "-") == 0;

	if (!is_live && !is_stdin)
		return load_named(source, pattern, set, err);
	int code = name_set(set, is_live ? source : "standard input", err);
	if (code < 0)
		return code;
	return is_live ? load_live(pattern, set, err) : load_capture(source, pattern, set, err);
}

int format_set_load(const char *source, const char *pattern, struct format_set *set,
		    struct error *err)
{
	struct format_set loaded = {.scope = FORMAT_SET_ALL};
	int code = load_any(source, pattern, &loaded, err);

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
	free(set->name);
	*set = (struct format_set){0};
}

const struct format_entry *format_set_find(const struct format_set *set, const char *system,
					   const char *name)
{
	for (size_t low = 0, high = set->count; low < high;) {
		size_t middle = low + (high - low) / 2;
		const struct format_entry *entry = &set->entries[middle];
		int order = strcmp(system, entry->system);

		if (order == 0)
			order = strcmp(name, entry->name);
		if (order == 0)
			return entry;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
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

bool format_set_covers(const struct format_set *set, const char *system, const char *name)
{
	switch (set->scope) {
	case FORMAT_SET_ALL:
		return true;
	case FORMAT_SET_LIFECYCLE:
		return format_is_lifecycle(system, name) && has_system(set, system);
	default:
		return false;
	}
}
