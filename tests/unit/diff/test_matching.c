/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which commands are compared with which, and what comes out as the difference.
 */
#include "diff/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "diff/commands.h"
#include "support.h"

static struct text text_of(const char *string)
{
	return (struct text){string, strlen(string)};
}

/* RUNS of WORDS, which ' ' separates and of which the first is the program too. */
static struct ran_command *ran_as(struct commands *commands, const char *words,
				  const char *numbered, bool complete, uint64_t runs)
{
	struct buffer argv = {0}, numbers = {0};

	buffer_put(&argv, words, strlen(words) + 1);
	buffer_put(&numbers, numbered, strlen(numbered) + 1);
	for (size_t i = 0; i < argv.size; i++)
		argv.bytes[i] = (char)(argv.bytes[i] == ' ' ? '\0' : argv.bytes[i]);
	for (size_t i = 0; i < numbers.size; i++)
		numbers.bytes[i] = (char)(numbers.bytes[i] == ' ' ? '\0' : numbers.bytes[i]);
	const struct command_line line = {
		.program = text_of(argv.bytes),
		.argv = {argv.bytes, argv.size},
		.numbered = {numbers.bytes, numbers.size},
		.complete = complete,
	};
	struct ran_command *command = commands_get(commands, &line);
	assert_non_null(command);
	for (uint64_t i = 0; i < runs; i++)
		command_began(commands, command);
	buffer_done(&argv);
	buffer_done(&numbers);
	return command;
}

static struct ran_command *ran(struct commands *commands, const char *words, uint64_t runs)
{
	return ran_as(commands, words, words, true, runs);
}

/* A run of which no arguments are known. */
static struct ran_command *ran_unknown(struct commands *commands, const char *program,
				       uint64_t runs)
{
	const struct command_line line = {.program = text_of(program)};
	struct ran_command *command = commands_get(commands, &line);

	assert_non_null(command);
	for (uint64_t i = 0; i < runs; i++)
		command_began(commands, command);
	return command;
}

static void ended(struct ran_command *command, int32_t code, int32_t signal, unsigned int runs)
{
	const struct exit_status status = {.known = true, .code = code, .signal = signal};

	while (runs-- > 0)
		assert_int_equal(command_ended(command, &status), 0);
}

/* ---- what was found, as text ---- */

static void put_words(FILE *out, const struct findings *findings, const struct odd_words *words)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct text word = findings->matching.vocabulary.words[words->ids[i]];

		fprintf(out, " %.*s", (int)word.length, word.bytes);
	}
}

static void put_argv(FILE *out, const struct ran_command *command)
{
	const struct text argv = command->line.argv;

	if (argv.length == 0)
		fprintf(out, " [%s]", command->key);
	for (size_t at = 0; at < argv.length; at += strlen(argv.bytes + at) + 1)
		fprintf(out, " %s", argv.bytes + at);
	fputc('\n', out);
}

static void put_findings(FILE *out, const struct findings *findings)
{
	for (const struct change *change = findings->changes.by_words; change;
	     change = change->hh.next) {
		fprintf(out, "%d:", (int)change->runs);
		put_words(out, findings, &change->words[SIDE_A]);
		fputs(" ->", out);
		put_words(out, findings, &change->words[SIDE_B]);
		fputc('\n', out);
	}
	for (unsigned int side = 0; side < SIDES; side++) {
		for (size_t i = 0; i < findings->only[side].count; i++) {
			const struct ran_command *command =
				findings->only[side].list[i].sides[side];

			fprintf(out, "%c%d", "<>"[side], (int)command -> surplus);
			put_argv(out, command);
		}
	}
	for (size_t i = 0; i < findings->ended.count; i++) {
		fputc('!', out);
		put_argv(out, findings->ended.list[i].sides[SIDE_B]);
	}
	for (size_t i = 0; i < findings->slower.count; i++) {
		fputc('~', out);
		put_argv(out, findings->slower.list[i].sides[SIDE_B]);
	}
}

