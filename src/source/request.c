/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/request.h"

#include <stdlib.h>

void request_done(struct request *request)
{
	pid_list_done(&request->pids);
	filter_options_done(&request->filter);
	free(request->output);
	free(request->formats);
	free(request->capture);
	free(request->environment);
	*request = (struct request){0};
}
