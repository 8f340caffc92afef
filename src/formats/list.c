/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/error.h"
#include "base/printable.h"
#include "decode/shipped.h"
#include "formats/format_set.h"
#include "formats/page.h"
#include "formats/verbs.h"

/* ---- all kernels ---- */

/* A source that cannot be read has its reason instead. */
static void list_source(const char *source, FILE *out)
{
	struct format_set set;
	struct error err = {0};
	char name[sizeof(set.name)];

	if (format_set_load(source, "", &set, &err) < 0) {
		printable(name, sizeof(name), source);
		fprintf(out, "%4s  %6s  %-22s (%s)\n", "-", "-", name, err.what);
		return;
	}
	fprintf(out, "%4u  %6zu  %-*s%s%s\n", 8U * set.machine.long_size, set.count,
		*set.kernel ? 21 : 0, set.name, *set.kernel ? "  " : "", set.kernel);
	format_set_done(&set);
}

static int list_all(FILE *out, struct error *err)
{
	struct shipped shipped;

	fputs("BITS  EVENTS  NAME                   KERNEL\n", out);
	list_source("live", out);
	if (shipped_open(&shipped, err) < 0)
		return STATUS_TROUBLE;
	for (size_t i = 0; i < shipped.count; i++)
		list_source(shipped.names[i], out);
	shipped_done(&shipped);
	return 0;
}

/* ---- the events of one ---- */

static void print_event(const struct format_entry *entry, FILE *out)
{
	const struct format *format = entry->format;

	if (format)
		fprintf(out, "%5u  %5u  %6zu  %s:%s\n", format->id, format_fixed_size(format),
			format->field_count, entry->system, entry->name);
	else
		fprintf(out, "%5s  %5s  %6s  %s:%s (not understood: %s)\n", "-", "-", "-",
			entry->system, entry->name, entry->why);
}

static int list_events(const struct format_set *set, FILE *out, struct error *err)
{
	struct malformed malformed = {0};

	print_source(set, out);
	fputs("   ID  BYTES  FIELDS  EVENT\n", out);
	for (size_t i = 0; i < set->count; i++) {
		print_event(&set->entries[i], out);
		malformed_note(&malformed, &set->entries[i]);
	}
	return malformed_status(&malformed, err);
}

int formats_list(const struct verb_call *call, struct error *err)
{
	FILE *out = call->page->out;
	struct format_set set;

	if (call->count == 0)
		return list_all(out, err);
	if (format_set_load(call->arguments[0], NULL, &set, err) < 0)
		return STATUS_TROUBLE;
	int status = enter_sandbox(call, err) < 0 ? STATUS_TROUBLE : list_events(&set, out, err);
	format_set_done(&set);
	return status;
}
