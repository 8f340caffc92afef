/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink/proc_message.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/cursor.h"
#include "netlink/message.h"

/* What all kernels send; our headers' struct may have grown since. */
#define EVENT_SIZE 40U

static void take_fork(const struct proc_event *event, struct proc_message *message)
{
	message->kind = PROC_FORK;
	message->tgid = event->event_data.fork.child_tgid;
	message->tid = event->event_data.fork.child_pid;
	message->parent_tgid = event->event_data.fork.parent_tgid;
	message->parent_tid = event->event_data.fork.parent_pid;
}

static void take_exec(const struct proc_event *event, struct proc_message *message)
{
	message->kind = PROC_EXEC;
	message->tgid = event->event_data.exec.process_tgid;
	message->tid = event->event_data.exec.process_pid;
}

static void take_exit(const struct proc_event *event, struct proc_message *message)
{
	message->kind = PROC_EXIT;
	message->tgid = event->event_data.exit.process_tgid;
	message->tid = event->event_data.exit.process_pid;
	message->parent_tgid = event->event_data.exit.parent_tgid;
	message->parent_tid = event->event_data.exit.parent_pid;
	message->status = event->event_data.exit.exit_code;
	message->exit_signal = (int32_t)event->event_data.exit.exit_signal;
}

static void take_comm(const struct proc_event *event, struct proc_message *message)
{
	message->kind = PROC_COMM;
	message->tgid = event->event_data.comm.process_tgid;
	message->tid = event->event_data.comm.process_pid;
	memcpy(message->comm, event->event_data.comm.comm, sizeof(message->comm));
	message->comm[sizeof(message->comm) - 1] = '\0';
}

static void take_ack(const struct proc_event *event, uint32_t ack, struct proc_message *message)
{
	uint32_t error = event->event_data.ack.err;

	message->kind = PROC_ACK;
	message->ack = ack;
	/* Positive in the message; what is no errno is not success either. */
	message->error = error <= 4095 ? -(int)error : -EBADMSG;
}

static void take_event(const struct proc_event *event, uint32_t ack, struct proc_message *message)
{
	switch ((uint32_t)event->what) {
	case PROC_EVENT_NONE:
		take_ack(event, ack, message);
		break;
	case PROC_EVENT_FORK:
		take_fork(event, message);
		break;
	case PROC_EVENT_EXEC:
		take_exec(event, message);
		break;
	case (uint32_t)PROC_EVENT_EXIT:
		take_exit(event, message);
		break;
	case PROC_EVENT_COMM:
		take_comm(event, message);
		break;
	default:
		message->kind = PROC_OTHER;
	}
}

int proc_message_parse(const void *bytes, size_t size, struct proc_message *message)
{
	struct netlink_message netlink;
	struct proc_event event = {0};
	struct cn_msg head;

	if (netlink_message_parse(bytes, size, &netlink) < 0 || netlink.type != NLMSG_DONE ||
	    cursor_left(&netlink.body) < sizeof(head))
		return -EBADMSG;
	memcpy(&head, netlink.body.at, sizeof(head));
	netlink.body.at += sizeof(head);
	if (head.id.idx != CN_IDX_PROC || head.id.val != CN_VAL_PROC || head.len < EVENT_SIZE ||
	    head.len > cursor_left(&netlink.body))
		return -EBADMSG;
	memcpy(&event, netlink.body.at, head.len < sizeof(event) ? head.len : sizeof(event));
	*message = (struct proc_message){
		.cpu = event.cpu, .seq = head.seq, .time_ns = event.timestamp_ns};
	take_event(&event, head.ack, message);
	return 0;
}
