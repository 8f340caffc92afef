/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program whose processes end in every way there is, and that logs how each did (facts_log.h).
 *
 *   ends_workload LOG DIR [NAME...]    all steps, or these, in DIR (empty, ours)
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <setjmp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>

#include "facts_log.h"

/* ---- what steps are made of ---- */

/* Fork a process that runs BODY, which does not return. */
static pid_t child_that(void (*body)(void))
{
	pid_t child = fork_logged();

	if (child == 0) {
		body();
		fault("outlived its end");
	}
	return child;
}

/* For one who is about to be killed by SIGNAL_NUMBER. */
static void log_own_death(int signal_number)
{
	log_own_exit("signal", signal_number);
}

/* The end of a single-threaded child, which cannot tell it itself. */
static void log_death_of(pid_t child, int signal_number)
{
	char name[NAME_SIZE];

	own_name(name);
	log_exit(child, name, "signal", signal_number);
}

static void pause_forever(void)
{
	wait_for_end(NULL);
}

/* For children that say something to their parent, and wait for it to close its end. */
static int to_parent[2], to_child[2];

static void open_channel(void)
{
	if (pipe(to_parent) != 0 || pipe(to_child) != 0)
		fault("pipe");
}

/* In the parent, once the child is forked. */
static void take_parents_ends(void)
{
	close(to_parent[1]);
	close(to_child[0]);
}

static void close_channel(void)
{
	close(to_parent[0]);
	close(to_child[1]);
}

static void tell_parent(void)
{
	if (write(to_parent[1], "", 1) != 1)
		fault("to the parent");
}

static void hear_from_child(void)
{
	char byte;

	if (read(to_parent[0], &byte, 1) != 1)
		fault("from the child");
}

static void await_parent(void)
{
	char byte;

	close(to_child[1]);
	while (read(to_child[0], &byte, 1) < 0)
		if (errno != EINTR)
			fault("from the parent");
}

/* Fork a process that runs BODY, which tells_parent() once it may be dealt with. */
static pid_t ready_child_that(void (*body)(void))
{
	pid_t child;

	open_channel();
	child = child_that(body);
	take_parents_ends();
	hear_from_child();
	return child;
}

/* ---- by themselves ---- */

static void all_codes(void)
{
	for (int code = 0; code < 256; code++) {
		pid_t child = fork_logged();

		if (child == 0)
			leave(code);
		end_with_code(child, code);
	}
}

/* exit(2) and exit_group(2) with arguments of which the kernel takes the last byte. */
static void raw_codes(void)
{
	static const long calls[] = {SYS_exit, SYS_exit_group};
	static const int codes[] = {-1, 256, 0x12345607, 0x7fffff00, INT_MIN, 255};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		for (size_t j = 0; j < ARRAY_SIZE(codes); j++) {
			pid_t child = fork_logged();

			if (child == 0) {
				log_own_exit("code", codes[j] & 0xff);
				syscall(calls[i], codes[j]);
			}
			end_with_code(child, codes[j] & 0xff);
		}
}

#ifdef __x86_64__
/* The other way into the kernel, with the code in another register. */
static _Noreturn void leave_through_int80(long call, long code)
{
	__asm__ volatile("int $0x80" ::"a"(call), "b"(code), "D"(77L), "S"(78L), "d"(79L));
	__builtin_unreachable();
}

static sigjmp_buf refused;

static void on_refusal(int signal_number)
{
	siglongjmp(refused, signal_number);
}

/*
 * A kernel without 32-bit calls (CONFIG_IA32_EMULATION, ia32_emulation=0) answers with SIGSEGV,
 * which it logs unless it is handled; a seccomp filter may answer with SIGSYS. The call is getpid.
 */
