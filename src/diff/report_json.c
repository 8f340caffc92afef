/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/string_list.h"
#include "diff/changes.h"
#include "diff/commands.h"
#include "diff/findings.h"
#include "diff/matching.h"
#include "diff/report.h"
#include "sink/text/json_writer.h"

/* ---- parts ---- */

/* -1 is not known. */
static void put_known(struct json_writer *json, const char *name, int64_t number)
{
	if (number < 0)
		json_null(json, name);
	else
		json_number(json, name, number);
}

static void put_sum(struct json_writer *json, const char *name, const struct spent *spent)
{
	put_known(json, name, spent->runs > 0 ? (int64_t)spent->ns : -1);
}

static uint64_t runs_of(const struct ran_command *command)
{
	return command ? command->runs : 0;
}

/* Program, arguments, and how often it ran on each side. NULL: not at all. */
static void put_command(struct json_writer *json, const struct ran_command *command,
			const struct twins *twins)
{
	struct string_list left = {command->line.argv, UINT32_MAX};
	struct text word;

	json_string(json, "program", command->key);
	if (command->line.argv.length == 0)
		json_null(json, "argv");
	else
		json_begin_array(json, "argv");
	/* Each has a NUL behind it. */
	while (string_list_next(&left, &word))
		json_string(json, NULL, word.bytes);
	if (command->line.argv.length > 0)
		json_end_array(json);
	json_bool(json, "complete", command->line.complete);
	json_number(json, "runs_a", (int64_t)runs_of(twins->sides[SIDE_A]));
	json_number(json, "runs_b", (int64_t)runs_of(twins->sides[SIDE_B]));
}

static void put_side(struct json_writer *json, const char *name, const struct report *report,
		     enum side side)
{
	const struct commands *set = report->findings->sets[side];
	const struct normaliser *normaliser = report->normalisers[side];

	json_begin_object(json, name);
	json_string(json, "name", report->names[side]);
	json_begin_array(json, "directories");
	for (unsigned int i = 0; i < normaliser->directory_count && !normaliser->raw; i++)
		json_string(json, NULL, normaliser->directories[i].bytes);
	json_end_array(json);
	json_number(json, "runs", (int64_t)set->runs);
	json_number(json, "commands", (int64_t)HASH_COUNT(set->by_key));
	json_number(json, "incomplete", (int64_t)set->incomplete);
	json_number(json, "lost", (int64_t)set->lost);
	json_end_object(json);
}

/* ---- changes ---- */

/* The words of commands end with a NUL, or with what ended them in a script. */
static void put_words(struct json_writer *json, const char *name, const struct report *report,
		      const struct odd_words *words)
{
	const struct text *texts = report->findings->matching.vocabulary.words;

	json_begin_array(json, name);
	for (size_t i = 0; i < words->count; i++)
		json_text(json, NULL, texts[words->ids[i]]);
	json_end_array(json);
}

static void put_example(struct json_writer *json, const char *name,
			const struct ran_command *command)
{
	const struct twins alone = {{command, command}};

	json_begin_object(json, name);
	put_command(json, command, &alone);
	json_end_object(json);
}

static void put_change(struct json_writer *json, const struct report *report,
		       const struct change *change)
{
	json_begin_object(json, NULL);
	put_words(json, "removed", report, &change->words[SIDE_A]);
	put_words(json, "added", report, &change->words[SIDE_B]);
	json_number(json, "runs", (int64_t)change->runs);
	json_begin_array(json, "programs");
	for (size_t i = 0; i < change->program_count; i++) {
		json_begin_object(json, NULL);
		json_string(json, "name", change->programs[i].name);
		json_number(json, "runs", (int64_t)change->programs[i].runs);
		json_end_object(json);
	}
	json_end_array(json);
	put_example(json, "example_a", change->example[SIDE_A]);
	put_example(json, "example_b", change->example[SIDE_B]);
	json_end_object(json);
}

/* ---- lists of commands ---- */

static void put_only(struct json_writer *json, const char *name, const struct report *report,
		     enum side side)
{
	const struct twins_list *only = &report->findings->only[side];

