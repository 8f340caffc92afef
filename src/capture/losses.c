/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/losses.h"

#include <errno.h>
#include <stdlib.h>

void losses_done(struct losses *losses)
{
	free(losses->cpus);
	*losses = (struct losses){0};
}

static struct cpu_losses *find_or_add(struct losses *losses, uint32_t cpu)
{
	for (size_t i = 0; i < losses->count; i++) {
		if (losses->cpus[i].cpu == cpu)
			return &losses->cpus[i];
	}
	if (losses->count == losses->capacity) {
		size_t capacity = losses->capacity ? 2 * losses->capacity : 8;
		struct cpu_losses *grown = realloc(losses->cpus, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		losses->cpus = grown;
		losses->capacity = capacity;
	}
	losses->cpus[losses->count] = (struct cpu_losses){.cpu = cpu};
	return &losses->cpus[losses->count++];
}

/* No sum leaves 64 bits: a capture may claim anything. */
static void add(uint64_t *sum, uint64_t count)
{
	*sum = count > UINT64_MAX - *sum ? UINT64_MAX : *sum + count;
}

int losses_tell(struct losses *losses, uint32_t cpu, uint64_t count)
{
	struct cpu_losses *found = find_or_add(losses, cpu);

	if (!found)
		return -ENOMEM;
	add(&found->told, count);
	add(&losses->told, count);
	return 0;
}

int losses_count(struct losses *losses, uint32_t cpu, uint64_t count)
{
	struct cpu_losses *found = find_or_add(losses, cpu);

	if (!found)
		return -ENOMEM;
	add(&found->counted, count);
	add(&losses->counted, count);
	return 0;
}

bool losses_take_rest(struct losses *losses, uint32_t *cpu, uint64_t *count)
{
	if (losses->counted <= losses->told)
		return false;

	uint64_t rest = losses->counted - losses->told;
	for (size_t i = 0; i < losses->count; i++) {
		struct cpu_losses *at = &losses->cpus[i];

		if (at->counted <= at->told)
			continue;
		uint64_t untold = at->counted - at->told;
		*cpu = at->cpu;
		*count = untold < rest ? untold : rest;
		add(&at->told, *count);
		add(&losses->told, *count);
		return true;
	}
	return false;
}
