/*
 * What a store test needs of a host: settings, and a place where the last
 * failure is kept.
 */
#ifndef TESTS_STORE_HOST_H
#define TESTS_STORE_HOST_H

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "contract.h"

static const struct host_setting *host_settings; /* ends with name NULL */
static int host_code;
static char host_message[2048];

static int host_fail(struct vpop *vp, int code, int errnum, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

static int
host_fail(struct vpop *vp, int code, int errnum, const char *format, ...)
{
	va_list ap;

	(void)vp;
	host_code = code;
	va_start(ap, format);
	int n = vsnprintf(host_message, sizeof host_message, format, ap);
	va_end(ap);
	ck_assert_int_lt(n, sizeof host_message);
	ck_assert_int_lt(code, 0);
	if (errnum)
		snprintf(host_message + n, sizeof host_message - (size_t)n,
		    ": %s", strerror(errnum));
	return code;
}

static const char *
host_setting(const struct vpop *vp, const char *name)
{
	(void)vp;
	for (const struct host_setting *s = host_settings; s && s->name; s++) {
		if (strcmp(s->name, name) == 0)
			return s->value;
	}
	return NULL;
}

static const struct vpop_store_host host = {
	.abi = VPOP_STORE_ABI,
	.size = sizeof(struct vpop_store_host),
	.fail = host_fail,
	.setting = host_setting,
};

/* A record with something in every field but the clear text. */
static struct vpop_user
make_user(const char *name, const char *gecos)
{
	struct vpop_user user = { .uid = 1, .gid = VPOP_NO_IMAP };

	snprintf(user.name, sizeof user.name, "%s", name);
	snprintf(user.passwd, sizeof user.passwd, "$6$salt$hash.of.%s", name);
	snprintf(user.gecos, sizeof user.gecos, "%s", gecos);
	snprintf(user.dir, sizeof user.dir,
	    "/home/vpopmail/domains/example.com/%s", name);
	snprintf(user.quota, sizeof user.quota, "NOQUOTA");
	user.flags = user.gid;
	return user;
}

#endif
