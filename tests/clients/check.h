/*
 * What the clients share: telling, on standard error, which expectation was
 * not met.  C1 to C18 are the habits of old programs that vpopmail(3) lists.
 */
#ifndef CLIENTS_CHECK_H
#define CLIENTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed;

#define CHECK(what, condition)                                                 \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(                                               \
			    stderr, "%s:%d: %s\n", __FILE__, __LINE__, what);  \
			failed = 1;                                            \
		}                                                              \
	} while (0)

static inline int
is_text(const char *got, const char *wanted)
{
	return got && strcmp(got, wanted) == 0;
}

#define IS(what, got, wanted) CHECK(what, is_text(got, wanted))

#endif
