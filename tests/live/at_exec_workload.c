/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that are started in all the ways in which /proc/PID/exe, session, terminal and login
 * user can differ, and what each sees of itself then: "TAG PID EXE SID TTY LOGINUID CWD" in a line
 * of the log, with tabs between; TTY is "-" without one. "- TAG WHY" of what cannot be done here.
 * `at_exec_workload DIRECTORY LIFETIME_MS TIMES` writes DIRECTORY/log.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Set: the program reports. */
#define LOG "AT_EXEC_LOG"
#define LIFETIME "AT_EXEC_LIFETIME_MS"
#define LOGINUID "12345"

static char self[PATH_MAX];

static void must(int succeeded, const char *what)
{
	if (succeeded)
		return;
	perror(what);
	exit(1);
}

/* ---- the programs that are started ---- */

static const char *link_of(const char *path)
{
	static char text[PATH_MAX];
	ssize_t length = readlink(path, text, sizeof(text) - 1);

	must(length > 0, path);
	text[length] = '\0';
	return strdup(text);
}

static void read_loginuid(char text[32])
{
	int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);

	strcpy(text, "4294967295");
	if (fd < 0)
		return;
	ssize_t length = read(fd, text, 31);
	must(length > 0, "loginuid");
	text[length] = '\0';
	close(fd);
}

/* Standard input is on it, if there is one. */
static const char *terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	const char *name = fd >= 0 ? ttyname(STDIN_FILENO) : "/dev/-";

	must(name != NULL, "standard input");
	close(fd);
	return name + strlen("/dev/");
}

static void live_on(void)
{
	const long ms = atol(getenv(LIFETIME));

	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static int report(const char *tag)
{
	char line[3 * PATH_MAX], loginuid[32];
	int log = open(getenv(LOG), O_WRONLY | O_APPEND | O_CLOEXEC);

	read_loginuid(loginuid);
	int length = snprintf(line, sizeof(line), "%s\t%d\t%s\t%d\t%s\t%s\t%s\n", tag, getpid(),
			      link_of("/proc/self/exe"), getsid(0), terminal(), loginuid,
			      link_of("/proc/self/cwd"));
	must(write(log, line, (size_t)length) == length, "log");
	live_on();
	return 0;
}

/* ---- the ways to start them ---- */

static void say_impossible(const char *tag)
{
	char line[256];
	int length = snprintf(line, sizeof(line), "-\t%s\t%s\n", tag, strerror(errno));
	int log = open(getenv(LOG), O_WRONLY | O_APPEND | O_CLOEXEC);

	must(write(log, line, (size_t)length) == length, "log");
	exit(0);
}

static void start(const char *path, const char *tag)
{
	execl(path, "report", tag, (char *)NULL);
}

static void plainly(const char *tag)
{
	start(self, tag);
}

static void by_a_script(const char *tag)
{
	start("script", tag);
}

static void by_a_link(const char *tag)
{
	start("link", tag);
}

static void start_fd(int fd, const char *tag)
{
	char *const argv[] = {(char *)"report", (char *)tag, NULL};

	fexecve(fd, argv, environ);
}

static void copy_to(int fd)
{
	char bytes[65536];
	ssize_t size;
	int from = open(self, O_RDONLY | O_CLOEXEC);

	must(from >= 0, self);
	while ((size = read(from, bytes, sizeof(bytes))) > 0)
		must(write(fd, bytes, (size_t)size) == size, "copy");
	close(from);
}

static void by_a_memfd(const char *tag)
{
	int fd = memfd_create("a b", MFD_CLOEXEC);

	if (fd < 0)
		say_impossible(tag);
	copy_to(fd);
	start_fd(fd, tag);
	/* vm.memfd_noexec */
	say_impossible(tag);
}

static void by_a_file_that_is_gone(const char *tag)
{
	int copy = open("gone", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	must(copy >= 0, "gone");
	copy_to(copy);
	close(copy);
	int fd = open("gone", O_RDONLY | O_CLOEXEC);
	must(fd >= 0 && unlink("gone") == 0, "gone");
	start_fd(fd, tag);
}

static void in_a_new_session(const char *tag)
{
	must(setsid() == getpid(), "setsid");
	start(self, tag);
}

static void on_a_terminal(const char *tag)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		say_impossible(tag);
	must(setsid() == getpid(), "setsid");
	int slave = open(ptsname(master), O_RDWR | O_CLOEXEC | O_NOCTTY);
	must(slave >= 0 && ioctl(slave, TIOCSCTTY, 0) == 0, "TIOCSCTTY");
	must(dup2(slave, STDIN_FILENO) == STDIN_FILENO, "dup2");
	/* It hangs up once nobody has it open. */
	must(fcntl(master, F_SETFD, 0) == 0, "F_SETFD");
	start(self, tag);
}

static void as_a_login_user(const char *tag)
{
	int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, LOGINUID, strlen(LOGINUID)) < 0)
		say_impossible(tag);
	start(self, tag);
}

static const struct {
	const char *tag;
	void (*start)(const char *tag);
} ways[] = {
	{"plain", plainly},
	{"script", by_a_script},
	{"link", by_a_link},
	{"memfd", by_a_memfd},
	{"gone", by_a_file_that_is_gone},
	{"session", in_a_new_session},
	{"terminal", on_a_terminal},
	{"loginuid", as_a_login_user},
};

static void make_files(void)
{
	int log = open("log", O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	int script = open("script", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	must(log >= 0 && script >= 0 && dprintf(script, "#!%s\n", self) > 0, "files");
	must(symlink(self, "link") == 0, "link");
	close(log);
	close(script);
}

static void start_all(void)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int status;
		pid_t pid = fork();

		must(pid >= 0, "fork");
		if (pid == 0) {
			ways[i].start(ways[i].tag);
			must(0, ways[i].tag);
		}
		must(waitpid(pid, &status, 0) == pid && status == 0, ways[i].tag);
	}
}

int main(int argc, char **argv)
{
	if (getenv(LOG))
		return report(argv[argc - 1]);
	if (argc != 4)
		return 2;
	strcpy(self, link_of("/proc/self/exe"));
	must(chdir(argv[1]) == 0, argv[1]);
	make_files();
	setenv(LOG, strcat(getcwd(NULL, PATH_MAX), "/log"), 1);
	setenv(LIFETIME, argv[2], 1);
	for (int times = atoi(argv[3]); times > 0; times--)
		start_all();
	return 0;
}
