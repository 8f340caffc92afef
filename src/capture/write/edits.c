/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/write/edits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct edit {
	size_t at;
	uint64_t what; /* the new value, or the size of the cut in bytes */
};

static int append(struct edit_list *edits, size_t at, uint64_t what)
{
	if (ARRAY_GROW(edits->list, edits->count, edits->capacity) < 0)
		return -ENOMEM;
	edits->list[edits->count++] = (struct edit){at, what};
	return 0;
}

int edits_set(struct edits *edits, size_t at, uint64_t value)
{
	return append(&edits->values, at, value);
}

int edits_cut(struct edits *edits, size_t at, size_t size)
{
	return append(&edits->cuts, at, size);
}

bool edits_is_empty(const struct edits *edits)
{
	return edits->values.count == 0 && edits->cuts.count == 0;
}

/* Move the bytes between the CUTS together. Returns the new size. */
static size_t close_cuts(const struct edit_list *cuts, unsigned char *bytes, size_t size)
{
	size_t from = 0, to = 0;

	for (size_t i = 0; i < cuts->count; i++) {
		size_t kept = cuts->list[i].at - from;

		memmove(bytes + to, bytes + from, kept);
		to += kept;
		from = cuts->list[i].at + cuts->list[i].what;
	}
	memmove(bytes + to, bytes + from, size - from);
	return to + size - from;
}

size_t edits_apply(const struct edits *edits, unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < edits->values.count; i++) {
		const struct edit *edit = &edits->values.list[i];

		memcpy(bytes + edit->at, &edit->what, sizeof(edit->what));
	}
	return edits->cuts.count > 0 ? close_cuts(&edits->cuts, bytes, size) : size;
}

void edits_clear(struct edits *edits)
{
	edits->values.count = 0;
	edits->cuts.count = 0;
}

void edits_done(struct edits *edits)
{
	free(edits->values.list);
	free(edits->cuts.list);
	*edits = (struct edits){0};
}
