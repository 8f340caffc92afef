/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The floor of a replay: prints the plain lines of one kind of capture, and does nothing else. How
 * much longer perf_exec_trace takes is what its generality costs.
 *
 *     floor file CAPTURE     in the order of the file
 *     floor time CAPTURE     in the order of time, by the rounds of the capture
 *
 * CAPTURE is a perf.data file of this machine's byte order, uncompressed, in file mode, recorded by
 * `perf record -a` with -e sched:sched_process_fork, _exec and _exit in this order. Which event a
 * sample is of comes from the ids in the file. Its formats are not read but known: sample_type
 * SAMPLE_TYPE, and the tracepoints of Linux 6.16 and newer. Nothing that a sample says is checked,
 * and names are taken to need no escapes: bench/run --offline compares the lines with those of
 * perf_exec_trace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLE_TYPE                                                                     \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | \
	 PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_RAW)
#define FINISHED_ROUND 68

#define BLOCK (256U * 1024)
#define RECORD_MAX 65536U
#define IDS 65536U
#define COMM_SIZE 16U
#define LINE_MAX (2 * RECORD_MAX)
#define NS_PER_MS 1000000U

enum { SAMPLE_ID = 8, SAMPLE_TIME = 32, SAMPLE_RAW = 60 };
enum { FORK_PARENT_COMM = 8, FORK_PARENT = 12, FORK_CHILD_COMM = 16, FORK_CHILD = 20 };
enum { EXEC_FILENAME = 8, EXEC_PID = 12 };
enum { EXIT_COMM = 8, EXIT_PID = 24, EXIT_PRIO = 28 };

enum kind { FORK = 1, EXEC, EXIT };

struct file_section {
	uint64_t offset, size;
};

/* The start of a perf.data file. */
struct file_head {
	char magic[8];
	uint64_t size, attr_size;
	struct file_section attrs, data;
};

struct input {
	int fd;
	uint64_t left; /* bytes of the file's data that are not read yet */
	size_t start, end;
	unsigned char bytes[RECORD_MAX + BLOCK];
};

/* A line that waits for its round to end. */
struct line {
	uint64_t time;
	size_t offset, length;
};

/* Lines in the order of their records, and their text. */
struct waiting {
	struct line *lines;
	size_t count, room;
	char *text;
	size_t text_length, text_room;
};

struct floor {
	struct input input;
	unsigned char kinds[IDS]; /* enum kind by event id */
	bool by_time;
	struct waiting waiting, left;
	struct line *merged;
	uint64_t newest, limit; /* times: of all lines so far, and when the last round ended */
	size_t out_length;
	char out[BLOCK + LINE_MAX];
};

static void fail(const char *what)
{
	fprintf(stderr, "floor: %s\n", what);
	exit(1);
}

static void fail_errno(const char *what)
{
	fail(errno ? strerror(errno) : what);
}

static void *grown(void *old, size_t size)
{
	void *new = realloc(old, size);

	if (!new)
		fail("out of memory");
	return new;
}

static uint32_t load32(const unsigned char *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return value;
}

static uint64_t load64(const unsigned char *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return value;
}

static void read_at(int fd, void *to, size_t size, uint64_t offset)
{
	errno = 0;
	if (pread(fd, to, size, (off_t)offset) != (ssize_t)size)
		fail_errno("the file is too short");
}

static void flush(struct floor *floor)
{
	for (size_t done = 0; done < floor->out_length;) {
		ssize_t written = write(STDOUT_FILENO, floor->out + done, floor->out_length - done);

		if (written < 0)
			fail_errno("write");
		done += (size_t)written;
	}
	floor->out_length = 0;
}

/* ---- lines ---- */