static bool has_int80(void)
{
	const struct sigaction handled = {.sa_handler = on_refusal},
			       by_default = {.sa_handler = SIG_DFL};
	bool has = false;

	sigaction(SIGSEGV, &handled, NULL);
	sigaction(SIGSYS, &handled, NULL);
	if (sigsetjmp(refused, 1) == 0) {
		__asm__ volatile("int $0x80" ::"a"(20L) : "memory");
		has = true;
	}
	sigaction(SIGSEGV, &by_default, NULL);
	sigaction(SIGSYS, &by_default, NULL);
	return has;
}

/* By their numbers in arch/x86/entry/syscalls/syscall_32.tbl: exit, exit_group. */
static void int80_codes(void)
{
	static const long calls[] = {1, 252};

	if (!has_int80()) {
		log_skip("int80-codes", "the kernel refuses INT 0x80");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		for (int code = 0; code < 3; code++) {
			pid_t child = fork_logged();

			if (child == 0) {
				log_line("CALLS32 %d\n", getpid());
				log_own_exit("code", code);
				leave_through_int80(calls[i], code);
			}
			end_with_code(child, code);
		}
}
#else
static void int80_codes(void)
{
	log_skip("int80-codes", "not x86-64");
}
#endif

/* ---- signals ---- */

static bool is_fatal(int signal_number)
{
	static const int others[] = {SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
				     SIGTTIN, SIGTTOU, SIGURG,  SIGWINCH};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (signal_number == others[i])
			return false;
	return true;
}

/* The system calls themselves: the C library keeps two signals for itself. */
static int send_kill(pid_t pid, int signal_number)
{
	return (int)syscall(SYS_kill, pid, signal_number);
}

static int send_tgkill(pid_t pid, int signal_number)
{
	return (int)syscall(SYS_tgkill, pid, pid, signal_number);
}

static int send_queued(pid_t pid, int signal_number)
{
	siginfo_t info = {.si_signo = signal_number, .si_code = SI_QUEUE};

	info.si_pid = getpid();
	return (int)syscall(SYS_rt_sigqueueinfo, pid, signal_number, &info);
}

typedef int sender(pid_t pid, int signal_number);
static sender *const senders[] = {send_kill, send_tgkill, send_queued};

static void die_by(sender *send, int signal_number)
{
	log_own_death(signal_number);
	send(getpid(), signal_number);
	fault("survived a signal");
}

static void own_signals(void)
{
	for (int number = 1; number <= SIGRTMAX; number++) {
		pid_t child = is_fatal(number) ? fork_logged() : -1;

		if (child == 0)
			die_by(senders[number % 2], number);
		if (child > 0)
			end_as(child, W_EXITCODE(0, number), child);
	}
}

/* Each is sent at once, even before the child has run at all. */
static void parents_signals(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(senders); i++)
		for (int number = 1; number <= SIGRTMAX; number++) {
			pid_t child = is_fatal(number) ? child_that(pause_forever) : -1;

			if (child < 0)
				continue;
			log_death_of(child, number);
			senders[i](child, number);
			end_as(child, W_EXITCODE(0, number), getpid());
		}
}

static void die_of_alarm(void)
{
	struct itimerval soon = {.it_value.tv_usec = 1};

	log_own_death(SIGALRM);
	setitimer(ITIMER_REAL, &soon, NULL);
	pause();
}

static void die_of_timer(void)
{
	struct itimerspec soon = {.it_value.tv_nsec = 1};
	int timer;

	log_own_death(SIGALRM);
	syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer);
	syscall(SYS_timer_settime, timer, 0, &soon, NULL);
	pause();
}

static void die_of_virtual_timer(void)
{
	struct itimerval soon = {.it_value.tv_usec = 1};

	log_own_death(SIGVTALRM);
	setitimer(ITIMER_VIRTUAL, &soon, NULL);
	for (;;)
		getppid();
}

static void die_of_pipe(void)
{
	int ends[2];

	log_own_death(SIGPIPE);
	if (pipe(ends) == 0) {
		close(ends[0]);
		(void)!write(ends[1], "", 1);
	}
}

static void die_of_fault(void)
{
	volatile char *page = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	log_own_death(SIGSEGV);
	*page = 1;
}

