/*
 * vpopmail.h - the documented interface of vpopmail 5.4 to 5.6.
 *
 * Functions return VA_SUCCESS or a VA_ code unless they say otherwise.  They
 * share one process-wide handle and are not for use by several threads.
 * Nothing is printed on standard output, and working directory, umask and
 * signal handlers stay as they are.
 *
 * User and domain arguments are lower-cased in place, and an alias domain is
 * replaced by its real domain.  An argument is only written to when its text
 * changes, and left alone if it is in memory that cannot be written.  The
 * name of a real domain can be longer than that of its alias: a buffer for a
 * domain has MAX_PW_DOMAIN + 1 bytes.
 *
 * Text that is returned belongs to the library, can be written to, and is
 * overwritten by the next call of the same function unless another is named.
 */
#ifndef VPOPMAIL_H
#define VPOPMAIL_H

#include <crypt.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>

#include "storage.h"
#include "vlogger.h"
#include "vpop_codes.h"
#include "vpopmail_features.h"
#include "vpopmail_sizes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Buffers of lines, paths and file names. */
#define MAX_BUFF      300
#define MAX_FILE_NAME 512
#define MAX_NAME      160

/* Mailing lists. */
#define MAX_SORT_BLOCKS         1000
#define SORT_TABLE_ENTRIES      1000
#define MAX_OPTIONS             26
#define EZMLMDIR                "/usr/local/bin/ezmlm"
#define POSTING_ANYONE          0
#define POSTING_SPOB            1
#define POSTING_SPOM            2
#define POSTING_MPOB            3
#define POSTING_MPOM            4
#define REPLYTO_SENDER          1
#define REPLYTO_LIST            2
#define REPLYTO_ADDRESS         3

#define ATCHARS                 "@%/"
#define BOUNCE_ALL              "bounce-no-mailbox"
#define DELETE_ALL              "delete"
#define NULL_REMOTE_IP          "0.0.0.0"
#define IP_ALIAS_MAP_FILE       "etc/ip_alias_map"
#define IP_ALIAS_TOKENS         " \t\n"
#define DEFAULT_DOMAIN          default_domain()

#define VPOPMAIL_UMASK          0077
#define VPOPMAIL_TCPRULES_UMASK 0022
#define VPOPMAIL_DIR_MODE       0750
#define VPOPMAIL_QMAIL_MODE     0644

/* The last argument of vadduser and vpasswd. */
#define USE_POP  0x00
#define USE_APOP 0x01

/* Bits of pw_gid and pw_flags. */
#define NO_PASSWD_CHNG  0x01
#define NO_POP          0x02
#define NO_WEBMAIL      0x04
#define NO_IMAP         0x08
#define BOUNCE_MAIL     0x10
#define NO_RELAY        0x20
#define NO_DIALUP       0x40
#define V_USER0         0x080
#define V_USER1         0x100
#define V_USER2         0x200
#define V_USER3         0x400
#define NO_SMTP         0x800
#define QA_ADMIN        0x1000
#define V_OVERRIDE      0x2000
#define NO_SPAMASSASSIN 0x4000
#define DELETE_SPAM     0x8000
#define SA_ADMIN        0x10000
#define SA_EXPERT       0x20000
#define NO_MAILDROP     0x40000

struct vqpasswd;

typedef struct {
	int size; /* slots allocated */
	int count;
	char **values;
} string_list;

typedef struct {
	char *domain;
	char *realdomain;
	int uid;
	int gid;
	char *path;
} domain_entry;

typedef struct {
	domain_entry *entry;
	char Name[MAX_NAME];
	int Posting;
	int Access;
	int Archive;
	int DomainOnly;
	int Prefix;
	int ReplyTo;
	int Digest;
	int Edit;
	int SubConf;
	int Indexed;
	int UnsubConf;
	int Kill;
	int RemoteSub;
	int RemoteText;
	int Public;
	int Requests;
	int Remote;
	int SubMod;
	int Trailer;
	int Warn;
	int Extra;
	int SQLSupport;
	int SQLPort;
	char OwnerEmail[MAX_NAME];
	char SQLHost[MAX_NAME];
	char SQLUser[MAX_NAME];
	char SQLPass[MAX_NAME];
	char SQLBase[MAX_NAME];
	char SQLTable[MAX_NAME];
	char Dot[MAX_NAME];
	char Dir[MAX_NAME];
	char PrefixText[MAX_NAME];
	char Domain[MAX_NAME];
	char ReplyTo_Addr[MAX_NAME];
} listInfoType;

struct linklist {
	struct linklist *next;
	char *d2;
	char data[4096]; /* allocated as long as its texts are */
};

