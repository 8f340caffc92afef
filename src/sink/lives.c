/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/lives.h"

#include <errno.h>
#include <stdlib.h>

#include "base/keyed_hash.h"
#include "sink/text/phrases.h"

#define FIRST_CAPACITY 64U

/* No index. */
#define NOBODY UINT32_MAX

/* The row of an item that is in no chain. */
#define NO_ROW (-1)

/* ---- a table by pid ---- */

void lives_done(struct lives *lives)
{
	free(lives->items);
	free(lives->heads);
}

uint32_t lives_count(const struct lives *lives)
{
	return lives->count;
}

/* The capacity is a power of 2, of items as of heads. */
static uint32_t *find_head(const struct lives *lives, int32_t pid)
{
	return &lives->heads[keyed_hash_u64((uint32_t)pid) & (lives->capacity - 1)];
}

struct life *lives_find(const struct lives *lives, int32_t pid)
{
	if (lives->capacity == 0)
		return NULL;
	for (uint32_t at = *find_head(lives, pid); at != NOBODY; at = lives->items[at].next) {
		if (lives->items[at].pid == pid)
			return &lives->items[at];
	}
	return NULL;
}

static void enter(struct lives *lives, uint32_t at)
{
	uint32_t *head = find_head(lives, lives->items[at].pid);

	lives->items[at].next = *head;
	*head = at;
}

static void empty_heads(struct lives *lives)
{
	for (uint32_t i = 0; i < lives->capacity; i++)
		lives->heads[i] = NOBODY;
}

/* Double the capacity of a full table. Returns 0 or -ENOMEM. */
static int grow(struct lives *lives)
{
	const uint32_t capacity = lives->capacity > 0 ? 2 * lives->capacity : FIRST_CAPACITY;
	uint32_t *heads = malloc(capacity * sizeof(*heads));
	struct life *items = heads ? realloc(lives->items, capacity * sizeof(*items)) : NULL;

	if (!items) {
		free(heads);
		return -ENOMEM;
	}
	free(lives->heads);
	lives->items = items;
	lives->heads = heads;
	lives->capacity = capacity;
	empty_heads(lives);
	for (uint32_t i = 0; i < lives->used; i++)
		enter(lives, i);
	return 0;
}

/* Returns the index of an item that is in no chain; there is room. */
static uint32_t take_item(struct lives *lives)
{
	const uint32_t at = lives->unused;

	if (lives->count == lives->used)
		return lives->used++;
	lives->unused = lives->items[at].next;
	return at;
}

struct life *lives_add(struct lives *lives, int32_t pid)
{
	if (lives->count == lives->capacity && grow(lives) < 0)
		return NULL;
	const uint32_t at = take_item(lives);
	lives->items[at] = (struct life){.pid = pid};
	lives->count++;
	enter(lives, at);
	return &lives->items[at];
}

void lives_remove(struct lives *lives, struct life *life)
{
	const uint32_t at = (uint32_t)(life - lives->items);
	uint32_t *link = find_head(lives, life->pid);

	while (*link != at)
		link = &lives->items[*link].next;
	*link = life->next;
	life->row = NO_ROW;
	life->next = lives->unused;
	lives->unused = at;
	lives->count--;
}

static int compare_rows(const void *a, const void *b)
{
	const int32_t first = ((const struct life *)a)->row, second = ((const struct life *)b)->row;

	return (first > second) - (first < second);
}

uint32_t lives_take(struct lives *lives, const struct life **left)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < lives->used; i++) {
		if (lives->items[i].row != NO_ROW)
			lives->items[kept++] = lives->items[i];
	}
	if (kept > 0)
		qsort(lives->items, kept, sizeof(*lives->items), compare_rows);
	lives->used = lives->count = 0;
	empty_heads(lives);
	*left = lives->items;
	return kept;
}

/* ---- births and ends ---- */

static int32_t find_row(const struct lives *lives, int32_t pid)
{
	const struct life *life = pid > 0 ? lives_find(lives, pid) : NULL;

	return life ? life->row : -1;
}

