/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer keeps its first failure, and takes nothing after it: so it is asked once, at the end.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/compiler.h"
#include "base/put.h"
#include "base/string_list.h"
#include "diff/changes.h"
#include "diff/commands.h"
#include "diff/findings.h"
#include "diff/matching.h"
#include "diff/report.h"
#include "sink/out_buffer.h"
#include "sink/text/escape.h"
#include "sink/text/line.h"
#include "sink/text/phrases.h"
#include "sink/text/quote.h"
#include "sink/text/times.h"

/* Programs named of a change. */
#define TOP_PROGRAMS 6U

struct page {
	const struct report *report;
	const struct sink_context *context;
};

static bool begin(struct line *line, const struct page *page, size_t room)
{
	return line_begin(line, page->context, room) == 0;
}

/* One line without texts from outside. */
PRINTF_LIKE(3, 4)
static void show(const struct page *page, enum paint paint, const char *format, ...)
{
	struct line line;
	va_list args;

	if (!begin(&line, page, 0))
		return;
	line_paint(&line, paint);
	va_start(args, format);
	line_vprintf(&line, format, args);
	va_end(args);
	line_end(&line);
}

/* ---- words ---- */

/* What no shell changes, and what stands for something else: not quoted. */
static bool is_bare(struct text word)
{
	static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_@%+=:,./-<>";

	for (size_t i = 0; i < word.length; i++) {
		if (!memchr(bare, word.bytes[i], sizeof(bare) - 1))
			return false;
	}
	return word.length > 0;
}

static size_t word_room(struct text word)
{
	return QUOTE_GROWTH * word.length + QUOTE_EXTRA + 1;
}

static void put_word(struct line *line, struct text word)
{
	if (is_bare(word))
		line_ascii(line, put_bytes(line->at, word));
	else
		line_extend(line, quote_word(line->at, word, false));
}

/* Each argument takes QUOTE_EXTRA and a blank, and has a NUL at least. */
static size_t command_room(const struct ran_command *command)
{
	return (QUOTE_GROWTH + QUOTE_EXTRA + 1) * command->line.argv.length +
	       ESCAPE_GROWTH * command->line.program.length;
}

static void put_command(struct line *line, const struct ran_command *command)
{
	struct string_list left = {command->line.argv, UINT32_MAX};
	struct text word;
	const char *between = "";

	line_begin_middle(line);
	if (command->line.argv.length == 0)
		line_text(line, command->line.program);
	while (string_list_next(&left, &word)) {
		line_string(line, between);
		put_word(line, word);
		between = " ";
	}
	if (!command->line.complete && command->line.argv.length > 0)
		line_string(line, " …");
	line_end_middle(line);
}

/* ---- the captures ---- */

static void show_side(const struct page *page, enum side side)
{
	const struct commands *set = page->report->findings->sets[side];
	const struct text name = {page->report->names[side], strlen(page->report->names[side])};
	const struct normaliser *normaliser = page->report->normalisers[side];
	struct line line;

	if (!begin(&line, page,
		   ESCAPE_GROWTH * (name.length + (normaliser->directory_count > 0
							   ? normaliser->directories[0].length
							   : 0))))
		return;
	line_paint(&line, side == SIDE_A ? PAINT_RED : PAINT_GREEN);
	line_string(&line, side == SIDE_A ? "<" : ">");
	line_paint(&line, PAINT_NONE);
	line_string(&line, " ");
	line_text(&line, name);
	line_printf(&line, ": %" PRIu64 " runs of %u commands", set->runs, HASH_COUNT(set->by_key));
	if (normaliser->directory_count > 0 && !normaliser->raw) {
		line_string(&line, ", <DIR> is ");
		line_text(&line, normaliser->directories[0]);
	}
	line_end(&line);
	if (set->incomplete > 0 && !page->report->findings->programs_only)
		show(page, PAINT_NONE, "  of %" PRIu64 " runs not all arguments are known",
		     set->incomplete);
	if (set->lost > 0)
		show(page, PAINT_ALERT, "  %" PRIu64 " events were lost: what they were is missing",
		     set->lost);
}

/* ---- lists ---- */

static void show_title(const struct page *page, const char *title)
{
	show(page, PAINT_NONE, "%s", "");
	show(page, PAINT_BOLD, "%s", title);
}

/* How many of COUNT entries to show; a single one more takes no more room than to say so. */
static size_t shown_of(const struct page *page, size_t count)
{
	return page->report->all || count <= REPORT_ENTRIES + 1 ? count : REPORT_ENTRIES;
}

static void show_rest(const struct page *page, size_t count)
{
	if (shown_of(page, count) < count)
		show(page, PAINT_DIM, "  … and %zu more (-v shows them)",
		     count - shown_of(page, count));
}

/* ---- changes ---- */

static size_t words_room(const struct page *page, const struct change *change)
{
	const struct text *words = page->report->findings->matching.vocabulary.words;
	size_t room = 0;

	for (unsigned int side = 0; side < SIDES; side++) {
		for (size_t i = 0; i < change->words[side].count; i++)
			room += word_room(words[change->words[side].ids[i]]);
	}
	return room;
}

