/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that does all that a process tracer has to get right, and logs the truth about it
 * (workload_log.h). Deterministic, bounded, leaves no process behind.
 *
 *   truth_workload all LOG DIR                           every step below, in DIR (empty, ours)
 *   truth_workload step LOG DIR NAME...                  only these steps
 *   truth_workload leaderless LOG DIR                    its first thread ends before another one
 *   truth_workload tree LOG DIR                          a process tree that waits for "go" on
 * stdin truth_workload spawn LOG WORKERS COUNT PROGRAM       posix_spawn + wait, as fast as it goes
 *   truth_workload threads LOG WORKERS COUNT             pthread_create + join, likewise
 *
 * Started with TRUTH_CODE in the environment it is an image that a step has executed, and leaves
 * with that code whatever its arguments are.
 */
#include <spawn.h>
#include <sys/auxv.h>

#include "workload_steps.h"

/* For files and tasks: what would forge a line, drive a terminal, or is no UTF-8. */
static const char *const awkward_names[] = {
	"plain",
	"a|b|c",
	"new\nline",
	"carriage\rreturn",
	"esc\x1b[31mred",
	"back\\slash",
	"\\x41\\x7c",
	"tab\there",
	"del\x7f",
	" blanks ",
	"EXIT|1|1|x|120",
	"x\nEXIT|1|1|y|1",
	"fifteen-bytes-x",
	"sixteen-bytes-xx",
	"a-name-much-longer-than-a-comm-can-hold",
	"b\xc3\xa4r-\xc5\xbc\xc3\xb3\xc5\x82w",
	"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
	"\xf0\x9f\x90\xa7-penguin",
	"\xff\xfe\x80",
	"cut\xe2\x82",
	"overlong\xc0\xaf",
	"surrogate\xed\xa0\x80",
	"beyond\xf4\x90\x80\x80",
	"nel\xc2\x85",
	"line\xe2\x80\xa8sep",
	"bidi\xe2\x80\xaetxet",
	"isolate\xe2\x81\xa6x",
};

static const int fatal_signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGABRT, SIGFPE,  SIGKILL,
				    SIGSEGV, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGXCPU, SIGSYS};

/* ---- images: what a step executes ---- */

struct image_env {
	char log[32], code[32], chain[32], report[32];
	char *list[5];
};

/* The environment of an image that leaves with CODE, after CHAIN more execs of the same file. */
static void image_env(struct image_env *env, int code, int chain, bool report)
{
	size_t used = 3;

	snprintf(env->log, sizeof(env->log), "TRUTH_LOG=%d", log_fd);
	snprintf(env->code, sizeof(env->code), "TRUTH_CODE=%d", code);
	snprintf(env->chain, sizeof(env->chain), "TRUTH_CHAIN=%d", chain);
	snprintf(env->report, sizeof(env->report), "TRUTH_REPORT=1");
	env->list[0] = env->log;
	env->list[1] = env->code;
	env->list[2] = env->chain;
	if (report)
		env->list[used++] = env->report;
	env->list[used] = NULL;
}

/* Log that FILENAME is executed by this task, and do so. */
static _Noreturn void exec_logged(const char *filename, const char *const argv[], int code,
				  int chain)
{
	char name[NAME_SIZE];
	struct image_env env;

	image_env(&env, code, chain, false);
	name_after_exec(filename, name);
	log_exec(getpid(), gettid(), filename, name);
	execve(filename, (char *const *)argv, env.list);
	fault(filename);
}

static _Noreturn void exec_plainly(const char *filename, int code)
{
	const char *argv[] = {filename, NULL};

	exec_logged(filename, argv, code, 0);
}

/* Log how this very image was executed, for those whose name only the kernel knows. */
static void log_own_exec(void)
{
	const char *filename = (const char *)getauxval(AT_EXECFN);
	char name[NAME_SIZE];

	own_name(name);
	log_exec(getpid(), gettid(), filename ? filename : "", name);
}

static _Noreturn void be_image(const char *code)
{
	const char *log = getenv("TRUTH_LOG"), *chain = getenv("TRUTH_CHAIN");
	const char *argv[] = {"link", "of", "a", "chain", NULL};
	int left = chain ? atoi(chain) : 0;

	log_fd = log ? atoi(log) : -1;
	if (getenv("TRUTH_REPORT"))
		log_own_exec();
	if (left > 0)
		exec_logged((const char *)getauxval(AT_EXECFN), argv, atoi(code), left - 1);
	leave(atoi(code));
}

