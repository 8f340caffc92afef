/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/usage_sum.h"

#include "base/clock.h"

#define NS_PER_US 1000U
#define BYTES_PER_KIB 1024U

/* A capture may claim any numbers. */
static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void usage_sum_add(struct task_usage *sum, const struct task_usage *more)
{
	sum->has_bytes = more->has_bytes && (!sum->known || sum->has_bytes);
	sum->known = true;
	sum->user_us = add(sum->user_us, more->user_us);
	sum->system_us = add(sum->system_us, more->system_us);
	sum->run_ns = add(sum->run_ns, more->run_ns);
	sum->read_bytes = add(sum->read_bytes, more->read_bytes);
	sum->written_bytes = add(sum->written_bytes, more->written_bytes);
	if (more->max_rss_kib > sum->max_rss_kib)
		sum->max_rss_kib = more->max_rss_kib;
}

/* NS * PART / WHOLE; PART is not above WHOLE, which is not 0. */
static uint64_t share(uint64_t ns, uint64_t part, uint64_t whole)
{
	/* Over an hour: the low bits matter less than overflow would. */
	while (whole > UINT32_MAX) {
		whole /= 2;
		part /= 2;
	}
	return ns / whole * part + ns % whole * part / whole;
}

static uint64_t system_ns(const struct task_usage *sum)
{
	if (sum->run_ns == 0)
		return sum->system_us * NS_PER_US;
	return sum->system_us > 0
		       ? share(sum->run_ns, sum->system_us, add(sum->system_us, sum->user_us))
		       : 0;
}

struct usage usage_sum_of_process(const struct task_usage *sum)
{
	uint64_t in_system_ns = system_ns(sum);

	return (struct usage){
		.user_ns = (int64_t)(sum->run_ns > 0 ? sum->run_ns - in_system_ns
						     : sum->user_us * NS_PER_US),
		.system_ns = (int64_t)in_system_ns,
		.max_rss_bytes =
			sum->max_rss_kib > 0 ? (int64_t)(sum->max_rss_kib * BYTES_PER_KIB) : -1,
		.read_bytes = sum->has_bytes ? (int64_t)sum->read_bytes : -1,
		.written_bytes = sum->has_bytes ? (int64_t)sum->written_bytes : -1,
	};
}
