/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/complete.h"

#include <popt.h>
#include <stdbool.h>
#include <string.h>

#include "cli/candidates.h"
#include "cli/options.h"
#include "cli/syntax.h"

/* What the words before the last one say about it. */
struct place {
	enum mode mode;
	const struct poptOption *awaiting; /* the last word is this option's argument; NULL: no */
	const char *verb;                  /* the first word of the mode that is no option */
	size_t arguments;                  /* words that are neither options nor theirs */
	size_t command;                    /* where COMMAND begins; NO_COMMAND */
};
#define NO_COMMAND SIZE_MAX

/* ---- options ---- */

static bool is_row(const struct poptOption *option)
{
	return option->longName || option->shortName;
}

static bool takes_argument(const struct poptOption *option)
{
	return (option->argInfo & POPT_ARG_MASK) == POPT_ARG_STRING;
}

/* The option called LETTER, NULL where there is none. */
static const struct poptOption *short_option(enum mode mode, char letter)
{
	const struct poptOption *option = syntax_of(mode)->table;

	while (is_row(option) && option->shortName != letter)
		option++;
	return is_row(option) ? option : NULL;
}

/* The option in WORD, "--format" or "--format=json", NULL where there is none. */
static const struct poptOption *long_option(enum mode mode, const char *word)
{
	size_t length = strcspn(word + 2, "=");
	const struct poptOption *option = syntax_of(mode)->table;

	for (; is_row(option); option++) {
		if (option->longName && strlen(option->longName) == length &&
		    memcmp(option->longName, word + 2, length) == 0)
			return option;
	}
	return NULL;
}

/* The option of WORD whose argument is the next word, NULL where there is none: "-xF". */
static const struct poptOption *awaiting(enum mode mode, const char *word)
{
	const struct poptOption *option = NULL;

	if (strncmp(word, "--", 2) == 0) {
		option = strchr(word, '=') ? NULL : long_option(mode, word);
		return option && takes_argument(option) ? option : NULL;
	}
	for (const char *letter = word + 1; *letter; letter++) {
		option = short_option(mode, *letter);
		if (option && takes_argument(option))
			return letter[1] == '\0' ? option : NULL;
	}
	return NULL;
}

/* ---- the words before ---- */

static bool takes_command(enum mode mode)
{
	return mode == MODE_TRACE || mode == MODE_RECORD;
}

/* Words that begin with "-"; "-" itself is a file. */
static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

static void take_word(struct place *place, const char *word, size_t at)
{
	if (place->awaiting)
		place->awaiting = NULL;
	else if (strcmp(word, "--") == 0 && takes_command(place->mode))
		place->command = at + 1;
	else if (is_option(word))
		place->awaiting = awaiting(place->mode, word);
	else if (takes_command(place->mode))
		place->command = at;
	else if (place->arguments++ == 0)
		place->verb = word;
}

static struct place find_place(const char *const words[], size_t last)
{
	struct place place = {.mode = MODE_TRACE, .verb = "", .command = NO_COMMAND};
	size_t at = 0;

	if (last > 0)
		place.mode = syntax_named_mode(words[0]);
	if (place.mode != MODE_TRACE)
		at++;
	for (; at < last && place.command == NO_COMMAND; at++)
		take_word(&place, words[at], at);
	return place;
}

/* ---- the last word ---- */

static void offer_options(const struct place *place, const struct partial_word *typed)
{
	const struct poptOption *option = syntax_of(place->mode)->table;
	struct partial_word name = *typed;

	/* "-" becomes "--" too. */
	if (strcmp(typed->word, "-") == 0)
		name.word = "--";
	name.before = name.list = strlen("--");
	for (; is_row(option); option++) {
		if (option->longName && !(option->argInfo & POPT_ARGFLAG_DOC_HIDDEN))
			offer(&name, option->longName, option->descrip);
	}
	if (takes_command(place->mode))
		offer(typed, "--", "COMMAND begins");
}

static void offer_modes(const struct partial_word *typed)
{
	for (enum mode mode = MODE_RECORD; mode <= MODE_HELP; mode++)
		offer(typed, syntax_of(mode)->name, "");
}

static void offer_of_formats(const struct place *place, const struct partial_word *typed)
{
	bool shows = strcmp(place->verb, "show") == 0, differs = strcmp(place->verb, "diff") == 0;

	if (place->arguments == 0) {
		offer(typed, "list", "kernels, or the events of one");
		offer(typed, "show", "the layout of events");
		offer(typed, "diff", "the layouts of two kernels");
	}
	if ((shows && place->arguments == 1) || (differs && place->arguments == 3))
		offer_tracepoints(typed);
	if ((differs && place->arguments <= 2) || (shows && place->arguments <= 2) ||
	    (strcmp(place->verb, "list") == 0 && place->arguments == 1))
		offer_sources(typed);
}

static void offer_argument(const struct place *place, const struct partial_word *typed, size_t last)
{
	if (last == 0 || (place->mode == MODE_HELP && place->arguments == 0))
		offer_modes(typed);
	if (takes_command(place->mode))
		fprintf(typed->out, ":command %zu\n", last);
	if ((place->mode == MODE_REPLAY && place->arguments == 0) ||
	    (place->mode == MODE_DIFF && place->arguments < 2))
		fputs(":files\n", typed->out);
	if (place->mode == MODE_FORMATS)
		offer_of_formats(place, typed);
}

/* The last word is an option or begins like one. */
static void offer_option(const struct place *place, struct partial_word typed)
{
	const char *equals = strncmp(typed.word, "--", 2) == 0 ? strchr(typed.word, '=') : NULL;

	if (!equals) {
		if (strcmp(typed.word, "-") == 0 || typed.word[1] == '-')
			offer_options(place, &typed);
		return;
	}
	const struct poptOption *option = long_option(place->mode, typed.word);

	typed.before = (size_t)(equals + 1 - typed.word);
	if (option && takes_argument(option))
		offer_value(typed, option->val);
}

void complete_words(const char *const words[], FILE *out)
{
	size_t last = 0;

	if (!words[0])
		return;
	while (words[last + 1])
		last++;
	struct place place = find_place(words, last);
	struct partial_word typed = {.out = out, .word = words[last]};

	if (place.command != NO_COMMAND)
		fprintf(out, ":command %zu\n", place.command);
	else if (place.awaiting)
		offer_value(typed, place.awaiting->val);
	else if (typed.word[0] == '-')
		offer_option(&place, typed);
	else
		offer_argument(&place, &typed, last);
}
