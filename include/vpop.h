/*
 * vpop.h - the modern interface of libvpopmail.
 *
 * One handle (struct vpop) carries the settings, the open account stores,
 * the journal and the last error.  A handle is used by one thread at a time;
 * several handles may be open.  Functions return 0 or a negative VA_ code
 * (vpop_codes.h); the sentence belonging to the last failure is
 * vpop_message().  Nothing here prints, exits, changes the working directory,
 * the umask or signal handlers.
 *
 * Records are values: the caller owns the struct, the callee fills it, and a
 * "ret_" parameter is written only on success.  Text that would not fit is an
 * error, never cut.  Cursors are freed by their _close function, which
 * accepts NULL.
 *
 * Names are given in any case; they are lower-cased, international domain
 * names are converted to A-labels, and an alias domain stands for its real
 * domain wherever a function does not say otherwise.
 */
#ifndef VPOP_H
#define VPOP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "vpop_codes.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined __GNUC__
#	define VPOP_EXPORT __attribute__((visibility("default")))
#else
#	define VPOP_EXPORT
#endif

/* Sizes of the fields below, NUL included. */
#define VPOP_USER_SIZE       65
#define VPOP_DOMAIN_SIZE     254
#define VPOP_PASSWD_SIZE     256
#define VPOP_GECOS_SIZE      256
#define VPOP_DIR_SIZE        1024
#define VPOP_QUOTA_SIZE      65
#define VPOP_IP_SIZE         64
#define VPOP_ALIAS_LINE_SIZE 1001

/* Account flags (struct vpop_user.gid and .flags); spec: vpasswd field 4. */
enum vpop_user_flag {
	VPOP_NO_PASSWD_CHNG = 0x1,
	VPOP_NO_POP = 0x2,
	VPOP_NO_WEBMAIL = 0x4,
	VPOP_NO_IMAP = 0x8,
	VPOP_BOUNCE_MAIL = 0x10,
	VPOP_NO_RELAY = 0x20,
	VPOP_NO_DIALUP = 0x40,
	VPOP_V_USER0 = 0x80,
	VPOP_V_USER1 = 0x100,
	VPOP_V_USER2 = 0x200,
	VPOP_V_USER3 = 0x400,
	VPOP_NO_SMTP = 0x800,
	VPOP_QA_ADMIN = 0x1000,
	VPOP_V_OVERRIDE = 0x2000,
	VPOP_NO_SPAMASSASSIN = 0x4000,
	VPOP_DELETE_SPAM = 0x8000,
	VPOP_SA_ADMIN = 0x10000,
	VPOP_SA_EXPERT = 0x20000,
	VPOP_NO_MAILDROP = 0x40000,
	VPOP_ALL_FLAGS = 0x7ffff
};

struct vpop;

/* What sort of failure a code is; exit status and replies come from it. */
enum vpop_class {
	VPOP_CLASS_OK,
	VPOP_CLASS_ABSENT,    /* the object is not there */
	VPOP_CLASS_REFUSED,   /* the request is wrong or not allowed */
	VPOP_CLASS_TEMPORARY, /* could not find out, or could not do it now */
	VPOP_CLASS_BUG        /* a NULL pointer, a buffer too small */
};

enum vpop_open_flag {
	VPOP_OPEN_DRY_RUN = 1, /* verbs check everything and change nothing */
	VPOP_OPEN_STRICT = 2   /* verbs that make something hold to the numbers
				* of the domain's limits (VA_LIMIT_REACHED),
				* and refuse a name that is another kind's
				* already (VA_USERNAME_EXISTS) */
};

/* ---- handle ---------------------------------------------------------- */

/*
 * Read the settings (the file named by VPOPMAIL_CONF unless the program is
 * set-uid, else etc/vpopmail.conf of the vpopmail user's home; a missing
 * file means defaults) and make a handle.  Always sets *ret_vp unless memory
 * is short, so that vpop_message() can tell why; close it in any case.
 */
VPOP_EXPORT int vpop_open(struct vpop **ret_vp, unsigned flags);
VPOP_EXPORT void vpop_close(struct vpop *vp);

/* The last failure: its code, and a sentence naming object and cause. */
VPOP_EXPORT int vpop_code(const struct vpop *vp);
VPOP_EXPORT const char *vpop_message(const struct vpop *vp);
/* The fixed text of a code, for example "User does not exist". */
VPOP_EXPORT const char *vpop_code_text(int code);
VPOP_EXPORT enum vpop_class vpop_class(int code);