/* Both sets are freed. */
static void assert_found(struct commands *a, struct commands *b, const char *expected)
{
	struct commands *const sets[SIDES] = {a, b};
	struct findings findings = {0};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(findings_make(&findings, sets), 0);
	put_findings(out, &findings);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	assert_int_equal(findings_differ(&findings), *expected != '\0' && *expected != '~');
	free(text);
	findings_done(&findings);
	commands_done(a);
	commands_done(b);
}

/* ---- tests ---- */

static void test_order_does_not_count(void **state)
{
	struct commands a = {0}, b = {0};

	(void)state;
	ran(&a, "cc -c a.c", 1);
	ran(&a, "cc -c b.c", 2);
	ran(&b, "cc -c b.c", 2);
	ran(&b, "cc -c a.c", 1);
	assert_found(&a, &b, "");
	assert_found(&a, &b, "");
}

static void test_one_change_of_many(void **state)
{
	struct commands a = {0}, b = {0};
	char words[64];

	(void)state;
	for (unsigned int i = 0; i < 300; i++) {
		snprintf(words, sizeof(words), "cc -O2 -g -c f%u.c -o f%u.o", i, i);
		ran(&a, words, 1);
		snprintf(words, sizeof(words), "cc -O3 -g -c f%u.c -o f%u.o", 299 - i, 299 - i);
		ran(&b, words, 1);
	}
	ran(&a, "ld -o f", 1);
	ran(&b, "ld -o f", 1);
	assert_found(&a, &b, "300: -O2 -> -O3\n");
}

static void test_words_of_changes(void **state)
{
	struct commands a = {0}, b = {0};

	(void)state;
	ran(&a, "make CFLAGS=-O2", 1);
	ran(&b, "make CFLAGS=-O3", 1);
	ran(&a, "cc -O2 -c x.c -O2", 1);
	ran(&b, "cc -O3 -c x.c -O3", 1);
	ran(&a, "ar r x.a x.o y.o", 1);
	ran(&b, "ar r x.a x.o y.o z.o", 1);
	ran(&a, "ld a.o b.o", 1);
	ran(&b, "ld b.o a.o", 1);
	assert_found(&a, &b, "2: -O2 -> -O3\n1: ->\n1: -> z.o\n");
}

static void test_scripts(void **state)
{
	struct commands a = {0}, b = {0};
	static const char first[] = "sh\0-c\0cd x && cc '-O2' -c x.c",
			  second[] = "sh\0-c\0cd x && cc '-O3' -c x.c";
	const struct command_line one = {
		text_of("/bin/sh"), {first, sizeof(first)}, {first, sizeof(first)}, true};
	const struct command_line two = {
		text_of("/bin/sh"), {second, sizeof(second)}, {second, sizeof(second)}, true};

	(void)state;
	command_began(&a, commands_get(&a, &one));
	command_began(&b, commands_get(&b, &two));
	assert_found(&a, &b, "1: -O2 -> -O3\n");
}

static void test_what_has_no_pair(void **state)
{
	struct commands a = {0}, b = {0};

	(void)state;
	ran(&a, "cc -c a.c", 1);
	ran(&a, "ls -l here", 3);
	ran(&b, "ls -l here", 5);
	ran(&b, "touch x y z", 1);
	ran(&a, "wait for it", 2);
	ran(&b, "wait for it", 1);
	assert_found(&a, &b, "<1 cc -c a.c\n<1 wait for it\n>2 ls -l here\n>1 touch x y z\n");
}

/* Of the runs that both have nothing is said, of the others what changed. */
static void test_surplus_is_paired(void **state)
{
	struct commands a = {0}, b = {0};

	(void)state;
	ran(&a, "cc -O2 -c a.c", 3);
	ran(&b, "cc -O2 -c a.c", 1);
	ran(&b, "cc -O3 -c a.c", 1);
	assert_found(&a, &b, "1: -O2 -> -O3\n<1 cc -O2 -c a.c\n");
}

