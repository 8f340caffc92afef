/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses the fields behind the raw data of a sample: user registers, user stack, cgroup.
 *
 * Order and layout: perf_output_sample(), kernel/events/core.c, and perf_event_open(2).
 */
#ifndef PXT_PERF_SAMPLE_EXTRA_H
#define PXT_PERF_SAMPLE_EXTRA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* linux/perf_event.h of Linux 5.7; the installed headers may be older. */
#define SAMPLE_EXTRA_CGROUP (UINT64_C(1) << 21)

/* The layout of these fields, from the event's attributes. */
struct sample_extra_layout {
	uint64_t sample_type;        /* PERF_SAMPLE_* */
	uint64_t branch_sample_type; /* of PERF_SAMPLE_BRANCH_STACK */
	uint64_t regs_user;          /* of PERF_SAMPLE_REGS_USER, a bit per register */
	bool swap;                   /* recorded in the other byte order */
};

/* The fields, borrowed from the sample. */
struct sample_extra {
	uint64_t regs_abi;         /* PERF_SAMPLE_REGS_ABI_*; 0: no registers */
	const unsigned char *regs; /* u64 each, in ascending order of their bits */
	const unsigned char *stack;
	uint32_t stack_size; /* filled bytes */
	uint64_t cgroup_id;  /* 0: none */
};

/*
 * Parse the SIZE bytes at BYTES, those of record_extra(). Returns 0, or -EBADMSG where they are
 * shorter than LAYOUT says, with EXTRA untouched.
 */
int sample_extra_parse(const struct sample_extra_layout *layout, const void *bytes, uint32_t size,
		       struct sample_extra *extra) MUST_CHECK;

/* Read register REG (its bit in regs_user); false where it was not recorded. */
bool sample_extra_reg(const struct sample_extra_layout *layout, const struct sample_extra *extra,
		      unsigned int reg, uint64_t *value);

#endif
