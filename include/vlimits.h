/*
 * vlimits.h - limits of domains.
 */
#ifndef VPOPMAIL_VLIMITS_H
#define VPOPMAIL_VLIMITS_H

#include "storage.h"
#include "vpopmail_features.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of the perm_ fields. */
#define VLIMIT_DISABLE_CREATE 1
#define VLIMIT_DISABLE_MODIFY 2
#define VLIMIT_DISABLE_DELETE 4
#define VLIMIT_DISABLE_ALL    7
#define VLIMIT_DISABLE_BITS   3

struct vqpasswd;

struct vlimits {
	/* -1: as many as one likes, 0: none */
	int maxpopaccounts;
	int maxaliases;
	int maxforwards;
	int maxautoresponders;
	int maxmailinglists;
	/* 0: no limit */
	storage_t diskquota; /* of the domain, megabytes */
	storage_t maxmsgcount;
	storage_t defaultquota; /* of new accounts, bytes */
	storage_t defaultmaxmsgcount;
	short disable_pop;
	short disable_imap;
	short disable_dialup;
	short disable_passwordchanging;
	short disable_webmail;
	short disable_relay;
	short disable_smtp;
	short disable_spamassassin;
	short delete_spam;
	short disable_maildrop;
	short perm_account;
	short perm_alias;
	short perm_forward;
	short perm_autoresponder;
	short perm_maillist;
	short perm_maillist_users;
	short perm_maillist_moderators;
	short perm_quota;
	short perm_defaultquota;
};

/* No limits. */
void vdefault_limits(struct vlimits *limits);
/* The domain's limits, else those of VLIMITS_DEFAULT_FILE.  0, or -1: limits
 * are those of vdefault_limits then. */
int vget_limits(const char *domain, struct vlimits *limits);
int vset_limits(const char *domain, const struct vlimits *limits);
/* 0 also when the domain has none. */
int vdel_limits(const char *domain);
/* A file: what is in it changes limits. */
int vlimits_read_limits_file(const char *path, struct vlimits *limits);
int vlimits_write_limits_file(const char *path, const struct vlimits *limits);
/* The flags of accounts that follow from limits. */
int vlimits_get_flag_mask(struct vlimits *limits);
/* Set pw_flags. */
void vlimits_setflags(struct vqpasswd *pw, char *domain);

#ifdef __cplusplus
}
#endif
#endif
