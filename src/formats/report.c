/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/report.h"

#include <stdlib.h>
#include <string.h>

#include "sink/text/escape.h"

void report_name(const char *name, FILE *out)
{
	struct text text = {name, strlen(name)};
	char *escaped = malloc(ESCAPE_GROWTH * text.length + 1);

	if (!escaped)
		return;
	*escape_text_visibly(escaped, text) = '\0';
	fputs(escaped, out);
	free(escaped);
}

void report_source(const struct format_set *set, FILE *out)
{
	report_name(set->name, out);
	fputs("  ", out);
	report_name(set->kernel, out);
	fprintf(out, "%s%u-bit%s\n", *set->kernel ? ", " : "", 8U * set->machine.long_size,
		set->machine.big_endian ? ", big-endian" : "");
}

/* The bytes that every record of it has. */
static uint32_t fixed_size(const struct format *format)
{
	uint32_t size = 0;

	for (size_t i = 0; i < format->field_count; i++) {
		const struct field *at = &format->fields[i].at;

		if (at->offset + at->size > size)
			size = at->offset + at->size;
	}
	return size;
}

void report_events(const struct format_set *set, FILE *out)
{
	fputs("   ID  BYTES  FIELDS  EVENT\n", out);
	for (size_t i = 0; i < set->count; i++) {
		const struct format_entry *entry = &set->entries[i];
		const struct format *format = entry->format;

		if (format) {
			fprintf(out, "%5u  %5u  %6zu  %s:%s\n", format->id, fixed_size(format),
				format->field_count, entry->system, entry->name);
			continue;
		}
		fprintf(out, "%5s  %5s  %6s  %s:%s (not understood: %s)\n", "-", "-", "-",
			entry->system, entry->name, entry->why);
	}
}

static void print_hole(uint32_t from, uint32_t to, const struct style *style, FILE *out)
{
	if (to > from)
		fprintf(out, "%s  %6u  %5u          (hole)%s\n", style->dim, from, to - from,
			style->end);
}

/* As declared, the name in bold. */
static void print_declaration(const struct format_field *field, const struct style *style,
			      FILE *out)
{
	const char *declaration = field->declaration;
	size_t length = strlen(field->name);
	const char *name = NULL;

	for (const char *at = declaration; (at = strstr(at, field->name)); at++)
		name = at;
	if (!name) {
		fprintf(out, "%s\n", declaration);
		return;
	}
	fprintf(out, "%.*s%s%.*s%s%s\n", (int)(name - declaration), declaration, style->bold,
		(int)length, name, style->end, name + length);
}

static void print_layout(const struct format_entry *entry, const struct style *style, FILE *out)
{
	const struct format *format = entry->format;
	uint32_t end = 0;

	fprintf(out, "\n%s%s:%s%s  id %u, %u bytes\n", style->bold, entry->system, entry->name,
		style->end, format->id, fixed_size(format));
	fprintf(out, "%s  offset   size  signed  field%s\n", style->dim, style->end);
	for (size_t i = 0; i < format->field_count; i++) {
		const struct format_field *field = &format->fields[i];
		const struct field *at = &field->at;

		print_hole(end, at->offset, style, out);
		fprintf(out, "  %6u  %5u  %-6s  ", at->offset, at->size,
			at->is_signed ? "yes" : "no");
		print_declaration(field, style, out);
		if (at->offset + at->size > end)
			end = at->offset + at->size;
	}
}

void report_layouts(const struct format_set *set, const struct style *style, FILE *out)
{
	report_source(set, out);
	for (size_t i = 0; i < set->count; i++) {
		if (set->entries[i].format)
			print_layout(&set->entries[i], style, out);
	}
}
