/*
 * What the verbs share: the request while it is executed, its words, the
 * replies, and the table.
 *
 * A verb takes its words from the call, appends exactly one reply and says
 * what is to come.  A helper that returns -1 has appended an error.
 */
#ifndef VPOPMAILD_VERBS_H
#define VPOPMAILD_VERBS_H

#include "daemons/vpopmaild/session.h"

struct vpd_call {
	struct vpop *vp;
	struct vpd_session *session;
	struct vpd_out *out;
	char *rest;        /* of the line, behind the words taken */
	const char *block; /* NULL for a line, and for a block too long */
	size_t size;       /* of block */
};

/* Messages of the protocol, by their numbers. */
enum vpd_message {
	VPD_E_STORE = 1,
	VPD_E_TIMEOUT = 3,
	VPD_E_COMMAND = 4,
	VPD_E_TRIES = 5,
	VPD_E_NO_ADDRESS = 6,
	VPD_E_NO_PASSWORD = 7,
	VPD_E_LOGIN = 8,
	VPD_E_RIGHT = 9,
	VPD_E_ADDRESS = 10,
	VPD_E_FOREIGN = 11,
	VPD_E_NO_USER = 12,
	VPD_E_NO_DOMAIN = 13,
	VPD_E_NO_ALIAS = 14,
	VPD_E_ALIAS = 15,
	VPD_E_NO_LINE = 16,
	VPD_E_ALIAS_ADD = 17,
	VPD_E_ALIAS_REMOVE = 18,
	VPD_E_ALIAS_DELETE = 19,
	VPD_E_DOTS = 20,
	VPD_E_PERCENT = 21,
	VPD_E_NO_SLASH = 22,
	VPD_E_SLASH = 23,
	VPD_E_PATH_ADDRESS = 24,
	VPD_E_PATH_USER = 25,
	VPD_E_PATH = 26,
	VPD_E_NO_DIRECTORY = 27,
	VPD_E_NO_SOURCE = 28,
	VPD_E_NO_DESTINATION = 29,
	VPD_E_NO_FILE = 30,
	VPD_E_ASSIGN = 31,
	VPD_E_NO_IP_ADDED = 32,
	VPD_E_NOT_AVAILABLE = 33,
	VPD_E_LIMITS_GET = 34,
	VPD_E_LIMITS_SET = 35,
	VPD_E_NOT_IMPLEMENTED = 36,
	VPD_E_NO_IP = 37,
	VPD_E_DOMAIN = 38
};

/* ---- words ------------------------------------------------------------ */

/* The next word of the line, or NULL. */
char *vpd_word(struct vpd_call *call);
/* All behind one separator up to CR or LF, blanks too; NULL if empty. */
char *vpd_secret(struct vpd_call *call);
/* Split an address, with the default domain of our end of the connection.  As
 * vpop_parse_address; an empty part is VA_INVALID_EMAIL_CHAR. */
int vpd_parse(struct vpd_call *call, const char *address,
    char ret_user[VPOP_USER_SIZE], char ret_domain[VPOP_DOMAIN_SIZE]);
/* 1 if the session may administer the domain, 0, or a temporary code.
 * Reading ret_real: its real name as far as it was found out. */
int vpd_may(struct vpd_call *call, const char *domain);

/* Where in a verb something was wrong. */
struct vpd_address_errors {
	enum vpd_message missing;
	int missing_at;
	enum vpd_message invalid;
	int invalid_at;
	enum vpd_message foreign;
	int foreign_at;
};
/* Take an address that the session may administer; 0 or -1. */
int vpd_take_address(struct vpd_call *call,
    const struct vpd_address_errors *errors, char ret_user[VPOP_USER_SIZE],
    char ret_domain[VPOP_DOMAIN_SIZE]);

/* Take the two numbers of a page: entries from first to before last. */
struct vpd_page {
	uint64_t first, last;
};
struct vpd_page vpd_take_page(struct vpd_call *call);

/* ---- rights ----------------------------------------------------------- */

/* rights.c: become the account.  Its flags get what its name gives. */
void vpd_take_rights(struct vpd_session *session, struct vpop_user *user);
/* The rights of now; -1 if the account is gone or locked. */
int vpd_renew_rights(struct vpop *vp, struct vpd_session *session);

/* ---- replies ---------------------------------------------------------- */

void vpd_put(struct vpd_out *out, const void *data, size_t size);
void vpd_text(struct vpd_out *out, const char *text);
/* "LABEL VALUE", CR LF; bytes that would end the line become '?'. */
void vpd_line(struct vpd_out *out, const char *label, const char *value);
void vpd_line_number(struct vpd_out *out, const char *label, int64_t number);
void vpd_line_unsigned(struct vpd_out *out, const char *label, uint64_t number);
void vpd_format(struct vpd_out *out, const char *format, ...) VP_PRINTF(2, 3);