static void die_of_bus_error(void)
{
	int file = memfd_create("empty", MFD_CLOEXEC);
	volatile char *page = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);

	log_own_death(SIGBUS);
	(void)*page;
}

/* seccomp(2) with a filter that kills the process at getppid(2). */
static void die_of_filter(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = ARRAY_SIZE(filter), .filter = filter};

	log_own_death(SIGSYS);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
		fault("seccomp");
	getppid();
}

/*
 * On Linux 5.10 SECCOMP_RET_KILL_PROCESS ends a process without a signal that tracepoints show
 * (do_group_exit() in kernel/seccomp.c), on 6.1 with one (both seen).
 */
static bool filters_are_silent(void)
{
	struct utsname name;

	return uname(&name) == 0 && strtoul(name.release, NULL, 10) < 6;
}

static void killed_by_filter(void)
{
	pid_t child = child_that(die_of_filter);

	if (filters_are_silent())
		log_line("SILENT %d\n", child);
	end_as(child, W_EXITCODE(0, SIGSYS), KILLER_KERNEL);
}

static void kernels_signals(void)
{
	static const struct {
		void (*body)(void);
		int signal_number;
	} cases[] = {
		{die_of_alarm, SIGALRM},           {die_of_timer, SIGALRM},
		{die_of_virtual_timer, SIGVTALRM}, {die_of_fault, SIGSEGV},
		{die_of_bus_error, SIGBUS},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		end_as(child_that(cases[i].body), W_EXITCODE(0, cases[i].signal_number),
		       KILLER_KERNEL);
	killed_by_filter();
}

/* The kernel says of this signal that the one who writes has sent it: send_sig() of fs/pipe.c. */
static void broken_pipe(void)
{
	pid_t child = child_that(die_of_pipe);

	end_as(child, W_EXITCODE(0, SIGPIPE), child);
}

static void die_of_abort(void)
{
	log_own_death(SIGABRT);
	abort();
}

static void aborted(void)
{
	pid_t child = child_that(die_of_abort);

	end_as(child, W_EXITCODE(0, SIGABRT), child);
}

/* In the work directory, where the host's core_pattern names no other place. */
static void dump_core(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_CORE, &limit);
	limit.rlim_cur = limit.rlim_max;
	if (chdir(work_dir) != 0 || setrlimit(RLIMIT_CORE, &limit) != 0)
		fault("core");
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	die_of_abort();
}

static void core_dump(void)
{
	pid_t child = child_that(dump_core);

	end_as(child, W_EXITCODE(0, SIGABRT), child);
}

/*
 * Strict seccomp kills at exit_group(2) itself, and sends no signal: __secure_computing_strict() of
 * kernel/seccomp.c. Nobody but the parent gets to know.
 */
static void leave_strictly(void)
{
	log_own_death(SIGKILL);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
	syscall(SYS_exit_group, 0);
}

static void strict_seccomp(void)
{
	pid_t child = child_that(leave_strictly);

	log_line("SILENT %d\n", child);
	end_as(child, W_EXITCODE(0, SIGKILL), KILLER_KERNEL);
}

/* ---- out of memory ---- */

#define OOM_LIMIT "16777216"
#define OOM_SIZE (64L << 20)

/* A cgroup of the memory controller, of whichever version the host has. */
struct memory_cgroup {
	char directory[PATH_MAX];
	const char *limit; /* the file's name there */
};

static bool write_text(const char *directory, const char *name, const char *text)
{
	char path[PATH_MAX + 64];
	int file;
	bool written;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = open(path, O_WRONLY | O_CLOEXEC);
	written = file >= 0 && write(file, text, strlen(text)) > 0;
	if (file >= 0)
		close(file);
	return written;
}

