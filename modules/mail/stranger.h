/*
 * What people do who cannot log in: signing up, and getting a new password.
 * They prove that mail reaches them by a token out of a message; of a token
 * only a digest is kept.
 */
#ifndef MAIL_STRANGER_H
#define MAIL_STRANGER_H

#include "modules/mail/records.h"

#define MAIL_TOKEN_SIZE  33 /* of 128 bits, with NUL */
#define MAIL_DIGEST_SIZE 33

/* A new token, and the digest of one. */
void mail_token_make(char ret_token[MAIL_TOKEN_SIZE]);
void mail_digest(const char *text, char ret_digest[MAIL_DIGEST_SIZE]);

/* A message with a token to choose a password with.  kind: "signup" or
 * "reset", the part of the site's address that the panel's page is at; about:
 * what it says first; address: the account.  0, or -1 and refused. */
struct mail_invitation {
	const char *kind, *subject, *about, *hours;
	const char *address, *domain, *contact, *token;
};
int mail_invite(struct mail *m, const struct mail_invitation *invitation);

/* Do something with an object of a domain as the system does; what there is
 * of parent, key and new is taken.  Its result, or NULL and refused. */
struct mail_deed {
	const char *verb, *resource, *domain, *parent, *key;
	json_t *new;
	int is_dry;
};
json_t *mail_do_own(
    struct mail *m, const struct mail_request *r, const struct mail_deed *deed);

#endif
