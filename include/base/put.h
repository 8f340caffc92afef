/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes characters and numbers to memory with room for them. Each function returns the end of its
 * output. They are inline because the lines of the pipe format are little more than these.
 */
#ifndef PXT_BASE_PUT_H
#define PXT_BASE_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/text.h"

/* The longest 64-bit number, with its sign, in characters. */
#define NUMBER_ROOM 20U

static inline char *put_char(char *out, char c)
{
	*out++ = c;
	return out;
}

static ALWAYS_INLINE char *put_bytes(char *out, struct text text)
{
	memcpy(out, text.bytes, text.length);
	return out + text.length;
}

/* Write STRING without its NUL; the length of a literal is a constant. */
static ALWAYS_INLINE char *put_string(char *out, const char *string)
{
	return put_bytes(out, (struct text){string, strlen(string)});
}

/* Write BYTE as two hexadecimal digits. */
static inline char *put_hex_byte(char *out, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";

	*out++ = digits[byte >> 4];
	*out++ = digits[byte & 0xf];
	return out;
}

/* Write VALUE, under 100, as two digits. */
static inline char *put_two(char *out, uint32_t value)
{
	static const char pairs[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";

	memcpy(out, pairs + 2 * value, 2);
	return out + 2;
}

/* Write VALUE, under 1000, as three digits. */
static inline char *put_three(char *out, uint32_t value)
{
	return put_two(put_char(out, (char)('0' + value / 100)), value % 100);
}

/* Write VALUE, under 10,000, as four digits. */
static inline char *put_four(char *out, uint32_t value)
{
	return put_two(put_two(out, value / 100), value % 100);
}

/* Write VALUE, under 100,000,000, as eight digits. */
static inline char *put_eight(char *out, uint32_t value)
{
	return put_four(put_four(out, value / 10000), value % 10000);
}

/* Write VALUE, 10 or more. */
char *put_large(char *out, uint64_t value);

/* Write VALUE. Many numbers are 0, or have one digit. */
static ALWAYS_INLINE char *put_unsigned(char *out, uint64_t value)
{
	return value < 10 ? put_char(out, (char)('0' + value)) : put_large(out, value);
}

/* The same of a number that may be negative. */
static ALWAYS_INLINE char *put_signed(char *out, int64_t value)
{
	uint64_t size = (uint64_t)value;

	if (value < 0) {
		out = put_char(out, '-');
		size = 0 - size;
	}
	return put_unsigned(out, size);
}

#endif
