/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/perfetto/proto.h"

#include <stddef.h>
#include <string.h>

#include "base/put.h"

enum wire_type {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_LENGTH = 2,
};

static char *put_varint(char *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*out++ = (char)(value | 0x80);
	*out++ = (char)value;
	return out;
}

static char *put_tag(char *out, unsigned int field, enum wire_type type)
{
	return put_varint(out, field << 3 | type);
}

char *proto_put_number(char *out, unsigned int field, uint64_t value)
{
	return put_varint(put_tag(out, field, WIRE_VARINT), value);
}

char *proto_put_fixed64(char *out, unsigned int field, uint64_t value)
{
	out = put_tag(out, field, WIRE_FIXED64);
	for (int i = 0; i < 8; i++, value >>= 8)
		*out++ = (char)value;
	return out;
}

char *proto_put_text(char *out, unsigned int field, struct text text)
{
	return put_bytes(put_varint(put_tag(out, field, WIRE_LENGTH), text.length), text);
}

/* One byte is left for the length, which is enough for most. */
char *proto_begin(char *out, unsigned int field)
{
	return put_tag(out, field, WIRE_LENGTH) + 1;
}

char *proto_end(char *begin, char *out)
{
	const size_t length = (size_t)(out - begin);
	char varint[PROTO_ROOM];
	const size_t size = (size_t)(put_varint(varint, length) - varint);

	if (size > 1)
		memmove(begin - 1 + size, begin, length);
	memcpy(begin - 1, varint, size);
	return begin - 1 + size + length;
}
