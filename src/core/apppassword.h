/*
 * App passwords: secrets that we make for one program of an account (a mail
 * reader, a printer), each good for some services only, so that the account's
 * own password need not be stored there and one of them can be taken back.
 *
 * They are the lines of a file in the account's directory, whatever store
 * holds the account.  A secret has 120 random bits, so a plain sum of it
 * tells nothing, and costs a login next to nothing.
 */
#ifndef CORE_APPPASSWORD_H
#define CORE_APPPASSWORD_H

#include "core/login.h"

#define VP_APP_FILE     ".app-passwords"
#define VP_APP_FILE_MAX 16384
#define VP_APP_LENGTH   24 /* characters of a secret without its dashes */
#define VP_APP_ALPHABET "abcdefghijkmnpqrstuvwxyz23456789"
#define VP_APP_SUM_SIZE 65

/* A line of the file. */
struct vp_app_line {
	struct vpop_app_password password;
	char sum[VP_APP_SUM_SIZE];
};

/* "id:services:created:expires:sum:label", changed by this; 0 or -1. */
int vp_app_line_parse(char *text, struct vp_app_line *ret);
/* The secret's characters without dashes and blanks; -1 if it cannot be an
 * app password. */
int vp_app_normalise(const char *secret, char ret_secret[VP_APP_LENGTH + 1]);
void vp_app_sum(const char *normal, char ret_sum[VP_APP_SUM_SIZE]);

/* 1 if the secret is an app password of the account for the service at the
 * time now, 0 if not, or a code.  Only a secret that looks like one costs
 * more than that look. */
int vp_app_password_matches(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_user *user, const char *secret, enum vp_service service,
    time_t now);

#endif
