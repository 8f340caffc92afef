/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that executes itself in every way there is, and logs what each image was given: its
 * arguments, environment, identity, parents and cgroup (facts_log.h).
 *
 *   images_workload LOG DIR [NAME...]    all steps, or these, in DIR (empty, ours)
 *
 * Started with TRUTH_CODE in the environment it is an image that a step has executed: it logs what
 * it finds, and leaves with that code.
 */
#include <grp.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>

#include "facts_log.h"

#define NOBODY 65534

/* ---- images ---- */

/* What an image does beyond leaving. */
struct task {
	int code;
	int nested;    /* it forks a process that executes it again, to this depth */
	int chained;   /* it executes itself again, so often */
	pid_t old_pid; /* the thread that executes it; 0: the leader */
};

#define TASK_STRINGS 6

struct image_env {
	char text[TASK_STRINGS - 1][32];
	char *list[TASK_STRINGS];
};

static void image_env(struct image_env *env, const struct task *task)
{
	static const char *const names[] = {"LOG", "CODE", "NESTED", "CHAINED", "OLD_PID"};
	const int values[] = {log_fd, task->code, task->nested, task->chained, task->old_pid};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(env->text[i], sizeof(env->text[i]), "TRUTH_%s=%d", names[i], values[i]);
		env->list[i] = env->text[i];
	}
	env->list[ARRAY_SIZE(names)] = NULL;
}

static _Noreturn void exec_image(const char *path, const char *const argv[],
				 const struct task *task)
{
	struct image_env env;

	image_env(&env, task);
	execve(path, (char *const *)argv, env.list);
	fault(path);
}

/* Fork a process that executes PATH with ARGV; wait until that has ended as TASK says. */
static void run_image(const char *path, const char *const argv[], const struct task *task)
{
	pid_t child = fork_logged();

	if (child == 0)
		exec_image(path, argv, task);
	end_with_code(child, task->code);
}

static int number_in(const char *variable)
{
	const char *text = getenv(variable);

	return text ? atoi(text) : 0;
}

static void fork_without_exec(int code)
{
	pid_t child = fork_logged();

	if (child == 0)
		leave(code);
	end_with_code(child, code);
}

static void nest(const struct task *task)
{
	const char *argv[] = {"nested", task->nested % 2 ? "odd" : "even", NULL};
	struct task inner = {.code = task->code, .nested = task->nested - 1};

	fork_without_exec(task->code);
	run_image((const char *)getauxval(AT_EXECFN), argv, &inner);
}

static _Noreturn void chain(const struct task *task)
{
	const char *argv[] = {"link", task->chained % 2 ? "odd" : "even", NULL};
	struct task next = {.code = task->code, .chained = task->chained - 1};

	exec_image((const char *)getauxval(AT_EXECFN), argv, &next);
}

static _Noreturn void be_image(char *const argv[])
{
	struct task task = {.code = number_in("TRUTH_CODE"),
			    .nested = number_in("TRUTH_NESTED"),
			    .chained = number_in("TRUTH_CHAINED"),
			    .old_pid = number_in("TRUTH_OLD_PID")};
	pid_t self = outer_pid();
	char name[NAME_SIZE];

	log_fd = number_in("TRUTH_LOG");
	log_own_image(self, task.old_pid ? task.old_pid : self, argv);
	if (task.nested > 0)
		nest(&task);
	if (task.chained > 0)
		chain(&task);
	own_name(name);
	log_exit(self, name, "code", task.code);
	_exit(task.code);
}

/* ---- arguments and environment ---- */

static const char *const hostile[] = {
	"",         "a|b",      "c\nd",         "\x1b[2J", "\r", "\"quoted\\\"",
	"\xff\xfe", "\xe2\x82", "\xed\xa0\x80", "żółw 🐧",  "-v", "",
	NULL};

