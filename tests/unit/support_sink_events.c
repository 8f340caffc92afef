/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/sched.h>

#include "support_sink.h"

#define UNKNOWN_FACTS                                                                   \
	.tgid = -1, .tid = -1, .ppid = -1, .child_tgid = -1, .arguments = {.argc = -1}, \
	.age_ns = -1, .since_exec_ns = -1, .usage = USAGE_UNKNOWN

#define CONTAINER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define STRINGS(number, literal)                                             \
	{                                                                    \
		.bytes = {(literal), sizeof(literal) - 1}, .count = (number) \
	}

/* Valid characters of each length, and one of each kind that no format shows as it is. */
#define AWKWARD                                            \
	"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80 |'\"\\>:?=*" \
	"\n\t\033[2J\x7f\xc2\x9b\xe2\x80\xa8\xe2\x80\xae"
/* The same among bytes that are not UTF-8. */
#define BROKEN "\xff" AWKWARD "\xc0\xaf\xed\xa0\x80\xf0\x9f"

const struct sink_context full_context = {
	.host = "build\xff.example",
	.boot_id = "7b7f4f7e-1f0a-4a5e-9d5e-0d7f6a1c2b3d",
	.wall_clock = true,
	.wall_offset_known = true,
	.wall_offset_ns = INT64_C(1700000000000000001),
	.environment = true,
	.cwd = true,
	.exe = true,
	.session = true,
	.units = true,
	.usage = true,
};

static const struct facts nothing_known = {UNKNOWN_FACTS};

static const struct ancestor ancestors[] = {
	{900, TEXT("make"), false},
	{800, TEXT("bash"), true},
	{1, TEXT("systemd"), true},
};

static const struct ancestor awkward_ancestors[] = {
	{5, TEXT(AWKWARD), false}, {4, TEXT(BROKEN), true}, {3, TEXT("?"), true},
	{2, {NULL, 0}, false},     {1, TEXT(""), false},    {-1, TEXT("x"), true},
};

static const struct facts a_process_forks = {
	.tgid = 1000,
	.tid = 1000,
	.ppid = 900,
	.child_tgid = 1001,
	.kind = FORK_KIND_PROCESS,
	.has_clone_flags = true,
	.clone_flags_complete = true,
	.clone_flags = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | 17,
	.credentials = {true, 1000, 0, 100, 5, true},
	.cgroup = TEXT("/system.slice/docker-" CONTAINER ".scope"),
	.ancestry = ancestors,
	.ancestor_count = 3,
	.ancestry_complete = true,
};

static const struct facts a_thread_starts = {
	.tgid = 1000,
	.tid = 1002,
	.ppid = 0,
	.from_proc = true,
	.child_tgid = 1000,
	.kind = FORK_KIND_THREAD,
	.has_clone_flags = true,
	.clone_flags_complete = true,
	.clone_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		       CLONE_SYSVSEM | UINT64_C(0x8000100000000000),
	.cgroup = TEXT("/"),
	.ancestry_complete = true,
};

static const struct facts a_vfork = {
	UNKNOWN_FACTS,           .kind = FORK_KIND_VFORK,
	.has_clone_flags = true, .clone_flags = 0x80 | CLONE_VFORK | CLONE_NEWPID | CLONE_NEWNET,
	.ancestry = ancestors,   .ancestor_count = 1,
};

static const struct facts no_flags = {
	UNKNOWN_FACTS,
	.has_clone_flags = true,
	.clone_flags = 17,
};

static const struct facts a_flag_without_a_name = {
	UNKNOWN_FACTS,
	.has_clone_flags = true,
	.clone_flags_complete = true,
	.clone_flags = UINT64_C(0x400000000),
};

static const struct facts every_flag = {
	UNKNOWN_FACTS,
	.has_clone_flags = true,
	.clone_flags_complete = true,
	.clone_flags = UINT64_MAX,
};

static const struct facts all_of_an_exec = {
	.tgid = 1001,
	.tid = 1001,
	.ppid = 1000,
	.filename = TEXT("/usr/bin/cc"),
	.arguments = {3, STRINGS(3, "cc\0-o\0a b\0"), true, ARGV_STACK},
	.environment = {true, STRINGS(2, "PATH=/usr/bin:/bin\0TERM=\0")},
	.credentials = {true, 1000, 0, 100, UINT32_MAX, true},
	.at_exec = {.cwd = TEXT("/usr/src/linux"),
		    .exe = TEXT("/usr/bin/x86_64-linux-gnu-gcc-12"),
		    .session = {true, 1000, TEXT("pts/3"), 1000}},
	.age_ns = 1500000,
	.since_exec_ns = 0,
	.cgroup = TEXT("/system.slice/docker-" CONTAINER ".scope"),
	.ancestry = ancestors,
	.ancestor_count = 3,
	.ancestry_complete = true,
};

