/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds members of structures in BTF, the description of its own types that a kernel has in
 * /sys/kernel/btf/vmlinux (Documentation/bpf/btf.rst). No byte of it is trusted.
 */
#ifndef PXT_PROBE_BTF_H
#define PXT_PROBE_BTF_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct btf {
	const unsigned char *types;
	const char *strings; /* ends with a NUL */
	uint32_t strings_size;
	uint32_t *offsets; /* ours: of each type in `types`, by id; that of id 0 is not used */
	uint32_t count;    /* of ids, from 0 on */
};

/*
 * Index the SIZE bytes at BYTES, which BTF borrows, in the byte order of this machine. Returns 0
 * (free with btf_done()), -EBADMSG where they are malformed or have kinds of types that are not
 * known, or -ENOMEM.
 */
int btf_init(struct btf *btf, const void *bytes, size_t size) MUST_CHECK;

void btf_done(struct btf *btf);

/*
 * Find MEMBER of the first structure called STRUCTURE, also in structures and unions without a name
 * in it. Returns 0 with *OFFSET, in bytes; -ENOENT where there is none; -EBADMSG where it is no
 * pointer or integer of 8 bytes.
 */
int btf_find_word(const struct btf *btf, const char *structure, const char *member,
		  uint32_t *offset) MUST_CHECK;

#endif
