/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/read/parts.h"
#include "support.h"

struct tree {
	char path[64];
};

static void tree_new(struct tree *tree)
{
	snprintf(tree->path, sizeof(tree->path), "/tmp/pxt-parts-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
}

static void tree_path(const struct tree *tree, const char *name, char path[512])
{
	snprintf(path, 512, "%s/%s", tree->path, name);
}

static void tree_put(const struct tree *tree, const char *name, const char *text)
{
	char path[512];

	tree_path(tree, name, path);
	save_file(path, text, strlen(text));
}

static void tree_free(const struct tree *tree)
{
	DIR *directory = opendir(tree->path);
	struct dirent *entry;
	char path[512];

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		tree_path(tree, entry->d_name, path);
		if (entry->d_name[0] != '.')
			assert_int_equal(unlink(path), 0);
	}
	closedir(directory);
	assert_int_equal(rmdir(tree->path), 0);
}

static int open_tree(const struct tree *tree)
{
	int fd = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* Read as `input` does it: until there is no more. */
static void assert_reads(const struct parts *parts, uint64_t from, uint64_t end,
			 const char *expected)
{
	char text[64];
	size_t size = 0;
	ssize_t got;

	while ((got = parts_read(parts, from + size, end, text + size, 3)) > 0)
		size += (size_t)got;
	assert_int_equal(got, 0);
	text[size] = '\0';
	assert_string_equal(text, expected);
}

static void test_files_of_a_directory(void **state)
{
	struct parts parts;
	struct tree tree;

	(void)state;
	tree_new(&tree);
	tree_put(&tree, "data", "first");
	tree_put(&tree, "data.0", "");
	tree_put(&tree, "data.1", "second");
	tree_put(&tree, "data.3", "not it");
	int fd = open_tree(&tree);
	assert_int_equal(parts_open(&parts, fd), 0);
	assert_int_equal(parts.count, 3);
	assert_reads(&parts, 0, 11, "firstsecond");
	assert_reads(&parts, 2, 7, "rstse");
	assert_reads(&parts, 5, 5, "");
	assert_reads(&parts, 11, UINT64_MAX, "");
	assert_false(parts_have_changed(&parts));
	tree_put(&tree, "data.1", "longer than before");
	assert_true(parts_have_changed(&parts));
	parts_done(&parts);
	close(fd);
	tree_free(&tree);
}

static void test_one_file(void **state)
{
	struct stat of_it, of_another;
	struct parts parts;
	struct tree tree;
	char path[512];

	(void)state;
	tree_new(&tree);
	tree_put(&tree, "one", "text");
	tree_path(&tree, "one", path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(parts_open(&parts, fd), 0);
	assert_int_equal(parts.count, 1);
	assert_reads(&parts, 0, 4, "text");
	assert_int_equal(stat(path, &of_it), 0);
	assert_int_equal(stat(tree.path, &of_another), 0);
	assert_true(parts_have(&parts, &of_it));
	assert_false(parts_have(&parts, &of_another));
	parts_done(&parts);
	/* It stays the caller's. */
	assert_int_equal(close(fd), 0);
	tree_free(&tree);
}

static void test_what_cannot_be_read(void **state)
{
	struct parts parts;
	struct tree tree;
	char path[512];

	(void)state;
	assert_int_equal(parts_open(&parts, -1), -EBADF);
	tree_new(&tree);
	int fd = open_tree(&tree);
	assert_int_equal(parts_open(&parts, fd), -EISDIR);
	/* Nobody writes to it: that must hold nobody up. */
	tree_path(&tree, "data", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(parts_open(&parts, fd), -EISDIR);
	close(fd);
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_of_a_directory),
		cmocka_unit_test(test_one_file),
		cmocka_unit_test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
