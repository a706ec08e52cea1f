/* Time for limits: it only goes forward, whatever the date does. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t vp_clock_ms(void);

#endif