/* Write src to dst so that it can stand between two of quote; the length, or
 * (size_t)-1.  dst has room for 2 * strlen(src) + 1 bytes. */
typedef size_t (*vsql_escape_fn)(char *dst, const char *src, char quote);

/* ---- state ------------------------------------------------------------ */

/* Code of the last call that failed; 0 if the last one did not. */
extern int verrori;
/* 1: vadddomain leaves compiling morercpthosts and the signal to others. */
extern int OptimizeAddDomain;
/* 1: an account change may leave vpasswd.cdb to vmkpasswd. */
extern int NoMakeIndex;
/* Of stores that use SQL. */
extern char sqlerr[MAX_BUFF];
extern char *last_query;
/* How qnprintf escapes; NULL: with backslashes. */
extern vsql_escape_fn vsql_escape_hook;

/* The text of a code; never NULL.  Of a VA_PWSTR_ code: the sentence about
 * the last password that was refused, if it was for that. */
char *verror(int va_err);
/* Close what is open; every function opens again on demand. */
void vclose(void);
/* vclose and exit. */
int vexit(int err);
/* Print "Error - TEXT. COMMENT"; the first also exits with verrori. */
int vexiterror(FILE *stream, char *comment);
void vsqlerror(FILE *stream, char *comment);

/* ---- domains ---------------------------------------------------------- */

/* Add a domain below dir (normally the vpopmail home), owned by uid and gid.
 * Makes no postmaster account. */
int vadddomain(char *domain, char *dir, uid_t uid, gid_t gid);
/* Delete a domain with its aliases, accounts and mail; an alias domain: the
 * alias only. */
int vdeldomain(char *domain);
/* Make alias_domain another name of real_domain (of its real domain, if that
 * is an alias).  If it exists, it becomes that domain's real name. */
int vaddaliasdomain(char *alias_domain, char *real_domain);
/*
 * Directory, uid and gid of a domain, each of which may be NULL.  dir gets
 * at most dir_len bytes, NUL included.  Returns the whole path, or NULL with
 * nothing written.
 */
char *vget_assign(char *domain, char *dir, int dir_len, uid_t *uid, gid_t *gid);
/*
 * Walk users/assign in its order.  match_real "": all entries; a domain:
 * those of its real domain; NULL: the next one.  NULL at the end (verrori 0)
 * or when the file cannot be read.
 */
domain_entry *get_domain_entries(const char *match_real);

/* The steps that vadddomain and vdeldomain are made of.  0 or -1. */
int add_domain_assign(
    char *alias_domain, char *real_domain, char *dir, uid_t uid, gid_t gid);
int del_domain_assign(char **aliases, int aliascount, char *real_domain,
    char *dir, uid_t uid, gid_t gid);
int del_control(char **aliases, int aliascount);
/* Insert a line in its sorted place.  type 1: users/assign, 2: a file of
 * names, 3: virtualdomains. */
int update_file(char *filename, char *line, int type);
/* Remove every line equal to one of lines; how many, or a negative code.  A
 * missing file is made. */
int remove_lines(char *filename, char **lines, int count);
/* Compile users/assign; morercpthosts.  0 or a code. */
int update_newu(void);
int compile_morercpthosts(void);
/* How many lines control/rcpthosts has. */
int count_rcpthosts(void);
/* Send a signal to every process whose program is called exactly name.  0,
 * or -1 if one could not be signalled. */
int signal_process(char *name, int sig_num);

/* ---- accounts --------------------------------------------------------- */

/* Add an account.  gecos NULL or "" stores the user name. */
int vadduser(
    char *username, char *domain, char *password, char *gecos, int apop);
/* Delete an account and its mail. */
int vdeluser(char *user, char *domain);
/* Set a password; apop is not used.  NO_PASSWD_CHNG: VA_FORBIDDEN. */
int vpasswd(char *username, char *domain, char *password, int apop);
/* Set a quota ("NOQUOTA", "10M", "5000S,100C"). */
int vsetuserquota(char *username, char *domain, char *quota);
/* The account if the password is right, else NULL.  Flags are not looked at;
 * apop is not used.  The result is that of vauth_getpw. */
struct vqpasswd *vauth_user(
    char *user, char *domain, char *password, char *apop);
/* The next account of a vpasswd file; NULL at the end. */
struct vqpasswd *vgetent(FILE *pw);
/* Is this a record that can be stored? */
int vcheck_vqpw(struct vqpasswd *inpw, char *domain);
/* Make an account's directory and Maildir, for uid and gid; an account that
 * exists gets it.  Its hash path ("" without one), or NULL: VA_EXIST_U_DIR. */
