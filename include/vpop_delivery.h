/*
 * vpop_delivery.h - what becomes of mail to an address: the dot-qmail file
 * and the automatic answer of an account, whole aliases, autoresponders, and
 * how many of them a domain has.
 *
 * The rules of vpop.h hold here, too.
 */
#ifndef VPOP_DELIVERY_H
#define VPOP_DELIVERY_H

#include "vpop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- dot-qmail files -------------------------------------------------- */

enum vpop_dotqmail_flag {
	VPOP_DOTQMAIL_ANY = 1 /* whatever vpop_dotqmail_check says */
};

/*
 * May somebody who is not trusted with the whole system have this text in a
 * dot-qmail file?  Its programs must be those of the setting
 * dotqmail_programs, with plain arguments; files, of deliveries and
 * arguments, be below the folder base and none that the library needs.  0, or
 * VA_FORBIDDEN.
 */
VPOP_EXPORT int vpop_dotqmail_check(
    struct vpop *vp, const char *base, const char *text, size_t size);
/* 1 if a path below a domain's folder is that of a file with accounts, or of
 * one that guards them or a quota. */
VPOP_EXPORT int vpop_is_protected(const char *rel);

/* The text of the account's .qmail, malloc'd; "" if there is none. */
VPOP_EXPORT int vpop_user_dotqmail_get(
    struct vpop *vp, const struct vpop_user *user, char **ret_text);
/* "" removes the file.  Lines that are new must pass vpop_dotqmail_check for
 * the account's directory, unless flags has VPOP_DOTQMAIL_ANY. */
VPOP_EXPORT int vpop_user_dotqmail_set(struct vpop *vp,
    const struct vpop_user *user, const char *text, unsigned flags);

/* A list of texts; begin with {0}. */
struct vpop_texts {
	char **text;
	size_t count;
};
/* Append a copy: 0, or -1 without memory. */
VPOP_EXPORT int vpop_texts_add(struct vpop_texts *texts, const char *text);
VPOP_EXPORT void vpop_texts_clear(struct vpop_texts *texts);

/* What an account's .qmail does, as people think of it. */
enum vpop_delivery_mode {
	VPOP_DELIVERY_NORMAL, /* into the mailbox */
	VPOP_DELIVERY_FORWARD,
	VPOP_DELIVERY_DISCARD
};

struct vpop_delivery {
	enum vpop_delivery_mode mode;
	int keep_copy;                  /* of what is forwarded */
	struct vpop_texts destinations; /* addresses */
	struct vpop_texts custom;       /* other lines: a change leaves them */
};

VPOP_EXPORT int vpop_user_delivery_get(struct vpop *vp,
    const struct vpop_user *user, struct vpop_delivery *ret_delivery);
/* custom is not looked at.  A destination without '@' is a mailbox of the
 * domain.  VA_INVALID_EMAIL_CHAR for what is no address. */
VPOP_EXPORT int vpop_user_delivery_set(struct vpop *vp,
    const struct vpop_user *user, const struct vpop_delivery *delivery);
VPOP_EXPORT void vpop_delivery_clear(struct vpop_delivery *delivery);

/* ---- answers of an account -------------------------------------------- */

#define VPOP_ANSWER_TEXT_SIZE    65536
#define VPOP_ANSWER_SUBJECT_SIZE 512
#define VPOP_DATE_SIZE           17

/* Set and delete take the autorespond line out of the .qmail by which older
 * panels did the same. */
struct vpop_vacation {
	int enabled;
	char subject[VPOP_ANSWER_SUBJECT_SIZE]; /* %S: that of the message */
	char *text;                             /* malloc'd */
	char start[VPOP_DATE_SIZE]; /* 2026-12-24, 2026-12-24 12:00, "" */
	char end[VPOP_DATE_SIZE];
	int days; /* a sender gets one answer in so many */
};

/* VA_USER_DOES_NOT_EXIST if none was ever written. */
VPOP_EXPORT int vpop_user_vacation_get(struct vpop *vp,
    const struct vpop_user *user, struct vpop_vacation *ret_vacation);
VPOP_EXPORT int vpop_user_vacation_set(struct vpop *vp,
    const struct vpop_user *user, const struct vpop_vacation *vacation);
VPOP_EXPORT int vpop_user_vacation_delete(
    struct vpop *vp, const struct vpop_user *user);

