/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support_story.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/compiler.h"
#include "sink/lives.h"
#include "sink/text/columns.h"
#include "support_sink.h"

/* When stories begin, on CLOCK_MONOTONIC. */
#define BEGINNING_NS UINT64_C(5000000000000)

static struct text text_of(const char *string)
{
	return (struct text){string, strlen(string)};
}

struct story *story_new(void)
{
	struct story *story = calloc(1, sizeof(*story));

	assert_non_null(story);
	return story;
}

void story_older(struct story *story, int32_t pid, const char *name)
{
	story->actors[pid] = (struct actor){
		.tgid = pid,
		.ppid = 1,
		.forked_us = -1,
		.execed_us = -1,
		.name = text_of(name),
	};
}

static struct event *add_event(struct story *story, enum event_type type, int64_t us)
{
	assert_true(story->count < STORY_EVENTS);
	struct event *event = &story->events[story->count];

	story->facts[story->count] = (struct facts){
		.tgid = -1,
		.tid = -1,
		.ppid = -1,
		.child_tgid = -1,
		.age_ns = -1,
		.since_exec_ns = -1,
		.arguments.argc = -1,
		.usage = USAGE_UNKNOWN,
	};
	*event = (struct event){
		.type = type,
		.time_ns = BEGINNING_NS + (uint64_t)us * 1000,
		.facts = &story->facts[story->count],
	};
	story->count++;
	return event;
}

/* The facts of the last event, which happens to PID. */
static struct facts *tell(struct story *story, int64_t us, int32_t pid)
{
	struct actor *actor = &story->actors[pid];
	struct actor *process = &story->actors[actor->tgid];
	struct facts *facts = &story->facts[story->count - 1];

	facts->tgid = actor->tgid;
	facts->tid = pid;
	facts->ppid = process->ppid;
	facts->from_proc = process->forked_us < 0;
	facts->filename = process->filename;
	facts->arguments.known.bytes = process->argv;
	facts->arguments.complete = process->argv.length > 0;
	facts->arguments.source = process->argv.length > 0 ? ARGV_STACK : ARGV_NONE;
	facts->credentials = (struct credentials){true, 1000, 1000, 1000, 1000, false};
	if (process->forked_us >= 0)
		facts->age_ns = (us - process->forked_us) * 1000;
	if (process->execed_us >= 0)
		facts->since_exec_ns = (us - process->execed_us) * 1000;
	struct ancestor *ancestors = story->ancestors[story->count - 1];
	memcpy(ancestors, process->parents, sizeof(process->parents));
	facts->ancestry = ancestors;
	facts->ancestor_count = process->parent_count;
	return facts;
}

/* A chain of parents as it was at the fork. */
static void set_parents(struct actor *child, const struct actor *parent)
{
	size_t kept = parent->parent_count < STORY_ANCESTORS - 1 ? parent->parent_count
								 : STORY_ANCESTORS - 1;

	child->parents[0] = (struct ancestor){parent->tgid, parent->name, false};
	memcpy(child->parents + 1, parent->parents, kept * sizeof(child->parents[0]));
	child->parent_count = kept + 1;
}

struct facts *story_fork(struct story *story, int64_t us, int32_t parent, int32_t child,
			 enum fork_kind kind)
{
	struct event *event = add_event(story, EVENT_FORK, us);
	struct actor *from = &story->actors[parent];
	struct facts *facts = tell(story, us, parent);

	story->actors[child] = *from;
	if (kind != FORK_KIND_THREAD) {
		story->actors[child].tgid = child;
		story->actors[child].ppid = from->tgid;
		story->actors[child].forked_us = us;
		story->actors[child].execed_us = -1;
		set_parents(&story->actors[child], from);
	}
	event->fork.parent_tid = parent;
	event->fork.child_tid = child;
	event->fork.parent_comm = from->name;
	event->fork.child_comm = from->name;
	facts->kind = kind;
	facts->child_tgid = story->actors[child].tgid;
	facts->arguments = (struct arguments){.argc = -1};
	facts->filename = (struct text){0};
	return facts;
}

struct facts *story_exec(struct story *story, int64_t us, int32_t pid, const char *filename,
			 struct text argv)
{
	struct event *event = add_event(story, EVENT_EXEC, us);
	struct actor *actor = &story->actors[pid];
	const char *slash = strrchr(filename, '/');

