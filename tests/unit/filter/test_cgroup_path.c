/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cgroups by the names that users give them, on hosts that mount cgroup2 here or there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "filter/cgroup_path.h"
#include "support.h"

/* Of a host: mount points, one of them with a space, which mountinfo writes as \040; cgroups. */
static char top[64];
static const char *const made[] = {"/cg",    "/cg/a.slice",   "/cg/a.slice/b",
				   "/cg/ha", "/second mount", "/second mount/c"};

struct path {
	char text[160];
};

static struct path below_top(const char *path)
{
	struct path whole;

	snprintf(whole.text, sizeof(whole.text), "%s%s", top, path);
	return whole;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(below_top(path).text, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int make_host(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/test_cgroup_path.XXXXXX");
	assert_non_null(mkdtemp(top));
	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		assert_int_equal(mkdir(below_top(made[i]).text, 0700), 0);
	write_file("/cg/cgroup.procs", "");
	return 0;
}

static int remove_host(void **state)
{
	(void)state;
	unlink(below_top("/cg/cgroup.procs").text);
	unlink(below_top("/mountinfo").text);
	for (size_t i = ARRAY_SIZE(made); i > 0; i--)
		assert_int_equal(rmdir(below_top(made[i - 1]).text), 0);
	return rmdir(top);
}

/* One cgroup2 mount of ROOT at POINT of this host, among mounts that are none. */
static void mount_at(const char *root, const char *point)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "22 1 0:21 / %s rw - tmpfs tmpfs rw\n"
		 "23 22 0:22 / %s/cg rw,nosuid shared:4 - cgroup cgroup rw,memory\n"
		 "24 22 0:23 %s %s%s rw,nosuid,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
		 "25 22 0:24 / /proc rw - proc proc rw\n",
		 top, top, root, top, point);
	write_file("/mountinfo", text);
}

static int resolve(const char *text, bool must_exist, char **path)
{
	struct error err = {0};
	int code = cgroup_path_resolve(text, below_top("/mountinfo").text, must_exist, path, &err);

	assert_true((code == 0) == (err.what[0] == '\0'));
	return code;
}

static void assert_resolved(const char *text, bool must_exist, const char *expected)
{
	char *path = NULL;

	assert_int_equal(resolve(text, must_exist, &path), 0);
	assert_string_equal(path, expected);
	free(path);
}

static void assert_refused(const char *text, bool must_exist)
{
	char untouched, *path = &untouched;

	assert_int_equal(resolve(text, must_exist, &path), -EINVAL);
	assert_ptr_equal(path, &untouched);
}

static void test_in_the_hierarchy(void **state)
{
	(void)state;
	mount_at("/", "/cg");
	for (int must_exist = 0; must_exist < 2; must_exist++) {
		assert_resolved("/", must_exist, "/");
		assert_resolved("//", must_exist, "/");
		assert_resolved(".", must_exist, "/");
		assert_resolved("/a.slice", must_exist, "/a.slice");
		assert_resolved("a.slice", must_exist, "/a.slice");
		assert_resolved("//a.slice//b///", must_exist, "/a.slice/b");
		assert_resolved("./a.slice/./b/.", must_exist, "/a.slice/b");
	}
}

static void test_below_the_mount_point(void **state)
{
	(void)state;
	mount_at("/", "/cg");
	for (int must_exist = 0; must_exist < 2; must_exist++) {
		assert_resolved(below_top("/cg").text, must_exist, "/");
		assert_resolved(below_top("/cg/").text, must_exist, "/");
		assert_resolved(below_top("/cg/a.slice/b/").text, must_exist, "/a.slice/b");
	}
}

