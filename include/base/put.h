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

#include "base/text.h"

/* The longest 64-bit number, with its sign, in characters. */
#define NUMBER_ROOM 20U

static inline char *put_char(char *out, char c)
{
	*out++ = c;
	return out;
}

static inline char *put_bytes(char *out, struct text text)
{
	memcpy(out, text.bytes, text.length);
	return out + text.length;
}

/* Write STRING without its NUL. */
static inline char *put_string(char *out, const char *string)
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
static inline char *put_pair(char *out, uint32_t value)
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

/* VALUE as so many DIGITS, with leading zeros; more digits than that are dropped. */
static inline char *put_padded(char *out, uint64_t value, unsigned int digits)
{
	for (unsigned int i = digits; i-- > 0; value /= 10)
		out[i] = (char)('0' + value % 10);
	return out + digits;
}

/* Write VALUE, under 10,000, as four digits. */
static inline char *put_four(char *out, uint32_t value)
{
	return put_pair(put_pair(out, value / 100), value % 100);
}

/* Write VALUE, under 100,000,000, as eight digits. */
static inline char *put_eight(char *out, uint32_t value)
{
	return put_four(put_four(out, value / 10000), value % 10000);
}

/* Write VALUE, under 10,000. */
static inline char *put_short(char *out, uint32_t value)
{
	if (value < 10)
		return put_char(out, (char)('0' + value));
	if (value < 100)
		return put_pair(out, value);
	if (value < 1000)
		return put_pair(put_char(out, (char)('0' + value / 100)), value % 100);
	return put_four(out, value);
}

/* Write VALUE, under 100,000,000. */
static inline char *put_medium(char *out, uint32_t value)
{
	return value < 10000 ? put_short(out, value)
			     : put_four(put_short(out, value / 10000), value % 10000);
}

/* Write VALUE, 100,000,000 or more. */
static inline char *put_long(char *out, uint64_t value)
{
	const uint64_t upper = value / 100000000;

	out = upper < 100000000 ? put_medium(out, (uint32_t)upper)
				: put_eight(put_short(out, (uint32_t)(upper / 100000000)),
					    (uint32_t)(upper % 100000000));
	return put_eight(out, (uint32_t)(value % 100000000));
}

/* Write VALUE; most numbers are pids and priorities, of a few digits. */
static inline char *put_unsigned(char *out, uint64_t value)
{
	return value < 100000000 ? put_medium(out, (uint32_t)value) : put_long(out, value);
}

static inline char *put_signed(char *out, int64_t value)
{
	if (value >= 0)
		return put_unsigned(out, (uint64_t)value);
	return put_unsigned(put_char(out, '-'), 0 - (uint64_t)value);
}

#endif
