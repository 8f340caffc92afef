/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One message of the process connector taken apart: struct cn_msg (linux/connector.h), in it struct
 * proc_event (linux/cn_proc.h).
 */
#ifndef PXT_NETLINK_PROC_MESSAGE_H
#define PXT_NETLINK_PROC_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum proc_kind {
	PROC_OTHER, /* changes of ids and session, ptrace, core dumps, and what newer kernels add */
	PROC_ACK,   /* the answer to whoever sent a request: all listeners hear it */
	PROC_FORK,  /* of a process or a thread */
	PROC_EXEC,
	PROC_EXIT, /* of a task, threads too */
	PROC_COMM, /* by prctl(2) or /proc/PID/comm only; an exec tells no name */
	PROC_KINDS,
};

struct proc_message {
	enum proc_kind kind;
	uint32_t cpu;      /* that it happened on */
	uint32_t seq;      /* counts the messages of that CPU, of all kinds, whoever listens */
	uint64_t time_ns;  /* CLOCK_MONOTONIC of the host, perf's clock: ktime_get_ns() in
			      drivers/connector/cn_proc.c */
	int32_t tgid, tid; /* of the child, for a fork; pids of the initial namespace */
	/* PROC_FORK: who forked, but of a thread the parent of its process. PROC_EXIT: the parent,
	   0 of threads, and before Linux 4.18. */
	int32_t parent_tgid, parent_tid;
	uint32_t status;     /* PROC_EXIT: as wait(2) has it, 0x80 for a core dump */
	int32_t exit_signal; /* PROC_EXIT: what its parent gets; -1 for threads */
	char comm[16];       /* PROC_COMM: any bytes; ends in a NUL here */
	uint32_t ack;        /* PROC_ACK: that of the request, plus one */
	int error;           /* PROC_ACK: 0 or a negative errno */
	uint32_t lost;       /* see proc_connector_next() */
};

/*
 * Take the datagram of SIZE bytes at BYTES apart; `lost` is left 0. Returns 0, or -EBADMSG with
 * MESSAGE untouched: it is cut short, or not of the process connector.
 */
int proc_message_parse(const void *bytes, size_t size, struct proc_message *message) MUST_CHECK;

#endif
