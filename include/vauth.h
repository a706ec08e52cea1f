/*
 * vauth.h - accounts, aliases and what is kept about them, as vpopmail 5.4 to
 * 5.6 documented it.  What vpopmail.h says holds here too.
 */
#ifndef VPOPMAIL_VAUTH_H
#define VPOPMAIL_VAUTH_H

#include <stdio.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "vpopmail_features.h"
#include "vpopmail_sizes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* struct vqpasswd has pw_flags. */
#define VQPASSWD_HAS_PW_FLAGS 1

/* What the library returns has no NULL in it, and each text can be written
 * to. */
struct vqpasswd {
	char *pw_name;
	char *pw_passwd; /* crypt string, "" if none */
	uid_t pw_uid;    /* 1 or, made with USE_APOP, 2 */
	gid_t pw_gid;    /* the account's own flags */
	gid_t pw_flags;  /* these and the domain's */
	char *pw_gecos;
	char *pw_dir;
	char *pw_shell;        /* quota */
	char *pw_clear_passwd; /* "" if none */
};

typedef struct {
	int level_cur;
	int level_max;
	int level_start[MAX_DIR_LEVELS];
	int level_end[MAX_DIR_LEVELS];
	int level_mod[MAX_DIR_LEVELS];
	int level_index[MAX_DIR_LEVELS];
	unsigned long cur_users;
	char the_dir[MAX_DIR_NAME];
} vdir_type;

/* After open_big_dir: cur_users is the number of accounts. */
extern vdir_type vdir;

/* Open the account store; will_update 0: to read.  0 or a code. */
int vauth_open(int will_update);
int vauth_open_update(void);
int vauth_open_read(void);
void vclose(void);

/*
 * Find an account.  NULL with verrori: VA_USER_DOES_NOT_EXIST,
 * VA_DOMAIN_DOES_NOT_EXIST, VA_BAD_UID (neither root nor the domain's owner)
 * or what kept it from finding out.  Overwritten by the next account that is
 * looked up, by this or another function, but for vauth_getall and vgetent.
 */
struct vqpasswd *vauth_getpw(char *user, char *domain);
/* Walk the accounts of a domain in name order: first 1 starts, 0 goes on.
 * NULL at the end, or with verrori. */
struct vqpasswd *vauth_getall(char *domain, int first, int sortit);
void vauth_end_getall(void);
/* Store the record (all but pw_flags) over that of the account of its name.
 * inpw is not written to; colons and line ends of the comment are left out. */
int vauth_setpw(struct vqpasswd *inpw, char *domain);
/* 0 if the password is that of vpw. */
int vauth_crypt(
    char *user, char *domain, char *clear_pass, struct vqpasswd *vpw);
struct vqpasswd *vauth_user(
    char *user, char *domain, char *password, char *apop);
struct vqpasswd *vgetent(FILE *pw);

/* The store's part of adding and deleting; directories are not touched.  dir
 * is a hash path. */
int vauth_adduser(char *username, char *domain, char *passwd, char *gecos,
    char *dir, int apop);
int vauth_deluser(char *user, char *domain);
int vauth_setquota(char *user, char *domain, char *quota);
/* Stores know the domains of users/assign: 0. */
int vauth_adddomain(char *domain);
int vauth_deldomain(char *domain);

/* ---- aliases: one walk at a time --------------------------------------- */

/* First and next line of an alias; NULL: no more, or verrori. */
char *valias_select(char *alias, char *domain);
char *valias_select_next(void);
/* All lines of all aliases, by name without regard to case.  alias gets the
 * name; it has MAX_FILE_NAME bytes. */
char *valias_select_all(char *alias, char *domain);
char *valias_select_all_next(char *alias);
/* All names; a walk of its own. */
char *valias_select_names(char *domain);
char *valias_select_names_next(void);
void valias_select_names_end(void);
/* Append a line; VA_ALIAS_LINE_TOO_LONG from MAX_ALIAS_LINE characters on. */
int valias_insert(char *alias, char *domain, char *alias_line);
/* Remove every equal line; 0 also if there is none. */
int valias_remove(char *alias, char *domain, char *alias_line);
/* Remove an alias; -1 and errno (ENOENT: there is none). */
int valias_delete(char *alias, char *domain);
/* Remove all of a domain. */
int valias_delete_domain(char *domain);

/* ---- logins ------------------------------------------------------------ */

/* Record a login from remoteip, which may be any short text. */
int vset_lastauth(char *user, char *domain, char *remoteip);
/* Time of the last login, 0: never. */
time_t vget_lastauth(struct vqpasswd *pw, char *domain);
/* Its address (NULL_REMOTE_IP: none since the account was made), or NULL. */
char *vget_lastauthip(struct vqpasswd *pw, char *domain);

/* ---- domains by local address ------------------------------------------ */

/* 0 or -1. */
int vget_ip_map(char *ip, char *domain, int domain_size);
int vadd_ip_map(char *ip, char *domain);
int vdel_ip_map(char *ip, char *domain);
/* 1 a row, 0 the end, -1.  ip has 64 bytes, domain MAX_PW_DOMAIN + 1. */
int vshow_ip_map(int first, char *ip, char *domain);

/* ---- where accounts are put -------------------------------------------- */

/* Load vdir.  Always 0. */
int open_big_dir(char *domain, uid_t uid, gid_t gid);
int close_big_dir(char *domain, uid_t uid, gid_t gid);
/* Take the next place of the domain that was opened; vdir.the_dir, NULL. */
char *next_big_dir(uid_t uid, gid_t gid);
/* Count one account less. */
int dec_dir_control(char *domain, uid_t uid, gid_t gid);
/* 0, or -1: vdir is as it is at the beginning. */
int vread_dir_control(vdir_type *dir, char *domain, uid_t uid, gid_t gid);
int vwrite_dir_control(vdir_type *dir, char *domain, uid_t uid, gid_t gid);
int vdel_dir_control(char *domain);
/* op 1: take the place of a deleted account (its directory, or NULL); 2: give
 * back that of path. */
char *backfill(char *username, char *domain, char *path, int op);

#ifdef __cplusplus
}
#endif
#endif