/* Make one at the root of each hierarchy, until one has the controller. */
static bool make_memory_cgroup(struct memory_cgroup *cgroup)
{
	static const char *const files[][2] = {{"memory", "memory.limit_in_bytes"},
					       {"cgroup2", "memory.max"}};
	char mount[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (!find_cgroup_mount(files[i][0], mount) ||
		    snprintf(cgroup->directory, PATH_MAX, "%s/truth-%d", mount, getpid()) >=
			    PATH_MAX ||
		    mkdir(cgroup->directory, 0755) != 0)
			continue;
		cgroup->limit = files[i][1];
		if (write_text(cgroup->directory, cgroup->limit, OOM_LIMIT))
			return true;
		rmdir(cgroup->directory);
	}
	return false;
}

static struct memory_cgroup oom_cgroup;

static void use_up_memory(void)
{
	char *memory;

	if (!write_text(oom_cgroup.directory, "cgroup.procs", "0"))
		fault("cgroup.procs");
	log_own_cgroup();
	if (strcmp(oom_cgroup.limit, "memory.max") == 0)
		write_text(oom_cgroup.directory, "memory.swap.max", "0");
	log_own_death(SIGKILL);
	log_line("OOM %d\n", getpid());
	memory = mmap(NULL, OOM_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(memory, 1, OOM_SIZE);
}

static void out_of_memory(void)
{
	if (!make_memory_cgroup(&oom_cgroup)) {
		log_skip("out-of-memory", "no cgroup with a memory limit");
		return;
	}
	end_as(child_that(use_up_memory), W_EXITCODE(0, SIGKILL), KILLER_KERNEL);
	while (rmdir(oom_cgroup.directory) != 0 && errno == EBUSY)
		sched_yield();
}

/* ---- signals that do not kill ---- */

static void leave_from_handler(int signal_number)
{
	(void)signal_number;
	leave(4);
}

static volatile sig_atomic_t handled;

static void note_signal(int signal_number)
{
	handled = signal_number;
}

static void leave_in_handler(void)
{
	signal(SIGTERM, leave_from_handler);
	tell_parent();
	pause_forever();
}

static void leave_after_handler(void)
{
	signal(SIGTERM, note_signal);
	tell_parent();
	while (!handled)
		sched_yield();
	leave(0);
}

static void leave_ignoring(void)
{
	signal(SIGTERM, SIG_IGN);
	tell_parent();
	await_parent();
	leave(6);
}

static void block_signal(int signal_number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void let_10_ms_pass(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

static void leave_with_pending(void)
{
	block_signal(SIGTERM);
	tell_parent();
	await_parent();
	/* An end within 1 ms may as well be the signal's own doing. */
	let_10_ms_pass();
	leave(7);
}

static void survive_sigterm(void)
{
	static const struct {
		void (*body)(void);
		int code;
	} cases[] = {{leave_in_handler, 4},
		     {leave_after_handler, 0},
		     {leave_ignoring, 6},
		     {leave_with_pending, 7}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		pid_t child = ready_child_that(cases[i].body);

		kill(child, SIGTERM);
		close_channel();
		end_with_code(child, cases[i].code);
	}
}

/* What is sent early and kills late: the sender is who sent it. */
static void die_once_unblocked(void)
{
	sigset_t none;

	block_signal(SIGTERM);
	tell_parent();
	await_parent();
	log_own_death(SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void unblocked(void)
{
	pid_t child = ready_child_that(die_once_unblocked);

	kill(child, SIGTERM);
	close_channel();
	end_as(child, W_EXITCODE(0, SIGTERM), getpid());
}

static void ignored_by_default(void)
{
	static const int signals[] = {SIGCHLD, SIGWINCH, SIGURG, SIGCONT};

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		pid_t child = fork_logged();

		if (child == 0) {
			kill(getpid(), signals[i]);
			leave(0);
		}
		end_with_code(child, 0);
	}
}

static void leave_when_told(void)
{
	tell_parent();
	await_parent();
	leave(9);
}

static void stopped_and_continued(void)
{
	pid_t child = ready_child_that(leave_when_told);
	int status;

	kill(child, SIGSTOP);
	if (waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status))
		fault("stop");
	kill(child, SIGCONT);
	if (waitpid(child, &status, WCONTINUED) != child || !WIFCONTINUED(status))
		fault("continue");
	close_channel();
	end_with_code(child, 9);
}

/* ---- killed in the middle of a system call ---- */

static int never_ready;

static void block_in_read(void)
{
	char byte;

	(void)!read(never_ready, &byte, 1);
}

static void block_in_read_of_0(void)
{
	dup2(never_ready, 0);
	never_ready = 0;
	block_in_read();
}

static void block_in_sleep(void)
{
	struct timespec long_time = {.tv_sec = 1000};

	nanosleep(&long_time, NULL);
}

static void block_in_poll(void)
{
	poll(NULL, 0, -1);
}

static void block_in_semaphore(void)
{
	sem_t semaphore;

	sem_init(&semaphore, 0, 0);
	sem_wait(&semaphore);
}

/* The state of proc_pid_stat(5), which follows the name in parentheses. */
static char state_of(pid_t pid)
{
	char path[64], text[512] = "", *end;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || read(file, text, sizeof(text) - 1) <= 0)
		fault(path);
	close(file);
	end = strrchr(text, ')');
	return end ? end[2] : '?';
}

static void kill_sleeping(void (*body)(void), int signal_number)
{
	pid_t child = child_that(body);

	while (state_of(child) != 'S')
		sched_yield();
	log_death_of(child, signal_number);
	kill(child, signal_number);
	end_as(child, W_EXITCODE(0, signal_number), getpid());
}

static void killed_in_call(void)
{
	static void (*const bodies[])(void) = {block_in_read, block_in_read_of_0, block_in_sleep,
					       block_in_poll, block_in_semaphore, pause_forever};
	static const int signals[] = {SIGKILL, SIGTERM, SIGQUIT};
	int ends[2];

	if (pipe(ends) != 0)
		fault("pipe");
	never_ready = ends[0];
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++)
		for (size_t j = 0; j < ARRAY_SIZE(signals); j++)
			kill_sleeping(bodies[i], signals[j]);
	close(ends[0]);
	close(ends[1]);
}

/* ---- who kills ---- */

static pid_t victim;

static void kill_victim(struct thread *self)
{
	(void)self;
	kill(victim, SIGUSR1);
}

/* The sender is a process, whichever of its threads it was. */
static void killed_by_thread(void)
{
	struct thread thread;

	victim = child_that(pause_forever);
	log_death_of(victim, SIGUSR1);
	thread_start(&thread, kill_victim, 0);
	thread_join(&thread);
	end_as(victim, W_EXITCODE(0, SIGUSR1), getpid());
}

static void kill_parent(void)
{
	await_parent();
	kill(getppid(), SIGKILL);
	leave(0);
}

static void be_killed_by_child(void)
{
	pid_t child;

	open_channel();
	child = child_that(kill_parent);
	log_own_death(SIGKILL);
	log_line("KILLER %d %d\n", getpid(), child);
	close(to_child[1]);
	pause_forever();
}

/* The log's KILLER tells who it was; the murderer is left to us. */
static void killed_by_child(void)
{
	pid_t child = child_that(be_killed_by_child), orphan;
	int status;

	end_as(child, W_EXITCODE(0, SIGKILL), KILLER_NOBODY);
	orphan = wait(&status);
	log_status(orphan, status, KILLER_NOBODY);
}

static void await_two_signals(void)
{
	block_signal(SIGTERM);
	tell_parent();
	pause_forever();
}

static void send_sigterm_to_victim(void)
{
	kill(victim, SIGTERM);
	leave(0);
}

/*
 * Two signals by two processes, the first of which does not kill. Of two within 1 ms, before Linux
 * 6.16 either may have.
 */
static void killed_by_second(void)
{
	victim = ready_child_that(await_two_signals);
	end_with_code(child_that(send_sigterm_to_victim), 0);
	let_10_ms_pass();
	log_death_of(victim, SIGKILL);
	kill(victim, SIGKILL);
	end_as(victim, W_EXITCODE(0, SIGKILL), getpid());
	close_channel();
}

static void join_group_of_victim(void)
{
	setpgid(0, victim);
	tell_parent();
	pause_forever();
}

/* As ^C and timeout(1) do it. */
static void killed_as_group(void)
{
	pid_t members[2];

	victim = 0;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		members[i] = ready_child_that(join_group_of_victim);
		close_channel();
		victim = members[0];
		log_death_of(members[i], SIGINT);
	}
	kill(-victim, SIGINT);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		end_as(members[i], W_EXITCODE(0, SIGINT), getpid());
}

