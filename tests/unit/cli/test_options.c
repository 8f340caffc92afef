/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines that make sense, and what follows from them. Those that do not are refused in
 * tests/live/test_usage.py too, where what is said of them is looked at.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/options.h"
#include "probe/argv_probe.h"
#include "sink/sinks.h"
#include "source/request.h"
#include "source/source.h"
#include "support.h"

#define WORDS_MAX 16

/*
 * Split LINE at its blanks and parse it. The caller frees *WORDS too, which OPTIONS borrows; its
 * COMMAND is valid until the next call.
 */
static int parse_line(const char *line, struct options *options, char **words)
{
	static char program[] = "perf_exec_trace", *argv[WORDS_MAX] = {program};
	struct error err = {0};
	int argc = 1;

	*words = strdup(line);
	assert_non_null(*words);
	for (char *word = strtok(*words, " "); word; word = strtok(NULL, " ")) {
		assert_true(argc + 1 < WORDS_MAX);
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	int code = options_parse(argc, argv, options, &err);
	assert_true((code == 0) == (err.what[0] == '\0'));
	return code;
}

static void assert_refused(const char *line)
{
	struct options options, untouched;
	char *words;

	memset(&options, 0xa5, sizeof(options));
	untouched = options;
	if (parse_line(line, &options, &words) != -EINVAL)
		fail_msg("not refused: %s", line);
	assert_memory_equal(&options, &untouched, sizeof(options));
	free(words);
}

/* LINE's options; texts that they borrow from it are gone. */
static struct options parse(const char *line)
{
	struct options options;
	char *words;

	if (parse_line(line, &options, &words) < 0)
		fail_msg("refused: %s", line);
	free(words);
	return options;
}

static unsigned int facts_of(const char *line)
{
	struct options options = parse(line);
	unsigned int facts = options.request.needs;

	options_done(&options);
	return facts;
}

#define TASKS NEED_TASKS
#define ARGUMENTS NEED_ARGUMENTS
#define STATUS NEED_STATUS
#define CGROUP NEED_CGROUP
#define USAGE NEED_USAGE

static void test_facts(void **state)
{
	static const struct {
		const char *options;
		unsigned int facts;
	} cases[] = {
		{"", 0},
		{"-F pipe -p 1 -e exec --raw -n 5 -d 5", 0},
		{"-F json", NEEDS_ALL},
		{"-x", NEEDS_ALL},
		{"-F pipe -x", NEEDS_ALL},
		{"-F table", TASKS | ARGUMENTS | STATUS},
		{"-F tree", TASKS | ARGUMENTS | STATUS},
		{"-S", TASKS | ARGUMENTS | STATUS},
		{"-F pipe -S", TASKS | ARGUMENTS | STATUS},
		{"-F tree -S", TASKS | ARGUMENTS | STATUS},
		{"-F json --usage", NEEDS_ALL | USAGE},
		{"-x --cwd", NEEDS_ALL | NEED_CWD},
		{"-x --exe", NEEDS_ALL | NEED_EXE},
		{"-F html --cwd --units", NEEDS_ALL | NEED_CWD},
		{"-F json --session", NEEDS_ALL | NEED_SESSION},
		{"-F tree --usage", TASKS | ARGUMENTS | STATUS | USAGE},
		{"-F pipe -S --usage", TASKS | ARGUMENTS | STATUS | USAGE},
		{"-u 0", TASKS | ARGUMENTS},
		{"-n make", TASKS | ARGUMENTS},
		{"-P 1", TASKS},
		{"--no-threads", TASKS},
		{"--failed", TASKS | STATUS},
		{"--exit 1,SEGV", TASKS | STATUS},
		{"--args foo.c", TASKS | ARGUMENTS},
		{"-P 1 -S -n make", TASKS | ARGUMENTS | STATUS},
		{"-F table --failed", TASKS | ARGUMENTS | STATUS},
	};
	char line[160];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(facts_of(cases[i].options), cases[i].facts);
		snprintf(line, sizeof(line), "replay %s file", cases[i].options);
		assert_int_equal(facts_of(line), cases[i].facts);
	}
	assert_int_equal(facts_of("replay -c /some/cgroup file"), TASKS | CGROUP);
	assert_int_equal(facts_of("replay -F tree -c cgroup file"),
			 TASKS | ARGUMENTS | STATUS | CGROUP);
	assert_int_equal(facts_of("record -o file"), 0);
	assert_int_equal(facts_of("record -o file -x"), NEEDS_ALL);
}