/* Who asks, for the journal: an actor ("root", "user@domain") and an origin
 * ("vadduser", "vpopmaild 192.0.2.1", "panel 192.0.2.1 REQUEST"; an address
 * that is unknown is empty).  Defaults: login name, program name. */
VPOP_EXPORT int vpop_set_actor(
    struct vpop *vp, const char *actor, const char *origin);

/*
 * Where to tell what goes wrong beside a change that succeeds, such as a
 * script etc/onchange that cannot be run: notice is called with arg and a
 * sentence, which is gone when it returns.  NULL, as at first: nobody is told.
 */
VPOP_EXPORT void vpop_set_notice(struct vpop *vp,
    void (*notice)(void *arg, const char *sentence), void *arg);

/* Open the account store now, not at its first use: 0 or why it cannot be. */
VPOP_EXPORT int vpop_check(struct vpop *vp);

/* A setting by the name it has in vpopmail.conf, as text; NULL if there is
 * no such name.  The text lives as long as the handle. */
VPOP_EXPORT const char *vpop_setting(const struct vpop *vp, const char *name);
/* The vpopmail home, as settings and the system's accounts say it; without
 * trailing slash. */
VPOP_EXPORT const char *vpop_home(const struct vpop *vp);
VPOP_EXPORT const char *vpop_version(void);

/* ---- domains --------------------------------------------------------- */

struct vpop_domain {
	char name[VPOP_DOMAIN_SIZE]; /* as asked for: real or alias domain */
	char real[VPOP_DOMAIN_SIZE]; /* equal to name unless it is an alias */
	char dir[VPOP_DIR_SIZE];
	uid_t uid;
	gid_t gid;
};

/* How a password is given when an account is made or changed. */
enum vpop_secret_kind {
	VPOP_SECRET_NONE,  /* locked: nothing can authenticate ("*") */
	VPOP_SECRET_EMPTY, /* no password stored (learn-passwords) */
	VPOP_SECRET_CLEAR, /* text: hashed by us, policy applies */
	VPOP_SECRET_HASH   /* a crypt string, stored as it is */
};

struct vpop_secret {
	enum vpop_secret_kind kind;
	const char *text; /* for CLEAR and HASH */
};

enum vpop_domain_add_flag {
	VPOP_DOMAIN_NO_SIGNAL = 1 /* neither newmrh nor HUP; see vpop_flush */
};

struct vpop_domain_new {
	const char *name;
	const char *basedir; /* NULL: the vpopmail home */
	uid_t uid;           /* (uid_t)-1: the vpopmail user */
	gid_t gid;           /* (gid_t)-1: its group */
	struct vpop_secret postmaster;
	int no_postmaster;    /* 1: make no account at all (old C API) */
	const char *quota;    /* of postmaster; NULL: the domain default */
	const char *gecos;    /* of postmaster; NULL: "Postmaster" */
	const char *catchall; /* NULL: default action; a name, an address,
				 "bounce-no-mailbox" or "delete" */
	unsigned flags;
	/* results of vpop_domains_add: */
	int code;
	char message[256];
};

/* 0, VA_DOMAIN_DOES_NOT_EXIST, or a temporary code. */
VPOP_EXPORT int vpop_domain_get(
    struct vpop *vp, const char *name, struct vpop_domain *ret_domain);
/* Open the domain's folder: a descriptor to close, or a negative code.  What
 * is below it belongs to the domain's owner, links too. */
VPOP_EXPORT int vpop_domain_opendir(
    struct vpop *vp, const struct vpop_domain *domain);
VPOP_EXPORT int vpop_domain_add(
    struct vpop *vp, const struct vpop_domain_new *domain);
/*
 * Add many at once.  Each element gets its own code and message; returns 0
 * when all were added, else the first failing code.  stop != 0: elements
 * after the first refused one are not tried (their code is that of the
 * first).  An existing equal domain is VA_DOMAIN_ALREADY_EXISTS.
 */
VPOP_EXPORT int vpop_domains_add(
    struct vpop *vp, struct vpop_domain_new *list, size_t count, int stop);
/* Whichever of the two names exists is the real domain; the other is new. */
VPOP_EXPORT int vpop_domain_add_alias(
    struct vpop *vp, const char *alias, const char *real);
/*
 * Make new_name the main name of a domain.  It becomes another name of it
 * first, unless it is one; the old name goes on as another name, and the
 * folder stays where it is.  VA_DOMAIN_ALREADY_EXISTS if new_name is a
 * different domain's.
 */
VPOP_EXPORT int vpop_domain_rename(
    struct vpop *vp, const char *name, const char *new_name);
/* An alias name removes the alias only; a real domain goes with its aliases,
 * accounts and mail. */
