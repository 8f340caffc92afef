/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/say.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/write_all.h"

#define LINE_SIZE 2048

static void show(const char *bytes, size_t size)
{
	/* There is nobody left to tell. */
	if (write_soon(STDERR_FILENO, bytes, size) < 0)
		return;
}

void say_args(const char *format, va_list args)
{
	static const char name[] = "perf_exec_trace: ";
	char text[LINE_SIZE], line[2 * LINE_SIZE];

	if (vsnprintf(text, sizeof(text), format, args) < 0)
		return;
	memcpy(line, name, sizeof(name));
	/* Less one byte for the newline. */
	printable(line + sizeof(name) - 1, sizeof(line) - sizeof(name), text);
	size_t length = strlen(line);
	line[length++] = '\n';
	show(line, length);
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_args(format, args);
	va_end(args);
}

void say_as_is(const char *text)
{
	show(text, strlen(text));
}
