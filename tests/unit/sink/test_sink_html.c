/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of -F html: its data against golden files, whole whatever happens, and in bounded
 * memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "support_sink.h"
#include "support_story.h"

/* ---- one allocation that fails ---- */

void *__real_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);

/* The allocation with the number `failing` fails, and no other one does. */
static int allocations, failing;

static bool may_allocate(void)
{
	return ++allocations != failing;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
	return may_allocate() ? __real_realloc(old, size) : NULL;
}

/* ---- what a browser does with the data ---- */

static const char before_data[] = "<script type=\"text/plain\" id=\"data\">\n";

static unsigned char digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = strchr(digits, c);

	assert_true(c != '\0' && (found || c == '='));
	return found ? (unsigned char)(found - digits) : 0;
}

/* Turn the base64 up to END into bytes at OUT. Returns how many. */
static size_t decode(const char *from, const char *end, unsigned char *out)
{
	size_t size = 0, digits = 0, padding = 0;
	uint32_t bits = 0;

	for (; from < end; from++) {
		if (*from == '\n')
			continue;
		padding += *from == '=';
		bits = bits << 6 | digit_of(*from);
		if (++digits % 4 == 0) {
			out[size++] = (unsigned char)(bits >> 16);
			out[size++] = (unsigned char)(bits >> 8);
			out[size++] = (unsigned char)bits;
		}
	}
	assert_int_equal(digits % 4, 0);
	return size - padding;
}

/* SIZE bytes of gzip as text; the caller frees. */
static char *inflate_text(unsigned char *bytes, size_t size)
{
	const size_t room = 64U << 20;
	char *text = malloc(room);
	z_stream stream = {.next_in = bytes, .avail_in = (uInt)size};

	assert_non_null(text);
	stream.next_out = (unsigned char *)text;
	stream.avail_out = (uInt)room - 1;
	assert_int_equal(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.avail_in, 0);
	text[stream.total_out] = '\0';
	inflateEnd(&stream);
	return text;
}

/* The lines of data in PAGE, which is freed; the caller frees them. */
static char *take_data(char *page)
{
	char *from = strstr(page, before_data), *end = from ? strstr(from, "</script>") : NULL;
	unsigned char *bytes = malloc(strlen(page) + 3);

	assert_non_null(bytes);
	assert_non_null(end);
	size_t size = decode(from + strlen(before_data), end, bytes);
	char *text = inflate_text(bytes, size);
	free(bytes);
	free(page);
	return text;
}

/* ---- golden data ---- */

static void check(struct story *story, struct sink_context context, const char *name)
{
	char *data = take_data(story_show(story, sink_html_new, context));
	char path[128];
	size_t length;

	snprintf(path, sizeof(path), "fixtures/golden/%s", name);
	if (getenv("UPDATE_GOLDEN"))
		save_file(path, data, strlen(data));
	char *expected = load_file(path, &length);
	assert_string_equal(data, expected);
	free(expected);
	free(data);
	free(story);
}

static void test_stories(void **state)
{
	(void)state;
	check(story_of_a_build(), (struct sink_context){0}, "html-build.txt");
	check(story_of_awkward_names(), (struct sink_context){0}, "html-awkward.txt");
	check(story_of_threads(), (struct sink_context){0}, "html-threads.txt");
	check(story_of_deaths(), (struct sink_context){0}, "html-deaths.txt");
	check(story_of_orphans(), (struct sink_context){0}, "html-orphans.txt");
	check(story_of_losses(), (struct sink_context){0}, "html-losses.txt");
	check(story_of_a_server(), full_context, "html-server.txt");
}

static void test_without_facts(void **state)
{
	struct story *story = story_of_a_build();

	(void)state;
	story_forget_facts(story);
	check(story, (struct sink_context){.left_out = EVENT_BIT(EVENT_EXIT)}, "html-no-facts.txt");
}

#define CONTAINER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A process that execs three times: the session leader of a script, a helper in a container, and
 * one that nothing is known of. */
static struct story *story_of_places(void)
{
	static const struct text container = TEXT("/system.slice/docker-" CONTAINER ".scope");
	struct story *story = story_new();

	story_older(story, 90, "bash");
	story_fork(story, 0, 90, 100, FORK_KIND_PROCESS);
	struct facts *facts = story_exec(story, 100, 100, "./run", ARGV("./run"));
	facts->cgroup = (struct text)TEXT("/user.slice/user-1000.slice/session-2.scope");
	facts->at_exec = (struct at_exec){
		.cwd = TEXT("/home/</script>\n"),
		.exe = TEXT("/usr/bin/dash"),
		.session = {true, 100, TEXT("pts/3"), 1000},
	};
	facts = story_exec(story, 200, 100, "/bin/true", ARGV("true"));
	facts->cgroup = container;
	facts->at_exec = (struct at_exec){
		.cwd = TEXT("/ (deleted)"),
		.exe = TEXT("/usr/bin/true"),
		.session = {.known = true, .sid = 0, .loginuid = LOGINUID_UNSET},
	};
	story_exec(story, 300, 100, "/bin/false", ARGV("false"));
	story_exit(story, 400, 100, 1)->cgroup = container;
	return story;
}