VPOP_EXPORT int vpop_domain_delete(struct vpop *vp, const char *name);

/* The second argument of vdelivermail in the domain's .qmail-default:
 * "bounce-no-mailbox", "delete", an address, "@domain" (the same name there),
 * a path, or "" if the file does not call vdelivermail.  ret_action has size
 * bytes. */
VPOP_EXPORT int vpop_domain_get_default(
    struct vpop *vp, const char *name, char *ret_action, size_t size);
/* action as above, or the name of a mailbox of the domain. */
VPOP_EXPORT int vpop_domain_set_default(
    struct vpop *vp, const char *name, const char *action);
/* Replace .qmail-default by one literal line (vmakedotqmail -q). */
VPOP_EXPORT int vpop_domain_set_default_line(
    struct vpop *vp, const char *name, const char *line);

#define VPOP_REASON_SIZE 256

/*
 * Close a domain for its users: nobody logs in, by whatever service, until it
 * is resumed; mail is accepted and kept meanwhile.  reason: one line, or "".
 * What is so already is no failure.
 */
VPOP_EXPORT int vpop_domain_suspend(
    struct vpop *vp, const char *name, const char *reason);
VPOP_EXPORT int vpop_domain_resume(struct vpop *vp, const char *name);
/* 1 and the reason (ret_reason may be NULL), 0, or a code. */
VPOP_EXPORT int vpop_domain_is_suspended(
    struct vpop *vp, const char *name, char ret_reason[VPOP_REASON_SIZE]);

/* Walk users/assign in file order.  real: only the entries of that real
 * domain (an alias may be given), or NULL for all.  vpop_domains_next
 * returns 1 (filled), 0 (end) or a negative code. */
struct vpop_domains;
VPOP_EXPORT int vpop_domains_open(
    struct vpop *vp, const char *real, struct vpop_domains **ret_cursor);
VPOP_EXPORT int vpop_domains_next(
    struct vpop_domains *cursor, struct vpop_domain *ret_domain);
VPOP_EXPORT void vpop_domains_close(struct vpop_domains *cursor);

/* Compile morercpthosts.cdb and signal qmail-send: what NO_SIGNAL left. */
VPOP_EXPORT int vpop_flush(struct vpop *vp);

/* Rebuild a domain's account files (vmkpasswd). */
VPOP_EXPORT int vpop_domain_fold(struct vpop *vp, const char *name);

/* ---- users ----------------------------------------------------------- */

struct vpop_user {
	char name[VPOP_USER_SIZE];
	char domain[VPOP_DOMAIN_SIZE]; /* the real domain */
	char passwd[VPOP_PASSWD_SIZE]; /* crypt string, "" if none */
	char clear[VPOP_PASSWD_SIZE];  /* clear password, "" if none */
	char gecos[VPOP_GECOS_SIZE];
	char dir[VPOP_DIR_SIZE];     /* "" : made at first use */
	char quota[VPOP_QUOTA_SIZE]; /* "NOQUOTA", "5000S,10C", "" */
	uint32_t uid;                /* 1 POP, 2 APOP; never a user id */
	uint32_t gid;                /* own flags, enum vpop_user_flag */
	uint32_t flags;              /* own flags and domain limits */
};

struct vpop_user_new {
	const char *name; /* user part */
	const char *domain;
	struct vpop_secret secret;
	const char *gecos; /* NULL or "": the user name */
	const char *quota; /* NULL: the domain default */
	uint32_t gid;      /* flags */
	int apop;
	int code; /* results of vpop_users_add */
	char message[256];
};

enum vpop_user_field {
	VPOP_SET_SECRET = 0x1,
	VPOP_SET_GECOS = 0x2,
	VPOP_SET_QUOTA = 0x4,
	VPOP_SET_FLAGS = 0x8, /* gid = (gid & ~clear_flags) | set_flags */
	VPOP_SET_DIR = 0x10,
	VPOP_SET_UID = 0x20,
	VPOP_SET_NO_POLICY = 0x1000, /* do not apply the password policy */
	VPOP_SET_BY_USER = 0x2000,   /* NO_PASSWD_CHNG refuses the change */
	VPOP_SET_NO_FOLD = 0x4000    /* leave vpasswd.cdb to vmkpasswd */
};

struct vpop_user_change {
	const char *name;
	const char *domain;
	unsigned fields; /* enum vpop_user_field */
	struct vpop_secret secret;
	const char *gecos; /* NULL: the user name */
	const char *quota;
	const char *dir;
	uint32_t set_flags, clear_flags;
	uint32_t uid;
	int unchanged; /* result: the record already was like that */
	int code;
	char message[256];
};

