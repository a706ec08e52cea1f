/* What the resources about accounts share. */
#ifndef MAIL_ACCOUNT_H
#define MAIL_ACCOUNT_H

#include "modules/mail/mail.h"
#include "vpop_delivery.h"

/* Who asks: */
enum mail_rank {
	MAIL_RANK_USER,   /* the account itself */
	MAIL_RANK_DOMAIN, /* an administrator of the domain */
	MAIL_RANK_HOST,   /* an operator or reseller */
	MAIL_RANK_SYSTEM
};
enum mail_rank mail_rank(const struct mail_request *r);
/* 1 if the limits of the domain deny it (bit of enum vpop_perm) to him; perm
 * is one of their fields.  -1 and refused if that cannot be found out. */
int mail_denied(
    struct mail *m, const struct mail_request *r, size_t perm_offset, int bit);
/* The same as 0, or -1 and refused. */
int mail_allowed(struct mail *m, const struct mail_request *r,
    size_t perm_offset, int bit, const char *what);
#define MAIL_PERM(field) offsetof(struct vpop_limits, perm_##field)

/* The account of the request's domain: 0, or -1 and refused. */
int mail_account(struct mail *m, const struct mail_request *r, const char *name,
    struct vpop_user *ret_user);
/* The same for a change: nobody but the system changes an administrator of
 * it, unless he is that himself. */
int mail_account_to_change(struct mail *m, const struct mail_request *r,
    const char *name, struct vpop_user *ret_user);
/* Forget the secrets of a record. */
void mail_account_forget(struct vpop_user *user);

/* A new time as JSON: "2026-12-24T12:00:00Z", null for 0. */
json_t *mail_time(time_t when);
/* An array of texts, and back: 0, or -1 and refused. */
json_t *mail_texts(const struct vpop_texts *texts);
int mail_texts_read(struct mail *m, json_t *array, struct vpop_texts *ret);

/* flags.c: the names of an account's flags. */
json_t *mail_flags_list(uint32_t flags);
/* What an array asks for, of now; 0, or -1 and refused, at pointer. */
int mail_flags_read(struct mail *m, const struct mail_request *r, json_t *array,
    uint32_t now, const char *pointer, uint32_t *ret_flags);

/* quota.c: {"bytes", "messages"} and the text of the library. */
json_t *mail_quota(const char *text);
int mail_quota_read(struct mail *m, const struct mail_request *r,
    json_t *object, const char *now, char ret_text[VPOP_QUOTA_SIZE]);

/* password.c: the secret that an object gives, of password, hash and
 * generate; VPOP_SECRET_NONE with none of them.  made has room for one that
 * is generated.  0, or -1 and refused. */
#define MAIL_MADE_LENGTH 16
int mail_secret_read(struct mail *m, const struct mail_request *r,
    char made[MAIL_MADE_LENGTH + 1], struct vpop_secret *ret);
/* A user proves by the property "current" that he is still himself: 0, or
 * refused. */
int mail_current_check(
    struct mail *m, const struct mail_request *r, const struct vpop_user *user);
/* {}, with "once" if the secret was made. */
json_t *mail_secret_done(const char *made);

#endif
