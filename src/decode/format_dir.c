/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/format_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/files.h"
#include "host/detached_mount.h"
#include "host/lockdown.h"
#include "host/mountinfo.h"

/*
 * Where a filesystem of TYPE is mounted, if it is, with SUFFIX behind. By hand, because libtracefs
 * 1.6.4 leaks the path that it finds.
 */
static bool find_mounted(const char *type, const char *suffix, char *path, size_t size)
{
	struct mounts mounts;
	struct mount mount;
	bool found = false;

	if (mounts_open(&mounts, AT_FDCWD, MOUNTINFO) < 0)
		return false;
	while (!found && mounts_next(&mounts, type, &mount))
		found = (size_t)snprintf(path, size, "%s%s", mount.point, suffix) < size;
	mounts_done(&mounts);
	return found;
}

/* There 6.12 and 7.3 oops when a tracefs that we mounted goes away (seen with umount(8) alone). */
static int refuse_to_mount(struct error *err)
{
	return error_set(err, -EPERM,
			 "tracefs is not mounted, and with lockdown=confidentiality kernels do not "
			 "survive that it is mounted and unmounted");
}

int format_dir_open_tracefs(struct format_dir *dir, struct error *err)
{
	struct format_dir mounted = {.origin = FORMAT_DIR_MOUNTED, .fd = -1};

	if (find_mounted("tracefs", "", mounted.path, sizeof(mounted.path))) {
		*dir = mounted;
		return 0;
	}
	if (lockdown_of_this_host() == LOCKDOWN_CONFIDENTIALITY)
		return refuse_to_mount(err);
	int fd = detached_mount("tracefs");
	if (fd >= 0) {
		*dir = (struct format_dir){.origin = FORMAT_DIR_PRIVATE, .fd = fd};
		snprintf(dir->path, sizeof(dir->path), "/proc/self/fd/%d", fd);
		return 0;
	}
	/* Last, since to look there makes the kernel mount tracefs in it, for all to see. */
	if (find_mounted("debugfs", "/tracing", mounted.path, sizeof(mounted.path))) {
		*dir = mounted;
		return 0;
	}
	return error_set(err, fd, "tracefs is not mounted, and mounting it privately failed: %s",
			 strerror(-fd));
}

int format_dir_open(struct format_dir *dir, const char *path, struct error *err)
{
	struct format_dir opened = {.origin = FORMAT_DIR_GIVEN, .fd = -1};
	char events[sizeof(opened.path) + sizeof("/events")];
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	if (length == 0 || length >= sizeof(opened.path))
		return error_set(err, -ENAMETOOLONG, "'%.60s' is no usable directory name", path);
	memcpy(opened.path, path, length);

	snprintf(events, sizeof(events), "%s/events", opened.path);
	if (access(events, F_OK) < 0) {
		/* The events directory itself was named. */
		if (length < strlen("/events") ||
		    strcmp(opened.path + length - strlen("/events"), "/events") != 0)
			return error_set(err, -ENOENT, "%s: %s", events, strerror(errno));
		opened.path[length - strlen("/events")] = '\0';
	}
	*dir = opened;
	return 0;
}

void format_dir_close(struct format_dir *dir)
{
	if (dir->fd >= 0)
		close(dir->fd);
	dir->fd = -1;
}

/* Read a whole file. *TEXT is the caller's to free. */
static int read_format(const struct format_dir *dir, const char *system, const char *event,
		       char **text, size_t *length)
{
	char path[sizeof(dir->path)];
	int size;

	/* libtracefs takes the directory as global state, and as a char * that it only reads. */
	memcpy(path, dir->path, sizeof(path));
	if (tracefs_set_tracing_dir(path) < 0)
		return -ENOMEM;
	errno = EIO;
	char *read = tracefs_event_file_read(NULL, system, event, "format", &size);
	int code = read ? 0 : -errno;
	tracefs_set_tracing_dir(NULL);
	if (code < 0)
		return code;
	*text = read;
	*length = (size_t)size;
	return 0;
}

int format_dir_read_text(const struct format_dir *dir, const char *path, char **text,
			 size_t *length, struct error *err)
{
	char full[sizeof(dir->path) + 256];
	struct buffer read = {0};

	snprintf(full, sizeof(full), "%s/%s", dir->path, path);
	int code = file_read_all(AT_FDCWD, full, SIZE_MAX, &read);
	if (code < 0) {
		buffer_done(&read);
		return error_set(err, code, "cannot read %s: %s", full, strerror(-code));
	}
	*text = read.bytes;
	*length = read.size;
	return 0;
}

int format_dir_read(const struct format_dir *dir, const char *system, const char *event,
		    const struct machine *machine, struct format **format, struct error *err)
{
	struct error why = {0};
	char *text = NULL;
	size_t length = 0;
	int code = read_format(dir, system, event, &text, &length);

	if (code < 0)
		return error_set(err, code, "cannot read %s/events/%s/%s/format: %s", dir->path,
				 system, event, strerror(-code));
	code = format_parse(system, text, length, machine, format, &why);
	free(text);
	if (code < 0)
		return error_set(err, code, "%s/events/%s/%s/format: %s", dir->path, system, event,
				 why.what);
	return 0;
}
