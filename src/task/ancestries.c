/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/ancestries.h"

#include "base/compiler.h"
#include "event/comm.h"

/* Returns whether KEPT is the chain that begins with PARENT. One that was cut off is shorter. */
static NOINLINE bool has_lineage(const struct kept_ancestry *kept, const struct process *parent)
{
	size_t i = 0;

	for (; parent && i < kept->count; parent = parent->parent) {
		if (parent->lineage_id != kept->lineage_ids[i++])
			return false;
	}
	return i == kept->count && (!parent || i == ANCESTRY_MAX);
}

/* The parent's name at the fork; an empty one: not known. */
static const struct comm *comm_of(const struct process *process)
{
	static const struct comm unknown;

	return process->parent_comm ? &process->parent_comm->comm : &unknown;
}

/* The process that an id was given to has it alone, and holds its ancestors. */
static bool is_kept(struct kept_ancestry *kept, const struct process *process)
{
	const struct process *parent = process->parent;

	if (kept->id == 0 || kept->lineage_ids[0] != parent->lineage_id ||
	    !comm_equals(&kept->parent_comm, comm_of(process)))
		return false;
	if (kept->lineage_changes != parent->pool->lineage_changes && !has_lineage(kept, parent))
		return false;
	kept->lineage_changes = parent->pool->lineage_changes;
	return true;
}

static NOINLINE void keep(struct ancestries *ancestries, struct kept_ancestry *kept,
			  const struct process *process)
{
	size_t i = 0;

	kept->id = ++ancestries->last_id;
	kept->lineage_changes = process->pool->lineage_changes;
	kept->count = process_ancestry(process, kept->items, ANCESTRY_MAX, &kept->complete);
	/* PROCESS itself may be gone by the time that a sibling is asked for. */
	kept->parent_comm = *comm_of(process);
	kept->items[0].comm = comm_text(&kept->parent_comm);
	for (struct process *parent = process->parent; i < kept->count; parent = parent->parent) {
		if (parent->lineage_id == 0)
			parent->lineage_id = ++ancestries->last_id;
		kept->lineage_ids[i++] = parent->lineage_id;
	}
}

void ancestries_find(struct ancestries *ancestries, const struct process *process,
		     struct facts *facts)
{
	const struct process *parent = process->parent;

	if (!parent) {
		facts->ancestry_complete = process->parent_known;
		return;
	}
	struct kept_ancestry *kept = &ancestries->kept[parent->lineage_id % ANCESTRIES_MAX];
	if (!is_kept(kept, process))
		keep(ancestries, kept, process);
	facts->ancestry = kept->items;
	facts->ancestor_count = kept->count;
	facts->ancestry_complete = kept->complete;
	facts->ancestry_id = kept->id;
}