static void test_places(void **state)
{
	(void)state;
	check(story_of_places(),
	      (struct sink_context){.cwd = true, .exe = true, .session = true, .units = true},
	      "html-places.txt");
	check(story_of_places(), (struct sink_context){.cwd = true}, "html-cwd.txt");
	check(story_of_places(), (struct sink_context){.exe = true}, "html-exe.txt");
	check(story_of_places(), (struct sink_context){.session = true}, "html-session.txt");
	check(story_of_places(), (struct sink_context){.units = true}, "html-units.txt");
}

static void test_nothing_happened(void **state)
{
	(void)state;
	check(story_new(), (struct sink_context){0}, "html-empty.txt");
}

/* ---- the page ---- */

static void assert_begins(const char *text, const char *with)
{
	assert_memory_equal(text, with, strlen(with));
}

static void test_page_is_whole(void **state)
{
	static const char end[] = "</body>\n</html>\n";
	struct story *story = story_of_a_build();
	char *page = story_show(story, sink_html_new, (struct sink_context){0});

	(void)state;
	assert_begins(page, "<!DOCTYPE html>\n");
	assert_string_equal(page + strlen(page) - strlen(end), end);
	assert_non_null(strstr(page, "default-src 'none'; script-src 'sha256-"));
	assert_null(strstr(page, "@DATA@"));
	assert_null(strstr(page, "@SCRIPT"));
	assert_null(strstr(page, "@STYLE"));
	free(page);
	free(story);
}

/* What was written by then is there where the tracer is killed. */
static void test_page_comes_first(void **state)
{
	struct story *story = story_of_a_build();
	struct output output = output_to_memory(sink_html_new, &(struct sink_context){0});
	char end[sizeof(before_data)];

	(void)state;
	assert_int_equal(story_give(story, output.sink, 0), 0);
	assert_int_equal(out_buffer_flush(output.buffer), 0);
	size_t length = (size_t)lseek(output.fd, 0, SEEK_END);
	assert_true(length > strlen(before_data));
	assert_int_equal(
		pread(output.fd, end, strlen(before_data), (off_t)(length - strlen(before_data))),
		strlen(before_data));
	assert_memory_equal(end, before_data, strlen(before_data));
	output_close(&output);
	free(story);
}

/* Names and arguments are in the data, whatever they are: no line of the page is theirs. */
static void test_hostile_names(void **state)
{
	static char argv[100000];
	struct story *story = story_new();

	(void)state;
	memset(argv, 'a', sizeof(argv) - 1);
	memcpy(argv, "</script>\0\xff\xe2\x80\xae\"'\\\n\0", 19);
	story_older(story, 1, "</script><script>");
	story_fork(story, 0, 1, 10, FORK_KIND_PROCESS);
	story_exec(story, 10, 10, "/bin/<b>\033]0;x\007", (struct text){argv, sizeof(argv)});
	story_exit(story, 20, 10, 0);
	char *page = story_show(story, sink_html_new, (struct sink_context){0});
	const char *data = strstr(page, before_data);
	assert_non_null(data);
	assert_null(strchr(strstr(data, "</script>") + 1, '\033'));
	assert_ptr_equal(strstr(strstr(data, "</script>") + 1, "</script>"), NULL);
	char *lines = take_data(page);
	for (const char *at = lines; *at; at++)
		assert_true((unsigned char)*at >= ' ' || *at == '\n');
	assert_non_null(
		strstr(lines, "'</script>' $'\\\\377\\\\342\\\\200\\\\256\\\"\\\\'\\\\\\\\\\\\n'"));
	assert_non_null(strstr(lines, "\"<b>\\\\x1b]0;x\\\\x07\""));
	assert_null(strstr(lines, "\xe2\x80\xae"));
	free(lines);
	free(story);
}

/* ---- failures ---- */

/* Whether the page of STORY is written where the allocation NUMBER fails; else it is -ENOMEM. */
static bool is_written(const struct story *story, int number)
{
	struct output output = output_to_memory(sink_pipe_new, &(struct sink_context){0});
	int code = -ENOMEM;

	allocations = 0;
	failing = number;
	struct sink *sink = sink_html_new(&(struct sink_context){.output = output.buffer});
	for (size_t i = 0; sink && i < story->count; i++) {
		code = story_give(story, sink, i);
		if (code < 0)
			break;
	}
	if (sink && code == 0)
		code = sink_finish(sink);
	failing = 0;
	sink_free(sink);
	output_close(&output);
	assert_true(code == 0 || code == -ENOMEM);
	return code == 0;
}

/* Wherever memory runs out it says so, and leaves nothing out. */
static void test_out_of_memory(void **state)
{
	struct story *story = story_of_deaths();
	int number = 1;

	(void)state;
	for (; !is_written(story, number); number++)
		assert_true(allocations >= number);
	assert_true(allocations < number);
	assert_true(number > 30);
	free(story);
}

static void test_full_disk(void **state)
{
	struct story *story = story_of_a_build();

	(void)state;
	story_check_full_disk(story, sink_html_new);
	free(story);
}

/* ---- memory ---- */

static void test_memory_is_bounded(void **state)
{
	(void)state;
	story_check_memory_of_lives(sink_html_new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),       cmocka_unit_test(test_without_facts),
		cmocka_unit_test(test_places),        cmocka_unit_test(test_nothing_happened),
		cmocka_unit_test(test_page_is_whole), cmocka_unit_test(test_page_comes_first),
		cmocka_unit_test(test_hostile_names), cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_full_disk),     cmocka_unit_test(test_memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