enum vpop_user_delete_flag {
	VPOP_DELETE_POSTMASTER = 1 /* else postmaster is refused */
};

struct vpop_user_name {
	const char *name;
	const char *domain;
	int code;
	char message[256];
};

/* Split user@domain (first '@', else '%', else '/'), lower-case, supply the
 * default domain, check characters.  VA_ILLEGAL_USERNAME or
 * VA_INVALID_DOMAIN_NAME; empty parts are accepted. */
VPOP_EXPORT int vpop_parse_address(struct vpop *vp, const char *address,
    char ret_user[VPOP_USER_SIZE], char ret_domain[VPOP_DOMAIN_SIZE]);

/* 0, VA_USER_DOES_NOT_EXIST, VA_DOMAIN_DOES_NOT_EXIST, or a temporary code;
 * VA_BAD_UID when the caller may not read the store. */
VPOP_EXPORT int vpop_user_get(struct vpop *vp, const char *user,
    const char *domain, struct vpop_user *ret_user);
VPOP_EXPORT int vpop_user_add(
    struct vpop *vp, const struct vpop_user_new *user);
VPOP_EXPORT int vpop_users_add(
    struct vpop *vp, struct vpop_user_new *list, size_t count, int stop);
VPOP_EXPORT int vpop_user_modify(
    struct vpop *vp, const struct vpop_user_change *change);
VPOP_EXPORT int vpop_users_modify(
    struct vpop *vp, struct vpop_user_change *list, size_t count, int stop);
VPOP_EXPORT int vpop_user_delete(
    struct vpop *vp, const char *user, const char *domain, unsigned flags);
VPOP_EXPORT int vpop_users_delete(struct vpop *vp, struct vpop_user_name *list,
    size_t count, unsigned flags, int stop);

/* Walk a domain's accounts in name order, beginning after the name "after"
 * (NULL: from the start).  next returns 1, 0 (end) or a negative code. */
struct vpop_users;
VPOP_EXPORT int vpop_users_open(struct vpop *vp, const char *domain,
    const char *after, struct vpop_users **ret_cursor);
VPOP_EXPORT int vpop_users_next(
    struct vpop_users *cursor, struct vpop_user *ret_user);
VPOP_EXPORT void vpop_users_close(struct vpop_users *cursor);
/* Number of accounts of a domain. */
VPOP_EXPORT int vpop_users_count(
    struct vpop *vp, const char *domain, unsigned long *ret_count);

/* Make the account's directory and Maildir if they are missing; stores the
 * directory in a record that has none. */
VPOP_EXPORT int vpop_user_make_dir(struct vpop *vp, struct vpop_user *user);
/* Write the copy of the hash that sqwebmail reads. */
VPOP_EXPORT int vpop_user_sqwebmail(
    struct vpop *vp, const struct vpop_user *user);

/* ---- passwords and logins -------------------------------------------- */

/* 0 if the secret is the account's, VA_AUTH_FAILED if not. */
VPOP_EXPORT int vpop_user_verify(
    struct vpop *vp, const struct vpop_user *user, const char *secret);
/* 1 if the account is locked: no secret can be its own.  Programs that let
 * somebody stay logged in ask now and then. */
VPOP_EXPORT int vpop_user_is_locked(const struct vpop_user *user);
/*
 * A login by address and password, for programs that administer: no flag is
 * looked at, nothing is learned or recorded.  0 and the account;
 * VA_AUTH_FAILED, after equal work, also when there is no such account; or a
 * temporary code or VA_BAD_UID.
 */
VPOP_EXPORT int vpop_authenticate(struct vpop *vp, const char *address,
    const char *secret, struct vpop_user *ret_user);
/* Hash with the configured scheme. */
VPOP_EXPORT int vpop_password_hash(
    struct vpop *vp, const char *clear, char ret_hash[VPOP_PASSWD_SIZE]);
/* 0 or VA_PWSTR_*; vpop_message() is the sentence for the user. */
VPOP_EXPORT int vpop_password_check(struct vpop *vp, const char *clear);
/* The policy's description, "" if there is none.  Lives with the handle. */
VPOP_EXPORT const char *vpop_password_policy(struct vpop *vp);
/* length 1..128 characters from the kernel's generator that the policy
 * accepts; ret_password has length + 1 bytes. */
VPOP_EXPORT int vpop_password_random(
    struct vpop *vp, size_t length, char *ret_password);

enum vpop_app_service { /* bits of vpop_app_password.services */
	VPOP_APP_SMTP = 1,
	VPOP_APP_POP = 2,
	VPOP_APP_IMAP = 4,
	VPOP_APP_WEBMAIL = 8,
	VPOP_APP_ALL = 15
};