static void inner_pause(void)
{
	tell_parent();
	pause_forever();
}

/* The end of a pid namespace's first process kills all others in it: zap_pid_ns_processes(). */
static _Noreturn void be_init(void)
{
	char name[NAME_SIZE];
	pid_t self = outer_pid(), child;

	own_name(name);
	open_channel();
	child = fork();
	if (child == 0) {
		log_fork(self, outer_pid(), "process", name);
		log_exit(outer_pid(), name, "signal", SIGKILL);
		log_status(outer_pid(), W_EXITCODE(0, SIGKILL), KILLER_KERNEL);
		inner_pause();
	}
	take_parents_ends();
	hear_from_child();
	log_exit(self, name, "code", 5);
	_exit(5);
}

static void end_of_namespace(void)
{
	struct clone_args args = {.flags = CLONE_NEWPID, .exit_signal = SIGCHLD};
	char name[NAME_SIZE];
	pid_t child = clone_with(&args);

	if (child == 0)
		be_init();
	if (child < 0) {
		log_skip("end-of-namespace", "clone3(2) is refused");
		return;
	}
	own_name(name);
	log_fork(gettid(), child, "process", name);
	log_line("FLAGS %d CLONE_NEWPID\n", child);
	end_with_code(child, 5);
}

/* ---- threads ---- */