static void arguments(void)
{
	static char long_argument[100 * 1024], longest[128 * 1024];
	static const char *many[2001];
	static const char *const none[] = {NULL};
	static const char *const empty[] = {"", "", "", NULL};
	static const char *const long_one[] = {"long", long_argument, "end", NULL};
	static const char *const longest_one[] = {longest, NULL};
	static const char *const *const lists[] = {none,     empty,       hostile,
						   long_one, longest_one, many};
	char path[PATH_MAX];

	memset(long_argument, 'x', sizeof(long_argument) - 1);
	memset(longest, 'y', sizeof(longest) - 1); /* MAX_ARG_STRLEN of linux/binfmts.h */
	for (size_t i = 0; i + 1 < ARRAY_SIZE(many); i++)
		many[i] = i % 3 ? "argument" : "";
	link_self(path, "arg|uments\n");
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		run_image(path, lists[i], &(struct task){.code = 10});
}

/* Arguments of every length about a page, where strings cross its end. */
static void argument_lengths(void)
{
	static char text[9000];
	char path[PATH_MAX], *argument = text + sizeof(text) - 1;
	const char *argv[] = {"lengths", NULL, "end", NULL};

	memset(text, 'z', sizeof(text) - 1);
	link_self(path, "lengths");
	for (size_t length = 0; length < sizeof(text); length += 97) {
		argv[1] = argument - length;
		run_image(path, argv, &(struct task){.code = 11});
	}
}

static void exec_with_env(const char *path, char *const extra[], size_t count)
{
	const char *argv[] = {"with", "environment", NULL};
	char **list = calloc(TASK_STRINGS + count, sizeof(*list));
	struct image_env env;

	image_env(&env, &(struct task){.code = 12});
	if (!list)
		fault("memory");
	memcpy(list, env.list, sizeof(env.list));
	memcpy(list + TASK_STRINGS - 1, extra, count * sizeof(*list));
	execve(path, (char *const *)argv, list);
	fault(path);
}

static void run_with_env(char *const extra[], size_t count)
{
	char path[PATH_MAX];
	pid_t child;

	link_self(path, "environment");
	child = fork_logged();
	if (child == 0)
		exec_with_env(path, extra, count);
	end_with_code(child, 12);
}

static void environments(void)
{
	static char long_one[100 * 1024] = "LONG=";
	static char *odd[] = {(char *)"EMPTY=",     (char *)"EQUALS=a=b|c", (char *)"LINE=a\nb",
			      (char *)"BYTES=\xff", (char *)"LD_PRELOAD=",  long_one};
	static char *many[2000];

	memset(long_one + 5, 'v', sizeof(long_one) - 6);
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		if (asprintf(&many[i], "NAME_%zu=value", i) < 0)
			fault("memory");
	run_with_env(odd, 0);
	run_with_env(odd, ARRAY_SIZE(odd));
	run_with_env(many, ARRAY_SIZE(many));
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		free(many[i]);
}

/* The interpreter's argv is the kernel's: itself, its argument, the script, the rest. */
static void scripts(void)
{
	static const char *const lines[] = {"", " -option", " -x with  blanks | "};
	char path[PATH_MAX], interpreter[PATH_MAX], line[2 * PATH_MAX];

	link_self(interpreter, "interpreter");
	in_work_dir(path, "scr|ipt");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		snprintf(line, sizeof(line), "%s%s", interpreter, lines[i]);
		write_file(path, "#!", line);
		run_image(path, hostile, &(struct task){.code = 13});
	}
}

static void script_of_script(void)
{
	const char *argv[] = {"gone", "stays", NULL};
	char interpreter[PATH_MAX], inner[PATH_MAX], outer[PATH_MAX];

	link_self(interpreter, "interpreter");
	in_work_dir(inner, "inner");
	in_work_dir(outer, "outer");
	write_file(inner, "#!", interpreter);
	write_file(outer, "#!", inner);
	run_image(outer, argv, &(struct task){.code = 14});
}

/* ---- who executes ---- */

