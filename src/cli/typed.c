/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/typed.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beside the `val` of a row, which is a letter or an enum long_option. */
#define LONG_NAME 0x10000

struct poptOption *typed_table(const struct poptOption *table)
{
	size_t count = 0, used = 0;

	while (table[count].longName || table[count].shortName)
		count++;
	struct poptOption *split = calloc(2 * count + 1, sizeof(*split));
	for (size_t i = 0; split && i < count; i++) {
		if (table[i].longName) {
			split[used] = table[i];
			split[used].shortName = '\0';
			split[used++].val |= LONG_NAME;
		}
		if (table[i].shortName) {
			split[used] = table[i];
			split[used++].longName = NULL;
		}
	}
	return split;
}

static const struct poptOption *find(const struct poptOption *table, int value)
{
	while (table->val != value)
		table++;
	return table;
}

int typed_note(struct typed *typed, const struct poptOption *table, int value)
{
	const struct poptOption *option = find(table, value);
	const int plain = value & ~LONG_NAME;

	if (option->longName)
		snprintf(typed->last, sizeof(typed->last), "--%s", option->longName);
	else
		snprintf(typed->last, sizeof(typed->last), "-%c", option->shortName);
	if (plain <= UCHAR_MAX)
		typed->longs[plain] = option->longName;
	return plain;
}

/* Replace the text of ERR, but not the remedy. */
static void set_what(struct error *err, const char *what)
{
	const struct error before = *err;

	error_set(err, 0, "%s", what);
	if (before.remedy[0] != '\0')
		error_remedy(err, "%s", before.remedy);
}

void typed_name_last(const struct typed *typed, struct error *err)
{
	char what[sizeof(err->what) + sizeof(typed->last)];

	if (err->what[0] != '-')
		return;
	snprintf(what, sizeof(what), "%s%s", typed->last, err->what + strcspn(err->what, " :,"));
	set_what(err, what);
}

/* The long name that was typed for the letter of an option that WORD begins with; NULL: none. */
static const char *long_name(const struct typed *typed, const char *word)
{
	if (word[0] != '-' || !isalpha((unsigned char)word[1]) || isalnum((unsigned char)word[2]))
		return NULL;
	return typed->longs[(unsigned char)word[1]];
}

void typed_name_all(const struct typed *typed, struct error *err)
{
	char what[2 * sizeof(err->what)] = "";
	size_t used = 0, length;

	for (const char *word = err->what; *word; word += length) {
		const char *name = long_name(typed, word);
		const size_t skipped = name ? 2 : 0;

		length = strcspn(word, " ");
		length += word[length] == ' ';
		used += (size_t)snprintf(what + used, sizeof(what) - used, "%s%s%.*s",
					 name ? "--" : "", name ? name : "",
					 (int)(length - skipped), word + skipped);
		if (used >= sizeof(what))
			break;
	}
	set_what(err, what);
}