	actor->filename = text_of(filename);
	actor->name = text_of(slash ? slash + 1 : filename);
	if (actor->name.length > 15)
		actor->name.length = 15;
	actor->argv = argv;
	struct facts *facts = tell(story, us, pid);
	actor->execed_us = us;
	event->exec.pid = event->exec.old_pid = pid;
	event->exec.comm = actor->name;
	event->exec.filename = actor->filename;
	return facts;
}

void story_older_child(struct story *story, int32_t pid, int32_t parent)
{
	const struct actor *from = &story->actors[parent];

	story->actors[pid] = (struct actor){
		.tgid = pid,
		.ppid = parent,
		.forked_us = -1,
		.execed_us = -1,
		.name = from->name,
		.parents = {{parent, from->name, true}},
		.parent_count = 1,
	};
}

void story_running(struct story *story, int32_t pid, struct text argv)
{
	struct actor *actor = &story->actors[pid];
	struct event *event = add_event(story, EVENT_EXEC, 0);

	actor->argv = argv;
	tell(story, 0, pid)->arguments.source = ARGV_PROC_START;
	event->exec.pid = pid;
	event->exec.comm = actor->name;
	story->running = story->count;
}

static struct facts *end(struct story *story, int64_t us, int32_t pid, enum known last)
{
	struct event *event = add_event(story, EVENT_EXIT, us);
	struct facts *facts = tell(story, us, pid);

	event->exit.pid = pid;
	event->exit.prio = 120;
	event->exit.comm = story->actors[pid].name;
	facts->last = last;
	return facts;
}

struct facts *story_exec_failed(struct story *story, int64_t us, int32_t tid, const char *path,
				int32_t error)
{
	struct event *event = add_event(story, EVENT_EXEC_FAILED, us);

	event->exec_failed.pid = tid;
	event->exec_failed.error = error;
	event->exec_failed.comm = story->actors[tid].name;
	event->exec_failed.path = path ? text_of(path) : (struct text){0};
	return tell(story, us, tid);
}

struct facts *story_exit(struct story *story, int64_t us, int32_t pid, int32_t code)
{
	struct facts *facts = end(story, us, pid, KNOWN_YES);

	facts->status = (struct exit_status){.known = true, .code = code};
	return facts;
}

struct facts *story_kill(struct story *story, int64_t us, int32_t pid, int32_t signal,
			 int32_t killer)
{
	struct facts *facts = end(story, us, pid, KNOWN_YES);

	facts->status = (struct exit_status){
		.known = true,
		.signal = signal,
		.killer_pid = killer,
		.killer_comm = killer > 0 ? story->actors[killer].name : (struct text){0},
		.sent_by = killer > 0 ? SENT_BY_PROCESS : SENT_BY_KERNEL,
	};
	return facts;
}

struct facts *story_thread_exit(struct story *story, int64_t us, int32_t tid)
{
	return end(story, us, tid, KNOWN_NO);
}

void story_lost(struct story *story, int64_t us, uint32_t cpu, uint64_t count)
{
	struct event *event = add_event(story, EVENT_LOST, us);

	event->cpu = cpu;
	event->lost.count = count;
}

void story_truncated(struct story *story, int64_t us)
{
	struct event *event = add_event(story, EVENT_TRUNCATED, us);

	event->truncated.reason = "events";
	event->truncated.limit = 5000;
}

void story_forget_facts(struct story *story)
{
	for (size_t i = 0; i < story->count; i++)
		story->events[i].facts = NULL;
}

/* ---- the stories ---- */

/* make runs the compiler driver CC. */
static void begin_compiling(struct story *story, int64_t us, int32_t pid, struct text cc)
{
	story_fork(story, us, 100, pid, FORK_KIND_VFORK);
	story_exec(story, us + 400, pid, "/usr/bin/cc", cc);
}

/* The driver PID runs the compiler. */
static void compile(struct story *story, int64_t us, int32_t pid, struct text cc1)
{
	story_fork(story, us, pid, pid + 1, FORK_KIND_VFORK);
	story_exec(story, us + 400, pid + 1, "/usr/libexec/gcc/x86_64-linux-gnu/14/cc1", cc1);
}

/* The compiler of the driver PID is done, and the assembler runs. */
static void assemble(struct story *story, int64_t us, int32_t pid, struct text as)
{
	story_exit(story, us, pid + 1, 0);
	story_fork(story, us + 300, pid, pid + 2, FORK_KIND_VFORK);
	story_exec(story, us + 700, pid + 2, "/usr/bin/as", as);
}

struct story *story_of_a_build(void)
{
	struct story *story = story_new();

