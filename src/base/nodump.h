/* Programs that know passwords. */
#ifndef BASE_NODUMP_H
#define BASE_NODUMP_H

/*
 * What this process has in its memory is for no core file and for no other
 * process of its user.  The memory of a database's client library cannot be
 * wiped by us, so this is for whole programs: the library never calls it.  It
 * ends with exec.
 */
void vp_no_dump(void);

#endif
