/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secrets in arguments and environments, which no sink sees.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "sink/secrets.h"
#include "sink/sinks.h"
#include "support_memory.h"
#include "support_sink.h"
#include "support_story.h"

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_realloc(void *old, size_t size)
{
	return may_allocate() ? __real_realloc(old, size) : NULL;
}

/* ---- one command line ---- */

/* LINE's arguments are separated by TABs; secrets are in { }, which are not part of it. */
static struct string_list arguments_of(const char *line, char *marks)
{
	char *bytes = malloc(strlen(line) + 1);
	size_t length = 0;
	uint32_t count = 1;
	char mark = '.';

	assert_non_null(bytes);
	for (; *line; line++) {
		if (*line == '{' || *line == '}') {
			mark = *line == '{' ? '#' : '.';
			continue;
		}
		count += *line == '\t';
		marks[length] = *line == '\t' ? '.' : mark;
		bytes[length++] = *line == '\t' ? '\0' : *line;
	}
	marks[length] = '.';
	bytes[length] = marks[length + 1] = '\0';
	return (struct string_list){{bytes, length + 1}, count};
}

static void assert_marked(struct secrets *secrets, const char *line)
{
	char expected[600];
	struct string_list argv = arguments_of(line, expected);
	int code = secrets_find(secrets, argv);

	assert_int_equal(secrets->marks.size, argv.bytes.length);
	for (size_t i = 0; i < secrets->marks.size; i++)
		secrets->marks.bytes[i] = secrets->marks.bytes[i] ? '#' : '.';
	if (code != (strchr(expected, '#') != NULL) ||
	    memcmp(secrets->marks.bytes, expected, secrets->marks.size) != 0)
		fail_msg("%d: %s\n%s\n%.*s", code, line, expected, (int)secrets->marks.size,
			 secrets->marks.bytes);
	free((char *)argv.bytes.bytes);
}

