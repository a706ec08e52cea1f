/*
 * Processes of modules (module(7), vhostadmind(8)).
 *
 * The parent loads the manifests, and starts and kills what the supervisor
 * asks for by numbers.  The supervisor alone talks with the programs; it has
 * neither rights nor files.  Each program has a keeper, which leads its
 * process group, writes its complaints to the log and ends all of it when the
 * program or the parent ends; and, if its manifest has verbs of root, a helper
 * that does these and nothing else.
 */
#ifndef PANEL_SUPERVISE_H
#define PANEL_SUPERVISE_H

#include <stdint.h>
#include <sys/types.h>

#include "panel/module/set.h"

#define VHD_MODULES_MAX  64
#define VHD_PROGRAMS_MAX 17 /* of a module: one more is asked questions */

/* A module as it is run. */
struct vhd_unit {
	const struct vp_manifest *manifest;
	const char *state; /* its folder */
	json_t *settings;  /* of the set, or NULL */
	uid_t uid;
	gid_t gid;
};

struct vhd_units {
	struct vp_module_set set;
	struct vhd_unit list[VHD_MODULES_MAX];
	size_t count;
	int is_needed; /* also by modules that may be switched on */
};

/* Between supervisor and parent: packets of just this size. */
enum vhd_order_verb {
	VHD_START = 1, /* to the parent: program "process" of "module" */
	VHD_KILL,      /* likewise */
	VHD_RELOAD,    /* to the parent: read settings and manifests again */
	VHD_STARTED,   /* to the supervisor, with its stream */
	VHD_FAILED,    /* likewise: it cannot be started */
	VHD_FINISH     /* end with the last connection */
};

struct vhd_order {
	uint8_t verb, module, process, error;
};

/* In a process of its own, which is not dumpable: keep a program whose
 * standard input and output is stream.  Does not return. */
void vhd_keeper_run(const struct vhd_unit *unit, int stream, int use_syslog)
    __attribute__((noreturn));

struct vhd_supervisor_start {
	const struct vhd_units *units;
	int listener, control;
	uid_t owner; /* who may ask, beside root */
	uid_t uid;   /* who to become */
	gid_t gid;
};

/* Until the parent is gone, or says so: the exit status. */
int vhd_supervisor_run(const struct vhd_supervisor_start *start);

#endif