#define VPOP_APP_ID_SIZE     9
#define VPOP_APP_LABEL_SIZE  65
#define VPOP_APP_SECRET_SIZE 30

/* A password that we make for one program of an account. */
struct vpop_app_password {
	char id[VPOP_APP_ID_SIZE];
	char label[VPOP_APP_LABEL_SIZE]; /* what people call it */
	unsigned services;               /* enum vpop_app_service */
	time_t created;
	time_t expires; /* 0: never */
};

/* Make one with the label, services and expires of *password, whose other
 * fields are filled; the secret is in ret_secret and nowhere else.
 * VA_FORBIDDEN if the account has 50. */
VPOP_EXPORT int vpop_app_password_add(struct vpop *vp,
    const struct vpop_user *user, struct vpop_app_password *password,
    char ret_secret[VPOP_APP_SECRET_SIZE]);
/* id NULL: all of them; VA_USER_DOES_NOT_EXIST if there is none with the
 * id. */
VPOP_EXPORT int vpop_app_password_delete(
    struct vpop *vp, const struct vpop_user *user, const char *id);
/* All, oldest first, malloc'd; free(*ret_list). */
VPOP_EXPORT int vpop_app_passwords_list(struct vpop *vp,
    const struct vpop_user *user, struct vpop_app_password **ret_list,
    size_t *ret_count);

struct vpop_lastauth {
	time_t time;           /* 0: never logged in */
	time_t created;        /* the record's time when never logged in */
	char ip[VPOP_IP_SIZE]; /* as stored; "" if there is no record */
};

VPOP_EXPORT int vpop_lastauth_get(struct vpop *vp, const struct vpop_user *user,
    struct vpop_lastauth *ret_lastauth);
VPOP_EXPORT int vpop_lastauth_set(
    struct vpop *vp, const struct vpop_user *user, const char *ip);

/* ---- aliases (dot-qmail files or the store's) ------------------------- */

/* Walk alias lines by alias name without regard to case, lines of one alias
 * in their order.  alias NULL: all aliases of the domain. */
struct vpop_aliases;
struct vpop_alias {
	char name[VPOP_USER_SIZE];
	const char *line; /* valid until the next call on the cursor */
};
VPOP_EXPORT int vpop_aliases_open(struct vpop *vp, const char *alias,
    const char *domain, struct vpop_aliases **ret_cursor);
VPOP_EXPORT int vpop_aliases_next(
    struct vpop_aliases *cursor, struct vpop_alias *ret_alias);
VPOP_EXPORT void vpop_aliases_close(struct vpop_aliases *cursor);
/* An equal line that is already there is VA_USERNAME_EXISTS. */
VPOP_EXPORT int vpop_alias_insert(
    struct vpop *vp, const char *alias, const char *domain, const char *line);
/* Remove every line equal to line; VA_USER_DOES_NOT_EXIST if none was. */
VPOP_EXPORT int vpop_alias_remove(
    struct vpop *vp, const char *alias, const char *domain, const char *line);
VPOP_EXPORT int vpop_alias_delete(
    struct vpop *vp, const char *alias, const char *domain);

/* ---- mailing lists (ezmlm-idx) ----------------------------------------- */

#define VPOP_LIST_OPTIONS_SIZE 32
#define VPOP_LIST_TEXT_SIZE    512

/* Where answers to messages of a list go. */
enum vpop_list_reply {
	VPOP_LIST_REPLY_SAME, /* of a change: as it is */
	VPOP_LIST_REPLY_SENDER,
	VPOP_LIST_REPLY_LIST,
	VPOP_LIST_REPLY_ADDRESS /* reply_address */
};

/* The sets of addresses that a list has. */
enum vpop_list_role {
	VPOP_LIST_SUBSCRIBER,
	VPOP_LIST_MODERATOR,
	VPOP_LIST_DIGEST,
	VPOP_LIST_DENY, /* may not post */
	VPOP_LIST_ALLOW /* may post without being subscribed */
};

struct vpop_list {
	char name[VPOP_USER_SIZE];
	char domain[VPOP_DOMAIN_SIZE]; /* the real domain */
	char dir[VPOP_DIR_SIZE + VPOP_USER_SIZE];
	char options[VPOP_LIST_OPTIONS_SIZE]; /* letters of ezmlm-make in
			   alphabetical order, small: on, capital: off */
	char owner[VPOP_LIST_TEXT_SIZE];      /* "" if it is no address */
	char prefix[VPOP_LIST_TEXT_SIZE];     /* of subjects; "" for none */
	enum vpop_list_reply reply;
	char reply_address[VPOP_LIST_TEXT_SIZE];
	char sql[VPOP_LIST_TEXT_SIZE]; /* subscribers in a database, with its
			   password: plugin:host:port:user:password:database:
			   table; "" for files */
};

