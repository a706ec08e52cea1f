/*
 * What workers have done since the start, counted in memory that they share.
 * Only numbers are in it: a worker that is not what it was can spoil no more
 * than them.
 */
#ifndef PANEL_API_COUNTERS_H
#define PANEL_API_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#define VHD_BUCKETS 6

struct vhd_counters {
	time_t started;
	_Atomic uint64_t requests[6]; /* by the first digit of their status */
	_Atomic uint64_t buckets[VHD_BUCKETS]; /* by the time they took */
	_Atomic uint64_t microseconds;         /* all of them together */
};

/* The longest of each bucket but the last, in microseconds. */
extern const int64_t vhd_buckets[VHD_BUCKETS - 1];

/* In the parent, before there are workers.  0, or -1 and errno. */
int vhd_counters_open(void);
const struct vhd_counters *vhd_counters(void);
/* Microseconds; and a request that began then. */
int64_t vhd_counters_now(void);
void vhd_counters_add(int64_t began, int status);

#endif
