/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listeners of a test's own under source/exit_authority.h, for a test whose WRAP_ line in the
 * Makefile has $(AUTHORITY_CALLS). All in a header, as in support_netlink.h.
 */
#ifndef PXT_TESTS_SUPPORT_AUTHORITY_H
#define PXT_TESTS_SUPPORT_AUTHORITY_H

#include "netlink/exit_stats.h"
#include "netlink/proc_connector.h"
#include "netlink/proc_message.h"
#include "netlink/socket.h"
#include "netlink/taskstats.h"
#include "support.h"

static struct fake_told {
	int stats_code, connector_code; /* of opening them */
	unsigned int open;              /* listeners that are */
	struct exit_stats stats[64];
	size_t stats_count, stats_next;
	struct proc_message messages[64];
	size_t message_count, message_next;
	struct netlink_counts counts;
} fake;

int __wrap_taskstats_open(size_t buffer_size, struct taskstats_listener **opened,
			  struct error *err);
void __wrap_taskstats_close(struct taskstats_listener *listener);
int __wrap_taskstats_fd(const struct taskstats_listener *listener);
int __wrap_taskstats_next(struct taskstats_listener *listener, struct exit_stats *stats);
uint64_t __wrap_taskstats_overruns(const struct taskstats_listener *listener);
struct netlink_counts __wrap_taskstats_counts(struct taskstats_listener *listener);
int __wrap_proc_connector_open(const struct proc_connector_options *options,
			       struct proc_connector **opened, struct error *err);
void __wrap_proc_connector_close(struct proc_connector *connector);
int __wrap_proc_connector_fd(const struct proc_connector *connector);
int __wrap_proc_connector_next(struct proc_connector *connector, struct proc_message *message);
uint64_t __wrap_proc_connector_overruns(const struct proc_connector *connector);
struct netlink_counts __wrap_proc_connector_counts(struct proc_connector *connector);

static int fake_open(int code, struct error *err)
{
	fake.open += code == 0;
	return code < 0 ? error_set(err, code, "refused") : 0;
}

int __wrap_taskstats_open(size_t buffer_size, struct taskstats_listener **opened, struct error *err)
{
	assert_true(buffer_size > 0);
	*opened = NULL;
	return fake_open(fake.stats_code, err);
}

void __wrap_taskstats_close(struct taskstats_listener *listener)
{
	assert_null(listener);
	fake.open--;
}

int __wrap_taskstats_fd(const struct taskstats_listener *listener)
{
	assert_null(listener);
	return -1;
}

int __wrap_taskstats_next(struct taskstats_listener *listener, struct exit_stats *stats)
{
	assert_null(listener);
	if (fake.stats_next == fake.stats_count)
		return 0;
	*stats = fake.stats[fake.stats_next++];
	return 1;
}

uint64_t __wrap_taskstats_overruns(const struct taskstats_listener *listener)
{
	assert_null(listener);
	return fake.counts.overruns;
}

struct netlink_counts __wrap_taskstats_counts(struct taskstats_listener *listener)
{
	assert_null(listener);
	return fake.counts;
}

int __wrap_proc_connector_open(const struct proc_connector_options *options,
			       struct proc_connector **opened, struct error *err)
{
	assert_true(options->buffer_size > 0);
	assert_int_equal(options->kinds, 1U << PROC_EXIT);
	*opened = NULL;
	return fake_open(fake.connector_code, err);
}

void __wrap_proc_connector_close(struct proc_connector *connector)
{
	assert_null(connector);
	fake.open--;
}

int __wrap_proc_connector_fd(const struct proc_connector *connector)
{
	assert_null(connector);
	return -1;
}

int __wrap_proc_connector_next(struct proc_connector *connector, struct proc_message *message)
{
	assert_null(connector);
	if (fake.message_next == fake.message_count)
		return 0;
	*message = fake.messages[fake.message_next++];
	return 1;
}

uint64_t __wrap_proc_connector_overruns(const struct proc_connector *connector)
{
	assert_null(connector);
	return fake.counts.overruns;
}

struct netlink_counts __wrap_proc_connector_counts(struct proc_connector *connector)
{
	assert_null(connector);
	return fake.counts;
}

#endif
