/*
 * Result codes of the vpopmail library.
 *
 * Every function that returns int and says nothing else returns 0
 * (VA_SUCCESS) or one of these negative codes.  Names and values are those
 * that vpopmail 5.4 to 5.6 documented; -56 to -63, -75 and -76 are new.
 */
#ifndef VPOP_CODES_H
#define VPOP_CODES_H

#define VA_SUCCESS                      0
#define VA_ILLEGAL_USERNAME             (-1)
#define VA_USERNAME_EXISTS              (-2)
#define VA_BAD_DIR                      (-3)
#define VA_BAD_U_DIR                    (-4)
#define VA_BAD_D_DIR                    (-5)
#define VA_BAD_V_DIR                    (-6)
#define VA_EXIST_U_DIR                  (-7)
#define VA_BAD_U_DIR2                   (-8)
#define VA_SUBDIR_CREATION              (-9)
#define VA_USER_DOES_NOT_EXIST          (-10)
#define VA_DOMAIN_DOES_NOT_EXIST        (-11)
#define VA_INVALID_DOMAIN_NAME          (-12)
#define VA_DOMAIN_ALREADY_EXISTS        (-13)
#define VA_COULD_NOT_MAKE_DOMAIN_DIR    (-14)
#define VA_COULD_NOT_OPEN_QMAIL_DEFAULT (-15)
#define VA_CAN_NOT_MAKE_DOMAINS_DIR     (-16)
#define VA_COULD_NOT_UPDATE_FILE        (-17)
#define VA_CRYPT_FAILED                 (-18)
#define VA_COULD_NOT_OPEN_DOT_QMAIL     (-19)
#define VA_BAD_CHAR                     (-20)
#define VA_SQWEBMAIL_PASS_FAIL          (-21)
#define VA_BAD_UID                      (-22)
#define VA_NO_AUTH_CONNECTION           (-23)
#define VA_MEMORY_ALLOC_ERR             (-24)
#define VA_USER_NAME_TOO_LONG           (-25)
#define VA_DOMAIN_NAME_TOO_LONG         (-26)
#define VA_PASSWD_TOO_LONG              (-27)
#define VA_GECOS_TOO_LONG               (-28)
#define VA_QUOTA_TOO_LONG               (-29)
#define VA_DIR_TOO_LONG                 (-30)
#define VA_CLEAR_PASSWD_TOO_LONG        (-31)
#define VA_ALIAS_LINE_TOO_LONG          (-32)
#define VA_NULL_POINTER                 (-33)
#define VA_INVALID_EMAIL_CHAR           (-34)
#define VA_PARSE_ERROR                  (-35)
#define VA_CANNOT_READ_LIMITS           (-36)
#define VA_CANNOT_READ_ASSIGN           (-37)
#define VA_CANNOT_OPEN_DATABASE         (-38)
#define VA_INVALID_IP_ADDRESS           (-39)
#define VA_QUERY_FAILED                 (-40)
#define VA_STORE_RESULT_FAILED          (-41)
#define VA_INVALID_OPEN_MODE            (-42)
#define VA_CANNOT_CREATE_DATABASE       (-43)
#define VA_CANNOT_CREATE_TABLE          (-44)
#define VA_PARSE_ERROR01                (-45)
#define VA_PARSE_ERROR02                (-46)
#define VA_PARSE_ERROR03                (-47)
#define VA_PARSE_ERROR04                (-48)
#define VA_PARSE_ERROR05                (-49)
#define VA_PARSE_ERROR06                (-50)
#define VA_PARSE_ERROR07                (-51)
#define VA_PARSE_ERROR08                (-52)
#define VA_PARSE_ERROR09                (-53)
#define VA_PARSE_ERROR10                (-54)
#define VA_CANNOT_DELETE_CATCHALL       (-55)
#define VA_INVALID_QUOTA                (-56) /* not of the quota grammar */
#define VA_LOCK_FAILED                  (-57) /* another program holds the lock */
#define VA_FORBIDDEN                    (-58) /* a flag or limit forbids it */
#define VA_AUTH_FAILED                  (-59) /* the secret is wrong */
#define VA_INVALID_ARGUMENT             (-60) /* anything else the caller got wrong */
#define VA_NO_LIST_PROGRAMS             (-61) /* ezmlm-idx is not installed */
#define VA_LIST_PROGRAM_FAILED          (-62)
#define VA_LIMIT_REACHED                (-63) /* as many as the domain may have */
#define VA_NO_AUTH_MODULE               (-66)
#define VA_UNKNOWN_UIDGID               (-67)
#define VA_INTERNAL_BUFFER_EXCEEDED     (-68)
#define VA_PWSTR_EMPTY                  (-69)
#define VA_PWSTR_LENGTH                 (-70)
#define VA_PWSTR_ALPHA                  (-71)
#define VA_PWSTR_NUMERIC                (-72)
#define VA_PWSTR_OTHER                  (-73)
#define VA_PWSTR_DELTA                  (-74)
#define VA_HOOK_REFUSED                 (-75) /* a hook refuses the change */
#define VA_HOOK_FAILED                  (-76) /* a hook could not be asked */

/* Is the sentence of the failure made for people, in place of the text of its
 * code? */
#define VA_IS_SENTENCE(code)                                                   \
	((code) <= VA_PWSTR_EMPTY && (code) >= VA_HOOK_FAILED)

#endif