/* Fork a process that executes FILENAME with ARGV; wait until that has left with CODE. */
static void run_image(const char *filename, const char *const argv[], int code, int chain)
{
	pid_t child = fork_logged();

	if (child == 0)
		exec_logged(filename, argv, code, chain);
	reap(child, W_EXITCODE(code, 0));
}

/* ---- steps: processes ---- */

static void exit_codes(void)
{
	for (int code = 0; code < 256; code++) {
		fork_and_reap(code);
	}
}

/* Sanitizers and parents that ignore signals must not get in the way of a death. */
static void die_of(int signal_number)
{
	sigset_t all;

	signal(signal_number, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	log_own_exit("signal", signal_number);
	raise(signal_number);
	fault("survived a signal");
}

static void own_signals(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(fatal_signals); i++) {
		pid_t child = fork_logged();

		if (child == 0)
			die_of(fatal_signals[i]);
		reap(child, W_EXITCODE(0, fatal_signals[i]));
	}
}

static void killed_by_parent(void)
{
	static const int signals[] = {SIGKILL, SIGUSR2};
	char name[NAME_SIZE];

	own_name(name);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		pid_t child = fork_logged();

		while (child == 0)
			pause();
		log_exit(child, name, "signal", signals[i]);
		kill(child, signals[i]);
		reap(child, W_EXITCODE(0, signals[i]));
	}
}

static void vforks(void)
{
	char path[PATH_MAX], name[NAME_SIZE];
	pid_t child;

	link_self(path, "after-vfork");
	own_name(name);
	child = vfork();
	if (child == 0)
		leave(11);
	log_fork(gettid(), child, "vfork", name);
	reap(child, W_EXITCODE(11, 0));

	child = vfork();
	if (child == 0)
		exec_plainly(path, 12);
	log_fork(gettid(), child, "vfork", name);
	reap(child, W_EXITCODE(12, 0));
}

/* posix_spawn() PATH; FORK and EXEC are logged once it says that both happened. */
static pid_t spawn_logged(const char *path, int code)
{
	char *argv[] = {(char *)path, NULL};
	char name[NAME_SIZE], new_name[NAME_SIZE];
	struct image_env env;
	pid_t child;

	image_env(&env, code, 0, false);
	own_name(name);
	name_after_exec(path, new_name);
	errno = posix_spawn(&child, path, NULL, NULL, argv, env.list);
	if (errno)
		fault("posix_spawn");
	log_fork(gettid(), child, "vfork", name);
	log_exec(child, child, path, new_name);
	return child;
}

static void posix_spawns(void)
{
	char path[PATH_MAX];

	link_self(path, "spawned");
	reap(spawn_logged(path, 13), W_EXITCODE(13, 0));
}

static void orphans(void)
{
	pid_t middle = fork_logged();

	if (middle == 0) {
		pid_t self = getpid();

		if (fork_logged() != 0)
			leave(14);
		while (getppid() == self)
			sched_yield();
		fork_and_reap(15);
		leave(16);
	}
	reap(middle, W_EXITCODE(14, 0));
	reap(-1, W_EXITCODE(16, 0));
}

static void priorities(void)
{
	struct sched_param param = {.sched_priority = 7};
	pid_t child = fork_logged();

	if (child == 0) {
		if (nice(5) < 0)
			fault("nice");
		leave(17);
	}
	reap(child, W_EXITCODE(17, 0));

	child = fork_logged();
	if (child == 0) {
		/* Where it is not allowed the task leaves with the priority it had: logged as such.
		 */
		(void)sched_setscheduler(0, SCHED_FIFO, &param);
		leave(18);
	}
	reap(child, W_EXITCODE(18, 0));
}

/* A child of its sibling's parent: the tracepoint's parent is still the one that cloned. */
static void clone_parent(void)
{
	char name[NAME_SIZE];
	pid_t middle = fork_logged();

	own_name(name);
	if (middle == 0) {
		pid_t child = clone_with(&(struct clone_args){.flags = CLONE_PARENT});

		if (child == 0)
			leave(19);
		if (child > 0)
			log_fork(gettid(), child, "process", name);
		leave(child > 0 ? 20 : 21);
	}

	for (int status, left = 2; left > 0; left--) {
		pid_t ended = waitpid(-1, &status, __WALL);

		if (ended == middle && status == W_EXITCODE(21, 0))
			return;
		if (ended < 0 || (status != W_EXITCODE(19, 0) && status != W_EXITCODE(20, 0)))
			fault("CLONE_PARENT");
	}
}