	story_older(story, 90, "bash");
	story_fork(story, 0, 90, 100, FORK_KIND_PROCESS);
	story_exec(story, 600, 100, "/usr/bin/make", ARGV("make\0-j2"));
	story_fork(story, 3000, 100, 110, FORK_KIND_PROCESS);
	story_exec(story, 3400, 110, "/bin/sh", ARGV("/bin/sh\0-c\0pkg-config --cflags popt"));
	story_exec(story, 4100, 110, "/usr/bin/pkg-config", ARGV("pkg-config\0--cflags\0popt"));
	story_exit(story, 6800, 110, 0);
	begin_compiling(story, 8000, 120, ARGV("cc\0-O2\0-c\0-o\0a.o\0a.c"));
	begin_compiling(story, 8500, 130, ARGV("cc\0-O2\0-DNAME=\"b c\"\0-c\0-o\0b.o\0b.c"));
	compile(story, 9500, 120, ARGV("cc1\0-quiet\0-O2\0a.c\0-o\0/tmp/ccA.s"));
	compile(story, 9950, 130, ARGV("cc1\0-quiet\0-O2\0-DNAME=\"b c\"\0b.c\0-o\0/tmp/ccB.s"));
	assemble(story, 95000, 120, ARGV("as\0-o\0a.o\0/tmp/ccA.s"));
	story_exit(story, 99000, 131, 1);
	story_exit(story, 99900, 130, 1);
	story_exit(story, 101000, 122, 0);
	story_exit(story, 101700, 120, 0);
	story_fork(story, 102000, 100, 140, FORK_KIND_PROCESS);
	story_exec(story, 102300, 140, "/bin/sh", ARGV("/bin/sh\0-c\0(rm -f b.o; exit 3) | cat"));
	story_fork(story, 102600, 140, 141, FORK_KIND_PROCESS);
	story_fork(story, 102700, 140, 142, FORK_KIND_PROCESS);
	story_exec(story, 103000, 142, "/usr/bin/cat", ARGV("cat"));
	story_fork(story, 103100, 141, 143, FORK_KIND_PROCESS);
	story_exec(story, 103500, 143, "/usr/bin/rm", ARGV("rm\0-f\0b.o"));
	story_exit(story, 104000, 143, 0);
	story_exit(story, 104300, 141, 3);
	story_exit(story, 104500, 142, 0);
	story_exit(story, 104700, 140, 0);
	story_exit(story, 105500, 100, 2);
	return story;
}

struct story *story_of_usage(void)
{
	struct story *story = story_of_a_build();
	int64_t ended = 0;

	for (size_t i = 0; i < story->count; i++) {
		if (story->events[i].type != EVENT_EXIT)
			continue;
		/* The first one's is not known, nor the memory of the second. */
		if (ended++ > 0)
			story->facts[i].usage = (struct usage){
				.user_ns = ended * 1700000,
				.system_ns = ended * 12345678,
				.max_rss_bytes = ended > 2 ? ended * 9876543 : -1,
			};
	}
	return story;
}

struct story *story_of_awkward_names(void)
{
	struct story *story = story_new();
	struct facts *facts;

	story_older(story, 90, "evil\033[2J|");
	story_fork(story, 0, 90, 100, FORK_KIND_PROCESS);
	story_exec(story, 100, 100, "/tmp/\033]0;title\007",
		   ARGV("\033[31m\0\0two words\0it's\0a\nb\0\xff\xfe\0$(id)\0\xe2\x80\xae"));
	story_exec(story, 200, 100, "/usr/bin/env", ARGV("A=b\0--\0C=d"));
	story_exec(story, 300, 100, "/usr/bin/cat",
		   ARGV("cat\0日本語のとても長い名前のファイルがここにあります、そして端末より長い"
			"のです、まだまだ続きます\0e\xcc\x81te\xcc\x81\0😀"));
	facts = story_exec(story, 400, 100, "/bin/half", ARGV("half\0--of\0it"));
	facts->arguments.complete = false;
	facts = story_exec(story, 500, 100, "/bin/none|\n", (struct text){0});
	facts->arguments.source = ARGV_STACK;
	facts->arguments.complete = true;
	facts = story_exec(story, 600, 100, "/bin/unseen", (struct text){0});
	facts = story_kill(story, 700, 100, SIGTERM, 90);
	return story;
}

struct story *story_of_threads(void)
{
	struct story *story = story_new();