static void exec_now(struct thread *self)
{
	const char *argv[] = {"from", "a", "thread", NULL};
	char path[PATH_MAX], name[NAME_SIZE];

	(void)self;
	link_self(path, "by-thread");
	own_name(name);
	log_exit(getpid(), name, "exec", 0);
	exec_image(path, argv, &(struct task){.code = 15, .old_pid = gettid()});
}

static void exec_from_thread(void)
{
	struct thread thread;
	pid_t child = fork_logged();

	if (child == 0) {
		thread_start(&thread, exec_now, 0);
		wait_for_end(NULL);
	}
	end_with_code(child, 15);
}

static void vfork_exec(void)
{
	const char *argv[] = {"after", "vfork", NULL};
	char path[PATH_MAX], name[NAME_SIZE];
	pid_t child;

	link_self(path, "after-vfork");
	own_name(name);
	child = vfork();
	if (child == 0)
		exec_image(path, argv, &(struct task){.code = 16});
	log_fork(gettid(), child, "vfork", name);
	end_with_code(child, 16);
}

static void spawn(void)
{
	char path[PATH_MAX], name[NAME_SIZE], *argv[] = {(char *)"posix", (char *)"spawn", NULL};
	struct image_env env;
	pid_t child;

	link_self(path, "spawned");
	image_env(&env, &(struct task){.code = 17});
	own_name(name);
	errno = posix_spawn(&child, path, NULL, NULL, argv, env.list);
	if (errno)
		fault("posix_spawn");
	log_fork(gettid(), child, "vfork", name);
	end_with_code(child, 17);
}

static void exec_chain(void)
{
	const char *argv[] = {"first", NULL};
	char path[PATH_MAX];

	link_self(path, "chain");
	run_image(path, argv, &(struct task){.code = 18, .chained = 4});
}

static void ancestors(void)
{
	const char *argv[] = {"eldest", NULL};
	char path[PATH_MAX];

	link_self(path, "ancestors");
	run_image(path, argv, &(struct task){.code = 19, .nested = 5});
}

/* A process that its grandparent adopts: who forked it stays its parent. */
static void reparented(void)
{
	const char *argv[] = {"adopted", NULL};
	char path[PATH_MAX];
	pid_t middle;
	int status;

	link_self(path, "adopted");
	middle = fork_logged();
	if (middle == 0) {
		pid_t self = getpid();

		prctl(PR_SET_NAME, "middle", 0, 0, 0);
		if (fork_logged() != 0)
			leave(20);
		while (getppid() == self)
			sched_yield();
		exec_image(path, argv, &(struct task){.code = 21, .nested = 1});
	}
	end_with_code(middle, 20);
	middle = wait(&status);
	log_status(middle, status, KILLER_NOBODY);
}

/* ---- as whom ---- */

static void copy_self(char path[PATH_MAX], const char *name, mode_t mode)
{
	int from = open(self_path, O_RDONLY | O_CLOEXEC), to;
	struct stat info;

	in_work_dir(path, name);
	to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (from < 0 || to < 0 || fstat(from, &info) != 0)
		fault(path);
	for (off_t left = info.st_size; left > 0;) {
		ssize_t copied = sendfile(to, from, NULL, (size_t)left);

		if (copied <= 0)
			fault(path);
		left -= copied;
	}
	if (fchmod(to, mode) != 0)
		fault(path);
	close(from);
	close(to);
}

struct identities {
	uid_t uid, euid, suid;
	gid_t gid, egid, sgid;
};

static void run_as(const char *path, const struct identities *ids, int code)
{
	const char *argv[] = {"as", "somebody", NULL};
	pid_t child = fork_logged();

	if (child == 0) {
		if (setgroups(0, NULL) != 0 || setresgid(ids->gid, ids->egid, ids->sgid) != 0 ||
		    setresuid(ids->uid, ids->euid, ids->suid) != 0)
			fault("setresuid");
		exec_image(path, argv, &(struct task){.code = code});
	}
	end_with_code(child, code);
}

