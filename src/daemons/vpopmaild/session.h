/*
 * The protocol of vpopmaild without its connections: whole requests in,
 * reply bytes out.  Nothing here reads, waits, sleeps or writes to a client.
 *
 * A caller keeps for each connection its input buffer, a struct vpd_frame and
 * a struct vpd_session.  It cuts requests out of the buffer with vpd_frame(),
 * gives each to vpd_execute() and sends what that appended; the answer says
 * what the next request looks like, and that is given to the frame.  A
 * session is a plain struct without pointers: it may be copied to another
 * process, executed there, and copied back.
 *
 *     vpd_session_init(&session);
 *     vpd_greet(&out);
 *     for (;;) {
 *             switch (vpd_frame(&frame, data, size, &length, &used)) {
 *             case VPD_FRAME_MORE:
 *                     drop(used), read more; at the end of input or of the
 *                     time: vpd_frame_end(), vpd_timeout(), close
 *             case VPD_FRAME_REQUEST:
 *                     frame.want = vpd_execute(vp, &session, data, length,
 *                         &out);
 *                     drop(used);
 *             case VPD_FRAME_TOO_LONG:
 *                     the same with NULL for data
 *             }
 *     }
 */
#ifndef VPOPMAILD_SESSION_H
#define VPOPMAILD_SESSION_H

#include <stdint.h>

#include "base/attr.h"
#include "vpop.h"

/*
 * Framing.  A longer command line is answered by one "-ERR 4.107 Invalid
 * Command" (4.104 before login), a longer block by the verb's own error; both
 * are read to their end first.  A line within a block has no limit but that
 * of the block.
 */
#define VPD_LINE_MAX  4096      /* bytes of a line, without its LF */
#define VPD_BLOCK_MAX (4 << 20) /* bytes of a block, without its end */

/* What comes next on a connection. */
enum vpd_next {
	VPD_LINE,    /* a line */
	VPD_OPTIONS, /* a block up to a line that begins with a dot */
	VPD_FILE,    /* a block up to a line that is a dot, CR or not */
	VPD_CLOSE    /* nothing: send what there is and close */
};

struct vpd_frame {
	enum vpd_next want; /* set by the caller from vpd_execute */
	int over;           /* the rest of a too long request is dropped */
	int dropped;        /* with the beginning of a line: of the block's
			     * last one (1), of another (-1) */
	size_t line;        /* where the line that is being read begins */
	size_t seen;        /* bytes known to hold no LF */
};

enum vpd_framed {
	VPD_FRAME_MORE,    /* no whole request yet */
	VPD_FRAME_REQUEST, /* length bytes of it, at data */
	VPD_FRAME_TOO_LONG /* it was longer than the maximum */
};

/*
 * Look for a whole request at the beginning of a buffer.  In every case the
 * caller drops the first *ret_used bytes of the buffer before the next call
 * (after it has executed the request).  A buffer of VPD_BLOCK_MAX + 8 bytes
 * (VPD_LINE_MAX + 8 when a line is wanted) never stays full.
 */
enum vpd_framed vpd_frame(struct vpd_frame *frame, const char *data,
    size_t size, size_t *ret_length, size_t *ret_used);
/* At the end of the input: a last line without LF is a request (its length;
 * 0: there is none).  Half a block is nothing. */
size_t vpd_frame_end(const struct vpd_frame *frame, size_t size);

/*
 * Reply bytes.  They gather in data; what does not fit into VPD_OUT_BYTES
 * goes to flush, which takes all used bytes (it sets used to 0) or returns
 * -1 when the client is gone or too slow: then the rest of the reply is
 * dropped and the verb stops early.  The connection is to be closed, but
 * requests that have been received are still executed: clients go without
 * waiting for the reply to a change.  So a listing of any length needs one
 * buffer of this size.  flush NULL: a longer reply fails.
 */
#define VPD_OUT_BYTES 65536

struct vpd_out {
	char data[VPD_OUT_BYTES];
	size_t used;
	int failed;
	int (*flush)(struct vpd_out *out);
	void *arg; /* of flush */
};

enum vpd_level {
	VPD_NOBODY, /* not logged in */
	VPD_USER,   /* himself */
	VPD_DOMAIN, /* administrator of his domain */
	VPD_SYSTEM  /* administrator of all domains */
};

enum vpd_peer {
	VPD_PEER_TCP,
	VPD_PEER_UNIX /* peer_uid is known from the socket */
};

enum vpd_verb { VPD_NO_VERB, VPD_MOD_USER, VPD_SET_LIMITS, VPD_WRITE_FILE };

#define VPD_PEER_SIZE 80

struct vpd_session {
	/* Set by the caller after vpd_session_init, all optional. */
	enum vpd_peer peer;
	uid_t peer_uid;
	char peer_name[VPD_PEER_SIZE]; /* for the journal: an address */
	char local_ip[VPOP_IP_SIZE];   /* of our end, for the default domain
					* of a login; "": as the library says,
					* which looks at TCPLOCALIP */

	/* Who it is; the domain is the real one.  Rights are those of the
	 * last request. */
	enum vpd_level level;
	int is_override;
	int is_expert;
	int compact;
	char user[VPOP_USER_SIZE];
	char domain[VPOP_DOMAIN_SIZE];

	/* Before login. */
	unsigned lines;      /* executed */
	unsigned bad_logins; /* how many of them were refused logins */
	int refused;         /* result: the last request was one.  Its reply
			      * is to be held back for a while. */

	/* The verb whose block is expected, and its argument. */
	enum vpd_verb pending;
	char argument[VPD_LINE_MAX + 1];
};

void vpd_session_init(struct vpd_session *session);

/* The greeting; the other one when the account store cannot be opened
 * (vpop_check), followed by closing. */
void vpd_greet(struct vpd_out *out);
void vpd_greet_failed(struct vpd_out *out);

/*
 * Execute one request: a line without its LF (a CR may be there), or the
 * lines of a block without the one that ends it.  NULL: it was too long.
 * What is changed is committed before its reply is appended.  The secrets of
 * the request are the caller's to wipe.
 */
enum vpd_next vpd_execute(struct vpop *vp, struct vpd_session *session,
    const char *request, size_t size, struct vpd_out *out);

/* The domain of a name without one, where the client found us; 0 or a code. */
int vpd_default_domain(struct vpop *vp, const struct vpd_session *session,
    char ret_domain[VPOP_DOMAIN_SIZE]);

/* The last words to a client that is silent or gone. */
void vpd_timeout(const struct vpd_session *session, struct vpd_out *out);

/*
 * For throttling before any work is done: 1 if the session is not logged in
 * and the line is a login with an address (as the client wrote it, but
 * lower-cased).
 */
int vpd_is_login(const struct vpd_session *session, const char *line,
    size_t size, char ret_address[VPD_LINE_MAX + 1]);
/* Answer such a line as a wrong password is answered, without looking. */
enum vpd_next vpd_refuse_login(
    struct vpd_session *session, struct vpd_out *out);

#endif
