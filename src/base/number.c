/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int number_take(const char **text, uint64_t min, uint64_t max, uint64_t *number)
{
	char *end;

	/* strtoull() would take a sign and blanks. */
	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	errno = 0;
	unsigned long long value = strtoull(*text, &end, 10);
	if (errno != 0 || value < min || value > max)
		return -EINVAL;
	*text = end;
	*number = value;
	return 0;
}

int number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	uint64_t value;

	if (number_take(&text, min, max, &value) < 0 || *text != '\0')
		return -EINVAL;
	*number = value;
	return 0;
}

/* The digits behind a point, as ns. */
static int parse_decimals(const char *text, uint64_t *ns)
{
	const size_t digits = strlen(text);
	uint64_t value;

	if (digits > 9 || number_parse(text, 0, NS_PER_S, &value) < 0)
		return -EINVAL;
	for (size_t i = digits; i < 9; i++)
		value *= 10;
	*ns = value;
	return 0;
}

int number_parse_seconds(const char *text, uint64_t max_s, uint64_t *ns)
{
	uint64_t whole = 0, part = 0;

	if (*text != '.' && number_take(&text, 0, max_s, &whole) < 0)
		return -EINVAL;
	if (*text != '\0' && (*text != '.' || parse_decimals(text + 1, &part) < 0))
		return -EINVAL;
	uint64_t value = whole * NS_PER_S + part;
	if (value == 0 || value > max_s * NS_PER_S)
		return -EINVAL;
	*ns = value;
	return 0;
}