static const char *const with_secrets[] = {
	/* options and variables by their name */
	"x\t--password={hunter2 and more}",
	"x\t--db-password={a=b&c;d}\t-v",
	"x\t-password={x}",
	"PASSWORD={x}\tmake",
	"x\tDB_PASSWD={x}",
	"x\tdb.pass={x}\tMYSQL_PASS={x}\tpw={x}\tUid=sa;Pwd={x};Host=h",
	"x\t--api-key={x}\t--ApiKey={x}\tAPI_KEY={x}\t--access-key-={x}\t-secret.key={x}",
	"x\t--token={x}\t--Auth_Token={x}\tclient_secret={x}\t--credentials={x}\t--jwt={x}",
	"x\t-DDB_PASSWORD={\"x y\"}",
	"x\t--password={[redacted]}",
	/* with the value in the next argument */
	"x\t--password\t{hunter2}\t-v",
	"x\t--token\t{-v}\t-v",
	"x\t-passin\t{pass:x}\t--pass\t{x}\t--oauth2-bearer\t{x}",
	"x\tpass:{x}",
	"x\t--password",
	/* in the middle of an argument */
	"sh\t-c\tcd /; PASSWORD={x} make -j2 && token={y}; z",
	"sh\t-c\tx --password {hunter2} -v --token={y} z",
	"sh\t-c\tx --password {\"a b\"} --secret {'c d'} z",
	"sh\t-c\tPASSWORD={x y; z}",
	"sh\t-c\t:; PASSWORD=\"{a b}\" x; SECRET='{c d}' y TOKEN={a\\ b} z",
	"mount\t-o\tusername=u,password={a,b}\t/mnt",
	"x\thttp://h/?a=b&token={x}&c=d",
	/* headers */
	"curl\t-H\tAuthorization: {Bearer a b}",
	"curl\t-H\tX-Api-Key:{x}\t-H\tCookie: {a=b; c=d}\thttp://h",
	"sh\t-c\tcurl -H 'Authorization: {Basic a b}' http://h",
	"wget\t--header=Authorization: {Bearer x}",
	/* URLs */
	"x\thttp://user:{pass}@host/path\tftp://u:{p}@h",
	"x\tpostgres://u:{p@q:r}@h:5432/d?x=y@z",
	"x\thttps://a:{b}@c/ https://d:{e}@f/",
	/* tokens */
	"x\t{AKIAIOSFODNN7EXAMPLE}\ty",
	"x\ta={ghp_0123456789abcdefghij},{glpat-0123456789abcdefghij}",
	"x\thttps://{github_pat_0123456789abcdefghij}@github.com/",
	"x\t{xoxb-123456789012-abc}",
	"x\t{eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc}",
	"x\t{-----BEGIN RSA PRIVATE KEY-----\nabc+/=\n-----END RSA PRIVATE KEY-----}!",
	/* clients */
	"mysql\t-uroot\t-p{s3}\tdb",
	"/usr/bin/mysqldump\t-p{s3}",
	"sudo\t-u\troot\tmariadb\t-p{s3}",
	"sshpass\t-p\t{x}\tssh\th",
	"sshpass\t-p{x}\tssh\th",
	"curl\t-u\tuser:{pass}\thttp://h",
	"curl\t-uuser:{pa:ss}\t--user\tu:{p}\t-U\tu:{p}\t-sSu\tu:{p}",
	"curl\t-b\t{a=b}",
	"redis-cli\t-a\t{x}",
	"mongosh\t-p\t{x}\t--port\t1",
	"ldapsearch\t-x\t-w\t{x}\t-D\tcn=a",
	"ldapsearch\t-xw\t{x}",
	"smbclient\t-U\tu%{p}\t//h/s",
	"7z\ta\t-p{x}\ta.7z",
	"zip\t-rP\t{x}\ta.zip",
	"docker\tlogin\t-u\tu\t-p\t{x}\th",
	"xfreerdp\t/u:u\t/p:{x}",
	"openssl\tenc\t-k\t{x}\t-K\t{00}",
	"sh\t-c\tcd /tmp && mysql -uroot -p{s3} db; curl -u u:{p} h",
	"sh\t-c\t\"mysql -p{s3}\"; 'mysql -p{it}' x; mysql -p{'a b'} y",
	"sh\t-c\techo \"a b\"; mysql -p{s3} \"c d\"",
};

static const char *const without[] = {
	"",
	"x",
	"gcc\t-Wall\t-DKEY=1\t-I=x\t-pipe\t-pthread\t-c\ttoken.c\t-o\tpassword.o",
	"gcc\t-fmacro-prefix-map=/a:b=/c\t-pass-exit-codes\t-Wl,-rpath=/x:/y\t-u\tmain:x",
	"x\t--password-file=/p\t--token-path\t/t\t--passwords=3\t--max-tokens=5\t--key=3",
	"x\tbypass=1\tPWD=/x\tOLDPWD=/y\tmonkeypw=2\tcompass\t1\t--bypass\ty",
	"x\t--password=\ttoken:\tpassword",
	"x\tstd::token::x\tToken::y\ta:token:b",
	"x\thttp://h/a:b@c\thttp://user@h\thttp://h:80/\tgit@h:a/b\t://\t://:",
	"x\tAKIA123\tghp_short\txoxb-\teyJ\tAIza\t-----BEGIN ",
	"psql\t-p\t5432\t-U\tu",
	"ssh\t-p\t22\th",
	"mysql\t-p\tdb\t-P\t3306",
	"docker\trun\t-p\t80:80\timage",
	"curl\t-u\tuser\t-H\tAccept: x",
	"mkdir\t-p\tx:y\tcp\t-u\ta:b",
	"sh\t-c\tmkdir -p a; grep password file; echo token",
	"make\t-j2\tV=1\tCFLAGS=-O2 -g\tDESTDIR=/x",
	"\t\t=\t:\t==\t::\t= =",
};

static void test_arguments(void **state)
{
	struct secrets secrets = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(with_secrets); i++)
		assert_marked(&secrets, with_secrets[i]);
	for (size_t i = 0; i < ARRAY_SIZE(without); i++)
		assert_marked(&secrets, without[i]);
	assert_int_equal(secrets_find(&secrets, (struct string_list){0}), 0);
	secrets_done(&secrets);
	secrets_done(&secrets);
}

