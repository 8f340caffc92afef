/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command `formats` on what is shipped, against the files fixtures/golden/formats-*.txt, and on
 * sources that are wrong.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decode/shipped.h"
#include "formats/format_set.h"
#include "formats/formats.h"
#include "formats/page.h"
#include "formats/verbs.h"
#include "support.h"

static int use_the_tree(void **state)
{
	(void)state;
	return setenv(SHIPPED_VARIABLE, "formats", 1);
}

/* What `formats` with ARGUMENTS prints; the caller frees. */
static char *run_with(const char *const arguments[], const struct formats_options *options,
		      int expected_status, struct error *err)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	memset(err, 0, sizeof(*err));
	int status = formats_run(arguments, options, out, err);
	assert_int_equal(fclose(out), 0);
	if (status != expected_status)
		fail_msg("status %d instead of %d: %s", status, expected_status, err->what);
	return text;
}

static char *run(const char *const arguments[], bool verbose, int expected_status,
		 struct error *err)
{
	const struct formats_options options = {.verbose = verbose};

	return run_with(arguments, &options, expected_status, err);
}

#define RUN(status, err, ...) run((const char *const[]){__VA_ARGS__, NULL}, false, status, err)

/* ---- sets ---- */

/* An event that is only named. */
struct named {
	char system[32], name[32];
};

static struct format_entry entry_of(struct named *named, const char *system, const char *name)
{
	snprintf(named->system, sizeof(named->system), "%s", system);
	snprintf(named->name, sizeof(named->name), "%s", name);
	return (struct format_entry){.system = named->system, .name = named->name};
}

static const struct format_entry *find(const struct format_set *set, const char *system,
				       const char *name)
{
	struct named named;
	const struct format_entry entry = entry_of(&named, system, name);

	return format_set_find(set, &entry);
}

static bool covers(const struct format_set *set, const char *system, const char *name)
{
	struct named named;
	const struct format_entry entry = entry_of(&named, system, name);

	return format_set_covers(set, &entry);
}

/* ---- golden files ---- */

