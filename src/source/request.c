/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/request.h"

#include <stdlib.h>
#include <string.h>

#include "filter/regex_option.h"

void request_done(struct request *request)
{
	pid_list_done(&request->pids);
	pid_list_done(&request->tids);
	filter_options_done(&request->filter);
	regex_option_free(request->redact_regex);
	free(request->run_as);
	free(request->output);
	free(request->formats);
	free(request->capture);
	free(request->environment);
	*request = (struct request){0};
}

const struct sandbox_user *request_sandbox_user(const struct request *request)
{
	return request->sandbox_user.uid != 0 ? &request->sandbox_user : NULL;
}

const char *request_capture_name(const struct request *request)
{
	return strcmp(request->capture, "-") == 0 ? "standard input" : request->capture;
}

bool request_follows_tasks(const struct request *request)
{
	return request->command || request->pids.count > 0;
}