/* The only task of a pid namespace of its own: its pid there says nothing. */
static void clone_pid_namespace(void)
{
	char name[NAME_SIZE];
	pid_t child;

	own_name(name);
	child = clone_with(&(struct clone_args){.flags = CLONE_NEWPID, .exit_signal = SIGCHLD});
	if (child == 0)
		_exit(22);
	if (child < 0)
		return;
	log_fork(gettid(), child, "process", name);
	log_exit(child, name, "code", 22);
	reap(child, W_EXITCODE(22, 0));
}

static _Noreturn void fork_often(int count)
{
	for (int i = 0; i < count; i++) {
		fork_and_reap(i);
	}
	leave(23);
}

/* Several at a time, so that the events of one task come from all CPUs. */
static void storm(void)
{
	pid_t workers[4];

	for (size_t i = 0; i < ARRAY_SIZE(workers); i++) {
		workers[i] = fork_logged();
		if (workers[i] == 0)
			fork_often(40);
	}
	for (size_t i = 0; i < ARRAY_SIZE(workers); i++)
		reap(workers[i], W_EXITCODE(23, 0));
}

/* ---- steps: names and arguments ---- */

static void arguments(void)
{
	static char long_argument[100 * 1024];
	static const char *many[1001];
	static const char *const none[] = {NULL};
	static const char *const empty[] = {"", "", "", NULL};
	static const char *const hostile[] = {"a|b",   "c\nd", "\x1b[2J", "\xff\xfe",
					      "\\x7c", "-v",   NULL};
	static const char *const long_one[] = {"long", long_argument, NULL};
	static const char *const *const lists[] = {none, empty, hostile, long_one, many};
	char path[PATH_MAX];

	memset(long_argument, 'x', sizeof(long_argument) - 1);
	for (size_t i = 0; i + 1 < ARRAY_SIZE(many); i++)
		many[i] = "argument";
	link_self(path, "arguments");
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		run_image(path, lists[i], 24, 0);
}

static void file_names(void)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(awkward_names); i++) {
		const char *argv[] = {"x", NULL};

		link_self(path, awkward_names[i]);
		run_image(path, argv, 25, 0);
	}
}

/* A file name of nearly PATH_MAX bytes, of which most grow fourfold when escaped. */
static void long_file_name(void)
{
	const char *argv[] = {"x", NULL};
	char path[PATH_MAX], directory[201];
	size_t length;

	memset(directory, '|', sizeof(directory) - 1);
	directory[sizeof(directory) - 1] = '\0';
	length = (size_t)snprintf(path, sizeof(path), "%s", work_dir);
	while (length + 2 * sizeof(directory) < sizeof(path)) {
		length += (size_t)snprintf(path + length, sizeof(path) - length, "/%s", directory);
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			fault("mkdir");
	}
	snprintf(path + length, sizeof(path) - length, "/end");
	if (symlink(self_path, path) != 0 && errno != EEXIST)
		fault("symlink");
	run_image(path, argv, 26, 0);
}

static void task_names(void)
{
	for (size_t i = 0; i <= ARRAY_SIZE(awkward_names); i++) {
		const char *name = i < ARRAY_SIZE(awkward_names) ? awkward_names[i] : "";
		pid_t child = fork_logged();

		if (child == 0) {
			prctl(PR_SET_NAME, name, 0, 0, 0);
			fork_and_reap(27);
			leave(28);
		}
		reap(child, W_EXITCODE(28, 0));
	}
}

/* A rename just before an exec: EXEC has the name that comes after it. */
static void rename_then_exec(void)
{
	char path[PATH_MAX];
	pid_t child = fork_logged();

	link_self(path, "renamed");
	if (child == 0) {
		prctl(PR_SET_NAME, "not-this-one", 0, 0, 0);
		exec_plainly(path, 29);
	}
	reap(child, W_EXITCODE(29, 0));
}

static void exec_chain(void)
{
	const char *argv[] = {"first", NULL};
	char path[PATH_MAX];

	link_self(path, "chain");
	run_image(path, argv, 30, 5);
}

/* The tracepoint and the name tell the script, not its interpreter. */
static void script(void)
{
	const char *argv[] = {"script", "argument", NULL};
	char path[PATH_MAX], interpreter[PATH_MAX];

	link_self(interpreter, "interpreter");
	in_work_dir(path, "scr|ipt");
	write_file(path, "#!", interpreter);
	run_image(path, argv, 31, 0);
}

