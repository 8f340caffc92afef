/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The build ID of the running kernel: which vmlinux its symbols are in.
 */
#ifndef PXT_HOST_KERNEL_BUILD_ID_H
#define PXT_HOST_KERNEL_BUILD_ID_H

#include <stddef.h>

#define KERNEL_BUILD_ID_MAX 20
#define KERNEL_BUILD_ID_NOTES "/sys/kernel/notes"

/*
 * Read it from the ELF notes in the file at PATH: note type 3 (NT_GNU_BUILD_ID, elf(5)) of "GNU".
 * Returns its size in bytes, or 0 where there is none.
 */
size_t kernel_build_id(const char *path, unsigned char id[KERNEL_BUILD_ID_MAX]);

#endif