static void assert_sink(const char *line, const char *name, bool summary)
{
	struct options options = parse(line);

	assert_string_equal(options.request.sink->name, name);
	assert_int_equal(options.request.summary, summary);
	options_done(&options);
}

static void test_sinks(void **state)
{
	(void)state;
	assert_sink("", "pipe", false);
	assert_sink("-F json", "json", false);
	assert_sink("--format=table", "table", false);
	assert_sink("-F json -F tree", "tree", false);
	assert_sink("-x", "extended", false);
	assert_sink("-S", "summary", false);
	assert_sink("-F pipe -S", "pipe", true);
	assert_sink("-S --format pipe", "pipe", true);
	assert_sink("-Sx", "extended", true);
	assert_sink("-SF json", "json", true);
	assert_sink("replay -S file", "summary", false);
	assert_refused("--run-as nobody");
	assert_refused("record -o file --run-as nobody");
	assert_refused("--caller 1 -- true");
	assert_refused("-F extended");
	assert_refused("-F");
	assert_refused("-F csv");
	assert_refused("-F summary");
	assert_refused("-F JSON");
}

static void test_options_of_sinks(void **state)
{
	static const char *const wrong[] = {
		"-x -F json",
		"-x -F table",
		"-F tree -x",
		"-T",
		"-T -F pipe",
		"-T -S",
		"-T -F pipe -S",
		"--raw -F json",
		"--raw -F table",
		"--raw -S",
		"--env all",
		"--env A -F table",
		"--env A -F html",
		"--env A -S",
		"--arg-bytes 2048",
		"-P 1 --arg-bytes 2048",
		"--argv-probe",
		"--failed -e fork,exec",
		"--exit 1 -e exec",
		"--exit 1 --failed -e exec",
		"--exit 256",
		"--max-arg-bytes 64",
		"--max-arg-bytes 64 -u 0",
		"--max-arg-bytes 0 -x",
		"--max-arg-bytes 4294967296 -x",
		"--max-arg-bytes 2k -x",
		"--redact --raw",
		"--redact-regex a --raw -x",
		"--redact-regex ( -x",
		"record -o file --redact",
		"--args (",
		"--color sometimes",
		"-e exec_failed",
		"-e exec_failed -F pipe",
		"-e exec_failed -S",
		"-e exec,exec_fail -x",
		"--no-copies",
		"--no-copies -F table",
		"--no-copies -S",
		"--units",
		"--units -F tree",
		"record -o file -x --units",
		"--cwd",
		"--cwd -F table",
		"--cwd -S",
		"record -o file --cwd",
		"-F compile-commands --max-arg-bytes 64",
		"-F compile-commands -T",
		"-F compile-commands --env all",
		"-x -F compile-commands",
		"--exe",
		"--exe -F tree",
		"record -o file --exe",
		"--session",
		"--session -S",
		"record -o file --session",
		"--usage",
		"--usage -u 0",
		"record -o file --usage",
	};
	static const char *const right[] = {
		"-T -x",
		"-T -F json",
		"-T -F tree -S",
		"--raw -x",
		"--raw -F pipe",
		"--raw -x -S",
		"--env all -x",
		"--env A,B -F json",
		"-e exec_failed -x",
		"-e exec,exec_failed -F tree -S",
		"--failed -e exit",
		"--exit 0 -e exec,exit",
		"--args x -e fork --arg-bytes 2048",
		"--units -x",
		"replay --units -F json file",
		"--cwd -F json",
		"-F compile-commands",
		"-F compile-commands --cwd -S",
		"-F compile-commands --arg-bytes 61440",
		"record -o file -x --cwd",
		"--exe --session -x",
		"--cwd --exe --session --units -F html",
		"replay --exe --session -F json file",
		"record -o file -x --exe --session",
		"--usage -S",
		"--usage -F table",
		"--usage -F pipe -S",
		"record -o file -x --usage",
		"--max-arg-bytes 1 -x",
		"--redact",
		"replay --redact-regex a --redact-regex b -F json file",
		"--max-arg-bytes 4294967295 -S",
		"-F pipe -S --max-arg-bytes 64",
		"--wide --color never -F table",
		"--no-copies -F tree -S",
		"-u 0 --arg-bytes 2048",
		"--argv-probe -u 0",
		"-F table --arg-bytes 2048",
	};
	char line[160];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_refused(wrong[i]);
		snprintf(line, sizeof(line), "replay %s file", wrong[i]);
		assert_refused(line);
	}
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		struct options options = parse(right[i]);

		options_done(&options);
	}
}

