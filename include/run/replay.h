/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A replay: the lines that a live trace would have shown, from a capture.
 */
#ifndef PXT_RUN_REPLAY_H
#define PXT_RUN_REPLAY_H

#include "base/compiler.h"
#include "base/error.h"
#include "sink/sink.h"
#include "source/request.h"

/*
 * Replay the capture that REQUEST name. Notices and the summary go to standard error.
 *
 * Returns the exit status: 0, or 1 where it cannot be replayed. ERR->what is set where there is
 * something to tell the user; with 0 that the capture turned out to be cut short.
 */
int replay(const struct request *request, struct error *err) MUST_CHECK;

/* A capture that is opened, and whose events go to a sink that is none of the formats. */
struct replay;

/*
 * Open the capture of REQUEST, whose borrowed parts have to last, for SINK, which is the replay's
 * from now on, also on failure. Reads no event, and enters no sandbox. Returns 0 with *OPENED (free
 * with replay_free()), -EINTR where a signal ended that, or another negative errno, with ERR
 * filled.
 */
int replay_open(const struct request *request, struct sink *sink, struct replay **opened,
		struct error *err) MUST_CHECK;

/*
 * Put all events through, and finish the sink. Notices go to standard error. Returns 0, with
 * ERR->what set where the capture turned out to be cut short; -EBADMSG where no event could be
 * read, -EINTR after a stop signal, or another negative errno, with ERR filled.
 */
int replay_read(struct replay *replay, struct error *err) MUST_CHECK;

void replay_free(struct replay *replay);

#endif
