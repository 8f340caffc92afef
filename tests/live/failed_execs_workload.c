/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Execs that fail, each in another way, and what a tracer has to tell of them.
 *
 *   failed_execs_workload LOG DIR    makes its files in DIR, which exists
 *   failed_execs_workload            does nothing
 *
 * Lines of the log, texts in hex, an empty one as "-":
 *
 *   FAILED pid tid errno comm path   path: as it was given; "?": it is not to be known
 *   FAULT text                       something went otherwise than the workload meant it to
 */
#include <sys/stat.h>

#include "workload_log.h"

#define LONG_LENGTH 200
#define ROUNDS 50

static char *no_words[] = {NULL};
static char path[PATH_MAX];

static const char *in_dir(const char *dir, const char *name)
{
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		fault("path");
	return path;
}

static void log_failure(const char *hex_path)
{
	char name[NAME_SIZE], hex_name[2 * NAME_SIZE + 1];
	int error = errno;

	own_name(name);
	log_line("FAILED %d %d %d %s %s\n", getpid(), gettid(), error, to_hex(hex_name, name),
		 hex_path);
}

static void fail(const char *given)
{
	char hex[2 * PATH_MAX + 1];

	execve(given, no_words, no_words);
	log_failure(to_hex(hex, given));
}

static void make_file(const char *name, const void *bytes, size_t size, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || fchmod(fd, mode) < 0)
		fault(name);
	close(fd);
}

/* ---- steps ---- */

static void fail_by_files(const char *dir)
{
	static const char script[] = "#!/nonexistent/interpreter\n", text[] = "\1no program";

	fail("/nonexistent/foo");
	fail("");
	fail("relative|with\\marks \n\xff");
	fail(dir);
	make_file(in_dir(dir, "no-permission"), text, sizeof(text), 0600);
	fail(path);
	make_file(in_dir(dir, "no-format"), text, sizeof(text), 0700);
	fail(path);
	make_file(in_dir(dir, "script"), script, sizeof(script) - 1, 0700);
	fail(path);
	in_dir(dir, "no-format/below");
	fail(path);
}

static void fail_by_name_of(size_t length)
{
	static const char first[] = "/nonexistent/";
	char name[PATH_MAX + 1];

	memset(name, 'x', length);
	memcpy(name, first, sizeof(first) - 1);
	name[length] = '\0';
	fail(name);
}

/* The tracepoint tells the first bytes. The last one is longer than the kernel takes. */
static void fail_by_long_names(void)
{
	for (size_t length = 30; length <= LONG_LENGTH; length += 5)
		fail_by_name_of(length);
	fail_by_name_of(PATH_MAX / 2);
	fail_by_name_of(PATH_MAX - 1);
	fail_by_name_of(PATH_MAX);
}

/* One argument may have 32 pages (MAX_ARG_STRLEN). */
static void fail_by_arguments(void)
{
	const size_t size = 33 * (size_t)sysconf(_SC_PAGESIZE);
	char *text = calloc(1, size), *too_long[] = {text, NULL}, hex[64];

	if (!text)
		fault("calloc");
	memset(text, 'x', size - 1);
	execve("/bin/sh", too_long, no_words);
	log_failure(to_hex(hex, "/bin/sh"));
	syscall(SYS_execve, "/bin/sh", 1, no_words);
	log_failure(to_hex(hex, "/bin/sh"));
	syscall(SYS_execve, 1, no_words, no_words);
	log_failure("?");
	free(text);
}

static void fail_at(const char *dir)
{
	char hex[64];
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	syscall(SYS_execveat, fd, "nobody", no_words, no_words, 0);
	log_failure(to_hex(hex, "nobody"));
	syscall(SYS_execveat, fd, "", no_words, no_words, AT_EMPTY_PATH);
	log_failure("-");
	syscall(SYS_execveat, -5, "nobody", no_words, no_words, 0);
	log_failure(to_hex(hex, "nobody"));
	close(fd);
}

/* ---- who ---- */

static void *fail_as_thread(void *unused)
{
	prctl(PR_SET_NAME, "thread|name");
	fail("/nonexistent/thread");
	return unused;
}

static void fail_in_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fail_as_thread, NULL) || pthread_join(thread, NULL))
		fault("thread");
}

/* A search as that of a shell: nothing, nothing, found. */
static void search(void)
{
	fail("/nonexistent/1/true");
	fail("/nonexistent/2/true");
	execl("/proc/self/exe", "found", NULL);
	fault("/proc/self/exe");
}

static void wait_for(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		fault("child");
}

static void fail_in_children(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		pid_t child = fork();

		if (child == 0)
			search();
		wait_for(child);
	}
}

int main(int argc, char **argv)
{
	if (argc == 1)
		return 0;
	if (argc != 3) {
		fprintf(stderr, "usage: %s LOG DIR\n", argv[0]);
		return FAULT_STATUS;
	}
	log_open(argv[1]);
	fail_by_files(argv[2]);
	fail_by_long_names();
	fail_by_arguments();
	fail_at(argv[2]);
	fail_in_thread();
	fail_in_children();
	return 0;
}