static void test_record(void **state)
{
	static const char *const wrong[] = {
		"-F json",      "-S",
		"-T",           "-x -T",
		"-u 0",         "-P 1",
		"-c /",         "-n make",
		"--name make",  "--failed",
		"--no-threads", "--env A",
		"--raw",        "--arg-bytes 2048",
		"--args x",     "--exit 1",
		"--no-copies",
	};
	char line[160];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(line, sizeof(line), "record -o file %s", wrong[i]);
		assert_refused(line);
	}
	struct options options = parse("record -o file -x --env PATH,HOME --arg-bytes 4096 -n 3");
	assert_int_equal(options.request.needs, NEEDS_ALL);
	assert_int_equal(options.request.arg_bytes, 4096);
	assert_int_equal(options.request.max_events, 3);
	assert_string_equal(options.request.environment, "PATH,HOME");
	options_done(&options);
}

static void test_limit_or_name(void **state)
{
	static const char *const wrong[] = {
		"-n 0",           "-n 5001",  "-n -5",          "-n +5", "-n 1.5",
		"-n 7z",          "-n 5x",    "-n -0",          "-n (",  "-n",
		"--max-events x", "--name (", "--max-events -1"};
	struct options options = parse("-n 5 -n make");

	(void)state;
	assert_int_equal(options.request.max_events, 5);
	assert_int_equal(regexec(options.request.filter.name, "cmake", 0, NULL, 0), 0);
	options_done(&options);

	options = parse("--max-events=6 --name=7");
	assert_int_equal(options.request.max_events, 6);
	assert_int_equal(regexec(options.request.filter.name, "x7", 0, NULL, 0), 0);
	assert_int_equal(regexec(options.request.filter.name, "6", 0, NULL, 0), REG_NOMATCH);
	options_done(&options);

	options = parse("-n -make");
	assert_int_equal(options.request.max_events, EVENT_LIMIT);
	assert_int_equal(regexec(options.request.filter.name, "a-make", 0, NULL, 0), 0);
	options_done(&options);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_refused(wrong[i]);
}

static uint32_t arg_bytes_of(const char *line)
{
	struct options options = parse(line);
	uint32_t arg_bytes = options.request.arg_bytes;

	options_done(&options);
	return arg_bytes;
}

static bool may_shrink(const char *line)
{
	struct options options = parse(line);
	bool may = options.request.arg_bytes_may_shrink;

	options_done(&options);
	return may;
}

static void test_arg_bytes(void **state)
{
	(void)state;
	assert_int_equal(arg_bytes_of(""), ARG_BYTES_DEFAULT);
	assert_true(may_shrink("-x"));
	assert_false(may_shrink("-x --arg-bytes 9216"));
	assert_int_equal(arg_bytes_of("-x --arg-bytes 1024"), 1024);
	assert_int_equal(arg_bytes_of("-x --arg-bytes 1025"), 1032);
	assert_int_equal(arg_bytes_of("-x --arg-bytes 61439"), ARG_BYTES_MAX);
	assert_int_equal(arg_bytes_of("-x --arg-bytes 61440"), ARG_BYTES_MAX);
	assert_refused("-x --arg-bytes 1023");
	assert_refused("-x --arg-bytes 61441");
	assert_refused("-x --arg-bytes -8");
	assert_refused("-x --arg-bytes 2k");
	assert_refused("replay -x --arg-bytes 2048 file");
}