static void put_words(struct line *line, const struct page *page, const struct change *change,
		      enum side side)
{
	const struct text *words = page->report->findings->matching.vocabulary.words;

	line_paint(line, side == SIDE_A ? PAINT_RED : PAINT_GREEN);
	for (size_t i = 0; i < change->words[side].count; i++) {
		line_string(line, i > 0 ? " " : "");
		put_word(line, words[change->words[side].ids[i]]);
	}
	line_paint(line, PAINT_NONE);
}

static void put_change(struct line *line, const struct page *page, const struct change *change)
{
	const size_t removed = change->words[SIDE_A].count, added = change->words[SIDE_B].count;

	if (removed + added == 0)
		line_string(line, "the same words in another order");
	else if (removed == 0)
		line_string(line, "with ");
	else if (added == 0)
		line_string(line, "without ");
	put_words(line, page, change, SIDE_A);
	line_string(line, removed > 0 && added > 0 ? " -> " : "");
	put_words(line, page, change, SIDE_B);
}

static void show_programs_of(const struct page *page, const struct change *change)
{
	size_t room = 0;
	struct line line;

	for (size_t i = 0; i < change->program_count && i < TOP_PROGRAMS; i++)
		room += ESCAPE_GROWTH * strlen(change->programs[i].name);
	if (!begin(&line, page, room))
		return;
	line_paint(&line, PAINT_DIM);
	line_printf(&line, "%11s", "");
	for (size_t i = 0; i < change->program_count && i < TOP_PROGRAMS; i++) {
		const char *name = change->programs[i].name;

		line_string(&line, i > 0 ? ", " : "");
		line_text(&line, (struct text){name, strlen(name)});
		line_printf(&line, " %" PRIu64, change->programs[i].runs);
	}
	if (change->program_count > TOP_PROGRAMS)
		line_printf(&line, ", %zu others", change->program_count - TOP_PROGRAMS);
	line_end(&line);
}

static void show_example(const struct page *page, const struct ran_command *command, enum side side)
{
	struct line line;

	if (!begin(&line, page, command_room(command)))
		return;
	line_paint(&line, PAINT_DIM);
	line_printf(&line, "%9s%c ", "", side == SIDE_A ? '<' : '>');
	line_paint(&line, PAINT_NONE);
	put_command(&line, command);
	line_end(&line);
}

static void show_change(const struct page *page, const struct change *change)
{
	struct line line;

	if (!begin(&line, page, words_room(page, change)))
		return;
	line_printf(&line, "%9" PRIu64 "  ", change->runs);
	put_change(&line, page, change);
	line_end(&line);
	show_programs_of(page, change);
	show_example(page, change->example[SIDE_A], SIDE_A);
	show_example(page, change->example[SIDE_B], SIDE_B);
}

static void show_changes(const struct page *page)
{
	const struct changes *changes = &page->report->findings->changes;
	const size_t count = HASH_COUNT(changes->by_words);
	size_t left = shown_of(page, count);

	if (count == 0)
		return;
	show_title(page, "changed");
	for (const struct change *change = changes->by_words; change && left > 0;
	     change = change->hh.next, left--)
		show_change(page, change);
	show_rest(page, count);
}

/* ---- on one side ---- */

static uint64_t runs_of(const struct ran_command *command)
{
	return command ? command->runs : 0;
}

static void show_one_sided(const struct page *page, const struct twins *twins, enum side side)
{
	const struct ran_command *command = twins->sides[side];
	const struct ran_command *a = twins->sides[SIDE_A], *b = twins->sides[SIDE_B];
	struct line line;

	if (!begin(&line, page, command_room(command)))
		return;
	if (a && b)
		line_printf(&line, "%3" PRIu64 " -> %-3" PRIu64 " ", runs_of(a), runs_of(b));
	else
		line_printf(&line, "%9" PRIu64 "  ", command->surplus);
	put_command(&line, command);
	line_end(&line);
}

static void show_only(const struct page *page, enum side side)
{
	const struct twins_list *only = &page->report->findings->only[side];

	if (only->count == 0)
		return;
	show_title(page, side == SIDE_A ? "only in <, or more often" : "only in >, or more often");
	for (size_t i = 0; i < shown_of(page, only->count); i++)
		show_one_sided(page, &only->list[i], side);
	show_rest(page, only->count);
}

/* ---- endings ---- */

static void put_ending(struct line *line, const struct ending *ending)
{
	if (ending->signal)
		phrase_signal_name(line, ending->signal);
	else
		line_printf(line, "exit %d", (int)ending->code);
	if (ending->runs > 1)
		line_printf(line, " (%" PRIu64 ")", ending->runs);
}

static void put_endings(struct line *line, const struct ran_command *x, const struct ran_command *y)
{
	const char *between = "";
	struct ending ending;

	for (size_t at = 0; findings_next_ending(x, y, &at, &ending); between = ", ") {
		line_string(line, between);
		put_ending(line, &ending);
	}
}

