/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink/exit_stats.h"

#include <errno.h>
#include <linux/acct.h>
#include <linux/genetlink.h>
#include <linux/taskstats.h>

#include "base/cursor.h"
#include "base/load.h"
#include "netlink/message.h"

/* Of Linux 5.19; the installed headers may be older. */
#define FLAG_LAST 0x20U /* AGROUP */
#define BTIME64_AT 344U /* ac_btime64, version 10 */
#define TGID_AT 368U    /* ac_tgid, version 12 */
#define VERSION_LAST 12U

/*
 * Version 15 alone (Linux 6.14, 6.15) had the longest and shortest of each delay in the midst of
 * the struct, 16 bytes a delay; version 16 moved them to the end.
 */
#define VERSION_SHIFTED 15U
#define DELAY_SHIFT 16U

/* The shortest that is taken: up to the bytes of storage I/O, which all kernels since 2.6.20 have.
 */
#define STATS_MIN (offsetof(struct taskstats, write_bytes) + sizeof(uint64_t))

/* The payloads of a message; NULL where it has none. */
struct parts {
	struct cursor task, process;
	int32_t tid, tgid;
};

/* From AGGREGATE its id, of type ID_TYPE, and its struct taskstats. */
static int take_aggregate(struct cursor aggregate, uint16_t id_type, int32_t *id,
			  struct cursor *stats)
{
	struct netlink_attribute attribute;
	int code;

	while ((code = netlink_attribute_next(&aggregate, &attribute)) > 0) {
		if (attribute.type == TASKSTATS_TYPE_STATS)
			*stats = attribute.payload;
		else if (attribute.type == id_type && cursor_left(&attribute.payload) >= 4)
			*id = (int32_t)load32(attribute.payload.at, false);
	}
	return code < 0 || *id <= 0 || cursor_left(stats) < STATS_MIN ? -EBADMSG : 0;
}

static int take_attribute(const struct netlink_attribute *attribute, struct parts *parts)
{
	switch (attribute->type) {
	case TASKSTATS_TYPE_AGGR_PID:
		return take_aggregate(attribute->payload, TASKSTATS_TYPE_PID, &parts->tid,
				      &parts->task);
	case TASKSTATS_TYPE_AGGR_TGID:
		return take_aggregate(attribute->payload, TASKSTATS_TYPE_TGID, &parts->tgid,
				      &parts->process);
	default:
		return 0;
	}
}

static int take_parts(const void *bytes, size_t size, uint16_t family, struct parts *parts)
{
	struct netlink_attribute attribute;
	struct netlink_message message;

	if (netlink_message_parse(bytes, size, &message) < 0 || message.type != family ||
	    cursor_left(&message.body) < GENL_HDRLEN ||
	    message.body.at[offsetof(struct genlmsghdr, cmd)] != TASKSTATS_CMD_NEW)
		return -EBADMSG;
	message.body.at += GENL_HDRLEN;
	int code;
	while ((code = netlink_attribute_next(&message.body, &attribute)) > 0) {
		code = take_attribute(&attribute, parts);
		if (code < 0)
			return code;
	}
	return code < 0 || !parts->task.at ? -EBADMSG : 0;
}

/* How much later than in other versions the field at AT lies. */
static size_t shift_at(uint16_t version, size_t at)
{
	/* The counters behind which version 15 put something. */
	static const size_t delays[] = {
		offsetof(struct taskstats, cpu_delay_total),
		offsetof(struct taskstats, blkio_delay_total),
		offsetof(struct taskstats, swapin_delay_total),
		offsetof(struct taskstats, freepages_delay_total),
		offsetof(struct taskstats, thrashing_delay_total),
		BTIME64_AT + 2 * sizeof(uint64_t), /* compact_delay_total, version 11 */
	};
	size_t shift = 0;

	if (version != VERSION_SHIFTED)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++)
		shift += at > delays[i] ? DELAY_SHIFT : 0;
	return shift;
}

/* The SIZE bytes of the field at AT, or NULL where STATS is too short to have it. */
static const void *field(const struct cursor *stats, size_t at, size_t size)
{
	size_t shifted = at + shift_at(load16(stats->at, false), at);

	return cursor_left(stats) >= shifted + size ? stats->at + shifted : NULL;
}

static uint64_t number(const struct cursor *stats, size_t at)
{
	const void *bytes = field(stats, at, sizeof(uint64_t));

	return bytes ? load64(bytes, false) : 0;
}

static uint32_t short_number(const struct cursor *stats, size_t at)
{
	const void *bytes = field(stats, at, sizeof(uint32_t));

	return bytes ? load32(bytes, false) : 0;
}

#define NUMBER(stats, member) number((stats), offsetof(struct taskstats, member))
#define SHORT_NUMBER(stats, member) short_number((stats), offsetof(struct taskstats, member))

static void take_task(const struct cursor *task, struct exit_stats *stats)
{
	uint64_t start_s = number(task, BTIME64_AT);
	uint8_t flags = task->at[offsetof(struct taskstats, ac_flag)];

	*stats = (struct exit_stats){
		.version = load16(task->at, false),
		.status = SHORT_NUMBER(task, ac_exitcode),
		.tgid = (int32_t)short_number(task, TGID_AT),
		.utime_us = NUMBER(task, ac_utime),
		.stime_us = NUMBER(task, ac_stime),
		.run_ns = NUMBER(task, cpu_run_virtual_total),
		.elapsed_us = NUMBER(task, ac_etime),
		.start_s = start_s ? start_s : SHORT_NUMBER(task, ac_btime),
		.hiwater_rss_kb = NUMBER(task, hiwater_rss),
		.read_char = NUMBER(task, read_char),
		.write_char = NUMBER(task, write_char),
		.read_bytes = NUMBER(task, read_bytes),
		.write_bytes = NUMBER(task, write_bytes),
	};
	stats->is_last = stats->version >= VERSION_LAST && (flags & FLAG_LAST) != 0;
}

int exit_stats_parse(const void *bytes, size_t size, uint16_t family, struct exit_stats *stats)
{
	struct parts parts = {0};
	int code = take_parts(bytes, size, family, &parts);

	if (code < 0)
		return code;
	take_task(&parts.task, stats);
	stats->tid = parts.tid;
	stats->is_only = stats->is_last && !parts.process.at;
	/* Comes with the last task of a process that has had threads. */
	if (parts.process.at) {
		stats->is_last = true;
		stats->tgid = parts.tgid;
		stats->process_cpu_ns = NUMBER(&parts.process, cpu_run_real_total);
	}
	return 0;
}