/* A number that is a pid on one side only by chance is the same number. */
static void test_numbers_that_are_pids(void **state)
{
	struct commands a = {0}, b = {0};

	(void)state;
	ran_as(&a, "cc -Wsize=<PID> -c a.c", "cc -Wsize=2048 -c a.c", true, 1);
	ran(&b, "cc -Wsize=2048 -c a.c", 1);
	ran(&a, "cc -Wsize=2048 -O2 -c b.c", 1);
	ran_as(&b, "cc -Wsize=<PID> -O3 -c b.c", "cc -Wsize=2048 -O3 -c b.c", true, 1);
	ran_as(&a, "kill <PID> now", "kill 77 now", true, 1);
	ran_as(&b, "kill <PID> now", "kill 78 now", true, 1);
	assert_found(&a, &b, "1: -O2 -> -O3\n");
}

/* What is not known may be what the other side has. */
static void test_unknown_arguments(void **state)
{
	struct commands a = {0}, b = {0};

	(void)state;
	ran(&a, "mkdir -p x", 1);
	ran(&a, "mkdir -p z", 1);
	ran_unknown(&a, "mkdir", 1);
	ran(&b, "mkdir -p y", 1);
	ran(&b, "mkdir -p z", 1);
	ran_unknown(&b, "mkdir", 1);
	assert_found(&a, &b, "");
	/* But what is surely the same thing is compared. */
	ran(&a, "as -g1 -o a.o", 1);
	ran(&a, "as -g1 -o b.o", 1);
	ran(&a, "as -g1 -o c.o", 1);
	ran_unknown(&a, "as", 1);
	ran(&b, "as -g2 -o a.o", 1);
	ran(&b, "as -g2 -o b.o", 1);
	ran(&b, "as -g2 -o d.o", 1);
	ran_unknown(&b, "as", 1);
	assert_found(&a, &b, "2: -g1 -> -g2\n");
	/* There are no more than are missing. */
	ran(&a, "rm -f a", 3);
	ran_unknown(&b, "rm", 2);
	ran(&b, "ls x", 1);
	assert_found(&a, &b, "<1 rm -f a\n>1 ls x\n");
	/* The beginning has to fit. */
	ran(&a, "ld -o x a.o b.o", 1);
	ran_as(&b, "ld -o x", "ld -o x", false, 1);
	ran_as(&a, "ar -q", "ar -q", false, 1);
	ran(&b, "ar -r x", 1);
	assert_found(&a, &b, "<1 ar -q\n>1 ar -r x\n");
}

static void test_no_arguments_at_all(void **state)
{
	struct commands a = {0}, b = {0};

	(void)state;
	ran(&a, "cc -c a.c", 1);
	ran(&a, "cc -c b.c", 1);
	ended(ran(&a, "ls x", 1), 0, 0, 1);
	ended(ran_unknown(&b, "ls", 1), 1, 0, 1);
	ran_unknown(&b, "cc", 1);
	assert_found(&a, &b, "<1 [cc]\n! [ls]\n");
}

static void test_endings(void **state)
{
	struct commands a = {0}, b = {0};

	(void)state;
	ended(ran(&a, "same x", 3), 1, 0, 3);
	ended(ran(&b, "same x", 3), 1, 0, 3);
	ended(ran(&a, "worse x", 2), 0, 0, 2);
	ended(ran(&b, "worse x", 2), 0, 0, 1);
	ended(ran(&b, "worse x", 0), 0, 11, 1);
	/* How one ended is not known. */
	ended(ran(&a, "unknown x", 2), 0, 0, 2);
	ended(ran(&b, "unknown x", 2), 0, 0, 1);
	ended(ran(&a, "maybe x", 2), 0, 0, 1);
	ended(ran(&b, "maybe x", 2), 1, 0, 1);
	/* There is one more, and nothing else. */
	ended(ran(&a, "more x", 1), 0, 0, 1);
	ended(ran(&b, "more x", 2), 0, 0, 1);
	ended(ran(&b, "more x", 0), 2, 0, 1);
	/* Changed, and worse. */
	ended(ran(&a, "cc -O2 -c a.c", 1), 0, 0, 1);
	ended(ran(&b, "cc -O3 -c a.c", 1), 1, 0, 1);
	assert_found(&a, &b, "1: -O2 -> -O3\n>1 more x\n! worse x\n! cc -O3 -c a.c\n");
}

