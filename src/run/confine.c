/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/confine.h"

#include <linux/capability.h>
#include <stdint.h>

#include "host/proc.h"
#include "host/state.h"
#include "sandbox/capabilities.h"
#include "sandbox/describe.h"
#include "sandbox/sandbox.h"
#include "source/notice.h"

static int confine(const struct request *request, const struct sandbox_plan *plan,
		   struct error *err)
{
	struct sandbox_in_force in_force;

	if (request->no_sandbox)
		return 0;
	int code = sandbox_enter(plan, &in_force, err);
	for (unsigned int i = 0; code == 0 && request->verbose && i < SANDBOX_PARTS; i++) {
		char text[200];

		sandbox_describe(&in_force, (enum sandbox_part)i, text, sizeof(text));
		notice(request, "sandbox, %s: %s", sandbox_part_name((enum sandbox_part)i), text);
	}
	return code;
}

int confine_replay(const struct request *request, struct error *err)
{
	const struct sandbox_plan plan = {
		.mode = SANDBOX_REPLAY,
		.user = request_sandbox_user(request),
	};

	return confine(request, &plan, err);
}

/* For events of CPUs that come online; a listener leaves the connector before Linux 6.6 by it. */
static uint64_t capabilities_of(enum sandbox_mode mode, const struct host_state *host)
{
	const uint64_t listening = CAPABILITY_BIT(CAP_NET_ADMIN);
	const bool perfmon = host_accepts_perfmon(host) && host_has_capability(host, CAP_PERFMON);

	if (mode == SANDBOX_CONNECTOR)
		return listening;
	return (mode == SANDBOX_SIDEBAND ? listening : 0) | CAPABILITY_BIT(CAP_IPC_LOCK) |
	       CAPABILITY_BIT(perfmon ? CAP_PERFMON : CAP_SYS_ADMIN);
}

int confine_tracing(const struct tracing *tracing, enum sandbox_mode mode, bool reads_processes,
		    struct error *err)
{
	const struct sandbox_plan plan = {
		.mode = mode,
		.user = request_sandbox_user(tracing->request),
		.command = tracing->command.pid,
		.keep = capabilities_of(mode, &tracing->host),
		/* Who is hidden from users other than root must not count as gone. */
		.reads_others = reads_processes || proc_hides_tasks(tracing->proc_fd),
	};

	return confine(tracing->request, &plan, err);
}

int confine_try(const struct host_state *host, struct sandbox_in_force *in_force, struct error *err)
{
	const struct sandbox_plan plan = {
		.mode = SANDBOX_LIVE,
		.keep = capabilities_of(SANDBOX_LIVE, host),
	};

	return sandbox_try(&plan, in_force, err);
}