/* The stack was too short, and the process gone before it could be looked at. */
static const struct facts part_of_an_exec = {
	.tgid = 1001,
	.tid = 1001,
	.ppid = -1,
	.from_proc = true,
	.arguments = {2000, STRINGS(2, "cc\0-DX=1\0"), false, ARGV_STACK},
	.environment = {false, STRINGS(1, "PATH=/b")},
	.credentials = {true, 0, 0, 0, 0, false},
	.age_ns = -1,
	.since_exec_ns = 86400000000000,
	.ancestry = ancestors,
	.ancestor_count = 2,
};

static const struct facts no_arguments_at_all = {
	.tgid = 1001,
	.tid = 1001,
	.ppid = 1,
	.arguments = {0, STRINGS(0, ""), true, ARGV_PROC},
	.at_exec = {.session = {.known = true, .loginuid = LOGINUID_UNSET}},
	.environment = {true, {{NULL, 0}, 0}},
	.age_ns = 0,
	.since_exec_ns = -1,
	.cgroup = TEXT(""),
	.ancestry_complete = true,
};

static const struct facts awkward_exec = {
	.tgid = 1001,
	.tid = 1001,
	.ppid = 1000,
	.arguments = {11,
		      STRINGS(11,
			      "\0?\0'\0''\0 \0a b\0|\0" AWKWARD "\0" BROKEN "\0{\"v\":1}\0??\0"),
		      true, ARGV_PROC},
	.environment = {true, STRINGS(13, "A=first\0B=" AWKWARD "\0A=second\0A=first\0no equals\0"
					  "=no name\0\0" AWKWARD "=1\0" BROKEN "=2\0C=" BROKEN
					  "\0A=third\0D==\0?\0")},
	.age_ns = INT64_MAX,
	.since_exec_ns = 1,
	.at_exec = {.cwd = TEXT("/" AWKWARD),
		    .exe = TEXT("/" BROKEN),
		    .session = {true, INT32_MAX, TEXT(AWKWARD), UINT32_MAX - 1}},
	.cgroup = TEXT(BROKEN),
	.ancestry = awkward_ancestors,
	.ancestor_count = 6,
};

/* Lists that claim more strings than they have. */
static const struct facts lists_that_lie = {
	.tgid = 1,
	.arguments = {INT64_MAX, {TEXT("a\0b"), UINT32_MAX}, false, ARGV_STACK},
	.environment = {true, {TEXT("A=1\0B"), UINT32_MAX}},
	.cgroup = TEXT("?"),
};

static const struct facts a_process_ends = {
	.tgid = 1001,
	.tid = 1001,
	.ppid = 1000,
	.filename = TEXT("/usr/bin/cc"),
	.arguments = {3, STRINGS(3, "cc\0-o\0a b\0"), true, ARGV_PROC},
	.environment = {true, STRINGS(1, "PATH=/bin\0")},
	.credentials = {true, 1000, 0, 100, 5, true},
	.last = KNOWN_YES,
	.status = {.known = true,
		   .code = 3,
		   .signal = 0,
		   .core = KNOWN_NO,
		   .oom = KNOWN_NO,
		   .killer_pid = 77,
		   .killer_comm = TEXT("nobody")},
	.usage = {1234567890, 4000000, 34 * 1024 * 1024, 4096, 0},
	.age_ns = 2500000000,
	.since_exec_ns = 2400000000,
	.cgroup = TEXT("/system.slice/docker-" CONTAINER ".scope"),
	.ancestry = ancestors,
	.ancestor_count = 3,
	.ancestry_complete = true,
};

static const struct facts killed_by_another = {
	UNKNOWN_FACTS,
	.last = KNOWN_YES,
	.status = {.known = true,
		   .code = 0,
		   .signal = 15,
		   .core = KNOWN_NO,
		   .oom = KNOWN_NO,
		   .killer_pid = 77,
		   .killer_comm = TEXT(AWKWARD),
		   .killer_tid = 79,
		   .killer_thread_comm = TEXT("worker"),
		   .sent_by = SENT_BY_PROCESS},
	.handled = {3, SENT_BY_PROCESS, 78, TEXT(AWKWARD), 1000000},
};

static const struct facts killed_by_a_stranger = {
	UNKNOWN_FACTS,
	.last = KNOWN_YES,
	.status = {.known = true,
		   .code = 0,
		   .signal = 37,
		   .core = KNOWN_NOT,
		   .oom = KNOWN_NOT,
		   .killer_pid = 78,
		   .killer_comm = {NULL, 0},
		   .sent_by = SENT_BY_PROCESS},
	.handled = {15, SENT_BY_UNKNOWN, 0, {NULL, 0}, 0},
};

static const struct facts dumped_core = {
	UNKNOWN_FACTS,
	.last = KNOWN_YES,
	.status = {.known = true,
		   .code = 0,
		   .signal = 11,
		   .core = KNOWN_YES,
		   .oom = KNOWN_NO,
		   .killer_pid = 0,
		   .killer_comm = {NULL, 0},
		   .sent_by = SENT_BY_KERNEL},
	.failed_exec = TEXT(AWKWARD),
};