static void took(struct ran_command *command, uint64_t wall_ms, uint64_t cpu_ms)
{
	spent_add(&command->wall, wall_ms * NS_PER_MS);
	if (cpu_ms > 0)
		spent_add(&command->cpu, cpu_ms * NS_PER_MS);
}

static void test_times(void **state)
{
	struct commands a = {0}, b = {0};
	static const struct {
		const char *words;
		uint64_t a_ms, b_ms, a_cpu_ms, b_cpu_ms;
	} cases[] = {
		{"slower x", 200, 300, 0, 0},       {"much_faster x", 2000, 100, 0, 0},
		{"by_little x", 10, 109, 0, 0},     {"by_less_than_half x", 1000, 1499, 0, 0},
		{"waits x", 100, 5000, 50, 51},     {"computes x", 5000, 5000, 100, 300},
		{"cpu_of_one x", 100, 300, 100, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		took(ran(&a, cases[i].words, 1), cases[i].a_ms, cases[i].a_cpu_ms);
		took(ran(&b, cases[i].words, 1), cases[i].b_ms, cases[i].b_cpu_ms);
	}
	assert_found(&a, &b, "~ much_faster x\n~ computes x\n~ cpu_of_one x\n~ slower x\n");
}

/* As many as a long build has, all of them changed, and many that are much alike. */
static void test_many(void **state)
{
	struct commands a = {0}, b = {0};
	char words[160];

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		snprintf(words, sizeof(words), "cc -O2 -g -Wall -Iinclude -c src/f%u.c -o f%u.o", i,
			 i);
		ran(&a, words, 1);
		snprintf(words, sizeof(words), "cc -O3 -g -Wall -Iinclude -c src/f%u.c -o f%u.o", i,
			 i);
		ran(&b, words, 1);
		snprintf(words, sizeof(words), "test %u is %u", i % 7, i % 1000);
		ran(&a, words, 1);
	}
	ran_unknown(&b, "test", 20000);
	assert_found(&a, &b, "20000: -O2 -> -O3\n");
}

static void test_commands(void **state)
{
	struct commands commands = {0};
	struct ran_command *command = ran(&commands, "/bin/ls -l", 1);

	(void)state;
	assert_ptr_equal(ran(&commands, "/bin/ls -l", 1), command);
	assert_ptr_not_equal(ran_as(&commands, "/bin/ls -l", "/bin/ls -l", false, 1), command);
	assert_string_equal(command->name, "ls");
	assert_string_equal(ran(&commands, "/", 0)->name, "/");
	assert_int_equal(command->runs, 2);
	assert_int_equal(commands.runs, 3);
	assert_int_equal(commands.incomplete, 1);
	assert_int_equal(spent_mean(&command->wall), -1);
	ended(command, 7, 0, 1);
	assert_int_equal(command_ended(command, &(struct exit_status){0}), 0);
	assert_int_equal(command->ending_count, 1);
	commands_done(&commands);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_does_not_count),
		cmocka_unit_test(test_one_change_of_many),
		cmocka_unit_test(test_words_of_changes),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_what_has_no_pair),
		cmocka_unit_test(test_surplus_is_paired),
		cmocka_unit_test(test_numbers_that_are_pids),
		cmocka_unit_test(test_unknown_arguments),
		cmocka_unit_test(test_no_arguments_at_all),
		cmocka_unit_test(test_endings),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
