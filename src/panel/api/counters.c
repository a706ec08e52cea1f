#include "config.h"

#include "panel/api/counters.h"

#include <sys/mman.h>

const int64_t vhd_buckets[VHD_BUCKETS - 1] = { 1000, 10000, 100000, 1000000,
	10000000 };

static struct vhd_counters *counters;

int
vhd_counters_open(void)
{
	void *memory = mmap(NULL, sizeof *counters, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -1;
	counters = memory;
	counters->started = time(NULL);
	return 0;
}

const struct vhd_counters *
vhd_counters(void)
{
	return counters;
}

int64_t
vhd_counters_now(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
vhd_counters_add(int64_t began, int status)
{
	const int64_t took = vhd_counters_now() - began;
	const int class = status / 100;
	int i = 0;

	while (i < VHD_BUCKETS - 1 && took > vhd_buckets[i])
		i++;
	atomic_fetch_add(&counters->buckets[i], 1);
	atomic_fetch_add(&counters->microseconds, (uint64_t)took);
	if (class > 0 && class < 6)
		atomic_fetch_add(&counters->requests[class], 1);
}
