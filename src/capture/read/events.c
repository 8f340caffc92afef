/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/keyed_hash.h"
#include "base/load.h"
#include "decode/format.h"

/* Flags of struct perf_event_attr are bits in the order of their declaration, of 8 bytes before: */
#define FLAGS_AT (offsetof(struct perf_event_attr, wakeup_events) - sizeof(uint64_t))
#define FLAG_SAMPLE_ID_ALL 18U

#define NO_CPU UINT32_MAX

/* So many ids are looked up by their distance from the first one. */
#define NEAR_IDS (64U * 1024U)

struct events *events_new(bool big_endian)
{
	struct events *events = malloc(sizeof(*events));

	if (!events)
		return NULL;
	*events = (struct events){
		.big_endian = big_endian,
		.swap = big_endian != machine_native().big_endian,
		.same_layouts = true,
		.same_times = true,
		.types = UINT64_C(1) << PERF_RECORD_SAMPLE | UINT64_C(1) << PERF_RECORD_COMM |
			 UINT64_C(1) << PERF_RECORD_LOST,
	};
	return events;
}

void events_free(struct events *events)
{
	if (!events)
		return;
	for (size_t i = 0; i < events->count; i++)
		free(events->list[i]);
	free(events->list);
	free(events->slots);
	free(events->near);
	free(events);
}

/* ---- attributes ---- */

/* Bit fields begin at the other end of each byte where the byte order is the other one. */
static bool attr_flag(const struct perf_event_attr *raw, unsigned int flag, bool big_endian)
{
	unsigned int bit = big_endian ? 7 - flag % 8 : flag % 8;

	return ((const unsigned char *)raw)[FLAGS_AT + flag / 8] >> bit & 1;
}

/* RAW is in the recorder's byte order. */
static void parse_attr(const struct events *events, const struct perf_event_attr *raw,
		       struct capture_event *event)
{
	bool swap = events->swap;

	*event = (struct capture_event){
		.type = load32(&raw->type, swap),
		.config = load64(&raw->config, swap),
		.counted = load64(&raw->sample_period, swap) == 0,
	};
	record_layout_init(&event->layout, load64(&raw->sample_type, swap),
			   load64(&raw->read_format, swap),
			   attr_flag(raw, FLAG_SAMPLE_ID_ALL, events->big_endian), swap);
	event->extra = (struct sample_extra_layout){
		.sample_type = event->layout.sample_type,
		.branch_sample_type = load64(&raw->branch_sample_type, swap),
		.regs_user = load64(&raw->sample_regs_user, swap),
		.swap = swap,
	};
	event->wanted = (event->layout.sample_type & PERF_SAMPLE_RAW) != 0;
}

static bool same_layout(const struct record_layout *a, const struct record_layout *b)
{
	return a->sample_type == b->sample_type && a->read_format == b->read_format &&
	       a->trailer.size == b->trailer.size;
}

static bool same_trailer_times(const struct record_layout *a, const struct record_layout *b)
{
	return a->trailer.time == b->trailer.time && a->trailer.size == b->trailer.size;
}

/* Keep up what is the same for all events, ADDED being the last one. */
static void compare_layouts(struct events *events, const struct capture_event *added)
{
	const struct record_layout *layout = &added->layout, *first = &events->list[0]->layout;

	events->same_layouts &= same_layout(layout, first);
	events->same_times &= same_trailer_times(layout, first);
	if (capture_event_is_dummy(added))
		return;
	if (!events->sampled)
		events->sampled = added;
	events->same_times &= layout->sample.time == events->sampled->layout.sample.time;
}

static int append(struct events *events, struct capture_event *event)
{
	if (ARRAY_GROW(events->list, events->count, events->capacity) < 0)
		return -ENOMEM;
	events->list[events->count++] = event;
	return 0;
}

int events_add(struct events *events, const void *attr, size_t size)
{
	struct perf_event_attr raw = {0};

	if (size < PERF_ATTR_SIZE_VER0)
		return -EBADMSG;
	if (events->count >= EVENTS_MAX)
		return -E2BIG;
	struct capture_event *event = malloc(sizeof(*event));
	if (!event)
		return -ENOMEM;
	/* A field that a recorder of long ago did not have is 0, and so is one that is cut. */
	size_t whole = size - size % sizeof(uint64_t);
	memcpy(&raw, attr, whole < sizeof(raw) ? whole : sizeof(raw));
	parse_attr(events, &raw, event);
	if (append(events, event) < 0) {
		free(event);
		return -ENOMEM;
	}
	compare_layouts(events, event);
	return 0;
}

