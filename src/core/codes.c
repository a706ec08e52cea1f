/*
 * The fixed text and the class of each result code.
 *
 * The texts are those that scripts and clients of older releases compare
 * with; the sizes in them are the ones those releases publish in their
 * headers, although more is accepted here.
 */
#include "config.h"

#include <stddef.h>

#include "vpop.h"

#define OLD_NAME       "64"
#define OLD_DOMAIN     "96"
#define OLD_PASSWD     "128"
#define OLD_GECOS      "64"
#define OLD_QUOTA      "20"
#define OLD_DIR        "160"
#define OLD_CLEAR      "128"
#define OLD_ALIAS_LINE "160"

#define UPDATE         "parsing database configuration file - update "
#define READONLY       "parsing database configuration file - readonly "

#define A              VPOP_CLASS_ABSENT
#define R              VPOP_CLASS_REFUSED
#define T              VPOP_CLASS_TEMPORARY
#define B              VPOP_CLASS_BUG

static const struct {
	int code;
	enum vpop_class class;
	const char *text;
} codes[] = {
	{ VA_SUCCESS, VPOP_CLASS_OK, "Success" },
	{ VA_ILLEGAL_USERNAME, R, "Illegal username" },
	{ VA_USERNAME_EXISTS, R, "Username exists" },
	{ VA_BAD_DIR, T, "Unable to chdir to vpopmail directory" },
	{ VA_BAD_U_DIR, T, "Unable to chdir to vpopmail/users directory" },
	{ VA_BAD_D_DIR, T, "Unable to chdir to vpopmail/domains directory" },
	{ VA_BAD_V_DIR, T,
	    "Unable to chdir to vpopmail/domains/domain directory" },
	{ VA_EXIST_U_DIR, R, "User's directory already exists" },
	{ VA_BAD_U_DIR2, T, "Unable to chdir to user's directory" },
	{ VA_SUBDIR_CREATION, T, "Creation of user's subdirectories failed" },
	{ VA_USER_DOES_NOT_EXIST, A, "User does not exist" },
	{ VA_DOMAIN_DOES_NOT_EXIST, A, "Domain does not exist" },
	{ VA_INVALID_DOMAIN_NAME, R, "Invalid domain name" },
	{ VA_DOMAIN_ALREADY_EXISTS, R, "Domain already exists" },
	{ VA_COULD_NOT_MAKE_DOMAIN_DIR, T, "Could not make domain dir" },
	{ VA_COULD_NOT_OPEN_QMAIL_DEFAULT, T, "Could not open qmail default" },
	{ VA_CAN_NOT_MAKE_DOMAINS_DIR, T, "Can not make domains directory" },
	{ VA_COULD_NOT_UPDATE_FILE, T, "Could not update file" },
	{ VA_CRYPT_FAILED, T, "Crypt failed" },
	{ VA_COULD_NOT_OPEN_DOT_QMAIL, T, "Could not open dot qmail file" },
	{ VA_BAD_CHAR, R, "bad character" },
	{ VA_SQWEBMAIL_PASS_FAIL, T, "could not write sqwebmail password" },
	{ VA_BAD_UID, R, "running as invalid uid" },
	{ VA_NO_AUTH_CONNECTION, T, "no authentication database connection" },
	{ VA_MEMORY_ALLOC_ERR, T, "memory allocation error" },
	{ VA_USER_NAME_TOO_LONG, R, "user name too long (max=" OLD_NAME ")" },
	{ VA_DOMAIN_NAME_TOO_LONG, R,
	    "domain name too long (max=" OLD_DOMAIN ")" },
	{ VA_PASSWD_TOO_LONG, R, "password too long (max=" OLD_PASSWD ")" },
	{ VA_GECOS_TOO_LONG, R, "gecos too long (max=" OLD_GECOS ")" },
	{ VA_QUOTA_TOO_LONG, R, "quota too long (max=" OLD_QUOTA ")" },
	{ VA_DIR_TOO_LONG, R, "dir too long (max=" OLD_DIR ")" },
	{ VA_CLEAR_PASSWD_TOO_LONG, R,
	    "clear password too long (max=" OLD_CLEAR ")" },
	{ VA_ALIAS_LINE_TOO_LONG, R,
	    "alias line too long (max=" OLD_ALIAS_LINE ")" },
	{ VA_NULL_POINTER, B, "null pointer" },
	{ VA_INVALID_EMAIL_CHAR, R, "invalid email character" },
	{ VA_PARSE_ERROR, T, "parsing database configuration file" },
	{ VA_CANNOT_READ_LIMITS, T, "can't read domain limits" },
	{ VA_CANNOT_READ_ASSIGN, T, "can't read users/assign file" },
	{ VA_CANNOT_OPEN_DATABASE, T, "can't open database" },
	{ VA_INVALID_IP_ADDRESS, R, "invalid IP address" },
	{ VA_QUERY_FAILED, T, "database query failed" },
	{ VA_STORE_RESULT_FAILED, T, "can't store database result" },
	{ VA_INVALID_OPEN_MODE, R, "invalid open mode" },
	{ VA_CANNOT_CREATE_DATABASE, T, "can't create database" },
	{ VA_CANNOT_CREATE_TABLE, T, "can't create table" },
	{ VA_PARSE_ERROR01, T, UPDATE "server" },
	{ VA_PARSE_ERROR02, T, UPDATE "port" },
	{ VA_PARSE_ERROR03, T, UPDATE "user" },
	{ VA_PARSE_ERROR04, T, UPDATE "password" },
	{ VA_PARSE_ERROR05, T, UPDATE "database" },
	{ VA_PARSE_ERROR06, T, READONLY "server" },
	{ VA_PARSE_ERROR07, T, READONLY "port" },
	{ VA_PARSE_ERROR08, T, READONLY "user" },
	{ VA_PARSE_ERROR09, T, READONLY "password" },
	{ VA_PARSE_ERROR10, T, READONLY "database" },
	{ VA_CANNOT_DELETE_CATCHALL, R, "can't delete catchall account" },
	{ VA_INVALID_QUOTA, R, "invalid quota" },
	{ VA_LOCK_FAILED, T, "locked by another program" },
	{ VA_FORBIDDEN, R, "not allowed" },
	{ VA_AUTH_FAILED, R, "wrong password" },
	{ VA_INVALID_ARGUMENT, R, "invalid argument" },
	{ VA_NO_LIST_PROGRAMS, T, "mailing-list programs are not installed" },
	{ VA_LIST_PROGRAM_FAILED, T, "mailing-list program failed" },
	{ VA_LIMIT_REACHED, R, "limit of the domain reached" },
	{ VA_NO_AUTH_MODULE, T, "no authentication module" },
	{ VA_UNKNOWN_UIDGID, T, "vpopmail user or group unknown" },
	{ VA_INTERNAL_BUFFER_EXCEEDED, B, "internal buffer exceeded" },
	{ VA_PWSTR_EMPTY, R, "password is missing" },
	{ VA_PWSTR_LENGTH, R, "password has a forbidden length" },
	{ VA_PWSTR_ALPHA, R, "password has a forbidden share of letters" },
	{ VA_PWSTR_NUMERIC, R, "password has a forbidden share of numbers" },
	{ VA_PWSTR_OTHER, R,
	    "password has a forbidden share of other characters" },
	{ VA_PWSTR_DELTA, R,
	    "password has a forbidden balance of uppercase and lowercase" },
	{ VA_HOOK_REFUSED, R, "refused by a hook" },
	{ VA_HOOK_FAILED, T, "a hook could not be asked" },
};

#undef A
#undef R
#undef T
#undef B

#define COUNT (sizeof codes / sizeof codes[0])

const char *
vpop_code_text(int code)
{
	for (size_t i = 0; i < COUNT; i++)
		if (codes[i].code == code)
			return codes[i].text;
	return "Unknown error";
}

/* A code that is not ours says that something could not be done. */
enum vpop_class
vpop_class(int code)
{
	for (size_t i = 0; i < COUNT; i++)
		if (codes[i].code == code)
			return codes[i].class;
	return code > 0 ? VPOP_CLASS_OK : VPOP_CLASS_TEMPORARY;
}