/* NULL: the default of a new list, or as it is. */
struct vpop_list_change {
	const char *name, *domain;
	const char *options; /* letters of ezmlm-make, the last of two wins;
				those not given: default, or as they are */
	const char *owner;   /* default: postmaster of the domain */
	const char *prefix;  /* default: the name in brackets; "" for none */
	enum vpop_list_reply reply; /* default: the list */
	const char *reply_address;
	const char *sql;
};

/* VA_USER_DOES_NOT_EXIST if there is no such list. */
VPOP_EXPORT int vpop_list_get(struct vpop *vp, const char *name,
    const char *domain, struct vpop_list *ret_list);
/* VA_USERNAME_EXISTS if the address is taken; VA_NO_LIST_PROGRAMS if
 * ezmlm-idx is not installed, as from all that follow. */
VPOP_EXPORT int vpop_list_create(
    struct vpop *vp, const struct vpop_list_change *list);
VPOP_EXPORT int vpop_list_modify(
    struct vpop *vp, const struct vpop_list_change *list);
/* With subscribers and archive; needs no program. */
VPOP_EXPORT int vpop_list_delete(
    struct vpop *vp, const char *name, const char *domain);

/* Walk the names of a domain's lists without regard to case.  next returns
 * 1, 0 (end) or a negative code. */
struct vpop_lists;
VPOP_EXPORT int vpop_lists_open(
    struct vpop *vp, const char *domain, struct vpop_lists **ret_cursor);
VPOP_EXPORT int vpop_lists_next(
    struct vpop_lists *cursor, char ret_name[VPOP_USER_SIZE]);
VPOP_EXPORT void vpop_lists_close(struct vpop_lists *cursor);

/* That an address is there already, or is not there, is no failure. */
VPOP_EXPORT int vpop_list_member_add(struct vpop *vp, const char *name,
    const char *domain, enum vpop_list_role role, const char *address);
VPOP_EXPORT int vpop_list_member_remove(struct vpop *vp, const char *name,
    const char *domain, enum vpop_list_role role, const char *address);
VPOP_EXPORT int vpop_list_members_count(struct vpop *vp, const char *name,
    const char *domain, enum vpop_list_role role, unsigned long *ret_count);
/* Walk them in the order of ezmlm-list.  next returns 1, 0 (end) or a
 * negative code; the address is valid until the next call. */
struct vpop_list_members;
VPOP_EXPORT int vpop_list_members_open(struct vpop *vp, const char *name,
    const char *domain, enum vpop_list_role role,
    struct vpop_list_members **ret_cursor);
VPOP_EXPORT int vpop_list_members_next(
    struct vpop_list_members *cursor, const char **ret_address);
VPOP_EXPORT void vpop_list_members_close(struct vpop_list_members *cursor);

/* ---- limits ----------------------------------------------------------- */

enum vpop_perm { /* bits of the perm_ fields */
	VPOP_DENY_CREATE = 1,
	VPOP_DENY_MODIFY = 2,
	VPOP_DENY_DELETE = 4
};

struct vpop_limits {
	int maxpopaccounts, maxaliases, maxforwards, maxautoresponders,
	    maxmailinglists;    /* -1 unlimited */
	uint64_t quota;         /* of the domain, MiB; 0 none */
	uint64_t maxmsgcount;   /* of the domain; 0 none */
	uint64_t default_quota; /* of new accounts, bytes */
	uint64_t default_maxmsgcount;
	uint32_t flags; /* OR of NO_POP NO_IMAP NO_DIALUP NO_PASSWD_CHNG
			   NO_WEBMAIL NO_RELAY NO_SMTP NO_SPAMASSASSIN
			   DELETE_SPAM NO_MAILDROP */
	int perm_account, perm_alias, perm_forward, perm_autoresponder,
	    perm_maillist, perm_maillist_users, perm_maillist_moderators,
	    perm_quota, perm_defaultquota;
};

VPOP_EXPORT void vpop_limits_init(struct vpop_limits *limits);
/* The domain's own limits, else etc/vlimits.default, else the built-in
 * values.  domain NULL: the defaults themselves. */
VPOP_EXPORT int vpop_limits_get(
    struct vpop *vp, const char *domain, struct vpop_limits *ret_limits);
