/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/sizes.h"

#include "base/put.h"

#define UNIT 1024U

/* Below, a tenth of a unit matters. */
#define TENTHS_BELOW 100U

char *sizes_put(char *out, int64_t bytes)
{
	const char *unit = "BKMGTPE";
	uint64_t whole = (uint64_t)bytes, rest = 0;

	if (bytes < 0)
		return put_char(out, '?');
	for (; whole >= UNIT; unit++) {
		rest = whole % UNIT;
		whole /= UNIT;
	}
	out = put_unsigned(out, whole);
	/* There are no fractions of a byte, and those of a KiB are small. */
	if (whole < TENTHS_BELOW && *unit != 'B' && *unit != 'K')
		out = put_unsigned(put_char(out, '.'), rest * 10 / UNIT);
	return put_char(out, *unit);
}