/* Final replies; each returns VPD_LINE. */
enum vpd_next vpd_ok(struct vpd_call *call);  /* "+OK " */
enum vpd_next vpd_end(struct vpd_call *call); /* "." */
enum vpd_next vpd_error(
    struct vpd_call *call, enum vpd_message message, int place);
/* "0.place" and the words of a VA_ code, or of errno. */
enum vpd_next vpd_failed(struct vpd_call *call, int place, int code);
enum vpd_next vpd_errno(struct vpd_call *call, int place, int errnum);
/* The words of a code: those of the policy for a refused password. */
const char *vpd_code_text(const struct vpop *vp, int code);
/* Did the password make an addition fail? */
int vpd_is_password_code(int code);
/* "+OK+": lines follow. */
void vpd_begin(struct vpd_call *call);

/* ---- verbs ------------------------------------------------------------ */

struct vpd_command {
	const char *name; /* NULL ends the table */
	enum vpd_level level;
	int changes; /* the journal is to know who asked */
	enum vpd_next (*run)(struct vpd_call *call);
};

extern const struct vpd_command vpd_commands[];

/* login.c: verbs before login. */
enum vpd_next vpd_before_login(struct vpd_call *call);
enum vpd_next vpd_count_line(struct vpd_session *session, struct vpd_out *out);
/* help.c */
enum vpd_next vpd_help(struct vpd_call *call);
/* users.c */
void vpd_account(struct vpd_call *call, const struct vpop_user *user);
enum vpd_next vpd_user_info(struct vpd_call *call);
enum vpd_next vpd_add_user(struct vpd_call *call);
enum vpd_next vpd_del_user(struct vpd_call *call);
enum vpd_next vpd_user_count(struct vpd_call *call);
enum vpd_next vpd_list_users(struct vpd_call *call);
enum vpd_next vpd_get_lastauth(struct vpd_call *call);
enum vpd_next vpd_get_user_size(struct vpd_call *call);
enum vpd_next vpd_get_domain_size(struct vpd_call *call);
/* moduser.c */
enum vpd_next vpd_mod_user(struct vpd_call *call);
enum vpd_next vpd_mod_user_block(struct vpd_call *call);
/* domains.c */
enum vpd_next vpd_list_domains(struct vpd_call *call);
enum vpd_next vpd_find_domain(struct vpd_call *call);
enum vpd_next vpd_domain_count(struct vpd_call *call);
enum vpd_next vpd_add_domain(struct vpd_call *call);
enum vpd_next vpd_add_alias_domain(struct vpd_call *call);
enum vpd_next vpd_del_domain(struct vpd_call *call);
enum vpd_next vpd_dom_info(struct vpd_call *call);
/* limits.c */
enum vpd_next vpd_get_limits(struct vpd_call *call);
enum vpd_next vpd_set_limits(struct vpd_call *call);
enum vpd_next vpd_set_limits_block(struct vpd_call *call);
enum vpd_next vpd_del_limits(struct vpd_call *call);
/* aliases.c */
enum vpd_next vpd_add_alias(struct vpd_call *call);
enum vpd_next vpd_remove_alias(struct vpd_call *call);
enum vpd_next vpd_delete_alias(struct vpd_call *call);
enum vpd_next vpd_list_alias(struct vpd_call *call);
enum vpd_next vpd_list_lists(struct vpd_call *call);
/* ipmap.c */
enum vpd_next vpd_get_ip_map(struct vpd_call *call);
enum vpd_next vpd_add_ip_map(struct vpd_call *call);
enum vpd_next vpd_del_ip_map(struct vpd_call *call);
enum vpd_next vpd_show_ip_map(struct vpd_call *call);
/* files.c, filewrite.c */
enum vpd_next vpd_mk_dir(struct vpd_call *call);
enum vpd_next vpd_rm_dir(struct vpd_call *call);
enum vpd_next vpd_list_dir(struct vpd_call *call);
enum vpd_next vpd_rm_file(struct vpd_call *call);
enum vpd_next vpd_read_file(struct vpd_call *call);
enum vpd_next vpd_stat_file(struct vpd_call *call);
enum vpd_next vpd_rename_file(struct vpd_call *call);
enum vpd_next vpd_write_file(struct vpd_call *call);
enum vpd_next vpd_write_file_block(struct vpd_call *call);

#endif
