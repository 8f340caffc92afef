/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink/refusal.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

int refusal_of_socket(int code, const char *config, struct error *err)
{
	/* EAFNOSUPPORT: RestrictAddressFamilies= of systemd.exec(5). */
	bool is_sandbox = code == -EPERM || code == -EACCES || code == -EAFNOSUPPORT;

	if (code == -EPROTONOSUPPORT)
		return error_set(err, code, "this kernel is built without %s", config);
	error_set(err, code, "cannot open a netlink socket: %s", strerror(-code));
	if (is_sandbox)
		error_remedy(err, "run perf_exec_trace outside of the sandbox");
	return code;
}
