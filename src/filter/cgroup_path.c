/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/cgroup_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/mountinfo.h"

/* One place where cgroup2 is mounted; texts borrowed from a line of mountinfo. */
struct mount {
	char *root; /* what of the hierarchy is seen there */
	char *point;
};

static int out_of_memory(struct error *err)
{
	return error_set(err, -ENOMEM, "out of memory");
}

/* ---- paths ---- */

bool cgroup_path_is_below(const char *path, size_t length, const char *top)
{
	size_t top_length = strlen(top);

	if (top_length == 1)
		return length > 0 && path[0] == '/';
	return length >= top_length && memcmp(path, top, top_length) == 0 &&
	       (length == top_length || path[top_length] == '/');
}

/* The part of PATH, which lies below TOP, behind it: "" or "/..." */
static const char *behind(const char *path, const char *top)
{
	size_t length = strlen(top);

	return length == 1 && path[1] != '\0' ? path : path + length;
}

/*
 * Components of TEXT, one by one: absolute, no "//", no "." and no slash at the end. -EINVAL for
 * ".." and for none at all: nobody means the whole hierarchy by an empty name.
 */
static int normalise(const char *text, char **normal)
{
	char *made = malloc(strlen(text) + 2), *end = made;
	bool up = text[0] == '\0';

	if (!made)
		return -ENOMEM;
	for (const char *part = text + strspn(text, "/"); *part; part += strspn(part, "/")) {
		size_t length = strcspn(part, "/");

		up = up || (length == 2 && memcmp(part, "..", 2) == 0);
		if (length != 1 || part[0] != '.') {
			*end++ = '/';
			end = mempcpy(end, part, length);
		}
		part += length;
	}
	if (end == made)
		*end++ = '/';
	*end = '\0';
	if (up) {
		free(made);
		return -EINVAL;
	}
	*normal = made;
	return 0;
}

/* HEAD and TAIL as one path. NULL without memory. */
static char *join(const char *head, const char *tail)
{
	char *joined;

	if (strcmp(head, "/") == 0)
		head = "";
	if (asprintf(&joined, "%s%s", head, tail[0] || head[0] ? tail : "/") < 0)
		return NULL;
	return joined;
}

/* ---- mounts ---- */

/* "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG]... - TYPE SOURCE OPTIONS" */
static bool take_cgroup2(char *line, struct mount *mount)
{
	enum { ROOT = 3, POINT, FIELDS };
	char *fields[FIELDS], *rest = line;
	const char *type = strstr(line, " - ");

	if (!type || strncmp(type, " - cgroup2 ", 11) != 0)
		return false;
	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = strsep(&rest, " ");
		if (!rest)
			return false;
	}
	mountinfo_unescape(fields[ROOT]);
	mountinfo_unescape(fields[POINT]);
	*mount = (struct mount){fields[ROOT], fields[POINT]};
	/* "/..": from outside of our cgroup namespace; what it is called there cannot be known. */
	return fields[ROOT][0] == '/' && strncmp(fields[ROOT], "/..", 3) != 0;
}

/* ---- where the user's path is ---- */

struct search {
	const char *wanted; /* normalised */
	bool must_exist;
	bool has_mount; /* cgroup2 is mounted somewhere */
	char *found;    /* NULL: not yet */
};

static int exists(const struct mount *mount, const char *path)
{
	char *place = join(mount->point, behind(path, mount->root));
	struct stat status;

	if (!place)
		return -ENOMEM;
	bool is_there = stat(place, &status) == 0 && S_ISDIR(status.st_mode);
	free(place);
	return is_there;
}

/* What the wanted path is called in the hierarchy if it was meant as one below MOUNT. */
static int look_in(const struct mount *mount, struct search *search)
{
	const char *wanted = search->wanted;
	size_t length = strlen(wanted);
	bool below = cgroup_path_is_below(wanted, length, mount->point);

	if (!below && (!search->must_exist || !cgroup_path_is_below(wanted, length, mount->root)))
		return 0;
	char *path = below ? join(mount->root, behind(wanted, mount->point)) : strdup(wanted);
	int there = path && search->must_exist ? exists(mount, path) : path != NULL;
	if (there > 0)
		search->found = path;
	else
		free(path);
	return path && there >= 0 ? 0 : -ENOMEM;
}

static int look_everywhere(const char *mountinfo, struct search *search)
{
	FILE *file = fopen(mountinfo, "re");
	char *line = NULL;
	size_t capacity = 0;
	int code = 0;

	if (!file)
		return errno == ENOMEM ? -ENOMEM : 0;
	while (code == 0 && !search->found && getline(&line, &capacity, file) > 0) {
		struct mount mount;

		if (!take_cgroup2(line, &mount))
			continue;
		search->has_mount = true;
		code = look_in(&mount, search);
	}
	free(line);
	fclose(file);
	return code;
}

static int not_found(const struct search *search, const char *text, struct error *err)
{
	if (!search->has_mount)
		return error_set(err, -EINVAL,
				 "-c %.200s: no cgroup v2 hierarchy is mounted on this host", text);
	error_set(err, -EINVAL, "-c %.200s: there is no such cgroup", text);
	error_remedy(err, "systemd-cgls, which shows what there is");
	return -EINVAL;
}

int cgroup_path_resolve(const char *text, const char *mountinfo, bool must_exist, char **path,
			struct error *err)
{
	char *normal;
	int code = normalise(text, &normal);

	if (code == -EINVAL)
		return error_set(err, code,
				 "-c takes the path of a cgroup without '..', not '%.80s'", text);
	if (code < 0)
		return out_of_memory(err);
	struct search search = {.wanted = normal, .must_exist = must_exist};
	code = look_everywhere(mountinfo, &search);
	if (code == 0 && !search.found && !must_exist) {
		search.found = normal;
		normal = NULL;
	}
	free(normal);
	if (code < 0)
		return out_of_memory(err);
	if (!search.found)
		return not_found(&search, text, err);
	*path = search.found;
	return 0;
}
