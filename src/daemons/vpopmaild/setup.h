/*
 * The settings of vpopmaild as a server of its own; vpopmail.conf(5).
 */
#ifndef VPOPMAILD_SETUP_H
#define VPOPMAILD_SETUP_H

#include <stdint.h>
#include <sys/types.h>

#include "vpop.h"

#define VPD_LISTENERS 32 /* in all */

enum vpd_kind { VPD_TCP, VPD_TLS, VPD_UNIX };

struct vpd_address {
	enum vpd_kind kind;
	char *text;
};

struct vpd_setup {
	struct vpd_address addresses[VPD_LISTENERS];
	int count;
	char *certificate, *key;
	char *trusted; /* addresses, separated by blanks */
	uid_t front_uid, worker_uid;
	gid_t front_gid, worker_gid;
	int peer_login, log_syslog;
	int64_t workers, connections, per_address;
	int64_t idle, login, write; /* seconds */
	int64_t account_failures, address_failures, forget;
	int64_t delay; /* milliseconds */
};

/* Read the settings of a handle.  0, or -1 and a sentence in error. */
int vpd_setup_read(struct vpop *vp, struct vpd_setup *ret_setup, char *error,
    size_t error_size);
void vpd_setup_clear(struct vpd_setup *setup);
/* 1 if connections of the address are not counted: a web mail server, say. */
int vpd_setup_trusts(const struct vpd_setup *setup, const char *ip);

#endif
