/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/at_exec.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/files.h"
#include "base/number.h"
#include "exec/addresses.h"
#include "exec/proc_exec.h"
#include "exec/tty_name.h"

/* A path that fills all of its room may be longer: it is not known. */
static ssize_t read_link(const struct at_exec_dirs *dirs, int32_t pid, const char *name, char *room)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	ssize_t length = readlinkat(dirs->proc_fd, path, room, PATH_MAX);
	return length < PATH_MAX ? length : -1;
}

static ssize_t read_cwd(const struct at_exec_dirs *dirs, int32_t pid, char *room)
{
	return read_link(dirs, pid, "cwd", room);
}

static void set_cwd(struct text text, struct at_exec *at_exec)
{
	at_exec->cwd = text;
}

static ssize_t read_exe(const struct at_exec_dirs *dirs, int32_t pid, char *room)
{
	return read_link(dirs, pid, "exe", room);
}

static void set_exe(struct text text, struct at_exec *at_exec)
{
	at_exec->exe = text;
}

/* ---- the session ---- */

/* Kernels without audit have no such file, and nobody who logged in. */
static uint32_t read_loginuid(const struct at_exec_dirs *dirs, int32_t pid)
{
	char path[32], text[32];
	uint64_t uid;

	snprintf(path, sizeof(path), "%d/loginuid", pid);
	return file_read_at(dirs->proc_fd, path, text, sizeof(text)) > 0 &&
			       number_parse(text, 0, UINT32_MAX, &uid) == 0
		       ? (uint32_t)uid
		       : LOGINUID_UNSET;
}

static ssize_t read_session(const struct at_exec_dirs *dirs, int32_t pid, char *room)
{
	char path[32], stat[2048], tty[TTY_NAME_ROOM];
	int32_t sid, tty_nr;

	snprintf(path, sizeof(path), "%d/stat", pid);
	if (file_read_at(dirs->proc_fd, path, stat, sizeof(stat)) <= 0)
		return -1;
	/* The name may hold anything, ')' too: the last one ends it. */
	const char *behind_name = strrchr(stat, ')');
	if (!behind_name ||
	    sscanf(behind_name, ") %*c %*d %*d %" SCNd32 " %" SCNd32, &sid, &tty_nr) != 2)
		return -1;
	tty_name(dirs->sys_fd, (uint32_t)tty_nr, tty);
	return snprintf(room, PATH_MAX, "%" PRId32 " %" PRIu32 " %s", sid, read_loginuid(dirs, pid),
			tty);
}

static void set_session(struct text text, struct at_exec *at_exec)
{
	char numbers[32] = "";
	const char *at = numbers;
	uint64_t sid, loginuid;

	memcpy(numbers, text.bytes,
	       text.length < sizeof(numbers) ? text.length : sizeof(numbers) - 1);
	if (number_take(&at, 0, INT32_MAX, &sid) < 0 || *at++ != ' ' ||
	    number_take(&at, 0, UINT32_MAX, &loginuid) < 0 || *at++ != ' ')
		return;
	const size_t before = (size_t)(at - numbers);
	const struct text tty = {text.bytes + before, text.length - before};
	at_exec->session = (struct login_session){
		.known = true,
		.sid = (int32_t)sid,
		.tty = tty.length > 0 ? tty : (struct text){NULL, 0},
		.loginuid = (uint32_t)loginuid,
	};
}

/* ---- all of them ---- */

static const struct {
	unsigned int need; /* a NEED_ bit */
	/* Write it to ROOM, of PATH_MAX bytes. Returns its length; 0 or less: it is not known. */
	ssize_t (*read)(const struct at_exec_dirs *dirs, int32_t pid, char *room);
	void (*set)(struct text text, struct at_exec *at_exec);
} rows[AT_EXEC_FACTS] = {
	[AT_EXEC_CWD] = {NEED_CWD, read_cwd, set_cwd},
	[AT_EXEC_EXE] = {NEED_EXE, read_exe, set_exe},
	[AT_EXEC_SESSION] = {NEED_SESSION, read_session, set_session},
};

bool at_exec_read(const struct at_exec_dirs *dirs, unsigned int needs, int32_t pid,
		  uint64_t pointer, struct at_exec_reading *reading)
{
	struct addresses addresses;

	memset(reading->texts, 0, sizeof(reading->texts));
	for (size_t i = 0; i < AT_EXEC_FACTS; i++) {
		char *room = reading->room[i];
		ssize_t length = needs & rows[i].need ? rows[i].read(dirs, pid, room) : 0;

		if (length > 0)
			reading->texts[i] = (struct text){room, (size_t)length};
	}
	if (proc_exec_addresses(dirs->proc_fd, pid, pointer, &addresses) &&
	    proc_exec_is_random(dirs->proc_fd, pid))
		return true;
	memset(reading->texts, 0, sizeof(reading->texts));
	return false;
}

void at_exec_set(enum at_exec_fact fact, struct text text, struct at_exec *at_exec)
{
	rows[fact].set(text, at_exec);
}
