/*
 * Password hashes.
 *
 * Verification takes whatever the host's crypt knows, and Argon2; a stored
 * text may carry a "{SCHEME}" in front, which other programs put there and
 * which says nothing that the hash itself does not say.
 */
#include "config.h"

#include "core/password.h"

#include <crypt.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define BCRYPT_MAX 72 /* bytes of a password that bcrypt looks at */

static const char *const prefixes[] = {
	[VP_SCHEME_DES] = "",
	[VP_SCHEME_MD5] = "$1$",
	[VP_SCHEME_SHA256] = "$5$",
	[VP_SCHEME_SHA512] = "$6$",
	[VP_SCHEME_BCRYPT] = "$2b$",
	[VP_SCHEME_YESCRYPT] = "$y$",
};

static const char *
skip_scheme(const char *hash)
{
	const char *end = *hash == '{' ? strchr(hash, '}') : NULL;

	return end ? end + 1 : hash;
}

static int
is_argon2(const char *hash)
{
	return strncmp(hash, "$argon2", 7) == 0;
}

static int
argon2_matches(const char *secret, const char *hash)
{
	if (sodium_init() < 0 || strlen(hash) >= crypto_pwhash_STRBYTES)
		return -1;
	if (crypto_pwhash_str_needs_rehash(hash,
		crypto_pwhash_OPSLIMIT_INTERACTIVE,
		crypto_pwhash_MEMLIMIT_INTERACTIVE) < 0)
		return -1;
	return crypto_pwhash_str_verify(hash, secret, strlen(secret)) == 0;
}

/* crypt(3) into ret; 0, or -1 for a setting that it does not know. */
static int
crypt_text(const char *secret, const char *setting, char ret[CRYPT_OUTPUT_SIZE])
{
	struct crypt_data *data = calloc(1, sizeof *data);
	int rc = -1;

	if (!data)
		return -1;
	const char *made = crypt_rn(secret, setting, data, sizeof *data);
	if (made && *made != '*')
		rc = vp_copy(ret, CRYPT_OUTPUT_SIZE, made);
	explicit_bzero(data, sizeof *data);
	free(data);
	return rc;
}

int
vp_password_is_locked(const char *hash)
{
	hash = skip_scheme(hash);
	return *hash == '\0' || *hash == '*' || *hash == '!';
}

int
vp_password_matches(const char *secret, const char *hash)
{
	char made[CRYPT_OUTPUT_SIZE];

	if (*secret == '\0' || vp_password_is_locked(hash))
		return 0;
	hash = skip_scheme(hash);
	if (is_argon2(hash))
		return argon2_matches(secret, hash);
	if (crypt_text(secret, hash, made) != 0)
		return -1;
	return vp_equal_secret(made, hash);
}

/* 0 or -1. */
static int
argon2_hash(const char *clear, int64_t cost, char ret_hash[VPOP_PASSWD_SIZE])
{
	unsigned long long ops = cost > 0 ? (unsigned long long)cost
					  : crypto_pwhash_OPSLIMIT_INTERACTIVE;

	if (sodium_init() < 0)
		return -1;
	return crypto_pwhash_str(ret_hash, clear, strlen(clear), ops,
	    crypto_pwhash_MEMLIMIT_INTERACTIVE);
}

/* 0 or -1.  The salt comes from the kernel; DES and MD5 have no cost. */
static int
hash_text(enum vp_scheme scheme, int64_t cost, const char *clear,
    char ret_hash[VPOP_PASSWD_SIZE])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE], made[CRYPT_OUTPUT_SIZE];

	if (scheme == VP_SCHEME_ARGON2ID)
		return argon2_hash(clear, cost, ret_hash);
	if (scheme == VP_SCHEME_DES || scheme == VP_SCHEME_MD5)
		cost = 0;
	if (!crypt_gensalt_rn(prefixes[scheme], (unsigned long)cost, NULL, 0,
		setting, sizeof setting) ||
	    crypt_text(clear, setting, made) != 0)
		return -1;
	return vp_copy(ret_hash, VPOP_PASSWD_SIZE, made);
}

int
vp_password_hash_scheme(struct vpop *vp, enum vp_scheme scheme,
    const char *clear, char ret_hash[VPOP_PASSWD_SIZE])
{
	size_t max = VPOP_PASSWD_SIZE - 1;

	if (scheme == VP_SCHEME_BCRYPT)
		max = BCRYPT_MAX;
	if (*clear == '\0')
		return vp_fail(vp, VA_PWSTR_LENGTH, "the password is empty");
	if (strlen(clear) > max)
		return vp_fail(vp, VA_PASSWD_TOO_LONG,
		    "the password is longer than %zu bytes", max);
	if (hash_text(scheme, vp->set.password_cost, clear, ret_hash) != 0)
		return vp_fail(vp, VA_CRYPT_FAILED,
		    "cannot hash the password with the scheme and cost of the "
		    "settings");
	return 0;
}

void
vp_password_dummy(struct vpop *vp, const char *secret)
{
	char hash[VPOP_PASSWD_SIZE];

	hash_text((enum vp_scheme)vp->set.password_scheme,
	    vp->set.password_cost, secret, hash);
	explicit_bzero(hash, sizeof hash);
}

int
vp_password_verify(struct vpop *vp, const char *secret, const char *hash)
{
	int rc = -1;

	if (*secret != '\0' && !vp_password_is_locked(hash))
		rc = vp_password_matches(secret, hash);

	if (rc < 0)
		vp_password_dummy(vp, secret);
	return rc > 0;
}

int
vp_password_is_weak(const char *hash)
{
	hash = skip_scheme(hash);
	if (*hash == '*' || *hash == '!')
		return 0;
	/* Without "$": DES in its two forms, or nothing. */
	return *hash != '$' || strncmp(hash, "$1$", 3) == 0;
}

int
vp_password_check_hash(struct vpop *vp, const char *hash)
{
	static const char allowed[] = "./0123456789"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "$,=_{}+*!@-";

	if (strlen(hash) >= VPOP_PASSWD_SIZE)
		return vp_fail(vp, VA_PASSWD_TOO_LONG,
		    "the password hash is longer than %d bytes",
		    VPOP_PASSWD_SIZE - 1);
	if (hash[strspn(hash, allowed)] != '\0')
		return vp_fail(vp, VA_BAD_CHAR,
		    "the password hash has a character that no hash has");
	return 0;
}

int
vpop_password_hash(
    struct vpop *vp, const char *clear, char ret_hash[VPOP_PASSWD_SIZE])
{
	return vp_password_hash_scheme(
	    vp, (enum vp_scheme)vp->set.password_scheme, clear, ret_hash);
}

int
vpop_user_is_locked(const struct vpop_user *user)
{
	return vp_password_is_locked(user->passwd);
}

int
vpop_user_verify(
    struct vpop *vp, const struct vpop_user *user, const char *secret)
{
	int rc = vp_password_matches(secret, user->passwd);

	if (rc == 1)
		return 0;
	if (rc < 0)
		return vp_fail(vp, VA_CRYPT_FAILED,
		    "the password hash of '%s@%s' is of an unknown kind",
		    user->name, user->domain);
	return vp_fail(vp, VA_AUTH_FAILED, "wrong password for '%s@%s'",
	    user->name, user->domain);
}
