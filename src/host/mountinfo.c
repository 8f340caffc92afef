/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/mountinfo.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/files.h"

int mounts_open(struct mounts *mounts, int dir_fd, const char *path)
{
	struct mounts opened = {0};
	int code = file_read_all(dir_fd, path, SIZE_MAX, &opened.text);

	if (code < 0) {
		mounts_done(&opened);
		return code;
	}
	opened.rest = opened.text.bytes;
	*mounts = opened;
	return 0;
}

void mounts_done(struct mounts *mounts)
{
	buffer_done(&mounts->text);
}

static bool is_octal(const char *digits)
{
	return digits[0] >= '0' && digits[0] <= '3' && strspn(digits, "01234567") >= 3;
}

/* Undo, in place, the \ooo that stand for blanks and the like (mangle_path(), fs/seq_file.c). */
static char *unescape(char *text)
{
	char *out = text;

	for (const char *in = text; *in; out++) {
		if (in[0] == '\\' && is_octal(in + 1)) {
			*out = (char)((in[1] - '0') * 64 + (in[2] - '0') * 8 + (in[3] - '0'));
			in += 4;
		} else {
			*out = *in++;
		}
	}
	*out = '\0';
	return text;
}

/* "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG]... - TYPE SOURCE OPTIONS" */
static bool parse(char *line, struct mount *mount)
{
	enum { DEVICE = 2, ROOT, POINT, FIELDS };
	char *fields[FIELDS], *type = strstr(line, " - ");
	unsigned int device_major, device_minor;

	if (!type)
		return false;
	*type = '\0';
	type += strlen(" - ");
	mount->type = strsep(&type, " ");
	for (size_t i = 0; i < FIELDS; i++)
		fields[i] = line ? strsep(&line, " ") : NULL;
	/* Something follows the type, and the mount point. */
	if (!type || !line || sscanf(fields[DEVICE], "%u:%u", &device_major, &device_minor) != 2)
		return false;
	mount->device = makedev(device_major, device_minor);
	mount->root = unescape(fields[ROOT]);
	mount->point = unescape(fields[POINT]);
	return true;
}

bool mounts_next(struct mounts *mounts, const char *type, struct mount *mount)
{
	struct mount found;

	while (mounts->rest) {
		char *line = strsep(&mounts->rest, "\n");

		if (!parse(line, &found) || strcmp(found.type, type) != 0)
			continue;
		*mount = found;
		return true;
	}
	return false;
}