static void show_ended(const struct page *page, const struct twins *twins)
{
	const struct ran_command *a = twins->sides[SIDE_A], *b = twins->sides[SIDE_B];
	/* Each ending takes no more than this. */
	const size_t room = 64 * (a->ending_count + b->ending_count);
	struct line line;

	if (!begin(&line, page, room + command_room(b)))
		return;
	line_string(&line, "  ");
	put_endings(&line, a, b);
	line_string(&line, " -> ");
	put_endings(&line, b, a);
	line_string(&line, "  ");
	put_command(&line, b);
	line_end(&line);
}

static void show_all_ended(const struct page *page)
{
	const struct twins_list *ended = &page->report->findings->ended;

	if (ended->count == 0)
		return;
	show_title(page, "ended differently");
	for (size_t i = 0; i < shown_of(page, ended->count); i++)
		show_ended(page, &ended->list[i]);
	show_rest(page, ended->count);
}

/* ---- times ---- */

static void show_slower(const struct page *page, const struct twins *twins)
{
	const struct ran_command *command = twins->sides[SIDE_B];
	struct spent times[SIDES];
	char a[TIMES_TEXT_SIZE], b[TIMES_TEXT_SIZE];
	struct line line;
	bool is_cpu;

	findings_times(twins, times, &is_cpu);
	times_span(spent_mean(&times[SIDE_A]), a);
	times_span(spent_mean(&times[SIDE_B]), b);
	if (!begin(&line, page, command_room(command)))
		return;
	line_printf(&line, "%9s -> %-7s%s  ", a, b, is_cpu ? " CPU" : "");
	put_command(&line, command);
	line_end(&line);
}

static void show_all_slower(const struct page *page)
{
	const struct twins_list *slower = &page->report->findings->slower;

	if (slower->count == 0)
		return;
	show_title(page, "took notably longer, or less (on average)");
	for (size_t i = 0; i < shown_of(page, slower->count); i++)
		show_slower(page, &slower->list[i]);
	show_rest(page, slower->count);
}

static bool is_notable(const struct program_sum *program)
{
	const struct spent *times =
		findings_compare_cpu(program->cpu) ? program->cpu : program->wall;

	return findings_notable(times[SIDE_A].ns, times[SIDE_B].ns);
}

static void show_program(const struct page *page, const struct program_sum *program)
{
	const bool is_cpu = findings_compare_cpu(program->cpu);
	const struct spent *times = is_cpu ? program->cpu : program->wall;
	const struct text name = {program->name, strlen(program->name)};
	char a[TIMES_TEXT_SIZE], b[TIMES_TEXT_SIZE];
	struct line line;

	times_span((int64_t)times[SIDE_A].ns, a);
	times_span((int64_t)times[SIDE_B].ns, b);
	if (!begin(&line, page, ESCAPE_GROWTH * name.length))
		return;
	line_printf(&line, "%9s -> %-7s%s  ", a, b, is_cpu ? " CPU" : "");
	line_text(&line, name);
	line_printf(&line, ", %" PRIu64 " -> %" PRIu64 " runs", program->runs[SIDE_A],
		    program->runs[SIDE_B]);
	line_end(&line);
}

static void show_programs(const struct page *page)
{
	size_t count = 0;

	for (const struct program_sum *program = page->report->findings->programs; program;
	     program = program->hh.next) {
		if (!is_notable(program))
			continue;
		if (count == 0)
			show_title(page, "programs that took notably longer, or less (in all)");
		if (count++ < REPORT_ENTRIES || page->report->all)
			show_program(page, program);
	}
}

/* ---- the sum ---- */

static void show_sum(const struct page *page)
{
	const struct findings *findings = page->report->findings;
	const size_t changes = HASH_COUNT(findings->changes.by_words);
	uint64_t changed = 0;

	show(page, PAINT_NONE, "%s", "");
	if (!findings_differ(findings)) {
		show(page, PAINT_NONE, "no difference in what ran and how it ended");
		return;
	}
	for (const struct change *change = findings->changes.by_words; change;
	     change = change->hh.next)
		changed += change->runs;
	show(page, PAINT_NONE,
	     "%zu change%s (%" PRIu64 " runs), %zu only in <, %zu only in >, %zu ended differently",
	     changes, changes == 1 ? "" : "s", changed, findings->only[SIDE_A].count,
	     findings->only[SIDE_B].count, findings->ended.count);
}

int report_text(const struct report *report, const struct sink_context *context)
{
	const struct page page = {report, context};

	show_side(&page, SIDE_A);
	show_side(&page, SIDE_B);
	if (report->findings->programs_only)
		show(&page, PAINT_ALERT,
		     "arguments are not known on both sides: only programs are compared");
	show_changes(&page);
	show_only(&page, SIDE_A);
	show_only(&page, SIDE_B);
	show_all_ended(&page);
	show_all_slower(&page);
	show_programs(&page);
	show_sum(&page);
	return out_buffer_flush(context->output);
}
