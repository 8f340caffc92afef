/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways through the kernel that lead to an exit, told by the kernel's call chain there. Through
 * which system call a task left, no register says on x86; the return addresses on the kernel's
 * stack do. What they are is learnt from children whose ways are known: no symbols are needed.
 */
#ifndef PXT_DECODE_EXIT_PATHS_H
#define PXT_DECODE_EXIT_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum exit_path {
	EXIT_PATH_GROUP,    /* exit_group(2) */
	EXIT_PATH_THREAD,   /* exit(2) */
	EXIT_PATH_GROUP_32, /* the same by the 32-bit calls of a 64-bit kernel */
	EXIT_PATH_THREAD_32,
	EXIT_PATHS,
	EXIT_PATH_OTHER = EXIT_PATHS, /* none of these: a signal, or the kernel itself */
};

/* Addresses that are on one of these ways alone. */
#define EXIT_PATH_ADDRESSES 8
struct exit_path_marks {
	uint64_t addresses[EXIT_PATH_ADDRESSES];
	size_t count;
};

struct exit_paths {
	bool known; /* exit_group(2) and exit(2) can be told; else there are no marks */
	struct exit_path_marks marks[EXIT_PATHS];
};

/* More addresses of a chain are not looked at. */
#define EXIT_CHAIN_MAX 64

/* A call chain: COUNT addresses, which need not be aligned; SWAP: in the other byte order. */
struct exit_chain {
	const void *addresses;
	size_t count;
	bool swap;
};

/* The way that CHAIN shows. */
enum exit_path exit_paths_find(const struct exit_paths *paths, const struct exit_chain *chain);

/*
 * Learn PATHS from one CHAIN of each way, in the order of enum exit_path (no addresses: it was not
 * to be had), and from KILLED, that of a task that a signal ended. They are known then if the first
 * two can be told from all others.
 */
void exit_paths_learn(struct exit_paths *paths, const struct exit_chain chains[EXIT_PATHS],
		      const struct exit_chain *killed);

#endif
