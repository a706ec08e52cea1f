/*
 * A row stands for a key of somebody.  It is written before the request is
 * executed, with the name of the job that modules get, and has the answer
 * afterwards.  So a request that was cut off is the same job when it comes
 * again, which the module does once.  What was refused has changed nothing:
 * its row goes, and the next one is looked at anew.
 *
 * Answers may have secrets.  They are sealed by what the client alone has,
 * the key itself, of which the row has a hash.
 */
#include "config.h"

#include "panel/api/idempotency.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "daemons/common/daemonlog.h"
#include "panel/api/route.h"
#include "panel/res/changelock.h"
#include "panel/state/state.h"

#define DAY      86400
#define ID_BYTES 16
#define NONCE    crypto_secretbox_NONCEBYTES
#define MAC      crypto_secretbox_MACBYTES

/* Of one key. */
struct entry {
	unsigned char id[ID_BYTES];
	unsigned char seal[crypto_secretbox_KEYBYTES];
	unsigned char print[16]; /* of the request */
};

static const char *
key_of(const struct vhd_call *call)
{
	return call->request->headers[VHD_IDEMPOTENCY_KEY];
}

static int
is_right(const char *key)
{
	size_t size = strlen(key);

	for (size_t i = 0; i < size; i++)
		if (key[i] <= ' ' || key[i] > '~')
			return 0;
	return size > 0 && size <= VHD_KEY_MAX;
}

static void
make_entry(const struct vhd_call *call, struct entry *ret)
{
	const struct vhd_request *request = call->request;
	const char *key = key_of(call);
	unsigned char both[sizeof ret->id + sizeof ret->seal];
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof both);
	crypto_generichash_update(&state, (const unsigned char *)call->who.name,
	    strlen(call->who.name) + 1);
	crypto_generichash_update(
	    &state, (const unsigned char *)key, strlen(key));
	crypto_generichash_final(&state, both, sizeof both);
	memcpy(ret->id, both, sizeof ret->id);
	memcpy(ret->seal, both + sizeof ret->id, sizeof ret->seal);
	explicit_bzero(both, sizeof both);

	crypto_generichash_init(
	    &state, ret->seal, sizeof ret->seal, sizeof ret->print);
	crypto_generichash_update(&state,
	    (const unsigned char *)request->target,
	    strlen(request->target) + 1);
	crypto_generichash_update(
	    &state, (const unsigned char *)request->body, request->body_size);
	crypto_generichash_final(&state, ret->print, sizeof ret->print);
	explicit_bzero(&state, sizeof state);
}

/* ---- answers ---------------------------------------------------------- */

/* malloc'd, or NULL. */
static unsigned char *
seal(const struct vhd_call *call, const struct entry *entry, size_t *ret_size)
{
	struct vhd_reply reply = { .status = call->status,
		.body = call->text,
		.body_size = call->text_size };
	unsigned char *sealed = NULL;
	size_t size;
	char *frame;

	for (int i = 0; i < VHD_REPLY_HEADERS; i++)
		reply.headers[i] = call->headers[i];
	frame = vhd_reply_encode(0, &reply, &size);
	if (frame)
		sealed = malloc(NONCE + MAC + size);
	if (sealed) {
		randombytes_buf(sealed, NONCE);
		(void)crypto_secretbox_easy(sealed + NONCE,
		    (const unsigned char *)frame, size, sealed, entry->seal);
		*ret_size = NONCE + MAC + size;
	}
	if (frame)
		explicit_bzero(frame, size);
	free(frame);
	return sealed;
}

/* Say a reply.  0, or -1: there is no memory. */
static int
say(struct vhd_call *call, const struct vhd_reply *reply)
{
	char *text =
	    reply->body ? strndup(reply->body, reply->body_size) : NULL;

	if (reply->body && !text)
		return -1;
	for (int i = 0; i < VHD_REPLY_HEADERS; i++)
		if (reply->headers[i])
			vhd_call_header(call, (enum vhd_reply_header)i, "%s",
			    reply->headers[i]);
	vhd_call_empty(call, reply->status);
	call->text = text;
	call->text_size = text ? reply->body_size : 0;
	return 0;
}

static void
say_again(struct vhd_call *call, const struct entry *entry,
    const unsigned char *sealed, size_t size)
{
	size_t frame_size = size > NONCE + MAC ? size - NONCE - MAC : 0;
	char *frame = frame_size ? malloc(frame_size) : NULL;
	struct vhd_reply reply;

	if (!frame ||
	    crypto_secretbox_open_easy((unsigned char *)frame, sealed + NONCE,
		size - NONCE, sealed, entry->seal) != 0 ||
	    frame_size < VHD_FRAME_HEAD ||
	    vhd_reply_decode(frame + VHD_FRAME_HEAD,
		frame_size - VHD_FRAME_HEAD, &reply) != 0 ||
	    say(call, &reply) != 0)
		vhd_problem(call, 503, "unavailable",
		    "the answer that was given cannot be read");
	if (frame)
		explicit_bzero(frame, frame_size);
	free(frame);
}

