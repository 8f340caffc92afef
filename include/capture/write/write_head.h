/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the head of a capture: attributes, ids, and the features, which describe host and
 * recording.
 */
#ifndef PXT_CAPTURE_WRITE_WRITE_HEAD_H
#define PXT_CAPTURE_WRITE_WRITE_HEAD_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/error.h"
#include "capture/perf_file.h"
#include "decode/format_dir.h"

#define CAPTURE_FEATURES_MAX 16

/* An event of the capture. All borrowed. */
struct recorded_event {
	struct perf_event_attr attr; /* see capture_attr_size() */
	const char *name;            /* "sched:sched_process_fork" */
	const uint64_t *ids;
	size_t id_count;
};

/* The contents of a head. All borrowed. */
struct capture_description {
	const struct recorded_event *events;
	size_t event_count;
	const struct format_dir *formats; /* format files of the events */
	const char *const *argv;          /* the command line, ended by NULL */
	uint32_t cpus_online, cpus_configured;
};

/*
 * Returns the size of an attribute in the capture, bytes: the largest attr.size of the events,
 * since a capture has one size for all. Smaller ones are padded.
 */
uint32_t capture_attr_size(const struct capture_description *description);

/* Returns EVENT's attribute, padded to SIZE. */
struct perf_event_attr capture_attr(const struct recorded_event *event, uint32_t size);

/* The body of a feature section. */
struct capture_feature {
	enum perf_file_feature bit;
	struct buffer body; /* ours */
};

struct capture_features {
	struct capture_feature list[CAPTURE_FEATURES_MAX]; /* by ascending bit */
	size_t count;
};

/*
 * Make FEATURES of a capture that starts now. Returns 0 (free with capture_features_done()), or a
 * negative errno with ERR filled.
 */
int capture_features_make(const struct capture_description *description,
			  struct capture_features *features, struct error *err) MUST_CHECK;

void capture_features_done(struct capture_features *features);

/*
 * Make the head of a file: header, ids, attributes, and the bodies of FEATURES. Their sections are
 * stored in SECTIONS, in the same order. *HEADER gets a copy of the header, in which data.size and
 * the feature bits are 0. Returns 0 with HEAD, which was empty and whose size is a multiple of 8
 * bytes, or -ENOMEM; the caller frees it in either case.
 */
int capture_file_head(const struct capture_description *description,
		      const struct capture_features *features, struct perf_file_header *header,
		      struct perf_file_section *sections, struct buffer *head) MUST_CHECK;

/* Make the head of a stream (pipe mode), likewise. */
int capture_pipe_head(const struct capture_description *description,
		      const struct capture_features *features, struct buffer *head) MUST_CHECK;

/*
 * Append the tracing data section: the format files of the EVENTS that are tracepoints. Returns 0,
 * or a negative errno with ERR filled; the caller frees OUT in either case.
 */
int tracing_data_make(const struct format_dir *dir, const struct recorded_event *events,
		      size_t event_count, struct buffer *out, struct error *err) MUST_CHECK;

#endif
