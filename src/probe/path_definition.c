/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/path_definition.h"

#include <stdio.h>

#include "probe/own_names.h"

void path_define(const char *group, const struct path_offsets *offsets,
		 char text[PATH_DEFINITION_SIZE])
{
	snprintf(text, PATH_DEFINITION_SIZE,
		 "p:%s/" PATH_EVENT " " PATH_FUNCTION
		 " pointer=+%u($arg2):x64 path=+0(+%u($arg2)):string",
		 group, offsets->uptr, offsets->name);
}