	story_older(story, 90, "systemd");
	story_fork(story, 0, 90, 100, FORK_KIND_PROCESS);
	story_exec(story, 1000, 100, "/usr/bin/java", ARGV("java\0-jar\0x.jar"));
	for (int32_t tid = 101; tid < 105; tid++)
		story_fork(story, tid * 20, 100, tid, FORK_KIND_THREAD);
	story_fork(story, 3000, 102, 110, FORK_KIND_VFORK);
	story_exec(story, 3500, 110, "/bin/true", ARGV("true"));
	story_exit(story, 4000, 110, 0);
	story_thread_exit(story, 5000, 101);
	story_thread_exit(story, 5100, 100);
	story_exit(story, 61000000, 102, 0);
	return story;
}

struct story *story_of_deaths(void)
{
	struct story *story = story_new();
	struct facts *facts;

	story_older(story, 90, "bash");
	story_older(story, 80, "dbus-daemon");
	for (int32_t pid = 100; pid < 107; pid++)
		story_fork(story, pid, 90, pid, FORK_KIND_PROCESS);
	for (int32_t pid = 100; pid < 106; pid++)
		story_exec(story, 1000 + pid, pid, "/usr/bin/sleep", ARGV("sleep\0infinity"));
	story_kill(story, 2000, 100, SIGTERM, 90);
	facts = story_kill(story, 3000, 101, SIGSEGV, 0);
	facts->status.core = KNOWN_YES;
	facts = story_kill(story, 4000, 102, SIGKILL, 0);
	facts->status.oom = KNOWN_YES;
	story_kill(story, 3723000000, 103, 99, 0);
	facts = story_exit(story, 90000000000, 104, 0);
	facts->status.known = false;
	story_lost(story, 90000000100, 3, 42);
	facts = story_exit(story, 90000000200, 80, 1);
	facts->credentials = (struct credentials){true, 1000000001, 0, 0, 0, true};
	story_lost(story, 90000000300, 0, 1);
	facts = story_exit(story, 90000000250, 106, 255);
	facts->handled = (struct handled_signal){
		.signal = SIGQUIT,
		.sent_by = SENT_BY_PROCESS,
		.sender_pid = 90,
		.sender_comm = story->actors[90].name,
		.before_ns = 1000,
	};
	story_truncated(story, 90000000400);
	return story;
}

struct story *story_of_orphans(void)
{
	struct story *story = story_new();

	story_older(story, 90, "sshd");
	story_fork(story, 0, 90, 100, FORK_KIND_PROCESS);
	story_exec(story, 100, 100, "/bin/sh", ARGV("sh\0-c\0nginx &"));
	story_fork(story, 200, 100, 101, FORK_KIND_PROCESS);
	story_exec(story, 300, 101, "/usr/sbin/nginx", ARGV("nginx"));
	story_exit(story, 400, 100, 0);
	/* Adopted now; whoever forks is a worker, or was. */
	story_fork(story, 500, 101, 102, FORK_KIND_PROCESS);
	story_fork(story, 600, 101, 103, FORK_KIND_PROCESS);
	story_exit(story, 700, 101, 0);
	story_fork(story, 800, 103, 104, FORK_KIND_PROCESS);
	story_exec(story, 900, 104, "/usr/bin/logger", ARGV("logger\0started"));
	story_exit(story, 1000, 104, 0);
	/* The same pid again, as another process. */
	story_fork(story, 1100, 90, 104, FORK_KIND_PROCESS);
	story_exec(story, 1200, 104, "/usr/bin/id", ARGV("id\0-u"));
	story_exit(story, 1300, 104, 0);
	return story;
}

/* A search, a failing child, one of whom nothing is known, a thread, and one that fails at once. */
struct story *story_of_failed_execs(void)
{
	struct story *story = story_new();

	story_older(story, 90, "bash");
	story_fork(story, 0, 90, 100, FORK_KIND_PROCESS);
	story_exec_failed(story, 100, 100, "/usr/local/bin/cc", 2);
	story_exec(story, 200, 100, "/usr/bin/cc", ARGV("cc\0-c\0a.c"));
	story_exec_failed(story, 300, 100, "/usr/lib/cc one", 13);
	story_fork(story, 400, 100, 101, FORK_KIND_VFORK);
	story_exec_failed(story, 500, 101,
			  "/a/name/that/is/longer/than/what/the/kernel/tells/of/one/in...", 36);
	story_exit(story, 600, 101, 127);
	story_fork(story, 700, 100, 102, FORK_KIND_THREAD);
	story_exec_failed(story, 800, 102, "", 2);
	story_exec_failed(story, 900, 90, NULL, 14);
	story_exec_failed(story, 1000, 90, "\033[2J", 512);
	story->events[story->count - 1].facts = NULL;
	story->events[story->count - 1].exec_failed.comm = (struct text){0};
	story_exit(story, 1100, 100, 1);
	return story;
}

