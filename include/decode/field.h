/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads one field of a tracepoint's raw data, with bounds checks.
 */
#ifndef PXT_DECODE_FIELD_H
#define PXT_DECODE_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/load.h"
#include "base/text.h"

enum field_kind {
	FIELD_NUMBER,
	FIELD_ARRAY,    /* `size` bytes in the record */
	FIELD_DATA_LOC, /* u32: length << 16 | offset from the start of the record */
	FIELD_REL_LOC,  /* the same, offset from the end of this u32 (Linux 5.17) */
};

/* The place and type of a field, from the kernel's format: they differ between kernels. */
struct field {
	uint32_t offset; /* bytes from the start of the raw record */
	uint32_t size;   /* bytes */
	enum field_kind kind;
	bool is_signed;
	bool big_endian; /* the recorder's byte order */
	bool is_int;     /* by field_resolve(): a number that is an int of this machine */
};

/* Set what follows from the other members of FIELD. Without it FIELD is loaded more slowly. */
void field_resolve(struct field *field);

/*
 * Load a number of 1, 2, 4 or 8 bytes, sign-extended where the field is signed.
 * Returns 0, or -EBADMSG where the record is too short or the field no number.
 */
static inline MUST_CHECK int field_number(const struct field *field, const void *raw,
					  uint32_t raw_size, int64_t *value);

/* field_number() for less common sizes, and its checks. */
int field_number_of_size(const struct field *field, const void *raw, uint32_t raw_size,
			 int64_t *value) MUST_CHECK;

/*
 * View the bytes of an array or dynamic array in the record.
 * Returns 0, or -EBADMSG where they are not all inside of it or the field is a number.
 */
int field_bytes(const struct field *field, const void *raw, uint32_t raw_size,
		struct text *bytes) MUST_CHECK;

/* field_bytes() up to the first NUL, if there is one. */
int field_text(const struct field *field, const void *raw, uint32_t raw_size,
	       struct text *text) MUST_CHECK;

/* Every event needs several numbers, the u16 common_type among them. */
static inline int field_number(const struct field *field, const void *raw, uint32_t raw_size,
			       int64_t *value)
{
	const bool swap = field->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	const unsigned char *from = (const unsigned char *)raw + field->offset;

	if (field->kind != FIELD_NUMBER || (uint64_t)field->offset + field->size > raw_size)
		return field_number_of_size(field, raw, raw_size, value);
	if (field->size == sizeof(uint32_t)) {
		uint32_t loaded = load32(from, swap);

		*value = field->is_signed ? (int32_t)loaded : (int64_t)loaded;
		return 0;
	}
	if (field->size == sizeof(uint16_t) && !field->is_signed) {
		*value = load16(from, swap);
		return 0;
	}
	if (field->size == sizeof(uint8_t) && !field->is_signed) {
		*value = *from;
		return 0;
	}
	return field_number_of_size(field, raw, raw_size, value);
}

#endif
