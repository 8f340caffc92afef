/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/field.h"

#include <errno.h>
#include <string.h>

static uint64_t load(const unsigned char *from, uint32_t size, bool big_endian)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < size; i++) {
		uint32_t at = big_endian ? i : size - 1 - i;

		value = value << 8 | from[at];
	}
	return value;
}

static bool is_inside(uint64_t offset, uint64_t size, uint32_t raw_size)
{
	return size <= raw_size && offset <= raw_size - size;
}

static int64_t sign_extend(uint64_t value, uint32_t size)
{
	unsigned int unused = 64 - 8 * size;

	return (int64_t)(value << unused) >> unused;
}

int field_number(const struct field *field, const void *raw, uint32_t raw_size, int64_t *value)
{
	if (field->kind != FIELD_NUMBER || !is_inside(field->offset, field->size, raw_size))
		return -EBADMSG;
	if (field->size > sizeof(uint64_t) || __builtin_popcount(field->size) != 1)
		return -EBADMSG;

	uint64_t loaded =
		load((const unsigned char *)raw + field->offset, field->size, field->big_endian);
	*value = field->is_signed ? sign_extend(loaded, field->size) : (int64_t)loaded;
	return 0;
}

/* Where the bytes of a dynamic array lie: its field holds length << 16 | offset. */
static int locate(const struct field *field, const void *raw, uint32_t raw_size, uint32_t *offset,
		  uint32_t *length)
{
	if (field->size != sizeof(uint32_t) || !is_inside(field->offset, field->size, raw_size))
		return -EBADMSG;

	uint64_t location =
		load((const unsigned char *)raw + field->offset, field->size, field->big_endian);
	*offset = (uint32_t)(location & 0xffff);
	*length = (uint32_t)(location >> 16);
	if (field->kind == FIELD_REL_LOC)
		*offset += field->offset + field->size;
	return 0;
}

int field_bytes(const struct field *field, const void *raw, uint32_t raw_size, struct text *bytes)
{
	uint32_t offset = field->offset;
	uint32_t length = field->size;

	if (field->kind == FIELD_NUMBER)
		return -EBADMSG;
	if (field->kind != FIELD_ARRAY && locate(field, raw, raw_size, &offset, &length) < 0)
		return -EBADMSG;
	if (!is_inside(offset, length, raw_size))
		return -EBADMSG;
	*bytes = (struct text){.bytes = (const char *)raw + offset, .length = length};
	return 0;
}

int field_text(const struct field *field, const void *raw, uint32_t raw_size, struct text *text)
{
	struct text bytes;
	int code = field_bytes(field, raw, raw_size, &bytes);

	if (code < 0)
		return code;
	*text = (struct text){.bytes = bytes.bytes, .length = strnlen(bytes.bytes, bytes.length)};
	return 0;
}