/* ---- reaching the owner of an account --------------------------------- */

#define VPOP_CONTACT_SIZE 256

/* The address elsewhere at which he can be reached, "" if there is none.  It
 * goes with the account.  set: VA_INVALID_EMAIL_CHAR for what is no address
 * that mail can be sent to; "" forgets it. */
VPOP_EXPORT int vpop_user_contact_get(struct vpop *vp,
    const struct vpop_user *user, char ret_address[VPOP_CONTACT_SIZE]);
VPOP_EXPORT int vpop_user_contact_set(
    struct vpop *vp, const struct vpop_user *user, const char *address);
/* Give a whole message, header and body, to qmail-queue, from an address (""
 * if nothing is to come back) to one that vpop_user_contact_set would take. */
VPOP_EXPORT int vpop_message_send(struct vpop *vp, const char *sender,
    const char *recipient, const char *message);

/* ---- aliases as a whole ------------------------------------------------ */

enum vpop_alias_set_flag {
	VPOP_ALIAS_CREATE = 1, /* VA_USERNAME_EXISTS if there is one */
	VPOP_ALIAS_REPLACE = 2 /* VA_USER_DOES_NOT_EXIST if there is none */
};

/* Make the alias these lines, in one step.  VA_FORBIDDEN for the address of
 * a mailing list. */
VPOP_EXPORT int vpop_alias_set(struct vpop *vp, const char *alias,
    const char *domain, const struct vpop_texts *lines, unsigned flags);
/* All lines of an alias; VA_USER_DOES_NOT_EXIST if it has none. */
VPOP_EXPORT int vpop_alias_get(struct vpop *vp, const char *alias,
    const char *domain, struct vpop_texts *ret_lines);
/* 1 if the account store keeps the domain's aliases, 0 if they are files
 * .qmail-NAME of its folder, or a code. */
VPOP_EXPORT int vpop_aliases_in_store(struct vpop *vp, const char *domain);
/* Let a walk over all aliases go on at the first whose name, in lower case,
 * is not before name; not backwards. */
VPOP_EXPORT int vpop_aliases_seek(
    struct vpop_aliases *cursor, const char *name);

/* The form of a destination as a line of a dot-qmail file, malloc'd: an
 * address, or the name of a mailbox of the domain.  VA_INVALID_EMAIL_CHAR,
 * or VA_USER_DOES_NOT_EXIST. */
VPOP_EXPORT int vpop_destination_line(struct vpop *vp, const char *domain,
    const char *destination, char **ret_line);

/* ---- autoresponders --------------------------------------------------- */

/* An address that answers, in the form of qmailadmin: an alias that calls
 * autorespond(1), and a folder with the answer, called like the address in
 * upper case. */
struct vpop_autoresponder {
	char name[VPOP_USER_SIZE];
	char subject[VPOP_ANSWER_SUBJECT_SIZE];
	char *text;                /* malloc'd */
	struct vpop_texts copy_to; /* who gets the messages */
	int64_t seconds;           /* a sender gets so many answers in this */
	int64_t count;             /* time */
};

/* 1 if a line of an alias calls autorespond(1). */
VPOP_EXPORT int vpop_is_autoresponder(const char *line);
VPOP_EXPORT int vpop_autoresponder_get(struct vpop *vp, const char *name,
    const char *domain, struct vpop_autoresponder *ret_autoresponder);
/* flags as of vpop_alias_set. */
VPOP_EXPORT int vpop_autoresponder_set(struct vpop *vp, const char *domain,
    const struct vpop_autoresponder *autoresponder, unsigned flags);
VPOP_EXPORT int vpop_autoresponder_delete(
    struct vpop *vp, const char *name, const char *domain);
VPOP_EXPORT void vpop_autoresponder_clear(
    struct vpop_autoresponder *autoresponder);

/* ---- how many --------------------------------------------------------- */

struct vpop_counts {
	unsigned long users;
	unsigned long aliases;  /* forwards to mailboxes of the domain only */
	unsigned long forwards; /* aliases that neither answer nor only
				 * discard; those above too */
	unsigned long autoresponders;
	unsigned long lists;
};

/* Reads every alias of the domain. */
VPOP_EXPORT int vpop_domain_counts(
    struct vpop *vp, const char *domain, struct vpop_counts *ret_counts);

#ifdef __cplusplus
}
#endif
#endif
