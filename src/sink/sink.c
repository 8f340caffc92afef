/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/sink.h"

#include <stdlib.h>

struct sink *sink_new(const struct sink_ops *ops, const struct sink_context *context, size_t size)
{
	struct sink *sink = calloc(1, size);

	if (sink)
		*sink = (struct sink){.ops = ops, .context = *context};
	return sink;
}

void sink_free(struct sink *sink)
{
	if (!sink)
		return;
	if (sink->ops->done)
		sink->ops->done(sink);
	free(sink);
}