/* It was there before; workers come and go, and never exec, until one does after all. */
struct story *story_of_a_server(void)
{
	struct story *story = story_new();

	story_older(story, 100, "nginx");
	story_older_child(story, 101, 100);
	story_older_child(story, 102, 100);
	story_running(story, 100, ARGV("nginx: master process /usr/sbin/nginx"));
	story_running(story, 101, ARGV("nginx: worker process"));
	story_running(story, 102, ARGV("nginx: worker process"));
	/* The last one while /proc was read. */
	story_fork(story, 100, 100, 102, FORK_KIND_PROCESS);
	story_fork(story, 1000, 100, 110, FORK_KIND_PROCESS);
	story_fork(story, 2000, 100, 111, FORK_KIND_PROCESS);
	story_exit(story, 20999, 101, 0);
	story_exit(story, 21000, 102, 0);
	story_exec(story, 21999, 111, "/usr/bin/logger", ARGV("logger\0reload"));
	story_fork(story, 22500, 110, 112, FORK_KIND_PROCESS);
	story_exit(story, 23000, 112, 0);
	story_fork(story, 24000, 110, 113, FORK_KIND_PROCESS);
	story_exit(story, 25000, 113, 4);
	story_fork(story, 26000, 110, 114, FORK_KIND_PROCESS);
	story_fork(story, 27000, 114, 115, FORK_KIND_PROCESS);
	story_exit(story, 28000, 114, 0);
	story_exec(story, 29000, 115, "/usr/bin/id", ARGV("id"));
	story_exec(story, 30000, 115, "/usr/bin/env", ARGV("env"));
	story_exit(story, 31000, 115, 0);
	story_exit(story, 32000, 111, 0);
	story_exit(story, 50000, 100, 0);
	story_exec(story, 60000, 110, "/usr/sbin/nginx", ARGV("nginx\0-s\0upgrade"));
	story_exec(story, 61000, 110, "/usr/sbin/nginx2", ARGV("nginx2"));
	story_fork(story, 62000, 110, 120, FORK_KIND_PROCESS);
	return story;
}

/* Ends and forks that nobody saw: a pid comes back as another process. */
struct story *story_of_losses(void)
{
	struct story *story = story_new();

	story_older(story, 90, "bash");
	story_fork(story, 0, 90, 100, FORK_KIND_PROCESS);
	story_exec(story, 100, 100, "/bin/sh", ARGV("sh\0first"));
	story_lost(story, 200, 1, 5);
	story_older(story, 91, "zsh");
	story_fork(story, 300, 91, 100, FORK_KIND_PROCESS);
	story->count--;
	story_exec(story, 400, 100, "/bin/sh", ARGV("sh\0second"));
	story_fork(story, 500, 90, 100, FORK_KIND_PROCESS);
	story_exec(story, 600, 100, "/dev/fd/3", ARGV("third"));
	story->actors[100].name = story->events[story->count - 1].exec.comm = text_of("third");
	story_exit(story, 700, 100, 7);
	story_exec(story, 800, 91, "/bin/zsh", ARGV("zsh\0-l"));
	story_exit(story, 1200, 91, 0);
	return story;
}

/* ---- what sinks make of them ---- */

int story_give(const struct story *story, struct sink *sink, size_t index)
{
	const struct event *event = &story->events[index];

	return index < story->running ? sink_running(sink, event) : sink_event(sink, event);
}

static int show_all(const struct story *story, struct sink *sink)
{
	int code = 0;

	for (size_t i = 0; i < story->count && code == 0; i++)
		code = story_give(story, sink, i);
	return code < 0 ? code : sink_finish(sink);
}

char *story_bytes(const struct story *story, sink_maker *new_sink, struct sink_context context,
		  size_t *length)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);
	struct out_buffer *buffer = out_buffer_new(fd);

	assert_non_null(buffer);
	context.output = buffer;
	struct sink *sink = new_sink(&context);
	assert_non_null(sink);
	assert_int_equal(show_all(story, sink), 0);
	assert_int_equal(out_buffer_flush(buffer), 0);
	*length = (size_t)lseek(fd, 0, SEEK_END);
	char *bytes = calloc(1, *length + 1);
	assert_non_null(bytes);
	assert_int_equal(pread(fd, bytes, *length, 0), *length);
	sink_free(sink);
	out_buffer_free(buffer);
	close(fd);
	return bytes;
}

