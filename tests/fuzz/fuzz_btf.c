/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "fuzz.h"
#include "probe/btf.h"

static void look_for(const struct btf *btf, const char *structure, const char *member)
{
	uint32_t offset = UINT32_MAX;
	int code = btf_find_word(btf, structure, member, &offset);

	must_hold(code == 0 || code == -ENOENT || code == -EBADMSG, "it is found, or is not");
	must_hold((code == 0) == (offset <= INT32_MAX), "there is an offset where it is found");
}

void fuzz_btf(const uint8_t *bytes, size_t size)
{
	struct btf btf;

	if (btf_init(&btf, bytes, size) < 0)
		return;
	look_for(&btf, "task_struct", "mm");
	look_for(&btf, "mm_struct", "arg_start");
	btf_done(&btf);
}
