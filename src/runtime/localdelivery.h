/* The body of vdelivermail (facts: runtime 7). */
#ifndef RUNTIME_LOCALDELIVERY_H
#define RUNTIME_LOCALDELIVERY_H

/* Returns the exit status for qmail-local. */
int vp_localdelivery_main(int argc, char **argv);

#endif