char *story_show(const struct story *story, sink_maker *new_sink, struct sink_context context)
{
	size_t length;
	char *lines = story_bytes(story, new_sink, context, &length);

	assert_int_equal(strlen(lines), length);
	return lines;
}

void story_check(const struct story *story, sink_maker *new_sink, struct sink_context context,
		 const char *name)
{
	char *lines = story_show(story, new_sink, context);
	char path[128];
	size_t length;

	snprintf(path, sizeof(path), "fixtures/golden/%s", name);
	if (getenv("UPDATE_GOLDEN"))
		save_file(path, lines, strlen(lines));
	char *expected = load_file(path, &length);
	assert_string_equal(lines, expected);
	free(expected);
	free(lines);
}

static unsigned int columns_of(const char *line, size_t length)
{
	unsigned int columns = 0;
	size_t step;

	for (size_t i = 0; i < length; i += step)
		columns += columns_of_character((struct text){line + i, length - i}, &step);
	return columns;
}

static void check_width(const struct story *story, sink_maker *new_sink, unsigned int width)
{
	char *lines = story_show(story, new_sink, (struct sink_context){.width = width});

	for (char *at = lines; *at; at = strchr(at, '\n') + 1)
		assert_true(columns_of(at, strcspn(at, "\n")) <= width);
	free(lines);
}

void story_check_widths(sink_maker *new_sink)
{
	static struct story *(*const stories[])(void) = {
		story_of_a_build, story_of_awkward_names, story_of_threads,  story_of_deaths,
		story_of_orphans, story_of_losses,        story_of_a_server, story_of_failed_execs,
	};

	for (size_t i = 0; i < ARRAY_SIZE(stories); i++) {
		struct story *story = stories[i]();

		for (unsigned int width = 1; width < 200; width++)
			check_width(story, new_sink, width);
		check_width(story, new_sink, UINT16_MAX);
		free(story);
	}
}

void story_check_full_disk(const struct story *story, sink_maker *new_sink)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct out_buffer *buffer = out_buffer_new(fd);
	int code = 0;

	assert_true(fd >= 0);
	assert_non_null(buffer);
	struct sink *sink = new_sink(&(struct sink_context){.output = buffer});
	assert_non_null(sink);
	for (int i = 0; i < 10000 && code == 0; i++)
		code = show_all(story, sink);
	assert_int_equal(code < 0 ? code : out_buffer_flush(buffer), -ENOSPC);
	assert_int_equal(show_all(story, sink), -ENOSPC);
	sink_free(sink);
	out_buffer_free(buffer);
	close(fd);
}

/* ---- memory ---- */

static void give_lives(struct sink *sink, int32_t from, int32_t to, bool end)
{
	struct story *story = story_new();

	for (int32_t pid = from; pid < to; pid++) {
		const int32_t here = 2 + pid % 900;

		story->count = 0;
		story_fork(story, pid, 1, here, FORK_KIND_PROCESS);
		story_exec(story, pid, here, "/usr/bin/cc", ARGV("cc\0-c\0main.c"));
		if (end)
			story_exit(story, pid, here, 0);
		if (!end) {
			story->events[0].fork.child_tid = story->events[1].exec.pid = pid;
			story->facts[0].child_tgid = story->facts[1].tgid = pid;
		}
		for (size_t i = 0; i < story->count; i++)
			assert_int_equal(story_give(story, sink, i), 0);
	}
	free(story);
}

#if defined(__GLIBC__) && !HAS_SANITIZER
static size_t heap_used(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

void story_check_memory_of_lives(sink_maker *new_sink)
{
	struct output output = output_to_memory(new_sink, &(struct sink_context){0});

	give_lives(output.sink, 10, 20000, true);
	size_t before = heap_used();
	give_lives(output.sink, 20000, 60000, true);
	assert_true(heap_used() <= before);
	give_lives(output.sink, 100000, 140000, false);
	assert_true(heap_used() - before > 40000 * sizeof(struct life));
	assert_true(heap_used() - before <= (size_t)40000 * 100);
	output_close(&output);
}
#else
/* The sanitizer has a heap of its own, and mallinfo2() is glibc's. */
void story_check_memory_of_lives(sink_maker *new_sink)
{
	(void)new_sink;
	(void)give_lives;
	skip();
}
#endif