/* ---- rows ------------------------------------------------------------- */

/* 1 if the request is to be executed, with its job if it was begun before; 0
 * after the answer that it had or a problem. */
static int
take_row(struct vhd_call *call, const struct entry *entry)
{
	sqlite3_stmt *row = vhd_state_query(call->state,
	    "SELECT print, job, reply FROM idempotency"
	    " WHERE id = ?1 AND created > ?2",
	    vhd_bytes(entry->id, sizeof entry->id),
	    vhd_number(time(NULL) - DAY));
	int rc = vhd_state_next(call->state, row);

	if (rc < 0)
		vhd_problem_state(call);
	if (rc <= 0)
		return rc == 0;
	if (sqlite3_column_bytes(row, 0) != sizeof entry->print ||
	    memcmp(sqlite3_column_blob(row, 0), entry->print,
		sizeof entry->print) != 0)
		vhd_problem(call, 422, "idempotency-key-reused",
		    "this Idempotency-Key was that of another request");
	else if (sqlite3_column_type(row, 2) == SQLITE_NULL)
		snprintf(call->job, sizeof call->job, "%s",
		    (const char *)sqlite3_column_text(row, 1));
	else
		say_again(call, entry, sqlite3_column_blob(row, 2),
		    (size_t)sqlite3_column_bytes(row, 2));
	vhd_state_done(row);
	return *call->job != '\0';
}

/* Those of yesterday go.  0, or -1 after a problem. */
static int
make_row(struct vhd_call *call, const struct entry *entry)
{
	const int64_t now = time(NULL);

	vhd_call_new_job(call->job);
	if (vhd_state_run(call->state,
		"DELETE FROM idempotency WHERE created <= ?1",
		vhd_number(now - DAY)) >= 0 &&
	    vhd_state_run(call->state,
		"INSERT INTO idempotency VALUES(?1, ?2, ?3, ?4, NULL)",
		vhd_bytes(entry->id, sizeof entry->id),
		vhd_bytes(entry->print, sizeof entry->print),
		vhd_text(call->job), vhd_number(now)) >= 0)
		return 0;
	vhd_problem_state(call);
	return -1;
}

/* It happened, whether that can be noted or not: a failure is logged.  What
 * failed may have happened, too. */
static void
note_answer(struct vhd_call *call, const struct entry *entry)
{
	const struct vhd_value id = vhd_bytes(entry->id, sizeof entry->id);
	AUTO_FREE unsigned char *sealed = NULL;
	size_t size = 0;
	int rc = 0;

	if (call->status < 300) {
		sealed = seal(call, entry, &size);
		rc = vhd_state_run(call->state,
		    "UPDATE idempotency SET reply = ?2 WHERE id = ?1", id,
		    vhd_bytes(sealed, size));
	} else if (call->status < 500) {
		rc = vhd_state_run(
		    call->state, "DELETE FROM idempotency WHERE id = ?1", id);
	}
	if (rc < 0)
		vp_daemonlog(LOG_ERR, "an answer is not kept: %s",
		    vhd_state_message(call->state));
}

/* ---- all of it -------------------------------------------------------- */

static void
run_once(struct vhd_call *call, const struct entry *entry)
{
	if (take_row(call, entry) &&
	    (*call->job || make_row(call, entry) == 0)) {
		call->route->handle(call);
		note_answer(call, entry);
	}
}

void
vhd_idempotent_run(struct vhd_call *call)
{
	char name[2 * ID_BYTES + 1];
	AUTO_CLOSE int lock = -1;
	struct entry entry;

	/* What anybody may do is nobody's. */
	if (call->request->method != VHD_POST || !key_of(call) ||
	    call->route->roles & VHD_ANON) {
		call->route->handle(call);
		return;
	}
	if (!is_right(key_of(call))) {
		vhd_problem(call, 400, "bad-request",
		    "an Idempotency-Key has 1 to %d visible characters",
		    VHD_KEY_MAX);
		return;
	}
	make_entry(call, &entry);
	sodium_bin2hex(name, sizeof name, entry.id, sizeof entry.id);
	lock = vhd_keylock(call, name);
	if (lock >= 0)
		run_once(call, &entry);
	explicit_bzero(&entry, sizeof entry);
}
