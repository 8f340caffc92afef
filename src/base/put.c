/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/put.h"

/* VALUE, under 10,000. */
static char *put_short(char *out, uint32_t value)
{
	if (value < 10)
		return put_char(out, (char)('0' + value));
	if (value < 100)
		return put_two(out, value);
	if (value < 1000)
		return put_three(out, value);
	return put_four(out, value);
}

/* VALUE, under 100,000,000. */
static char *put_medium(char *out, uint32_t value)
{
	return value < 10000 ? put_short(out, value)
			     : put_four(put_short(out, value / 10000), value % 10000);
}

/* VALUE, 100,000,000 or more. */
static char *put_long(char *out, uint64_t value)
{
	const uint64_t upper = value / 100000000;

	out = upper < 100000000 ? put_medium(out, (uint32_t)upper)
				: put_eight(put_short(out, (uint32_t)(upper / 100000000)),
					    (uint32_t)(upper % 100000000));
	return put_eight(out, (uint32_t)(value % 100000000));
}

char *put_large(char *out, uint64_t value)
{
	return value < 100000000 ? put_medium(out, (uint32_t)value) : put_long(out, value);
}
