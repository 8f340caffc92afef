/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/own_events.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/diagnose.h"
#include "host/proc.h"
#include "probe/dynamic_events.h"
#include "probe/left_events.h"

/* Looks at an event that the kernel still holds, and ms between them. */
#define REMOVE_TRIES 50
#define REMOVE_PAUSE_MS 10

/* Sample ids, owners and leftovers go by pids of the host. */
static int check_host(const struct host_state *host, struct error *err)
{
	if (sizeof(long) != sizeof(uint64_t))
		return error_set(err, -EOPNOTSUPP, "the argv probe is for 64-bit kernels");
	if (!host->initial_pid_ns)
		return error_set(err, -EOPNOTSUPP,
				 "the argv probe is for the host's pid namespace");
	return 0;
}

static int open_file(struct own_events *events, const struct format_dir *dir, struct error *err)
{
	char path[320];

	snprintf(path, sizeof(path), "%s/kprobe_events", dir->path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return error_set(err, -EOPNOTSUPP,
				 "this kernel has no kernel probes (CONFIG_KPROBE_EVENTS)");
	events->fd = dynamic_events_open(dir->path);
	if (events->fd < 0)
		return error_set(err, events->fd, "cannot open dynamic_events in tracefs: %s%s",
				 strerror(-events->fd),
				 events->fd == -EACCES ? "; it is root's" : "");
	return 0;
}

/* Names them after us, and removes those of tools that are gone. */
static int name_group(struct own_events *events, const struct format_dir *dir, struct error *err)
{
	struct event_owner owner = {.pid = getpid()};
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = proc_fd < 0 ? -errno : proc_read_start(proc_fd, owner.pid, &owner.start);

	if (code == 0) {
		left_events_remove(dir->path, events->fd, proc_fd);
		own_group_name(&owner, events->group);
	} else {
		error_set(err, code, "cannot read our own start in /proc: %s", strerror(-code));
	}
	if (proc_fd >= 0)
		close(proc_fd);
	return code;
}

static int open_in(const struct format_dir *dir, struct own_events *events, struct error *err)
{
	int code = open_file(events, dir, err);

	if (code < 0)
		return code;
	code = name_group(events, dir, err);
	if (code < 0)
		own_events_close(events);
	return code;
}

int own_events_open(struct own_events *events, struct format_dir *dir,
		    const struct host_state *host, struct error *err)
{
	int code = check_host(host, err);

	if (code < 0)
		return code;
	code = format_dir_open_tracefs(dir, err);
	if (code < 0)
		return diagnose_tracefs(host, code, err);
	code = open_in(dir, events, err);
	if (code < 0)
		format_dir_close(dir);
	return code;
}

void own_events_close(const struct own_events *events)
{
	close(events->fd);
}

int own_events_define(const struct own_events *events, const char *text, const char *function,
		      struct error *err)
{
	int code = dynamic_events_define(events->fd, text);

	return code < 0 ? error_set(err, code, "the kernel refuses a probe on %s: %s", function,
				    strerror(-code))
			: 0;
}

int own_events_read_format(const struct own_events *events, const struct format_dir *dir,
			   const char *name, struct format **format, struct error *err)
{
	const struct machine machine = machine_native();

	return format_dir_read(dir, events->group, name, &machine, format, err);
}

/* The kernel lets go of a closed event only after a while. */
void own_events_remove(const struct own_events *events, const char *name)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (dynamic_events_remove(events->fd, events->group, name) != -EBUSY)
			return;
		poll(NULL, 0, REMOVE_PAUSE_MS);
	}
}
