/* The access log: a line for each request, when it has ended. */
#ifndef PANEL_HTTP_ACCESS_H
#define PANEL_HTTP_ACCESS_H

#include <stdint.h>
#include <time.h>

struct vhd_access {
	time_t time;
	const char *address, *who, *method, *target, *id; /* NULL: not known */
	int status;    /* 0: there was no answer */
	int64_t bytes; /* of the answer's body; -1: it went on */
	int64_t ms;
};

/* The descriptor that a setting names: "stderr" or a file, which is made; "":
 * none, -1.  -2 and errno. */
int vhd_access_open(const char *name);
/* Fields are separated by a blank each and have none; what is not known is a
 * '-'. */
void vhd_access_log(int fd, const struct vhd_access *access);

#endif