static void setuid_exec(void)
{
	static const struct identities nobody = {NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY};
	char path[PATH_MAX];
	struct statvfs where;

	if (geteuid() != 0 || statvfs(work_dir, &where) != 0 || (where.f_flag & ST_NOSUID)) {
		log_skip("setuid", "not root, or a file system without setuid");
		return;
	}
	copy_self(path, "setuid", 04755);
	run_as(path, &nobody, 22);
	copy_self(path, "setgid", 02755);
	run_as(path, &nobody, 23);
}

static void other_ids(void)
{
	static const struct identities all[] = {
		{1234, 1234, 1234, 4321, 4321, 4321},
		{1001, 1002, 0, 1003, 1004, 0},
		{4294967294, 4294967294, 4294967294, 0, 0, 0},
	};
	char path[PATH_MAX];

	if (geteuid() != 0) {
		log_skip("other-ids", "not root");
		return;
	}
	copy_self(path, "plain", 0755);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		run_as(path, &all[i], 24);
}

/* ---- namespaces ---- */

/* Fork a process that executes PATH, and logs all this itself: here it is the one who can. */
static void run_inside(const char *path, int code)
{
	const char *argv[] = {"inside", NULL};
	pid_t parent = outer_pid(), child;
	char name[NAME_SIZE];

	own_name(name);
	child = fork();
	if (child == 0) {
		log_fork(parent, outer_pid(), "process", name);
		log_status(outer_pid(), W_EXITCODE(code, 0), KILLER_NOBODY);
		exec_image(path, argv, &(struct task){.code = code});
	}
	reap(child, W_EXITCODE(code, 0));
}

static _Noreturn void be_init(const char *path, bool exec_too)
{
	const char *argv[] = {"init", NULL};
	char name[NAME_SIZE];

	run_inside(path, 25);
	if (exec_too)
		exec_image(path, argv, &(struct task){.code = 26});
	own_name(name);
	log_exit(outer_pid(), name, "code", 26);
	_exit(26);
}

static void clone_namespaces(uint64_t flags, const char *flag_names, const char *step)
{
	struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD};
	char path[PATH_MAX], name[NAME_SIZE];
	pid_t child;

	copy_self(path, "inside", 0755);
	own_name(name);
	child = clone_with(&args);
	if (child == 0)
		be_init(path, flags & CLONE_NEWUSER);
	if (child < 0) {
		log_skip(step, "clone3(2) is refused");
		return;
	}
	log_fork(gettid(), child, "process", name);
	log_line("FLAGS %d %s\n", child, flag_names);
	end_with_code(child, 26);
}

static void pid_namespace(void)
{
	clone_namespaces(CLONE_NEWPID, "CLONE_NEWPID", "pid-namespace");
}

static void user_namespace(void)
{
	clone_namespaces(CLONE_NEWUSER | CLONE_NEWPID, "CLONE_NEWUSER,CLONE_NEWPID",
			 "user-namespace");
}

/* As unshare(1) -p -f does it: the namespace is there before the fork. */
static void unshared_pid_namespace(void)
{
	char path[PATH_MAX];
	pid_t outer = fork_logged(), child;

	link_self(path, "inside");
	if (outer == 0) {
		if (unshare(CLONE_NEWPID) != 0) {
			log_skip("unshared-pid-namespace", "unshare(2) is refused");
			leave(27);
		}
		child = fork_logged();
		if (child == 0)
			be_init(path, true);
		end_with_code(child, 26);
		leave(27);
	}
	end_with_code(outer, 27);
}

/* ---- cgroups ---- */

/* A cgroup of ours: where its directory is, and its path in the hierarchy. */
struct cgroup {
	char directory[PATH_MAX];
	char path[PATH_MAX];
};

