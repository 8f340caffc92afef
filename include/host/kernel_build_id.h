/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the build ID of the running kernel, which identifies the vmlinux with its symbols.
 */
#ifndef PXT_HOST_KERNEL_BUILD_ID_H
#define PXT_HOST_KERNEL_BUILD_ID_H

#include <stddef.h>

#define KERNEL_BUILD_ID_MAX 20
#define KERNEL_BUILD_ID_NOTES "/sys/kernel/notes"

/*
 * Read the build ID from the ELF notes in the file at PATH: note type 3 (NT_GNU_BUILD_ID, elf(5))
 * of "GNU". Returns its size in bytes; 0: none.
 */
size_t kernel_build_id(const char *path, unsigned char id[KERNEL_BUILD_ID_MAX]);

#endif
