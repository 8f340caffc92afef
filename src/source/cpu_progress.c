/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/cpu_progress.h"

#include <errno.h>
#include <stdlib.h>

static int grow(struct cpu_progress *progress, size_t count)
{
	uint64_t *grown = realloc(progress->seen_ns, count * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	for (size_t i = progress->count; i < count; i++)
		grown[i] = 0;
	progress->seen_ns = grown;
	progress->count = count;
	return 0;
}

int cpu_progress_see(struct cpu_progress *progress, uint32_t cpu, uint64_t time_ns)
{
	if (cpu >= CPU_LIST_MAX)
		return -EBADMSG;
	if (cpu >= progress->count && grow(progress, (size_t)cpu + 1) < 0)
		return -ENOMEM;
	progress->seen_ns[cpu] = time_ns;
	if (time_ns > progress->newest_ns)
		progress->newest_ns = time_ns;
	return 0;
}

uint64_t cpu_progress_horizon(const struct cpu_progress *progress)
{
	const uint64_t newest = progress->newest_ns;
	uint64_t least = newest;

	for (size_t i = 0; i < progress->count; i++) {
		const uint64_t seen = progress->seen_ns[i];

		if (seen != 0 && seen < least && newest - seen < CPU_PROGRESS_BEHIND_NS)
			least = seen;
	}
	return least;
}

bool cpu_progress_has_all(const struct cpu_progress *progress, const struct cpu_list *online)
{
	for (size_t i = 0; i < online->count; i++) {
		const size_t cpu = (size_t)online->cpus[i];

		if (cpu >= progress->count || progress->seen_ns[cpu] == 0)
			return false;
	}
	return true;
}

void cpu_progress_done(struct cpu_progress *progress)
{
	free(progress->seen_ns);
	*progress = (struct cpu_progress){0};
}
