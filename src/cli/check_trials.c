/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_trials.h"

#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/check_row.h"
#include "cli/check_state.h"
#include "decode/exit_paths.h"
#include "decode/format.h"
#include "decode/format_dir.h"
#include "decode/registers.h"
#include "decode/shipped.h"
#include "decode/tracepoint.h"
#include "host/diagnose.h"
#include "netlink/taskstats.h"
#include "probe/argv_probe.h"
#include "probe/path_probe.h"
#include "run/confine.h"
#include "sandbox/describe.h"
#include "sandbox/sandbox.h"
#include "source/exit_authority.h"
#include "source/exit_probe.h"

int check_tracefs(struct check *check, struct error *found)
{
	if (check->formats_dir)
		return error_set(found, VERDICT_OK, "not needed: --formats %.200s",
				 check->formats_dir);
	check->formats = format_dir_open_tracefs(&check->dir, found);
	if (check->formats < 0) {
		diagnose_tracefs(&check->host, check->formats, found);
		return VERDICT_FAIL;
	}
	if (check->dir.origin == FORMAT_DIR_PRIVATE)
		return error_set(found, VERDICT_OK, "not mounted; can be, for the tool alone");
	return error_set(found, VERDICT_OK, "mounted at %s", check->dir.path);
}

static int read_format(struct check *check, size_t index, struct error *err)
{
	const struct tracepoint_type *type = tracepoint_types[index];
	const struct machine machine = machine_native();
	struct format *format;
	int code = format_dir_read(&check->dir, type->system, type->name, &machine, &format, err);

	if (code < 0)
		return check->formats_dir ? code : diagnose_tracefs(&check->host, code, err);
	if (index == TRACEPOINT_EXIT)
		check->exit_id = format->id;
	format_free(format);
	return 0;
}

static void look_at_exec_calls(struct check *check)
{
	const struct tracepoint_type *type = tracepoint_types[TRACEPOINT_EXECVE];
	const struct machine machine = machine_native();
	struct format *format;
	struct error ignored;

	if (format_dir_read(&check->dir, type->system, type->name, &machine, &format, &ignored) < 0)
		return;
	check->has_exec_calls = true;
	check->tells_failed_execs = format_find(format, TRACEPOINT_EXEC_PATH) != NULL;
	format_free(format);
}

int check_formats(struct check *check, struct error *found)
{
	if (check->formats < 0)
		return error_set(found, VERDICT_FAIL, "not looked at, without tracefs");
	if (check->formats_dir)
		check->formats = shipped_open_dir(&check->dir, check->formats_dir, found);
	if (check->formats < 0)
		return VERDICT_FAIL;
	for (size_t i = 0; check->formats == 0 && i < TRACEPOINTS_SHOWN; i++)
		check->formats = read_format(check, i, found);
	if (check->formats == 0)
		look_at_exec_calls(check);
	format_dir_close(&check->dir);
	if (check->formats < 0)
		return VERDICT_FAIL;
	return error_set(found, VERDICT_OK, "sched_process_fork, _exec, _exit");
}

/* Not what tracing takes, but what it can tell. */
int check_exit_status(struct check *check, struct error *found)
{
	const char *authority = exit_authority_probe();
	struct exit_paths paths;

	if (!check->sum.works)
		return error_set(found, VERDICT_WARN, "not tried, without perf");
	if (authority)
		return error_set(found, VERDICT_OK, "from the kernel's %s", authority);
	int fd = exit_probe(check->exit_id, registers_of_this_machine(), &paths);
	if (fd >= 0)
		close(fd);
	if (paths.known)
		return error_set(found, VERDICT_OK, "from registers and call chains");
	return error_set(found, VERDICT_WARN,
			 "from the system calls, which slows all of them while it is traced");
}

/* Of an option that nobody needs: no warning. */
int check_failed_execs(struct check *check, struct error *found)
{
	if (check->tells_failed_execs)
		return error_set(found, VERDICT_OK, "told (--failed-execs)");
	if (check->path_probe == PATH_PROBE_WORKS)
		return error_set(found, VERDICT_OK,
				 "told with a probe (--failed-execs --argv-probe)");
	if (check->path_probe == PATH_PROBE_FAILS)
		return error_set(found, VERDICT_OK, "not told: that takes Linux 6.19; %s",
				 check->path_probe_error.what);
	return error_set(found, VERDICT_OK,
			 "not told: that takes Linux 6.19, or the argv probe (--failed-execs)");
}

int check_taskstats(struct check *check, struct error *found)
{
	(void)check;
	if (taskstats_probe(found) < 0)
		return VERDICT_WARN;
	return error_set(found, VERDICT_OK, "tells exit statuses");
}

static void try_path_probe(struct check *check, const struct argv_probe *argv)
{
	struct path_probe *probe = NULL;

	if (!check->has_exec_calls || check->tells_failed_execs)
		return;
	check->path_probe = path_probe_new(argv, &probe, &check->path_probe_error) < 0
				    ? PATH_PROBE_FAILS
				    : PATH_PROBE_WORKS;
	path_probe_free(probe);
}

int check_argv_probe(struct check *check, struct error *found)
{
	struct argv_probe *probe;

	if (!check->sum.works)
		return error_set(found, VERDICT_WARN, "not tried, without perf");
	if (argv_probe_new(ARGV_PROBE_BYTES_MIN, &check->host, &probe, found) < 0)
		return VERDICT_WARN;
	try_path_probe(check, probe);
	argv_probe_free(probe);
	return error_set(found, VERDICT_OK,
			 "works; --argv-probe defines an event in tracefs, for all to see, and a "
			 "probe in the kernel, while it traces");
}

/* no_new_privs alone keeps execs from gaining capabilities, so the bounding set does not count. */
static bool is_as_wanted(const struct sandbox_in_force *in_force)
{
	for (unsigned int i = 0; i < SANDBOX_PARTS; i++) {
		if (in_force->codes[i] < 0 && i != SANDBOX_BOUNDING_SET)
			return false;
	}
	return true;
}

int check_sandbox(struct check *check, struct error *found)
{
	struct sandbox_in_force in_force;
	char text[200];

	if (confine_try(&check->host, &in_force, found) < 0)
		return VERDICT_WARN;
	sandbox_describe_all(&in_force, text, sizeof(text));
	return error_set(found, is_as_wanted(&in_force) ? VERDICT_OK : VERDICT_WARN, "%s", text);
}
