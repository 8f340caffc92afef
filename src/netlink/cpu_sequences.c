/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink/cpu_sequences.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int make_room(struct cpu_sequences *sequences, uint32_t cpu)
{
	size_t count = (size_t)cpu + 1;

	if (cpu >= CPU_SEQUENCES_MAX)
		return -EBADMSG;
	if (count <= sequences->count)
		return 0;
	struct cpu_sequence *cpus = reallocarray(sequences->cpus, count, sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	memset(cpus + sequences->count, 0, (count - sequences->count) * sizeof(*cpus));
	sequences->cpus = cpus;
	sequences->count = count;
	return 0;
}

int cpu_sequences_take(struct cpu_sequences *sequences, uint32_t cpu, uint32_t seq,
		       uint32_t *missing)
{
	int code = make_room(sequences, cpu);

	if (code < 0)
		return code;
	struct cpu_sequence *sequence = &sequences->cpus[cpu];
	uint32_t ahead = sequence->is_known ? seq - sequence->next : 0;
	bool is_old = ahead > INT32_MAX;
	*missing = is_old ? 0 : ahead;
	if (!is_old)
		*sequence = (struct cpu_sequence){.next = seq + 1, .is_known = true};
	return 0;
}

void cpu_sequences_done(struct cpu_sequences *sequences)
{
	free(sequences->cpus);
	*sequences = (struct cpu_sequences){0};
}
