/*
 * Names: what is legal, and its canonical form (facts: storage 3).
 * All return 0 or a VA_ code with its sentence on the handle.
 */
#ifndef CORE_NAME_H
#define CORE_NAME_H

#include "core/handle.h"

/* Lower-case a user name for a lookup: characters and length only. */
int vp_name_user(
    struct vpop *vp, const char *name, char ret_name[VPOP_USER_SIZE]);
/* 1 if every byte of a name of any length is one of a user name's: for user
 * parts with extensions. */
int vp_name_is_ext(const char *name);
/* As above for a name that is to be made: also refuses "", a leading dot,
 * '/', names of our own files (vpasswd*), "Maildir", and one-character names
 * when directories are hashed. */
int vp_name_new_user(
    struct vpop *vp, const char *name, char ret_name[VPOP_USER_SIZE]);
/* Lower-case a domain for a lookup: characters and length only. */
int vp_name_domain(
    struct vpop *vp, const char *name, char ret_name[VPOP_DOMAIN_SIZE]);
/* As above for a domain that is to be made: at least one dot, labels of
 * 1..63 bytes without edge hyphens, last label 2..63; IDN to A-labels.
 * In a file of its own (idn.c): needs libidn2. */
int vp_name_new_domain(
    struct vpop *vp, const char *name, char ret_name[VPOP_DOMAIN_SIZE]);
/* An alias name (dot-qmail ext): characters and length. */
int vp_name_alias(
    struct vpop *vp, const char *name, char ret_name[VPOP_USER_SIZE]);
/* Text for a vpasswd field: no ':' and no control bytes, fits size.
 * what names the field in the sentence; code_long is for over-long text. */
int vp_name_field(struct vpop *vp, const char *what, const char *text,
    size_t size, int code_long);
/* Canonical IPv4 or IPv6 text; ::ffff:a.b.c.d becomes a.b.c.d.
 * VA_INVALID_IP_ADDRESS. */
int vp_name_ip(struct vpop *vp, const char *ip, char ret_ip[VPOP_IP_SIZE]);
/* The same without a handle: 0, or -1 for text that is no address. */
int vp_ip_canonical(const char *ip, char ret_ip[VPOP_IP_SIZE]);
/* The peer's address: TCPREMOTEIP, else REMOTE_HOST, canonical; "" when
 * absent or not an address. */
void vp_peer_ip(char ret_ip[VPOP_IP_SIZE]);

#endif