/* fexecve(): which file name and task name that gives differs between kernels. */
static void exec_of_fd(void)
{
	const char *argv[] = {"fd", NULL};
	char path[PATH_MAX];
	struct image_env env;
	pid_t child = fork_logged();

	link_self(path, "by-descriptor");
	image_env(&env, 32, 0, true);
	if (child == 0) {
		fexecve(open(path, O_RDONLY), (char *const *)argv, env.list);
		/* Debian's 5.10.0-32 takes no empty path: execveat(2) there fails with ENOENT. */
		if (errno == ENOENT)
			execve(path, (char *const *)argv, env.list);
		fault("fexecve");
	}
	reap(child, W_EXITCODE(32, 0));
}

static void failing_execs(void)
{
	char missing[PATH_MAX], garbage[PATH_MAX], orphan[PATH_MAX], *argv[] = {NULL};
	pid_t child;

	in_work_dir(missing, "missing");
	in_work_dir(garbage, "garbage");
	in_work_dir(orphan, "no-interpreter");
	write_file(garbage, "\x7f", "garbage");
	write_file(orphan, "#!", missing);
	child = fork_logged();
	if (child == 0) {
		const char *const paths[] = {missing, work_dir, garbage, orphan};

		for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
			execv(paths[i], argv);
		leave(33);
	}
	reap(child, W_EXITCODE(33, 0));
}

/* ---- steps: threads ---- */

static void busy_thread(struct thread *self)
{
	char name[NAME_SIZE], path[PATH_MAX];

	snprintf(name, sizeof(name), "thr|ead\n%d", self->number);
	prctl(PR_SET_NAME, name, 0, 0, 0);
	fork_and_reap(34);
	link_self(path, "from-thread");
	reap(spawn_logged(path, 35), W_EXITCODE(35, 0));
	if (self->number > 0) {
		struct thread inner;

		thread_start(&inner, busy_thread, 0);
		thread_join(&inner);
	}
}

static void threads(void)
{
	struct thread all[6];

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		thread_start(&all[i], busy_thread, (int)i);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		thread_join(&all[i]);
}

static void exec_now(struct thread *self)
{
	char path[PATH_MAX];

	(void)self;
	link_self(path, "execed-by-thread");
	log_other_ends("exec", 0);
	exec_plainly(path, 36);
}

/* The thread that execs takes the leader's id; all others end. */
static void exec_from_thread(void)
{
	struct thread thread;
	pid_t child = fork_logged();

	if (child == 0) {
		start_idlers();
		thread_start(&thread, exec_now, 0);
		wait_for_end(NULL);
	}
	reap(child, W_EXITCODE(36, 0));
}

static void exec_from_leader(void)
{
	pid_t child = fork_logged();

	if (child == 0) {
		start_idlers();
		exec_now(NULL);
	}
	reap(child, W_EXITCODE(36, 0));
}

static void survive_then_exit_group(struct thread *self)
{
	(void)self;
	join_leader();
	fork_and_reap(37);
	leave(38);
}

static void survive_then_exit(struct thread *self)
{
	(void)self;
	join_leader();
	leave_thread(39);
}

static void survive_then_exec(struct thread *self)
{
	char path[PATH_MAX];

	(void)self;
	join_leader();
	link_self(path, "without-leader");
	exec_plainly(path, 40);
}

/*
 * The leader is the first thread to end, and the others carry on. Whose code the parent sees where
 * all end one by one differs between kernels: in that case the two codes are the same.
 */
static void leader_ends_first(void)
{
	static const struct {
		void (*body)(struct thread *);
		int code;
	} cases[] = {
		{survive_then_exit_group, 38},
		{survive_then_exit, 39},
		{survive_then_exec, 40},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct thread thread;
		pid_t child = fork_logged();

		if (child == 0) {
			leader = pthread_self();
			thread_start(&thread, cases[i].body, 0);
			leave_thread(39);
		}
		reap(child, W_EXITCODE(cases[i].code, 0));
	}
}

static void end_group(struct thread *self)
{
	(void)self;
	log_other_ends("code", 42);
	leave(42);
}

/* exit_group() ends threads that are in the middle of something. */
static void exit_with_threads(void)
{
	for (int from_leader = 0; from_leader < 2; from_leader++) {
		struct thread thread;
		pid_t child = fork_logged();

		if (child == 0) {
			start_idlers();
			if (from_leader)
				end_group(NULL);
			thread_start(&thread, end_group, 0);
			wait_for_end(NULL);
		}
		reap(child, W_EXITCODE(42, 0));
	}
}

