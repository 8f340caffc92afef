/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/kernel_build_id.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/files.h"

#define NOTES_MAX 65536

static size_t align(size_t size)
{
	return (size + 3) / 4 * 4;
}

/* The note's name is at BYTES + sizeof(NOTE). */
static bool is_build_id(const Elf64_Nhdr *note, const char *bytes)
{
	return note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof(ELF_NOTE_GNU) &&
	       memcmp(bytes + sizeof(*note), ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0 &&
	       note->n_descsz > 0 && note->n_descsz <= KERNEL_BUILD_ID_MAX;
}

size_t kernel_build_id(const char *path, unsigned char id[KERNEL_BUILD_ID_MAX])
{
	char bytes[NOTES_MAX];
	ssize_t length = file_read_at(AT_FDCWD, path, bytes, sizeof(bytes));
	size_t end = length < 0 ? 0 : (size_t)length, at = 0;
	Elf64_Nhdr note; /* Elf32_Nhdr is the same */

	while (end - at >= sizeof(note)) {
		memcpy(&note, bytes + at, sizeof(note));
		size_t descriptor = sizeof(note) + align(note.n_namesz);
		size_t size = descriptor + align(note.n_descsz);

		if (size > end - at)
			return 0;
		if (is_build_id(&note, bytes + at)) {
			memcpy(id, bytes + at + descriptor, note.n_descsz);
			return note.n_descsz;
		}
		at += size;
	}
	return 0;
}
