/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/hardware.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

#define VALUE_MAX 256

/* The first CPU's lines are within the first 8 KiB; all those of large hosts are megabytes. */
#define HEAD_SIZE 16384

/* The value in LINE, "KEY : value\n", cut to SIZE. False where it is another key's. */
static bool take_value(const char *line, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0)
		return false;
	line += length + strspn(line + length, " \t");
	if (*line != ':')
		return false;
	line += 1 + strspn(line + 1, " \t");
	snprintf(value, size, "%.*s", (int)strcspn(line, "\n"), line);
	return true;
}

static bool find_value(const char *path, const char *key, char *value, size_t size)
{
	char text[HEAD_SIZE];
	bool found = false;

	if (file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	for (const char *line = text; !found && *line;) {
		const char *end = strchrnul(line, '\n');

		found = take_value(line, key, value, size);
		line = *end ? end + 1 : end;
	}
	return found;
}

bool hardware_cpu_model(const char *cpuinfo, char *model, size_t size)
{
	return find_value(cpuinfo, "model name", model, size);
}

bool hardware_cpuid(const char *cpuinfo, char *cpuid, size_t size)
{
	static const char *const numbers[] = {"cpu family", "model", "stepping"};
	char value[VALUE_MAX];

	if (!find_value(cpuinfo, "vendor_id", value, sizeof(value)))
		return false;
	int length = snprintf(cpuid, size, "%s", value);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		/* "unknown" is one of the values. */
		if (!find_value(cpuinfo, numbers[i], value, sizeof(value)) ||
		    !isdigit((unsigned char)value[0]))
			return false;
		if ((size_t)length < size)
			length += snprintf(cpuid + length, size - (size_t)length, ",%s", value);
	}
	return (size_t)length < size;
}

uint64_t hardware_memory(const char *meminfo)
{
	char value[VALUE_MAX];

	if (!find_value(meminfo, "MemTotal", value, sizeof(value)))
		return 0;
	return strtoull(value, NULL, 10);
}
