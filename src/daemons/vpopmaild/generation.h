/*
 * Within the parent process: generations, of which serve.c has the loop.
 *
 * A generation is a front process, its workers, and the key with which these
 * seal sessions.  The front of a generation is made before its key is, and
 * the keys of others are wiped in it, so that no process that talks to
 * clients has ever had one.  New settings make a new generation; the older
 * one takes no new connections, and ends with its last one.  Processes other
 * than the parent end when their socket to the others is closed, so nothing
 * is left behind however the parent ends.
 */
#ifndef VPOPMAILD_GENERATION_H
#define VPOPMAILD_GENERATION_H

#include "daemons/vpopmaild/front.h"
#include "daemons/vpopmaild/worker.h"

#define VPD_GENERATIONS  8
#define VPD_MOST_WORKERS 65   /* of the setting, and the one that is root */
#define VPD_AGAIN        1000 /* ms before what failed is started again */

struct vpd_slot {
	pid_t pid;  /* 0: none */
	int64_t at; /* when it was started, or is to be */
};

struct vpd_generation {
	struct vpd_setup setup;
	pid_t front; /* 0: unused */
	int control;
	unsigned char key[VPD_KEY_BYTES];
	struct vpd_slot workers[VPD_MOST_WORKERS];
	int count; /* of workers; the first is root if has_root */
	int has_root;
	int fds[VPD_LISTENERS];
};

/* generation.c */
extern struct vpd_generation vpd_generations[VPD_GENERATIONS];
/* The one that takes connections. */
extern struct vpd_generation *vpd_current;
/* Start one with the settings of now.  -1: the current one stays. */
int vpd_generation_start(void);
void vpd_generation_clear(struct vpd_generation *generation);
/* Close the sockets that only "from" has; other NULL: all. */
void vpd_generation_unlisten(
    struct vpd_generation *from, const struct vpd_generation *other);

/* children.c */
/* 0 when it has set itself up; -1: there is none. */
int vpd_front_start(struct vpd_generation *generation);
void vpd_worker_start(struct vpd_generation *generation, int number);
/* With a descriptor, or -1. */
int vpd_order(
    const struct vpd_generation *generation, enum vpd_order order, int fd);

#endif