/* Make one below TRUTH_CGROUP, or else below our own. */
static bool make_cgroup(struct cgroup *cgroup)
{
	const char *below = getenv("TRUTH_CGROUP");
	char mount[PATH_MAX], own[PATH_MAX];
	int length;

	if (!find_cgroup_mount("cgroup2", mount) || !own_cgroup(own))
		return false;
	length = snprintf(cgroup->path, PATH_MAX, "%s/truth-%d|\x1b",
			  below ? below : (strcmp(own, "/") == 0 ? "" : own), getpid());
	if (length >= PATH_MAX ||
	    snprintf(cgroup->directory, PATH_MAX, "%s%s", mount, cgroup->path) >= PATH_MAX)
		return false;
	return mkdir(cgroup->directory, 0755) == 0;
}

/* A process that was waited for may still count there for a moment. */
static void remove_cgroup(const struct cgroup *cgroup)
{
	while (rmdir(cgroup->directory) != 0) {
		if (errno != EBUSY)
			fault("rmdir of the cgroup");
		sched_yield();
	}
}

static void move_into(const struct cgroup *cgroup)
{
	char path[PATH_MAX + 16];
	int file;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup->directory);
	file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0 || write(file, "0", 1) != 1)
		fault(path);
	close(file);
	log_cgroup(getpid(), cgroup->path);
}

static void moved_cgroup(void)
{
	const char *argv[] = {"moved", NULL};
	struct cgroup cgroup;
	char path[PATH_MAX];
	pid_t child;

	if (!make_cgroup(&cgroup)) {
		log_skip("moved-cgroup", "no cgroup2 that we may change");
		return;
	}
	link_self(path, "moved");
	child = fork_logged();
	if (child == 0) {
		move_into(&cgroup);
		exec_image(path, argv, &(struct task){.code = 28, .nested = 1});
	}
	end_with_code(child, 28);
	remove_cgroup(&cgroup);
}

static void clone_into(const struct cgroup *cgroup, int directory)
{
	struct clone_args args = {.flags = CLONE_INTO_CGROUP,
				  .exit_signal = SIGCHLD,
				  .cgroup = (unsigned int)directory};
	const char *argv[] = {"born", "there", NULL};
	char path[PATH_MAX], name[NAME_SIZE];
	pid_t child;

	link_self(path, "born");
	own_name(name);
	child = clone_with(&args);
	if (child == 0)
		exec_image(path, argv, &(struct task){.code = 29});
	if (child < 0) {
		log_skip("born-in-cgroup", "clone3(2) is refused");
		return;
	}
	log_fork(gettid(), child, "process", name);
	log_cgroup(child, cgroup->path);
	log_line("FLAGS %d CLONE_INTO_CGROUP\n", child);
	end_with_code(child, 29);
}

static void born_in_cgroup(void)
{
	struct cgroup cgroup;
	int directory;

	if (!make_cgroup(&cgroup)) {
		log_skip("born-in-cgroup", "no cgroup2 that we may change");
		return;
	}
	directory = open(cgroup.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	clone_into(&cgroup, directory);
	close(directory);
	remove_cgroup(&cgroup);
}

/* ---- which ---- */

static const struct step steps[] = {
	{"arguments", arguments},
	{"argument-lengths", argument_lengths},
	{"environments", environments},
	{"scripts", scripts},
	{"script-of-script", script_of_script},
	{"exec-from-thread", exec_from_thread},
	{"vfork-exec", vfork_exec},
	{"spawn", spawn},
	{"exec-chain", exec_chain},
	{"ancestors", ancestors},
	{"reparented", reparented},
	{"setuid", setuid_exec},
	{"other-ids", other_ids},
	{"pid-namespace", pid_namespace},
	{"user-namespace", user_namespace},
	{"unshared-pid-namespace", unshared_pid_namespace},
	{"moved-cgroup", moved_cgroup},
	{"born-in-cgroup", born_in_cgroup},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	if (getenv("TRUTH_CODE"))
		be_image(argv);
	if (argc < 3) {
		fputs("usage: images_workload LOG DIR [NAME...]\n", stderr);
		print_steps(steps);
		return 2;
	}
	be_root(argv[1], argv[2], argv);
	run_steps(steps, argv + 3);
	leave_as_root();
}
