/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/kernel_types.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/buffer.h"
#include "base/files.h"
#include "probe/btf.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"
#define BTF_MAX ((size_t)64 * 1024 * 1024)

static int find_all(const struct buffer *bytes, const struct wanted_member *wanted, size_t count)
{
	struct btf btf;
	int code = btf_init(&btf, bytes->bytes, bytes->size);

	if (code < 0)
		return code;
	for (size_t i = 0; code == 0 && i < count; i++)
		code = btf_find_word(&btf, wanted[i].structure, wanted[i].member, wanted[i].offset);
	btf_done(&btf);
	return code;
}

static int read_types(struct buffer *bytes, struct error *err)
{
	int code = file_read_all(AT_FDCWD, BTF_PATH, BTF_MAX, bytes);

	if (code == -ENOENT)
		return error_set(err, code,
				 "this kernel does not describe its types in " BTF_PATH
				 " (CONFIG_DEBUG_INFO_BTF)");
	return code < 0 ? error_set(err, code, "cannot read " BTF_PATH ": %s", strerror(-code)) : 0;
}

int kernel_types_find(const struct wanted_member *wanted, size_t count, const char *what,
		      struct error *err)
{
	struct buffer bytes = {0};
	int code = read_types(&bytes, err);

	if (code == 0) {
		code = find_all(&bytes, wanted, count);
		if (code < 0)
			error_set(err, code, "cannot find %s in " BTF_PATH ": %s", what,
				  strerror(-code));
	}
	buffer_done(&bytes);
	return code;
}
