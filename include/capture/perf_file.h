/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The constants and structures of perf.data files, except the records of linux/perf_event.h.
 *
 * Layout: tools/perf/Documentation/perf.data-file-format.txt of the kernel source; the numbers are
 * those of tools/perf/util/header.h and tools/lib/perf/include/perf/event.h.
 */
#ifndef PXT_CAPTURE_PERF_FILE_H
#define PXT_CAPTURE_PERF_FILE_H

#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>

/* "PERFILE2" as a number in the recorder's byte order. */
#define PERF_FILE_MAGIC UINT64_C(0x32454c4946524550)

struct perf_file_section {
	uint64_t offset, size; /* bytes, from the start of the file */
};

struct perf_file_header {
	uint64_t magic;
	uint64_t size;      /* of this header */
	uint64_t attr_size; /* of an entry of `attrs`: attribute and section of its ids */
	struct perf_file_section attrs;
	struct perf_file_section data;
	struct perf_file_section event_types; /* not used any more */
	uint64_t features[4];                 /* a bit per section of the table behind the data */
};

/* The whole header in pipe mode. */
struct perf_pipe_header {
	uint64_t magic;
	uint64_t size;
};

enum perf_file_feature {
	PERF_FILE_RESERVED = 0, /* set by 0.1.0 until a capture was closed */
	PERF_FILE_TRACING_DATA = 1,
	PERF_FILE_BUILD_ID = 2,
	PERF_FILE_HOSTNAME = 3,
	PERF_FILE_OSRELEASE = 4,
	PERF_FILE_VERSION = 5,
	PERF_FILE_ARCH = 6,
	PERF_FILE_NRCPUS = 7,
	PERF_FILE_CPUDESC = 8,
	PERF_FILE_CPUID = 9,
	PERF_FILE_TOTAL_MEM = 10,
	PERF_FILE_CMDLINE = 11,
	PERF_FILE_EVENT_DESC = 12,
	PERF_FILE_SAMPLE_TIME = 21,
	PERF_FILE_CLOCKID = 23,
	PERF_FILE_DIR_FORMAT = 24,
	PERF_FILE_CLOCK_DATA = 29,
};

/* Records of perf itself; the kernel writes none of them. */
enum perf_file_record {
	PERF_FILE_RECORD_FIRST = 64, /* the kernel's are below */
	PERF_FILE_RECORD_ATTR = 64,
	PERF_FILE_RECORD_EVENT_TYPE = 65, /* deprecated: read over by every version of perf */
	PERF_FILE_RECORD_TRACING_DATA = 66,
	PERF_FILE_RECORD_BUILD_ID = 67,
	PERF_FILE_RECORD_FINISHED_ROUND = 68,
	PERF_FILE_RECORD_ID_INDEX = 69,
	PERF_FILE_RECORD_AUXTRACE = 71,
	PERF_FILE_RECORD_THREAD_MAP = 73,
	PERF_FILE_RECORD_EVENT_UPDATE = 78,
	PERF_FILE_RECORD_FEATURE = 80,
	PERF_FILE_RECORD_COMPRESSED = 81,
	PERF_FILE_RECORD_COMPRESSED2 = 83,
};

/*
 * The bodies of these records, and of features, as far as they are read: in the recorder's byte
 * order, not aligned.
 */
struct perf_file_event_update {
	uint64_t kind, id;
	char name[]; /* where the kind is PERF_FILE_UPDATE_NAME */
};

struct perf_file_id_index {
	uint64_t count;
	struct perf_file_id {
		uint64_t id, index, cpu, tid;
	} ids[];
};

struct perf_file_thread_map {
	uint64_t count;
	struct perf_file_thread {
		uint64_t pid;
		char comm[16];
	} threads[];
};

struct perf_file_feature_record {
	uint64_t feature;
	unsigned char body[];
};

struct perf_file_compressed2 {
	uint64_t size; /* bytes that follow, without the padding */
	unsigned char bytes[];
};

struct perf_file_clock_data {
	uint32_t version, clockid;
	uint64_t wall_ns, clock_ns; /* one moment by CLOCK_REALTIME and by the samples' clock */
};

/* The kind of an EVENT_UPDATE with a name. */
#define PERF_FILE_UPDATE_NAME UINT64_C(2)

/* BUILD_ID records say how many of their 20 bytes are used. */
#define PERF_FILE_MISC_BUILD_ID_SIZE (1U << 15)

/*
 * The record that ends the data of a capture of ours until that is closed: of this size, and of
 * SPANNED bytes of the table of features behind it. capture/write/capture_writer.h says why.
 */
#define PERF_FILE_TABLE_RECORD_SIZE 80U
#define PERF_FILE_TABLE_MISC 0x7054U

static inline struct perf_event_header perf_file_table_record(size_t spanned)
{
	return (struct perf_event_header){
		.type = PERF_FILE_RECORD_EVENT_TYPE,
		.misc = PERF_FILE_TABLE_MISC,
		.size = (uint16_t)(PERF_FILE_TABLE_RECORD_SIZE + spanned),
	};
}

/* Texts in features are padded to a multiple of this. */
#define PERF_FILE_TEXT_ALIGNMENT 64U

#endif