/* SECRET in ARGV, and nothing else, is masked. */
static void assert_secret(struct text argv, const char *secret)
{
	struct secrets secrets = {0};
	const char *at = memmem(argv.bytes, argv.length, secret, strlen(secret));

	assert_non_null(at);
	assert_int_equal(secrets_find(&secrets, (struct string_list){argv, 9}), 1);
	for (size_t i = 0; i < argv.length; i++) {
		bool is_secret = argv.bytes + i >= at && argv.bytes + i < at + strlen(secret);

		if (is_secret != (secrets.marks.bytes[i] != 0))
			fail_msg("byte %zu of %s", i, argv.bytes);
	}
	secrets_done(&secrets);
}

static void test_json_texts(void **state)
{
	(void)state;
	assert_secret(ARGV("{\"a\":1,\"password\": \"pa\\\"ss, word\", \"b\":2}"),
		      "pa\\\"ss, word");
	assert_secret(ARGV("{\"token\":\"x\",\"b\":2}"), "x");
	assert_secret(ARGV("sh -c \"curl -d {\\\"api_key\\\":\\\"k y\\\"} h\""), "k y");
	assert_secret(ARGV("{'secret' : 'it'}"), "it");
}

static void test_regex(void **state)
{
	struct secrets secrets = {0};
	regex_t regex;

	(void)state;
	assert_int_equal(regcomp(&regex, "id-[0-9]+", REG_EXTENDED), 0);
	secrets.more = &regex;
	assert_marked(&secrets, "x\ta {id-12}{id-3} b\tid-\t{id-4}");
	regfree(&regex);
	/* Only the group; what it does not have is not masked. */
	assert_int_equal(regcomp(&regex, "^--who=(.*)|nobody$", REG_EXTENDED), 0);
	assert_marked(&secrets, "x\t--who={me}\t-v--who=me\tit is {nobody}\t--password={x}");
	regfree(&regex);
	assert_int_equal(regcomp(&regex, "q*", REG_EXTENDED), 0);
	assert_marked(&secrets, "x\ta{qq}b{q}\t");
	regfree(&regex);
	secrets_done(&secrets);
}

/* Behind many matches all is taken for secret. */
static void test_many_matches(void **state)
{
	struct secrets secrets = {0};
	static char bytes[100001];
	regex_t regex;

	(void)state;
	memset(bytes, 'a', sizeof(bytes) - 1);
	bytes[99999] = 'b';
	assert_int_equal(regcomp(&regex, "a", REG_EXTENDED), 0);
	secrets.more = &regex;
	assert_int_equal(secrets_find(&secrets, (struct string_list){{bytes, sizeof(bytes)}, 1}),
			 1);
	assert_int_equal(secrets.marks.bytes[99999], 1);
	regfree(&regex);
	secrets_done(&secrets);
}

/* ---- hostile arguments ---- */

/* Each is repeated to so many bytes. */
#define HOSTILE_BYTES (512U << 10)

static void test_hostile_lengths_take_linear_time(void **state)
{
	static const char *const parts[] = {
		" ",    "a",        "=",        "token=",  "token= ", "--token ",
		"\"",   "token=\"", "://",      "://a:b@", "a:",      ":",
		"\\",   "eyJ",      "mysql -p", "ghp_",    "'\" ",    "password: ",
		"\\\"", "-",        "token=\\", "curl -u "};
	char *bytes = malloc(HOSTILE_BYTES);
	struct secrets secrets = {0};
	clock_t before = clock();

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t length = strlen(parts[i]);

		for (size_t at = 0; at < HOSTILE_BYTES; at++)
			bytes[at] = parts[i][at % length];
		assert_true(secrets_find(&secrets,
					 (struct string_list){{bytes, HOSTILE_BYTES}, 1}) >= 0);
	}
	/* Seconds; quadratic ones are minutes each. */
	assert_true((clock() - before) / CLOCKS_PER_SEC < 60);
	secrets_done(&secrets);
	free(bytes);
}

