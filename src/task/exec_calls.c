/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/exec_calls.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"

struct exec_call {
	int32_t tid;
	bool has_path;
	uint64_t pointer;
	uint64_t losses;
	UT_hash_handle hh;
	size_t length;
	char path[];
};

static void forget(struct exec_calls *calls, struct exec_call *call)
{
	HASH_DEL(calls->by_tid, call);
	free(call);
}

static void forget_taken(struct exec_calls *calls)
{
	free(calls->taken);
	calls->taken = NULL;
}

void exec_calls_done(struct exec_calls *calls)
{
	while (calls->by_tid)
		forget(calls, calls->by_tid);
	forget_taken(calls);
}

static struct exec_call *find(const struct exec_calls *calls, int32_t tid)
{
	struct exec_call *call;

	HASH_FIND_INT(calls->by_tid, &tid, call);
	return call;
}

static struct exec_call *new_call(int32_t tid, uint64_t pointer, struct text path, uint64_t losses)
{
	struct exec_call *call = malloc(sizeof(*call) + path.length);

	if (!call)
		return NULL;
	*call = (struct exec_call){
		.tid = tid,
		.has_path = path.bytes != NULL,
		.pointer = pointer,
		.losses = losses,
		.length = path.length,
	};
	if (path.length > 0)
		memcpy(call->path, path.bytes, path.length);
	return call;
}

int exec_calls_add(struct exec_calls *calls, int32_t tid, uint64_t pointer, struct text path,
		   uint64_t losses)
{
	struct exec_call *call = new_call(tid, pointer, path, losses);
	struct exec_call *old = find(calls, tid);

	if (!call)
		return -ENOMEM;
	if (old)
		forget(calls, old);
	else if (HASH_COUNT(calls->by_tid) >= EXEC_CALLS_MAX)
		/* uthash keeps the order of insertion: the head is the oldest. */
		forget(calls, calls->by_tid);
	HASH_ADD_INT(calls->by_tid, tid, call);
	if (call->hh.tbl)
		return 0;
	free(call);
	return -ENOMEM;
}

int exec_calls_name(struct exec_calls *calls, int32_t tid, uint64_t pointer, struct text path)
{
	const struct exec_call *call = find(calls, tid);

	if (!call || call->has_path || pointer == 0 || call->pointer != pointer)
		return 0;
	return exec_calls_add(calls, tid, pointer, path, call->losses);
}

struct text exec_calls_take(struct exec_calls *calls, int32_t tid, uint64_t losses)
{
	struct exec_call *call = find(calls, tid);

	forget_taken(calls);
	if (!call)
		return (struct text){0};
	HASH_DEL(calls->by_tid, call);
	calls->taken = call;
	return call->has_path && call->losses == losses
		       ? (struct text){.bytes = call->path, .length = call->length}
		       : (struct text){0};
}
