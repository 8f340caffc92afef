/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/field.h"

#include <errno.h>
#include <string.h>

static const bool is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

static inline bool is_inside(uint32_t offset, uint32_t size, uint32_t raw_size)
{
	return (uint64_t)offset + size <= raw_size;
}

static int64_t sign_extend(uint64_t value, uint32_t size)
{
	unsigned int unused = 64 - 8 * size;

	return (int64_t)(value << unused) >> unused;
}

static bool is_foreign(const struct field *field)
{
	return field->big_endian != is_big_endian;
}

void field_resolve(struct field *field)
{
	field->is_int = field->kind == FIELD_NUMBER && field->size == sizeof(int32_t) &&
			field->is_signed && !is_foreign(field);
}

int field_number_of_size(const struct field *field, const void *raw, uint32_t raw_size,
			 int64_t *value)
{
	const unsigned char *from = (const unsigned char *)raw + field->offset;
	const bool swap = is_foreign(field);
	uint64_t loaded;

	if (field->kind != FIELD_NUMBER || !is_inside(field->offset, field->size, raw_size))
		return -EBADMSG;
	switch (field->size) {
	case sizeof(uint8_t):
		loaded = *from;
		break;
	case sizeof(uint16_t):
		loaded = load16(from, swap);
		break;
	case sizeof(uint32_t):
		loaded = load32(from, swap);
		break;
	case sizeof(uint64_t):
		loaded = load64(from, swap);
		break;
	default:
		return -EBADMSG;
	}
	*value = field->is_signed ? sign_extend(loaded, field->size) : (int64_t)loaded;
	return 0;
}

/*
 * Find the bytes of a dynamic array, whose field holds length << 16 | offset. False: the field is
 * not inside of the record.
 */
static inline bool locate(const struct field *field, const void *raw, uint32_t raw_size,
			  uint32_t *offset, uint32_t *length)
{
	if (field->size != sizeof(uint32_t) || !is_inside(field->offset, field->size, raw_size))
		return false;
	uint32_t location = load32((const unsigned char *)raw + field->offset, is_foreign(field));
	*offset = location & 0xffff;
	*length = location >> 16;
	if (field->kind == FIELD_REL_LOC)
		*offset += field->offset + field->size;
	return true;
}

/* View the bytes of an array or a dynamic array. */
static inline int view(const struct field *field, const void *raw, uint32_t raw_size,
		       struct text *bytes)
{
	uint32_t offset = field->offset, length = field->size;

	if (field->kind == FIELD_NUMBER ||
	    (field->kind != FIELD_ARRAY && !locate(field, raw, raw_size, &offset, &length)) ||
	    !is_inside(offset, length, raw_size))
		return -EBADMSG;
	*bytes = (struct text){.bytes = (const char *)raw + offset, .length = length};
	return 0;
}

int field_bytes(const struct field *field, const void *raw, uint32_t raw_size, struct text *bytes)
{
	return view(field, raw, raw_size, bytes);
}

/* Returns the number of bytes before the first NUL in CHUNK; 8: there is none. */
static inline size_t chunk_length(uint64_t chunk)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	/* The upper bit of each byte that is 0. */
	uint64_t zeros = ~(((chunk & low) + low) | chunk | low);

	return zeros ? (size_t)__builtin_ctzll(zeros) / 8 : sizeof(chunk);
}

/*
 * strnlen() of TEXT, behind which READABLE bytes may be read, its own included. A call of it costs
 * more than the few bytes of a name.
 */
static inline size_t length_of(struct text text, size_t readable)
{
	size_t length = 0, in_chunk = sizeof(uint64_t);

	while (in_chunk == sizeof(uint64_t) && length < text.length) {
		if (readable - length < sizeof(uint64_t))
			return length + strnlen(text.bytes + length, text.length - length);
		in_chunk = chunk_length(load64(text.bytes + length, is_big_endian));
		length += in_chunk;
	}
	return length < text.length ? length : text.length;
}

int field_text(const struct field *field, const void *raw, uint32_t raw_size, struct text *text)
{
	struct text bytes;
	int code = view(field, raw, raw_size, &bytes);

	if (code < 0)
		return code;
	size_t readable = raw_size - (size_t)(bytes.bytes - (const char *)raw);
	*text = (struct text){.bytes = bytes.bytes, .length = length_of(bytes, readable)};
	return 0;
}
