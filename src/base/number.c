/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

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
