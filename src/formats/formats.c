/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/formats.h"

#include <errno.h>
#include <string.h>

#include "base/suggest.h"
#include "base/terminal.h"
#include "formats/format_set.h"
#include "formats/page.h"
#include "formats/verbs.h"
#include "sandbox/sandbox.h"

/* ---- what the verbs share ---- */

int enter_sandbox(const struct verb_call *call, struct error *err)
{
	struct sandbox_in_force in_force;

	return call->options->sandbox ? sandbox_enter(call->options->sandbox, &in_force, err) : 0;
}

struct page page_on(FILE *out, bool color)
{
	if (!color)
		return (struct page){out, "", "", "", "", "", ""};
	return (struct page){
		.out = out,
		.bold = "\033[1m",
		.dim = "\033[2m",
		.added = "\033[32m",
		.removed = "\033[31m",
		.changed = "\033[33m",
		.end = "\033[0m",
	};
}

void print_source(const struct format_set *set, FILE *out)
{
	fprintf(out, "%s  %s%s%u-bit%s\n", set->name, set->kernel, *set->kernel ? ", " : "",
		8U * set->machine.long_size, set->machine.big_endian ? ", big-endian" : "");
}

uint32_t format_fixed_size(const struct format *format)
{
	uint32_t size = 0;

	for (size_t i = 0; i < format->field_count; i++) {
		const struct field *at = &format->fields[i].at;

		if (at->offset + at->size > size)
			size = at->offset + at->size;
	}
	return size;
}

void malformed_note(struct malformed *malformed, const struct format_entry *entry)
{
	if (!entry->format && malformed->count++ == 0)
		malformed->first = entry->why;
}

int malformed_status(const struct malformed *malformed, struct error *err)
{
	if (malformed->count == 0)
		return 0;
	if (malformed->count == 1)
		error_set(err, -EBADMSG, "%s", malformed->first);
	else
		error_set(err, -EBADMSG, "%zu formats are malformed, the first: %.300s",
			  malformed->count, malformed->first);
	return STATUS_TROUBLE;
}

static void suggest_events(const struct format_set *set, struct suggestions *suggestions)
{
	for (size_t i = 0; i < set->count; i++)
		suggest(suggestions, set->entries[i].name);
}

int unknown_event(const struct format_set *a, const struct format_set *b, const char *event,
		  struct error *err)
{
	const char *colon = strchr(event, ':');
	struct suggestions suggestions = {.wanted = colon ? colon + 1 : event};
	char text[sizeof(err->remedy)];

	suggest_events(a, &suggestions);
	if (b)
		suggest_events(b, &suggestions);
	suggestions_text(&suggestions, text, sizeof(text));
	error_set(err, -ENOENT, "%.80s%s%.80s %s no event '%.80s'", a->name, b ? " and " : "",
		  b ? b->name : "", b ? "have" : "has", event);
	error_remedy(err, "%s", text);
	return STATUS_TROUBLE;
}

/* ---- the verbs ---- */

static const struct verb {
	const char *name;
	size_t fewest, most; /* arguments */
	const char *usage;
	verb_run *run;
	bool has_json;
} verbs[] = {
	{"list", 0, 1, "list [SOURCE]", formats_list, false},
	{"show", 0, 2, "show [EVENT] [SOURCE]", formats_show, false},
	{"diff", 2, 3, "diff A B [EVENT]", formats_diff, true},
};

static int run_verb(const struct verb *verb, const struct verb_call *call, struct error *err)
{
	if (call->options->json && !verb->has_json) {
		error_set(err, -EINVAL, "-F json: 'formats %s' prints text only", verb->name);
		return STATUS_TROUBLE;
	}
	if (call->count >= verb->fewest && call->count <= verb->most)
		return verb->run(call, err);
	error_set(err, -EINVAL, "too %s arguments to 'formats %s'",
		  call->count < verb->fewest ? "few" : "many", verb->name);
	error_remedy(err, "perf_exec_trace formats %s", verb->usage);
	return STATUS_TROUBLE;
}

int formats_run(const char *const arguments[], const struct formats_options *options, FILE *out,
		struct error *err)
{
	const struct page page =
		page_on(out, terminal_wants_color(fileno(out), TERMINAL_COLOR_AUTO));
	struct verb_call call = {.arguments = arguments, .options = options, .page = &page};
	const char *name = "list";

	if (arguments[0])
		name = *call.arguments++;
	while (call.arguments[call.count])
		call.count++;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(name, verbs[i].name) == 0)
			return run_verb(&verbs[i], &call, err);
	}
	error_set(err, -EINVAL, "'formats' has no '%.40s'", name);
	error_remedy(err, "perf_exec_trace formats list, show or diff");
	return STATUS_TROUBLE;
}