static void test_a_mount_of_a_part(void **state)
{
	(void)state;
	mount_at("/docker/x\\040y", "/second\\040mount");
	assert_resolved(below_top("/second mount").text, true, "/docker/x y");
	assert_resolved(below_top("/second mount/c").text, true, "/docker/x y/c");
	assert_resolved("/docker/x y/c", true, "/docker/x y/c");
	assert_resolved("/docker/x y", true, "/docker/x y");
	assert_refused("/docker", true);
	assert_refused("/c", true);
	assert_refused("/docker/x y/d", true);
}

static void test_what_is_not_there(void **state)
{
	(void)state;
	mount_at("/", "/cg");
	assert_refused("/a", true);
	assert_refused("a.slice/b/c", true);
	assert_refused(below_top("/cg/c").text, true);
	assert_refused(below_top("/second mount/c").text, true);
	assert_refused("/cgroup.procs", true);
	assert_resolved("/a/", false, "/a");
	assert_resolved("a.slice/b/c", false, "/a.slice/b/c");
}

static void test_names_that_are_none(void **state)
{
	(void)state;
	mount_at("/", "/cg");
	for (int must_exist = 0; must_exist < 2; must_exist++) {
		assert_refused("", must_exist);
		assert_refused("..", must_exist);
		assert_refused("/a.slice/../ha", must_exist);
		assert_refused("/a.slice/..", must_exist);
	}
	assert_resolved("/..a/b..", false, "/..a/b..");
}

static void test_no_cgroup2(void **state)
{
	static const char *const mountinfos[] = {
		"",
		"\n",
		"24 22 0:23 / /sys/fs/cgroup rw - cgroup cgroup rw\n",
		"24 22 0:23 / / rw - cgroup2",
		" - cgroup2 cgroup2 rw\n",
		"24 22 - cgroup2 cgroup2 rw\n",
		/* From outside of the cgroup namespace. */
		"24 22 0:23 /.. / rw - cgroup2 cgroup2 rw\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mountinfos); i++) {
		write_file("/mountinfo", mountinfos[i]);
		assert_refused("/a.slice", true);
		assert_resolved("/a.slice/", false, "/a.slice");
	}
	unlink(below_top("/mountinfo").text);
	assert_refused("/a.slice", true);
	assert_resolved("/a.slice/", false, "/a.slice");
}

static void test_every_cut_of_mountinfo(void **state)
{
	char *text;
	size_t length;

	(void)state;
	mount_at("/", "/cg");
	text = load_file(below_top("/mountinfo").text, &length);
	for (size_t cut = length; cut > 0; cut--) {
		char *path;

		text[cut] = '\0';
		write_file("/mountinfo", text);
		if (resolve("/a.slice", true, &path) == 0)
			free(path);
	}
	free(text);
}

static bool is_below(const char *path, const char *of)
{
	return cgroup_path_is_below(path, strlen(path), of);
}

static void test_below(void **state)
{
	(void)state;
	assert_true(is_below("/", "/"));
	assert_true(is_below("/a", "/"));
	assert_true(is_below("/a", "/a"));
	assert_true(is_below("/a/b", "/a"));
	assert_true(is_below("/a/b/c", "/a/b"));
	assert_false(is_below("/", "/a"));
	assert_false(is_below("/ab", "/a"));
	assert_false(is_below("/b", "/a"));
	assert_false(is_below("/a", "/a/b"));
	assert_false(is_below("", "/"));
	assert_false(is_below("", "/a"));
	assert_true(cgroup_path_is_below("/a/bc", 4, "/a/b"));
	assert_false(cgroup_path_is_below("/a/b", 3, "/a/b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_the_hierarchy),
		cmocka_unit_test(test_below_the_mount_point),
		cmocka_unit_test(test_a_mount_of_a_part),
		cmocka_unit_test(test_what_is_not_there),
		cmocka_unit_test(test_names_that_are_none),
		cmocka_unit_test(test_no_cgroup2),
		cmocka_unit_test(test_every_cut_of_mountinfo),
		cmocka_unit_test(test_below),
	};

	return cmocka_run_group_tests(tests, make_host, remove_host);
}
