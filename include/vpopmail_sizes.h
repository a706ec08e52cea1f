/*
 * Sizes that programs take from vpopmail.h or from vauth.h.
 */
#ifndef VPOPMAIL_SIZES_H
#define VPOPMAIL_SIZES_H

/* Longest texts, NUL not counted. */
#define MAX_PW_NAME         64
#define MAX_PW_DOMAIN       96
#define MAX_PW_PASS         128
#define MAX_PW_GECOS        64
#define MAX_PW_CLEAR_PASSWD 128
#define MAX_PW_DIR          160
#define MAX_PW_QUOTA        20
/* An alias line, with its NUL. */
#define MAX_ALIAS_LINE 160

/* Directories that accounts are spread over. */
#define MAX_DIR_LEVELS      3
#define MAX_USERS_PER_LEVEL 100
#define MAX_DIR_NAME        300
#define MAX_DIR_LIST        62

#endif
