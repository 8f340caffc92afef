/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>

#include "decode/format_text.h"

struct machine machine_native(void)
{
	return (struct machine){
		.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
		.long_size = sizeof(long),
	};
}

static struct tep_handle *new_handle(const struct machine *machine)
{
	struct tep_handle *tep = tep_alloc();

	if (!tep)
		return NULL;
	/* It prints what it dislikes; we say so ourselves. */
	tep_set_loglevel(TEP_LOG_NONE);
	tep_set_file_bigendian(tep, machine->big_endian ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_local_bigendian(tep,
				machine_native().big_endian ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_long_size(tep, machine->long_size);
	tep_set_page_size(tep, 4096);
	return tep;
}

/* A field that is no array by its declaration may still be no number by its size: a struct. */
static enum field_kind kind_of(const struct tep_format_field *from)
{
	if (from->flags & TEP_FIELD_IS_DYNAMIC)
		return from->flags & TEP_FIELD_IS_RELATIVE ? FIELD_REL_LOC : FIELD_DATA_LOC;
	if (from->flags & TEP_FIELD_IS_ARRAY)
		return FIELD_ARRAY;
	switch (from->size) {
	case 1:
	case 2:
	case 4:
	case 8:
		return FIELD_NUMBER;
	default:
		return FIELD_ARRAY;
	}
}

/* *DECLARATIONS is where in the clean text the field's line is to be found. */
static int copy_field(const struct tep_format_field *from, bool common,
		      const struct machine *machine, const char **declarations,
		      struct format_field *field)
{
	struct text declaration;

	if (from->offset < 0 || from->size < 0 || !format_text_next(declarations, &declaration))
		return -EBADMSG;
	*field = (struct format_field){
		.name = strdup(from->name),
		.type = strdup(from->type),
		.declaration = strndup(declaration.bytes, declaration.length),
		.at =
			{
				.offset = (uint32_t)from->offset,
				.size = (uint32_t)from->size,
				.kind = kind_of(from),
				.is_signed = (from->flags & TEP_FIELD_IS_SIGNED) != 0,
				.big_endian = machine->big_endian,
			},
		.common = common,
	};
	return field->name && field->type && field->declaration ? 0 : -ENOMEM;
}

static int copy_fields(const struct tep_format_field *from, bool common,
		       const struct machine *machine, const char **declarations,
		       struct format *format)
{
	for (; from; from = from->next) {
		/* Counted first: format_free() then frees what a failure leaves half-made. */
		struct format_field *field = &format->fields[format->field_count++];
		int code = copy_field(from, common, machine, declarations, field);

		if (code < 0)
			return code;
	}
	return 0;
}

static int copy_event(const struct tep_event *from, const struct machine *machine,
		      const char *clean, struct format *format)
{
	size_t count = (size_t)from->format.nr_common + (size_t)from->format.nr_fields;

	format->id = (uint16_t)from->id;
	format->system = strdup(from->system);
	format->name = strdup(from->name);
	format->fields = calloc(count ? count : 1, sizeof(*format->fields));
	if (!format->system || !format->name || !format->fields)
		return -ENOMEM;
	int code = copy_fields(from->format.common_fields, true, machine, &clean, format);
	return code < 0 ? code : copy_fields(from->format.fields, false, machine, &clean, format);
}

/* CLEAN came through format_text_clean(). The event that TEP makes of it belongs to TEP. */
static int parse_clean(struct tep_handle *tep, const char *system, const char *clean, size_t length,
		       const struct machine *machine, struct format **format, struct error *err)
{
	struct tep_event *event = NULL;
	int wrong = tep_parse_format(tep, &event, clean, length, system);

	/* It answers 0 for much that it could not make sense of. */
	if (wrong != 0 || !event || (unsigned int)event->flags & TEP_EVENT_FL_FAILED)
		return error_set(err, -EBADMSG, "libtraceevent cannot parse it");

	struct format *made = calloc(1, sizeof(*made));
	int code = made ? copy_event(event, machine, clean, made) : -ENOMEM;
	if (code < 0) {
		format_free(made);
		return code == -ENOMEM ? error_no_memory(err)
				       : error_set(err, code, "a field makes no sense");
	}
	*format = made;
	return 0;
}

int format_parse(const char *system, const char *text, size_t length, const struct machine *machine,
		 struct format **format, struct error *err)
{
	char *clean;
	size_t clean_length;

	if (machine->long_size != 4 && machine->long_size != 8)
		return error_set(err, -EINVAL, "no machine has longs of %u bytes",
				 machine->long_size);
	int code = format_text_clean(text, length, &clean, &clean_length, err);
	if (code < 0)
		return code;

	struct tep_handle *tep = new_handle(machine);
	code = tep ? parse_clean(tep, system, clean, clean_length, machine, format, err)
		   : error_no_memory(err);
	tep_free(tep);
	free(clean);
	return code;
}

void format_free(struct format *format)
{
	if (!format)
		return;
	for (size_t i = 0; i < format->field_count; i++) {
		free(format->fields[i].name);
		free(format->fields[i].type);
		free(format->fields[i].declaration);
	}
	free(format->fields);
	free(format->system);
	free(format->name);
	free(format);
}

const struct format_field *format_find(const struct format *format, const char *name)
{
	for (size_t i = 0; i < format->field_count; i++) {
		if (strcmp(format->fields[i].name, name) == 0)
			return &format->fields[i];
	}
	return NULL;
}
