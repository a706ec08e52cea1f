/*
 * The messages between the front process, which has the connections, and a
 * worker, which has the library.  A header of fixed size, then state bytes,
 * then data bytes.
 *
 *     front to worker                      worker to front
 *     REQUEST  state: sealed session, or   DATA  data: reply bytes
 *              when FIRST "peer NUL local"  DONE  state: sealed session;
 *              data: input of the client         used: bytes of the input
 *     PEER     with the descriptor of a           that are executed; want,
 *              Unix connection, before            level: of the session
 *              its first REQUEST
 *     CANCEL   the client is gone
 *
 * Neither side trusts the other: both use vpd_wire_decode, which admits only
 * what the direction and the limits allow.
 */
#ifndef VPOPMAILD_WIRE_H
#define VPOPMAILD_WIRE_H

#include "daemons/vpopmaild/session.h"

#define VPD_WIRE_HEADER 24
#define VPD_STATE_MAX   (sizeof(struct vpd_session) + 64)
#define VPD_INPUT_MAX   (VPD_BLOCK_MAX + 8)

enum vpd_wire_type {
	VPD_WIRE_REQUEST = 1,
	VPD_WIRE_PEER,
	VPD_WIRE_CANCEL,
	VPD_WIRE_DATA,
	VPD_WIRE_DONE
};

enum vpd_wire_flag {
	/* of REQUEST */
	VPD_WIRE_FIRST = 1,    /* of the connection: there is no session yet */
	VPD_WIRE_GREET = 2,    /* greet; no input */
	VPD_WIRE_TOO_LONG = 4, /* begin with a request that was too long */
	VPD_WIRE_LAST = 8,     /* all of the input is one line without LF */
	VPD_WIRE_REFUSE = 16,  /* the first line is a login: refuse it */
	/* of DONE */
	VPD_WIRE_REFUSED = 1,   /* the login was refused */
	VPD_WIRE_ROOT = 2,      /* the next request is for the root worker */
	VPD_WIRE_NO_STORE = 4,  /* the account store cannot be opened */
	VPD_WIRE_BAD_STATE = 8, /* the seal is broken: nothing was done */
	VPD_WIRE_FLAGS = 31
};

struct vpd_wire {
	enum vpd_wire_type type;
	enum vpd_next want;   /* REQUEST, DONE: what the input is, or will be */
	enum vpd_level level; /* DONE */
	unsigned flags;       /* enum vpd_wire_flag */
	uint32_t state_size, data_size;
	uint32_t used;       /* DONE */
	uint64_t connection; /* never used twice under one key */
};

enum vpd_wire_way { VPD_TO_WORKER, VPD_TO_FRONT };

void vpd_wire_encode(
    const struct vpd_wire *wire, unsigned char ret_header[VPD_WIRE_HEADER]);
/* 0, or -1 for what must not come this way. */
int vpd_wire_decode(const unsigned char header[VPD_WIRE_HEADER],
    enum vpd_wire_way way, struct vpd_wire *ret_wire);

#endif
