/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tracepoint's format: its id and fields, parsed from the text of its tracefs `format` file.
 * format.c is the only file that uses libtraceevent.
 */
#ifndef PXT_DECODE_FORMAT_H
#define PXT_DECODE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "decode/field.h"

/* The machine whose records a format describes. */
struct machine {
	bool big_endian;
	uint8_t long_size; /* bytes: 4 or 8 */
};

struct format_field {
	char *name;        /* without brackets: "parent_comm" */
	char *type;        /* "pid_t", "char[16]", "__data_loc char[]" */
	char *declaration; /* as in the format file: "char parent_comm[16]" */
	struct field at;
	bool common; /* one of the fields that all tracepoints begin with */
};

struct format {
	char *system;
	char *name;
	uint16_t id;                 /* common_type, perf_event_attr.config */
	struct format_field *fields; /* in the record's order, the common ones first */
	size_t field_count;
};

/* Returns the machine that we run on. */
struct machine machine_native(void);

/*
 * Parse LENGTH bytes of format text of SYSTEM's event (any bytes: the text is not trusted).
 *
 * Returns 0 with *FORMAT (free with format_free()); -EBADMSG where the text is malformed or a field
 * makes no sense, -EINVAL where MACHINE does not; -ENOMEM.
 */
int format_parse(const char *system, const char *text, size_t length, const struct machine *machine,
		 struct format **format, struct error *err) MUST_CHECK;

void format_free(struct format *format);

/* Returns the field called NAME, borrowed from FORMAT; NULL: none. */
const struct format_field *format_find(const struct format *format, const char *name);

#endif