/* Returns 0 with *LIFE, or a negative errno. */
static int add_life(struct lives *lives, struct birth *birth, struct life **life)
{
	birth->parent = find_row(lives, birth->ppid);
	*life = lives_add(lives, birth->pid);
	if (!*life)
		return -ENOMEM;
	(*life)->ppid = birth->ppid;
	(*life)->row = lives->rows++;
	(*life)->born = (uint8_t)birth->kind;
	return lives->ops->born(lives->sink, *life, birth);
}

/* A process that is seen for the first time, by an exec or exit. */
static int add_stranger(struct lives *lives, const struct event *event, int32_t pid,
			struct life **life)
{
	const struct facts *facts = event_facts(event);
	const bool has_age = facts->age_ns >= 0;
	struct birth birth = {
		.time_ns = event->time_ns,
		.age_ns = has_age ? facts->age_ns : 0,
		.pid = pid,
		.ppid = facts->ppid,
		.kind = facts->from_proc && !has_age ? BORN_BEFORE : BORN_UNSEEN,
		.name = phrase_name(event),
	};

	if (facts->ancestor_count > 0)
		birth.from = facts->ancestry[0].comm;
	return add_life(lives, &birth, life);
}

static int end_life(struct lives *lives, struct life *life, const struct end *end)
{
	int code = lives->ops->ended(lives->sink, life, end);

	lives_remove(lives, life);
	return code;
}

static int end_unseen(struct lives *lives, struct life *life, const struct event *event)
{
	return end_life(lives, life,
			&(struct end){event->time_ns, END_UNSEEN, &facts_unknown, {0}});
}

/* The process that EVENT happened to. Another one with its pid is gone, and its end was not seen.
 */
static int find_or_add(struct lives *lives, const struct event *event, int32_t pid,
		       struct life **life)
{
	const struct facts *facts = event_facts(event);

	*life = lives_find(lives, pid);
	if (*life && ((*life)->ppid < 0 || facts->ppid < 0 || (*life)->ppid == facts->ppid))
		return 0;
	int code = *life ? end_unseen(lives, *life, event) : 0;
	return code < 0 ? code : add_stranger(lives, event, pid, life);
}

/* ---- events ---- */

static enum born_kind kind_of(const struct event *event)
{
	switch (event_fork_kind(event)) {
	case FORK_KIND_PROCESS:
		return BORN_PROCESS;
	case FORK_KIND_VFORK:
		return BORN_VFORK;
	default:
		return BORN_OF_UNKNOWN_KIND;
	}
}

static int count_thread(struct lives *lives, int32_t pid)
{
	struct life *life = lives_find(lives, pid);

	if (life)
		life->threads++;
	return 0;
}

int lives_fork(struct lives *lives, const struct event *event)
{
	const int32_t parent_pid = event_facts(event)->tgid;
	struct life *child = lives_find(lives, event->fork.child_tid);

	if (event_facts(event)->kind == FORK_KIND_THREAD)
		return count_thread(lives, parent_pid);
	/* It was forked while /proc was read. */
	if (child && child->born == BORN_BEFORE && child->ppid == parent_pid)
		return 0;
	int code = child ? end_unseen(lives, child, event) : 0;
	if (code < 0)
		return code;
	struct birth birth = {
		.time_ns = event->time_ns,
		.pid = event->fork.child_tid,
		.ppid = parent_pid >= 0 ? parent_pid : event->fork.parent_tid,
		.kind = kind_of(event),
		.name = event->fork.child_comm,
		.from = event->fork.parent_comm,
	};
	return add_life(lives, &birth, &child);
}

int lives_exec(struct lives *lives, const struct event *event, struct life **life)
{
	return find_or_add(lives, event, event->exec.pid, life);
}

int lives_exit(struct lives *lives, const struct event *event)
{
	struct life *life;

	if (event_facts(event)->last == KNOWN_NO)
		return 0;
	int code = find_or_add(lives, event, phrase_pid(event), &life);
	return code < 0 ? code
			: end_life(lives, life,
				   &(struct end){event->time_ns, END_SEEN, event_facts(event),
						 phrase_name(event)});
}