/* 1 if the domain has limits of its own, 0 if those are the defaults, or a
 * code. */
VPOP_EXPORT int vpop_limits_are_own(struct vpop *vp, const char *domain);
VPOP_EXPORT int vpop_limits_set(
    struct vpop *vp, const char *domain, const struct vpop_limits *limits);
VPOP_EXPORT int vpop_limits_delete(struct vpop *vp, const char *domain);

/* ---- conversion between account stores --------------------------------- */

/*
 * A handle with the settings of vp, all of whose domains live in the named
 * store.  Close it with vpop_close.  A failure is told on vp.
 */
VPOP_EXPORT int vpop_open_store(
    struct vpop *vp, const char *store, unsigned flags, struct vpop **ret_vp);

enum vpop_convert_kind {
	VPOP_CONVERT_ACCOUNT,
	VPOP_CONVERT_ALIAS,
	VPOP_CONVERT_LIMITS,
	VPOP_CONVERT_LASTAUTH,
	VPOP_CONVERT_DIRCONTROL,
	VPOP_CONVERT_ALIASDOMAIN,
	VPOP_CONVERT_IPMAP,
	VPOP_CONVERT_RELAY,
	VPOP_CONVERT_AUTHLOG,
	VPOP_CONVERT_KINDS /* how many there are */
};

struct vpop_convert_count {
	unsigned long total;   /* records of the source */
	unsigned long changed; /* written to the target, or removed there */
};

struct vpop_convert_step {
	const char *domain;
	int verifying; /* the copy is compared with the source */
	unsigned long done, total;
};

/*
 * Make the records of domains in the store "to" those that the store "from"
 * has.  What the settings or a store leave in files is read from and written
 * to the files.  The source is only read; a run that was interrupted goes on
 * when it is done again; each domain is compared at its end.  An account that
 * only the target has goes, unless the target is the domain's present store:
 * then nothing is done, VA_USERNAME_EXISTS.  A source without accounts of the
 * domain is VA_USER_DOES_NOT_EXIST.
 */
struct vpop_convert;
VPOP_EXPORT int vpop_convert_open(struct vpop *vp, const char *from,
    const char *to, struct vpop_convert **ret_convert);
/* Whom to tell, now and then, how far it is. */
VPOP_EXPORT void vpop_convert_progress(struct vpop_convert *convert,
    void (*progress)(void *arg, const struct vpop_convert_step *step),
    void *arg);
VPOP_EXPORT int vpop_convert_domain(
    struct vpop_convert *convert, const char *domain);
/* What belongs to no domain: the map of addresses, roaming addresses, the log
 * of logins, the count of domains. */
VPOP_EXPORT int vpop_convert_site(struct vpop_convert *convert);
/* What was done since it was opened, by enum vpop_convert_kind. */
VPOP_EXPORT void vpop_convert_counts(const struct vpop_convert *convert,
    struct vpop_convert_count ret_counts[VPOP_CONVERT_KINDS]);
VPOP_EXPORT void vpop_convert_close(struct vpop_convert *convert);

enum vpop_alias_result {
	VPOP_ALIAS_MOVED,
	VPOP_ALIAS_EXISTS, /* other lines are there: nothing is done */
	VPOP_ALIAS_LIST,   /* of a mailing list: stays a file */
	VPOP_ALIAS_EMPTY,  /* a file without lines: stays */
	VPOP_ALIAS_FAILED  /* code and vpop_message() tell why */
};

struct vpop_alias_move {
	const char *name;
	enum vpop_alias_result result;
	unsigned long lines;
	int code;
};

/*
 * Move a domain's aliases from dot-qmail files into the account store, or
 * (to_files) back; each is told of.  A file that was moved is kept as
 * .converted-<name>.  VA_NO_AUTH_MODULE if the store keeps no aliases.  0, or
 * the code of the first failure.
 */
VPOP_EXPORT int vpop_aliases_move(struct vpop *vp, const char *domain,
    int to_files, void (*each)(void *arg, const struct vpop_alias_move *move),
    void *arg);

/*
 * Write the alias domains of a real domain (NULL: of all), or one of them,
 * into the account store, and remove those that are none any more.  each is
 * told of every one; real is NULL for one that is removed.  Returns how many
 * were written, or a code: VA_NO_AUTH_MODULE if the store keeps none.
 */
VPOP_EXPORT int vpop_aliasdomains_save(struct vpop *vp, const char *real,
    const char *alias,
    void (*each)(void *arg, const char *alias, const char *real), void *arg);

/*
 * Bring an account store (NULL: the site's) that an older release left to the
 * form of today; each is told every step.  Returns how many there were, or
 * with dry_run would be, or a code.
 */