	json_begin_array(json, name);
	for (size_t i = 0; i < only->count; i++) {
		const struct ran_command *command = only->list[i].sides[side];

		json_begin_object(json, NULL);
		put_command(json, command, &only->list[i]);
		json_number(json, "surplus", (int64_t)command->surplus);
		json_end_object(json);
	}
	json_end_array(json);
}

static void put_endings(struct json_writer *json, const char *name, const struct ran_command *x,
			const struct ran_command *y)
{
	struct ending ending;

	json_begin_array(json, name);
	for (size_t at = 0; findings_next_ending(x, y, &at, &ending);) {
		json_begin_object(json, NULL);
		put_known(json, "code", ending.signal ? -1 : ending.code);
		put_known(json, "signal", ending.signal ? ending.signal : -1);
		json_number(json, "runs", (int64_t)ending.runs);
		json_end_object(json);
	}
	json_end_array(json);
}

static void put_ended(struct json_writer *json, const struct report *report)
{
	const struct twins_list *ended = &report->findings->ended;

	json_begin_array(json, "ended");
	for (size_t i = 0; i < ended->count; i++) {
		const struct twins *twins = &ended->list[i];

		json_begin_object(json, NULL);
		put_command(json, twins->sides[SIDE_B], twins);
		put_endings(json, "endings_a", twins->sides[SIDE_A], twins->sides[SIDE_B]);
		put_endings(json, "endings_b", twins->sides[SIDE_B], twins->sides[SIDE_A]);
		json_end_object(json);
	}
	json_end_array(json);
}

static void put_slower(struct json_writer *json, const struct report *report)
{
	const struct twins_list *slower = &report->findings->slower;

	json_begin_array(json, "times");
	for (size_t i = 0; i < slower->count; i++) {
		struct spent times[SIDES];
		bool is_cpu;

		findings_times(&slower->list[i], times, &is_cpu);
		json_begin_object(json, NULL);
		put_command(json, slower->list[i].sides[SIDE_B], &slower->list[i]);
		json_string(json, "clock", is_cpu ? "cpu" : "wall");
		json_number(json, "mean_ns_a", spent_mean(&times[SIDE_A]));
		json_number(json, "mean_ns_b", spent_mean(&times[SIDE_B]));
		json_end_object(json);
	}
	json_end_array(json);
}

static void put_programs(struct json_writer *json, const struct report *report)
{
	json_begin_array(json, "programs");
	for (const struct program_sum *program = report->findings->programs; program;
	     program = program->hh.next) {
		json_begin_object(json, NULL);
		json_string(json, "name", program->name);
		json_number(json, "runs_a", (int64_t)program->runs[SIDE_A]);
		json_number(json, "runs_b", (int64_t)program->runs[SIDE_B]);
		put_sum(json, "wall_ns_a", &program->wall[SIDE_A]);
		put_sum(json, "wall_ns_b", &program->wall[SIDE_B]);
		put_sum(json, "cpu_ns_a", &program->cpu[SIDE_A]);
		put_sum(json, "cpu_ns_b", &program->cpu[SIDE_B]);
		json_end_object(json);
	}
	json_end_array(json);
}

void report_json(const struct report *report, FILE *out)
{
	const struct findings *findings = report->findings;
	struct json_writer json = {.out = out};

	json_begin_object(&json, NULL);
	json_number(&json, "v", 1);
	put_side(&json, "a", report, SIDE_A);
	put_side(&json, "b", report, SIDE_B);
	json_bool(&json, "differ", findings_differ(findings));
	json_bool(&json, "programs_only", findings->programs_only);
	json_begin_array(&json, "changed");
	for (const struct change *change = findings->changes.by_words; change;
	     change = change->hh.next)
		put_change(&json, report, change);
	json_end_array(&json);
	put_only(&json, "only_a", report, SIDE_A);
	put_only(&json, "only_b", report, SIDE_B);
	put_ended(&json, report);
	put_slower(&json, report);
	put_programs(&json, report);
	json_end_object(&json);
	fputc('\n', out);
}
