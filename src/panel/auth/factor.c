/*
 * The secret is in the state as it is, which only the owner of mail can read;
 * recovery codes have 80 random bits, so that a plain hash of them tells
 * nothing.  That a code is used up is one statement that changes a row or
 * does not: of two requests with the same code one wins.
 */
#include "config.h"

#include "panel/auth/factor.h"

#include <sodium.h>

#include "base/text.h"

#define HASH_BYTES 32
#define PLAIN      (VHD_RECOVERY_SIZE - 3) /* without dashes, with NUL */
#define GROUP      4

/* 32 signs, of which none looks like another. */
static const char signs[] = "abcdefghijkmnpqrstuvwxyz23456789";

int
vhd_factor_get(
    struct vhd_state *state, const char *account, struct vhd_factor *ret_factor)
{
	sqlite3_stmt *query = vhd_state_query(state,
	    "SELECT confirmed, created, (SELECT count(*) FROM recovery_code"
	    " WHERE account = ?1) FROM factor WHERE account = ?1",
	    vhd_text(account));
	int rc = vhd_state_next(state, query);

	*ret_factor = (struct vhd_factor){ 0, 0, 0 };
	if (rc <= 0)
		return rc;
	ret_factor->is_on = sqlite3_column_int(query, 0);
	ret_factor->created = sqlite3_column_int64(query, 1);
	ret_factor->codes = sqlite3_column_int64(query, 2);
	vhd_state_done(query);
	return 0;
}

int
vhd_factor_begin(struct vhd_state *state, const char *account, int64_t now,
    unsigned char ret_key[VHD_TOTP_KEY])
{
	if (vp_random(ret_key, VHD_TOTP_KEY) != 0)
		return -1;
	return vhd_state_run(state,
		   "INSERT INTO factor(account, secret, confirmed, step,"
		   " created) VALUES(?1, ?2, 0, 0, ?3) ON CONFLICT(account)"
		   " DO UPDATE SET secret = ?2, created = ?3"
		   " WHERE confirmed = 0",
		   vhd_text(account), vhd_bytes(ret_key, VHD_TOTP_KEY),
		   vhd_number(now)) < 0
		   ? -1
		   : 0;
}

/* ---- recovery codes --------------------------------------------------- */

static void
hash_of(const char plain[PLAIN], unsigned char ret_hash[HASH_BYTES])
{
	crypto_generichash(ret_hash, HASH_BYTES, (const unsigned char *)plain,
	    PLAIN - 1, NULL, 0);
}

static int
add_code(struct vhd_state *state, const char *account,
    char ret_code[VHD_RECOVERY_SIZE])
{
	unsigned char hash[HASH_BYTES];
	char plain[PLAIN];
	int rc;

	if (vp_random_text(plain, sizeof plain - 1, signs) != 0)
		return -1;
	hash_of(plain, hash);
	rc = vhd_state_run(state,
	    "INSERT INTO recovery_code(account, hash) VALUES(?1, ?2)",
	    vhd_text(account), vhd_bytes(hash, sizeof hash));
	snprintf(ret_code, VHD_RECOVERY_SIZE, "%.4s-%.4s-%.4s-%.4s", plain,
	    plain + GROUP, plain + 2 * GROUP, plain + 3 * GROUP);
	explicit_bzero(plain, sizeof plain);
	return rc == 1 ? 0 : -1;
}

/* Within a transaction. */
static int
renew(struct vhd_state *state, const char *account,
    char ret_codes[VHD_RECOVERY_CODES][VHD_RECOVERY_SIZE])
{
	if (vhd_state_run(state, "DELETE FROM recovery_code WHERE account = ?1",
		vhd_text(account)) < 0)
		return -1;
	for (int i = 0; i < VHD_RECOVERY_CODES; i++)
		if (add_code(state, account, ret_codes[i]) != 0)
			return -1;
	return 0;
}

int
vhd_factor_renew(struct vhd_state *state, const char *account,
    char ret_codes[VHD_RECOVERY_CODES][VHD_RECOVERY_SIZE])
{
	if (vhd_state_begin(state) != 0)
		return -1;
	return vhd_state_end(state, renew(state, account, ret_codes));
}

/* As it is typed: dashes, blanks and capital letters do not matter. */
static int
normalise(const char *text, char ret_plain[PLAIN])
{
	size_t size = 0;

	for (; *text; text++) {
		if (*text == '-' || *text == ' ')
			continue;
		if (size == PLAIN - 1)
			return -1;
		ret_plain[size++] = *text;
	}
	ret_plain[size] = '\0';
	vp_lower(ret_plain);
	return size == PLAIN - 1 ? 0 : -1;
}

static int
use_recovery(struct vhd_state *state, const char *account, const char *code)
{
	unsigned char hash[HASH_BYTES];
	char plain[PLAIN];
	int rc;

	if (normalise(code, plain) != 0)
		return 0;
	hash_of(plain, hash);
	rc = vhd_state_run(state,
	    "DELETE FROM recovery_code WHERE account = ?1 AND hash = ?2",
	    vhd_text(account), vhd_bytes(hash, sizeof hash));
	explicit_bzero(plain, sizeof plain);
	return rc;
}

/* ---- codes of the program --------------------------------------------- */

/* 1: right, 0: wrong or used before. */
static int
use_code(struct vhd_state *state, const char *account, int is_on, int64_t now,
    const char *code)
{
	unsigned char key[VHD_TOTP_KEY];
	sqlite3_stmt *query = vhd_state_query(state,
	    "SELECT secret FROM factor WHERE account = ?1 AND confirmed = ?2",
	    vhd_text(account), vhd_number(is_on));
	int rc = vhd_state_next(state, query);
	int64_t step = -1;

	if (rc <= 0)
		return rc;
	if (sqlite3_column_bytes(query, 0) == VHD_TOTP_KEY) {
		memcpy(key, sqlite3_column_blob(query, 0), sizeof key);
		step = vhd_totp_find(key, sizeof key, now, code);
		explicit_bzero(key, sizeof key);
	}
	vhd_state_done(query);
	if (step < 0)
		return 0;
	return vhd_state_run(state,
	    "UPDATE factor SET step = ?3 WHERE account = ?1"
	    " AND confirmed = ?2 AND step < ?3",
	    vhd_text(account), vhd_number(is_on), vhd_number(step));
}

int
vhd_factor_check(
    struct vhd_state *state, const char *account, int64_t now, const char *code)
{
	if (strlen(code) == VHD_TOTP_DIGITS)
		return use_code(state, account, 1, now, code);
	return use_recovery(state, account, code);
}

int
vhd_factor_confirm(struct vhd_state *state, const char *account, int64_t now,
    const char *code, char ret_codes[VHD_RECOVERY_CODES][VHD_RECOVERY_SIZE])
{
	int rc;

	if (vhd_state_begin(state) != 0)
		return -1;
	rc = use_code(state, account, 0, now, code);
	if (rc == 1 && (vhd_state_run(state,
			    "UPDATE factor SET confirmed = 1, created = ?2"
			    " WHERE account = ?1",
			    vhd_text(account), vhd_number(now)) != 1 ||
			   renew(state, account, ret_codes) != 0))
		rc = -1;
	return vhd_state_end(state, rc < 0) == 0 ? rc : -1;
}

int
vhd_factor_remove(struct vhd_state *state, const char *account)
{
	return vhd_state_run(state, "DELETE FROM factor WHERE account = ?1",
		   vhd_text(account)) < 0
		   ? -1
		   : 0;
}
