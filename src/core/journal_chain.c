/*
 * The chain of facts.
 *
 * Each fact has a digest of what it says and of the digest of the fact before
 * it, made by the statement that gives it its seq.  So who knows one of them
 * knows whether anything up to there was changed since: the rest of the
 * journal may be in the hands of somebody else.
 *
 * Old facts are deleted, some earlier than others; up to the greatest seq
 * that was (the mark "pruned") there may be gaps.
 */
#include "config.h"

#include "core/journal_int.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "vpop_event.h"

#define DIGEST 32
#define FIELDS 10 /* the digest before, seq, time and seven texts */

/* Lengths go before texts: no two facts are the same bytes. */
static void
add_field(crypto_generichash_state *state, const void *data, int size)
{
	unsigned char length[4];

	for (int i = 0; i < 4; i++)
		length[i] = (unsigned char)((unsigned)size >> 8 * i);
	crypto_generichash_update(state, length, sizeof length);
	if (size > 0)
		crypto_generichash_update(state, data, (size_t)size);
}

static void
link_of(sqlite3_context *context, int count, sqlite3_value **fields)
{
	unsigned char digest[DIGEST];
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof digest);
	for (int i = 0; i < count; i++) {
		int is_null = sqlite3_value_type(fields[i]) == SQLITE_NULL;
		const void *data = i == 0 ? sqlite3_value_blob(fields[i])
					  : sqlite3_value_text(fields[i]);

		/* -1 is the length of nothing. */
		add_field(&state, data,
		    is_null ? -1 : sqlite3_value_bytes(fields[i]));
	}
	crypto_generichash_final(&state, digest, sizeof digest);
	sqlite3_result_blob(context, digest, sizeof digest, SQLITE_TRANSIENT);
}

int
vp_journal_chain(struct vp_journal *journal)
{
	return sqlite3_create_function(journal->db, "link_of", FIELDS,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, link_of, NULL, NULL);
}

/* ---- verifying -------------------------------------------------------- */

struct walk {
	struct vpop *vp;
	const struct vpop_link *noted;
	int64_t pruned;
	int64_t count;
	int64_t seq; /* of the fact before; 0: there is none */
	unsigned char before[DIGEST];
	int is_linked; /* it has one */
	int is_noted;  /* the one that was noted was met */
};

static int
broken(const struct walk *walk, const char *what, int64_t seq)
{
	return vp_fail(walk->vp, VA_PARSE_ERROR,
	    "the journal was tampered with: %s %" PRId64, what, seq);
}

static int
verify_row(struct walk *walk, sqlite3_stmt *row)
{
	const int64_t seq = sqlite3_column_int64(row, 0);
	const void *link = sqlite3_column_blob(row, 1);
	const void *right = sqlite3_column_blob(row, 2);
	const int has_link = sqlite3_column_bytes(row, 1) == DIGEST;
	const int is_next = walk->seq != 0 && seq == walk->seq + 1;
	char hex[VPOP_LINK_SIZE];

	if (!is_next && seq > walk->pruned + 1)
		return broken(walk, "facts are missing before", seq);
	/* Those of older releases have none. */
	if (!has_link && walk->is_linked)
		return broken(walk, "there is no link in fact", seq);
	/* What was before a gap is not known. */
	if (has_link && (is_next || seq == 1) &&
	    (!right || memcmp(link, right, DIGEST) != 0))
		return broken(walk, "this is not what was written: fact", seq);
	walk->count++;
	walk->seq = seq;
	walk->is_linked = has_link;
	if (!has_link)
		return 0;
	memcpy(walk->before, link, DIGEST);
	sodium_bin2hex(hex, sizeof hex, walk->before, DIGEST);
	if (walk->noted && walk->noted->seq == seq) {
		walk->is_noted = 1;
		if (strcmp(walk->noted->hash, hex) != 0)
			return broken(
			    walk, "this is not what was noted: fact", seq);
	}
	return 0;
}

/* The link as it should be is made of the one before as it is. */
static const char rows[] =
    "SELECT seq, link, link_of(lag(link) OVER (ORDER BY seq), seq, time,"
    " event, object, domain, actor, origin, old, new),"
    " (SELECT value FROM mark WHERE name = 'pruned')"
    " FROM change WHERE seq IS NOT NULL ORDER BY seq";

static int
verify_rows(struct walk *walk)
{
	struct vp_journal *journal = walk->vp->journal;
	sqlite3_stmt *row = NULL;
	int code = 0;
	int rc = sqlite3_prepare_v2(journal->db, rows, -1, &row, NULL);

	if (rc == SQLITE_OK)
		while (code == 0 && (rc = sqlite3_step(row)) == SQLITE_ROW) {
			walk->pruned = sqlite3_column_int64(row, 3);
			code = verify_row(walk, row);
		}
	if (code == 0 && rc != SQLITE_DONE)
		code = vp_journal_fail(walk->vp, journal);
	sqlite3_finalize(row);
	return code;
}

int
vpop_events_verify(struct vpop *vp, const struct vpop_link *noted,
    int64_t *ret_count, struct vpop_link *ret_last)
{
	struct walk walk = { .vp = vp, .noted = noted };
	int64_t last;
	int code = vpop_events_last(vp, &last);

	if (code == 0)
		code = verify_rows(&walk);
	if (code == 0 && noted && !walk.is_noted && noted->seq > walk.pruned)
		code = broken(&walk, "there is no fact", noted->seq);
	else if (code == 0 && noted && !walk.is_noted)
		code = vp_fail(vp, VA_INVALID_ARGUMENT,
		    "fact %" PRId64 " is too old: it was deleted", noted->seq);
	if (code != 0)
		return code;
	*ret_count = walk.count;
	ret_last->seq = walk.seq;
	ret_last->hash[0] = '\0';
	if (walk.is_linked)
		sodium_bin2hex(
		    ret_last->hash, sizeof ret_last->hash, walk.before, DIGEST);
	return 0;
}
