/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/losses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "perf/record.h"

void losses_done(struct losses *losses)
{
	free(losses->cpus);
	*losses = (struct losses){0};
}

static struct cpu_losses *find_or_add(struct losses *losses, uint32_t cpu)
{
	if (cpu >= LOSSES_CPUS)
		return &losses->unknown;
	if (cpu >= losses->count) {
		size_t count = 2 * (size_t)cpu + 8;
		struct cpu_losses *grown = realloc(losses->cpus, count * sizeof(*grown));

		if (!grown)
			return NULL;
		memset(grown + losses->count, 0, (count - losses->count) * sizeof(*grown));
		losses->cpus = grown;
		losses->count = count;
	}
	return &losses->cpus[cpu];
}

/* No sum leaves 64 bits: a capture may claim anything. */
static void add(uint64_t *sum, uint64_t count)
{
	*sum = count > UINT64_MAX - *sum ? UINT64_MAX : *sum + count;
}

int losses_add(struct losses *losses, uint32_t cpu, uint64_t told, uint64_t counted)
{
	struct cpu_losses *found = find_or_add(losses, cpu);

	if (!found)
		return -ENOMEM;
	add(&found->told, told);
	add(&found->counted, counted);
	add(&losses->told, told);
	add(&losses->counted, counted);
	return 0;
}

bool losses_take_rest(struct losses *losses, uint32_t *cpu, uint64_t *count)
{
	if (losses->counted <= losses->told)
		return false;

	uint64_t rest = losses->counted - losses->told;
	for (; losses->next <= losses->count; losses->next++) {
		bool is_known = losses->next < losses->count;
		struct cpu_losses *at = is_known ? &losses->cpus[losses->next] : &losses->unknown;

		if (at->counted <= at->told)
			continue;
		uint64_t untold = at->counted - at->told;
		*cpu = is_known ? (uint32_t)losses->next : RECORD_NO_CPU;
		*count = untold < rest ? untold : rest;
		add(&at->told, *count);
		add(&losses->told, *count);
		return true;
	}
	return false;
}
