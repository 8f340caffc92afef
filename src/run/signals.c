/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/stop.h"

/* How often a write that blocks is interrupted once a stop was asked for, us. */
#define TICK_US 50000
/*
 * For so many ticks the same signal is not another one: timeout(1) sends it to its child and to the
 * group of that as well.
 */
#define SAME_TICKS 3

static volatile sig_atomic_t stops;
static volatile sig_atomic_t stop_signal;
static volatile sig_atomic_t stop_from_process;
static volatile sig_atomic_t ticks_since_stop;
static volatile sig_atomic_t first_stage = STOP_DUE;
static volatile sig_atomic_t wake = -1;

static void wake_up(void)
{
	const uint64_t one = 1;
	int saved = errno;

	/* It can only fail where the descriptor is readable already. */
	if (write(wake, &one, sizeof(one)) < 0)
		errno = saved;
	errno = saved;
}

/*
 * The stop signal itself may come just before a write that blocks for ever. A plain system call:
 * safe in a handler, though POSIX does not say so.
 */
static void start_ticking(void)
{
	static const struct itimerval ticks = {{0, TICK_US}, {0, TICK_US}};

	setitimer(ITIMER_REAL, &ticks, NULL);
}

static void on_stop(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (number == stop_signal && ticks_since_stop < SAME_TICKS)
		return;
	/* SI_KERNEL: the terminal's, which goes to COMMAND by itself. */
	stop_from_process = info->si_code != SI_KERNEL;
	stop_signal = number;
	ticks_since_stop = 0;
	stops++;
	stop_ask(stops == 1 ? (enum stop)first_stage : STOP_DUE);
	start_ticking();
	wake_up();
}

/* Its first use is the EINTR. */
static void on_tick(int number)
{
	(void)number;
	if (ticks_since_stop < SAME_TICKS && ++ticks_since_stop == SAME_TICKS && stop_is_due())
		signal(stop_signal, SIG_DFL);
}

static void on_child(int signal)
{
	(void)signal;
	wake_up();
}

/* Without SA_RESTART: a write that blocks is interrupted, and looks whether it is to go on. */
static int install_stop(int signal)
{
	struct sigaction action = {
		.sa_sigaction = on_stop,
		.sa_flags = SA_SIGINFO,
	};

	sigemptyset(&action.sa_mask);
	return sigaction(signal, &action, NULL) < 0 ? -errno : 0;
}

/* Whoever started us may have them blocked. */
static int unblock_ticks(void)
{
	sigset_t ticks;

	sigemptyset(&ticks);
	sigaddset(&ticks, SIGALRM);
	return sigprocmask(SIG_UNBLOCK, &ticks, NULL);
}

static int install_all(void)
{
	struct sigaction child = {.sa_handler = on_child, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction tick = {.sa_handler = on_tick};
	struct sigaction hangup;

	sigemptyset(&child.sa_mask);
	sigemptyset(&ignore.sa_mask);
	sigemptyset(&tick.sa_mask);
	if (unblock_ticks() < 0 || sigaction(SIGALRM, &tick, NULL) < 0 ||
	    sigaction(SIGCHLD, &child, NULL) < 0 || sigaction(SIGPIPE, &ignore, NULL) < 0 ||
	    sigaction(SIGXFSZ, &ignore, NULL) < 0 || sigaction(SIGHUP, NULL, &hangup) < 0)
		return -errno;
	/* nohup(1) had it ignored. */
	int code = hangup.sa_handler == SIG_IGN ? 0 : install_stop(SIGHUP);
	if (code == 0)
		code = install_stop(SIGINT);
	return code < 0 ? code : install_stop(SIGTERM);
}

int signals_install(bool of_command)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	wake = fd;
	first_stage = of_command ? STOP_ASKED : STOP_DUE;
	int code = install_all();
	return code < 0 ? code : fd;
}

void signals_wake(int wake_fd)
{
	wake = wake_fd;
}

void signals_clear_wake(int wake_fd)
{
	uint64_t count;

	/* EAGAIN: nothing had come. */
	while (read(wake_fd, &count, sizeof(count)) > 0)
		;
}

struct stop_signals signals_stops(void)
{
	return (struct stop_signals){
		.count = (unsigned int)stops,
		.last = stop_signal,
		.from_process = stop_from_process != 0,
	};
}