static void test_argv_probe(void **state)
{
	static const struct {
		const char *line;
		uint32_t bytes;
	} cases[] = {
		{"-x", 0},
		{"-x --argv-probe", ARGV_PROBE_BYTES_MIN},
		{"-F tree --argv-probe --arg-bytes 1024", ARGV_PROBE_BYTES_MIN},
		{"-S --argv-probe --arg-bytes 4096", 4096},
		{"-x --argv-probe --arg-bytes 61440", ARGV_PROBE_BYTES_MAX},
		{"record -o file -x --argv-probe", ARGV_PROBE_BYTES_MIN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct options options = parse(cases[i].line);

		assert_int_equal(options.request.probe_bytes, cases[i].bytes);
		/* No other backend in its place, where perf refuses. */
		assert_int_equal(options.request.backend == &perf_source_type, cases[i].bytes > 0);
		options_done(&options);
	}
	struct options options = parse("-x --argv-probe -b connector");
	assert_ptr_equal(options.request.backend, &connector_source_type);
	options_done(&options);
	assert_refused("record -o file --argv-probe");
	assert_refused("replay -x --argv-probe file");
}

static void test_environment(void **state)
{
	static const char *const wrong[] = {"--env ,",   "--env A,", "--env ,A",    "--env A,,B",
					    "--env A=b", "--env =",  "--env A,B=c", "--env="};
	char line[80];
	struct options options = parse("-x --env A --env PATH,LD_PRELOAD");

	(void)state;
	assert_string_equal(options.request.environment, "PATH,LD_PRELOAD");
	options_done(&options);
	assert_null(options.request.environment);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(line, sizeof(line), "-x %s", wrong[i]);
		assert_refused(line);
	}
}

static void test_filters(void **state)
{
	struct options options = parse("-u 0 -P 7 --no-threads --failed");

	(void)state;
	assert_true(options.request.filter.has_uid);
	assert_int_equal(options.request.filter.ppid, 7);
	assert_true(options.request.filter.no_threads);
	assert_true(options.request.filter.failed);
	options_done(&options);

	options = parse("replay -c some//cgroup/ --user root file");
	assert_string_equal(options.request.filter.cgroup, "/some/cgroup");
	assert_true(options.request.filter.has_uid);
	options_done(&options);
}

/* The defaults stand, whatever the format. */
static void test_limits(void **state)
{
	static const char *const lines[] = {"", "-F tree", "-S -F tree", "-x", "--failed"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct options options = parse(lines[i]);

		assert_int_equal(options.request.duration_ns, DURATION_LIMIT_S * NS_PER_S);
		assert_int_equal(options.request.max_events, EVENT_LIMIT);
		options_done(&options);
	}
	/* But for totals, which are short. */
	struct options options = parse("-S");
	assert_int_equal(options.request.duration_ns, DURATION_LIMIT_S * NS_PER_S);
	assert_int_equal(options.request.max_events, 0);
	options_done(&options);
	options = parse("-S -n 7");
	assert_int_equal(options.request.max_events, 7);
	options_done(&options);
	options = parse("-S --stream");
	assert_int_equal(options.request.duration_ns, 0);
	assert_int_equal(options.request.max_events, 0);
	options_done(&options);
}

static void test_the_sandbox(void **state)
{
	static const char *const prefixes[] = {"", "replay file ", "record -o file ", "formats ",
					       "diff a b "};
	struct options options;
	char line[80], *words;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		options = parse(prefixes[i]);
		assert_false(options.request.no_sandbox);
		assert_null(request_sandbox_user(&options.request));
		options_done(&options);
		snprintf(line, sizeof(line), "%s--no-sandbox", prefixes[i]);
		options = parse(line);
		assert_true(options.request.no_sandbox);
		options_done(&options);
	}
	if (geteuid() != 0) {
		assert_int_equal(parse_line("--sandbox-user nobody", &options, &words), -EPERM);
		free(words);
		return;
	}
	options = parse("replay --sandbox-user nobody file");
	assert_int_equal(request_sandbox_user(&options.request)->uid, 65534);
	options_done(&options);
	assert_refused("--no-sandbox --sandbox-user nobody");
	assert_refused("formats --no-sandbox --sandbox-user nobody");
	assert_refused("diff a b --no-sandbox --sandbox-user nobody");
	assert_int_equal(parse_line("--sandbox-user root", &options, &words), -EPERM);
	free(words);
}