/* Two digits at a time. */
static char *put_number(char *out, uint64_t value)
{
	static const char pairs[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";
	char digits[20];
	char *first = digits + sizeof(digits);

	for (; value >= 10; value /= 100)
		memcpy(first -= 2, pairs + 2 * (value % 100), 2);
	if (value > 0 || first == digits + sizeof(digits))
		*--first = (char)('0' + value);
	*out++ = '|';
	memcpy(out, first, (size_t)(digits + sizeof(digits) - first));
	return out + (digits + sizeof(digits) - first);
}

static char *put_name(char *out, const char *name, size_t length)
{
	*out++ = '|';
	memcpy(out, name, length);
	return out + length;
}

/* The text of a __data_loc field at AT. */
static const char *dynamic(const unsigned char *raw, size_t at)
{
	return (const char *)raw + (load32(raw + at) & 0xffff);
}

static char *put_dynamic(char *out, const unsigned char *raw, size_t at)
{
	const char *name = dynamic(raw, at);

	return put_name(out, name, strlen(name));
}

static char *put_fork(char *out, const unsigned char *raw)
{
	out = put_number(out, load32(raw + FORK_PARENT));
	out = put_dynamic(out, raw, FORK_PARENT_COMM);
	out = put_number(out, load32(raw + FORK_CHILD));
	return put_dynamic(out, raw, FORK_CHILD_COMM);
}

/* comm is the file's name, as the kernel sets it. */
static char *put_exec(char *out, const unsigned char *raw)
{
	const char *filename = dynamic(raw, EXEC_FILENAME);
	size_t length = strlen(filename);
	const char *slash = memrchr(filename, '/', length);
	const char *comm = slash ? slash + 1 : filename;

	out = put_number(out, load32(raw + EXEC_PID));
	out = put_name(out, comm, strnlen(comm, COMM_SIZE - 1));
	return put_name(out, filename, length);
}

static char *put_exit(char *out, const unsigned char *raw)
{
	const char *comm = (const char *)raw + EXIT_COMM;

	out = put_number(out, load32(raw + EXIT_PID));
	out = put_name(out, comm, strnlen(comm, COMM_SIZE));
	return put_number(out, load32(raw + EXIT_PRIO));
}

static char *put_line(char *out, enum kind kind, const unsigned char *record)
{
	static const char words[][4] = {[FORK] = {'F', 'O', 'R', 'K'},
					[EXEC] = {'E', 'X', 'E', 'C'},
					[EXIT] = {'E', 'X', 'I', 'T'}};
	const unsigned char *raw = record + SAMPLE_RAW;

	memcpy(out, words[kind], sizeof(words[kind]));
	out = put_number(out + sizeof(words[kind]), load64(record + SAMPLE_TIME) / NS_PER_MS);
	out = kind == FORK   ? put_fork(out, raw)
	      : kind == EXEC ? put_exec(out, raw)
			     : put_exit(out, raw);
	*out++ = '\n';
	return out;
}

/* ---- the order of time ---- */

static void reserve(struct waiting *waiting)
{
	if (waiting->count == waiting->room) {
		waiting->room = 2 * waiting->room + 1024;
		waiting->lines = grown(waiting->lines, waiting->room * sizeof(*waiting->lines));
	}
	if (waiting->text_room - waiting->text_length < LINE_MAX) {
		waiting->text_room = 2 * waiting->text_room + LINE_MAX;
		waiting->text = grown(waiting->text, waiting->text_room);
	}
}

static void add(struct waiting *waiting, uint64_t time, size_t length)
{
	waiting->lines[waiting->count++] = (struct line){time, waiting->text_length, length};
	waiting->text_length += length;
}

/* The end of the ascending run that begins at FIRST. */
static size_t run_end(const struct line *lines, size_t first, size_t count)
{
	size_t end = first + 1;

	while (end < count && lines[end - 1].time <= lines[end].time)
		end++;
	return end;
}

static void merge(const struct line *from, struct line *to, size_t first, size_t middle, size_t end)
{
	size_t one = first, two = middle;

	for (size_t at = first; at < end; at++)
		if (two == end || (one < middle && from[one].time <= from[two].time))
			to[at] = from[one++];
		else
			to[at] = from[two++];
}

/* Merge each two neighbouring runs; whether there was more than one. */
static bool merge_pairs(const struct line *from, struct line *to, size_t count)
{
	size_t runs = 0;

	for (size_t first = 0; first < count; runs++) {
		size_t middle = run_end(from, first, count);
		size_t end = middle < count ? run_end(from, middle, count) : middle;

		if (end == count && first == 0 && middle == count)
			return false;
		merge(from, to, first, middle, end);
		first = end;
	}
	return runs > 0;
}

static void sort(struct floor *floor)
{
	struct waiting *waiting = &floor->waiting;

	floor->merged = grown(floor->merged, (waiting->room + 1) * sizeof(*floor->merged));
	while (merge_pairs(waiting->lines, floor->merged, waiting->count)) {
		struct line *swapped = waiting->lines;

		waiting->lines = floor->merged;
		floor->merged = swapped;
	}
}

static void keep(struct waiting *left, const struct waiting *from, const struct line *line)
{
	reserve(left);
	memcpy(left->text + left->text_length, from->text + line->offset, line->length);
	add(left, line->time, line->length);
}

static void print(struct floor *floor, const struct line *line)
{
	memcpy(floor->out + floor->out_length, floor->waiting.text + line->offset, line->length);
	floor->out_length += line->length;
	if (floor->out_length >= BLOCK)
		flush(floor);
}

/* Print what is not newer than LIMIT, in order. */
static void print_until(struct floor *floor, uint64_t limit)
{
	if (floor->waiting.count == 0)
		return;
	sort(floor);
	struct waiting done = floor->waiting;
	for (size_t i = 0; i < done.count; i++)
		if (done.lines[i].time <= limit)
			print(floor, &done.lines[i]);
		else
			keep(&floor->left, &done, &done.lines[i]);
	floor->waiting = floor->left;
	done.count = done.text_length = 0;
	floor->left = done;
}

/* All up to the newest record of the round before has been seen. */
static void end_round(struct floor *floor)
{
	print_until(floor, floor->limit);
	floor->limit = floor->newest;
}

/* ---- the file ---- */

static void take_sample(struct floor *floor, const unsigned char *record)
{
	enum kind kind = floor->kinds[load64(record + SAMPLE_ID) % IDS];

	if (!floor->by_time) {
		char *out = floor->out + floor->out_length;

		floor->out_length += (size_t)(put_line(out, kind, record) - out);
		if (floor->out_length >= BLOCK)
			flush(floor);
		return;
	}
	struct waiting *waiting = &floor->waiting;
	uint64_t time = load64(record + SAMPLE_TIME);

	reserve(waiting);
	char *out = waiting->text + waiting->text_length;
	add(waiting, time, (size_t)(put_line(out, kind, record) - out));
	if (time > floor->newest)
		floor->newest = time;
}

static bool read_block(struct input *input)
{
	size_t rest = input->end - input->start;
	size_t wanted = input->left < BLOCK ? (size_t)input->left : BLOCK;

	if (wanted == 0)
		return false;
	memmove(input->bytes, input->bytes + input->start, rest);
	errno = 0;
	ssize_t got = read(input->fd, input->bytes + rest, wanted);
	if (got <= 0)
		fail_errno("the file is too short");
	input->start = 0;
	input->end = rest + (size_t)got;
	input->left -= (size_t)got;
	return true;
}

/* NULL at the end. */
static const unsigned char *next_record(struct input *input, struct perf_event_header *header)
{
	for (;;) {
		const unsigned char *record = input->bytes + input->start;
		size_t available = input->end - input->start;

		if (available >= sizeof(*header)) {
			memcpy(header, record, sizeof(*header));
			if (header->size < sizeof(*header))
				fail("a record without a size");
			if (header->size <= available) {
				input->start += header->size;
				return record;
			}
		}
		if (!read_block(input))
			return NULL;
	}
}

static void print_all(struct floor *floor)
{
	struct perf_event_header header;
	const unsigned char *record;

	while ((record = next_record(&floor->input, &header)))
		if (header.type == PERF_RECORD_SAMPLE)
			take_sample(floor, record);
		else if (header.type == FINISHED_ROUND && floor->by_time)
			end_round(floor);
	print_until(floor, UINT64_MAX);
	flush(floor);
}

static void read_ids(struct floor *floor, enum kind kind, struct file_section ids)
{
	for (uint64_t at = 0; at < ids.size; at += sizeof(uint64_t)) {
		uint64_t id;

		read_at(floor->input.fd, &id, sizeof(id), ids.offset + at);
		if (id >= IDS)
			fail("the ids of its events are too large");
		floor->kinds[id] = (unsigned char)kind;
	}
}

static void read_head(struct floor *floor)
{
	struct input *input = &floor->input;
	struct file_head head;

	read_at(input->fd, &head, sizeof(head), 0);
	if (memcmp(head.magic, "PERFILE2", sizeof(head.magic)) != 0)
		fail("not a perf.data file of this byte order");
	for (enum kind kind = FORK; kind <= EXIT; kind++) {
		uint64_t at = head.attrs.offset + (kind - FORK) * head.attr_size;
		struct perf_event_attr attr;
		struct file_section ids;

		read_at(input->fd, &attr, PERF_ATTR_SIZE_VER0, at);
		if (attr.type != PERF_TYPE_TRACEPOINT || attr.sample_type != SAMPLE_TYPE)
			fail("not recorded by perf record -a with these three tracepoints alone");
		read_at(input->fd, &ids, sizeof(ids), at + head.attr_size - sizeof(ids));
		read_ids(floor, kind, ids);
	}
	input->left = head.data.size;
	if (lseek(input->fd, (off_t)head.data.offset, SEEK_SET) < 0)
		fail_errno("lseek");
}

int main(int argc, char **argv)
{
	static struct floor floor;

	if (argc != 3 || (strcmp(argv[1], "file") != 0 && strcmp(argv[1], "time") != 0)) {
		fputs("usage: floor file|time CAPTURE\n", stderr);
		return 2;
	}
	floor.by_time = strcmp(argv[1], "time") == 0;
	floor.input.fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (floor.input.fd < 0)
		fail_errno("open");
	read_head(&floor);
	print_all(&floor);
	return 0;
}
