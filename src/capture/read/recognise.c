/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/recognise.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/load.h"
#include "decode/format.h"

/* struct perf_pipe_file_header: the magic and this size, both u64. */
#define PIPE_HEADER_SIZE 16U

/* Formats that are not supported, with the reason and a remedy. */
static const struct other {
	const char *magic;
	size_t length;
	const char *what;
	const char *remedy;
} others[] = {
	{"PERFFILE", 8, "is of perf's first file version (before Linux 2.6.39), not supported",
	 "a recording by a newer perf"},
	{"\x17\x08\x44tracing", 10, "is a trace.dat of trace-cmd, not of perf",
	 "perf_exec_trace record -o FILE, or perf record -a -e 'sched:sched_process_*'"},
	{"\x1f\x8b", 2, "is compressed with gzip", "zcat FILE > FILE.data, and that"},
	{"\xfd"
	 "7zXZ\0",
	 6, "is compressed with xz", "xzcat FILE > FILE.data, and that"},
	{"\x28\xb5\x2f\xfd", 4, "is compressed with zstd", "zstdcat FILE > FILE.data, and that"},
	{"BZh", 3, "is compressed with bzip2", "bzcat FILE > FILE.data, and that"},
	{"\x04\x22\x4d\x18", 4, "is compressed with lz4", "lz4cat FILE > FILE.data, and that"},
	{"PK\x03\x04", 4, "is a zip archive", "unzip it, and what is inside"},
	{"\x7f"
	 "ELF",
	 4, "is a program (ELF), no capture", "perf_exec_trace -- FILE, to trace it"},
};

static int refuse_other(const unsigned char *bytes, size_t size, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		const struct other *other = &others[i];

		if (size < other->length || memcmp(bytes, other->magic, other->length) != 0)
			continue;
		error_set(err, -EOPNOTSUPP, "it %s", other->what);
		error_remedy(err, "%s", other->remedy);
		return -EOPNOTSUPP;
	}
	return 0;
}

static bool is_text(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!isprint(bytes[i]) && !isspace(bytes[i]) && bytes[i] < 0x80)
			return false;
	}
	return true;
}

static int refuse_unknown(const unsigned char *bytes, size_t size, struct error *err)
{
	const char *what = "it is no perf.data capture";

	if (size == 0)
		what = "it is empty";
	else if (is_text(bytes, size))
		what = "it is text, no perf.data capture";
	error_set(err, -EBADMSG, "%s", what);
	error_remedy(err, "perf_exec_trace record -o FILE, to make one");
	return -EBADMSG;
}

static const char little[] = "PERFILE2", big[] = "2ELIFREP";

bool is_capture(const void *bytes, size_t size)
{
	const size_t length = sizeof(uint64_t);

	return size >= length &&
	       (memcmp(bytes, little, length) == 0 || memcmp(bytes, big, length) == 0);
}

int recognise(const void *bytes, size_t size, struct recognised *found, struct error *err)
{
	const size_t length = sizeof(uint64_t);
	int code = refuse_other(bytes, size, err);

	if (code < 0)
		return code;
	if (!is_capture(bytes, size))
		return refuse_unknown(bytes, size, err);
	if (size < PIPE_HEADER_SIZE)
		return error_set(err, -EBADMSG, "it is cut short within its header");

	bool big_endian = memcmp(bytes, big, length) == 0;
	bool swap = big_endian != machine_native().big_endian;
	*found = (struct recognised){
		.big_endian = big_endian,
		.header_size = load64((const unsigned char *)bytes + length, swap),
	};
	found->pipe_mode = found->header_size == PIPE_HEADER_SIZE;
	return 0;
}
