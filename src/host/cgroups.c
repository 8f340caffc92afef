/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "host/mountinfo.h"

/* PROC_CGROUP_INIT_INO of include/linux/proc_ns.h. */
#define INITIAL_CGROUP_NS "cgroup:[4026531835]"

/* FILEID_KERNFS of include/linux/exportfs.h (Linux 5.5): the handle is the 64-bit id. */
#define HANDLE_KERNFS 0xfe

/* ---- the mount ---- */

static dev_t device_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 ? status.st_dev : 0;
}

/* Open the mount point of MOUNT below ROOT_FD; -ENOENT where it shows something else. */
static int open_mount(int root_fd, const struct mount *mount)
{
	if (strcmp(mount->root, "/") != 0 || mount->point[0] != '/')
		return -ENOENT;
	int fd = openat(root_fd, mount->point + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -ENOENT;
	/* Something else may be mounted over it. */
	if (device_of(fd) == mount->device)
		return fd;
	close(fd);
	return -ENOENT;
}

/* So is the only one of a kernel without cgroup namespaces. */
static bool in_initial_namespace(int root_fd)
{
	char link[64];
	ssize_t length = readlinkat(root_fd, "proc/self/ns/cgroup", link, sizeof(link) - 1);

	if (length < 0)
		return true;
	link[length] = '\0';
	return strcmp(link, INITIAL_CGROUP_NS) == 0;
}

int cgroups_open_mount(int root_fd)
{
	struct mounts mounts;
	struct mount mount;
	int fd = -ENOENT;

	if (!in_initial_namespace(root_fd) ||
	    mounts_open(&mounts, root_fd, "proc/self/mountinfo") < 0)
		return -ENOENT;
	while (fd < 0 && mounts_next(&mounts, "cgroup2", &mount))
		fd = open_mount(root_fd, &mount);
	mounts_done(&mounts);
	return fd;
}

/* ---- the groups ---- */

struct walk {
	cgroup_visit *visit;
	void *context;
	dev_t device;
	unsigned int depth;
	size_t length; /* of `path` */
	char path[PATH_MAX];
};

/* The id of the directory FD as perf has it (tools/perf/util/cgroup.c); 0: not known. */
static uint64_t read_id(int fd, const struct stat *status)
{
	union {
		struct file_handle handle;
		unsigned char room[sizeof(struct file_handle) + sizeof(uint64_t)];
	} found = {.handle = {.handle_bytes = sizeof(uint64_t)}};
	uint64_t id;
	int mount_id;

	if (name_to_handle_at(fd, "", &found.handle, &mount_id, AT_EMPTY_PATH) == 0 &&
	    found.handle.handle_type == HANDLE_KERNFS &&
	    found.handle.handle_bytes == sizeof(uint64_t)) {
		memcpy(&id, found.handle.f_handle, sizeof(id));
		return id;
	}
	/* Inode numbers of 64 bits are the ids. */
	return sizeof(long) == sizeof(uint64_t) ? status->st_ino : 0;
}

static void visit_children(struct walk *walk, DIR *dir);

/* Visit the group at FD, which is closed, and those in it. */
static void visit_group(struct walk *walk, int fd)
{
	struct stat status;
	DIR *dir = fdopendir(fd);

	if (!dir) {
		close(fd);
		return;
	}
	if (fstat(fd, &status) == 0 && status.st_dev == walk->device) {
		uint64_t id = read_id(fd, &status);

		if (id != 0)
			walk->visit(walk->context, id, walk->length > 0 ? walk->path : "/");
		visit_children(walk, dir);
	}
	closedir(dir);
}

static bool is_group(const struct dirent *entry)
{
	return (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN) &&
	       strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void visit_children(struct walk *walk, DIR *dir)
{
	size_t length = walk->length;
	const struct dirent *entry;

	if (walk->depth == CGROUPS_DEPTH_MAX)
		return;
	walk->depth++;
	while ((entry = readdir(dir))) {
		size_t room = sizeof(walk->path) - length;

		if (!is_group(entry) || strlen(entry->d_name) + sizeof("/") > room)
			continue;
		int fd = openat(dirfd(dir), entry->d_name,
				O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		/* It may be gone by now. */
		if (fd < 0)
			continue;
		walk->length =
			length + (size_t)snprintf(walk->path + length, room, "/%s", entry->d_name);
		visit_group(walk, fd);
		walk->length = length;
	}
	walk->depth--;
}

int cgroups_visit(int mount_fd, cgroup_visit *visit, void *context)
{
	int fd = openat(mount_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	struct walk walk = {.visit = visit, .context = context, .device = device_of(fd)};
	visit_group(&walk, fd);
	return 0;
}

/* The beginning of the file NAME in the group at FD; empty where it cannot be read. */
bool cgroups_root_is_proven(int mount_fd)
{
	static const char count[] = "nr_subsys_perf_event ";
	char text[4096];

	if (file_read_at(mount_fd, "cgroup.subtree_control", text, sizeof(text)) > 0 &&
	    strspn(text, " \n") < strlen(text))
		return true;
	if (file_read_at(mount_fd, "cgroup.stat", text, sizeof(text)) <= 0)
		return false;
	const char *found = strstr(text, count);
	return found && strtoul(found + strlen(count), NULL, 10) > 1;
}

bool cgroups_perf_is_v2(int root_fd)
{
	static const char name[] = "\nperf_event\t";
	int hierarchy, groups, enabled;
	char text[4096];

	/* Kernels without cgroups of version 1 may lack the file. */
	if (file_read_at(root_fd, "proc/cgroups", text, sizeof(text)) <= 0)
		return true;
	const char *line = strstr(text, name);
	if (!line)
		return true;
	return sscanf(line + strlen(name), "%d %d %d", &hierarchy, &groups, &enabled) == 3 &&
	       hierarchy == 0 && enabled == 1;
}

static enum cgroups_told told_below(int root_fd)
{
	if (!cgroups_perf_is_v2(root_fd))
		return CGROUPS_OF_V1;
	int mount_fd = cgroups_open_mount(root_fd);
	if (mount_fd < 0)
		return CGROUPS_NOT_MOUNTED;
	bool proven = cgroups_root_is_proven(mount_fd);
	close(mount_fd);
	return proven ? CGROUPS_TOLD : CGROUPS_ROOT_ONLY;
}

enum cgroups_told cgroups_of_this_host(void)
{
	int root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root_fd < 0)
		return CGROUPS_NOT_MOUNTED;
	enum cgroups_told told = told_below(root_fd);
	close(root_fd);
	return told;
}

int cgroups_open_this_host(void)
{
	int root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root_fd < 0)
		return -errno;
	int mount_fd = cgroups_open_mount(root_fd);
	close(root_fd);
	return mount_fd;
}