static void killed_with_threads(void)
{
	pid_t child = fork_logged();

	if (child == 0) {
		start_idlers();
		log_other_ends("signal", SIGKILL);
		die_of(SIGKILL);
	}
	reap(child, W_EXITCODE(0, SIGKILL));
}

/* The first case of that, for this very process. */
static _Noreturn void be_leaderless(void)
{
	struct thread thread;

	leader = pthread_self();
	thread_start(&thread, survive_then_exit_group, 0);
	leave_thread(39);
}

/* ---- a tree that is there before the trace ---- */

static int gate[2], ready[2];

static void tell_ready(void)
{
	if (write(ready[1], "", 1) != 1)
		fault("ready");
}

/* Returns once the writing end of the gate is closed everywhere. */
static void wait_at_gate(void)
{
	char byte;

	tell_ready();
	if (read(gate[0], &byte, 1) != 0)
		fault("gate");
}

static void act(void)
{
	char path[PATH_MAX];

	link_self(path, "from-tree");
	for (int i = 0; i < 3; i++) {
		struct thread thread;

		fork_and_reap(43);
		reap(spawn_logged(path, 44), W_EXITCODE(44, 0));
		thread_start(&thread, busy_thread, 0);
		thread_join(&thread);
	}
}

static void act_after_gate(struct thread *self)
{
	(void)self;
	wait_at_gate();
	act();
}

static void exec_after_gate(struct thread *self)
{
	char path[PATH_MAX], name[NAME_SIZE];

	(void)self;
	wait_at_gate();
	link_self(path, "tree-exec");
	own_name(name);
	log_exit(getpid(), name, "exec", 0);
	exec_plainly(path, 45);
}

/* A grandchild in which a thread that is there already execs. */
static _Noreturn void be_grandchild(void)
{
	struct thread thread;

	thread_start(&thread, exec_after_gate, 0);
	wait_for_end(NULL);
	__builtin_unreachable();
}

static _Noreturn void be_child(void)
{
	struct thread thread;
	pid_t child;

	close(gate[1]);
	child = fork_logged();
	if (child == 0)
		be_grandchild();
	thread_start(&thread, act_after_gate, 0);
	wait_at_gate();
	act();
	thread_join(&thread);
	reap(child, W_EXITCODE(45, 0));
	leave(46);
}

/* "poke": fork a child, whose event shows that the trace runs. Until "go". */
static void answer_pokes(void)
{
	char line[64];

	while (fgets(line, sizeof(line), stdin) && strcmp(line, "go\n") != 0) {
		printf("poke %d\n", fork_and_reap(0));
		fflush(stdout);
	}
}

static _Noreturn void be_tree(void)
{
	struct thread thread;
	char byte;
	pid_t child;

	if (pipe(gate) != 0 || pipe(ready) != 0)
		fault("pipe");
	child = fork_logged();
	if (child == 0)
		be_child();
	thread_start(&thread, act_after_gate, 0);
	/* The child, its thread and its grandchild's thread, and ours. */
	for (int i = 0; i < 4; i++)
		if (read(ready[0], &byte, 1) != 1)
			fault("ready");
	printf("ready %d %d %d\n", getpid(), thread.tid, child);
	fflush(stdout);
	answer_pokes();
	log_line("MARK go\n");
	close(gate[1]);
	act();
	thread_join(&thread);
	reap(child, W_EXITCODE(46, 0));
	leave(0);
}

/* ---- loads ---- */

static void record_spawns(FILE *facts, const pid_t *pids, long count, const char *program)
{
	char name[NAME_SIZE], new_name[NAME_SIZE], hex[2 * NAME_SIZE], new_hex[2 * NAME_SIZE];
	char program_hex[2 * PATH_MAX];

	own_name(name);
	name_after_exec(program, new_name);
	to_hex(hex, name);
	to_hex(new_hex, new_name);
	to_hex(program_hex, program);
	for (long i = 0; i < count; i++)
		fprintf(facts, "FORK %d %d vfork %s\nEXEC %d %d %s %s\nEXIT %d %s %d code 0\n",
			gettid(), pids[i], hex, pids[i], pids[i], program_hex, new_hex, pids[i],
			new_hex, own_prio());
}

static void spawn_load(FILE *facts, long count, const char *program)
{
	char *argv[] = {(char *)program, NULL}, *env[] = {NULL};
	pid_t *pids = calloc((size_t)count, sizeof(*pids));

	for (long i = 0; pids && i < count; i++) {
		errno = posix_spawn(&pids[i], program, NULL, NULL, argv, env);
		if (errno)
			fault(program);
		reap(pids[i], W_EXITCODE(0, 0));
	}
	if (!pids)
		fault("memory");
	record_spawns(facts, pids, count, program);
	free(pids);
}

