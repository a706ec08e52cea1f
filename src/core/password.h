/*
 * Password hashes (crypt(5), Argon2 by libsodium) and challenges.
 */
#ifndef CORE_PASSWORD_H
#define CORE_PASSWORD_H

#include "core/handle.h"

/* 1 if secret matches hash, 0 if not, -1 if the hash's scheme is unknown
 * here.  A leading {SCHEME} is skipped; an empty secret or hash, "*" and "!"
 * never match.  Constant-time compare. */
int vp_password_matches(const char *secret, const char *hash);
/* Do the work of a verification against the configured scheme and forget
 * it: equal time for unknown users. */
void vp_password_dummy(struct vpop *vp, const char *secret);
/* 1 if nothing can match: "", or a hash that begins with "*" or "!". */
int vp_password_is_locked(const char *hash);
/* 1 if secret matches hash, else 0; takes the time of one hash also where
 * there is none to compare with: a locked account must not answer sooner. */
int vp_password_verify(struct vpop *vp, const char *secret, const char *hash);
/* 1 if the stored hash is DES or MD5 (or empty with a clear password). */
int vp_password_is_weak(const char *hash);
/* 0 or VA_CRYPT_FAILED; bounds: VA_PASSWD_TOO_LONG over 255 bytes. */
int vp_password_hash_scheme(struct vpop *vp, enum vp_scheme scheme,
    const char *clear, char ret_hash[VPOP_PASSWD_SIZE]);
/* VA_BAD_CHAR unless hash is made of crypt(5) characters
 * ([./0-9A-Za-z$,=_{}+*!@-]), VA_PASSWD_TOO_LONG. */
int vp_password_check_hash(struct vpop *vp, const char *hash);
/* Lower-case hex of MD5(challenge clear) (APOP, RFC 1939), and of
 * HMAC-MD5(clear, challenge) (CRAM-MD5, RFC 2195). */
void vp_apop_digest(const char *challenge, const char *clear, char ret_hex[33]);
void vp_cram_digest(const char *challenge, const char *clear, char ret_hex[33]);

#endif
