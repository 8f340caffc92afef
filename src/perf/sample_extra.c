/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/sample_extra.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stddef.h>

#include "base/cursor.h"
#include "base/load.h"

/* linux/perf_event.h of Linux 5.12, 5.7 and 6.8; the installed headers may be older. */
#define SAMPLE_WEIGHT_STRUCT (UINT64_C(1) << 24)
#define BRANCH_HW_INDEX (UINT64_C(1) << 17)
#define BRANCH_COUNTERS (UINT64_C(1) << 19)

#define BRANCH_ENTRY_SIZE 24 /* struct perf_branch_entry */

/*
 * perf, too, takes hw_idx to be there where there are no entries. No matter: the kernel refuses
 * branch stacks of tracepoints (perf_tp_event_init()).
 */
static bool skip_branches(struct cursor *cursor, uint64_t branch_sample_type)
{
	uint64_t entries;

	if (!cursor_take64(cursor, &entries))
		return false;
	if (branch_sample_type & BRANCH_HW_INDEX && !cursor_skip(cursor, 1, sizeof(uint64_t)))
		return false;
	if (!cursor_skip(cursor, entries, BRANCH_ENTRY_SIZE))
		return false;
	return !(branch_sample_type & BRANCH_COUNTERS) ||
	       cursor_skip(cursor, entries, sizeof(uint64_t));
}

static bool take_user_regs(struct cursor *cursor, uint64_t mask, struct sample_extra *extra)
{
	if (!cursor_take64(cursor, &extra->regs_abi))
		return false;
	if (extra->regs_abi == PERF_SAMPLE_REGS_ABI_NONE)
		return true;
	extra->regs = cursor->at;
	return cursor_skip(cursor, (uint64_t)__builtin_popcountll(mask), sizeof(uint64_t));
}

/* u64 size, then only where that is not 0: the bytes, u64 dyn_size (how many the kernel filled). */
static bool take_user_stack(struct cursor *cursor, struct sample_extra *extra)
{
	uint64_t size, filled;

	if (!cursor_take64(cursor, &size))
		return false;
	if (size == 0)
		return true;
	extra->stack = cursor->at;
	if (!cursor_skip(cursor, size, 1) || !cursor_take64(cursor, &filled) || filled > size)
		return false;
	extra->stack_size = (uint32_t)filled;
	return true;
}

static bool skip_where(struct cursor *cursor, uint64_t sample_type, uint64_t fields)
{
	return !(sample_type & fields) || cursor_skip(cursor, 1, sizeof(uint64_t));
}

/* How many registers PERF_SAMPLE_REGS_INTR holds is not known: *IS_BEHIND_REGS, or nothing is. */
static bool skip_kernel_regs(struct cursor *cursor, uint64_t sample_type, bool *is_behind_regs)
{
	uint64_t abi = PERF_SAMPLE_REGS_ABI_NONE;

	if (sample_type & PERF_SAMPLE_REGS_INTR && !cursor_take64(cursor, &abi))
		return false;
	*is_behind_regs = abi == PERF_SAMPLE_REGS_ABI_NONE;
	return true;
}

static bool take_cgroup(struct cursor *cursor, uint64_t sample_type, struct sample_extra *extra)
{
	bool is_behind_regs;

	if (!skip_where(cursor, sample_type, PERF_SAMPLE_WEIGHT | SAMPLE_WEIGHT_STRUCT) ||
	    !skip_where(cursor, sample_type, PERF_SAMPLE_DATA_SRC) ||
	    !skip_where(cursor, sample_type, PERF_SAMPLE_TRANSACTION) ||
	    !skip_kernel_regs(cursor, sample_type, &is_behind_regs))
		return false;
	if (!is_behind_regs)
		return true;
	if (!skip_where(cursor, sample_type, PERF_SAMPLE_PHYS_ADDR))
		return false;
	return !(sample_type & SAMPLE_EXTRA_CGROUP) || cursor_take64(cursor, &extra->cgroup_id);
}

int sample_extra_parse(const struct sample_extra_layout *layout, const void *bytes, uint32_t size,
		       struct sample_extra *extra)
{
	uint64_t sample_type = layout->sample_type;
	struct sample_extra found = {0};
	struct cursor cursor = {
		.at = bytes,
		/* BYTES may be NULL if SIZE is 0, and not even 0 can be added to NULL. */
		.end = size > 0 ? (const unsigned char *)bytes + size : bytes,
		.swap = layout->swap,
	};

	if (sample_type & PERF_SAMPLE_BRANCH_STACK &&
	    !skip_branches(&cursor, layout->branch_sample_type))
		return -EBADMSG;
	if (sample_type & PERF_SAMPLE_REGS_USER &&
	    !take_user_regs(&cursor, layout->regs_user, &found))
		return -EBADMSG;
	if (sample_type & PERF_SAMPLE_STACK_USER && !take_user_stack(&cursor, &found))
		return -EBADMSG;
	if (!take_cgroup(&cursor, sample_type, &found))
		return -EBADMSG;
	*extra = found;
	return 0;
}

bool sample_extra_reg(const struct sample_extra_layout *layout, const struct sample_extra *extra,
		      unsigned int reg, uint64_t *value)
{
	uint64_t bit = reg < 64 ? UINT64_C(1) << reg : 0;

	if (extra->regs_abi == PERF_SAMPLE_REGS_ABI_NONE || !(layout->regs_user & bit))
		return false;
	size_t before = (size_t)__builtin_popcountll(layout->regs_user & (bit - 1));
	*value = load64(extra->regs + before * sizeof(uint64_t), layout->swap);
	return true;
}
