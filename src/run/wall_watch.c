/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/wall_watch.h"

#include <errno.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "host/perf_clock.h"
#include "sink/text/wall_steps.h"

/* In 2038: the most that 32-bit machines take. Whoever gets there is woken once without need. */
#define FAR_AWAY_S INT32_MAX

bool wall_watch_look(struct wall_watch *watch, uint64_t *from_ns)
{
	uint64_t now = perf_clock_now_ns();
	int64_t offset, change;

	watch->unsure = !perf_clock_wall_offset(&offset);
	if (watch->unsure && watch->known)
		return false;
	bool same = watch->known && !__builtin_sub_overflow(offset, watch->offset_ns, &change) &&
		    change > -WALL_STEP_NS && change < WALL_STEP_NS;
	if (same)
		return false;
	*watch = (struct wall_watch){.known = true, .offset_ns = offset};
	*from_ns = now;
	return true;
}

int wall_alarm_open(void)
{
	const struct itimerspec never = {.it_value.tv_sec = FAR_AWAY_S};
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0) {
		int code = -errno;

		close(fd);
		return code;
	}
	return fd;
}

void wall_alarm_clear(int fd)
{
	uint64_t expirations;

	/* ECANCELED: the clock was set; the kernel goes on watching. EAGAIN: it was not. */
	while (read(fd, &expirations, sizeof(expirations)) < 0 && errno == EINTR)
		;
}
