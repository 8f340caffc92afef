/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/shipped.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/suggest.h"

static bool is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/*
 * TREE/formats where this program runs as TREE/build/perf_exec_trace or from deeper in there. Only
 * there: what lies beside an installed program is nobody's to put formats into.
 */
static bool find_in_tree(char *directory, size_t size)
{
	char exe[256];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	const char *build = NULL;

	if (length < 0)
		return false;
	exe[length] = '\0';
	for (const char *at = exe; (at = strstr(at, "/build")); at++) {
		if (at[strlen("/build")] == '/' || at[strlen("/build")] == '-')
			build = at;
	}
	if (!build)
		return false;
	int made = snprintf(directory, size, "%.*s/formats", (int)(build - exe), exe);
	return made > 0 && (size_t)made < size && is_directory(directory);
}

static int find_directory(char *directory, size_t size)
{
	const char *given = getenv(SHIPPED_VARIABLE);

	if ((!given || !*given) && find_in_tree(directory, size))
		return 0;
	int made = snprintf(directory, size, "%s", given && *given ? given : PXT_FORMATS_DIR);
	return made < 0 || (size_t)made >= size ? -ENAMETOOLONG : 0;
}

static int is_kernel(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !strchr(entry->d_name, '/') &&
	       (entry->d_type == DT_DIR || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN);
}

/* Beyond versionsort(), which calls names equal that differ in leading zeros only. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	int order = strverscmp((*a)->d_name, (*b)->d_name);

	return order ? order : strcmp((*a)->d_name, (*b)->d_name);
}

/* Make the NAMES of ENTRIES, which are freed. */
static int take_names(struct dirent **entries, size_t count, struct shipped *shipped)
{
	bool whole = true;

	shipped->names = calloc(count ? count : 1, sizeof(*shipped->names));
	for (size_t i = 0; i < count; i++) {
		char *name = shipped->names ? strdup(entries[i]->d_name) : NULL;

		whole = whole && name;
		if (name)
			shipped->names[shipped->count++] = name;
		free(entries[i]);
	}
	free(entries);
	return shipped->names && whole ? 0 : -ENOMEM;
}

int shipped_open(struct shipped *shipped, struct error *err)
{
	struct shipped found = {0};
	struct dirent **entries;
	int code = find_directory(found.directory, sizeof(found.directory));

	if (code < 0)
		return error_set(err, code, "the name in " SHIPPED_VARIABLE " is too long");
	int count = scandir(found.directory, &entries, is_kernel, compare_names);
	if (count < 0) {
		code = -errno;
		error_set(err, code, "cannot read the shipped formats, %s: %s", found.directory,
			  strerror(-code));
		error_remedy(err, SHIPPED_VARIABLE "=DIRECTORY");
		return code;
	}
	code = take_names(entries, (size_t)count, &found);
	if (code < 0) {
		shipped_done(&found);
		return error_no_memory(err);
	}
	*shipped = found;
	return 0;
}

void shipped_done(struct shipped *shipped)
{
	for (size_t i = 0; i < shipped->count; i++)
		free(shipped->names[i]);
	free(shipped->names);
	shipped->names = NULL;
	shipped->count = 0;
}

/* "amd64-6.1" is the beginning of amd64-6.1.0-50, but not of amd64-6.12. */
static bool begins(const char *name, const char *beginning)
{
	size_t length = strlen(beginning);

	return length > 0 && strncmp(name, beginning, length) == 0 &&
	       !(isalnum((unsigned char)beginning[length - 1]) &&
		 isalnum((unsigned char)name[length]));
}

static void suggest_names(const struct shipped *shipped, const char *name, struct error *err)
{
	struct suggestions suggestions = {.wanted = name};
	char text[sizeof(err->remedy)];

	for (size_t i = 0; i < shipped->count; i++)
		suggest(&suggestions, shipped->names[i]);
	suggestions_text(&suggestions, text, sizeof(text));
	if (text[0])
		error_remedy(err, "%s", text);
	else
		error_remedy(err, "perf_exec_trace formats list");
}

const char *shipped_find(const struct shipped *shipped, const char *name, struct error *err)
{
	struct suggestions several = {.wanted = name};
	const char *found = NULL;

	for (size_t i = 0; i < shipped->count; i++) {
		if (strcmp(shipped->names[i], name) == 0)
			return shipped->names[i];
		if (begins(shipped->names[i], name)) {
			found = shipped->names[i];
			suggest(&several, found);
		}
	}
	if (found && several.count == 1)
		return found;
	if (several.count > 1) {
		char text[sizeof(err->remedy)];

		suggestions_text(&several, text, sizeof(text));
		error_set(err, -ENOENT, "'%.80s' is the beginning of several kernels' names", name);
		error_remedy(err, "%s", text);
		return NULL;
	}
	error_set(err, -ENOENT, "no kernel called '%.80s' is shipped, and no file is there", name);
	suggest_names(shipped, name, err);
	return NULL;
}

static int put_path(char *path, size_t size, const char *directory, const char *name,
		    struct error *err)
{
	int made = snprintf(path, size, "%s%s%s", directory, *directory ? "/" : "", name);

	if (made < 0 || (size_t)made >= size)
		return error_set(err, -ENAMETOOLONG, "the name '%.60s...' is too long", name);
	return 0;
}

int shipped_locate(const char *name, char *path, size_t size, struct error *err)
{
	struct shipped shipped = {0};
	struct error why = {0};

	if (strchr(name, '/'))
		return put_path(path, size, "", name, err);
	const char *found =
		shipped_open(&shipped, &why) == 0 ? shipped_find(&shipped, name, &why) : NULL;
	/* A file comes before what NAME only abbreviates. */
	bool is_path = (!found || strcmp(found, name) != 0) && access(name, F_OK) == 0;
	int code = -ENOENT;
	if (is_path)
		code = put_path(path, size, "", name, err);
	else if (found)
		code = put_path(path, size, shipped.directory, found, err);
	else
		*err = why;
	shipped_done(&shipped);
	return code < 0 || is_path ? code : 1;
}

int shipped_open_dir(struct format_dir *dir, const char *name, struct error *err)
{
	char path[sizeof(dir->path)];
	int code = shipped_locate(name, path, sizeof(path), err);

	return code < 0 ? code : format_dir_open(dir, path, err);
}
