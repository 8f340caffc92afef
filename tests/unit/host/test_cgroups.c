/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control groups of a made-up host: which mount is taken, and the walk.
 */
#include "host/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "support.h"

struct host {
	char path[64];
	int root_fd;
};

struct seen {
	char text[65536]; /* "PATH\n" of each, in the order of their visits */
	size_t used;
	unsigned int count;
	uint64_t last_id;
};

/* ---- the host ---- */

/* Paths in it may be longer than PATH_MAX. */
static void remove_tree(int parent_fd, const char *name)
{
	DIR *dir = fdopendir(openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			remove_tree(dirfd(dir), entry->d_name);
	}
	closedir(dir);
	assert_int_equal(unlinkat(parent_fd, name, AT_REMOVEDIR), 0);
}

static void make_dirs(const struct host *host, const char *path)
{
	char step[PATH_MAX];

	for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
		const char *next = strchr(slash + 1, '/');

		snprintf(step, sizeof(step), "%.*s", next ? (int)(next - path) : (int)strlen(path),
			 path);
		if (mkdirat(host->root_fd, step, 0755) < 0 && errno != EEXIST)
			fail_msg("cannot make %s: %s", step, strerror(errno));
	}
}

static void write_mountinfo(const struct host *host, const char *text)
{
	int fd = openat(host->root_fd, "proc/self/mountinfo", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* A line for a mount of ROOT at MOUNT_POINT, on the device that the host really is on. */
static const char *line_of(const struct host *host, const char *root, const char *mount_point,
			   const char *type)
{
	static char line[512];
	struct stat status;

	assert_int_equal(fstat(host->root_fd, &status), 0);
	snprintf(line, sizeof(line), "41 31 %u:%u %s %s rw,nosuid shared:9 - %s cgroup rw\n",
		 major(status.st_dev), minor(status.st_dev), root, mount_point, type);
	return line;
}

static int new_host(void **state)
{
	static struct host host;

	snprintf(host.path, sizeof(host.path), "/tmp/test_cgroups.XXXXXX");
	assert_non_null(mkdtemp(host.path));
	host.root_fd = open(host.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(host.root_fd >= 0);
	make_dirs(&host, "proc/self/ns");
	make_dirs(&host, "sys/fs/cgroup/a/b");
	make_dirs(&host, "sys/fs/cgroup/c d|\n\xff");
	*state = &host;
	return 0;
}

static int free_host(void **state)
{
	struct host *host = *state;

	close(host->root_fd);
	remove_tree(AT_FDCWD, host->path);
	return 0;
}

/* ---- the mount ---- */

static void assert_mounted(const struct host *host, const char *path)
{
	struct stat expected, found;
	int fd = cgroups_open_mount(host->root_fd);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &found), 0);
	assert_int_equal(fstatat(host->root_fd, path, &expected, 0), 0);
	assert_int_equal(found.st_ino, expected.st_ino);
	close(fd);
}

static void test_the_mount_is_found(void **state)
{
	const struct host *host = *state;

	write_mountinfo(host, line_of(host, "/", "/sys/fs/cgroup", "cgroup2"));
	assert_mounted(host, "sys/fs/cgroup");
}

static void test_a_mount_point_of_any_name_is_found(void **state)
{
	const struct host *host = *state;

	make_dirs(host, "an odd\\name");
	write_mountinfo(host, line_of(host, "/", "/an\\040odd\\134name", "cgroup2"));
	assert_mounted(host, "an odd\\name");
}

static void test_the_mount_among_others_is_found(void **state)
{
	const struct host *host = *state;
	char text[2048];

	snprintf(text, sizeof(text), "%s\n\nnonsense\n1 2 3\n%s",
		 "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu",
		 line_of(host, "/", "/sys/fs/cgroup", "cgroup2"));
	write_mountinfo(host, text);
	assert_mounted(host, "sys/fs/cgroup");
}

static void assert_not_mounted(const struct host *host, const char *mountinfo)
{
	write_mountinfo(host, mountinfo);
	assert_int_equal(cgroups_open_mount(host->root_fd), -ENOENT);
}

static void test_other_mounts_are_not_taken(void **state)
{
	const struct host *host = *state;

	assert_int_equal(cgroups_open_mount(host->root_fd), -ENOENT);
	assert_not_mounted(host, "");
	assert_not_mounted(host, "\xff\n");
	assert_not_mounted(host, line_of(host, "/", "/sys/fs/cgroup", "cgroup"));
	assert_not_mounted(host, line_of(host, "/", "/not/there", "cgroup2"));
	assert_not_mounted(host, line_of(host, "/docker/1234", "/sys/fs/cgroup", "cgroup2"));
	assert_not_mounted(host, line_of(host, "/../..", "/sys/fs/cgroup", "cgroup2"));
	assert_not_mounted(host, "41 31 0:0 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
	assert_not_mounted(host, line_of(host, "/", "/sys/fs/cgroup\\1", "cgroup2"));
	assert_not_mounted(host, "41 31 0:0 / - cgroup2 cgroup2 rw\n");
}

static void test_a_namespace_shows_only_a_part(void **state)
{
	const struct host *host = *state;

	write_mountinfo(host, line_of(host, "/", "/sys/fs/cgroup", "cgroup2"));
	assert_int_equal(symlinkat("cgroup:[4026531835]", host->root_fd, "proc/self/ns/cgroup"), 0);
	assert_mounted(host, "sys/fs/cgroup");
	assert_int_equal(unlinkat(host->root_fd, "proc/self/ns/cgroup", 0), 0);
	assert_int_equal(symlinkat("cgroup:[4026532835]", host->root_fd, "proc/self/ns/cgroup"), 0);
	assert_int_equal(cgroups_open_mount(host->root_fd), -ENOENT);
}

/* ---- the walk ---- */

static void see(void *context, uint64_t id, const char *path)
{
	struct seen *seen = context;

	assert_int_not_equal(id, 0);
	seen->last_id = id;
	seen->count++;
	seen->used += (size_t)snprintf(seen->text + seen->used, sizeof(seen->text) - seen->used,
				       "%s;", path);
	assert_true(seen->used < sizeof(seen->text));
}

static struct seen visit(const struct host *host, const char *path)
{
	struct seen seen = {.count = 0};
	int fd = openat(host->root_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(cgroups_visit(fd, see, &seen), 0);
	close(fd);
	return seen;
}

static void test_all_groups_are_visited(void **state)
{
	const struct host *host = *state;
	const struct seen seen = visit(host, "sys/fs/cgroup");

	assert_int_equal(seen.count, 4);
	assert_memory_equal(seen.text, "/;", 2);
	assert_non_null(strstr(seen.text, ";/a;/a/b;"));
	assert_non_null(strstr(seen.text, ";/c d|\n\xff;"));
}

static void test_files_and_links_are_no_groups(void **state)
{
	const struct host *host = *state;

	assert_int_equal(symlinkat("..", host->root_fd, "sys/fs/cgroup/a/link"), 0);
	close(openat(host->root_fd, "sys/fs/cgroup/a/file", O_WRONLY | O_CREAT, 0644));
	assert_int_equal(visit(host, "sys/fs/cgroup").count, 4);
}

static void test_the_walk_ends_far_down(void **state)
{
	const struct host *host = *state;
	char path[512] = "deep";

	for (unsigned int i = 0; i < CGROUPS_DEPTH_MAX + 8; i++)
		strcat(path, "/x");
	make_dirs(host, path);
	assert_int_equal(visit(host, "deep").count, 1 + CGROUPS_DEPTH_MAX);
}

static void test_a_path_that_is_too_long_is_left_out(void **state)
{
	const struct host *host = *state;
	char name[251] = "";
	int fd = host->root_fd;

	memset(name, 'n', sizeof(name) - 1);
	make_dirs(host, "long");
	for (unsigned int i = 0; i < 20; i++) {
		int parent_fd = openat(fd, i == 0 ? "long" : name, O_PATH | O_DIRECTORY);

		assert_true(parent_fd >= 0);
		assert_int_equal(mkdirat(parent_fd, name, 0755), 0);
		if (i > 0)
			close(fd);
		fd = parent_fd;
	}
	close(fd);
	/* 16 of 251 bytes each, their slashes included, fit into PATH_MAX. */
	struct seen seen = visit(host, "long");
	assert_int_equal(seen.count, 1 + 16);
}

/* On a file system other than cgroupfs it is the inode number. */
static void test_the_id_falls_back_on_the_inode(void **state)
{
	const struct host *host = *state;
	struct stat status;

	assert_int_equal(fstatat(host->root_fd, "sys/fs/cgroup/a/b", &status, 0), 0);
	assert_int_equal(visit(host, "sys/fs/cgroup/a/b").last_id, status.st_ino);
}

static void test_what_is_no_directory_is_an_error(void **state)
{
	struct seen seen = {.count = 0};

	(void)state;
	assert_int_equal(cgroups_visit(-1, see, &seen), -EBADF);
	assert_int_equal(seen.count, 0);
}

/* ---- what samples tell ---- */

static void put_file(const char *directory, const char *name, const char *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	save_file(path, text, strlen(text));
}

static void test_perfs_version(void **state)
{
	char directory[] = "/tmp/test_cgroups.XXXXXX", command[64], proc[64];

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(proc, sizeof(proc), "%s/proc", directory);
	assert_int_equal(mkdir(proc, 0700), 0);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(cgroups_perf_is_v2(fd));
	put_file(proc, "cgroups", "#subsys_name\thierarchy\nperf_event\t0\t1\t1\npids\t8\t1\t1\n");
	assert_true(cgroups_perf_is_v2(fd));
	put_file(proc, "cgroups", "#subsys_name\thierarchy\npids\t8\t1\t1\nperf_event\t4\t1\t1\n");
	assert_false(cgroups_perf_is_v2(fd));
	put_file(proc, "cgroups", "#subsys_name\thierarchy\nperf_event\t0\t1\t0\n");
	assert_false(cgroups_perf_is_v2(fd));
	put_file(proc, "cgroups", "#subsys_name\thierarchy\npids\t8\t1\t1\n");
	assert_true(cgroups_perf_is_v2(fd));
	close(fd);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	assert_int_equal(system(command), 0);
}

static void test_proofs_of_the_root(void **state)
{
	char directory[] = "/tmp/test_cgroups.XXXXXX", command[64];

	(void)state;
	assert_non_null(mkdtemp(directory));
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_false(cgroups_root_is_proven(fd));
	put_file(directory, "cgroup.subtree_control", "\n");
	assert_false(cgroups_root_is_proven(fd));
	put_file(directory, "cgroup.stat", "nr_descendants 7\nnr_subsys_perf_event 1\n");
	assert_false(cgroups_root_is_proven(fd));
	put_file(directory, "cgroup.stat", "nr_descendants 7\nnr_subsys_perf_event 8\n");
	assert_true(cgroups_root_is_proven(fd));
	put_file(directory, "cgroup.stat", "");
	put_file(directory, "cgroup.subtree_control", "memory pids\n");
	assert_true(cgroups_root_is_proven(fd));
	close(fd);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	assert_int_equal(system(command), 0);
}

/* The root of the real hierarchy has had id 1 since Linux 5.5. */
static void see_root(void *context, uint64_t id, const char *path)
{
	if (strcmp(path, "/") == 0)
		*(uint64_t *)context = id;
}

static void test_this_host(void **state)
{
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = cgroups_open_mount(root_fd);
	uint64_t id = 0;

	(void)state;
	close(root_fd);
	if (fd < 0)
		skip();
	assert_int_equal(cgroups_visit(fd, see_root, &id), 0);
	assert_int_equal(id, 1);
	close(fd);
}

#define HOST_TEST(test) cmocka_unit_test_setup_teardown(test, new_host, free_host)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(test_the_mount_is_found),
		HOST_TEST(test_a_mount_point_of_any_name_is_found),
		HOST_TEST(test_the_mount_among_others_is_found),
		HOST_TEST(test_other_mounts_are_not_taken),
		HOST_TEST(test_a_namespace_shows_only_a_part),
		HOST_TEST(test_all_groups_are_visited),
		HOST_TEST(test_files_and_links_are_no_groups),
		HOST_TEST(test_the_walk_ends_far_down),
		HOST_TEST(test_a_path_that_is_too_long_is_left_out),
		HOST_TEST(test_the_id_falls_back_on_the_inode),
		cmocka_unit_test(test_what_is_no_directory_is_an_error),
		cmocka_unit_test(test_perfs_version),
		cmocka_unit_test(test_proofs_of_the_root),
		cmocka_unit_test(test_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