char *make_user_dir(char *username, char *domain, uid_t uid, gid_t gid);
/* Make dir/Maildir for an account of domain.  -1 also if it exists. */
int vmake_maildir(char *domain, char *dir);
/* Hash with a fresh salt into size bytes; VA_CRYPT_FAILED also if it does not
 * fit. */
int mkpasswd3(char *clearpass, char *crypted, int ssize);
/* Random characters: one of a salt; len of them and a NUL; the same in memory
 * for the caller to free. */
char randltr(void);
char *vrandom_pass(char *buffer, int len);
char *vgen_pass(int len);
/* Ask for a password at the terminal, twice.  "" and verrori at the end of
 * input. */
void vgetpasswd(char *user, char *pass, size_t len);
/* Rebuild a domain's account files. */
int vmkpasswd(char *domain);
/* The hash for sqwebmail in dir/Maildir; 0 also when dir is NULL. */
int vsqwebmail_pass(char *dir, char *crypted, uid_t uid, gid_t gid);
/* 16 bytes as 32 hexadecimal digits. */
char *dec2hex(unsigned char *digest);

/* ---- quotas ----------------------------------------------------------- */

/* The stored form: "NOQUOTA", "<n>S", "<n>C" or "<n>S,<m>C"; "" for what is
 * no quota. */
char *format_maildirquota(const char *q);
/* Add bytes and messages of a Maildir to the two numbers.  -1 and errno. */
int readuserquota(const char *dir, storage_t *sizep, storage_t *cntp);
/* Count dir/Maildir anew, or delete its count. */
void update_maildirsize(char *domain, char *dir, char *quota);
void remove_maildirsize(char *dir);

/* ---- names and texts -------------------------------------------------- */

/*
 * Split at the first '@', else '%', else '/', in lower case, into buffers of
 * buff_size bytes.  Without a domain: the default domain.  0, or -1 when a
 * part has a character that is not allowed; the parts are there all the
 * same.
 */
int parse_email(const char *email, char *user, char *domain, int buff_size);
/* ASCII lower case in place. */
void lowerit(char *text);
/* 0 or VA_ILLEGAL_USERNAME; 0 or VA_INVALID_DOMAIN_NAME. */
int is_username_valid(char *user);
int is_domain_valid(char *domain);
/* First line of etc/defaultdomain, or "". */
char *default_domain(void);
/* If *domain is empty: VPOPMAIL_DOMAIN, else the domain of the local address,
 * else the default domain; up to MAX_PW_DOMAIN + 1 bytes. */
void vset_default_domain(char *domain);
/* "user@domain" of the path of a Maildir, or "". */
char *maildir_to_email(const char *maildir);
/* A Date field with its newline. */
char *date_header(void);
/* TCPREMOTEIP, else REMOTE_HOST, else NULL; also when it is no address but up
 * to 45 characters, of which those that names do not have become '_'. */
char *get_remote_ip(void);

/* Roaming users: let the address of get_remote_ip relay for a while; 0 also
 * when there is none.  Compile the rules: 0 or -1.  Neither does anything
 * where the settings have no roaming users. */
int open_smtp_relay(void);
int update_rules(void);

/* Room for first strings, rounded up to a multiple of 4. */
void string_list_init(string_list *list, int first);
/* 1, or 0 without memory. */
int string_list_add(string_list *list, const char *value);
void string_list_free(string_list *list);

/* SQL text: %% %s (escaped) %d %i %u %ld %li %lu %S (storage_t).  The whole
 * length, or -1; buffer is "" when the text does not fit. */
int qnprintf(char *buffer, size_t size, const char *format, ...);
struct linklist *linklist_add(
    struct linklist *list, const char *d1, const char *d2);
struct linklist *linklist_del(struct linklist *list);

/* ---- files ------------------------------------------------------------ */

/* Remove a file or tree; links are not followed.  0 or -1. */
int vdelfiles(char *dir);
/* Give a tree away; links are not followed.  0 or -1. */
int r_chown(char *path, uid_t owner, gid_t group);
/* Make a directory and what is missing above it.  0 or -1. */
int r_mkdir(char *path, uid_t uid, gid_t gid);
/* from also as to; the second closes from.  0 or -1. */
int vfd_copy(int to, int from);
int vfd_move(int to, int from);
/* Lock a whole file: 0, -1 when it stayed locked, -2 for an error. */
int get_write_lock(int fd);
int get_read_lock(int fd);
int lock_reg(int fd, int cmd, int type, off_t offset, int whence, off_t len);

#ifdef __cplusplus
}
#endif

#include "vpopmail_list.h"

#endif
