/* Time for limits: it only goes forward, whatever the date does. */
#ifndef DAEMONS_CLOCK_H
#define DAEMONS_CLOCK_H

#include <stdint.h>

int64_t vp_clock_ms(void);

#endif