/* Any bytes, where one more could not be read. */
static void test_any_bytes(void **state)
{
	static const char *const parts[] = {"token", "=",          ":",     " ",   "\"",    "'",
					    "\\",    "--password", "mysql", "-p",  "curl",  "-u",
					    "a:b",   "://",        "@",     "eyJ", "AKIA",  "\0",
					    "x",     "\xff",       "&",     ";",   "pass:", "PWD"};
	struct random random = {42};
	struct secrets secrets = {0};
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, 512);
	for (int round = 0; round < 20000; round++) {
		char bytes[512];
		size_t size = 0;

		for (uint64_t left = random_below(&random, 30); left > 0; left--) {
			const char *part = parts[random_below(&random, ARRAY_SIZE(parts))];
			size_t length = part[0] ? strlen(part) : 1;

			memcpy(bytes + size, part, length);
			size += length;
		}
		const struct text argv = {guarded_put(&guarded, bytes, size, 1), size};
		assert_true(secrets_find(&secrets, (struct string_list){argv, 40}) >= 0);
	}
	guarded_free(&guarded);
	secrets_done(&secrets);
}

/* ---- the sink ---- */

/* STORY in a view behind the redaction; the caller frees. */
static char *show_redacted(const struct story *story, const struct sink_type *type, size_t *length)
{
	struct sink_context context = full_context;

	context.environment = true;
	struct output output = output_to_memory(type->make, &context);
	struct sink *sink = sink_redact_new(output.sink, NULL);

	assert_non_null(sink);
	for (size_t i = 0; i < story->count; i++)
		assert_int_equal(story_give(story, sink, i), 0);
	sink_free(sink);
	char *text = output_flushed(&output, length);
	output_close(&output);
	return text;
}

static struct story *story_of_secrets(void)
{
	struct story *story = story_new();
	const struct text argv = ARGV("mysql\0-pSECRET1\0--token\0SECRET2\0http://u:SECRET3@h\0"
				      "-e\0select 1\0API_KEY=SECRET4");

	story_older(story, 1, "init");
	story_running(story, 5, argv);
	story_fork(story, 0, 1, 20, FORK_KIND_VFORK);
	struct facts *facts = story_exec(story, 100, 20, "/usr/bin/mysql", argv);
	facts->arguments.known.count = 8;
	facts->environment = (struct environment){
		.known = true, .entries = {ARGV("HOME=/SECRET5\0A=SECRET6\0B=\0SECRET7"), 4}};
	story_fork(story, 200, 20, 21, FORK_KIND_PROCESS);
	story_exit(story, 300, 21, 0);
	facts = story_exit(story, 900, 20, 1);
	facts->arguments.known.count = 8;
	for (size_t i = 0; i < story->count; i++)
		story->facts[i].arguments.complete = true;
	return story;
}

static void test_every_view(void **state)
{
	struct story *story = story_of_secrets();
	size_t shown = 0;

	(void)state;
	for (size_t i = 0; i < sink_type_count; i++) {
		size_t length;
		char *text = show_redacted(story, &sink_types[i], &length);

		if (memmem(text, length, "SECRET", 6))
			fail_msg("%s: %s", sink_types[i].name, text);
		shown += memmem(text, length, "[redacted]", 10) != NULL;
		free(text);
	}
	/* Not in pipe lines and compilation databases, and packed in the page: test_redact.py */
	assert_int_equal(shown, sink_type_count - 3);
	free(story);
}

/* A sink that keeps the facts of the last event. */
struct keeper {
	struct sink sink;
	struct facts facts;
	const struct event *event;
	char argv[256], environment[256];
	int code;
};

static void copy_list(char *copy, struct string_list list)
{
	assert_true(list.bytes.length < 256);
	memset(copy, '|', 256);
	if (list.bytes.length > 0)
		memcpy(copy, list.bytes.bytes, list.bytes.length);
	for (size_t i = 0; i < list.bytes.length; i++)
		copy[i] = copy[i] == '\0' ? '|' : copy[i];
	copy[list.bytes.length] = '\0';
}

