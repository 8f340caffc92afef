/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/argv_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/files.h"
#include "decode/format.h"
#include "decode/format_dir.h"
#include "host/diagnose.h"
#include "host/proc.h"
#include "probe/argv_trial.h"
#include "probe/btf.h"
#include "probe/dynamic_events.h"
#include "probe/left_events.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"
#define BTF_MAX ((size_t)64 * 1024 * 1024)

/* Looks at an event that the kernel still holds, and ms between them. */
#define REMOVE_TRIES 50
#define REMOVE_PAUSE_MS 10

struct argv_probe {
	int fd; /* of dynamic_events, opened while we may */
	unsigned int chunks;
	struct argv_layout layout;
	char group[ARGV_GROUP_SIZE];
};

/* ---- what the kernel has ---- */

static int find_offsets(const struct btf *btf, struct argv_offsets *offsets)
{
	int code = btf_find_word(btf, "task_struct", "mm", &offsets->mm);

	if (code == 0)
		code = btf_find_word(btf, "mm_struct", "arg_start", &offsets->arg_start);
	if (code == 0)
		code = btf_find_word(btf, "mm_struct", "arg_end", &offsets->arg_end);
	return code;
}

static int read_offsets(struct argv_offsets *offsets, struct error *err)
{
	struct buffer bytes = {0};
	struct btf btf = {0};
	int code = file_read_all(AT_FDCWD, BTF_PATH, BTF_MAX, &bytes);

	if (code == -ENOENT)
		error_set(err, code,
			  "this kernel does not describe its types in " BTF_PATH
			  " (CONFIG_DEBUG_INFO_BTF)");
	else if (code < 0)
		error_set(err, code, "cannot read " BTF_PATH ": %s", strerror(-code));
	if (code == 0) {
		code = btf_init(&btf, bytes.bytes, bytes.size);
		if (code == 0)
			code = find_offsets(&btf, offsets);
		if (code < 0)
			error_set(err, code,
				  "cannot find the arguments of a task in " BTF_PATH ": %s",
				  strerror(-code));
	}
	btf_done(&btf);
	buffer_done(&bytes);
	return code;
}

/*
 * User and kernel addresses are the same numbers there, and kernel probes take arrays from kernel
 * memory alone (traceprobe_parse_probe_arg_body(), kernel/trace/trace_probe.c).
 */
#ifdef __s390x__
#define COPIES_USER_ARRAYS false
#else
#define COPIES_USER_ARRAYS true
#endif

/* Sample ids, owners and leftovers go by pids of the host. */
static int check_host(const struct host_state *host, struct error *err)
{
	if (sizeof(long) != sizeof(uint64_t))
		return error_set(err, -EOPNOTSUPP, "the argv probe is for 64-bit kernels");
	if (!COPIES_USER_ARRAYS)
		return error_set(err, -EOPNOTSUPP,
				 "kernel probes cannot copy a program's memory on s390x");
	if (!host->initial_pid_ns)
		return error_set(err, -EOPNOTSUPP,
				 "the argv probe is for the host's pid namespace");
	return 0;
}

/* ---- defining ---- */

