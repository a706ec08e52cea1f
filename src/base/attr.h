/* Cleanup by scope, and compiler attributes. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define VP_PRINTF(f, a) __attribute__((format(printf, f, a)))

static inline void
vp_auto_free(void *p)
{
	free(*(void **)p);
}

static inline void
vp_auto_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void
vp_auto_fclose(FILE **fp)
{
	if (*fp)
		fclose(*fp);
}

#define AUTO_FREE   __attribute__((cleanup(vp_auto_free)))
#define AUTO_CLOSE  __attribute__((cleanup(vp_auto_close)))
#define AUTO_FCLOSE __attribute__((cleanup(vp_auto_fclose)))

#endif
