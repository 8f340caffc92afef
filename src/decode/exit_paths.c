/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/exit_paths.h"

#include "base/load.h"

/* PERF_CONTEXT_MAX of linux/perf_event.h: from here on they are marks between parts of a chain. */
#define CONTEXT_MARKS ((uint64_t)-4095)

static size_t chain_length(const struct exit_chain *chain)
{
	return chain->count < EXIT_CHAIN_MAX ? chain->count : EXIT_CHAIN_MAX;
}

static uint64_t address_at(const struct exit_chain *chain, size_t index)
{
	return load64((const unsigned char *)chain->addresses + index * sizeof(uint64_t),
		      chain->swap);
}

static bool has_address(const struct exit_chain *chain, uint64_t address)
{
	for (size_t i = 0; i < chain_length(chain); i++) {
		if (address_at(chain, i) == address)
			return true;
	}
	return false;
}

static bool is_marked(const struct exit_path_marks *marks, const struct exit_chain *chain)
{
	for (size_t i = 0; i < marks->count; i++) {
		if (has_address(chain, marks->addresses[i]))
			return true;
	}
	return false;
}

enum exit_path exit_paths_find(const struct exit_paths *paths, const struct exit_chain *chain)
{
	for (unsigned int path = 0; path < EXIT_PATHS; path++) {
		if (is_marked(&paths->marks[path], chain))
			return (enum exit_path)path;
	}
	return EXIT_PATH_OTHER;
}

/* Returns whether ADDRESS is on another path than PATH. */
static bool is_elsewhere(uint64_t address, unsigned int path,
			 const struct exit_chain chains[EXIT_PATHS],
			 const struct exit_chain *killed)
{
	for (unsigned int other = 0; other < EXIT_PATHS; other++) {
		if (other != path && has_address(&chains[other], address))
			return true;
	}
	return has_address(killed, address);
}

void exit_paths_learn(struct exit_paths *paths, const struct exit_chain chains[EXIT_PATHS],
		      const struct exit_chain *killed)
{
	struct exit_paths learnt = {0};

	for (unsigned int path = 0; path < EXIT_PATHS; path++) {
		struct exit_path_marks *marks = &learnt.marks[path];

		for (size_t i = 0; i < chain_length(&chains[path]); i++) {
			uint64_t address = address_at(&chains[path], i);

			if (marks->count < EXIT_PATH_ADDRESSES && address < CONTEXT_MARKS &&
			    !is_elsewhere(address, path, chains, killed))
				marks->addresses[marks->count++] = address;
		}
	}
	learnt.known = killed->count > 0 && learnt.marks[EXIT_PATH_GROUP].count > 0 &&
		       learnt.marks[EXIT_PATH_THREAD].count > 0;
	*paths = learnt.known ? learnt : (struct exit_paths){0};
}
