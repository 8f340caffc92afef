/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/probed_execs.h"

#include <errno.h>
#include <string.h>

#include "probe/argv_definition.h"

void probed_execs_done(struct probed_execs *execs)
{
	for (size_t i = 0; i < PROBED_EXECS_MAX; i++) {
		buffer_done(&execs->items[i].record);
		buffer_done(&execs->items[i].strings);
	}
}

struct probed_exec *probed_execs_find(struct probed_execs *execs, int32_t tid)
{
	if (execs->count == 0)
		return NULL;
	for (size_t i = 0; tid != 0 && i < PROBED_EXECS_MAX; i++) {
		if (execs->items[i].tid == tid)
			return &execs->items[i];
	}
	return NULL;
}

struct probed_exec *probed_execs_place(struct probed_execs *execs, int32_t tid)
{
	struct probed_exec *place = probed_execs_find(execs, tid);

	if (place)
		return place;
	place = &execs->items[execs->next];
	execs->next = (execs->next + 1) % PROBED_EXECS_MAX;
	return place;
}

int probed_execs_begin(struct probed_execs *execs, struct probed_exec *place, int32_t tid,
		       uint64_t time_ns, const struct perf_event_header *sample)
{
	probed_execs_end(execs, place);
	if (buffer_append(&place->record, sample, sample->size) < 0)
		return -ENOMEM;
	place->tid = tid;
	place->time_ns = time_ns;
	execs->count++;
	return 0;
}

void probed_execs_end(struct probed_execs *execs, struct probed_exec *exec)
{
	execs->count -= exec->tid != 0;
	exec->tid = 0;
	exec->rounds = 0;
	exec->has_moved_on = false;
	exec->proc_was_asked = false;
	exec->chunks = 0;
	exec->record.size = exec->strings.size = 0;
}

static int32_t *seen_at(struct probed_execs *execs, int32_t tid)
{
	return &execs->seen[(uint32_t)tid % SEEN_EXECS];
}

void probed_execs_saw(struct probed_execs *execs, int32_t tid)
{
	*seen_at(execs, tid) = tid;
}

void probed_execs_keep_early(struct probed_execs *execs, int32_t tid, uint64_t time_ns,
			     const struct argv_sample *sample)
{
	struct early_sample *early = &execs->early[execs->next_early];

	if (*seen_at(execs, tid) == tid) {
		/* The first chunk comes last. */
		if (sample->chunk == 0)
			*seen_at(execs, tid) = 0;
		return;
	}
	execs->next_early = (execs->next_early + 1) % EARLY_SAMPLES_MAX;
	early->tid = tid;
	early->time_ns = time_ns;
	early->sample = *sample;
	early->sample.bytes = early->bytes;
	memcpy(early->bytes, sample->bytes, ARGV_CHUNK_BYTES);
}

const struct argv_sample *probed_execs_take_early(struct probed_execs *execs,
						  const struct probed_exec *exec)
{
	for (size_t i = 0; i < EARLY_SAMPLES_MAX; i++) {
		struct early_sample *early = &execs->early[i];

		if (early->tid != exec->tid)
			continue;
		early->tid = 0;
		/* Older ones are of another exec. */
		if (early->time_ns > exec->time_ns)
			return &early->sample;
	}
	return NULL;
}

/* Of the SIZE bytes of the arguments, copy those that are in SAMPLE. */
static int copy_chunk(struct probed_exec *exec, const struct argv_sample *sample, size_t size)
{
	const size_t at = (size_t)sample->chunk * ARGV_CHUNK_BYTES;
	const size_t rest = size - at;

	if (exec->strings.size == 0) {
		if (buffer_reserve(&exec->strings, size) < 0)
			return -ENOMEM;
		exec->strings.size = size;
	}
	memcpy(exec->strings.bytes + at, sample->bytes,
	       rest < ARGV_CHUNK_BYTES ? rest : ARGV_CHUNK_BYTES);
	exec->chunks |= 1U << sample->chunk;
	return 0;
}

int probed_exec_add(struct probed_exec *exec, const struct argv_sample *sample, unsigned int chunks)
{
	const uint64_t size = sample->end - sample->start;

	if (sample->end <= sample->start || size > (uint64_t)chunks * ARGV_CHUNK_BYTES)
		return PROBED_NOT_HELD;
	if (exec->chunks == 0) {
		exec->start = sample->start;
		exec->end = sample->end;
	} else if (exec->start != sample->start || exec->end != sample->end) {
		return PROBED_NOT_HELD;
	}
	if ((uint64_t)sample->chunk * ARGV_CHUNK_BYTES >= size)
		return PROBED_PART;
	if (copy_chunk(exec, sample, (size_t)size) < 0)
		return -ENOMEM;
	const unsigned int wanted = (1U << (size + ARGV_CHUNK_BYTES - 1) / ARGV_CHUNK_BYTES) - 1U;
	return exec->chunks == wanted ? PROBED_WHOLE : PROBED_PART;
}