/* ---- ids ---- */

/* Returns the slot of ID, or the empty one for it. */
static struct id_slot *slot_of(const struct events *events, uint64_t id)
{
	size_t mask = events->slot_count - 1;
	size_t at = (size_t)keyed_hash_u64(id) & mask;

	while (events->slots[at].event && events->slots[at].id != id)
		at = (at + 1) & mask;
	return &events->slots[at];
}

static int grow_slots(struct events *events)
{
	struct events grown = *events;

	grown.slot_count = events->slot_count ? 2 * events->slot_count : 64;
	grown.slots = calloc(grown.slot_count, sizeof(*grown.slots));
	if (!grown.slots)
		return -ENOMEM;
	for (size_t i = 0; i < events->slot_count; i++) {
		if (events->slots[i].event)
			*slot_of(&grown, events->slots[i].id) = events->slots[i];
	}
	free(events->slots);
	*events = grown;
	return 0;
}

/* The kernel counts ids up: those of a recorder lie close to each other. */
static int add_near(struct events *events, uint64_t id, const struct capture_event *event)
{
	if (events->near_count == 0)
		events->first_id = id;
	uint64_t at = id - events->first_id;
	if (id == 0 || at >= NEAR_IDS)
		return 0;
	while (at >= events->near_capacity)
		if (ARRAY_GROW(events->near, events->near_capacity, events->near_capacity) < 0)
			return -ENOMEM;
	while (events->near_count <= at)
		events->near[events->near_count++] = NULL;
	events->near[at] = event;
	return 0;
}

int events_add_id(struct events *events, uint64_t id)
{
	struct capture_event *event = events->list[events->count - 1];

	if (add_near(events, id, event) < 0)
		return -ENOMEM;
	if (2 * events->id_count >= events->slot_count && grow_slots(events) < 0)
		return -ENOMEM;

	struct id_slot *slot = slot_of(events, id);
	if (!slot->event && events->id_count >= EVENT_IDS_MAX)
		return -E2BIG;
	events->id_count += !slot->event;
	*slot = (struct id_slot){
		.id = id,
		.event = event,
		.cpu = NO_CPU,
	};
	return 0;
}

struct capture_event *events_find(const struct events *events, uint64_t id)
{
	return events->id_count > 0 ? slot_of(events, id)->event : NULL;
}

void events_set_cpu(struct events *events, uint64_t id, uint32_t cpu)
{
	if (events_find(events, id))
		slot_of(events, id)->cpu = cpu;
}

bool events_cpu(const struct events *events, uint64_t id, uint32_t *cpu)
{
	if (!events_find(events, id) || slot_of(events, id)->cpu == NO_CPU)
		return false;
	*cpu = slot_of(events, id)->cpu;
	return true;
}

/* ---- what samples carry ---- */

static bool same_extra(const struct sample_extra_layout *a, const struct sample_extra_layout *b)
{
	return a->sample_type == b->sample_type && a->branch_sample_type == b->branch_sample_type &&
	       a->regs_user == b->regs_user;
}

bool events_tracepoint_extra(const struct events *events, uint16_t id,
			     struct sample_extra_layout *layout)
{
	const struct sample_extra_layout *found = NULL;

	for (size_t i = 0; i < events->count; i++) {
		const struct capture_event *event = events->list[i];

		if (event->type != PERF_TYPE_TRACEPOINT || event->config != id)
			continue;
		if (found && !same_extra(found, &event->extra))
			return false;
		found = &event->extra;
	}
	if (found)
		*layout = *found;
	return found != NULL;
}

/* ---- records ---- */

void events_select(struct events *events, const uint16_t *ids, size_t count)
{
	/* Without ids nobody knows whose a sample is; its raw data tell. */
	if (events->id_count == 0)
		return;
	for (size_t i = 0; i < events->count; i++) {
		struct capture_event *event = events->list[i];
		bool selected = false;

		for (size_t j = 0; j < count; j++)
			selected |= event->type == PERF_TYPE_TRACEPOINT && event->config == ids[j];
		event->wanted &= selected;
	}
}

const struct capture_event *events_of_id(const struct events *events, uint64_t id)
{
	if (events->count == 0)
		return NULL;
	if (id == 0 || events->id_count == 0)
		return events->list[0];
	const struct capture_event *found = slot_of(events, id)->event;
	return !found && events->same_layouts ? events->list[0] : found;
}