static int keep(struct sink *sink, const struct event *event)
{
	struct keeper *keeper = (struct keeper *)sink;

	keeper->event = event;
	if (event->facts) {
		keeper->facts = *event->facts;
		copy_list(keeper->argv, event->facts->arguments.known);
		copy_list(keeper->environment, event->facts->environment.entries);
	}
	return keeper->code;
}

static const struct sink_ops keeper_ops = {.event = keep, .running = keep};

static void test_facts(void **state)
{
	struct keeper keeper = {.sink.ops = &keeper_ops};
	struct sink *sink = sink_redact_new(&keeper.sink, NULL);
	struct facts facts = {
		.tgid = 7,
		.arguments = {.argc = 3, .known = {ARGV("a\0--token=x\0-v"), 3}},
		.environment.entries = {ARGV("A=b=c\0D=\0nothing\0=e"), 4},
		.filename = TEXT("/token=x"),
	};
	const struct event event = {.type = EVENT_EXEC, .facts = &facts};
	const struct event lost = {.type = EVENT_LOST};

	(void)state;
	assert_int_equal(sink_event(sink, &event), 0);
	assert_string_equal(keeper.argv, "a|--token=[redacted]|-v|");
	assert_string_equal(keeper.environment,
			    "A=[redacted]|D=[redacted]|[redacted]|=[redacted]|");
	assert_int_equal(keeper.facts.arguments.known.count, 3);
	assert_int_equal(keeper.facts.environment.entries.count, 4);
	assert_int_equal(keeper.facts.tgid, 7);
	assert_ptr_equal(keeper.facts.filename.bytes, facts.filename.bytes);
	keeper.argv[0] = '\0';
	assert_int_equal(sink_running(sink, &event), 0);
	assert_string_equal(keeper.argv, "a|--token=[redacted]|-v|");
	/* Either alone */
	facts.arguments.known = (struct string_list){ARGV("a"), 1};
	assert_int_equal(sink_event(sink, &event), 0);
	assert_string_equal(keeper.environment,
			    "A=[redacted]|D=[redacted]|[redacted]|=[redacted]|");
	facts.environment.entries = (struct string_list){0};
	assert_int_equal(sink_event(sink, &event), 0);
	assert_ptr_equal(keeper.event, &event);
	assert_int_equal(sink_event(sink, &lost), 0);
	assert_ptr_equal(keeper.event, &lost);
	keeper.code = -EIO;
	assert_int_equal(sink_event(sink, &event), -EIO);
	sink_free(sink);
}

/* Nothing is passed on that could not be masked. */
static void test_no_memory(void **state)
{
	const struct facts facts = {
		.arguments.known = {ARGV("a\0--token=x"), 2},
		.environment.entries = {ARGV("A=b"), 1},
	};
	const struct event event = {.type = EVENT_EXEC, .facts = &facts};
	regex_t regex;

	(void)state;
	assert_int_equal(regcomp(&regex, "zz", REG_EXTENDED), 0);
	for (int allowed = 1; allowed < 5; allowed++) {
		struct keeper keeper = {.sink.ops = &keeper_ops};
		struct sink *sink = sink_redact_new(&keeper.sink, allowed == 2 ? &regex : NULL);

		assert_non_null(sink);
		allocations_left = allowed;
		int code = sink_event(sink, &event);
		allocations_left = -1;
		assert_int_equal(code, allowed == 4 ? 0 : -ENOMEM);
		assert_int_equal(keeper.event != NULL, allowed == 4);
		sink_free(sink);
	}
	regfree(&regex);
	allocations_left = 1;
	assert_null(sink_redact_new(&(struct sink){.ops = &keeper_ops}, NULL));
	allocations_left = -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_json_texts),
		cmocka_unit_test(test_regex),
		cmocka_unit_test(test_many_matches),
		cmocka_unit_test(test_hostile_lengths_take_linear_time),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_every_view),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
