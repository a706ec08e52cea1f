/*
 * ippp.h - "address:port".
 */
#ifndef VPOPMAIL_IPPP_H
#define VPOPMAIL_IPPP_H

#include <netinet/in.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 1, or 0 for what is not "a.b.c.d:port". */
int ippp_parse(const char *pair, struct sockaddr_in *address);

#ifdef __cplusplus
}
#endif
#endif
