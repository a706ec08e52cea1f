/*
 * pwstr.h - the rules for passwords of etc/password_strength.conf.
 */
#ifndef VPOPMAIL_PWSTR_H
#define VPOPMAIL_PWSTR_H

#ifdef __cplusplus
extern "C" {
#endif

/* 1 if the password is good enough, else a VA_ code. */
int pw_strength(const char *password);
/* What is wrong with the last one. */
const char *pw_strength_error(void);
/* The description of the rules, or NULL. */
const char *pw_strength_policy(void);

#ifdef __cplusplus
}
#endif
#endif
