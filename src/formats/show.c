/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "decode/format.h"
#include "formats/format_set.h"
#include "formats/page.h"
#include "formats/verbs.h"

static void print_hole(uint32_t from, uint32_t to, const struct page *page)
{
	if (to > from)
		fprintf(page->out, "%s  %6u  %5u          (hole)%s\n", page->dim, from, to - from,
			page->end);
}

/* As declared, the name in bold. */
static void print_declaration(const struct format_field *field, const struct page *page)
{
	const char *declaration = field->declaration;
	size_t length = strlen(field->name);
	const char *name = NULL;

	for (const char *at = declaration; (at = strstr(at, field->name)); at++)
		name = at;
	if (!name) {
		fprintf(page->out, "%s\n", declaration);
		return;
	}
	fprintf(page->out, "%.*s%s%.*s%s%s\n", (int)(name - declaration), declaration, page->bold,
		(int)length, name, page->end, name + length);
}

static void print_layout(const struct format_entry *entry, const struct page *page)
{
	const struct format *format = entry->format;
	uint32_t end = 0;

	fprintf(page->out, "\n%s%s:%s%s  id %u, %u bytes\n", page->bold, entry->system, entry->name,
		page->end, format->id, format_fixed_size(format));
	fprintf(page->out, "%s  offset   size  signed  field%s\n", page->dim, page->end);
	for (size_t i = 0; i < format->field_count; i++) {
		const struct field *at = &format->fields[i].at;

		print_hole(end, at->offset, page);
		fprintf(page->out, "  %6u  %5u  %-6s  ", at->offset, at->size,
			at->is_signed ? "yes" : "no");
		print_declaration(&format->fields[i], page);
		if (at->offset + at->size > end)
			end = at->offset + at->size;
	}
}

static int print_matches(const struct format_set *set, const char *pattern, const struct page *page,
			 struct error *err)
{
	struct malformed malformed = {0};
	size_t shown = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct format_entry *entry = &set->entries[i];

		if (!format_entry_matches(entry, pattern))
			continue;
		if (shown++ == 0)
			print_source(set, page->out);
		malformed_note(&malformed, entry);
		if (entry->format)
			print_layout(entry, page);
	}
	return shown > 0 ? malformed_status(&malformed, err)
			 : unknown_event(set, NULL, pattern ? pattern : "*", err);
}

/* Names of events are words; those of kernels have a dash, a file's a dot or a slash. */
static bool is_source(const char *argument)
{
	if (strcmp(argument, "live") == 0)
		return true;
	for (const char *c = argument; *c; c++) {
		if (!isalnum((unsigned char)*c) && !strchr("_:*?[]", *c))
			return true;
	}
	return false;
}

int formats_show(const struct verb_call *call, struct error *err)
{
	const char *event = call->arguments[0];
	const char *source = call->count > 1 ? call->arguments[1] : "live";
	struct format_set set;

	if (call->count == 1 && is_source(event)) {
		source = event;
		event = NULL;
	}
	/* This host's thousands of events would bury those that matter. */
	if (!event && strcmp(source, "live") == 0)
		event = "sched:sched_process_*";
	if (format_set_load(source, event, &set, err) < 0)
		return STATUS_TROUBLE;
	int status = enter_sandbox(call, err) < 0 ? STATUS_TROUBLE
						  : print_matches(&set, event, call->page, err);
	format_set_done(&set);
	return status;
}
