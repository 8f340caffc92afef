/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/cgroup_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/mountinfo.h"

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

/* Make the path in the hierarchy of a wanted one that was meant as below MOUNT. */
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

/* "/..": from outside of our cgroup namespace; what it is called there cannot be known. */
static bool is_known(const char *root)
{
	return root[0] == '/' && strncmp(root, "/..", 3) != 0;
}

static int look_everywhere(const char *mountinfo, struct search *search)
{
	struct mounts mounts;
	struct mount mount;
	int code = mounts_open(&mounts, AT_FDCWD, mountinfo);

	if (code < 0)
		return code == -ENOMEM ? code : 0;
	while (code == 0 && !search->found && mounts_next(&mounts, "cgroup2", &mount)) {
		if (!is_known(mount.root))
			continue;
		search->has_mount = true;
		code = look_in(&mount, search);
	}
	mounts_done(&mounts);
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
		return error_no_memory(err);
	struct search search = {.wanted = normal, .must_exist = must_exist};
	code = look_everywhere(mountinfo, &search);
	if (code == 0 && !search.found && !must_exist) {
		search.found = normal;
		normal = NULL;
	}
	free(normal);
	if (code < 0)
		return error_no_memory(err);
	if (!search.found)
		return not_found(&search, text, err);
	*path = search.found;
	return 0;
}