static void *note_tid(void *tid)
{
	*(pid_t *)tid = gettid();
	return NULL;
}

static void record_threads(FILE *facts, const pid_t *tids, long count)
{
	char name[NAME_SIZE], hex[2 * NAME_SIZE];

	own_name(name);
	to_hex(hex, name);
	for (long i = 0; i < count; i++)
		fprintf(facts, "FORK %d %d thread %s\nEXIT %d %s %d code 0\n", gettid(), tids[i],
			hex, tids[i], hex, own_prio());
}

static void thread_load(FILE *facts, long count)
{
	pid_t *tids = calloc((size_t)count, sizeof(*tids));

	for (long i = 0; tids && i < count; i++) {
		pthread_t thread;

		errno = pthread_create(&thread, NULL, note_tid, &tids[i]);
		if (errno)
			fault("pthread_create");
		pthread_join(thread, NULL);
	}
	if (!tids)
		fault("memory");
	record_threads(facts, tids, count);
	free(tids);
}

/* The facts are kept in memory until the load is over, and written at once. */
static _Noreturn void be_worker(long count, const char *program)
{
	char *text = NULL;
	size_t size = 0;
	FILE *facts = open_memstream(&text, &size);

	if (!facts)
		fault("memory");
	if (program)
		spawn_load(facts, count, program);
	else
		thread_load(facts, count);
	if (fclose(facts) != 0 || write(log_fd, text, size) != (ssize_t)size)
		fault("log");
	free(text);
	leave(0);
}

static void run_load(long workers, long count, const char *program)
{
	for (long i = 0; i < workers; i++)
		if (fork_logged() == 0)
			be_worker(count, program);
	for (long i = 0; i < workers; i++)
		reap(-1, W_EXITCODE(0, 0));
}

/* ---- which ---- */

static const struct step steps[] = {
	{"exit-codes", exit_codes},
	{"own-signals", own_signals},
	{"killed-by-parent", killed_by_parent},
	{"vfork", vforks},
	{"posix-spawn", posix_spawns},
	{"orphans", orphans},
	{"priorities", priorities},
	{"clone-parent", clone_parent},
	{"clone-pid-namespace", clone_pid_namespace},
	{"storm", storm},
	{"arguments", arguments},
	{"file-names", file_names},
	{"long-file-name", long_file_name},
	{"task-names", task_names},
	{"rename-then-exec", rename_then_exec},
	{"exec-chain", exec_chain},
	{"script", script},
	{"exec-of-fd", exec_of_fd},
	{"failing-execs", failing_execs},
	{"threads", threads},
	{"exec-from-thread", exec_from_thread},
	{"exec-from-leader", exec_from_leader},
	{"leader-ends-first", leader_ends_first},
	{"exit-with-threads", exit_with_threads},
	{"killed-with-threads", killed_with_threads},
	{NULL, NULL},
};

static _Noreturn void usage(void)
{
	fputs("usage: truth_workload all|leaderless|tree LOG DIR\n"
	      "       truth_workload step LOG DIR NAME...\n"
	      "       truth_workload spawn LOG WORKERS COUNT PROGRAM\n"
	      "       truth_workload threads LOG WORKERS COUNT\n",
	      stderr);
	print_steps(steps);
	exit(2);
}

int main(int argc, char **argv)
{
	const char *code = getenv("TRUTH_CODE");

	if (code)
		be_image(code);
	if (argc < 4)
		usage();
	log_open(argv[2]);
	log_own_exec();
	prepare(argv[3]);
	if (strcmp(argv[1], "all") == 0 && argc == 4)
		run_steps(steps, argv + 4);
	else if (strcmp(argv[1], "step") == 0 && argc > 4)
		run_steps(steps, argv + 4);
	else if (strcmp(argv[1], "leaderless") == 0 && argc == 4)
		be_leaderless();
	else if (strcmp(argv[1], "tree") == 0 && argc == 4)
		be_tree();
	else if (strcmp(argv[1], "spawn") == 0 && argc == 6)
		run_load(atol(argv[3]), atol(argv[4]), argv[5]);
	else if (strcmp(argv[1], "threads") == 0 && argc == 5)
		run_load(atol(argv[3]), atol(argv[4]), NULL);
	else
		usage();
	leave(0);
}