static int open_events(const struct format_dir *dir, struct argv_probe *probe, struct error *err)
{
	char path[320];

	snprintf(path, sizeof(path), "%s/kprobe_events", dir->path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return error_set(err, -EOPNOTSUPP,
				 "this kernel has no kernel probes (CONFIG_KPROBE_EVENTS)");
	probe->fd = dynamic_events_open(dir->path);
	if (probe->fd < 0)
		return error_set(err, probe->fd, "cannot open dynamic_events in tracefs: %s%s",
				 strerror(-probe->fd),
				 probe->fd == -EACCES ? "; it is root's" : "");
	return 0;
}

static int define_one(struct argv_probe *probe, const struct argv_offsets *offsets,
		      unsigned int number, struct error *err)
{
	char text[ARGV_DEFINITION_SIZE];

	argv_define(probe->group, offsets, number, text);
	int code = dynamic_events_define(probe->fd, text);
	return code < 0 ? error_set(err, code,
				    "the kernel refuses a probe on proc_exec_connector: %s",
				    strerror(-code))
			: 0;
}

/* What was defined last runs first: the zeros right before their chunk. */
static int define_all(struct argv_probe *probe, const struct argv_offsets *offsets,
		      struct error *err)
{
	int code = 0;

	for (unsigned int i = 0; code == 0 && i < probe->chunks; i++) {
		code = define_one(probe, offsets, i, err);
		if (code == 0)
			code = define_one(probe, offsets, ARGV_ZEROS + i, err);
	}
	return code;
}

static int read_layout(const struct format_dir *dir, struct argv_probe *probe, struct error *err)
{
	const struct machine machine = machine_native();
	struct format *format;
	int code = format_dir_read(dir, probe->group, ARGV_EVENT, &machine, &format, err);

	if (code < 0)
		return code;
	code = argv_layout_init(&probe->layout, format);
	format_free(format);
	return code < 0 ? error_set(err, code,
				    "the argv probe has other fields than it was defined "
				    "with")
			: 0;
}

/* Names the event after us, and removes those of tools that are gone. */
static int name_event(const struct format_dir *dir, struct argv_probe *probe, struct error *err)
{
	struct argv_owner owner = {.pid = getpid()};
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = proc_fd < 0 ? -errno : proc_read_start(proc_fd, owner.pid, &owner.start);

	if (code == 0) {
		left_events_remove(dir->path, probe->fd, proc_fd);
		argv_group_name(&owner, probe->group);
	} else {
		error_set(err, code, "cannot read our own start in /proc: %s", strerror(-code));
	}
	if (proc_fd >= 0)
		close(proc_fd);
	return code;
}

static int define(const struct format_dir *dir, struct argv_probe *probe, struct error *err)
{
	struct argv_offsets offsets;
	int code = open_events(dir, probe, err);

	if (code == 0)
		code = read_offsets(&offsets, err);
	if (code == 0)
		code = name_event(dir, probe, err);
	if (code == 0)
		code = define_all(probe, &offsets, err);
	return code < 0 ? code : read_layout(dir, probe, err);
}

int argv_probe_new(uint32_t bytes, const struct host_state *host, struct argv_probe **probe,
		   struct error *err)
{
	struct format_dir dir;
	int code = check_host(host, err);

	if (code < 0)
		return code;
	struct argv_probe *made = calloc(1, sizeof(*made));
	if (!made)
		return error_no_memory(err);
	*made = (struct argv_probe){
		.fd = -1,
		.chunks = (bytes + ARGV_CHUNK_BYTES - 1) / ARGV_CHUNK_BYTES,
	};
	code = format_dir_open_tracefs(&dir, err);
	if (code < 0) {
		free(made);
		return diagnose_tracefs(host, code, err);
	}
	code = define(&dir, made, err);
	format_dir_close(&dir);
	if (code == 0)
		code = argv_trial(&made->layout, made->chunks, err);
	if (code < 0) {
		argv_probe_free(made);
		return code;
	}
	*probe = made;
	return 0;
}

/* The kernel lets go of a closed event only after a while. */
static void remove_definition(const struct argv_probe *probe)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (dynamic_events_remove(probe->fd, probe->group, ARGV_EVENT) != -EBUSY)
			return;
		poll(NULL, 0, REMOVE_PAUSE_MS);
	}
}

void argv_probe_free(struct argv_probe *probe)
{
	if (!probe)
		return;
	if (probe->group[0] != '\0')
		remove_definition(probe);
	if (probe->fd >= 0)
		close(probe->fd);
	free(probe);
}

const struct argv_layout *argv_probe_layout(const struct argv_probe *probe)
{
	return &probe->layout;
}

unsigned int argv_probe_chunks(const struct argv_probe *probe)
{
	return probe->chunks;
}
