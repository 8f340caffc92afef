/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recognises the system call by which a task exits, from the kernel's call chain at the exit. On
 * x86 no register has it; the return addresses on the kernel's stack do. These are learnt from
 * children that exit in known ways, without kernel symbols.
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
	EXIT_PATH_OTHER = EXIT_PATHS, /* a signal, or the kernel itself */
};

/* Return addresses that only one of the paths has. */
#define EXIT_PATH_ADDRESSES 8
struct exit_path_marks {
	uint64_t addresses[EXIT_PATH_ADDRESSES];
	size_t count;
};

struct exit_paths {
	bool known; /* exit_group(2) and exit(2) can be recognised; false: there are no marks */
	struct exit_path_marks marks[EXIT_PATHS];
};

/* Addresses of a chain that are compared; the others are ignored. */
#define EXIT_CHAIN_MAX 64

/* A call chain of COUNT u64 addresses, not aligned. SWAP: they are in the other byte order. */
struct exit_chain {
	const void *addresses;
	size_t count;
	bool swap;
};

/* Returns the path of CHAIN. */
enum exit_path exit_paths_find(const struct exit_paths *paths, const struct exit_chain *chain);

/*
 * Learn PATHS from one chain of each path, in the order of enum exit_path (without addresses: not
 * available), and from KILLED, that of a task that a signal ended. PATHS are `known` if the first
 * two chains differ from all others.
 */
void exit_paths_learn(struct exit_paths *paths, const struct exit_chain chains[EXIT_PATHS],
		      const struct exit_chain *killed);

#endif
