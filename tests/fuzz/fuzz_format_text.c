/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "decode/decoder.h"
#include "decode/format.h"
#include "fuzz.h"

static void check_field(const struct format *format, const struct format_field *field)
{
	must_hold(*field->name && *field->type, "a field has a name and a type");
	must_hold(strstr(field->declaration, field->name) != NULL, "a declaration has the name");
	must_hold(field->at.offset <= UINT16_MAX && field->at.size <= UINT16_MAX,
		  "a field lies within a record");
	must_hold(format_find(format, field->name) != NULL, "a field is found by its name");
}

/* FORMAT stands in for each tracepoint: one that lacks fields is refused. */
static void try_decoder(const struct format *format)
{
	for (size_t i = 0; i < TRACEPOINT_COUNT; i++) {
		const struct format *formats[TRACEPOINT_COUNT] = {NULL};
		struct decoder *decoder = NULL;
		struct error err = {0};

		formats[i] = format;
		int code = decoder_new(formats, &decoder, &err);
		must_hold(code == 0 || (code == -EBADMSG && err.what[0]), "a reason is given");
		decoder_free(decoder);
	}
}

static void parse(const uint8_t *bytes, size_t size, const struct machine *machine)
{
	struct format *format = NULL;
	struct error err = {0};
	int code = format_parse("system", (const char *)bytes, size, machine, &format, &err);

	if (code < 0) {
		must_hold(code == -EBADMSG && err.what[0], "a reason is given");
		return;
	}
	must_hold(*format->name && format->field_count > 0, "a format has a name and fields");
	for (size_t i = 0; i < format->field_count; i++)
		check_field(format, &format->fields[i]);
	try_decoder(format);
	format_free(format);
}

void fuzz_format_text(const uint8_t *bytes, size_t size)
{
	static const struct machine machines[] = {
		{.big_endian = false, .long_size = 8},
		{.big_endian = true, .long_size = 4},
	};

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		parse(bytes, size, &machines[i]);
}
