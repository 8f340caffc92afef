/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "decode/format.h"
#include "formats/diff_output.h"
#include "formats/format_set.h"
#include "formats/page.h"
#include "formats/side_by_side.h"
#include "sink/text/json_writer.h"

static void put_source(struct json_writer *json, const char *name, const struct format_set *set)
{
	json_begin_object(json, name);
	json_string(json, "name", set->name);
	json_string(json, "kernel", set->kernel[0] ? set->kernel : NULL);
	json_number(json, "bits", 8 * set->machine.long_size);
	json_bool(json, "big_endian", set->machine.big_endian);
	json_end_object(json);
}

static void begin(struct diff_report *report)
{
	struct json_writer *json = &report->json;

	*json = (struct json_writer){.out = report->page->out};
	json_begin_object(json, NULL);
	json_number(json, "v", 1);
	put_source(json, "a", report->sets[DIFF_A]);
	put_source(json, "b", report->sets[DIFF_B]);
	json_begin_array(json, "events");
}

/* ---- fields ---- */

static void put_field(struct json_writer *json, const char *name, const struct format_field *field)
{
	if (!field) {
		json_null(json, name);
		return;
	}
	json_begin_object(json, name);
	json_number(json, "at", field->at.offset);
	json_number(json, "size", field->at.size);
	json_bool(json, "signed", field->at.is_signed);
	json_string(json, "declaration", field->declaration);
	json_end_object(json);
}

static const char *change_of(const struct format_pair *pair)
{
	if (!pair->a)
		return "added";
	return pair->b ? "changed" : "removed";
}

static void put_pair(struct json_writer *json, const struct format_pair *pair)
{
	if (format_pair_mark(pair) == '|')
		return;
	json_begin_object(json, NULL);
	json_string(json, "name", pair->b ? pair->b->name : pair->a->name);
	json_string(json, "change", change_of(pair));
	put_field(json, "a", pair->a);
	put_field(json, "b", pair->b);
	json_end_object(json);
}

static int put_fields(struct json_writer *json, const struct format *a, const struct format *b,
		      unsigned int parts)
{
	size_t count;
	struct format_pair *pairs = format_pairs(a, b, parts, &count);

	if (!pairs)
		return -ENOMEM;
	json_begin_array(json, "fields");
	for (size_t i = 0; i < count; i++)
		put_pair(json, &pairs[i]);
	json_end_array(json);
	free(pairs);
	return 0;
}

/* ---- events ---- */

static int common(struct diff_report *report, const struct format *a, const struct format *b)
{
	struct json_writer *json = &report->json;

	json_begin_object(json, NULL);
	json_null(json, "system");
	json_null(json, "name");
	json_null(json, "id_a");
	json_null(json, "id_b");
	int code = put_fields(json, a, b, FORMAT_COMMON);
	json_end_object(json);
	return code;
}

static int event(struct diff_report *report, const struct format_entry *a,
		 const struct format_entry *b, unsigned int parts)
{
	struct json_writer *json = &report->json;

	json_begin_object(json, NULL);
	json_string(json, "system", a->system);
	json_string(json, "name", a->name);
	json_number(json, "id_a", a->format->id);
	json_number(json, "id_b", b->format->id);
	int code = put_fields(json, a->format, b->format, parts);
	json_end_object(json);
	return code;
}

static void begin_side(struct diff_report *report, enum diff_side side)
{
	if (side == DIFF_A)
		json_end_array(&report->json);
	json_begin_array(&report->json, side == DIFF_A ? "only_a" : "only_b");
}

static void one_sided(struct diff_report *report, enum diff_side side,
		      const struct format_entry *entry)
{
	struct json_writer *json = &report->json;

	(void)side;
	json_begin_object(json, NULL);
	json_string(json, "system", entry->system);
	json_string(json, "name", entry->name);
	json_end_object(json);
}

static void end_side(struct diff_report *report)
{
	json_end_array(&report->json);
}

static void end(struct diff_report *report, const struct diff_sum *sum)
{
	struct json_writer *json = &report->json;

	json_number(json, "compared", (int64_t)sum->compared);
	json_number(json, "differ", (int64_t)sum->differ);
	json_number(json, "renumbered", (int64_t)sum->renumbered);
	json_number(json, "not_compared_a", (int64_t)sum->uncovered[DIFF_A]);
	json_number(json, "not_compared_b", (int64_t)sum->uncovered[DIFF_B]);
	json_end_object(json);
	fputc('\n', json->out);
}

const struct diff_output diff_json = {
	.begin = begin,
	.common = common,
	.event = event,
	.begin_side = begin_side,
	.one_sided = one_sided,
	.end_side = end_side,
	.end = end,
};
