/*
 * Who has failed to log in how often.  Each key (an account, an address) has
 * a count of failures, of which one is forgotten every so many seconds.  The
 * table has a fixed size: under a flood of keys those with the fewest
 * failures go first.
 */
#ifndef VPOPMAILD_THROTTLE_H
#define VPOPMAILD_THROTTLE_H

#include <stdint.h>

enum vpd_throttle_kind {
	VPD_THROTTLE_ACCOUNT,
	VPD_THROTTLE_ADDRESS,
	VPD_THROTTLE_KNOWN /* account and address together: was logged in */
};

struct vpd_throttle;

/* forget: seconds after which a failure counts no more.  NULL: no memory. */
struct vpd_throttle *vpd_throttle_new(int64_t forget);
void vpd_throttle_free(struct vpd_throttle *throttle);

/* How many failures a key has at that time (seconds of any clock that only
 * goes forward).  b: "" or the second part of the key. */
unsigned vpd_throttle_count(struct vpd_throttle *throttle,
    enum vpd_throttle_kind kind, const char *a, const char *b, int64_t now);
/* One more; returns the new count. */
unsigned vpd_throttle_add(struct vpd_throttle *throttle,
    enum vpd_throttle_kind kind, const char *a, const char *b, int64_t now);
void vpd_throttle_clear(struct vpd_throttle *throttle,
    enum vpd_throttle_kind kind, const char *a, const char *b);

/* For how many milliseconds the reply to the count-th failure is held back:
 * first, twice that, and so on up to ten times. */
unsigned vpd_throttle_delay(unsigned count, unsigned first);

#endif