static void assert_fits(const char *text)
{
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		if (length > 80)
			fail_msg("over 80 columns: %.*s", (int)length, line);
		if (length > 0 && line[length - 1] == ' ')
			fail_msg("ends in a blank: %.*s", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

static void assert_golden(char *text, const char *name)
{
	char path[128];
	size_t length;

	snprintf(path, sizeof(path), "fixtures/golden/formats-%s.txt", name);
	char *expected = load_file(path, &length);
	assert_string_equal(text, expected);
	assert_fits(text);
	free(expected);
	free(text);
}

static void test_diff_of_6_1_and_7_3(void **state)
{
	struct error err;

	(void)state;
	assert_golden(RUN(1, &err, "diff", "amd64-6.1.0-50", "amd64-7.3.4+deb13"), "diff-6.1-7.3");
	assert_string_equal(err.what, "");
}

static void test_diff_of_common_fields(void **state)
{
	struct error err;

	(void)state;
	assert_golden(
		RUN(1, &err, "diff", "arm64-5.10", "android-hammerhead_MRA59G_3.4.0", "sched:*"),
		"diff-common");
}

static void test_diff_with_ids(void **state)
{
	const char *const arguments[] = {"diff", "amd64-6.19", "amd64-7.0", NULL};
	struct error err;

	(void)state;
	assert_golden(run(arguments, true, 0, &err), "diff-ids");
}

static void test_diff_with_a_capture(void **state)
{
	struct error err;

	(void)state;
	assert_golden(RUN(1, &err, "diff", "fixtures/corpus/capture/s390x-file.data", "s390x-7.2"),
		      "diff-capture");
}

static void assert_golden_json(const char *const arguments[], bool verbose, int status,
			       const char *name)
{
	const struct formats_options options = {.json = true, .verbose = verbose};
	struct error err;
	char path[128];
	size_t length;
	char *text = run_with(arguments, &options, status, &err);

	assert_string_equal(err.what, "");
	snprintf(path, sizeof(path), "fixtures/golden/formats-%s.json", name);
	char *expected = load_file(path, &length);
	assert_string_equal(text, expected);
	free(expected);
	free(text);
}

#define ASSERT_GOLDEN_JSON(name, verbose, status, ...) \
	assert_golden_json((const char *const[]){__VA_ARGS__, NULL}, verbose, status, name)

static void test_diff_as_json(void **state)
{
	(void)state;
	ASSERT_GOLDEN_JSON("diff-sched", false, 1, "diff", "amd64-6.1.0-50", "amd64-7.3.4+deb13",
			   "sched:*");
	ASSERT_GOLDEN_JSON("diff-common", false, 1, "diff", "arm64-5.10",
			   "android-hammerhead_MRA59G_3.4.0", "sched:*exit");
	ASSERT_GOLDEN_JSON("diff-ids", true, 0, "diff", "amd64-6.19", "amd64-7.0");
}

static void test_other_verbs_have_no_json(void **state)
{
	const struct formats_options options = {.json = true};
	struct error err;

	(void)state;
	free(run_with((const char *const[]){NULL}, &options, 2, &err));
	assert_string_equal(err.what, "-F json: 'formats list' prints text only");
}

static void test_show(void **state)
{
	struct error err;

	(void)state;
	assert_golden(RUN(0, &err, "show", "task:*", "i386-6.1"), "show");
}

static void test_list_of_events(void **state)
{
	struct error err;

	(void)state;
	assert_golden(RUN(0, &err, "list", "fixtures/corpus/capture/s390x-file.data"),
		      "list-capture");
	assert_golden(RUN(0, &err, "list", "formats/android-walleye_OPM5.171019.017.A1_4.4.88"),
		      "list-directory");
}

/* The line of this host depends on it. */
static void test_list_of_all(void **state)
{
	struct error err;
	char *text = RUN(0, &err, "list");
	char *live = strstr(text, "\n");

	(void)state;
	assert_non_null(live);
	assert_non_null(strstr(live, " live "));
	char *after = strchr(live + 1, '\n');
	assert_non_null(after);
	memmove(live, after, strlen(after) + 1);
	assert_golden(text, "list");
}

static void test_nothing_differs(void **state)
{
	struct error err;
	char *text = RUN(0, &err, "diff", "amd64-6.12", "formats/amd64-6.12.107+deb13/events/");

	(void)state;
	assert_non_null(strstr(text, "\n0 of 13 events differ\n"));
	assert_null(strstr(text, "ids"));
	free(text);
}

/* Every shipped kernel is whole, and the same as itself by name and by path. */
static void test_all_that_is_shipped(void **state)
{
	struct shipped shipped;
	struct error err;

	(void)state;
	assert_int_equal(shipped_open(&shipped, &err), 0);
	assert_true(shipped.count >= 20);
	for (size_t i = 0; i < shipped.count; i++) {
		char path[512];

		snprintf(path, sizeof(path), "formats/%s", shipped.names[i]);
		free(RUN(0, &err, "diff", path, shipped.names[i]));
		free(RUN(0, &err, "show", shipped.names[i]));
	}
	shipped_done(&shipped);
}

static void test_colour_changes_no_text(void **state)
{
	const char *const arguments[] = {"amd64-6.1.0-50", "amd64-7.3.4+deb13", NULL};
	struct error err;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(out);
	const struct page page = page_on(out, true);
	const struct formats_options options = {0};
	const struct verb_call call = {
		.arguments = arguments, .count = 2, .options = &options, .page = &page};
	assert_int_equal(formats_diff(&call, &err), 1);
	assert_int_equal(fclose(out), 0);
	char *to = text;
	size_t sequences = 0;
	for (char *from = text; *from; from++) {
		if (*from == '\033') {
			sequences++;
			from += strcspn(from, "m");
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	assert_true(sequences > 20);
	assert_golden(text, "diff-6.1-7.3");
}

/* ---- wrong names ---- */

/* ARGUMENTS fail with WHAT (a part of the line) and REMEDY, and print nothing. */
static void assert_refused(const char *const arguments[], const char *what, const char *remedy)
{
	struct error err;
	char *text = run(arguments, false, 2, &err);

	assert_string_equal(text, "");
	if (!strstr(err.what, what))
		fail_msg("'%s' does not say '%s'", err.what, what);
	assert_string_equal(err.remedy, remedy);
	free(text);
}

#define REFUSED(what, remedy, ...) \
	assert_refused((const char *const[]){__VA_ARGS__, NULL}, what, remedy)

static void test_usage(void **state)
{
	(void)state;
	REFUSED("'formats' has no 'shwo'", "perf_exec_trace formats list, show or diff", "shwo");
	REFUSED("too few arguments", "perf_exec_trace formats diff A B [EVENT]", "diff", "live");
	REFUSED("too many arguments", "perf_exec_trace formats list [SOURCE]", "list", "a", "b");
	REFUSED("too many arguments", "perf_exec_trace formats show [EVENT] [SOURCE]", "show", "a",
		"b", "c");
}

static void test_unknown_kernels(void **state)
{
	(void)state;
	REFUSED("no kernel called 'amd64-6.2' is shipped",
		"amd64-6.1.0-50, amd64-6.12.107+deb13, amd64-6.16.12+deb13 or amd64-6.18.15+deb13",
		"list", "amd64-6.2");
	REFUSED("'i386-' is the beginning of several", "i386-5.10.0-32 or i386-6.1.0-50", "list",
		"i386-");
	REFUSED("no kernel called 'nothing-like-it'", "perf_exec_trace formats list", "diff",
		"amd64-6.1", "nothing-like-it");
	REFUSED("no kernel called ''", "perf_exec_trace formats list", "list", "");
	REFUSED("/nowhere: No such file", "", "list", "/nowhere");
}

static void test_unknown_events(void **state)
{
	(void)state;
	REFUSED("i386-6.1.0-50 has no event 'sched_process_frok'",
		"sched_process_fork, sched_process_exec or sched_process_exit", "show",
		"sched_process_frok", "i386-6.1");
	REFUSED("has no event 'task:newtask'", "task_newtask", "show", "task:newtask", "i386-6.1");
	REFUSED("has no event 'xyzzy:*'", "", "show", "xyzzy:*", "i386-6.1");
	REFUSED("amd64-6.1.0-50 and arm64-6.1.0-50 have no event 'new'", "task_newtask", "diff",
		"amd64-6.1", "arm64-6.1", "new");
}

static void test_beginnings(void **state)
{
	static const struct {
		const char *given, *meant;
	} names[] = {
		{"amd64-6.1", "amd64-6.1.0-50"},
		{"amd64-6.1.0", "amd64-6.1.0-50"},
		{"amd64-6.1.0-50", "amd64-6.1.0-50"},
		{"amd64-6.12", "amd64-6.12.107+deb13"},
		{"android-raven", "android-raven_AOSP.MASTER_5.10.43"},
		{"amd64-6", NULL},
		{"amd64-6.1.0-5", NULL},
		{"amd64-7.3.4+deb", NULL},
		{"", NULL},
		{".", NULL},
		{"amd64-6.1.0-50x", NULL},
	};
	struct shipped shipped;
	struct error err;

	(void)state;
	assert_int_equal(shipped_open(&shipped, &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *found = shipped_find(&shipped, names[i].given, &err);

		if (names[i].meant)
			assert_string_equal(found, names[i].meant);
		else
			assert_null(found);
	}
	shipped_done(&shipped);
}

/* ---- directories of this test's own ---- */

struct tree {
	char path[64];
};

static void tree_new(struct tree *tree)
{
	snprintf(tree->path, sizeof(tree->path), "/tmp/test_formats.XXXXXX");
	assert_non_null(mkdtemp(tree->path));
}

static void tree_put(const struct tree *tree, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", tree->path, name);
	for (char *slash = path + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(path, 0777);
	}
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void tree_free(const struct tree *tree)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", tree->path);
	assert_int_equal(system(command), 0);
}

#define COMMON                                                                 \
	"format:\n"                                                            \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

static const char one_text[] =
	"name: one\nID: 1\n" COMMON "\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n";

static void test_directories_without_formats(void **state)
{
	struct tree tree;
	struct error err;

	(void)state;
	tree_new(&tree);
	free(RUN(2, &err, "list", tree.path));
	assert_non_null(strstr(err.what, "holds no formats: it has no events/"));
	tree_put(&tree, "events/header_page", "");
	free(RUN(2, &err, "list", tree.path));
	assert_non_null(strstr(err.what, "/events holds no SYSTEM/EVENT/format"));
	tree_free(&tree);
	tree_new(&tree);
	tree_put(&tree, "events", "");
	free(RUN(2, &err, "list", tree.path));
	assert_non_null(strstr(err.what, "/events: Not a directory"));
	tree_free(&tree);
}

static void test_malformed_formats(void **state)
{
	struct tree good, bad;
	struct error err;

	(void)state;
	tree_new(&good);
	tree_new(&bad);
	tree_put(&good, "events/s/one/format", one_text);
	tree_put(&good, "events/s/two/format", one_text);
	tree_put(&bad, "events/s/one/format", one_text);
	tree_put(&bad, "events/s/two/format", "name: two\nID: x\n");

	char *text = RUN(2, &err, "diff", good.path, bad.path);
	assert_non_null(strstr(text, "\n0 of 1 event differ\n"));
	assert_non_null(strstr(err.what, "/events/s/two/format: line 2 "));
	free(text);
	text = RUN(2, &err, "list", bad.path);
	assert_non_null(strstr(text, "  s:one\n"));
	char *reason = strstr(text, "-  s:two (not understood: ");
	assert_non_null(reason);
	assert_non_null(strstr(reason, "/events/s/two/format: line 2 "));
	assert_non_null(strstr(err.what, "/events/s/two/format: line 2 "));
	free(text);
	tree_put(&bad, "events/s/three/format", "");
	free(RUN(2, &err, "show", bad.path));
	assert_non_null(strstr(err.what, "2 formats are malformed, the first: "));
	tree_free(&good);
	tree_free(&bad);
}

/* A malformed format that the other side does not have stands in nobody's way. */
static void test_malformed_on_one_side(void **state)
{
	struct tree good, bad;
	struct error err;

	(void)state;
	tree_new(&good);
	tree_new(&bad);
	tree_put(&good, "events/s/one/format", one_text);
	tree_put(&bad, "events/s/one/format", one_text);
	tree_put(&bad, "events/s/two/format", "");
	char *text = RUN(1, &err, "diff", good.path, bad.path);
	assert_non_null(strstr(text, "\n> only in "));
	assert_non_null(strstr(text, "\n  s: two\n"));
	free(text);
	tree_free(&good);
	tree_free(&bad);
}

static void test_names_that_no_kernel_has(void **state)
{
	struct tree tree;
	struct error err;

	(void)state;
	tree_new(&tree);
	tree_put(&tree, "events/s/one/format", one_text);
	tree_put(&tree, "events/s/\033[2J/format", one_text);
	tree_put(&tree, "events/a b/one/format", one_text);
	tree_put(&tree, "uname", "Linux x 6.1\033[2J x86_64\n");
	char *text = RUN(0, &err, "list", tree.path);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "  6.1?[2J x86_64, 64-bit\n"));
	assert_non_null(strstr(text, "  s:one\n"));
	assert_null(strstr(text, "a b"));
	free(text);
	tree_free(&tree);
}

static const char long_types[] =
	"name: one\nID: 1\n" COMMON
	"\tfield:const struct quite_a_long_name *const *a;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:char b[3];\toffset:20;\tsize:3;\tsigned:0;\n";
static const char other_long_types[] =
	"name: one\nID: 1\n" COMMON
	"\tfield:const struct another_rather_long_name *a;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:char c[3];\toffset:20;\tsize:3;\tsigned:0;\n";

static void test_long_types_and_holes(void **state)
{
	struct tree a, b;
	struct error err;

	(void)state;
	tree_new(&a);
	tree_new(&b);
	tree_put(&a, "events/s/one/format", long_types);
	tree_put(&b, "events/s/one/format", other_long_types);
	char *text = RUN(1, &err, "diff", a.path, b.path);
	assert_fits(text);
	assert_non_null(strstr(text, "  8   8  const struct quite_a_long_name *const *a\n"));
	assert_non_null(strstr(text, " ~   8   8  const struct another_rather_long_name *a\n"));
	const char *removed = strstr(text, "\n 20   3  char b[3]  ");
	assert_non_null(removed);
	assert_true(removed < strstr(text, " >  20   3  char c[3]\n"));
	free(text);
	text = RUN(0, &err, "show", "one", a.path);
	assert_non_null(strstr(text, "\n      16      4          (hole)\n"));
	assert_non_null(strstr(text, "\n       2      2          (hole)\n"));
	free(text);
	tree_free(&a);
	tree_free(&b);
}

static void test_many_events_on_one_side(void **state)
{
	struct tree a, b;
	struct error err;

	(void)state;
	tree_new(&a);
	tree_new(&b);
	tree_put(&a, "events/s/one/format", one_text);
	tree_put(&b, "events/s/one/format", one_text);
	for (int i = 0; i < 40; i++) {
		char name[64];

		snprintf(name, sizeof(name), "events/%s/event_number_%d/format", i < 20 ? "s" : "t",
			 i);
		tree_put(&a, name, one_text);
	}
	char *text = RUN(1, &err, "diff", a.path, b.path);
	assert_fits(text);
	assert_non_null(strstr(text, "\n< only in "));
	assert_non_null(strstr(text, "\n  s: event_number_0 event_number_1 "));
	assert_non_null(strstr(text, "\n  t: event_number_20 event_number_21 "));
	assert_non_null(strstr(text, "\n0 of 1 event differ, 40 are only on one side\n"));
	free(text);
	tree_free(&a);
	tree_free(&b);
}

/* ---- which of two things a name means ---- */

static void test_versions_go_by_number(void **state)
{
	struct shipped shipped;
	struct tree tree;
	struct error err;

	(void)state;
	tree_new(&tree);
	tree_put(&tree, "k-6.10/x", "");
	tree_put(&tree, "k-6.9/x", "");
	tree_put(&tree, "README.md", "");
	setenv(SHIPPED_VARIABLE, tree.path, 1);
	assert_int_equal(shipped_open(&shipped, &err), 0);
	assert_int_equal(shipped.count, 2);
	assert_string_equal(shipped.names[0], "k-6.9");
	assert_string_equal(shipped.names[1], "k-6.10");
	shipped_done(&shipped);
	setenv(SHIPPED_VARIABLE, "/nowhere", 1);
	assert_int_equal(shipped_open(&shipped, &err), -ENOENT);
	assert_non_null(strstr(err.what, "/nowhere"));
	setenv(SHIPPED_VARIABLE, "formats", 1);
	tree_free(&tree);
}

static void assert_located(const char *name, int expected, const char *expected_path)
{
	char path[256];
	struct error err;

	assert_int_equal(shipped_locate(name, path, sizeof(path), &err), expected);
	assert_string_equal(path, expected_path);
}

/* In a directory where files are called as kernels are. */
static void test_names_and_files(void **state)
{
	char *home = getcwd(NULL, 0);
	struct tree tree;
	char path[7];
	struct error err;

	(void)state;
	assert_non_null(home);
	tree_new(&tree);
	tree_put(&tree, "shipped/amd64-6.1.0-50/x", "");
	tree_put(&tree, "amd64-6.1.0-50", "");
	tree_put(&tree, "amd64-6.1", "");
	tree_put(&tree, "file", "");
	assert_int_equal(chdir(tree.path), 0);
	setenv(SHIPPED_VARIABLE, "shipped", 1);
	assert_located("amd64-6.1.0-50", 1, "shipped/amd64-6.1.0-50");
	assert_located("amd64-6.1.0", 1, "shipped/amd64-6.1.0-50");
	assert_located("amd64-6.1", 0, "amd64-6.1");
	assert_located("file", 0, "file");
	assert_located("./amd64-6.1.0-50", 0, "./amd64-6.1.0-50");
	assert_located("/nowhere/at/all", 0, "/nowhere/at/all");
	assert_int_equal(shipped_locate("nothing", path, sizeof(path), &err), -ENOENT);
	assert_int_equal(shipped_locate("./12345", path, sizeof(path), &err), -ENAMETOOLONG);
	assert_int_equal(chdir(home), 0);
	setenv(SHIPPED_VARIABLE, "formats", 1);
	tree_free(&tree);
	free(home);
}

/* ---- this host ---- */

static void test_this_host(void **state)
{
	struct format_set set;
	struct error err;

	(void)state;
	if (format_set_load("live", NULL, &set, &err) < 0)
		skip();
	const struct format_entry *exec = find(&set, "sched", "sched_process_exec");
	assert_non_null(exec);
	assert_non_null(exec->format);
	format_set_done(&set);
	char *text = RUN(0, &err, "show");
	assert_non_null(strstr(text, "\nsched:sched_process_fork  id "));
	assert_null(strstr(text, "\nsched:sched_switch"));
	char *same = RUN(0, &err, "show", "live");
	assert_string_equal(same, text);
	free(same);
	free(text);
	text = RUN(0, &err, "show", "sched_switch");
	assert_non_null(strstr(text, "\nsched:sched_switch  id "));
	free(text);
	text = RUN(0, &err, "diff", "live", "live", "sched:*");
	assert_non_null(strstr(text, "\n0 of "));
	free(text);
}

/* ---- which absences count ---- */

static void test_what_a_set_covers(void **state)
{
	struct format_set set;
	struct error err;

	(void)state;
	assert_int_equal(format_set_load("android-raven", NULL, &set, &err), 0);
	assert_true(covers(&set, "sched", "sched_prepare_exec"));
	assert_false(covers(&set, "sched", "sched_switch"));
	assert_false(covers(&set, "raw_syscalls", "sys_enter"));
	format_set_done(&set);
	assert_int_equal(format_set_load("formats/amd64-6.1.0-50", NULL, &set, &err), 0);
	assert_true(covers(&set, "sched", "sched_switch"));
	format_set_done(&set);
	assert_int_equal(
		format_set_load("fixtures/corpus/capture/s390x-file.data", NULL, &set, &err), 0);
	assert_false(covers(&set, "sched", "sched_prepare_exec"));
	format_set_done(&set);
}

static size_t count_formats(const char *pattern, size_t *events)
{
	struct format_set set;
	struct error err;
	size_t count = 0;

	assert_int_equal(format_set_load("amd64-7.3", pattern, &set, &err), 0);
	for (size_t i = 0; i < set.count; i++) {
		count += set.entries[i].format != NULL;
		assert_null(set.entries[i].why);
	}
	*events = set.count;
	format_set_done(&set);
	return count;
}

static void test_formats_are_read_of_what_matches(void **state)
{
	size_t all, events, read = count_formats(NULL, &all);

	(void)state;
	assert_int_equal(read, all);
	assert_int_equal(count_formats("sched:sched_process_exec", &events), 1);
	assert_int_equal(events, all);
	assert_int_equal(count_formats("sched_process_*", &events), 3);
	assert_int_equal(count_formats("", &events), 0);
	assert_int_equal(events, all);
}

static void test_find_in_a_set(void **state)
{
	struct format_set set;
	struct error err;

	(void)state;
	assert_int_equal(format_set_load("amd64-7.3", NULL, &set, &err), 0);
	for (size_t i = 0; i < set.count; i++)
		assert_ptr_equal(format_set_find(&set, &set.entries[i]), &set.entries[i]);
	assert_null(find(&set, "sched", "sched"));
	assert_null(find(&set, "a", "a"));
	assert_null(find(&set, "zz", "zz"));
	format_set_done(&set);
	assert_null(find(&set, "sched", "sched_process_exec"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff_of_6_1_and_7_3),
		cmocka_unit_test(test_diff_of_common_fields),
		cmocka_unit_test(test_diff_with_ids),
		cmocka_unit_test(test_diff_with_a_capture),
		cmocka_unit_test(test_diff_as_json),
		cmocka_unit_test(test_other_verbs_have_no_json),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_list_of_events),
		cmocka_unit_test(test_list_of_all),
		cmocka_unit_test(test_nothing_differs),
		cmocka_unit_test(test_all_that_is_shipped),
		cmocka_unit_test(test_colour_changes_no_text),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_unknown_kernels),
		cmocka_unit_test(test_unknown_events),
		cmocka_unit_test(test_beginnings),
		cmocka_unit_test(test_directories_without_formats),
		cmocka_unit_test(test_malformed_formats),
		cmocka_unit_test(test_malformed_on_one_side),
		cmocka_unit_test(test_names_that_no_kernel_has),
		cmocka_unit_test(test_long_types_and_holes),
		cmocka_unit_test(test_many_events_on_one_side),
		cmocka_unit_test(test_versions_go_by_number),
		cmocka_unit_test(test_names_and_files),
		cmocka_unit_test(test_this_host),
		cmocka_unit_test(test_what_a_set_covers),
		cmocka_unit_test(test_formats_are_read_of_what_matches),
		cmocka_unit_test(test_find_in_a_set),
	};

	return cmocka_run_group_tests(tests, use_the_tree, NULL);
}