static const struct facts out_of_memory = {
	UNKNOWN_FACTS,
	.last = KNOWN_YES,
	.status = {.known = true,
		   .code = 0,
		   .signal = 9,
		   .core = KNOWN_NO,
		   .oom = KNOWN_YES,
		   .killer_pid = 0,
		   .killer_comm = {NULL, 0}},
};

static const struct facts signal_without_a_name = {
	UNKNOWN_FACTS,
	.last = KNOWN_YES,
	.status = {.known = true,
		   .code = 0,
		   .signal = 33,
		   .core = KNOWN_NO,
		   .oom = KNOWN_NO,
		   .killer_pid = 0,
		   .killer_comm = {NULL, 0}},
};

/* What `status` holds is nothing then. */
static const struct facts a_thread_ends = {
	UNKNOWN_FACTS,
	.last = KNOWN_NO,
	.status = {.known = false,
		   .code = 3,
		   .signal = 9,
		   .core = KNOWN_NOT,
		   .oom = KNOWN_NOT,
		   .killer_pid = 77,
		   .killer_comm = TEXT("nobody")},
};

#define FORK(known)                                                                             \
	{                                                                                       \
		.type = EVENT_FORK, .time_ns = 123000000, .cpu = 1, .facts = (known), .fork = { \
			1000,                                                                   \
			1001,                                                                   \
			TEXT("bash"),                                                           \
			TEXT("bash")                                                            \
		}                                                                               \
	}
#define EXEC(known)                                                                             \
	{                                                                                       \
		.type = EVENT_EXEC, .time_ns = 124000000, .cpu = 2, .facts = (known), .exec = { \
			.pid = 1001,                                                            \
			.old_pid = 1003,                                                        \
			.comm = TEXT("cc"),                                                     \
			.filename = TEXT("/usr/bin/cc")                                         \
		}                                                                               \
	}
#define EXIT(known)                                                                             \
	{                                                                                       \
		.type = EVENT_EXIT, .time_ns = 125999999, .cpu = 3, .facts = (known), .exit = { \
			.pid = 1001,                                                            \
			.prio = 120,                                                            \
			.comm = TEXT("cc")                                                      \
		}                                                                               \
	}

const struct event shown_events[] = {
	FORK(NULL),
	EXEC(NULL),
	EXIT(NULL),
	{.type = EVENT_LOST, .time_ns = 126000000, .cpu = 3, .lost = {42}},
	{.type = EVENT_TRUNCATED, .time_ns = 127000000, .truncated = {"events", 5000}},

	FORK(&nothing_known),
	EXEC(&nothing_known),
	EXIT(&nothing_known),

	FORK(&a_process_forks),
	FORK(&a_thread_starts),
	FORK(&a_vfork),
	FORK(&no_flags),
	FORK(&a_flag_without_a_name),
	FORK(&every_flag),

	EXEC(&all_of_an_exec),
	EXEC(&part_of_an_exec),
	EXEC(&no_arguments_at_all),
	EXEC(&lists_that_lie),

	EXIT(&a_process_ends),
	EXIT(&killed_by_another),
	EXIT(&killed_by_a_stranger),
	EXIT(&dumped_core),
	EXIT(&out_of_memory),
	EXIT(&signal_without_a_name),
	EXIT(&a_thread_ends),

	{.type = EVENT_FORK,
	 .time_ns = UINT64_MAX,
	 .cpu = UINT32_MAX,
	 .fork = {INT32_MIN, INT32_MAX, TEXT(AWKWARD), TEXT(BROKEN)}},
	{.type = EVENT_EXEC,
	 .facts = &awkward_exec,
	 .exec = {.pid = 1, .old_pid = 1, .comm = TEXT(BROKEN), .filename = TEXT(AWKWARD)}},
	{.type = EVENT_EXIT, .exit = {.pid = 1, .prio = INT32_MIN, .comm = {NULL, 0}}},
	{.type = EVENT_EXEC_FAILED,
	 .time_ns = 128000000,
	 .cpu = 1,
	 .facts = &all_of_an_exec,
	 .exec_failed = {1002, 2, TEXT("sh"), TEXT("/nonexistent/foo")}},
	{.type = EVENT_EXEC_FAILED,
	 .facts = &nothing_known,
	 .exec_failed = {1003, 36, {NULL, 0}, TEXT("/a/name/that/is/cut...")}},
	{.type = EVENT_EXEC_FAILED, .exec_failed = {1, INT32_MAX, TEXT(BROKEN), TEXT(AWKWARD)}},
	{.type = EVENT_EXEC_FAILED, .exec_failed = {1, 14, TEXT(""), {NULL, 0}}},
	{.type = EVENT_EXEC_FAILED, .exec_failed = {1, 2, TEXT("sh"), TEXT("")}},
	{.type = EVENT_LOST, .cpu = UINT32_MAX, .lost = {UINT64_MAX}},
	{.type = EVENT_TRUNCATED, .truncated = {"events", UINT64_MAX}},
};

const size_t shown_event_count = ARRAY_SIZE(shown_events);