/* Log that this thread ends the process with CODE, and do so; `idlers` sleep. */
static _Noreturn void end_group(int code)
{
	log_other_ends("group", code);
	leave(code);
}

static void end_group_from_thread(struct thread *self)
{
	end_group(self->number);
}

static void exit_group_from_leader(void)
{
	start_idlers();
	end_group(42);
}

static void exit_group_from_thread(void)
{
	struct thread thread;

	start_idlers();
	thread_start(&thread, end_group_from_thread, 43);
	pause_forever();
}

static void leave_at_once(struct thread *self)
{
	leave_thread(self->number);
}

/* Threads that have ended with CODE each, before the rest goes on. */
static void threads_that_left(int code)
{
	struct thread threads[3];

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		thread_start(&threads[i], leave_at_once, code);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		thread_join(&threads[i]);
}

static void return_at_once(struct thread *self)
{
	(void)self;
}

static void exit_group_after_others(void)
{
	struct thread early, thread;

	thread_start(&early, return_at_once, 0);
	thread_join(&early);
	start_idlers();
	thread_start(&thread, end_group_from_thread, 3);
	pause_forever();
}

static void thread_code_then_0(void)
{
	threads_that_left(3);
	leave(0);
}

static void all_with_9(void)
{
	threads_that_left(9);
	leave(9);
}

static void leave_after_leader(struct thread *self)
{
	join_leader();
	leave_thread(self->number);
}

static void end_group_after_leader(struct thread *self)
{
	join_leader();
	leave(self->number);
}

/* The leader ends with LEADER_CODE, another thread then runs BODY with CODE. */
static _Noreturn void leader_first(int leader_code, void (*body)(struct thread *), int code)
{
	struct thread thread;

	leader = pthread_self();
	thread_start(&thread, body, code);
	leave_thread(leader_code);
}

static void all_with_0(void)
{
	leader_first(0, leave_after_leader, 0);
}

