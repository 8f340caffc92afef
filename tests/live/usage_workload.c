/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that use CPU time, memory and storage, one after the other, and what wait4(2) and
 * /proc/self/io say of each: "NAME PID TASKS USER_US SYSTEM_US MAX_RSS_KIB READ WRITTEN", bytes -1
 * where the kernel does not count them. `usage_workload LOG DIRECTORY`.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 3
#define BURN_NS 150000000
#define LARGE (64U << 20)
#define FILE_SIZE (4U << 20)
#define PAGE 4096U

static const char *self, *directory;

static void must(int succeeded, const char *what)
{
	if (succeeded)
		return;
	perror(what);
	exit(1);
}

static long long cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *burn_user(void *unused)
{
	while (cpu_ns() < BURN_NS) {
		for (volatile int i = 0; i < 100000; i++)
			;
	}
	return unused;
}

static void burn_system(void)
{
	char bytes[PAGE];
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	must(zero >= 0, "/dev/zero");
	while (cpu_ns() < BURN_NS)
		must(read(zero, bytes, sizeof(bytes)) > 0, "read");
	close(zero);
}

static void burn_in_threads(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&threads[i], NULL, burn_user, NULL) == 0, "pthread_create");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void fill_memory(void)
{
	volatile char *bytes = malloc(LARGE);

	must(bytes != NULL, "malloc");
	for (size_t i = 0; i < LARGE; i += PAGE)
		bytes[i] = 1;
	free((void *)bytes);
}

/* Its peak was before the exec. */
static void fill_memory_and_exec(void)
{
	fill_memory();
	execl(self, self, (char *)NULL);
	must(0, "execl");
}

/* Written, out of the page cache, and read again. */
static void use_storage(void)
{
	static char bytes[FILE_SIZE];
	char path[4096];

	snprintf(path, sizeof(path), "%s/file", directory);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0, path);
	must(write(fd, bytes, sizeof(bytes)) == sizeof(bytes) && fsync(fd) == 0, "write");
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	must(pread(fd, bytes, sizeof(bytes), 0) == sizeof(bytes), "pread");
	close(fd);
	unlink(path);
}

static void do_nothing(void)
{
}

static void burn_alone(void)
{
	burn_user(NULL);
}

static const struct job {
	const char *name;
	void (*run)(void);
	int tasks;
} jobs[] = {
	{"user", burn_alone, 1},           {"system", burn_system, 1},
	{"threads", burn_in_threads, 4},   {"memory", fill_memory, 1},
	{"exec", fill_memory_and_exec, 1}, {"storage", use_storage, 1},
	{"nothing", do_nothing, 1},
};

struct bytes {
	long long read, written;
};

static long long number_after(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

static struct bytes bytes_of_this_process(void)
{
	char text[1024] = "";
	int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return (struct bytes){
		.read = number_after(text, "\nread_bytes: "),
		.written = number_after(text, "\nwrite_bytes: "),
	};
}

static void do_job(const struct job *job, int out)
{
	job->run();
	struct bytes bytes = bytes_of_this_process();
	must(write(out, &bytes, sizeof(bytes)) == sizeof(bytes), "write");
	_exit(0);
}

static void run_job(const struct job *job, FILE *log)
{
	struct bytes bytes = {-1, -1};
	struct rusage used;
	int pipe_fds[2];

	must(pipe(pipe_fds) == 0, "pipe");
	pid_t pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0)
		do_job(job, pipe_fds[1]);
	close(pipe_fds[1]);
	must(wait4(pid, NULL, 0, &used) == pid, "wait4");
	if (read(pipe_fds[0], &bytes, sizeof(bytes)) < 0)
		perror("read");
	close(pipe_fds[0]);
	fprintf(log, "%s %d %d %lld %lld %ld %lld %lld\n", job->name, (int)pid, job->tasks,
		used.ru_utime.tv_sec * 1000000LL + used.ru_utime.tv_usec,
		used.ru_stime.tv_sec * 1000000LL + used.ru_stime.tv_usec, used.ru_maxrss,
		bytes.read, bytes.written);
}

int main(int argc, char **argv)
{
	self = "/proc/self/exe";
	/* The program of "exec". */
	if (argc < 3)
		return 0;
	FILE *log = fopen(argv[1], "w");
	must(log != NULL, argv[1]);
	directory = argv[2];
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		run_job(&jobs[i], log);
	return fclose(log) == 0 ? 0 : 1;
}