static void test_diff(void **state)
{
	struct options options = parse("diff - b.data -F json --raw --dir-a /a --dir-b=/b --usage");

	(void)state;
	assert_int_equal(options.mode, MODE_DIFF);
	assert_string_equal(options.arguments[0], "-");
	assert_string_equal(options.arguments[1], "b.data");
	assert_true(options.json);
	assert_true(options.diff.raw);
	assert_true(options.request.usage);
	assert_string_equal(options.diff.directories[SIDE_A], "/a");
	assert_string_equal(options.diff.directories[SIDE_B], "/b");
	options_done(&options);
	options = parse("diff a b");
	assert_false(options.json);
	assert_false(options.diff.raw);
	assert_null(options.diff.directories[SIDE_A]);
	options_done(&options);
	assert_refused("diff");
	assert_refused("diff a");
	assert_refused("diff a b c");
	assert_refused("diff - -");
	assert_refused("diff a b -F tree");
	assert_refused("diff a b -o c");
}

static unsigned int events_of(const char *line)
{
	struct options options = parse(line);
	unsigned int events = options.request.events;

	options_done(&options);
	return events;
}

/* A replay shows them wherever it can; all else only where they are asked for. */
static void test_failed_execs(void **state)
{
	static const unsigned int failed = EVENT_BIT(EVENT_EXEC_FAILED);
	static const char *const wrong[] = {
		"--failed-execs",
		"--failed-execs -F pipe",
		"--failed-execs -S",
		"-e exec_failed",
		"record -o file --failed-execs",
		"record -o file -e exec_failed",
		"replay -e exec_failed file",
		"replay --failed-execs -x file",
		"-x --failed-execs --failed",
		"-x --failed-execs --exit 1",
	};
	static const struct {
		const char *line;
		unsigned int events;
	} cases[] = {
		{"-x", EVENT_SHOWABLE},
		{"-x --failed-execs", EVENT_SHOWABLE | failed},
		{"--failed-execs -F json -S", EVENT_SHOWABLE | failed},
		{"-F table --failed-execs -e exec", EVENT_BIT(EVENT_EXEC) | failed},
		{"-F tree -e exec_failed", failed},
		{"record -o file -x", EVENT_SHOWABLE},
		{"record -o file -x --failed-execs", EVENT_SHOWABLE | failed},
		{"replay file", EVENT_SHOWABLE},
		{"replay -S file", EVENT_SHOWABLE},
		{"replay -x file", EVENT_SHOWABLE | failed},
		{"replay -F tree --failed file", EVENT_SHOWABLE | failed},
		{"replay -x -e exec file", EVENT_BIT(EVENT_EXEC)},
		{"replay -x -e exec,exec_failed file", EVENT_BIT(EVENT_EXEC) | failed},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_refused(wrong[i]);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(events_of(cases[i].line), cases[i].events);
}

/* Options end where COMMAND begins. */
static void assert_command(const char *line, const char *first, const char *last)
{
	struct options options;
	char *words;
	int count = 0;

	assert_int_equal(parse_line(line, &options, &words), 0);
	char **command = options.request.command;

	assert_non_null(command);
	while (command[count + 1])
		count++;
	assert_string_equal(command[0], first);
	assert_string_equal(command[count], last);
	options_done(&options);
	free(words);
}

static void test_command(void **state)
{
	(void)state;
	assert_command("-- make -j8", "make", "-j8");
	assert_command("make -j8", "make", "-j8");
	assert_command("-F tree make -n x", "make", "x");
	assert_command("-x git checkout -- file", "git", "file");
	assert_command("-- -x", "-x", "-x");
	assert_command("-- check", "check", "check");
	assert_command("record -o file make -x", "make", "-x");
	assert_command("record -o file -- replay -x", "replay", "-x");
	assert_refused("--");
	assert_refused("-x --");
	assert_refused("record -o file --");
	assert_refused("-p 1 make");
	assert_refused("replay file -- make");
	assert_refused("help make");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_sinks),
		cmocka_unit_test(test_options_of_sinks),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_limit_or_name),
		cmocka_unit_test(test_arg_bytes),
		cmocka_unit_test(test_argv_probe),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_failed_execs),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_the_sandbox),
		cmocka_unit_test(test_diff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