static void leader_0_then_group_0(void)
{
	leader_first(0, end_group_after_leader, 0);
}

static void leader_0_then_group_8(void)
{
	leader_first(0, end_group_after_leader, 8);
}

static void leader_8_then_group_0(void)
{
	leader_first(8, end_group_after_leader, 0);
}

/* Through the C library, which calls exit() for the last thread. */
static void return_after_leader(struct thread *self)
{
	(void)self;
	join_leader();
}

static void pthread_exit_of_leader(void)
{
	struct thread thread;

	leader = pthread_self();
	thread_start(&thread, return_after_leader, 0);
	log_own_exit("code", 0);
	pthread_exit(NULL);
}

/* Whose code counts differs between kernels: the log has what wait(2) told. */
static void leader_5_then_6(void)
{
	leader_first(5, leave_after_leader, 6);
}

static void threads_exit(void)
{
	static const struct {
		void (*body)(void);
		int code;
	} cases[] = {
		{exit_group_from_leader, 42},
		{exit_group_from_thread, 43},
		{exit_group_after_others, 3},
		{thread_code_then_0, 0},
		{all_with_9, 9},
		{all_with_0, 0},
		{leader_0_then_group_0, 0},
		{leader_0_then_group_8, 8},
		{leader_8_then_group_0, 0},
		{pthread_exit_of_leader, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		end_with_code(child_that(cases[i].body), cases[i].code);
	end_of(child_that(leader_5_then_6), KILLER_NOBODY);
}

static pthread_barrier_t start_line;

static void race_to_end(struct thread *self)
{
	log_own_exit("code", self->number);
	pthread_barrier_wait(&start_line);
	_exit(self->number);
}

/* One of them wins, and only the parent knows which. */
static void two_that_end_all(void)
{
	struct thread threads[2];

	pthread_barrier_init(&start_line, NULL, ARRAY_SIZE(threads));
	log_own_exit("group", 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		thread_start(&threads[i], race_to_end, 51 + (int)i);
	pause_forever();
}

static void race_of_exits(void)
{
	for (int i = 0; i < 100; i++)
		end_of(child_that(two_that_end_all), KILLER_NOBODY);
}

/* ---- threads and signals ---- */

static void fault_in_thread(struct thread *self)
{
	(void)self;
	log_other_ends("group", SIGSEGV);
	die_of_fault();
}

static void abort_in_thread(struct thread *self)
{
	(void)self;
	log_other_ends("group", SIGABRT);
	die_of_abort();
}

static void kill_own_process(struct thread *self)
{
	(void)self;
	log_other_ends("group", SIGTERM);
	log_own_death(SIGTERM);
	kill(getpid(), SIGTERM);
	pause_forever();
}

static _Noreturn void idle_beside(void (*body)(struct thread *))
{
	struct thread thread;

	start_idlers();
	thread_start(&thread, body, 0);
	wait_for_end(NULL);
	__builtin_unreachable();
}

static void beside_fault(void)
{
	idle_beside(fault_in_thread);
}

static void beside_abort(void)
{
	idle_beside(abort_in_thread);
}

static void beside_kill(void)
{
	idle_beside(kill_own_process);
}

static void threads_die(void)
{
	pid_t child;

	end_as(child_that(beside_fault), W_EXITCODE(0, SIGSEGV), KILLER_KERNEL);
	child = child_that(beside_abort);
	end_as(child, W_EXITCODE(0, SIGABRT), child);
	child = child_that(beside_kill);
	end_as(child, W_EXITCODE(0, SIGTERM), child);
}

static void idle_ready(void)
{
	start_idlers();
	log_other_ends("group", 0);
	tell_parent();
	pause_forever();
}

static void idle_without_leader(struct thread *self)
{
	(void)self;
	join_leader();
	log_own_exit("signal", 0);
	tell_parent();
	pause_forever();
}

static void leader_gone(void)
{
	leader_first(0, idle_without_leader, 0);
}

static void threads_killed(void)
{
	static const int signals[] = {SIGKILL, SIGTERM, SIGQUIT, SIGUSR1};

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		pid_t child = ready_child_that(idle_ready);

		log_death_of(child, signals[i]);
		kill(child, signals[i]);
		end_as(child, W_EXITCODE(0, signals[i]), getpid());
		close_channel();

		child = ready_child_that(leader_gone);
		while (state_of(child) != 'Z')
			sched_yield();
		kill(child, signals[i]);
		end_as(child, W_EXITCODE(0, signals[i]), getpid());
		close_channel();
	}
}

/* As daemons wait for SIGTERM: it is blocked everywhere, and one thread takes it. */
static void leave_after_sigwait(void)
{
	sigset_t set;
	int taken;

	block_signal(SIGTERM);
	start_idlers();
	tell_parent();
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	if (sigwait(&set, &taken) != 0)
		fault("sigwait");
	/* An end within 1 ms may as well be the signal's own doing. */
	let_10_ms_pass();
	end_group(0);
}

static void sigterm_taken(void)
{
	pid_t child = ready_child_that(leave_after_sigwait);

	kill(child, SIGTERM);
	end_with_code(child, 0);
	close_channel();
}

/* ---- an end in the middle of threads that come and go ---- */

static void *do_nothing(void *unused)
{
	return unused;
}

/* Not logged: the end may come between a thread and its line. */
static void *churn(void *unused)
{
	pthread_t thread;

	for (;;)
		if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
			pthread_join(thread, NULL);
	return unused;
}

static void start_churning(void)
{
	pthread_t threads[2];

	log_line("LOOSE %d\n", getpid());
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		if (pthread_create(&threads[i], NULL, churn, NULL) != 0)
			fault("pthread_create");
}

static void churn_until_killed(void)
{
	start_churning();
	tell_parent();
	pause_forever();
}

static void churn_until_exit(void)
{
	start_churning();
	for (int i = 0; i < 50; i++)
		sched_yield();
	leave(5);
}

static void ends_of_churning(void)
{
	static const int signals[] = {SIGKILL, SIGTERM};

	for (int i = 0; i < 40; i++) {
		int number = signals[i % 2];
		pid_t child = ready_child_that(churn_until_killed);

		kill(child, number);
		log_death_of(child, number);
		end_as(child, W_EXITCODE(0, number), getpid());
		close_channel();
		end_with_code(child_that(churn_until_exit), 5);
	}
}

/* ---- which ---- */

static const struct step steps[] = {
	{"all-codes", all_codes},
	{"raw-codes", raw_codes},
	{"int80-codes", int80_codes},
	{"own-signals", own_signals},
	{"parents-signals", parents_signals},
	{"kernels-signals", kernels_signals},
	{"broken-pipe", broken_pipe},
	{"aborted", aborted},
	{"core-dump", core_dump},
	{"strict-seccomp", strict_seccomp},
	{"out-of-memory", out_of_memory},
	{"survive-sigterm", survive_sigterm},
	{"unblocked", unblocked},
	{"ignored-by-default", ignored_by_default},
	{"stopped-and-continued", stopped_and_continued},
	{"killed-in-call", killed_in_call},
	{"killed-by-thread", killed_by_thread},
	{"killed-by-child", killed_by_child},
	{"killed-by-second", killed_by_second},
	{"killed-as-group", killed_as_group},
	{"end-of-namespace", end_of_namespace},
	{"threads-exit", threads_exit},
	{"race-of-exits", race_of_exits},
	{"threads-die", threads_die},
	{"threads-killed", threads_killed},
	{"sigterm-taken", sigterm_taken},
	{"ends-of-churning", ends_of_churning},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: ends_workload LOG DIR [NAME...]\n", stderr);
		print_steps(steps);
		return 2;
	}
	be_root(argv[1], argv[2], argv);
	run_steps(steps, argv + 3);
	leave_as_root();
}