VPOP_EXPORT int vpop_store_migrate(struct vpop *vp, const char *store,
    int dry_run, void (*each)(void *arg, const char *step), void *arg);

/* ---- quotas ----------------------------------------------------------- */

struct vpop_quota {
	int64_t bytes; /* 0: no limit of this kind */
	int64_t messages;
};

/* "NOQUOTA", "10M", "5000S,100C" ... ; VA_INVALID_QUOTA.  spec: storage 14 */
VPOP_EXPORT int vpop_quota_parse(
    const char *text, struct vpop_quota *ret_quota);
/* The stored form: "NOQUOTA", "<n>S", "<n>C" or "<n>S,<m>C". */
VPOP_EXPORT void vpop_quota_format(
    const struct vpop_quota *quota, char ret_text[VPOP_QUOTA_SIZE]);
/* What the account's Maildir holds; ret_percent 0..100, -1 without quota. */
VPOP_EXPORT int vpop_user_usage(struct vpop *vp, const struct vpop_user *user,
    struct vpop_quota *ret_used, int *ret_percent);
/* What a domain's mailboxes hold, as the usage daemon knows: 1, or 0 if
 * nobody can tell. */
VPOP_EXPORT int vpop_domain_usage(
    struct vpop *vp, const char *domain, struct vpop_quota *ret_used);
/* How a file called name in new or cur of a Maildir counts: 1 with the size
 * in its name, 0 with that which it has on the disk, -1 not at all. */
VPOP_EXPORT int vpop_message_size(const char *name, int64_t *ret_size);
/* Put a message (header and body; Delivered-To and Date are added) into an
 * account's Maildir, whatever its quota. */
VPOP_EXPORT int vpop_user_warn(
    struct vpop *vp, const struct vpop_user *user, const char *text);

/* ---- site ------------------------------------------------------------- */

struct vpop_ipmap {
	char ip[VPOP_IP_SIZE];
	char domain[VPOP_DOMAIN_SIZE];
};

/* An address has one domain: adding replaces.  VA_INVALID_IP_ADDRESS. */
VPOP_EXPORT int vpop_ipmap_add(
    struct vpop *vp, const char *ip, const char *domain);
VPOP_EXPORT int vpop_ipmap_delete(
    struct vpop *vp, const char *ip, const char *domain);
VPOP_EXPORT int vpop_ipmap_get(
    struct vpop *vp, const char *ip, char ret_domain[VPOP_DOMAIN_SIZE]);
/* All entries, malloc'd; free(*ret_list). */
VPOP_EXPORT int vpop_ipmap_list(
    struct vpop *vp, struct vpop_ipmap **ret_list, size_t *ret_count);
/* Environment VPOPMAIL_DOMAIN, the map entry of TCPLOCALIP,
 * etc/defaultdomain; "" if none. */
VPOP_EXPORT int vpop_default_domain(
    struct vpop *vp, char ret_domain[VPOP_DOMAIN_SIZE]);

enum vpop_bulletin_how {
	VPOP_BULLETIN_COPY,
	VPOP_BULLETIN_LINK,
	VPOP_BULLETIN_SYMLINK
};

/* One message into every mailbox of a domain.  each is called after every
 * account with 0 or the code of its failure, and may return non-zero to
 * leave the account out when called with before = 1. */
VPOP_EXPORT int vpop_bulletin(struct vpop *vp, const char *domain,
    const char *file, enum vpop_bulletin_how how,
    int (*each)(void *arg, const struct vpop_user *user, int before, int code),
    void *arg);

enum vpop_dotqmail_op {
	VPOP_DOTQMAIL_MAKE, /* refuse an existing file */
	VPOP_DOTQMAIL_OVERWRITE,
	VPOP_DOTQMAIL_REMOVE
};

/* Install control/defaultdelivery as the account's .qmail, or remove it.
 * VA_USERNAME_EXISTS: there is one already; VA_USER_DOES_NOT_EXIST: there is
 * none to remove; VA_FORBIDDEN: defaultdelivery calls vdelivermail. */
VPOP_EXPORT int vpop_user_dotqmail(
    struct vpop *vp, const struct vpop_user *user, enum vpop_dotqmail_op op);

/* Check, and with repair mend, the whole site.  Calls report once per
 * disagreement: what is wrong, and whether it was mended.  Returns the
 * number of disagreements left, or a negative code. */
VPOP_EXPORT int vpop_doctor(struct vpop *vp, int repair,
    void (*report)(void *arg, const char *sentence, int mended), void *arg);

#ifdef __cplusplus
}
#endif
#endif
